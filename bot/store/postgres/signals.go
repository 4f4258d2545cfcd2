package postgres

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// channel is where processes tell each other in which shops something was changed.
const channel = "xiaoer_changes"

// How processes tell each other.
const (
	tellPause   = 50 * time.Millisecond // between two tellings, so that many changes cost one
	listenPause = time.Second           // before a connection that was lost is opened again
	mostUntold  = 10_000                // shops; more are told as all of them
)

// A teller tells other processes of changes, beside those who make them: what is told in a turn's own transaction would let all such
// transactions of all processes wait for each other. What is not told, because this process dies, they see when they look by themselves.
type teller struct {
	db     *database
	logger *slog.Logger
	pause  time.Duration

	mu     sync.Mutex
	untold map[string]bool
	wake   chan struct{}
	stop   context.CancelFunc
	ended  chan struct{}
}

func newTeller(db *database, logger *slog.Logger) *teller {
	ctx, stop := context.WithCancel(context.Background())
	t := &teller{
		db: db, logger: logger, pause: tellPause, untold: map[string]bool{},
		wake: make(chan struct{}, 1), stop: stop, ended: make(chan struct{}),
	}
	go t.run(ctx)
	return t
}

// changed notes that something was changed in a shop, without waiting.
func (t *teller) changed(shop string) {
	t.mu.Lock()
	if len(t.untold) >= mostUntold {
		clear(t.untold)
		shop = ""
	}
	t.untold[shop] = true
	t.mu.Unlock()
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// close tells what is untold. Nothing is changed any more.
func (t *teller) close() {
	t.stop()
	<-t.ended
}

func (t *teller) run(ctx context.Context) {
	defer close(t.ended)
	for {
		select {
		case <-ctx.Done():
			t.tell()
			return
		case <-t.wake:
		}
		t.tell()
		_ = pause(ctx, t.pause) // the loop sees that it has ended
	}
}

// tell says all that is untold, in one round trip. What was begun is not broken off when the store is closed: it would be lost.
func (t *teller) tell() {
	t.mu.Lock()
	shops := make([]string, 0, len(t.untold))
	for shop := range t.untold {
		shops = append(shops, shop)
	}
	clear(t.untold)
	t.mu.Unlock()
	if len(shops) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), t.db.options.Patience)
	defer cancel()
	if _, err := t.db.others.Exec(ctx, `SELECT pg_notify($1, shop) FROM unnest($2::text[]) shop`, channel, shops); err != nil {
		t.logger.Warn("tell other processes of changes", "shops", len(shops), "err", err)
	}
}

// Follow hands over the names of shops in which something was changed by whomever, "" for that any may have been, until ctx ends.
func (s *Store) Follow(ctx context.Context, take func(shop string)) error {
	for {
		if s.db.isClosed() {
			return engine.ErrClosed
		}
		if err := s.listen(ctx, take); ctx.Err() == nil {
			s.logger.Warn("listen to other processes", "err", explain(ctx, err))
		}
		if err := pause(ctx, listenPause); err != nil {
			return err
		}
	}
}

// listen follows changes with one connection, until that is lost.
func (s *Store) listen(ctx context.Context, take func(shop string)) (err error) {
	conn, err := pgx.ConnectConfig(ctx, s.listener)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		err = errors.Join(err, conn.Close(closing))
	}()
	if _, err := conn.Exec(ctx, lockServed); err != nil { // before anything is heard, so that nobody moves what is served
		return err
	}
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	take("") // nobody knows what was missed
	for {
		said, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		take(said.Payload)
	}
}

// pause waits, but not longer than ctx.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// told makes a change, and tells others of it where it was made. A store that is closed waits for that.
func (s *Store) told(shop string, change func() error) error {
	s.changing.RLock()
	defer s.changing.RUnlock()
	err := change()
	if err == nil {
		s.teller.changed(shop)
	}
	return err
}

// Commit keeps a turn. Others are told of cases and of late replies; nobody else needs to know of the rest.
func (s *Store) Commit(ctx context.Context, c engine.Commit) error {
	if len(c.Cases) == 0 && c.Late == nil {
		return s.Store.Commit(ctx, c)
	}
	return s.told(c.Shop, func() error { return s.Store.Commit(ctx, c) })
}

// Attend says that an agent is at the desk, or has left it.
func (s *Store) Attend(ctx context.Context, shop string, p desk.Presence) error {
	return s.told(shop, func() error { return s.Store.Attend(ctx, shop, p) })
}

// Pause switches off.
func (s *Store) Pause(ctx context.Context, p desk.Pause, by desk.Entry) error {
	return s.told(p.Shop, func() error { return s.Store.Pause(ctx, p, by) })
}

// Unpause switches on again.
func (s *Store) Unpause(ctx context.Context, shop, rule string, by desk.Entry) error {
	return s.told(shop, func() error { return s.Store.Unpause(ctx, shop, rule, by) })
}

// Resend puts a dead or dropped late reply into its conversation's queue again.
func (s *Store) Resend(ctx context.Context, shop, id string, now time.Time, by desk.Entry) error {
	return s.told(shop, func() error { return s.Store.Resend(ctx, shop, id, now, by) })
}

// PutDocument keeps a document in place of the version that it comes with.
func (s *Store) PutDocument(ctx context.Context, d desk.Document, by *desk.Entry) (int64, error) {
	var version int64
	err := s.told(d.Shop, func() (err error) {
		version, err = s.Store.PutDocument(ctx, d, by)
		return err
	})
	return version, err
}

// DropDocument forgets a document.
func (s *Store) DropDocument(ctx context.Context, shop, kind, id string, by *desk.Entry) error {
	return s.told(shop, func() error { return s.Store.DropDocument(ctx, shop, kind, id, by) })
}

// Erase forgets all of a buyer.
func (s *Store) Erase(ctx context.Context, shop, buyer string, by desk.Entry) (int, error) {
	var pieces int
	err := s.told(shop, func() (err error) {
		pieces, err = s.Store.Erase(ctx, shop, buyer, by)
		return err
	})
	return pieces, err
}

var (
	_ engine.Store   = (*Store)(nil)
	_ engine.Signals = (*Store)(nil)
)
