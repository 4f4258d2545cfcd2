package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
type committer struct {
	pool     *pgxpool.Pool
	logger   *slog.Logger
	batch    int
	patience time.Duration

	mu      sync.RWMutex // held for reading while something is put into the queue
	closed  bool
	queue   chan *work
	writers sync.WaitGroup
}

// A work is a turn to be kept, and who waits for it.
type work struct {
	statements []sqlstore.Statement
	taken      atomic.Bool   // by a writer, or by the one who waits when he gives up first
	done       chan struct{} // closed when err stands
	err        error
}

func newCommitter(p *pgxpool.Pool, o Options) *committer {
	c := &committer{pool: p, logger: o.Logger, batch: o.Batch, patience: o.Patience, queue: make(chan *work, o.Queue)}
	for range o.Writers {
		c.writers.Go(c.run)
	}
	return c
}

// do hands a turn to the writers and waits until it is kept or was refused. When ctx ends first, what was not begun is not done; of
// what was begun nobody can say, and the error says that.
func (c *committer) do(ctx context.Context, statements []sqlstore.Statement) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	mine := &work{statements: statements, done: make(chan struct{})}
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
	select {
	case c.queue <- mine:
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
	c.mu.Unlock()
	c.writers.Wait()
	c.pool.Close()
}

func (c *committer) run() {
	for first := range c.queue {
		together, alone := c.gather(first)
		if len(together) > 0 {
			c.commit(together)
		}
		for _, one := range alone {
			c.commit([]*work{one})
		}
	}
}

// gather takes what waits already. Turns that change rows which turns of other conversations change too go by themselves: they would
// hold those rows for all, in whatever order they came, and others would wait for them or even they for others.
func (c *committer) gather(first *work) (together, alone []*work) {
	for next := first; next != nil; next = c.waiting(len(together) + len(alone)) {
		switch {
		case !next.taken.CompareAndSwap(false, true):
		case sqlstore.Shares(next.statements):
			alone = append(alone, next)
		default:
			together = append(together, next)
		}
	}
	return together, alone
}

func (c *committer) waiting(taken int) *work {
	if taken >= c.batch {
		return nil
	}
	select {
	case next := <-c.queue: // nil when it is closed
		return next
	default:
		return nil
	}
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
			c.logger.Error("write", "turns", len(turns), "err", err)
			finish(turns, err)
			return
		}
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
	p, err := prepareOn(ctx, conn.Conn().PgConn(), turns)
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
	for i, one := range turns {
		if failed -= len(one.statements); failed < 0 {
			return i, err
		}
	}
	return -1, err
}
