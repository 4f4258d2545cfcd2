package chat_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/store"
	"xiaoer/bot/web/chat"
)

// A tap is the page's end of a stream.
type tap struct {
	header http.Header
	done   chan struct{}
	hangUp context.CancelFunc

	mu     sync.Mutex
	status int
	text   strings.Builder
	stuck  bool // writes fail, as those to who does not read do
}

func (t *tap) Header() http.Header { return t.header }
func (t *tap) Flush()              {}

func (t *tap) WriteHeader(status int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.status = status
}

func (t *tap) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stuck {
		return 0, errors.New("i/o timeout")
	}
	return t.text.Write(b)
}

// heard is what came since the last time, once everybody has come to rest.
func (t *tap) heard() string {
	synctest.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.text.Reset()
	return t.text.String()
}

func (t *tap) ended() bool {
	synctest.Wait()
	select {
	case <-t.done:
		return true
	default:
		return false
	}
}

// listen opens a stream.
func (b *browser) listen(last string) *tap {
	ctx, cancel := context.WithCancel(b.t.Context())
	out := &tap{header: http.Header{}, done: make(chan struct{}), hangUp: cancel, status: http.StatusOK}
	r := httptest.NewRequestWithContext(ctx, "GET", "/chat/xiaoguo/live", nil)
	r.RemoteAddr = b.from
	r.Header.Set("Cookie", b.cookie)
	r.Header.Set("Last-Event-ID", last)
	go func() {
		defer close(out.done)
		b.handler.ServeHTTP(out, r)
	}()
	return out
}

// elapse lets the clock of a bubble run.
func elapse(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestWhatThePageKnowsIsNotToldAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		b := w.guest()
		b.say("message-1", "转人工", "")
		b.talk(w.conversation(b), 1, 60, 10)
		live := b.listen("")
		require.Contains(t, live.heard(), `"earlier":1`)
		elapse(16 * time.Second)
		require.Equal(t, ": still here\n\n", live.heard())
		live.hangUp()
		require.True(t, live.ended())
	})
}

func TestLateRepliesComeByTheStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		b := w.guest()
		first := b.say("message-1", "转人工", "")
		c := w.conversation(b)
		live := b.listen(first.Place)
		begun := live.heard()
		require.Equal(t, "text/event-stream", live.header.Get("Content-Type"))
		require.Contains(t, begun, "id: "+first.Place+"\nevent: state\n")
		require.NotContains(t, begun, "转人工", "what the page has is not told again")

		w.clock.pass(time.Second)
		w.act(c, bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
		require.Contains(t, live.heard(), `"agent":"小陈"`, "a claim says nothing, and is seen")
		w.clock.pass(time.Second)
		w.act(c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
		said := live.heard()
		require.Equal(t, 1, strings.Count(said, "您好"))
		at := strings.Index(said, "id: ") + 4
		place := said[at : at+strings.Index(said[at:], "\n")]
		live.hangUp()
		require.True(t, live.ended())

		w.clock.pass(time.Second)
		w.act(c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "还在吗"})
		back := b.listen(place)
		missed := back.heard()
		require.Contains(t, missed, "还在吗")
		require.NotContains(t, missed, "您好", "it goes on where it was")
		require.NotContains(t, missed, `"reset":true`)
		elapse(16 * time.Second)
		require.Equal(t, ": still here\n\n", back.heard())
		other := w.guest()
		other.say("message-1", "转人工", "")
		require.Empty(t, back.heard(), "another's conversation")
		back.hangUp()
		require.True(t, back.ended())
		require.Contains(t, b.listenOnce("no-such-place"), `"reset":true`)
	})
}

// listenOnce opens a stream, reads how it begins, and closes it.
func (b *browser) listenOnce(last string) string {
	live := b.listen(last)
	defer func() { <-live.done }()
	defer live.hangUp()
	return live.heard()
}

func TestStreamsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		var counts chat.Counts
		w := newWorld(t, func(o *chat.Options) {
			o.Limits = chat.Limits{Streams: 4, StreamsOfBuyer: 2, StreamsOfAddress: 3}
			o.Stop, o.Counts = stop, &counts
		})
		b := w.guest()
		one, two := b.listen(""), b.listen("")
		synctest.Wait()
		require.Equal(t, 2, counts.Seats.Taken())
		b.refused(b.do("GET", "/live", nil), http.StatusTooManyRequests, "too-many")
		next := w.guest()
		three := next.listen("")
		synctest.Wait()
		last := w.guest()
		last.refused(last.do("GET", "/live", nil), http.StatusTooManyRequests, "too-many")
		last.from = "198.51.100.7:1000"
		four := last.listen("")
		synctest.Wait()
		more := w.guest()
		more.from = "203.0.113.9:1000"
		more.refused(more.do("GET", "/live", nil), http.StatusServiceUnavailable, "busy")
		require.Equal(t, http.StatusUnauthorized, w.browser().do("GET", "/live", nil).Code)

		two.mu.Lock()
		two.stuck = true
		two.mu.Unlock()
		elapse(16 * time.Second)
		require.True(t, two.ended(), "who does not read is dropped")
		require.False(t, one.ended())
		five := b.listen("")
		require.NotEmpty(t, five.heard(), "there is room again")
		close(stop)
		for _, l := range []*tap{one, three, four, five} {
			require.True(t, l.ended(), "all end when the server stops")
		}
	})
}

func TestAListenerWhoseSessionIsOverIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		b := w.browser()
		b.begin(map[string]any{"identity": signed(t, buyerB1(), secret)})
		live := b.listen("")
		require.NotEmpty(t, live.heard())
		elapse(2 * time.Minute)
		require.False(t, live.ended())
		b.begin(map[string]any{"guest": true})
		elapse(2 * time.Minute)
		require.True(t, live.ended())
	})
}

func TestRepliesOfAnotherProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept, now := store.NewMemory(store.Limits{}), &clock{now: noon}
		here, there := newWorldOn(t, kept, now, nil), newWorldOn(t, kept, now, nil)
		b := here.guest()
		first := b.say("message-1", "转人工", "")
		c := here.conversation(b)
		live := b.listen(first.Place)
		live.heard()
		elapse(1500 * time.Millisecond)
		live.heard()
		now.pass(time.Second)
		there.act(c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
		elapse(time.Second)
		require.Contains(t, live.heard(), "您好")
		live.hangUp()
		require.True(t, live.ended())
	})
}
