// Package sqlite keeps the state of conversations in one SQLite file, behind the interface of bot/engine. One goroutine
// writes and commits many turns at once; readers work beside it. What was acknowledged is on the disk. It decides
// nothing, and shares the file with no other writer that wants to be quick.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlstore"
)

// Options are what a store needs to know. Only Path is required.
type Options struct {
	Path   string       // of the file; its folder must exist
	Logger *slog.Logger // default: discards

	Queue    int           // commits that may wait, and half as many turns that read; default 4096; those above are engine.ErrFull at once
	Batch    int           // commits that share one sync at most, default 256
	Readers  int           // connections that read, default 4
	LockWait time.Duration // for another program that holds the file, default 1 s

	Keep engine.Retention // how long what is kept

	// Existing refuses a file that is not there, and one of an older version: it belongs to a server that may be running.
	Existing bool

	sync func(log *os.File) error // default (*os.File).Sync
}

func (o *Options) validate() error {
	if o.Path == "" || strings.HasPrefix(o.Path, ":") {
		return errors.New("a store needs the path of a file")
	}
	if err := o.Keep.Validate(); err != nil {
		return err
	}
	o.Keep = o.Keep.WithDefaults()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	for _, n := range []struct {
		value    *int
		fallback int
	}{{&o.Queue, 4096}, {&o.Batch, 256}, {&o.Readers, 4}} {
		if *n.value <= 0 {
			*n.value = n.fallback
		}
	}
	if o.LockWait <= 0 {
		o.LockWait = time.Second
	}
	if o.sync == nil {
		o.sync = (*os.File).Sync
	}
	return nil
}

// A Store keeps everything in one file. Its methods are safe for concurrent use.
type Store struct {
	*sqlstore.Store

	beside *sqlstore.Store // the same, for turns that commit
	file   string          // its path
	db     *database
	writer *writer
	close  func() error // closes once
	scrubs *scrubber
}

var _ engine.Store = (*Store)(nil)

// Open opens the store, creates the file where there is none (readable for its owner only) and brings its tables to this
// version. It refuses a file that is no database, another program's, or of a newer version; with Existing, of an older one too.
func Open(ctx context.Context, o Options) (*Store, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	s, err := open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open the store %s: %w", o.Path, explain(err))
	}
	return s, nil
}

func open(ctx context.Context, o Options) (*Store, error) {
	if o.Existing {
		if info, err := os.Stat(o.Path); err != nil {
			return nil, err
		} else if info.Size() == 0 {
			return nil, errors.New("it is empty: no server has begun it yet")
		}
	}
	if err := prepare(o.Path); err != nil {
		return nil, err
	}
	first, err := o.pool(1)
	if err != nil {
		return nil, err
	}
	// It stays open until others are: the last connection that is closed would carry the whole log over.
	defer func() { _ = first.Close() }() // it wrote nothing that is not committed
	if err := claim(ctx, first); err != nil {
		return nil, err
	}
	if err := o.migrate(ctx); err != nil {
		return nil, err
	}
	writes, err := o.pool(0, written()...)
	if err != nil {
		return nil, err
	}
	pool, err := o.pool(0, "query_only(1)", "cache_size(-16384)")
	if err != nil {
		return nil, errors.Join(err, writes.Close())
	}
	reads, err := openReaders(pool, o.Readers)
	if err != nil {
		return nil, errors.Join(err, pool.Close(), writes.Close())
	}
	db := &database{writer: newWriter(writes, o), reads: reads}
	of := sqlstore.Options{Logger: o.Logger, Keep: o.Keep}
	s := &Store{Store: sqlstore.New(db, of), beside: sqlstore.New(beside{db}, of), file: o.Path, db: db, writer: db.writer}
	s.scrubs = newScrubber(s)
	s.close = sync.OnceValue(func() error {
		s.scrubs.close()
		return errors.Join(s.writer.close(), reads.close())
	})
	return s, nil
}

// written is how connections work that write. One that is given up is closed. Its cache is small: SQLite looks through all of it after
// many a commit. SQLite syncs its log by itself only before it begins it anew and before it carries it over ("normal"): commits are synced
// by the disk (see there).
func written() []string {
	return []string{
		"journal_mode(wal)", "synchronous(normal)", "cache_size(-16384)", "secure_delete(1)", "wal_autocheckpoint(0)",
		"journal_size_limit(" + strconv.Itoa(keptLog) + ")",
	}
}

// migrate brings the tables to this program's version, each transaction on the disk before the next begins.
func (o *Options) migrate(ctx context.Context) error {
	db, err := o.pool(0, append(written(), "synchronous(full)")...)
	if err != nil {
		return err
	}
	return errors.Join(migrate(ctx, db, !o.Existing, o.LockWait), db.Close())
}

// pool opens nothing yet. It keeps so many connections, all with these settings; 0 is as many as are asked for and none of them kept.
func (o *Options) pool(most int, pragmas ...string) (*sql.DB, error) {
	where, err := address(o.Path, true, o.LockWait, pragmas...)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", where)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most)
	return db, nil
}

// Close refuses new work (engine.ErrClosed), keeps what was taken before, and lets go of the file.
func (s *Store) Close() error { return s.close() }

// Load reads everything that a turn needs. Whoever may end on that without a commit of his own reads what is on the disk.
func (s *Store) Load(ctx context.Context, a engine.Ask) (l engine.Loaded, err error) {
	read := s.writer.lost.Load()
	if a.Recent {
		l, err = s.beside.Load(ctx, a)
	}
	if !a.Recent || err != nil || l.Answered != nil {
		l, err = s.Store.Load(ctx, a)
	}
	l.Standing.Read = read
	return l, err
}

// Commit keeps all of a turn or nothing of it, and nothing where the turn may have read what was lost since.
func (s *Store) Commit(ctx context.Context, c engine.Commit) error {
	statements, err := sqlstore.Statements(c)
	if err != nil {
		return err
	}
	return s.db.commit(ctx, statements, c.Standing.Read)
}

// Erase forgets everything of a buyer. When it returns nothing of it is found any more; where it stood in the file is overwritten
// beside the turns after that (see Scrub), also by the next process if this one ends.
func (s *Store) Erase(ctx context.Context, shop, buyer string, by desk.Entry) (int, error) {
	pieces, err := s.Store.Erase(ctx, shop, buyer, by)
	if err == nil {
		s.scrubs.due()
	}
	return pieces, err
}

// Sweep forgets what has been kept long enough, and sees to it that what was left to be overwritten is, by another process too.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	s.scrubs.due()
	return s.Store.Sweep(ctx, now)
}
