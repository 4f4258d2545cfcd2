package sqlite

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// TestStoreOfTheFirstVersionKnowsItsBuyers: what was kept before turns knew of one another is found, and erased, all the same.
func TestStoreOfTheFirstVersionKnowsItsBuyers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "old.db")
	require.NoError(t, prepare(path))
	db, err := (&Options{Path: path, LockWait: time.Second}).pool(1)
	require.NoError(t, err)
	require.NoError(t, claim(t.Context(), db))
	steps, err := stepsOf(db)
	require.NoError(t, err)
	_, err = steps.UpTo(t.Context(), 1)
	require.NoError(t, err)
	do := func(query string, args ...any) {
		_, err := db.ExecContext(t.Context(), query, args...)
		require.NoError(t, err)
	}
	for talk := range 3 {
		name := fmt.Sprint("c-", talk)
		do(`INSERT INTO conversations (shop_id, id, version, buyer_id, waiting, waited, touched_at, body) VALUES ('s', ?, 4, ?, '', '', 9, '{}')`,
			name, fmt.Sprint("b-", talk/2))
		for n := range 4 {
			id := fmt.Sprintf("%d-%d", 3-n, talk) // not in the order of their ids
			turn, err := json.Marshal(engine.Recorded{
				ID: id, Key: engine.Key{Shop: "s", Conversation: name}, Events: []bot.Event{{Message: &bot.Message{ID: "m-" + id}}},
			})
			require.NoError(t, err)
			do(`INSERT INTO turns (shop_id, id, at, body) VALUES ('s', ?, ?, ?)`, id, n, string(turn))
			do(`INSERT INTO answers (shop_id, message_id, at, fingerprint, response) VALUES ('s', ?, 1, '', '{}')`, "m-"+id)
		}
	}
	require.NoError(t, db.Close())

	s := newStore(t, Options{Path: path})
	kinds := func(buyer string) map[string]int {
		out := map[string]int{}
		require.NoError(t, s.Export(t.Context(), "s", buyer, func(kind string, _ []byte) error {
			out[kind]++
			return nil
		}))
		return out
	}
	require.Equal(t, map[string]int{"conversation": 2, "turn": 8, "answer": 8}, kinds("b-0"))
	require.Equal(t, map[string]int{"conversation": 1, "turn": 4, "answer": 4}, kinds("b-1"))
	c := firstTurn(0)
	c.Key.Conversation, c.Version, c.Buyer = "c-0", 4, "b-0"
	c.Recorded = &engine.Recorded{ID: "new", Key: c.Key}
	require.NoError(t, s.Commit(t.Context(), c), "it goes on")
	pieces, err := s.Erase(t.Context(), "s", "b-0", desk.Entry{ID: "e", Shop: "s"})
	require.NoError(t, err)
	require.Equal(t, 19, pieces)
	require.Empty(t, kinds("b-0"))
	require.Equal(t, map[string]int{"conversation": 1, "turn": 4, "answer": 4}, kinds("b-1"))
}

// TestTurnsStayLinkedWhateverTheClockSays: a turn that seems old is kept until those before it are forgotten, because the way to
// them leads over it.
func TestTurnsStayLinkedWhateverTheClockSays(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{Keep: engine.Retention{Texts: 10 * time.Hour, Answers: time.Hour}})
	now := time.UnixMilli(1e12)
	for n, at := range []time.Time{now, time.UnixMilli(0), now.Add(time.Hour), now.Add(2 * time.Hour)} {
		c := firstTurn(1)
		c.Version, c.Buyer, c.At = int64(n), "b", at
		c.Recorded = &engine.Recorded{ID: fmt.Sprint("t-", n), Key: c.Key, At: at}
		require.NoError(t, s.Commit(t.Context(), c))
	}
	turns := func() (n int) {
		require.NoError(t, s.Export(t.Context(), "s", "b", func(kind string, _ []byte) error {
			if kind == "turn" {
				n++
			}
			return nil
		}))
		return n
	}
	for _, step := range []struct {
		after time.Duration
		want  int
	}{
		{0, 4},
		{10*time.Hour + time.Minute, 2}, // the first, and with it the one that seems old
		{11*time.Hour + time.Minute, 1},
		{13 * time.Hour, 0},
	} {
		require.NoError(t, s.Sweep(t.Context(), now.Add(step.after)))
		require.Equal(t, step.want, turns(), step.after)
	}
}

func TestOpenRefusesPeriodsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	_, err := Open(t.Context(), Options{Path: path, Keep: engine.Retention{Texts: -1}})
	require.ErrorContains(t, err, "negative")
	require.NoFileExists(t, path)
}
