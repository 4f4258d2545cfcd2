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

// exec runs a statement and says how many rows it changed.
func (c *session) exec(query string, args ...any) (int64, error) {
	s, err := c.prepare(query)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// returned runs a statement that returns at most one text; ok is false when it changed nothing.
func (c *session) returned(query string, args ...any) (text string, ok bool, err error) {
	s, err := c.prepare(query)
	if err != nil {
		return "", false, err
	}
	err = s.QueryRowContext(context.Background(), args...).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return text, err == nil, err
}

// close gives the connection up for good, with whatever transaction it may be in.
func (c *session) close() error {
	var all []error
	for _, s := range c.prepared {
		all = append(all, s.Close())
	}
	return errors.Join(append(all, c.conn.Close())...)
}
