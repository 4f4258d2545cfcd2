package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlstore"
)

// A committer writes turns. A few goroutines, with a connection each, take what waits and send all of it as one transaction in one
// round trip: so many turns share one write of the database's log, and few connections keep the database busy. Where one of them is
// refused, nothing of that transaction is kept, and the others are sent again without it.
//
// Turns that change what others of their shop change too, such as the count of its changes, have a goroutine of their own: so they do
// not wait for each other within this process, and nobody else waits with them for other processes.
type committer struct {
	pool     *pgxpool.Pool
	logger   *slog.Logger
	batch    int
	patience time.Duration

	complained atomic.Int64 // in which second, last

	mu      sync.RWMutex // held for reading while something is put into a queue
	closed  bool
	queue   chan *work
	shared  chan *work
	writers sync.WaitGroup
}

// A work is a turn to be kept, and who waits for it.
type work struct {
	statements []sqlstore.Statement
	shop       string        // in which it changes what others change too, "" for nothing such
	taken      atomic.Bool   // by a writer, or by the one who waits when he gives up first
	done       chan struct{} // closed when err stands
	err        error
}

func newCommitter(p *pgxpool.Pool, o Options) *committer {
	c := &committer{pool: p, logger: o.Logger, batch: o.Batch, patience: o.Patience, queue: make(chan *work, o.Queue), shared: make(chan *work, o.Queue)}
	for range o.Writers - 1 {
		c.writers.Go(func() { c.run(c.queue) })
	}
	c.writers.Go(func() { c.run(c.shared) })
	return c
}

// do hands a turn to the writers and waits until it is kept or was refused. When ctx ends first, what was not begun is not done; of
// what was begun nobody can say, and the error says that.
func (c *committer) do(ctx context.Context, statements []sqlstore.Statement) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	mine := &work{statements: statements, shop: sqlstore.Shares(statements), done: make(chan struct{})}
	if err := c.put(mine); err != nil {
		return err
	}
	select {
	case <-mine.done:
		return mine.err
	case <-ctx.Done():
		if mine.taken.CompareAndSwap(false, true) {
			return context.Cause(ctx)
		}
		return fmt.Errorf("it may have been kept or not: %w", context.Cause(ctx))
	}
}

func (c *committer) put(mine *work) error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.closed {
		return engine.ErrClosed
	}
	queue := c.queue
	if mine.shop != "" {
		queue = c.shared
	}
	select {
	case queue <- mine:
		return nil
	default:
		return engine.ErrFull
	}
}

// close lets the writers finish what is in the queue.
func (c *committer) close() {
	c.mu.Lock()
	c.closed = true
	close(c.queue)
	close(c.shared)
	c.mu.Unlock()
	c.writers.Wait()
	c.pool.Close()
}

func (c *committer) run(queue chan *work) {
	for first := range queue {
		if turns := c.gather(first, queue); len(turns) > 0 {
			c.commit(turns)
		}
	}
}

// gather takes what waits already.
func (c *committer) gather(first *work, queue chan *work) (turns []*work) {
	for next := first; next != nil; {
		if next.taken.CompareAndSwap(false, true) {
			turns = append(turns, next)
		}
		if next = nil; len(turns) < c.batch {
			select {
			case next = <-queue: // nil when it is closed
			default:
			}
		}
	}
	return turns
}

// mostRounds bounds how often what was not refused is sent again together; then each goes by itself.
const mostRounds = 4

// commit keeps turns together, but for those that are refused.
func (c *committer) commit(turns []*work) {
	ctx, cancel := context.WithTimeout(context.Background(), c.patience)
	defer cancel()
	for round := 0; len(turns) > 0; round++ {
		if round == mostRounds && len(turns) > 1 {
			for _, one := range turns {
				c.commit([]*work{one})
			}
			return
		}
		at, err := c.send(ctx, turns)
		switch {
		case err == nil:
			finish(turns, nil)
			return
		case again(err) && round < mostRounds:
		case at >= 0 && ofOne(err):
			finish(turns[at:at+1], explain(ctx, err))
			turns = append(turns[:at:at], turns[at+1:]...)
		default:
			err = explain(ctx, err)
			c.complain(len(turns), err)
			finish(turns, err)
			return
		}
	}
}

// complain writes trouble down, but not again and again while it lasts.
func (c *committer) complain(turns int, err error) {
	now := time.Now().Unix()
	if last := c.complained.Load(); now > last && c.complained.CompareAndSwap(last, now) {
		c.logger.Error("write", "turns", turns, "err", err)
	}
}

// again is whether the same may go well when it is sent once more.
func again(err error) bool {
	code := codeOf(err)
	return crossed(err) || code == codeWrongPlan || code == codeNoStatement
}

// ofOne is whether an error is about one turn and not about all that are sent together: the database would say the same of them.
func ofOne(err error) bool {
	said, ok := errors.AsType[*pgconn.PgError](err)
	if !ok || fatal(said) {
		return false
	}
	switch said.Code {
	case codeReadOnly, codeDiskFull, codeCancelled, codeLockTimeout:
		return false
	default:
		return true
	}
}

func finish(turns []*work, err error) {
	for _, one := range turns {
		one.err = err
		close(one.done)
	}
}

// send sends turns as one transaction. With an error of one of them at is its place, else -1.
func (c *committer) send(ctx context.Context, turns []*work) (at int, err error) {
	conn, err := c.pool.Acquire(ctx)
	if err != nil {
		return -1, nothingKept{err}
	}
	defer conn.Release()
	locks := locksOf(turns)
	p, err := prepareOn(ctx, conn.Conn().PgConn(), append([]*work{{statements: locks}}, turns...))
	if err != nil {
		return -1, nothingKept{err}
	}
	failed, err := p.send(ctx)
	if err == nil {
		return -1, nil
	}
	if code := codeOf(err); code == codeWrongPlan || code == codeNoStatement {
		_ = conn.Conn().Close(ctx) // the next one prepares anew
	}
	failed -= len(locks)
	for i, one := range turns {
		if failed >= 0 && failed < len(one.statements) {
			return i, err
		}
		failed -= len(one.statements)
	}
	return -1, err
}

// locksOf makes a transaction begin with the shops in which it changes what others change too, in their order: so all who do that wait
// for each other in the same order, and never in a circle.
func locksOf(turns []*work) (out []sqlstore.Statement) {
	var shops []string
	for _, one := range turns {
		if one.shop != "" {
			shops = append(shops, one.shop)
		}
	}
	slices.Sort(shops)
	for _, shop := range slices.Compact(shops) {
		out = append(out, sqlstore.Statement{SQL: sqlstore.LockFeed, Args: []any{shop}})
	}
	return out
}

// Waiting is how many turns wait to be written.
func (s *Store) Waiting() int { return len(s.db.commits.queue) + len(s.db.commits.shared) }
