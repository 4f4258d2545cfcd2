package engine_test

import (
	"context"
	"fmt"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	"xiaoer/bot/store"
	"xiaoer/intents"
	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// A message is answered once, however often it is sent.
func ExampleEngine_Handle() {
	var problems doc.Problems
	file := doc.Parse("rules.yaml", []byte("rules:\n  - {id: any, reply: 请稍等}\notherwise: {handoff: {team: desk}}\n"), &problems)
	book := &bot.Book{
		Shop: bot.Shop{ID: "tea", Locale: "zh-CN"}, Teams: []bot.Team{{Name: "desk"}},
		Rules: rules.Compile([]rules.Source{{File: file}}, bot.Vocabulary(bot.VocabularyOptions{Teams: []string{"desk"}}), rules.Options{}, &problems),
	}
	e, err := engine.New(engine.Options{
		Store: store.NewMemory(store.Limits{}),
		Shops: func(id string) (engine.Shop, error) {
			if id != "tea" {
				return engine.Shop{}, engine.ErrNoShop
			}
			return engine.Shop{Book: book, Read: func(string) intents.Reading {
				return intents.Reading{Mood: intents.Calm, Risk: intents.NoRisk}
			}}, nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	m := bot.Message{ID: "m-1", Conversation: "c-1", Buyer: bot.Buyer{ID: "b-1"}, Kind: bot.KindText, Text: "在吗"}
	first, err := e.Handle(context.Background(), "tea", m)
	fmt.Println(first.Replies[0].Text, *first.Rule, err)
	again, err := e.Handle(context.Background(), "tea", m)
	fmt.Println(again.TraceID == first.TraceID, err)
	// Output:
	// 请稍等 any <nil>
	// true <nil>
}
