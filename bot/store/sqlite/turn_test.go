package sqlite_test

import (
	"strconv"
	"strings"

	"xiaoer/bot"
	"xiaoer/bot/engine"
)

// turnOf is a commit of the size that a real turn has: about 1.5 kB of conversation and 4 kB of recorded inputs.
func turnOf(k engine.Key, version int64, message string) engine.Commit {
	c := bot.NewConversation(k.Shop, k.Conversation)
	c.Buyer.ID = "b-" + k.Conversation
	c.Counts.Turns = int(version) + 1
	for i := range 8 {
		c.Transcript = append(c.Transcript, bot.Line{At: noon, From: "buyer", Text: "我上周买的裙子尺码不合适，想换大一号的，可以吗？" + strconv.Itoa(i)})
	}
	return engine.Commit{
		Key: k, Version: version, Conversation: c, Buyer: c.Buyer.ID, At: noon, Standing: engine.Standing{Buyer: c.Buyer.ID},
		Answered: &engine.Answered{Message: message, Fingerprint: "0123456789abcdef", Response: []byte(`{"replies":["` + strings.Repeat("好", 100) + `"]}`), At: noon},
		Recorded: &engine.Recorded{
			ID: message, Key: k, At: noon, Before: c, Book: strings.Repeat("h", 64), Classifier: strings.Repeat("c", 64), Rule: "exchange.size",
			Events: []bot.Event{{ID: message, Kind: bot.EventMessage, At: noon, Message: &bot.Message{ID: message, Text: strings.Repeat("换大一号", 20)}}},
		},
	}
}

// after is a commit that was built on a conversation that stood like this.
func after(s engine.Standing, c engine.Commit) engine.Commit {
	c.Standing = s
	return c
}
