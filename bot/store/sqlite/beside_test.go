package sqlite

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlstore"
)

// TestATurnReadsBetweenOthers: it sees what is not committed yet, since its own commit comes after that, and waits for nobody.
func TestATurnReadsBetweenOthers(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	letGo, held := s.hold(t, t.Context())
	before := s.startCommit(t, firstTurn(1))
	loaded := make(chan engine.Loaded, 1)
	go func() {
		l, err := s.Load(t.Context(), engine.Ask{Key: firstTurn(1).Key, Recent: true})
		if err != nil {
			t.Error(err)
		}
		loaded <- l
	}()
	s.waits(t, 2)
	gate := make(chan struct{})
	after := s.start(t, func(*session) error {
		<-gate
		return nil
	})
	letGo()
	require.Equal(t, int64(1), (<-loaded).Version)
	select {
	case <-before.done:
		require.Fail(t, "committed while the transaction is open")
	default:
	}
	require.Zero(t, s.version(t, 1), "nobody else sees it")
	close(gate)
	require.NoError(t, <-held)
	require.NoError(t, before.wait())
	require.NoError(t, after.wait())
}

// TestAnAnswerIsNotToldBeforeItIsSynced: the same message again may end with what is read.
func TestAnAnswerIsNotToldBeforeItIsSynced(t *testing.T) {
	t.Parallel()
	s, syncing, letGo := newSlowStore(t)
	c := firstTurn(1)
	c.Recorded = &engine.Recorded{ID: "t", Key: c.Key}
	c.Answered = &engine.Answered{Message: "m", Response: []byte(`{}`)}
	one := s.startCommit(t, c)
	<-syncing
	told := make(chan engine.Loaded, 1)
	go func() {
		l, err := s.Load(t.Context(), engine.Ask{Key: c.Key, Message: "m", Recent: true})
		if err != nil {
			t.Error(err)
		}
		told <- l
	}()
	select {
	case <-told:
		require.Fail(t, "told of what is not synced")
	case <-one.done:
		require.Fail(t, "acknowledged before it was synced")
	default:
	}
	close(letGo)
	require.Equal(t, "m", (<-told).Answered.Message)
	require.NoError(t, one.wait())
}

// TestAReaderThatFailsHurtsNobody: whatever became of the transaction, its work is done once.
func TestAReaderThatFailsHurtsNobody(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	letGo, held := s.hold(t, t.Context())
	before := s.startCommit(t, firstTurn(1))
	breaking := &work{reads: true, done: make(chan struct{}), do: func(c *session) error {
		if err := c.exec(`ROLLBACK`); err != nil { // as SQLite may when the disk fails
			return err
		}
		return c.query(t.Context(), `SELECT it FROM nowhere`, nil, nil)
	}}
	require.NoError(t, s.writer.put(breaking))
	refused := errors.New("the one who reads does not like it")
	choosy := &work{reads: true, done: make(chan struct{}), do: func(*session) error { return refused }}
	require.NoError(t, s.writer.put(choosy))
	after := s.startCommit(t, firstTurn(2))
	letGo()
	require.NoError(t, <-held)
	require.ErrorContains(t, breaking.wait(), "nowhere")
	require.ErrorIs(t, choosy.wait(), refused)
	require.NoError(t, before.wait())
	require.NoError(t, after.wait())
	require.Equal(t, int64(1), s.version(t, 1))
	require.Equal(t, int64(1), s.version(t, 2))
}

// TestReadingGoesOnWithoutTheWriter: where he cannot be asked, the readers are.
func TestReadingGoesOnWithoutTheWriter(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{Queue: 2})
	require.NoError(t, s.Commit(t.Context(), firstTurn(1)))
	letGo, held := s.hold(t, t.Context())
	full := s.startCommit(t, firstTurn(2))
	_, err := s.beside.Load(t.Context(), engine.Ask{Key: firstTurn(1).Key})
	require.ErrorIs(t, err, engine.ErrFull, "half of the room is for commits")
	l, err := s.Load(t.Context(), engine.Ask{Key: firstTurn(1).Key, Recent: true})
	require.NoError(t, err)
	require.Equal(t, int64(1), l.Version)
	letGo()
	require.NoError(t, <-held)
	require.NoError(t, full.wait())
	nowhere := beside{s.db}.Read(t.Context(), `SELECT it FROM nowhere`, nil, func(sqlstore.Row) error { return nil })
	require.ErrorContains(t, nowhere, "nowhere")
	require.NoError(t, s.Commit(t.Context(), firstTurn(3)), "the writer goes on")
}

// TestReadersDoNotHoldUpACommit: they count for the length of a transaction.
func TestReadersDoNotHoldUpACommit(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{Batch: 3})
	letGo, held := s.hold(t, t.Context())
	one := s.startCommit(t, firstTurn(1))
	reader := &work{reads: true, done: make(chan struct{}), do: func(*session) error { return nil }}
	require.NoError(t, s.writer.put(reader))
	next := &work{reads: true, done: make(chan struct{}), do: func(*session) error {
		<-one.done // would wait for ever in the same transaction
		return nil
	}}
	require.NoError(t, s.writer.put(next))
	letGo()
	require.NoError(t, <-held)
	require.NoError(t, one.wait())
	require.NoError(t, reader.wait())
	require.NoError(t, next.wait())
}

// TestWhatCameToNothingIsNotBuiltOn: a turn that has read a record which then was not kept is stale, and so is all that was remembered then.
func TestWhatCameToNothingIsNotBuiltOn(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	owes := firstTurn(1)
	owes.Buyer, owes.Record = "b", &bot.Record{Promises: []bot.PromiseMade{{ID: "p-1"}}}
	letGo, held := s.hold(t, t.Context())
	lost := s.startCommit(t, owes)
	loaded := make(chan engine.Loaded, 1)
	go func() {
		l, err := s.Load(t.Context(), engine.Ask{Key: firstTurn(2).Key, Buyer: "b", Recent: true})
		if err != nil {
			t.Error(err)
		}
		loaded <- l
	}()
	s.waits(t, 2)
	breaking := s.start(t, func(c *session) error { return c.exec(`ROLLBACK`) })
	letGo()
	l := <-loaded
	require.Len(t, l.Record.Promises, 1)
	require.Error(t, <-held)
	require.Error(t, lost.wait())
	require.Error(t, breaking.wait())
	second := firstTurn(2)
	second.Buyer, second.Standing = "b", l.Standing
	require.ErrorIs(t, s.Commit(t.Context(), second), engine.ErrStale)

	l, err := s.Load(t.Context(), engine.Ask{Key: second.Key, Buyer: "b", Recent: true})
	require.NoError(t, err)
	require.Empty(t, l.Record.Promises)
	second.Standing = l.Standing
	require.NoError(t, s.Commit(t.Context(), second))
}
