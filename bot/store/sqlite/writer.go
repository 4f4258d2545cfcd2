package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	lib "modernc.org/sqlite/lib"

	"xiaoer/bot/engine"
)

// A writer is the one goroutine that changes the file. It runs what waits in one transaction and acknowledges all of it together when
// the commit that holds it is synced; meanwhile the next transaction is under way. What one piece of work is refused does not hurt the
// others: mostly it is refused before it changed anything; else the transaction is rolled back and all of them run again, each in a
// savepoint of its own.
type writer struct {
	db     *sql.DB
	logger *slog.Logger
	batch  int
	disk   *disk

	mu     sync.RWMutex // held for reading while something is put into the queue
	closed bool
	queue  chan *work
	ended  chan struct{}
	lost   atomic.Int64 // transactions that were not committed, from 1: what was read in them came to nothing

	session *session  // of the goroutine; nil when it has to be opened (again)
	before  *group    // that was committed last, and may be synced still
	began   time.Time // the transaction
	since   int       // pages of log, about, since the last checkpoint was asked for
	log     *checkpointer
}

// A work is something to write, and who waits for it.
type work struct {
	do    func(*session) error // it may be called more than once, unless it reads
	reads bool                 // and writes nothing
	taken atomic.Bool          // by the writer, or by the one who waits when he gives up first
	done  chan struct{}        // closed when err stands and all is synced
	err   error
}

func newWriter(db *sql.DB, o Options) *writer {
	w := &writer{
		db: db, logger: o.Logger, batch: o.Batch, disk: newDisk(o), before: nothing(), queue: make(chan *work, o.Queue), ended: make(chan struct{}),
	}
	w.log = newCheckpointer(db, o.Logger)
	w.lost.Store(1)
	go w.run()
	return w
}

// do hands work to the writer and waits until it is on the disk or was refused. When ctx ends first, work that was not
// begun is not done; of work that was begun nobody can say, and the error says that.
func (w *writer) do(ctx context.Context, do func(*session) error) error {
	return w.wait(ctx, &work{do: do, done: make(chan struct{})})
}

// look reads on the writer's connection, between two pieces of its work, and waits for no sync. What it finds may be part of a
// transaction that is not committed yet, and may come to nothing. Where much waits already it is engine.ErrFull: the room is for commits.
func (w *writer) look(ctx context.Context, read func(*session) error) error {
	if len(w.queue) >= cap(w.queue)/2 {
		return engine.ErrFull
	}
	return w.wait(ctx, &work{do: read, reads: true, done: make(chan struct{})})
}

func (w *writer) wait(ctx context.Context, mine *work) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := w.put(mine); err != nil {
		return err
	}
	select {
	case <-mine.done:
		return mine.err
	case <-ctx.Done():
		if mine.taken.CompareAndSwap(false, true) || mine.reads {
			return context.Cause(ctx)
		}
		return fmt.Errorf("it may have been kept or not: %w", context.Cause(ctx))
	}
}

func (w *writer) put(mine *work) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return engine.ErrClosed
	}
	select {
	case w.queue <- mine:
		return nil
	default:
		return engine.ErrFull
	}
}

func (w *writer) isClosed() bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.closed
}

// close lets the writer finish what is in the queue.
func (w *writer) close() error {
	w.mu.Lock()
	w.closed = true
	close(w.queue)
	w.mu.Unlock()
	<-w.ended
	w.log.close()
	return errors.Join(w.disk.close(), w.db.Close())
}

func (w *writer) run() {
	defer close(w.ended)
	for first := range w.queue {
		if first.reads {
			_ = w.show(first) // nothing hangs on it
		} else {
			w.commit(first)
		}
	}
	w.drop()
}

// show lets somebody read. It returns what is wrong with the connection, if that is why he could not.
func (w *writer) show(reader *work) error {
	if !reader.taken.CompareAndSwap(false, true) {
		return nil
	}
	defer close(reader.done)
	if reader.err = w.open(); reader.err == nil {
		reader.err = reader.do(w.session)
	}
	if codeOf(reader.err) == 0 {
		return nil
	}
	reader.err = explain(reader.err)
	return reader.err
}

// commit runs one transaction: the first piece of work and those that come while it runs. Whoever was refused hears
// of it after the commit too: what he would read before is what made him stale.
func (w *writer) commit(first *work) {
	if err := w.begin(); err != nil {
		w.refuse(first, err)
		return
	}
	ran, err := w.runAll(first)
	if err != nil {
		w.fail(ran, err)
		return
	}
	<-w.before.synced // one group is on its way to the disk at a time
	g := newGroup(ran, w.session.wrote)
	w.disk.announce(g)
	if err := w.session.exec(`COMMIT`); err != nil {
		w.disk.recall(g)
		w.fail(ran, fmt.Errorf("commit: %w", explain(err)))
		return
	}
	w.before = g
	w.disk.take(g)
	w.shorten(len(ran)*pagesOfWork + w.session.takeBytes()/pageSize)
}

