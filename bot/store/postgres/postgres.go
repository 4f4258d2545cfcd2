// Package postgres keeps the state of conversations in a PostgreSQL database, behind the interface of bot/engine, for as many
// processes at once as one likes. A message costs one round trip to read and one to write, and what was acknowledged is in the
// database's log on its disk. Its SQL is that of bot/store/sqlstore; it decides nothing, and does not look after the database
// itself: its backups, its replicas and its vacuum are its operator's.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlstore"
)

// Options are what a store needs to know. Only URL is required.
type Options struct {
	URL    string       // such as postgres://user:password@host/database; settings of PostgreSQL's own may follow
	Logger *slog.Logger // default: discards

	Connections int // at most, beside the one that listens: default 16, or what pool_max_conns says in the URL
	Writers     int // of them, those that commit turns, default 3, and 2 at least
	Queue       int // commits that may wait, and as many reads, default 4096; those above are engine.ErrFull at once
	Batch       int // commits that share one transaction at most, default 64

	// Patience bounds one commit or one transaction, with whatever it waits for, default 10 s. It is what ends work on a database that
	// does not answer any more; statement_timeout and lock_timeout in the URL end it on one that does.
	Patience time.Duration

	Keep engine.Retention // how long what is kept

	// Existing refuses a database without tables, and one of an older version: it belongs to a server that may be running.
	Existing bool
}

func (o *Options) validate() error {
	if err := o.Keep.Validate(); err != nil {
		return err
	}
	o.Keep = o.Keep.WithDefaults()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	said, err := connections(o.URL)
	if err != nil {
		return err
	}
	if o.Connections <= 0 {
		o.Connections = said
	}
	for _, n := range []struct {
		value    *int
		fallback int
	}{{&o.Connections, 16}, {&o.Writers, 3}, {&o.Queue, 4096}, {&o.Batch, 64}} {
		if *n.value <= 0 {
			*n.value = n.fallback
		}
	}
	o.Connections = max(o.Connections, leastConnections)
	o.Writers = max(2, min(o.Writers, o.Connections/2))
	if o.Patience <= 0 {
		o.Patience = 10 * time.Second
	}
	return nil
}

// A Store keeps everything in one database, which it may share with other processes. Its methods are safe for concurrent use.
type Store struct {
	*sqlstore.Store
	db       *database
	teller   *teller
	listener *pgx.ConnConfig
	logger   *slog.Logger
	changing sync.RWMutex // held for reading while something is changed and noted of which others are told
	close    func() error // closes once
}

// Open opens the store and brings the database's tables to this version: of several processes that do so at once, one does it and the
// others wait. It refuses a database whose tables this program may not use (see compatible), and with Existing one of an older version.
func Open(ctx context.Context, o Options) (*Store, error) {
	s, err := open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open the store %s: %w", Name(o.URL), err)
	}
	return s, nil
}

func open(ctx context.Context, o Options) (*Store, error) {
	config, err := parse(o.URL)
	if err != nil {
		return nil, err
	}
	if err := o.validate(); err != nil {
		return nil, err
	}
	if err := migrate(ctx, config.ConnConfig, o.Logger, !o.Existing); err != nil {
		return nil, err // whoever opens a store has handed in nothing yet
	}
	db, err := newDatabase(ctx, config, o)
	if err != nil {
		return nil, err
	}
	s := &Store{
		Store: sqlstore.New(db, sqlstore.Options{Logger: o.Logger, Keep: o.Keep}), db: db,
		teller: newTeller(db, o.Logger), listener: config.ConnConfig.Copy(), logger: o.Logger,
	}
	s.close = sync.OnceValue(func() error {
		db.finish()
		s.changing.Lock()
		defer s.changing.Unlock()
		s.teller.close()
		db.close()
		return nil
	})
	return s, nil
}

// Close refuses new work (engine.ErrClosed), keeps what was taken before, and lets go of the database.
func (s *Store) Close() error { return s.close() }

// Ready writes a little and takes it back, on the way of a turn's commit: it says whether one would be kept now.
func (s *Store) Ready(ctx context.Context) error { return s.db.probe(ctx) }

// pool opens nothing yet. A connection of a pool that is careful is looked at each time before it is used, without a word to the server: what
// is written along one that has ended is something that nobody knows about.
func pool(ctx context.Context, config *pgxpool.Config, most int, careful bool) (*pgxpool.Pool, error) {
	config = config.Copy()
	config.MaxConns, config.MinConns = int32(most), 0
	config.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return false } // it would cost a round trip
	if careful {
		config.PrepareConn = func(_ context.Context, conn *pgx.Conn) (bool, error) { return alive(conn.PgConn().Conn()), nil }
	}
	p, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, errors.New("its settings cannot be used")
	}
	return p, nil
}
