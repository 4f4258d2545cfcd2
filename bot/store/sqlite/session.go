package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// A session is the one connection that writes, with its statements prepared. They are run on the driver's own connection: it is
// this session's alone, and what database/sql does for pools of them would cost as much as many a statement. Statements take no
// context: a commit that was begun for many is not broken off for one, and the wait for a lock is bounded by the
// connection itself.
type session struct {
	conn     *sql.Conn
	raw      driver.ConnPrepareContext // what conn stands for
	prepared map[string]statement
	args     []driver.NamedValue // of the statement that is run; it is used again for the next
	bytes    int                 // of texts, since they were last asked for
	changes  int64               // rows that were changed, since it was last set to 0
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

// exec runs a statement and says how many rows it changed.
func (c *session) exec(query string, args ...any) (int64, error) {
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
	return n, err
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

// number runs a statement that returns one number.
func (c *session) number(query string, args ...any) (n int64, err error) {
	_, err = c.row(query, args, &n)
	return n, err
}

// row runs a statement that returns at most one row.
func (c *session) row(query string, args []any, into ...any) (ok bool, err error) {
	err = c.rows(query, args, func(row []driver.Value) error {
		if ok {
			return nil
		}
		ok = true
		c.changes++ // nobody asks a session for what it does not change
		return scan(row, into)
	})
	return ok && err == nil, err
}

// list runs a query for texts.
func (c *session) list(query string, args ...any) (out []string, err error) {
	err = c.rows(query, args, func(row []driver.Value) error {
		var text string
		err := scan(row, []any{&text})
		out = append(out, text)
		return err
	})
	return out, err
}

// links runs a query for the links of a chain.
func (c *session) links(query string, args ...any) (out []link, err error) {
	err = c.rows(query, args, func(row []driver.Value) error {
		var l link
		err := scan(row, []any{&l.turn, &l.message})
		out = append(out, l)
		return err
	})
	return out, err
}

func (c *session) rows(query string, args []any, take func([]driver.Value) error) (err error) {
	s, err := c.prepare(query)
	if err != nil {
		return err
	}
	values, err := c.bind(args)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(context.Background(), values)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row := make([]driver.Value, len(rows.Columns()))
	for {
		if err := rows.Next(row); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := take(row); err != nil {
			return err
		}
	}
}

// scan takes the texts and numbers of a row. PRAGMAs give numbers where texts are asked for.
func scan(row []driver.Value, into []any) error {
	for i, to := range into {
		switch to := to.(type) {
		case *string:
			switch v := row[i].(type) {
			case string:
				*to = v
			case int64:
				*to = strconv.FormatInt(v, 10)
			default:
				return fmt.Errorf("a text is a %T", v)
			}
		case *int64:
			v, ok := row[i].(int64)
			if !ok {
				return fmt.Errorf("a number is a %T", row[i])
			}
			*to = v
		default:
			return fmt.Errorf("a value of type %T", to)
		}
	}
	return nil
}

// close gives the connection up for good, with whatever transaction it may be in.
func (c *session) close() error {
	var all []error
	for _, s := range c.prepared {
		all = append(all, s.Close())
	}
	return errors.Join(append(all, c.conn.Close())...)
}
