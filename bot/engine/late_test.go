package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
)

func act(tb testing.TB, b *bench, conversation string, ev bot.Event) bot.Turn {
	tb.Helper()
	turn, err := b.Act(tb.Context(), "s", conversation, ev)
	require.NoError(tb, err)
	return turn
}

func lateOf(tb testing.TB, b *bench, conversation, after string) []engine.LateReply {
	tb.Helper()
	got, err := b.Replies(tb.Context(), "s", conversation, after)
	require.NoError(tb, err)
	return got
}

func TestAnAgentTakesOverAndGivesBack(t *testing.T) {
	b := newBench(t, nil)
	require.Equal(t, bot.StatusWaiting, b.say(t, message("c", "m-1", "转人工")).Status)
	act(t, b, "c", bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
	r := b.say(t, message("c", "m-2", "有券吗"))
	require.Empty(t, r.Replies, "the bot is silent while an agent talks")
	require.Equal(t, bot.StatusAgent, r.Status)
	act(t, b, "c", bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
	act(t, b, "c", bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "稍等"})
	late := lateOf(t, b, "c", "")
	require.Len(t, late, 2)
	require.Equal(t, []string{"您好"}, texts(late[0].Replies))
	require.Equal(t, bot.StatusAgent, late[0].Status)
	require.Equal(t, late[1:], lateOf(t, b, "c", late[0].ID))
	trace, err := b.Trace(t.Context(), "s", late[0].ID)
	require.NoError(t, err)
	require.Equal(t, bot.EventAgent, trace.Event)

	act(t, b, "c", bot.Event{Kind: bot.EventRelease, Agent: "小陈"})
	require.NotEmpty(t, b.say(t, message("c", "m-3", "有券吗")).Replies)
	act(t, b, "c", bot.Event{Kind: bot.EventResolve, Agent: "小陈"})
	c, err := b.Conversation(t.Context(), "s", "c")
	require.NoError(t, err)
	require.Equal(t, bot.StatusClosed, c.Status)
}

func TestTwoAgentsOneWins(t *testing.T) {
	b := newBench(t, nil)
	b.say(t, message("c", "m-1", "转人工"))
	var all sync.WaitGroup
	var lost atomic.Int32
	for i := range 8 {
		all.Go(func() {
			_, err := b.Act(t.Context(), "s", "c", bot.Event{Kind: bot.EventClaim, Agent: "agent-" + strconv.Itoa(i)})
			if err != nil {
				require.ErrorIs(t, err, engine.ErrClaimed)
				lost.Add(1)
			}
		})
	}
	all.Wait()
	require.Equal(t, int32(7), lost.Load())
	c, err := b.Conversation(t.Context(), "s", "c")
	require.NoError(t, err)
	claims := 0
	for _, change := range c.Case.History {
		if strings.HasPrefix(change.Who, "agent-") {
			claims++
			require.Equal(t, c.Case.Agent, change.Who)
		}
	}
	require.Equal(t, 1, claims, "%v", c.Case.History)
}

func TestTickFiresWhatIsDue(t *testing.T) {
	b := newBench(t, nil)
	b.say(t, message("c", "m-1", "转人工"))
	at, ok, err := b.NextDue(t.Context())
	require.NoError(t, err)
	require.True(t, ok)
	require.True(t, at.After(noon))
	fired, err := b.Tick(t.Context())
	require.NoError(t, err)
	require.Zero(t, fired)
	b.pass(at.Sub(noon))
	fired, err = b.Tick(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, fired)
	require.Equal(t, []string{"请稍等"}, texts(lateOf(t, b, "c", "")[0].Replies), "the holding line before the deadline")
	b.pass(24 * time.Hour)
	fired, err = b.Tick(t.Context())
	require.NoError(t, err)
	require.Positive(t, fired)
	require.Less(t, fired, 20)
	if next, ok, err := b.NextDue(t.Context()); ok {
		require.NoError(t, err)
		require.True(t, next.After(b.clock()), "nothing stays due")
	}
}

// TestATimerThatIsSetIsLeftAlone: a message that only makes it later does not move it. It rings once too early, says nothing, and is put off
// to the right time.
func TestATimerThatIsSetIsLeftAlone(t *testing.T) {
	for name, open := range everyStore() {
		t.Run(name, func(t *testing.T) {
			b := open(t)
			first := b.asksTwice(t)
			b.pass(first.Sub(b.clock()))
			fired, err := b.Tick(t.Context())
			require.NoError(t, err)
			require.Equal(t, 1, fired)
			require.Empty(t, lateOf(t, b, "c", ""), "it rang too early")
			require.Equal(t, first.Add(time.Minute), b.rings(t))

			b.say(t, message("c", "m-human", "转人工"))
			require.Less(t, b.rings(t).Sub(b.clock()), 5*time.Minute, "what comes sooner moves it")
		})
	}
}

// TestWhoAsksForTheNextTimerIsToldTheRightTime although it would ring too early.
func TestWhoAsksForTheNextTimerIsToldTheRightTime(t *testing.T) {
	b := newBench(t, nil)
	first := b.asksTwice(t)
	at, ok, err := b.NextDue(t.Context())
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, first.Add(time.Minute), at.UTC())
	require.Equal(t, at, b.rings(t))
}

