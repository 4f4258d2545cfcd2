package engine_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

func lettersOf(t *testing.T, b *bench, state string) []desk.Letter {
	t.Helper()
	list, err := b.Letters(t.Context(), "s", state, "", 100)
	require.NoError(t, err)
	return list
}

func TestADeadLetterIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var allowed atomic.Bool
		c := &callback{}
		b := deliveringOn(t, func(o *engine.Options) {
			o.Client = goneUntil(&allowed, c)
		})
		b.writes(t, "s", "c", "一")
		b.hours(40)
		dead := lettersOf(t, b, "dead")
		require.Len(t, dead, 1)
		require.Contains(t, dead[0].Error, "gone")
		require.Greater(t, dead[0].Attempts, 10)
		figures, err := b.Figures(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, figures.DeadLetters)
		b.writes(t, "s", "c", "二")
		b.both(time.Minute)
		figures, err = b.Figures(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, figures.Backlog)
		require.Equal(t, time.Minute, figures.OldestAge)
		require.Empty(t, c.texts())

		allowed.Store(true)
		require.NoError(t, b.Resend(t.Context(), "s", dead[0].ID, "老板"))
		b.both(2 * time.Minute)
		require.Equal(t, []string{"一", "二"}, c.texts(), "at the head of its conversation's queue")
		require.Empty(t, lettersOf(t, b, "dead"))
		require.Equal(t, "not_found", refusalOf(t, b.Resend(t.Context(), "s", dead[0].ID, "老板")), "it has arrived")
		require.Equal(t, "not_found", refusalOf(t, b.Resend(t.Context(), "other", dead[0].ID, "老板")))
		audit, err := b.Audit(t.Context(), "s", "", 10)
		require.NoError(t, err)
		require.Len(t, audit, 1)
		require.Equal(t, desk.Entry{ID: audit[0].ID, Shop: "s", At: audit[0].At, Who: "老板", What: "resend", On: dead[0].ID}, audit[0])
	})
}

func TestWhyALetterIsForbiddenIsToldWithoutItsSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := delivering(t, func(*engine.Options) {})
		b.change("s", func(s *engine.Shop) { s.Callback.URL = "http://user:geheim@127.0.0.1:9/late?token=geheim" })
		b.writes(t, "s", "c", "您好")
		elapse(time.Second)
		dead := lettersOf(t, b, "dead")
		require.Len(t, dead, 1)
		require.Equal(t, 1, dead[0].Attempts)
		require.Contains(t, dead[0].Error, "--allow-callbacks 127.0.0.1/32")
		require.NotContains(t, dead[0].Error, "geheim")
	})
}

// limited gives shop "s" a channel that lets three messages through within two days of the buyer's last one.
func limited(t *testing.T, b *bench) {
	t.Helper()
	b.change("s", func(s *engine.Shop) {
		tight := book(t, ruleText)
		tight.Budget = bot.Budget{Messages: 3, Within: 48 * time.Hour}
		s.Book = tight
	})
}

func TestTheBotsLateWordIsDroppedWhenTheChannelTakesNoMore(t *testing.T) {
	for _, c := range []struct {
		name string
		down int    // how many hours the callback is
		then string // what the buyer writes before it is up again
		want string // how the holding line ends
	}{
		{"in time", 1, "", "delivered"},
		{"too late", 49, "", "dropped"},
		{"too late, but the buyer wrote again", 49, "在吗", "delivered"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var up atomic.Bool
				live := &callback{}
				b := deliveringOn(t, func(o *engine.Options) {
					o.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
						if !up.Load() {
							return &http.Response{StatusCode: http.StatusForbidden, Body: http.NoBody, Request: r}, nil
						}
						return live.RoundTrip(r)
					})}
				})
				limited(t, b)
				b.say(t, message("c", "m-1", "转人工"))
				b.both(3 * time.Minute) // the holding line falls due
				held := lettersOf(t, b, "pending")
				require.Len(t, held, 1)
				up.Store(c.down < 24)
				b.hours(c.down)
				if c.want != "delivered" || c.then != "" { // by now it is dead: too old, and still not taken
					if c.then != "" {
						b.say(t, message("c", "m-2", c.then))
					}
					up.Store(true)
					require.NoError(t, b.Resend(t.Context(), "s", held[0].ID, "老板"))
					b.both(time.Minute)
				}
				states := map[string]string{}
				for _, l := range lettersOf(t, b, "") {
					states[l.ID] = l.State
				}
				require.Equal(t, c.want, states[held[0].ID])
			})
		})
	}
}

func TestAnAgentsWordThatIsTooLateIsNotDroppedInSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var up atomic.Bool
		live := &callback{}
		b := deliveringOn(t, func(o *engine.Options) {
			o.Client = goneUntil(&up, live)
		})
		limited(t, b)
		b.writes(t, "s", "c", "您好")
		b.hours(30)
		require.Empty(t, lettersOf(t, b, "dead"))
		b.hours(19)
		dead := lettersOf(t, b, "dead")
		require.Len(t, dead, 1)
		up.Store(true)
		require.NoError(t, b.Resend(t.Context(), "s", dead[0].ID, "老板"))
		b.both(2 * time.Minute)
		dead = lettersOf(t, b, "dead")
		require.Len(t, dead, 1)
		require.Contains(t, dead[0].Error, "until the buyer writes again")
		require.Empty(t, live.texts())
	})
}

// What the shop or the buyer's page has read is delivered, although nobody sent it.
func TestWhatWasReadIsDelivered(t *testing.T) {
	t.Parallel()
	for name, open := range everyStore() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			id := b.hand(t, "c")
			for _, text := range []string{"一", "二", "三"} {
				b.does(t, id, desk.Act{Kind: bot.EventAgent, Text: text})
			}
			states := func() (out []string) {
				_, late, err := b.Case(t.Context(), "s", id)
				require.NoError(t, err)
				for _, d := range late {
					out = append(out, d.State)
				}
				return out
			}
			all := lateOf(t, b, "c", "")
			require.Equal(t, []string{"unsent", "unsent", "unsent"}, states(), "it was handed out, but whether it came to anybody is not known")
			require.Len(t, lateOf(t, b, "c", all[1].ID), 1)
			require.Equal(t, []string{"delivered", "delivered", "unsent"}, states())
			require.NoError(t, b.Acknowledge(t.Context(), "s", "c", ""))
			require.NoError(t, b.Acknowledge(t.Context(), "s", "c", "nonsense"))
			require.Equal(t, []string{"delivered", "delivered", "unsent"}, states())
			require.NoError(t, b.Acknowledge(t.Context(), "s", "c", all[2].ID))
			require.Equal(t, []string{"delivered", "delivered", "delivered"}, states())
			require.Len(t, lateOf(t, b, "c", ""), 3, "it is to be read still")
		})
	}
}
