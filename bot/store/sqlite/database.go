package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlstore"
)

// A database is the file as the tables' store works with it: many read, and one goroutine writes.
type database struct {
	writer  *writer
	reads   *sql.DB
	queries map[string]*sql.Stmt // prepared on reads, by their text
}

var _ sqlstore.Database = (*database)(nil)

// Read runs a query on a connection of its own.
func (d *database) Read(ctx context.Context, query string, args []any, take func(sqlstore.Row) error) error {
	if d.writer.isClosed() {
		return engine.ErrClosed
	}
	rows, err := d.query(ctx, query, args)
	if err != nil {
		return reason(ctx, err)
	}
	defer func() { _ = rows.Close() }() // what went wrong is in rows.Err
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	return reason(ctx, rows.Err())
}

// query runs what is prepared, or what was put together for this once.
func (d *database) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if p := d.queries[query]; p != nil {
		return p.QueryContext(ctx, args...)
	}
	return d.reads.QueryContext(ctx, query, args...)
}

// Write runs work among that of others, in the transaction that commits them all.
func (d *database) Write(ctx context.Context, do func(sqlstore.Tx) error) error {
	return d.writer.do(ctx, func(to *session) error { return do(to) })
}

// Commit runs statements as one piece of work.
func (d *database) Commit(ctx context.Context, statements []sqlstore.Statement) error {
	return d.writer.do(ctx, func(to *session) error { return runAll(to, statements) })
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

// prepareAll prepares what the readers ask.
func prepareAll(ctx context.Context, db *sql.DB) (map[string]*sql.Stmt, error) {
	out := map[string]*sql.Stmt{}
	for _, query := range append(sqlstore.Queries(), selectScrub) {
		s, err := db.PrepareContext(ctx, query) //nolint:sqlclosecheck // kept as long as the pool, which closes it
		if err != nil {
			return nil, err
		}
		out[query] = s
	}
	return out, nil
}

// reason is why a query failed: the end of the context before whatever it looked like from below.
func reason(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	return explain(err)
}
