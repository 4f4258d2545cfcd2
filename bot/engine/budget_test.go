package engine_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
)

func TestWhatWaitedTakesOfTheNewBudgetToo(t *testing.T) {
	for name, kept := range map[string]func(*testing.T, *engine.Options){
		"memory": func(*testing.T, *engine.Options) {},
		"sqlite": func(t *testing.T, o *engine.Options) {
			t.Helper()
			o.Store = openFile(t, filepath.Join(t.TempDir(), "state.db"))
		},
	} {
		t.Run(name, func(t *testing.T) { overBudget(t, kept) })
	}
}

func overBudget(t *testing.T, kept func(*testing.T, *engine.Options)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var up atomic.Bool
		live := &callback{}
		b := delivering(t, func(o *engine.Options) {
			kept(t, o)
			o.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				if !up.Load() {
					return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: http.NoBody, Request: r}, nil
				}
				return live.RoundTrip(r)
			})}
		})
		b.change("other", func(s *engine.Shop) {
			tight := book(t, ruleText)
			tight.Budget = bot.Budget{Messages: 5, Within: 48 * time.Hour}
			s.Book = tight
		})
		for _, lot := range []string{"a", "b", "c"} {
			elapse(time.Second) // each word of the buyer's is later than the last
			b.writes(t, "other", "c", lot+"0")
			for _, n := range []string{"1", "2"} {
				_, err := b.Act(t.Context(), "other", "c", bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: lot + n})
				require.NoError(t, err)
			}
		}
		up.Store(true)
		elapse(2 * time.Hour)
		sent := live.texts()
		require.Subset(t, sent, []string{"c0", "c1", "c2"}, "what was said since the buyer's last word had its place")
		require.Len(t, sent, 5)
		c, err := b.Conversation(t.Context(), "other", "c")
		require.NoError(t, err)
		require.Equal(t, 5, c.Sent)
		require.NoError(t, b.Export(t.Context(), "other", "b-c", "老板", func(kind string, body []byte) error {
			if kind != "turn" {
				return nil
			}
			var turn struct{ ID string }
			require.NoError(t, json.Unmarshal(body, &turn))
			_, err := b.Trace(t.Context(), "other", turn.ID)
			return err
		}), "every turn can be run again")
	})
}
