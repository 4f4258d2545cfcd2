package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// live lets a buyer have a conversation of so many turns, with everything that a turn may leave. What is the buyer's own has
// the buyer's name in it.
func live(t *testing.T, s engine.Store, k engine.Key, buyer string, number, many int) {
	t.Helper()
	require.NoError(t, turnsOf(k, buyer, number, many, func(c engine.Commit) error {
		got, err := s.Load(t.Context(), engine.Ask{Key: k, Buyer: buyer})
		c.RecordVersion, c.Standing = got.RecordVersion, got.Standing
		return errors.Join(err, s.Commit(t.Context(), c))
	}))
}

// turnsOf makes the commits of a conversation.
func turnsOf(k engine.Key, buyer string, number, many int, commit func(engine.Commit) error) error {
	for n := range many {
		id := fmt.Sprintf("%s-%s-%d", buyer, k.Conversation, n)
		c := first(k)
		c.Version, c.Buyer, c.Conversation.Buyer.ID, c.At = int64(n), buyer, buyer, noon.Add(time.Duration(n)*time.Minute)
		c.Conversation.Transcript[0].Text = "words of " + buyer
		c.Record = &bot.Record{Uses: []bot.Use{{Rule: "r", Conversation: id, At: c.At}}}
		c.Waiting, c.Due = "aftersales", noon.Add(time.Hour)
		c.Answered = &engine.Answered{Message: "m-" + id, Fingerprint: "f-" + id, Response: []byte(`{"to":"` + buyer + `"}`), At: c.At}
		c.Recorded = &engine.Recorded{ID: "t-" + id, Key: k, At: c.At, Before: c.Conversation, Events: []bot.Event{}}
		c.Late = lateOf(k, "l-"+id, c.At)
		c.Late.Replies[0].Text = "to " + buyer
		one := caseOf(k, number)
		one.Buyer, one.Transcript[0].Text = buyer, "words of "+buyer
		c.Cases = []desk.Case{one}
		if n == 0 {
			c.Numbers = []int{number}
		}
		if err := commit(c); err != nil {
			return err
		}
	}
	return nil
}

// exported counts the pieces that are kept of a buyer in the suite's shop, by their kind, and checks that each is the buyer's.
func exported(t *testing.T, s engine.Store, buyer string) map[string]int {
	t.Helper()
	out := map[string]int{}
	require.NoError(t, s.Export(t.Context(), "s", buyer, func(kind string, body []byte) error {
		require.True(t, json.Valid(body), "%s: %s", kind, body)
		require.Contains(t, string(body), buyer, kind)
		out[kind]++
		return nil
	}))
	return out
}

func buyersData(t *testing.T, s engine.Store) {
	t.Helper()
	live(t, s, key(1), "buyer-a", 1, 3)
	live(t, s, key(2), "buyer-a", 2, 2)
	live(t, s, key(3), "buyer-b", 3, 1)
	live(t, s, engine.Key{Shop: "other", Conversation: "c"}, "buyer-a", 1, 1)
	require.Equal(t, map[string]int{"conversation": 2, "record": 1, "case": 2, "turn": 5, "late_reply": 5, "answer": 5}, exported(t, s, "buyer-a"))
	require.Equal(t, map[string]int{"conversation": 1, "record": 1, "case": 1, "turn": 1, "late_reply": 1, "answer": 1}, exported(t, s, "buyer-b"))
	require.Empty(t, exported(t, s, "unheard-of"))
	require.Empty(t, exported(t, s, ""))

	var first string
	require.NoError(t, s.Export(t.Context(), "s", "buyer-b", func(kind string, body []byte) error {
		if kind == "answer" {
			first = string(body)
		}
		return nil
	}))
	require.JSONEq(t, `{"message":"m-buyer-b-c-3-0","at":"2026-11-21T12:00:00Z","response":{"to":"buyer-b"}}`, first)
	broken := errors.New("the other side is gone")
	pieces := 0
	err := s.Export(t.Context(), "s", "buyer-a", func(string, []byte) error {
		pieces++
		return broken
	})
	require.ErrorIs(t, err, broken)
	require.Equal(t, 1, pieces, "it stops where it cannot go on")

	require.NoError(t, s.Sweep(t.Context(), noon.Add(engine.KeepAnswers+time.Hour)))
	require.Equal(t, map[string]int{"conversation": 1, "record": 1, "case": 1, "turn": 1, "late_reply": 1}, exported(t, s, "buyer-b"))
}

