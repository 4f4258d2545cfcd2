package engine_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
)

// TestAStateThatIsMadeAgainIsTheOneThatWas: whatever was said, done, looked up, waited for and reloaded meanwhile, the turns lead to the
// same state as the one that each turn began with.
func TestAStateThatIsMadeAgainIsTheOneThatWas(t *testing.T) {
	t.Parallel()
	led, all, seeds := 0, 0, uint64(12)
	if testing.Short() {
		seeds = 3
	}
	for seed := range seeds {
		w, books := conversations(t, seed)
		for _, c := range w.commits {
			turns, err := w.Trace(t.Context(), "s", c.Recorded.ID)
			require.NoError(t, err)
			require.LessOrEqual(t, len(turns), 8, "a trace costs no more than a few turns")
			require.Less(t, c.At.Sub(turns[0].At), engine.LongestStretch)
			last, same := engine.Remake(books[c.Recorded.Book], turns)
			require.Equal(t, asJSON(t, c.Recorded.Before), asJSON(t, last.Before), "seed %d, turn %s of %d", seed, c.Recorded.ID, len(turns))
			require.True(t, same)
			require.Equal(t, c.Recorded.ID, last.ID)
			if all++; len(turns) > 1 {
				led++
			}
		}
	}
	require.Greater(t, led, all/3, "else it does not say much")
}

// conversations lets a few buyers and agents have a day with a shop that keeps its state in a file, and gives what was committed and
// the books by which it was.
func conversations(t *testing.T, seed uint64) (*watched, map[string]*bot.Book) {
	t.Helper()
	chance := rand.New(rand.NewPCG(seed, 7))
	w := &watched{Store: openFile(t, filepath.Join(t.TempDir(), "state.db"))}
	b := newBench(t, func(o *engine.Options) { o.Store, o.Cache = w, int(seed%2)<<20 })
	books := map[string]*bot.Book{}
	reload := func(text string) {
		b.change("s", func(s *engine.Shop) {
			s.Book, s.Orders = book(t, text), delivered
			books[s.Book.Hash] = s.Book
		})
	}
	reload(ruleText)
	for n := range 80 {
		c := "c-" + strconv.Itoa(chance.IntN(3))
		m := message(c, "m-"+strconv.Itoa(n), []string{"你好", "有券吗", "我要退货", "转人工", "听不懂的话", "<b>\x00\u2028 261118-123456789012345"}[chance.IntN(6)])
		m.Buyer.ID = "b-" + strconv.Itoa(chance.IntN(2))
		b.say(t, m)
		if chance.IntN(4) == 0 {
			kind := []bot.EventKind{bot.EventClaim, bot.EventRelease, bot.EventResolve, bot.EventAgent}[chance.IntN(4)]
			_, _ = b.Act(t.Context(), "s", c, bot.Event{Kind: kind, Agent: "小陈", Text: "您好", Images: []string{"https://img.example/1.jpg"}}) // it may not be the time for it
		}
		b.pass(time.Duration(chance.IntN(3)) * time.Duration(chance.IntN(600)) * time.Second)
		_, err := b.Tick(t.Context())
		require.NoError(t, err)
		if chance.IntN(15) == 0 {
			reload(ruleText + fmt.Sprintf("\n#%*d", n+2, 0))
		}
	}
	return w, books
}

// TestATraceThatIsLedTo shows the same as one of a turn that is kept whole, and says when the book of then is gone.
func TestATraceThatIsLedTo(t *testing.T) {
	t.Parallel()
	var explained [2][]engine.Explained
	for i, open := range []func(*testing.T) *bench{onMemory, onFile} {
		b := open(t)
		b.change("s", func(s *engine.Shop) { s.Orders = delivered })
		var ids []string
		for n := range 20 {
			ids = append(ids, b.say(t, message("c", "m-"+strconv.Itoa(n), []string{"你好", "我要退货", "有券吗"}[n%3])).TraceID)
		}
		for _, id := range ids {
			trace, err := b.Trace(t.Context(), "s", id)
			require.NoError(t, err)
			require.False(t, trace.BookChanged)
			explained[i] = append(explained[i], trace)
		}
		for n := range 5 {
			b.change("s", func(s *engine.Shop) { s.Book = book(t, ruleText+fmt.Sprintf("\n#%*d", n+2, 0)) })
			b.say(t, message("c", "again-"+strconv.Itoa(n), "你好"))
		}
		for _, id := range ids {
			trace, err := b.Trace(t.Context(), "s", id)
			require.NoError(t, err)
			require.True(t, trace.BookChanged)
		}
	}
	require.Equal(t, asJSON(t, explained[0]), asJSON(t, explained[1]))
}

// TestRemakeSaysWhenTheStateIsAnother: the program or the book is not the one of then, or the first state is missing.
func TestRemakeSaysWhenTheStateIsAnother(t *testing.T) {
	t.Parallel()
	b := book(t, ruleText)
	events := []bot.Event{{ID: "t-1", Kind: bot.EventMessage, At: noon, Message: &bot.Message{ID: "m", Conversation: "c", Text: "你好"}}}
	first := engine.Recorded{ID: "t-1", Before: bot.NewConversation("s", "c"), Events: events, Book: b.Hash}
	_, same := engine.Remake(b, []engine.Recorded{first, {ID: "t-2", Check: 7}})
	require.False(t, same)
	_, same = engine.Remake(b, []engine.Recorded{{ID: "t-2", Check: 7}})
	require.False(t, same)
	_, same = engine.Remake(b, []engine.Recorded{first})
	require.True(t, same)
}
