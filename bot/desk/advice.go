package desk

import (
	"time"

	"xiaoer/bot"
)

// Wanted is what of an advice somebody wants: a draft may wait for the look-up of an order, the rest waits for nothing but the store.
type Wanted struct {
	Quick []bot.QuickReply // to be filled in
	Draft bool
	Said  bool
}

// An Advice is what helps an agent to answer a case: nothing of it is said before an agent has sent it.
type Advice struct {
	Quick []bot.Rendered
	Draft bot.Draft // of the rules, to the buyer's last message; empty where there is none
	Said  []Reason  // the lines of the bot and of agents that the case shows, oldest first, as far as their turns are kept
}

// A Reason is the turn behind a line on the shop's side.
type Reason struct {
	At   time.Time
	Text string
	ID   string // of the turn: its trace, and its late reply where it was one
	Rule string // that said it, "" for an agent's line and where the turn is no longer kept
}
