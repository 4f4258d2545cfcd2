package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlstore"
)

// endless gives rows for ever.
const endless = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n`

// TestAReadIsBrokenOff: whoever gives up has his connection back at once, and the next one reads on it or on a fresh one.
func TestAReadIsBrokenOff(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{Readers: 1})
	require.NoError(t, s.Commit(t.Context(), firstTurn(1)))
	refusal := errors.New("enough")
	for _, test := range []struct {
		name, query string
		take        func(sqlstore.Row, context.CancelFunc) error
		want        error
	}{
		{"by its caller", endless, func(_ sqlstore.Row, end context.CancelFunc) error { end(); return nil }, context.Canceled},
		{"by who takes", endless, func(sqlstore.Row, context.CancelFunc) error { return refusal }, refusal},
		{"by what is wrong with it", `SELECT nothing FROM nowhere`, nil, nil},
		{"by a place that does not fit", `SELECT 1`, func(row sqlstore.Row, _ context.CancelFunc) error { return row.Scan(new(float64)) }, nil},
		{"by columns that do not fit", `SELECT 1, 2`, func(row sqlstore.Row, _ context.CancelFunc) error { return row.Scan(new(int)) }, nil},
	} {
		ctx, end := context.WithCancel(t.Context())
		err := s.db.Read(ctx, test.query, nil, func(row sqlstore.Row) error { return test.take(row, end) })
		require.Error(t, err, test.name)
		if test.want != nil {
			require.ErrorIs(t, err, test.want, test.name)
		}
		require.Equal(t, int64(1), s.version(t, 1), test.name)
		end()
	}
	require.PanicsWithValue(t, "oh", func() {
		_ = s.db.Read(t.Context(), endless, nil, func(sqlstore.Row) error { panic("oh") })
	})
	require.Equal(t, int64(1), s.version(t, 1), "a panic loses no connection")
}

// TestReadersWaitForEachOther: there are no more connections than were asked for, and whoever waits for one may give up.
func TestReadersWaitForEachOther(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{Readers: 1})
	reading, letGo := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		_ = s.db.Read(t.Context(), `SELECT 1`, nil, func(sqlstore.Row) error {
			close(reading)
			<-letGo
			return nil
		})
	})
	<-reading
	ctx, end := context.WithTimeout(t.Context(), time.Millisecond)
	defer end()
	_, err := s.Load(ctx, engine.Ask{})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	close(letGo)
	group.Wait()
	require.Zero(t, s.version(t, 1))
}

// TestLongListsAreNotKeptPrepared: the texts of lists of cases are many, and only those that come again stay with a connection.
func TestLongListsAreNotKeptPrepared(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{Readers: 1})
	for n := range 50 {
		require.NoError(t, s.db.Read(t.Context(), fmt.Sprint("SELECT ", n), nil, func(row sqlstore.Row) error { return row.Scan(new(int)) }))
	}
	session := <-s.db.reads.free
	require.Len(t, session.prepared, len(s.db.reads.known))
	s.db.reads.free <- session
}
