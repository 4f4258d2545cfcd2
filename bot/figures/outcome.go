// contract: engine, stores and pages build on the types in this file.

// Package figures sums what a shop's turns came to: a day at a time, from the turns as they were recorded, so that nothing has to be
// counted while a message is answered. It is pure: it reads no store and no clock, and it decides nothing.
package figures

// An Outcome is what a turn did, as far as a day's figures need it. Most turns did little, so that what is not said costs no byte.
type Outcome struct {
	Rules   []string `json:"rules,omitempty"`   // that answered, the winner first; empty where it is the winner alone
	Ask     string   `json:"ask,omitempty"`     // the slot that was asked for
	Status  string   `json:"status,omitempty"`  // of the conversation after it; "" is bot
	Handoff int      `json:"handoff,omitempty"` // number of the case that the conversation waits for since this turn
	Tasks   int      `json:"tasks,omitempty"`   // cases opened beside the conversation
	Closed  []string `json:"closed,omitempty"`  // for each case that was closed: its cause, "" where none was named
	Offers  []Offer  `json:"offers,omitempty"`
	Costs   []Cost   `json:"costs,omitempty"` // of cases that were closed and of which an agent said what they have cost

	Made   int `json:"made,omitempty"` // promises
	Kept   int `json:"kept,omitempty"`
	Broken int `json:"broken,omitempty"`

	Replies *Replies `json:"replies,omitempty"`
	Visit   *Visit   `json:"visit,omitempty"`
}

// An Offer is one offer as the ledger has it.
type Offer struct {
	Kind     string `json:"kind"`
	Amount   string `json:"amount,omitempty"`   // decimal yuan
	Approval bool   `json:"approval,omitempty"` // it is above its cap: without a verdict it waits for a human's word and is not given yet
	Verdict  string `json:"verdict,omitempty"`  // that a human gave with this turn: bot.OfferApproved or bot.OfferRefused
}

// A Cost is what a case has cost the shop.
type Cost struct {
	Cause  string `json:"cause,omitempty"` // whose fault it was, "" where nobody said
	Amount string `json:"amount"`          // decimal yuan
}

// Replies are replies of humans (or of whoever counts) that came, or should have come, with this turn.
type Replies struct {
	FirstInTime int `json:"first_in_time,omitempty"`
	FirstLate   int `json:"first_late,omitempty"`
	NextInTime  int `json:"next_in_time,omitempty"`
	NextLate    int `json:"next_late,omitempty"`
}

// A Visit says where one stay of a buyer is counted: on the day of the buyer's last message, as the bot's alone, as one that
// a human had a part in, or as one in which nobody answered. A turn moves it from one to another. A buyer who is back within a day goes on with the visit of before.
type Visit struct {
	Was   Hands `json:"was,omitempty"`   // how it was counted until now; "" for one that begins
	Since int64 `json:"since,omitempty"` // when the buyer had written last then: Unix time in seconds
	Is    Hands `json:"is,omitempty"`    // how it is counted from now on; "" is as until now
	Now   bool  `json:"now,omitempty"`   // the buyer wrote with this turn; else it stays where it was
}

// Hands say who had to do with a visit.
type Hands string

// Who had to do with a visit.
const (
	Alone Hands = "bot"   // the bot alone: one of the shop's rules answered
	Human Hands = "human" // a human had a part in it, or is to have
	None  Hands = "none"  // nobody yet: the bot only greeted, asked back, or had no answer
)
