package sqlite

import (
	"context"
	"errors"

	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlstore"
)

// A database is the file as the tables' store works with it: many read, and one goroutine writes.
type database struct {
	writer *writer
	reads  *readers
}

var _ sqlstore.Database = (*database)(nil)

// Read runs a query on a connection of its own. What it has read may be told to others, so that it comes back when that is on the disk.
func (d *database) Read(ctx context.Context, query string, args []any, take func(sqlstore.Row) error) error {
	if d.writer.isClosed() {
		return engine.ErrClosed
	}
	if err := d.reads.read(ctx, query, args, take); err != nil {
		return err
	}
	return d.writer.disk.reach(ctx)
}

// A beside is the database for those who read only in order to commit: on the writer's connection, where what was read or written last is at
// hand, while each reader finds the file changed and begins from nothing. Their commit finds out when what they have read came to nothing
// (see Store.Commit).
type beside struct{ *database }

// Read runs a query between two pieces of the writer's work, who does not wait until its rows are taken.
func (b beside) Read(ctx context.Context, query string, args []any, take func(sqlstore.Row) error) error {
	var rows []values
	err := b.writer.look(ctx, func(s *session) (err error) {
		rows, err = s.all(query, args) // to look out for the end of ctx costs more than to find a record
		return err
	})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := take(row); err != nil {
			return err
		}
	}
	return nil
}

// Write runs work among that of others, in the transaction that commits them all.
func (d *database) Write(ctx context.Context, do func(sqlstore.Tx) error) error {
	return d.writer.do(ctx, func(to *session) error { return do(to) })
}

// Commit runs statements as one piece of work.
func (d *database) Commit(ctx context.Context, statements []sqlstore.Statement) error {
	return d.commit(ctx, statements, 0)
}

// commit is Commit of what is stale when a transaction was lost since it was read (see engine.Standing), unless that is 0.
func (d *database) commit(ctx context.Context, statements []sqlstore.Statement, read int64) error {
	return d.writer.do(ctx, func(to *session) error {
		if read != 0 && read != d.writer.lost.Load() {
			return engine.ErrStale
		}
		return runAll(to, statements)
	})
}

// Erased asks for a look through the file, in the transaction that has erased.
func (d *database) Erased(to sqlstore.Tx) error {
	_, err := to.Exec(wantScrub)
	return err
}

func runAll(to *session, statements []sqlstore.Statement) error {
	for i := range statements {
		n, err := to.Exec(statements[i].SQL, statements[i].Args...)
		if err != nil {
			return err
		}
		if n == 0 && statements[i].MustChange {
			return engine.ErrStale
		}
	}
	return nil
}

// reason is why a query failed: the end of the context before whatever it looked like from below.
func reason(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	return explain(err)
}
