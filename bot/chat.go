// contract: others build on the types in this file.

package bot

import (
	"slices"
	"strings"
	"time"
)

// chatPrefix begins the ids of conversations in the shop's own chat. No other channel may use it.
const chatPrefix = "xiaoer:chat:"

// ChatID is the id of the conversation that a visitor of the shop's own chat has, by the visitor's name.
func ChatID(visitor string) string { return chatPrefix + visitor }

// IsChat tells whether a conversation belongs to the shop's own chat. Its buyers are known by what their browsers hold, so nobody else
// may write into it.
func IsChat(conversation string) bool { return strings.HasPrefix(conversation, chatPrefix) }

// A Chat is a conversation as the buyer's page needs it.
type Chat struct {
	Version int64 // counts the turns; 0 when nobody has written yet
	Buyer   string
	Status  Status
	Episode int
	Lines   []Line   // the last ones, oldest first
	Choices []string // quick answers to the last line, as long as the bot waits for one
	Agent   string   // who answers, "" when no human does
	Rates   bool     // a human was there, it is closed, and the shop asks how it was
	Arrived []string // of the messages that were asked about, those that were answered

	Open   bool      // somebody is at the desk
	Opens  time.Time // when somebody is again; zero where that is not known
	Locale string    // the shop's
	Name   string    // the shop's
}

// Chat is the conversation as its buyer sees it.
func (c *Conversation) Chat(b *Book, now time.Time) Chat {
	out := Chat{
		Buyer: c.Buyer.ID, Status: c.Status, Episode: c.Episode, Lines: c.Transcript,
		Open: b.Shop.IsOpen(now), Locale: b.Shop.Locale, Name: b.Shop.Name,
		Rates: c.Status == StatusClosed && b.AsksRating && c.hadHuman(),
	}
	if c.Status == StatusAgent {
		out.Agent = c.agent()
	}
	if n := len(c.Transcript); n > 0 && c.Transcript[n-1].From == "bot" && (c.Status == StatusBot || c.Status == StatusWaiting) {
		out.Choices = c.Choices
	}
	if at, ok := b.Shop.Opens(now); ok && !out.Open {
		out.Opens = at
	}
	return out
}

// hadHuman tells whether a human had the conversation in this episode, or was to have it.
func (c *Conversation) hadHuman() bool {
	if c.Counts.Handoffs > 0 {
		return true
	}
	turns := 0
	for i := len(c.Transcript) - 1; i >= 0 && turns < c.Counts.Turns; i-- {
		switch c.Transcript[i].From {
		case "agent":
			return true
		case "buyer":
			turns++
		}
	}
	return false
}

// agent is the human who has the conversation, "" where the channel has not said who it is.
func (c *Conversation) agent() string {
	if c.Case != nil && c.Case.Agent != "" {
		return c.Case.Agent
	}
	for _, line := range slices.Backward(c.Transcript) {
		if line.From == "agent" {
			return line.Name
		}
	}
	return ""
}

// channelBudget is what the channel of a conversation lets through: the shop's own chat knows no limit.
func (c *Conversation) channelBudget(b Budget) Budget {
	if IsChat(c.ID) {
		return Budget{}
	}
	return b
}
