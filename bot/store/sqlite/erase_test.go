package sqlite_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
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
	return c
}

// TestErasedBuyerIsNowhereInTheFile looks for what a buyer left among many others, whose turns moved it about in the file.
func TestErasedBuyerIsNowhereInTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	s := open(t, sqlite.Options{Path: path})
	random := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // the same each time
	crowd := make([]*talk, 40)
	for i := range crowd {
		buyer := fmt.Sprintf("buyer-%02d-%08x", i, random.Uint32())
		crowd[i] = &talk{key: engine.Key{Shop: "s", Conversation: "of-" + buyer}, buyer: buyer}
	}
	for range 600 {
		require.NoError(t, s.Commit(t.Context(), crowd[random.IntN(len(crowd))].turn(random.IntN(60))))
	}
	for i := range 10 {
		gone := crowd[i*4]
		for _, other := range crowd[i*4+1 : i*4+4] { // life goes on
			require.NoError(t, s.Commit(t.Context(), other.turn(random.IntN(60))))
		}
		require.Positive(t, count(t, path, gone.buyer), "it is there before")
		pieces, err := s.Erase(t.Context(), "s", gone.buyer, desk.Entry{ID: fmt.Sprint("e-", i), Shop: "s", At: noon, Who: "cli:root", What: "erase", On: gone.buyer})
		require.NoError(t, err)
		require.Equal(t, 3+3*gone.turns, pieces)
		require.Zero(t, count(t, path, gone.buyer), "buyer %d", i)
	}
	for i, other := range crowd {
		if i%4 != 0 {
			require.Positive(t, count(t, path, other.buyer), "the others are left alone")
		}
	}
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
