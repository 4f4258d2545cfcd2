package sqlite_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlite"
)

// A talk of the crowd: its buyer, and how many turns it has had.
type talk struct {
	key   engine.Key
	buyer string
	turns int
	last  engine.Standing
}

// turn is a turn of any size with something in every table, and the marks of the buyer all over it.
func (k *talk) turn(size int) engine.Commit {
	id := fmt.Sprintf("%s-%d", k.buyer, k.turns)
	c := turnOf(k.key, int64(k.turns), "m-"+id)
	c.Buyer, c.Conversation.Buyer.ID = k.buyer, k.buyer
	c.Conversation.LastLine = strings.Repeat("words of "+k.buyer+" ", size)
	c.Recorded.Before, c.Recorded.ID = c.Conversation, "t-"+id
	c.Answered.Response = []byte(`{"to":"` + k.buyer + `"}`)
	c.Late = &engine.Late{ID: "l-" + id, Key: k.key, At: noon, Deliver: true, Replies: []bot.Reply{{Kind: "text", Text: "to " + k.buyer}}}
	c.Cases = []desk.Case{{Shop: k.key.Shop, State: desk.Waiting, Handoff: bot.Handoff{
		ID: "h-" + k.buyer, Number: 1, Slots: map[string]string{"phone": "phone-of-" + k.buyer},
		Transcript: []bot.Line{{From: "buyer", Text: strings.Repeat("words of "+k.buyer, size)}},
	}}}
	c.Waiting, c.Due = "aftersales", noon.Add(time.Hour)
	if k.turns == 0 {
		c.Record = &bot.Record{Uses: []bot.Use{{Rule: "r", Conversation: k.key.Conversation + " of " + k.buyer, At: noon}}}
	}
	k.turns++
	c.Standing = k.last
	k.last = c.Next()
	return c
}

// TestErasedBuyerIsNowhereInTheFile looks for what a buyer left among many others, whose turns moved it about in the file.
func TestErasedBuyerIsNowhereInTheFile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name                string
		buyers, turns, size int
	}{
		{"long rows", 40, 200, 60},
		{"many who wrote little", 1200, 2400, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() {
				test.buyers, test.turns = test.buyers/2, test.turns/3
			}
			path := filepath.Join(t.TempDir(), "x.db")
			s := open(t, sqlite.Options{Path: path})
			random := rand.New(rand.NewPCG(7, 7)) // the same each time
			crowd := make([]*talk, test.buyers)
			for i := range crowd {
				buyer := fmt.Sprintf("buyer-%08x-%d", random.Uint32(), i)
				crowd[i] = &talk{key: engine.Key{Shop: "s", Conversation: "of-" + buyer}, buyer: buyer}
			}
			for range test.turns {
				require.NoError(t, s.Commit(t.Context(), crowd[random.IntN(len(crowd))].turn(random.IntN(test.size))))
			}
			crowd = slices.DeleteFunc(crowd, func(k *talk) bool { return k.turns == 0 })
			const every = 4
			most := 12
			if testing.Short() {
				most = 3
			}
			for i := 0; i+every < len(crowd) && i < most*every; i += every {
				for _, other := range crowd[i+1 : i+every] { // life goes on
					require.NoError(t, s.Commit(t.Context(), other.turn(random.IntN(test.size))))
				}
				gone := crowd[i]
				require.Positive(t, count(t, path, gone.buyer), "it is there before")
				entry := desk.Entry{ID: fmt.Sprint("e-", i), Shop: "s", At: noon, Who: "cli:root", What: "erase", On: gone.buyer}
				pieces, err := s.Erase(t.Context(), "s", gone.buyer, entry)
				require.NoError(t, err)
				require.Equal(t, 3+3*gone.turns, pieces)
				require.NoError(t, s.Scrub(t.Context()))
				require.Zero(t, count(t, path, gone.buyer), "buyer %d", i)
				require.Positive(t, count(t, path, crowd[i+1].buyer), "others are left alone")
			}
			requireSound(t, path)
		})
	}
}

// TestEraseGoesWithTheTurnsOfOthers erases while many write: nobody is refused, and the file stays sound.
func TestEraseGoesWithTheTurnsOfOthers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	s := open(t, sqlite.Options{Path: path, LockWait: 10 * time.Second})
	gone := &talk{key: engine.Key{Shop: "s", Conversation: "of-gone"}, buyer: "buyer-gone-77"}
	for range 20 {
		require.NoError(t, s.Commit(t.Context(), gone.turn(10)))
	}
	const writers, turns = 4, 60
	errs := make([]error, writers)
	var all sync.WaitGroup
	for w := range writers {
		mine := &talk{key: engine.Key{Shop: "s", Conversation: fmt.Sprint("of-", w)}, buyer: fmt.Sprint("buyer-", w)}
		all.Go(func() {
			for n := range turns {
				if errs[w] = s.Commit(t.Context(), mine.turn(n)); errs[w] != nil {
					return
				}
			}
		})
	}
	other, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, LockWait: 10 * time.Second}) // as the command line does
	require.NoError(t, err)
	_, err = other.Erase(t.Context(), "s", gone.buyer, desk.Entry{ID: "e", Shop: "s", At: noon, What: "erase"})
	all.Wait()
	require.NoError(t, err)
	require.NoError(t, other.Scrub(t.Context()))
	require.Equal(t, make([]error, writers), errs)
	require.NoError(t, other.Close())
	require.Zero(t, count(t, path, gone.buyer))
	for w := range writers {
		got, err := s.Load(t.Context(), engine.Ask{Key: engine.Key{Shop: "s", Conversation: fmt.Sprint("of-", w)}})
		require.NoError(t, err)
		require.Equal(t, int64(turns), got.Version)
	}
	requireSound(t, path)
}

// count is how often a text stands in the file and its log.
func count(t *testing.T, path, text string) (n int) {
	t.Helper()
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(path + suffix)
		require.NoError(t, err)
		n += bytes.Count(raw, []byte(text))
	}
	return n
}
