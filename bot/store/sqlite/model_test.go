package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store"
	"xiaoer/bot/store/sqlite"
)

// TestSameAsMemory does the same random things to this store and to the one in memory: they must say the same.
func TestSameAsMemory(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	files := 0
	rapid.Check(t, func(r *rapid.T) {
		files++
		path := filepath.Join(folder, fmt.Sprintf("%d.db", files))
		disk, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
		require.NoError(r, err)
		defer func() {
			require.NoError(r, disk.Close())
			require.NoError(r, os.Remove(path))
		}()
		m := &model{r: r, t: t, both: [2]engine.Store{store.NewMemory(store.Limits{}), disk}, now: noon, opened: map[string]time.Time{}}
		for range rapid.IntRange(1, 40).Draw(r, "steps") {
			m.step()
		}
		m.compareDue()
		m.compareConversations()
		m.compareDesk()
	})
}

// A model is two stores that are told the same.
type model struct {
	r      *rapid.T
	t      *testing.T
	both   [2]engine.Store
	now    time.Time
	events int
	opened map[string]time.Time // by the case: it is the same ever after
}

func (m *model) pick(what string, n int) int { return rapid.IntRange(0, n-1).Draw(m.r, what) }

func (m *model) key() engine.Key {
	return engine.Key{Shop: fmt.Sprint("s", m.pick("shop", 2)), Conversation: fmt.Sprint("c", m.pick("conversation", 3))}
}

func (m *model) step() {
	m.now = m.now.Add(time.Duration(m.pick("minutes", 30)) * time.Minute)
	switch m.pick("what", 12) {
	case 0, 1, 2, 3:
		m.commit()
	case 4:
		m.settle()
	case 5:
		m.compareDue()
	case 6:
		m.compareConversations()
	case 7:
		m.sweep()
	case 8:
		m.attend()
	case 9:
		m.resend()
	case 10:
		m.erase()
	case 11:
		m.compareDesk()
	}
}

// same does one thing to both and requires that they answer alike.
func same[T any](m *model, do func(engine.Store) (T, error)) {
	want, wantErr := do(m.both[0])
	got, gotErr := do(m.both[1])
	require.ErrorIs(m.r, gotErr, wantErr)
	require.Equal(m.r, want, got)
}

func (m *model) commit() {
	k := m.key()
	m.events++
	id := fmt.Sprint("e", m.events)
	loaded, err := m.both[0].Load(m.t.Context(), engine.Ask{Key: k})
	require.NoError(m.r, err)
	c := engine.Commit{
		Key: k, Conversation: bot.NewConversation(k.Shop, k.Conversation), Buyer: fmt.Sprint("b", m.pick("buyer", 2)), At: m.now,
		Version: loaded.Version, Standing: loaded.Standing, Waiting: []string{"", "", "a", "b"}[m.pick("team", 4)],
	}
	c.Conversation.Counts.Turns = m.events
	if m.pick("stale", 8) == 0 {
		c.Version += int64(m.pick("by", 3)) - 1
	}
	if m.pick("timer", 2) == 0 {
		c.Due = m.now.Add(time.Duration(m.pick("due", 600)) * time.Minute)
		days := []int{0, 0, 3, 200}[m.pick("promised", 4)] // a timer may be set earlier than what is waited for
		c.Conversation.Promises = []bot.PromiseMade{{ID: id, Due: c.Due.AddDate(0, 0, days)}}
	}
	if m.pick("record", 2) == 0 {
		of, err := m.both[0].Load(m.t.Context(), engine.Ask{Key: k, Buyer: c.Buyer})
		require.NoError(m.r, err)
		c.Record, c.RecordVersion = &bot.Record{Uses: []bot.Use{{Rule: id, At: m.now}}}, of.RecordVersion
	}
	if m.pick("case", 3) == 0 {
		c.Numbers = []int{max(1, loaded.Desk.Next+m.pick("ahead", 3)-m.pick("behind", 2))}
	}
	if m.pick("late", 2) == 0 {
		c.Late = &engine.Late{ID: id, Key: k, At: m.now, Deliver: m.pick("callback", 3) > 0, Replies: []bot.Reply{{Kind: "text", Text: id}}}
	}
	if m.pick("answered", 2) == 0 {
		c.Answered = &engine.Answered{Message: fmt.Sprint("m", m.pick("message", 12)), Fingerprint: id, Response: []byte(`{}`), At: m.now}
	}
	if m.pick("handoff", 2) == 0 {
		c.Cases = []desk.Case{m.handoff(k, c.Buyer)}
	}
	if m.pick("audited", 3) == 0 {
		entry := m.by(k.Shop)
		c.Entry = &entry
	}
	c.Recorded = &engine.Recorded{ID: id, Key: k, At: m.now, Before: loaded.Conversation, Events: []bot.Event{}}
	same(m, func(s engine.Store) (any, error) { return nil, s.Commit(m.t.Context(), c) })
}

