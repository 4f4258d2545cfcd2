package engine_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

func TestABuyersDataIsGivenOutAndForgotten(t *testing.T) {
	t.Parallel()
	for name, open := range everyStore() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plain := open(t)
			b := newBench(t, func(o *engine.Options) { // with a cache before the store
				o.Store, o.Cache = plain.Store, 1<<20
			})
			id := b.hand(t, "c")
			b.does(t, id, desk.Act{ID: "act-1", Kind: bot.EventAgent, Text: "您好"})
			b.say(t, message("c", "m-2", "我叫王小明"))
			b.hand(t, "another")
			export := func(buyer string) map[string]int {
				kinds := map[string]int{}
				require.NoError(t, b.Export(t.Context(), "s", buyer, "老板", func(kind string, body []byte) error {
					require.True(t, json.Valid(body))
					kinds[kind]++
					return nil
				}))
				return kinds
			}
			got := export("b-c")
			require.Equal(t, 1, got["conversation"])
			require.Equal(t, 1, got["case"])
			require.Equal(t, 1, got["late_reply"])
			require.Equal(t, 3, got["turn"])
			require.Equal(t, 3, got["answer"], "two messages and an act")
			broken := errors.New("the reader hung up")
			require.ErrorIs(t, b.Export(t.Context(), "s", "b-c", "老板", func(string, []byte) error { return broken }), broken)

			changed, stop := b.Watch("s")
			defer stop()
			n, err := b.Erase(t.Context(), "s", "b-c", "老板")
			require.NoError(t, err)
			require.GreaterOrEqual(t, n, 9)
			require.True(t, signalled(changed), "whoever looks on reads again")
			times, place := b.Erased("s")
			require.Equal(t, 1, times)
			last, err := b.LastChange(t.Context(), "s")
			require.NoError(t, err)
			require.Equal(t, last, place)
			_, err = b.Erase(t.Context(), "s", "nobody", "老板")
			require.NoError(t, err)
			require.False(t, signalled(changed), "nothing was there to erase")
			times, _ = b.Erased("other")
			require.Zero(t, times)
			require.Empty(t, export("b-c"))
			require.NotEmpty(t, export("b-another"), "another buyer's is kept")
			_, _, err = b.Case(t.Context(), "s", id)
			require.Equal(t, "not_found", refusalOf(t, err))
			_, err = b.Conversation(t.Context(), "s", "c")
			require.ErrorIs(t, err, engine.ErrNoCase)
			r := b.say(t, message("c", "m-3", "有券吗"))
			require.Equal(t, "coupon.once", *r.Rule, "nobody remembers the buyer")
			c, err := b.Conversation(t.Context(), "s", "c")
			require.NoError(t, err)
			require.Len(t, c.Transcript, 2)

			audit, err := b.Audit(t.Context(), "s", "", 20)
			require.NoError(t, err)
			raw, err := json.Marshal(audit)
			require.NoError(t, err)
			require.NotContains(t, string(raw), "b-c")
			require.NotContains(t, string(raw), "王小明")
			what := map[string]int{}
			for _, e := range audit {
				what[e.What]++
			}
			require.Equal(t, map[string]int{"reply": 1, "export": 4, "erase": 2}, what)
		})
	}
}