// asksTwice lets a buyer say the same within a minute, and gives when the question of the first answer would have been given up.
func (b *bench) asksTwice(t *testing.T) time.Time {
	t.Helper()
	b.say(t, message("c", "m-1", "我想退货"))
	first := b.rings(t)
	require.True(t, first.After(b.clock().Add(time.Hour)))
	b.pass(time.Minute)
	b.say(t, message("c", "m-2", "我想退货"))
	require.Equal(t, first, b.rings(t))
	return first
}

// rings is when the timer of the conversation is set.
func (b *bench) rings(t *testing.T) time.Time {
	t.Helper()
	l, err := b.Store.Load(t.Context(), engine.Ask{Key: engine.Key{Shop: "s", Conversation: "c"}})
	require.NoError(t, err)
	return l.Standing.Due.UTC()
}

// callback is a shop's server without a network.
type callback struct {
	mu     sync.Mutex
	got    []engine.LateReply
	heads  []http.Header
	bodies []string
	answer func(n int) (int, error) // of the n-th call
}

func (c *callback) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var l engine.LateReply
	if err := json.Unmarshal(body, &l); err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.got, c.heads, c.bodies = append(c.got, l), append(c.heads, r.Header), append(c.bodies, string(body))
	n := len(c.got)
	c.mu.Unlock()
	status := http.StatusOK
	if c.answer != nil {
		if status, err = c.answer(n); err != nil {
			return nil, err
		}
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader("ok")), Request: r}, nil
}

// goneUntil is a client whose destination is not there until up says so.
func goneUntil(up *atomic.Bool, c *callback) *http.Client {
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if !up.Load() {
			return nil, errors.New("gone")
		}
		return c.RoundTrip(r)
	})}
}

func (c *callback) texts() (out []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.got {
		out = append(out, texts(l.Replies)...)
	}
	return out
}

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// running is a bench whose loops run on the bubble's own clock until the test ends.
func running(t *testing.T, c *callback) (*bench, func()) {
	t.Helper()
	b := newBench(t, func(o *engine.Options) {
		o.Clock = time.Now
		o.Client = &http.Client{Transport: c}
	})
	b.change("s", func(s *engine.Shop) { s.Callback = engine.Callback{URL: "http://shop.example/late", Secret: secret} })
	ctx, cancel := context.WithCancel(t.Context())
	var loops sync.WaitGroup
	loops.Go(func() { b.Run(ctx) })
	return b, func() {
		cancel()
		loops.Wait()
	}
}

func TestLateRepliesAreDeliveredSigned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &callback{}
		b, stop := running(t, c)
		defer stop()
		b.say(t, message("c", "m-1", "转人工"))
		act(t, b, "c", bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
		act(t, b, "c", bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "稍等"})
		synctest.Wait()
		elapse(3 * time.Second)
		require.Equal(t, []string{"您好", "稍等"}, c.texts())
		verifier, err := standardwebhooks.NewWebhook(secret)
		require.NoError(t, err)
		for i, head := range c.heads {
			require.NoError(t, verifier.Verify([]byte(c.bodies[i]), head))
			require.Equal(t, c.got[i].ID, head.Get("webhook-id"), "the reply's id is the idempotency key")
			require.Contains(t, c.bodies[i], `"handoff":`)
		}
		for i, l := range lateOf(t, b, "c", "") {
			raw, err := json.Marshal(l)
			require.NoError(t, err)
			require.Equal(t, c.bodies[i], string(raw), "what is read is what was delivered")
		}
	})
}

func TestDeliveryIsTriedAgainInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &callback{answer: func(n int) (int, error) {
			switch {
			case n == 1:
				return 0, errors.New("connection refused")
			case n < 5:
				return http.StatusInternalServerError, nil
			case n == 5:
				return http.StatusFound, nil // redirects are not followed
			}
			return http.StatusNoContent, nil
		}}
		b, stop := running(t, c)
		defer stop()
		b.say(t, message("c", "m-1", "转人工"))
		act(t, b, "c", bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "一"})
		act(t, b, "c", bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "二"})
		elapse(5 * time.Minute)
		require.Equal(t, []string{"一", "一", "一", "一", "一", "一", "二"}, c.texts())
		for _, head := range c.heads[1:6] {
			require.Equal(t, c.heads[0].Get("webhook-id"), head.Get("webhook-id"))
		}
	})
}

func TestADeadCallbackHoldsUpItsOwnShopOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &callback{answer: func(int) (int, error) { return http.StatusOK, nil }}
		hang := make(chan struct{})
		b, stop := running(t, c)
		defer stop()
		defer close(hang)
		b.change("s", func(s *engine.Shop) { s.Callback.URL = "http://dead.example" })
		b.change("other", func(s *engine.Shop) { s.Callback.URL = "http://shop.example" })
		dead := b.Client.Transport
		b.Client.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "dead.example" {
				select {
				case <-hang:
				case <-r.Context().Done():
				}
				return nil, errors.New("time-out")
			}
			return dead.RoundTrip(r)
		})
		for i := range 30 {
			id := strconv.Itoa(i)
			for _, shop := range []string{"s", "other"} {
				_, err := b.Handle(t.Context(), shop, message("c-"+id, "m-"+id, "转人工"))
				require.NoError(t, err)
				_, err = b.Act(t.Context(), shop, "c-"+id, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: id})
				require.NoError(t, err)
			}
		}
		elapse(5 * time.Second)
		require.Len(t, c.texts(), 30)
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTheBotsLateWordIsHeldBackWhenAHumanHasCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var down atomic.Bool
		down.Store(true)
		c := &callback{answer: func(int) (int, error) {
			if down.Load() {
				return http.StatusBadGateway, nil
			}
			return http.StatusOK, nil
		}}
		b, stop := running(t, c)
		defer stop()
		b.say(t, message("c", "m-1", "转人工"))
		elapse(3 * time.Minute) // the holding line falls due and cannot be delivered
		require.NotEmpty(t, c.texts())
		require.Equal(t, "请稍等", c.texts()[0])
		act(t, b, "c", bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "我来了"})
		synctest.Wait() // the first attempt has failed
		before := len(c.texts())
		down.Store(false)
		elapse(5 * time.Minute)
		require.Equal(t, []string{"我来了"}, c.texts()[before:])
		require.Equal(t, []string{"我来了"}, texts(lateOf(t, b, "c", "")[0].Replies), "nor is it read later")
	})
}

func TestTheSchedulerFiresAtTheRightTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, stop := running(t, &callback{})
		defer stop()
		b.change("s", func(s *engine.Shop) { s.Callback = engine.Callback{} })
		elapse(time.Hour)
		b.say(t, message("c", "m-1", "转人工"))
		at, ok, err := b.NextDue(t.Context())
		require.NoError(t, err)
		require.True(t, ok)
		elapse(time.Until(at) - time.Second)
		require.Empty(t, lateOf(t, b, "c", ""))
		elapse(2 * time.Second)
		late := lateOf(t, b, "c", "")
		require.Len(t, late, 1)
		require.WithinDuration(t, at, late[0].At, 100*time.Millisecond)
	})
}

func TestATimerOfAShopThatIsGoneWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, stop := running(t, &callback{})
		defer stop()
		b.say(t, message("c", "m-1", "转人工"))
		b.mu.Lock()
		gone := b.shops["s"]
		delete(b.shops, "s")
		b.mu.Unlock()
		elapse(10 * time.Minute)
		b.mu.Lock()
		b.shops["s"] = gone
		b.mu.Unlock()
		elapse(time.Minute)
		require.NotEmpty(t, lateOf(t, b, "c", ""))
	})
}
