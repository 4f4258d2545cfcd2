package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"xiaoer/bot/store/sqlstore"
)

// A session is a connection with its statements prepared, for one goroutine at a time. They are run on the driver's own connection: it
// is this session's alone, and what database/sql does for pools of them would cost as much as many a statement. What writes takes
// no context: a commit that was begun for many is not broken off for one, and the wait for a lock is bounded by the
// connection itself.
type session struct {
	conn     *sql.Conn
	raw      driver.ConnPrepareContext // what conn stands for
	prepared map[string]statement
	args     []driver.NamedValue // of the statement that is run; it is used again for the next
	bytes    int                 // of texts, since they were last asked for
	changes  int64               // rows that were changed, since it was last set to 0
	wrote    bool                // something was changed, perhaps, since it was last set to false
}

// A statement is what the driver prepares.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

func openSession(db *sql.DB) (*session, error) {
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, fmt.Errorf("open a connection: %w", err)
	}
	c := &session{conn: conn, prepared: map[string]statement{}}
	err = conn.Raw(func(of any) error {
		raw, ok := of.(driver.ConnPrepareContext)
		if !ok {
			return fmt.Errorf("the driver's connection is a %T", of)
		}
		c.raw = raw
		return nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open a connection: %w", err), conn.Close())
	}
	return c, nil
}

func (c *session) prepare(query string) (statement, error) {
	if s := c.prepared[query]; s != nil {
		return s, nil
	}
	made, err := c.raw.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("prepare a statement: %w", err)
	}
	s, ok := made.(statement)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the driver's statement is a %T", made), made.Close())
	}
	c.prepared[query] = s
	return s, nil
}

// takeBytes is how much text was handed in since it was last asked.
func (c *session) takeBytes() (n int) {
	n, c.bytes = c.bytes, 0
	return n
}

// bind gives values as the driver takes them, good until the next statement.
func (c *session) bind(args []any) ([]driver.NamedValue, error) {
	c.args = c.args[:0]
	for i, arg := range args {
		switch v := arg.(type) {
		case string:
			c.bytes += len(v)
		case []byte:
			c.bytes += len(v)
		case int:
			arg = int64(v)
		case int64, nil:
		default:
			return nil, fmt.Errorf("a value of type %T", arg)
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: arg})
	}
	return c.args, nil
}

// exec runs a statement.
func (c *session) exec(query string, args ...any) error {
	_, err := c.Exec(query, args...)
	return err
}

// Exec runs a statement and says how many rows it changed.
func (c *session) Exec(query string, args ...any) (int64, error) {
	s, err := c.prepare(query)
	if err != nil {
		return 0, err
	}
	values, err := c.bind(args)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(context.Background(), values)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	c.changes += n
	c.wrote = c.wrote || n > 0
	return n, err
}

// Query runs a statement and hands over its rows. Whether it changes anything nobody knows, so that it counts as a change.
func (c *session) Query(query string, args []any, take func(sqlstore.Row) error) (err error) {
	c.changes++
	c.wrote = true
	return c.query(context.Background(), query, args, take)
}

// query runs a statement that may be broken off.
func (c *session) query(ctx context.Context, query string, args []any, take func(sqlstore.Row) error) error {
	return c.each(ctx, query, args, func(row values) error { return take(row) })
}

// all runs a statement and gives its rows.
func (c *session) all(query string, args []any) (rows []values, err error) {
	err = c.each(context.Background(), query, args, func(row values) error {
		rows = append(rows, slices.Clone(row))
		return nil
	})
	return rows, err
}

// each hands rows over that are good until the next.
func (c *session) each(ctx context.Context, query string, args []any, take func(values) error) (err error) {
	s, err := c.prepare(query)
	if err != nil {
		return err
	}
	bound, err := c.bind(args)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(ctx, bound)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row := make(values, len(rows.Columns()))
	for {
		if err := rows.Next(row); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := take(row); err != nil {
			return err
		}
		if ctx.Err() != nil { // the driver looks at it for the first row only
			return context.Cause(ctx)
		}
	}
}

// values are a row as the driver gives it.
type values []driver.Value

// Scan takes what sqlstore.Row says. PRAGMAs give numbers where texts are asked for.
func (v values) Scan(into ...any) error {
	if len(into) != len(v) {
		return fmt.Errorf("%d columns for %d places", len(v), len(into))
	}
	for i, to := range into {
		if err := place(v[i], to); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

func place(v driver.Value, to any) error {
	switch to := to.(type) {
	case *string:
		return placeText(v, to)
	case *[]byte:
		b, ok := v.([]byte)
		if !ok {
			return fmt.Errorf("bytes are a %T", v)
		}
		*to = b
	case *int64:
		return placeNumber(v, to)
	case *int:
		var n int64
		err := placeNumber(v, &n)
		*to = int(n)
		return err
	case *bool:
		var n int64
		err := placeNumber(v, &n)
		*to = n != 0
		return err
	case *sql.NullString:
		if to.Valid = v != nil; to.Valid {
			return placeText(v, &to.String)
		}
	case *sql.NullInt64:
		if to.Valid = v != nil; to.Valid {
			return placeNumber(v, &to.Int64)
		}
	default:
		return fmt.Errorf("a value of type %T", to)
	}
	return nil
}

func placeText(v driver.Value, to *string) error {
	switch v := v.(type) {
	case string:
		*to = v
	case int64:
		*to = strconv.FormatInt(v, 10)
	default:
		return fmt.Errorf("a text is a %T", v)
	}
	return nil
}

func placeNumber(v driver.Value, to *int64) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a number is a %T", v)
	}
	*to = n
	return nil
}

// forget lets go of a statement that will hardly come again.
func (c *session) forget(query string) {
	if s := c.prepared[query]; s != nil {
		delete(c.prepared, query)
		_ = s.Close() // it holds nothing
	}
}

// close gives the connection up for good, with whatever transaction it may be in.
func (c *session) close() error {
	if c == nil {
		return nil
	}
	var all []error
	for _, s := range c.prepared {
		all = append(all, s.Close())
	}
	return errors.Join(append(all, c.conn.Close())...)
}
