package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// A session is the one connection that writes, with its statements prepared. Statements take no context: a commit that
// was begun for many is not broken off for one, and the wait for a lock is bounded by the connection itself.
type session struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
	bytes    int // of texts, since they were last asked for
}

func openSession(db *sql.DB) (*session, error) {
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, fmt.Errorf("open a connection: %w", err)
	}
	return &session{conn: conn, prepared: map[string]*sql.Stmt{}}, nil
}

func (c *session) prepare(query string) (*sql.Stmt, error) {
	if s := c.prepared[query]; s != nil {
		return s, nil
	}
	s, err := c.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("prepare a statement: %w", err)
	}
	c.prepared[query] = s
	return s, nil
}

// takeBytes is how much text was handed in since it was last asked.
func (c *session) takeBytes() (n int) {
	n, c.bytes = c.bytes, 0
	return n
}

func (c *session) count(args []any) {
	for _, a := range args {
		if text, ok := a.(string); ok {
			c.bytes += len(text)
		}
	}
}

// exec runs a statement and says how many rows it changed.
func (c *session) exec(query string, args ...any) (int64, error) {
	s, err := c.prepare(query) //nolint:sqlclosecheck // kept and closed by the session
	if err != nil {
		return 0, err
	}
	c.count(args)
	result, err := s.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// returned runs a statement that returns at most one text; ok is false when it changed nothing.
func (c *session) returned(query string, args ...any) (text string, ok bool, err error) {
	ok, err = c.row(query, args, &text)
	return text, ok, err
}

// returnedTwo runs a statement that returns two texts.
func (c *session) returnedTwo(query string, args ...any) (first, second string, ok bool, err error) {
	ok, err = c.row(query, args, &first, &second)
	return first, second, ok, err
}

// row runs a statement that returns at most one row.
func (c *session) row(query string, args []any, into ...any) (ok bool, err error) {
	s, err := c.prepare(query) //nolint:sqlclosecheck // kept and closed by the session
	if err != nil {
		return false, err
	}
	c.count(args)
	err = s.QueryRowContext(context.Background(), args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// number runs a statement that returns one number.
func (c *session) number(query string, args ...any) (n int64, err error) {
	_, err = c.row(query, args, &n)
	return n, err
}

// list runs a query for texts.
func (c *session) list(query string, args ...any) (out []string, err error) {
	err = c.rows(query, args, func(row *sql.Rows) error {
		var text string
		err := row.Scan(&text)
		out = append(out, text)
		return err
	})
	return out, err
}

// links runs a query for the links of a chain.
func (c *session) links(query string, args ...any) (out []link, err error) {
	err = c.rows(query, args, func(row *sql.Rows) error {
		var l link
		err := row.Scan(&l.turn, &l.message)
		out = append(out, l)
		return err
	})
	return out, err
}

func (c *session) rows(query string, args []any, take func(*sql.Rows) error) error {
	s, err := c.prepare(query) //nolint:sqlclosecheck // kept and closed by the session
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(context.Background(), args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // what went wrong is in rows.Err
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// close gives the connection up for good, with whatever transaction it may be in.
func (c *session) close() error {
	var all []error
	for _, s := range c.prepared {
		all = append(all, s.Close())
	}
	return errors.Join(append(all, c.conn.Close())...)
}
