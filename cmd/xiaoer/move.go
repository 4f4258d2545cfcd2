package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"xiaoer/bot/engine"
	"xiaoer/bot/store/postgres"
	"xiaoer/bot/store/sqlite"
	"xiaoer/bot/store/sqlstore"
)

type moveCmd struct {
	From string `help:"The store that is left: sqlite:FILE or postgres://USER@HOST/DATABASE." required:"" placeholder:"STORE"`
	To   string `help:"The one to fill, which must be empty; its tables are made where there are none." required:"" placeholder:"STORE"`
}

// Help teaches the command.
func (moveCmd) Help() string {
	return `Carries all that a server keeps from one store to another, and compares the two at the end.

  systemctl stop xiaoer
  xiaoer move --from sqlite:/var/lib/xiaoer/state.db --to postgres://xiaoer@db.internal/xiaoer
  systemctl start xiaoer          # with --store postgres://xiaoer@db.internal/xiaoer

Stop every server of both stores first; a store that somebody has open is refused. A move that was cut short goes on where it
was when the same command is given again; until it is done no server serves from its target. One that is done only compares the
two again. The source stays as it is. If it
has changed meanwhile the end of the move says so: then empty the target, and move again.

The way back is the same with the two exchanged. Both must be of this program's version: start the server of this version once
where one is older.`
}

// Run moves.
func (c *moveCmd) Run(a *app) (err error) {
	if c.From == c.To {
		return usageError("--from and --to are the same store")
	}
	from, err := openEnd(a.ctx, "--from", c.From)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := openEnd(a.ctx, "--to", c.To)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	show := &moveProgress{out: a.err, now: a.now}
	report, err := sqlstore.Move(a.ctx, from.Tables(), to.Tables(), sqlstore.MoveOptions{From: endName(c.From), Now: a.now, Progress: show.show})
	if err != nil {
		return fmt.Errorf("move from %s to %s: %w%s", storeName(c.From), storeName(c.To), err, adviceOnMove(err))
	}
	if report.Resumed {
		fmt.Fprintln(a.err, "an earlier move went on")
	}
	for _, t := range report.Tables {
		fmt.Fprintf(a.out, "%-14s %s\n", t.Name, t.Sum)
	}
	done := "moved to"
	if report.Already {
		done = "nothing is left to move to"
	}
	fmt.Fprintf(a.err, "%s %s; both sides are the same\n", done, storeName(c.To))
	return nil
}

// adviceOnMove says what to do now.
func adviceOnMove(err error) string {
	switch {
	case errors.Is(err, sqlstore.ErrHalfSource):
		return "; go on with that one first"
	case errors.Is(err, sqlstore.ErrTargetInUse):
		return "; give an empty one"
	case errors.Is(err, sqlstore.ErrOtherMove):
		return "; go on with that one, or give an empty target"
	case errors.Is(err, sqlstore.ErrChanged):
		return "; stop whoever works on it, empty the target and move again"
	case errors.Is(err, sqlstore.ErrDiffers):
		return "; empty the target and move again"
	case errors.Is(err, context.Canceled):
		return "; the same command goes on where it was"
	}
	return ""
}

// An end of a move.
type end interface {
	engine.Store
	Tables() *sqlstore.Store
	Close() error
}

// openEnd opens the store of a flag, which nobody else has open. The source must be there.
func openEnd(ctx context.Context, flag, name string) (end, error) {
	source := flag == "--from"
	file, ok := strings.CutPrefix(name, "sqlite:")
	switch {
	case isPostgres(name):
		if err := postgres.Alone(ctx, name); err != nil {
			return nil, err
		}
		return postgres.Open(ctx, postgres.Options{URL: name, Existing: source, Connections: fewConnections})
	case !ok || file == "":
		return nil, noStore(flag, name)
	}
	_, err := os.Stat(file)
	switch {
	case err == nil:
		err = sqlite.Alone(ctx, file)
	case source:
		err = fmt.Errorf("there is no store %s", file)
	default: // it is made
		err = nil
	}
	if err != nil {
		return nil, err
	}
	return sqlite.Open(ctx, sqlite.Options{Path: file, Existing: source})
}

// endName is by what a source is known again.
func endName(name string) string {
	if file, ok := strings.CutPrefix(name, "sqlite:"); ok {
		if whole, err := filepath.Abs(file); err == nil {
			return "sqlite:" + whole
		}
	}
	return storeName(name)
}

// showEvery is how often a line of progress is written.
const showEvery = 2 * time.Second

// A moveProgress writes a line now and then.
type moveProgress struct {
	out  io.Writer
	now  func() time.Time
	last time.Time
	rows int64 // of the table, when the last line was written
	what string
}

func (p *moveProgress) show(now sqlstore.MoveProgress) {
	at := p.now()
	what := now.Step + " " + now.Table
	if p.last.IsZero() {
		p.last, p.what = at, what
	}
	since := at.Sub(p.last)
	if since < showEvery {
		return
	}
	line := fmt.Sprintf("%s: %d rows", what, now.Rows)
	if now.About > 0 {
		line += fmt.Sprintf(" of about %d (%d %%)", now.About, min(100, 100*now.Rows/now.About))
	}
	if what == p.what && now.Rows > p.rows {
		line += fmt.Sprintf(", %.0f a second", float64(now.Rows-p.rows)/since.Seconds())
	}
	fmt.Fprintln(p.out, line)
	p.last, p.what, p.rows = at, what, now.Rows
}

// refuseHalfMoved is an error for a store that a move has not filled yet.
func refuseHalfMoved(ctx context.Context, kept engine.Store, log *slog.Logger) error {
	_, err := kept.Document(ctx, "", sqlstore.MoveKind, sqlstore.MoveID)
	switch {
	case errors.Is(err, engine.ErrNotFound):
		return nil
	case err == nil:
		return errors.New("a move to this store is not done; give the same xiaoer move again, or another store")
	}
	log.Warn("look whether a move to the store is done", "err", err) // a store in trouble says so later
	return nil
}
