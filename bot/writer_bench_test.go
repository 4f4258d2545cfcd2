package bot_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
)

// talked is a conversation with an order that goes on for a while, and the inputs and the answer of its last turn.
func talked(tb testing.TB) (bot.Turn, bot.Response) {
	tb.Helper()
	book := shop(tb, manyRules(100))
	c := bot.NewConversation("xiaoguo", "c-19b0f3e-12-345")
	o := order(noA, "delivered")
	o.Items = []bot.Item{{ID: "apple5", Title: "烟台红富士 5 斤装", Quantity: 1, Price: "39.90"}}
	var turn bot.Turn
	for i := range 3 {
		m := bot.Message{
			ID: fmt.Sprint("m-", i), Conversation: c.ID, Buyer: bot.Buyer{ID: "b-19b0f3e-12-345", Name: "小李"}, Kind: bot.KindText, Text: "我想退货，苹果不甜", Order: &o,
		}
		r := is("return")
		r.Intents[0].Evidence = []intents.Evidence{{Kind: "word", Text: "退货", Weight: 3.21}, {Kind: "word", Text: "我想退", Weight: 1.18}}
		turn = bot.Run(book, c, bot.Event{
			ID: "01890a5d-ac96-774b-bcce-b302099a8057", Kind: bot.EventMessage, At: noon().Add(time.Duration(i) * time.Minute), Message: &m, Reading: &r,
		}, nil)
		c = turn.Conversation
	}
	return turn, turn.Response("01890a5d-ac96-774b-bcce-b302099a8057")
}

func BenchmarkWrite(b *testing.B) {
	turn, response := talked(b)
	var to []byte
	tests := []struct {
		name   string
		write  func() ([]byte, error)
		before func() ([]byte, error)
	}{
		{
			"conversation",
			func() ([]byte, error) { return bot.AppendConversation(to, &turn.Conversation) },
			func() ([]byte, error) { return json.Marshal(&turn.Conversation) },
		},
		{"events", func() ([]byte, error) { return bot.AppendEvents(to, turn.Events) }, func() ([]byte, error) { return json.Marshal(turn.Events) }},
		{"response", func() ([]byte, error) { return bot.AppendResponse(to, &response) }, func() ([]byte, error) { return json.Marshal(response) }},
	}
	for _, tt := range tests {
		for name, write := range map[string]func() ([]byte, error){"append": tt.write, "marshal": tt.before} {
			b.Run(tt.name+"/"+name, func(b *testing.B) {
				to = make([]byte, 0, 8<<10)
				b.ReportAllocs()
				for b.Loop() {
					raw, err := write()
					require.NoError(b, err)
					b.SetBytes(int64(len(raw)))
				}
			})
		}
	}
}
