package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
)

// A case that was long in coming shows for every line on the shop's side by which turn it was said.
func TestEveryLineHasItsReason(t *testing.T) {
	t.Parallel()
	for name, open := range everyStore() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			want := map[string]desk.Reason{}
			for n := range 25 {
				b.pass(time.Second)
				r := b.say(t, message("c", fmt.Sprint("m-", n), []string{"你好", "有券吗"}[n%2]))
				for _, reply := range r.Replies {
					want[r.TraceID+reply.Text] = desk.Reason{Text: reply.Text, ID: r.TraceID, Rule: *r.Rule}
				}
				require.Nil(t, r.Handoff)
				b.pass(30 * time.Hour) // another episode, so that the bot goes on
			}
			b.pass(time.Second)
			id := b.hand(t, "c")
			for n := range 15 {
				b.pass(time.Second)
				b.does(t, id, desk.Act{Kind: bot.EventAgent, Text: fmt.Sprint("第", n), Images: []string{"https://img.example/1.jpg"}})
				b.pass(time.Second)
				b.does(t, id, desk.Act{Kind: bot.EventNote, Text: "记一下"})
			}
			b.pass(time.Second)
			c := b.does(t, id, desk.Act{Kind: bot.EventAgent, Images: []string{"https://img.example/2.jpg"}})
			got, err := b.Advise(t.Context(), "s", id, desk.Wanted{Said: true})
			require.NoError(t, err)
			_, delivered, err := b.Case(t.Context(), "s", id)
			require.NoError(t, err)
			letters := map[string]bool{}
			for _, d := range delivered {
				letters[d.ID] = true
			}
			n := 0
			for _, l := range c.Transcript {
				if l.From == "buyer" {
					continue
				}
				r := got.Said[n]
				require.True(t, r.At.Equal(l.At))
				require.Equal(t, l.Text, r.Text)
				require.NotEmpty(t, r.ID)
				if l.From == "agent" {
					require.Empty(t, r.Rule)
					require.True(t, letters[r.ID], "its late reply is known by it")
				} else if w, ok := want[r.ID+r.Text]; ok {
					require.Equal(t, w.Rule, r.Rule)
				}
				n++
			}
			require.Len(t, got.Said, n)
			require.Greater(t, n, 20, "more than the conversation remembers")
		})
	}
}

// BenchmarkReasons is what a case page pays to say why each line of a talk of 200 lines was said.
func BenchmarkReasons(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *bench{"memory": memoryBench, "sqlite": fileBench} {
		b.Run(name, func(b *testing.B) {
			e := open(b)
			for n := range 100 {
				e.pass(31 * time.Second)
				if r := e.say(b, message("c", fmt.Sprint("m-", n), []string{"你好", "有券吗", "我想退货"}[n%3])); r.Handoff != nil {
					_, err := e.Act(b.Context(), "s", "c", bot.Event{Kind: bot.EventRelease})
					require.NoError(b, err)
				}
			}
			e.pass(time.Second)
			r := e.say(b, message("c", "hand", "转人工"))
			require.NotNil(b, r.Handoff)
			for b.Loop() {
				got, err := e.Advise(b.Context(), "s", r.Handoff.ID, desk.Wanted{Said: true})
				if err != nil || len(got.Said) < 20 {
					b.Fatal(err, len(got.Said))
				}
			}
		})
	}
}
