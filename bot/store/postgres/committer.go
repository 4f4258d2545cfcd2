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
// refused, nothing of that transaction is kept, and the others are sent again without it. A row that somebody else holds keeps only those
// waiting that want it: what is sent along with them goes on after a moment.
//
// Turns that change what others of their shop change too, such as the count of its changes, have a goroutine of their own: so they do
// not wait for each other within this process, and nobody else waits with them for other processes.
type committer struct {
	pool     *pgxpool.Pool
	logger   *slog.Logger
	batch    int
	patience time.Duration
	held     time.Duration // how long a turn may wait for what somebody else holds, looked after again and again; 0 for once

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
	since      time.Time     // when it was held up first, zero for never
	done       chan struct{} // closed when err stands
	err        error
}

func newCommitter(p *pgxpool.Pool, o Options, held time.Duration) *committer {
	c := &committer{pool: p, logger: o.Logger, batch: o.Batch, patience: o.Patience, held: held, queue: make(chan *work, o.Queue), shared: make(chan *work, o.Queue)}
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
		if !next.since.IsZero() || next.taken.CompareAndSwap(false, true) {
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

// commit keeps turns together, but for those that are refused. Those that somebody else holds up go to the end of the queue once the
// others are kept.
func (c *committer) commit(turns []*work) {
	began := time.Now()
	var held []*work
	defer func() { c.putBack(held) }()
	for round := 0; len(turns) > 0; round++ {
		if round == mostRounds && len(turns) > 1 {
			c.oneByOne(turns)
			return
		}
		at, err, said := c.attempt(turns)
		locked := codeOf(err) == codeLockTimeout
		switch {
		case err == nil:
			finish(turns, nil)
			return
		case again(err) && round < mostRounds:
		case at < 0 && locked && time.Since(began) < c.held: // another process changes what is shared in a shop
			round--
		case at >= 0 && ofOne(err):
			one := turns[at]
			one.err = said
			if locked && c.mayWait(one) {
				held = append(held, one)
			} else {
				c.refuse(one)
			}
			turns = append(turns[:at:at], turns[at+1:]...)
		default:
			c.complain(len(turns), said)
			finish(turns, said)
			return
		}
	}
}

// attempt sends turns once: what the database said, and what that means.
func (c *committer) attempt(turns []*work) (at int, err, said error) {
	ctx, cancel := context.WithTimeout(context.Background(), c.patience)
	defer cancel()
	at, err = c.send(ctx, turns)
	return at, err, explain(ctx, err)
}

// oneByOne keeps each by itself, for as long as there is patience with all of them.
func (c *committer) oneByOne(turns []*work) {
	began := time.Now()
	for i, one := range turns {
		if time.Since(began) > c.patience {
			finish(turns[i:], fmt.Errorf("%w: the database is too slow", engine.ErrBusy))
			return
		}
		c.commit([]*work{one})
	}
}

// mayWait is whether a turn that is held up is to be sent once more.
func (c *committer) mayWait(one *work) bool {
	if one.since.IsZero() {
		one.since = time.Now()
	}
	return time.Since(one.since) < c.held
}

// putBack lets turns that are held up wait behind the others.
func (c *committer) putBack(held []*work) {
	for _, one := range held {
		if c.put(one) != nil { // it is closed, or full
			c.refuse(one)
		}
	}
}

// refuse ends a turn with the error that it has.
func (c *committer) refuse(one *work) {
	if errors.Is(one.err, engine.ErrBusy) {
		c.complain(1, one.err)
	}
	finish([]*work{one}, one.err)
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
	case codeReadOnly, codeDiskFull:
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