// runAll runs the first piece of work and those that come meanwhile. With an error the transaction is gone.
func (w *writer) runAll(first *work) (ran []*work, lost error) {
	careful := false
	served := 0 // those too who only read: they hold up the others as well
	for next := first; next != nil; next = w.waiting(served) {
		served++
		if next.reads {
			if w.show(next) != nil { // whether the transaction is there still nobody knows
				if careful, lost = true, w.again(ran); lost != nil {
					return ran, lost
				}
			}
			continue
		}
		if !next.taken.CompareAndSwap(false, true) {
			continue
		}
		ran = append(ran, next)
		if careful {
			next.err, lost = w.attempt(next.do)
		} else {
			careful, lost = w.try(next, ran)
		}
		if lost != nil {
			return ran, lost
		}
	}
	return ran, nil
}

// try runs the last piece of work as if it will not be refused. When it was, half way, all are run again with care.
func (w *writer) try(last *work, ran []*work) (careful bool, lost error) {
	w.session.changes = 0
	last.err = last.do(w.session)
	if last.err == nil || w.session.changes == 0 && codeOf(last.err) == 0 {
		return false, nil
	}
	return true, w.again(ran)
}

// again runs all of them once more, so that what is refused leaves nothing behind.
func (w *writer) again(ran []*work) error {
	_ = w.session.exec(`ROLLBACK`) // it may be rolled back already
	if err := w.session.exec(`BEGIN IMMEDIATE`); err != nil {
		return fmt.Errorf("begin again: %w", explain(err))
	}
	for _, r := range ran {
		var lost error
		if r.err, lost = w.attempt(r.do); lost != nil {
			return lost
		}
	}
	return nil
}

// A piece of work changes about so many pages beside those that its texts fill.
const (
	pagesOfWork = 2
	pageSize    = 4096
)

// shorten sees to it that the log, which has grown by so many pages, does not grow for ever.
func (w *writer) shorten(grown int) {
	if w.since += grown; w.since >= checkpointEvery {
		w.since = 0
		w.log.due()
	}
	if w.log.rest.CompareAndSwap(true, false) {
		if err := w.session.exec(checkpoint); err != nil {
			w.logger.Warn("carry the log over", "err", explain(err))
		}
	}
}

// moment is how long a transaction stays open at most while the processors are busy with turns that may come.
const moment = 2 * time.Millisecond

// waiting takes the next piece of work, if the transaction is not long enough yet. It waits for one as long as it could not commit
// anyway, since the transaction before is not synced, and for a moment where others want the processor: so more of them share what a
// transaction costs.
func (w *writer) waiting(served int) *work {
	if served >= w.batch {
		return nil
	}
	select {
	case next := <-w.queue: // nil when it is closed
		return next
	default:
	}
	select {
	case next := <-w.queue:
		return next
	case <-w.before.synced:
	}
	if time.Since(w.began) > moment {
		return nil
	}
	runtime.Gosched() // it comes back at once where nobody else has anything to do
	select {
	case next := <-w.queue:
		return next
	default:
		return nil
	}
}

// begin opens a transaction; without one nothing may be written.
func (w *writer) begin() error {
	if err := w.disk.failed(); err != nil {
		return err
	}
	if err := w.open(); err != nil {
		return err
	}
	err := w.session.exec(`BEGIN IMMEDIATE`)
	w.session.wrote = false
	if err == nil {
		w.began = time.Now()
		return nil
	}
	if code := codeOf(err); code != lib.SQLITE_BUSY {
		w.drop() // the next one begins with a fresh connection
	}
	return fmt.Errorf("begin: %w", explain(err))
}

// open sees to it that there is a connection.
func (w *writer) open() error {
	if w.session != nil {
		return nil
	}
	s, err := openSession(w.db)
	if err != nil {
		return explain(err)
	}
	w.session = s
	return nil
}

// attempt runs one piece of work in its savepoint. When lost is not nil the whole transaction is gone.
func (w *writer) attempt(do func(*session) error) (refused, lost error) {
	if err := w.session.exec(`SAVEPOINT work`); err != nil {
		return nil, explain(err)
	}
	if refused = do(w.session); refused != nil {
		refused = explain(refused)
		if err := w.session.exec(`ROLLBACK TO work`); err != nil {
			return refused, fmt.Errorf("roll back: %w", errors.Join(refused, err))
		}
	}
	if err := w.session.exec(`RELEASE work`); err != nil {
		return refused, explain(err)
	}
	return refused, nil
}

// refuse answers everybody who waits: each would only wait for the same lock again.
func (w *writer) refuse(first *work, err error) {
	w.logger.Error("begin to write", "err", err)
	waits := len(w.queue)
	for next := first; next != nil; {
		if next.taken.CompareAndSwap(false, true) {
			next.err = err
			close(next.done)
		}
		if next = nil; waits > 0 {
			waits--
			next = <-w.queue
		}
	}
}

// fail tells all who shared a transaction that nothing of it was kept.
func (w *writer) fail(ran []*work, err error) {
	w.logger.Error("write", "turns", len(ran), "err", err)
	w.lost.Add(1)
	_ = w.session.exec(`ROLLBACK`) // it may be rolled back already
	w.drop()
	for _, r := range ran {
		r.err = err
		close(r.done)
	}
}

// drop gives the connection up; what was not committed is gone with it.
func (w *writer) drop() {
	if w.session == nil {
		return
	}
	if err := w.session.close(); err != nil {
		w.logger.Warn("close a connection", "err", err)
	}
	w.session = nil
}
