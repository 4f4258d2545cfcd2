package sqlite

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// TestWhatCannotBeReadHoldsNobodyUp breaks one row of each kind among others: the others are found, and somebody is told.
func TestWhatCannotBeReadHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	at := time.UnixMilli(1e12).UTC()
	var log strings.Builder
	s := newStore(t, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for n := range 5 {
		c := firstTurn(n)
		c.Buyer, c.Conversation.Buyer.ID, c.At = "b", "b", at
		c.Late = &engine.Late{ID: fmt.Sprint("l-", n), Key: c.Key, At: at, Deliver: true}
		c.Cases = []desk.Case{{State: desk.Waiting, Handoff: bot.Handoff{ID: fmt.Sprint("h-", n), Number: n + 1}}}
		require.NoError(t, s.Commit(ctx, c))
	}
	for _, agent := range []string{"a-0", "a-1"} {
		require.NoError(t, s.Attend(ctx, "s", desk.Presence{Agent: agent, Online: true, Seen: at}))
	}
	require.NoError(t, s.writer.do(ctx, func(to *session) error {
		for _, query := range []string{
			`UPDATE late_replies SET body = '{"id": 7' WHERE id = 'l-1'`, `UPDATE handoffs SET body = '{' WHERE id IN ('h-0', 'h-1')`,
			`UPDATE handoffs SET texts = '[]' WHERE id = 'h-2'`, `UPDATE presence SET teams = '{' WHERE agent = 'a-0'`,
		} {
			if err := to.exec(query); err != nil {
				return err
			}
		}
		return nil
	}))

	due, err := s.Pending(ctx, engine.Query{Now: at.Add(time.Minute), Limit: 10, PerShop: 10})
	require.NoError(t, err)
	require.Len(t, due, 4)
	letters, err := s.Letters(ctx, "s", "dead", "", 10)
	require.NoError(t, err)
	require.Len(t, letters, 1)
	require.Equal(t, "l-1", letters[0].ID)
	require.Contains(t, letters[0].Error, "read a late reply")
	replies, err := s.Replies(ctx, engine.Key{Shop: "s", Conversation: "1"}, "", 10)
	require.NoError(t, err)
	require.Empty(t, replies)

	cases, err := s.Cases(ctx, desk.Query{Shops: []string{"s"}, Limit: 2})
	require.NoError(t, err)
	require.Len(t, cases, 2, "a page is as long as it may be, or who pages would stop")
	require.Equal(t, "h-2", cases[0].ID)
	cases, err = s.Cases(ctx, desk.Query{Shops: []string{"s"}, Limit: 10, WithTexts: true})
	require.NoError(t, err)
	require.Len(t, cases, 2)
	changed, err := s.Changed(ctx, "s", 0, 3)
	require.NoError(t, err)
	require.Len(t, changed, 3)
	_, err = s.Case(ctx, "s", "h-0")
	require.ErrorContains(t, err, "cannot be read")
	_, err = s.Case(ctx, "s", "h-9")
	require.ErrorIs(t, err, engine.ErrNotFound)

	people, err := s.Attending(ctx, "s")
	require.NoError(t, err)
	require.Len(t, people, 1)
	got, err := s.Load(ctx, engine.Ask{Key: engine.Key{Shop: "s", Conversation: "2"}, Now: at})
	require.NoError(t, err)
	require.Len(t, got.Desk.Online, 1)
	pieces := map[string]int{}
	require.NoError(t, s.Export(ctx, "s", "b", func(kind string, body []byte) error {
		pieces[kind]++
		if strings.Contains(string(body), "unreadable") {
			pieces["unreadable "+kind]++
		}
		return nil
	}))
	require.Equal(t, map[string]int{
		"conversation": 5, "case": 5, "unreadable case": 3, "late_reply": 5, "unreadable late_reply": 1,
	}, pieces, "it is the buyer's, readable or not")
	for _, id := range []string{"l-1", "h-0", "h-1", "h-2", "a-0"} {
		require.Contains(t, log.String(), "id="+id)
	}
	require.NotContains(t, log.String(), "{", "and nothing of what they hold")
}

// TestExportOfALongConversation hands out more late replies than are held at once, all of them and in order.
func TestExportOfALongConversation(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	require.NoError(t, s.Commit(t.Context(), withBuyer(firstTurn(1), "b")))
	const many = 101 // 50 are held at once
	require.NoError(t, s.writer.do(t.Context(), func(to *session) error {
		for n := range many {
			err := to.exec(`INSERT INTO late_replies (shop_id, conversation_id, seq, id, state, attempts, at, next_at, error, body)
				VALUES ('s', '1', $1, $2, 'unsent', 0, 0, 0, '', $3)`, n+1, fmt.Sprint("l-", n), fmt.Sprint(n))
			if err != nil {
				return err
			}
		}
		return nil
	}))
	next := 0
	require.NoError(t, s.Export(t.Context(), "s", "b", func(kind string, body []byte) error {
		if kind == "late_reply" {
			require.Equal(t, fmt.Sprint(next), string(body))
			next++
		}
		return nil
	}))
	require.Equal(t, many, next)
}

func withBuyer(c engine.Commit, buyer string) engine.Commit {
	c.Buyer, c.Conversation.Buyer.ID = buyer, buyer
	return c
}
