package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlstore"
)

// readers are the connections that read, each for one at a time. Queries are run on the driver's own connections, as the session that
// writes does it: what database/sql does for each would cost as much as finding a conversation.
type readers struct {
	db    *sql.DB
	known map[string]bool // texts that come again and again, so that they stay prepared
	free  chan *session   // nil for one that has to be opened (again)
	ended chan struct{}

	anchor *session // is never given up: the last connection that is closed would take the log away, which others have open
}

// openReaders opens one of so many, to see that all that is known can be asked.
func openReaders(db *sql.DB, most int) (*readers, error) {
	r := &readers{db: db, known: map[string]bool{}, free: make(chan *session, most), ended: make(chan struct{})}
	first, err := openSession(db)
	if err != nil {
		return nil, err
	}
	for _, query := range append(sqlstore.Queries(), selectScrub) {
		r.known[query] = true
		if _, err := first.prepare(query); err != nil {
			return nil, errors.Join(err, first.close())
		}
	}
	if r.anchor, err = openSession(db); err == nil {
		err = r.anchor.query(context.Background(), selectScrub, nil, func(sqlstore.Row) error { return nil })
	}
	if err != nil {
		return nil, errors.Join(err, first.close(), r.anchor.close())
	}
	r.free <- first
	for range most - 1 {
		r.free <- nil
	}
	return r, nil
}

// read runs a query. A connection on which it failed is given up; where take did, it is not the connection's fault.
func (r *readers) read(ctx context.Context, query string, args []any, take func(sqlstore.Row) error) error {
	s, err := r.get(ctx)
	if err != nil {
		return err
	}
	defer func() { r.free <- s }()
	var refused error
	err = r.run(ctx, s, query, args, func(row sqlstore.Row) error {
		refused = take(row)
		return refused
	})
	if err != nil && refused == nil {
		err = errors.Join(reason(ctx, err), s.close())
		s = nil
	}
	return err
}

func (r *readers) run(ctx context.Context, s *session, query string, args []any, take func(sqlstore.Row) error) error {
	if !r.known[query] {
		defer s.forget(query)
	}
	return s.query(ctx, query, args, take)
}

// get waits for a connection.
func (r *readers) get(ctx context.Context) (s *session, err error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	select {
	case s = <-r.free: // without a look at the end of the context, which costs more
	default:
		select {
		case s = <-r.free:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-r.ended:
			return nil, engine.ErrClosed
		}
	}
	if s != nil {
		return s, nil
	}
	if s, err = openSession(r.db); err != nil {
		r.free <- nil
		return nil, fmt.Errorf("read: %w", explain(err))
	}
	return s, nil
}

// close waits for those who read.
func (r *readers) close() error {
	close(r.ended)
	all := []error{r.anchor.close()}
	for range cap(r.free) {
		if s := <-r.free; s != nil {
			all = append(all, s.close())
		}
	}
	return errors.Join(append(all, r.db.Close())...)
}
