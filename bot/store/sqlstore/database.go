package sqlstore

import (
	"context"
)

// A Database is what a Store needs of one. All of it is safe for concurrent use. Errors are in the engine's words where it has some:
// engine.ErrFull, engine.ErrClosed. Arguments are string, []byte, int, int64 and nil; the text of each query is one of a constant few,
// but for lists of cases, whose shape depends on what is asked for.
type Database interface {
	// Read runs one query and hands over its rows one after the other, as they all stood at one moment.
	Read(ctx context.Context, query string, args []any, take func(Row) error) error
	// Write runs work in one transaction that sees nothing half done by others. Work may be run more than once, so it begins anew
	// whatever it counts; with an error of its own nothing of it is kept.
	Write(ctx context.Context, work func(Tx) error) error
	// Commit runs statements in one transaction, in one round trip where there are any: engine.ErrStale, and nothing is kept, when
	// one that must change something changes nothing, or would keep a second row under a key that is unique.
	Commit(ctx context.Context, statements []Statement) error
	// Erased is called within the transaction that has erased something of a buyer's, to see to what the database does
	// with it below its tables.
	Erased(tx Tx) error
}

// A Statement is one change. It does not depend on what those before it returned.
type Statement struct {
	SQL        string
	Args       []any
	MustChange bool // a row at least
}

// A Tx is a transaction that is under way.
type Tx interface {
	// Exec says how many rows were changed.
	Exec(query string, args ...any) (int64, error)
	// Query is for texts that read and for those that change and return. All rows are read, unless take ends it with an error.
	Query(query string, args []any, take func(Row) error) error
}

// A Row is what a query found. Scan takes *string, *[]byte, *int, *int64, *bool, *sql.NullString and *sql.NullInt64, one for each
// column.
type Row interface {
	Scan(into ...any) error
}

// returned runs a change that returns at most one row; ok is false when it changed nothing.
func returned(to Tx, query string, args []any, into ...any) (ok bool, err error) {
	err = to.Query(query, args, func(row Row) error {
		ok = true
		return row.Scan(into...)
	})
	return ok && err == nil, err
}

// list runs a query for texts.
func list(to Tx, query string, args ...any) (out []string, err error) {
	err = to.Query(query, args, func(row Row) error {
		var text string
		err := row.Scan(&text)
		out = append(out, text)
		return err
	})
	return out, err
}
