package bot_test

import (
	"fmt"
	"time"

	"xiaoer/bot"
	"xiaoer/intents"
	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// A message is decoded, read, and run through a shop's book; the turn says what to answer.
func ExampleRun() {
	var problems doc.Problems
	file := doc.Parse("rules.yaml", []byte("rules:\n  - id: path\n    intent: return\n    reply: 请在订单 ${order.no} 申请\notherwise: {handoff: {team: desk}}\n"), &problems)
	vocabulary := bot.Vocabulary(bot.VocabularyOptions{Intents: []rules.Intent{{Name: "return"}}, Teams: []string{"desk"}})
	book := &bot.Book{
		Shop: bot.Shop{ID: "demo", Locale: "zh-CN"}, Teams: []bot.Team{{Name: "desk"}},
		Rules: rules.Compile([]rules.Source{{File: file}}, vocabulary, rules.Options{}, &problems),
	}
	m, err := bot.DecodeMessage([]byte(`{"id":"m-1","conversation":"c-1","buyer":{"id":"b-1"},"kind":"text","text":"我想退货","order":{"no":"88","stage":"paid"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	reading := intents.Reading{Intents: []intents.Prediction{{Intent: "return", Score: 1}}}
	turn := bot.Run(book, bot.NewConversation("demo", m.Conversation), bot.Event{
		ID: "e-1", Kind: bot.EventMessage, At: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC), Message: &m, Reading: &reading,
	}, nil)
	fmt.Println(*turn.Response("t-1").Rule, turn.Response("t-1").Replies[0].Text)
	// Output: path 请在订单 88 申请
}
