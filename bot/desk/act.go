package desk

import "xiaoer/bot"

// An Act is what an agent does to a case.
type Act struct {
	ID   string        // the caller's idempotency key, "" for none: the same again has no second effect
	Who  string        // the agent's name
	Role Role          // in the shop of the case
	Kind bot.EventKind // EventClaim, EventAgent (a reply), EventNote, EventStage, EventMove, EventRelease, EventResolve, EventKept, EventApprove, EventRefuse
	From string        `json:",omitempty"` // EventClaim: who has the case as its claimer sees it; "" for nobody
	Text string        // EventAgent, EventNote
	// EventAgent: addresses (http or https) of the photos that go with the text, at most MostPictures; a reply is text, photos or both.
	Images []string `json:",omitempty"`
	Seen   Place    // EventAgent: how far its writer has read; "" asks for nothing
	Stage  string   // EventStage
	Quiet  bool     // EventStage, EventApprove: the buyer is not told
	Team   string   // EventMove
	To     string   // EventMove

	Outcome string // EventResolve, EventRelease
	Cause   string // EventResolve: one of Causes, or ""
	Cost    string `json:",omitempty"` // EventResolve: decimal yuan, or ""
	What    string // EventKept: the promise's words; EventApprove, EventRefuse: the offer's id
}

// MostPictures is how many photos one reply of an agent's may have.
const MostPictures = 9

// Causes lists whose fault a case may turn out to have been.
func Causes() []string { return []string{"goods", "warehouse", "courier", "us", "buyer"} }

// An Outlook says how the replies of a day stand against their deadlines.
type Outlook struct {
	InTime    int     `json:"in_time"`
	Late      int     `json:"late"`
	Waiting   int     `json:"waiting"`   // cases whose deadline has not passed
	Overdue   int     `json:"overdue"`   // cases whose deadline has passed
	Rate      float64 `json:"rate"`      // of the replies that came or are overdue: how many came in time; 1 where there are none
	Predicted float64 `json:"predicted"` // at the day's end, if those that wait fare as those before them did
}

// NewOutlook works out the rates.
func NewOutlook(inTime, late, waiting, overdue int) Outlook {
	o := Outlook{InTime: inTime, Late: late, Waiting: waiting, Overdue: overdue, Rate: 1, Predicted: 1}
	if done := inTime + late + overdue; done > 0 {
		o.Rate = float64(inTime) / float64(done)
	}
	if all := inTime + late + waiting + overdue; all > 0 {
		o.Predicted = (float64(inTime) + float64(waiting)*o.Rate) / float64(all)
	}
	return o
}
