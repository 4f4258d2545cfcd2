// contract: others build on the types in this file.

// Package intents works out what a buyer wants from the text of one message: intents with topics, what is
// negated or withdrawn, entities, mood and risk. It does no I/O, keeps no state between messages, and gives
// the same reading for the same text every time. It does not know orders, rules or conversations.
package intents

// Names of the intents that the conversation itself gives a meaning to. The others are only names to it.
const (
	Human     = "human"
	Complaint = "complaint"
	Greeting  = "greeting"
	Thanks    = "thanks"
	Other     = "other" // never accepted, and not legal in a rule
)

// A Prediction is one intent that a message may carry.
type Prediction struct {
	Intent   string     `json:"name"`
	Topic    string     `json:"topic"`              // "" when the intent has none or none was found
	Score    float64    `json:"score"`              // calibrated probability, above 0 and at most 1
	Evidence []Evidence `json:"evidence,omitempty"` // strongest first, for and against
	Start    int        `json:"-"`                  // rune offset of its first mention, for the order of mention
}

// Name is the intent, or "intent.topic" where a topic was found.
func (p Prediction) Name() string {
	if p.Topic == "" {
		return p.Intent
	}
	return p.Intent + "." + p.Topic
}

// Evidence is one thing in the message that spoke for a prediction, or against it.
type Evidence struct {
	Kind   string  `json:"kind"`   // word, keyword, pattern, example, negation
	Text   string  `json:"text"`   // as it stands in the message, or the example
	Weight float64 `json:"weight"` // above 0 spoke for it, below 0 against
}

// Kinds of entity.
const (
	OrderNo    = "order_no"
	Phone      = "phone"
	TrackingNo = "tracking_no"
	Date       = "date"
	Amount     = "amount"
	Address    = "address"
	Link       = "link"
)

// An Entity is a span of the message that means something by itself.
type Entity struct {
	Type  string `json:"type"`
	Value string `json:"value"` // the text of the span, as written
	Start int    `json:"start"` // in runes
	End   int    `json:"end"`   // in runes, exclusive
}

// Mood is how the buyer sounds.
type Mood string

// The moods.
const (
	Calm  Mood = "calm"
	Upset Mood = "upset"
	Angry Mood = "angry"
)

// Risk is the gravest danger that a message names.
type Risk string

// The risks, from harmless to grave.
const (
	NoRisk    Risk = "none"
	Review    Risk = "review"    // threatens a bad review
	Platform  Risk = "platform"  // the platform has been or will be called in
	Regulator Risk = "regulator" // 12315, market supervision
	Media     Risk = "media"     // journalists, exposure
	Legal     Risk = "legal"     // lawyers, courts, claims of tenfold damages
	Health    Risk = "health"    // someone fell ill or was hurt
	Safety    Risk = "safety"    // fire, smoke, shock, explosion
)

// A Reading is everything that one message says by itself.
type Reading struct {
	Intents  []Prediction `json:"intents"` // accepted; the primary first, then by order of mention
	Near     []Prediction `json:"near"`    // the closest that were not accepted, best first; never other, greeting or thanks
	Negated  []string     `json:"negated"` // names of intents that the message denies or withdraws
	Entities []Entity     `json:"entities"`
	Mood     Mood         `json:"mood"`
	Risk     Risk         `json:"risk"`

	Withdrawn       bool `json:"withdrawn"`       // takes back what was asked: "不退了", "算了不用了", "never mind"
	Acknowledgement bool `json:"acknowledgement"` // "嗯嗯", "收到", "👌", "1": wants no answer
	Unavailable     bool `json:"unavailable"`     // says that what was asked for is not to be had: "没有", "找不到", "don't have it"
	Chasing         bool `json:"chasing"`         // asks whether anybody is there: "人呢", "在吗", "怎么不回"
	Affirmed        bool `json:"affirmed"`        // "是的", "对", "可以", "yes"
	Denied          bool `json:"denied"`          // "不是", "不用", "no"
}

// An Intent is one name of the taxonomy, as rules may use it and as the bot names it to a buyer.
type Intent struct {
	Name   string
	Titles map[string]string // by language ("zh", "en")
	Topics []Topic
}

// A Topic is a kind within an intent.
type Topic struct {
	Name   string
	Titles map[string]string
}
