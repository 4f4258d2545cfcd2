package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlstore"
)

// A database is PostgreSQL as package sqlstore wants one. Reads, commits and other transactions have connections of their own each,
// so that none of them waits for the others.
type database struct {
	options Options
	reads   *pgxpool.Pool
	others  *pgxpool.Pool
	commits *committer

	reading, working atomic.Int64 // that wait for a connection or have one

	mu     sync.RWMutex
	closed bool
}

var (
	_ sqlstore.Database = (*database)(nil)
	_ sqlstore.Locker   = (*database)(nil)
)

func newDatabase(ctx context.Context, config *pgxpool.Config, o Options) (*database, error) {
	rest := o.Connections - o.Writers
	others := max(1, rest/4)
	d := &database{options: o}
	var err error
	if d.reads, err = pool(ctx, config, rest-others, false); err != nil {
		return nil, err
	}
	if d.others, err = pool(ctx, config, others, true); err != nil {
		d.reads.Close()
		return nil, err
	}
	ofWriters, held := soonerFree(config)
	writes, err := pool(ctx, ofWriters, o.Writers, true)
	if err != nil {
		d.reads.Close()
		d.others.Close()
		return nil, err
	}
	d.commits = newCommitter(writes, o, held)
	return d, nil
}

// finish refuses what is new, and lets the turns that were taken before come to their end.
func (d *database) finish() {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.commits.close()
}

// close lets all else that was taken before come to its end.
func (d *database) close() {
	d.others.Close()
	d.reads.Close()
}

func (d *database) isClosed() bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.closed
}

// enter counts one who wants a connection, and refuses those who are too many.
func (d *database) enter(in *atomic.Int64) error {
	if d.isClosed() {
		return engine.ErrClosed
	}
	if in.Add(1) > int64(d.options.Queue) {
		in.Add(-1)
		return engine.ErrFull
	}
	return nil
}

// Read runs one query. What a broken connection did not answer is asked again on another: it changed nothing.
func (d *database) Read(ctx context.Context, query string, args []any, take func(sqlstore.Row) error) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if err := d.enter(&d.reading); err != nil {
		return err
	}
	defer d.reading.Add(-1)
	ctx, cancel := context.WithTimeout(ctx, d.options.Patience)
	defer cancel()
	began := false
	note := func(row sqlstore.Row) error {
		began = true
		return take(row)
	}
	err := d.read(ctx, query, args, note)
	for range d.reads.Config().MaxConns { // all that are idle may have ended by now
		if !broken(err) || began || ctx.Err() != nil {
			break
		}
		err = d.read(ctx, query, args, note)
	}
	if broken(err) {
		err = nothingKept{err}
	}
	return explain(ctx, err)
}

func (d *database) read(ctx context.Context, query string, args []any, take func(sqlstore.Row) error) error {
	rows, err := d.reads.Query(ctx, query, allStorable(args)...)
	if err != nil {
		return err
	}
	return each(rows, take)
}

// each takes rows one after the other. What take says is told as it is.
func each(rows pgx.Rows, take func(sqlstore.Row) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// restMost is how long a transaction that others have crossed rests at most before it is run again.
const restMost = 5 * time.Millisecond

// Write runs work in a transaction that sees everything as it stood at one moment, and runs it again where somebody else has changed
// what it changes, for as long as there is patience.
func (d *database) Write(ctx context.Context, work func(sqlstore.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if err := d.enter(&d.working); err != nil {
		return err
	}
	defer d.working.Add(-1)
	ctx, cancel := context.WithTimeout(ctx, d.options.Patience)
	defer cancel()
	for {
		err := d.write(ctx, work)
		if !crossed(err) {
			return explain(ctx, err)
		}
		rest := time.Duration(rand.Int64N(int64(restMost))) //nolint:gosec // any will do
		if pause(ctx, rest) != nil {
			return fmt.Errorf("%w: others change the same without a pause: %w", engine.ErrBusy, errors.Join(context.Cause(ctx), err))
		}
	}
}

// change runs one statement by itself and hands over what it returns.
func (d *database) change(ctx context.Context, query string, args []any, take func(sqlstore.Row) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := d.enter(&d.working); err != nil {
		return err
	}
	defer d.working.Add(-1)
	ctx, cancel := context.WithTimeout(ctx, d.options.Patience)
	defer cancel()
	conn, err := d.others.Acquire(ctx)
	if err != nil {
		return explain(ctx, nothingKept{err})
	}
	defer conn.Release()
	rows, err := conn.Query(ctx, query, args...)
	if err == nil {
		err = each(rows, take)
	}
	return explain(ctx, err)
}

func (d *database) write(ctx context.Context, work func(sqlstore.Tx) error) error {
	conn, err := d.others.Acquire(ctx)
	if err != nil {
		return nothingKept{err}
	}
	defer conn.Release()
	begun, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	if err != nil {
		return nothingKept{err}
	}
	t := &tx{ctx: ctx, tx: begun}
	if err := work(t); err != nil {
		back, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.options.Patience)
		defer cancel()
		_ = begun.Rollback(back) // a connection where that fails is closed, which does the same
		if t.failed != nil {
			return nothingKept{t.failed}
		}
		return err
	}
	if err := begun.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// A tx is a transaction that is under way. Its first failure is remembered, since whoever works in it may say less about it.
type tx struct {
	ctx    context.Context //nolint:containedctx // a sqlstore.Tx is that of one call
	tx     pgx.Tx
	failed error
}

func (t *tx) fail(err error) error {
	if err != nil && t.failed == nil {
		t.failed = err
	}
	return err
}

// Exec says how many rows were changed.
func (t *tx) Exec(query string, args ...any) (int64, error) {
	tag, err := t.tx.Exec(t.ctx, query, allStorable(args)...)
	return tag.RowsAffected(), t.fail(err)
}

// Query runs what reads, or changes and returns.
func (t *tx) Query(query string, args []any, take func(sqlstore.Row) error) error {
	rows, err := t.tx.Query(t.ctx, query, allStorable(args)...)
	if err != nil {
		return t.fail(err)
	}
	var own error
	err = each(rows, func(row sqlstore.Row) error {
		own = take(row)
		return own
	})
	if own != nil {
		return own
	}
	return t.fail(err)
}

// Commit hands the statements of a turn to those who write.
func (d *database) Commit(ctx context.Context, statements []sqlstore.Statement) error {
	return d.commits.do(ctx, statements)
}

// Locking keeps rows from others.
func (*database) Locking() string { return " FOR UPDATE" }

// Erased has nothing to do: vacuum, which is PostgreSQL's own, takes away what was deleted.
func (*database) Erased(sqlstore.Tx) error { return nil }

// broken is whether a connection ended while it was used.
func broken(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	said, ok := errors.AsType[*pgconn.PgError](err)
	return ok && fatal(said) || !ok && isTransport(err)
}