func erased(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	live(t, s, key(1), "buyer-a", 1, 3)
	live(t, s, key(2), "buyer-a", 2, 1)
	live(t, s, key(3), "buyer-b", 3, 1)
	export := by(1, "export")
	export.On = "buyer-a"
	require.NoError(t, s.Note(ctx, export))
	erase := by(2, "erase")
	erase.On, erase.Detail = "buyer-a", "buyer-a"
	pieces, err := s.Erase(ctx, "s", "buyer-a", erase)
	require.NoError(t, err)
	require.Equal(t, 2+1+2+4+4+4, pieces)
	require.Empty(t, exported(t, s, "buyer-a"))
	require.Equal(t, map[string]int{"conversation": 1, "record": 1, "case": 1, "turn": 1, "late_reply": 1, "answer": 1}, exported(t, s, "buyer-b"),
		"another's is left alone")

	got, err := s.Load(ctx, engine.Ask{Key: key(1), Buyer: "buyer-a", Message: "m-buyer-a-c-1-0"})
	require.NoError(t, err)
	require.Zero(t, got.Version)
	require.Zero(t, got.RecordVersion)
	require.Nil(t, got.Answered)
	require.Equal(t, bot.Desk{Next: 4, Ahead: map[string]int{"aftersales": 1}}, got.Desk, "it waits no more, and numbers are not given again")
	_, err = s.Trace(ctx, "s", "t-buyer-a-c-1-0")
	require.ErrorIs(t, err, engine.ErrNotFound)
	_, err = s.Case(ctx, "s", caseOf(key(1), 1).ID)
	require.ErrorIs(t, err, engine.ErrNotFound)
	_, err = s.Replies(ctx, key(1), "", 9)
	require.ErrorIs(t, err, engine.ErrNotFound)
	q := engine.Query{Now: noon.Add(9 * time.Hour), Limit: 9, PerShop: 9}
	due, err := s.Due(ctx, q)
	require.NoError(t, err)
	require.Equal(t, []engine.Timer{{Key: key(3), At: noon.Add(time.Hour)}}, due)
	pending, err := s.Pending(ctx, q)
	require.NoError(t, err)
	require.Len(t, pending, 1)
	backlog, err := s.Backlog(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, backlog.Waiting)

	entries, err := s.Audit(ctx, "s", "", 9)
	require.NoError(t, err)
	require.Equal(t, []string{"erase", "export"}, done(t, s), "the audit keeps that it happened")
	require.False(t, slices.ContainsFunc(entries, func(e desk.Entry) bool { return strings.Contains(e.On+e.Detail, "buyer-a") }), "and not to whom")
	require.Equal(t, "小王", entries[0].Who)

	late := first(key(1))
	late.Version = 3
	require.ErrorIs(t, s.Commit(ctx, late), engine.ErrStale, "a turn that was under way does not bring it back")
	live(t, s, key(1), "buyer-a", 4, 1)
	require.Equal(t, map[string]int{"conversation": 1, "record": 1, "case": 1, "turn": 1, "late_reply": 1, "answer": 1}, exported(t, s, "buyer-a"),
		"who comes again begins anew")
}

