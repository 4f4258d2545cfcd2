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
	s, err := c.prepare(query) //nolint:sqlclosecheck // kept and closed by the session
	if err != nil {
		return "", false, err
	}
	c.count(args)
	err = s.QueryRowContext(context.Background(), args...).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return text, err == nil, err
}

// number runs a statement that returns one number.
func (c *session) number(query string, args ...any) (n int64, err error) {
	s, err := c.prepare(query) //nolint:sqlclosecheck // kept and closed by the session
	if err != nil {
		return 0, err
	}
	err = s.QueryRowContext(context.Background(), args...).Scan(&n)
	return n, err
}

// list runs a query for texts.
func (c *session) list(query string, args ...any) (out []string, err error) {
	s, err := c.prepare(query) //nolint:sqlclosecheck // kept and closed by the session
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(context.Background(), args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // what went wrong is in rows.Err
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, rows.Err()
}

// close gives the connection up for good, with whatever transaction it may be in.
func (c *session) close() error {
	var all []error
	for _, s := range c.prepared {
		all = append(all, s.Close())
	}
	return errors.Join(append(all, c.conn.Close())...)
}