// settle ends an attempt for what is pending, and now and then for something else.
func (m *model) settle() {
	s := engine.Settlement{
		Key: m.key(), ID: m.reply(), Attempts: m.pick("attempts", 5), At: m.now,
		State: []engine.DeliveryState{engine.Delivered, engine.TryLater, engine.Dropped, engine.DeadLetter}[m.pick("state", 4)],
		Next:  m.now.Add(time.Duration(m.pick("next", 90)) * time.Minute),
	}
	if due, err := m.both[0].Pending(m.t.Context(), m.query()); err == nil && len(due) > 0 && m.pick("head", 4) > 0 {
		s.Key, s.ID = due[0].Key, due[0].ID
	}
	same(m, func(to engine.Store) (any, error) { return nil, to.Settle(m.t.Context(), s) })
}

// reply is the id of a late reply that was there, is there or never was.
func (m *model) reply() string { return fmt.Sprint("e", m.pick("reply", m.events+1)) }

func (m *model) query() engine.Query {
	return engine.Query{Now: m.now, Limit: m.pick("limit", 8), PerShop: m.pick("per shop", 4)}
}

func (m *model) compareDue() {
	q := m.query()
	same(m, func(s engine.Store) (any, error) {
		due, err := s.Due(m.t.Context(), q)
		return append([]engine.Timer{}, due...), err
	})
	same(m, func(s engine.Store) (any, error) {
		pending, err := s.Pending(m.t.Context(), q)
		return append([]engine.Delivery{}, pending...), err
	})
	same(m, func(s engine.Store) (any, error) {
		at, _, err := s.NextDue(m.t.Context())
		return at, err
	})
}

func (m *model) compareConversations() {
	k := m.key()
	ask := engine.Ask{Key: k, Now: m.now, Buyer: []string{"", "b0", "b1"}[m.pick("whose", 3)], Message: fmt.Sprint("m", m.pick("message", 12))}
	same(m, func(s engine.Store) (any, error) {
		got, err := s.Load(m.t.Context(), ask)
		got.Standing.Read = 0 // memory loses nothing
		if got.Desk.Ahead == nil {
			got.Desk.Ahead = map[string]int{}
		}
		return got, err
	})
	after := m.reply()
	same(m, func(s engine.Store) (any, error) { return s.Replies(m.t.Context(), k, after, 1000) })
	turn := fmt.Sprint("e", m.pick("turn", m.events+1))
	same(m, func(s engine.Store) (any, error) { return s.Trace(m.t.Context(), k.Shop, turn) })
}

// sweep lets days pass, so that each store thinks it time to look at everything.
func (m *model) sweep() {
	m.now = m.now.Add(time.Duration(1+[]int{0, 1, 3, 7, 180}[m.pick("days", 5)]) * 24 * time.Hour)
	same(m, func(s engine.Store) (any, error) { return nil, s.Sweep(m.t.Context(), m.now) })
}