// changedBuyer: all who took part in a conversation find it, and it goes with the first of them.
func changedBuyer(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	live(t, s, key(1), "buyer-a", 1, 2)
	before, err := s.Load(ctx, engine.Ask{Key: key(1)})
	require.NoError(t, err)
	c := first(key(1))
	c.Version, c.Standing, c.Buyer, c.Conversation.Buyer.ID = 2, before.Standing, "buyer-b", "buyer-b"
	c.Recorded = &engine.Recorded{ID: "t-b", Key: key(1), At: noon, Before: c.Conversation, Events: []bot.Event{}}
	require.NoError(t, s.Commit(ctx, c))
	require.ErrorIs(t, s.Commit(ctx, c), engine.ErrStale)
	turns := func(buyer string) (n int) {
		require.NoError(t, s.Export(ctx, "s", buyer, func(kind string, _ []byte) error {
			if kind == "turn" {
				n++
			}
			return nil
		}))
		return n
	}
	require.Equal(t, 3, turns("buyer-a"))
	require.Equal(t, 3, turns("buyer-b"))
	_, err = s.Erase(ctx, "s", "buyer-a", by(1, "erase"))
	require.NoError(t, err)
	require.Zero(t, turns("buyer-a"))
	require.Zero(t, turns("buyer-b"))
	got, err := s.Load(ctx, engine.Ask{Key: key(1)})
	require.NoError(t, err)
	require.Zero(t, got.Version)
}

// repeatedMessage: the id of a message may come again when its answer is forgotten, from somebody else too.
func repeatedMessage(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	for n, buyer := range []string{"buyer-a", "buyer-b"} {
		c := first(key(n))
		c.Buyer, c.Conversation.Buyer.ID, c.At = buyer, buyer, noon.Add(time.Duration(n)*(engine.KeepAnswers+time.Hour))
		c.Answered = &engine.Answered{Message: "1", Response: []byte(`{"to":"` + buyer + `"}`), At: c.At}
		c.Recorded = &engine.Recorded{ID: "t-" + buyer, Key: key(n), At: c.At, Before: c.Conversation}
		require.NoError(t, s.Sweep(ctx, c.At))
		require.NoError(t, s.Commit(ctx, c))
	}
	require.Equal(t, map[string]int{"conversation": 1, "turn": 1}, exported(t, s, "buyer-a"))
	require.Equal(t, map[string]int{"conversation": 1, "turn": 1, "answer": 1}, exported(t, s, "buyer-b"))
	_, err := s.Erase(ctx, "s", "buyer-a", by(1, "erase"))
	require.NoError(t, err)
	require.Equal(t, map[string]int{"conversation": 1, "turn": 1, "answer": 1}, exported(t, s, "buyer-b"), "another's answer is left alone")
}

// erasedMeanwhile has turns of an erased buyer that were loaded before the erasure, and are committed after the buyer has written
// again: they bring nothing back and overwrite nothing.
func erasedMeanwhile(t *testing.T, s engine.Store) {
	t.Helper()
	for round := range 3 {
		live(t, s, key(1), "buyer-a", 1+10*round, 1)
		before, err := s.Load(t.Context(), engine.Ask{Key: key(1), Buyer: "buyer-a"})
		require.NoError(t, err)
		_, err = s.Erase(t.Context(), "s", "buyer-a", desk.Entry{ID: fmt.Sprint("e-", round), Shop: "s"})
		require.NoError(t, err)
		again := first(key(1))
		again.Buyer, again.Conversation.Buyer.ID, again.Conversation.LastLine = "buyer-a", "buyer-a", "new"
		again.Record = &bot.Record{Uses: []bot.Use{{Rule: "new"}}}
		require.NoError(t, s.Commit(t.Context(), again))

		late := first(key(1))
		late.Version, late.Buyer, late.Conversation.LastLine = before.Version, "buyer-a", "old"
		require.ErrorIs(t, s.Commit(t.Context(), late), engine.ErrStale)
		after, err := s.Load(t.Context(), engine.Ask{Key: key(1), Buyer: "buyer-a"})
		require.NoError(t, err)
		require.Equal(t, "new", after.Conversation.LastLine)
		late.Version, late.Standing, late.Record, late.RecordVersion = after.Version, after.Standing, &bot.Record{}, before.RecordVersion
		require.ErrorIs(t, s.Commit(t.Context(), late), engine.ErrStale, "the record's version too")
		late.RecordVersion = after.RecordVersion
		require.NoError(t, s.Commit(t.Context(), late))
		_, err = s.Erase(t.Context(), "s", "buyer-a", desk.Entry{ID: fmt.Sprint("f-", round), Shop: "s"})
		require.NoError(t, err)
	}
}
