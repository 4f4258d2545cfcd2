package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"xiaoer/bot"
	"xiaoer/bot/engine"
)

// What a row of selectTurn is.
const (
	ofConversation = iota + 1
	ofRecord
	ofAnswer
	ofNumber
	ofWaiting
	ofSeat
	ofPause
)

// Load reads everything that a turn needs, as it stood at one moment.
func (s *Store) Load(ctx context.Context, a engine.Ask) (engine.Loaded, error) {
	out := engine.Loaded{}
	out.Desk.Next, out.Desk.Ahead = 1, map[string]int{}
	query, args := selectTurn, []any{a.Shop, a.Conversation, a.Buyer, a.Message}
	if !a.WithoutDesk {
		query, args = selectTurnAndDesk, append(args, here(a.Now), millis(a.Now))
	}
	err := s.each(ctx, query, args, func(row *sql.Rows) error {
		var kind, number, at int64
		var name, body string
		if err := row.Scan(&kind, &number, &at, &name, &body); err != nil {
			return err
		}
		switch kind {
		case ofConversation:
			out.Version, out.JSON = number, []byte(body)
			return read("conversation", body, &out.Conversation)
		case ofRecord:
			out.RecordVersion = number
			return read("record", body, &out.Record)
		case ofNumber:
			out.Desk.Next = int(number)
		case ofWaiting:
			out.Desk.Ahead[name] = int(number)
		case ofAnswer:
			out.Answered = &engine.Answered{Message: a.Message, Fingerprint: name, Response: []byte(body), At: moment(at)}
		case ofSeat:
			seat := bot.Seat{Agent: name, Ceiling: int(number), Load: int(at)}
			if err := read("presence", body, &seat.Teams); err != nil {
				s.passOver("presence", a.Shop, name, err)
				return nil
			}
			out.Desk.Online = append(out.Desk.Online, seat)
		case ofPause:
			out.Desk.Paused = append(out.Desk.Paused, name)
		}
		return nil
	})
	if err != nil {
		return engine.Loaded{}, fmt.Errorf("load: %w", err)
	}
	slices.SortFunc(out.Desk.Online, func(a, b bot.Seat) int { return strings.Compare(a.Agent, b.Agent) })
	slices.Sort(out.Desk.Paused)
	return out, nil
}

// Trace gives the recorded inputs of one turn.
func (s *Store) Trace(ctx context.Context, shop, id string) (engine.Recorded, error) {
	var r engine.Recorded
	found := false
	err := s.each(ctx, selectTrace, []any{shop, id}, func(row *sql.Rows) error {
		found = true
		return scanJSON(row, "trace", &r)
	})
	switch {
	case err != nil:
		return engine.Recorded{}, fmt.Errorf("load a trace: %w", err)
	case !found:
		return engine.Recorded{}, engine.ErrNotFound
	}
	return r, nil
}

func scanJSON(row *sql.Rows, what string, into any) error {
	var body string
	if err := row.Scan(&body); err != nil {
		return err
	}
	return read(what, body, into)
}

func read(what, body string, into any) error {
	if err := json.Unmarshal([]byte(body), into); err != nil {
		return fmt.Errorf("read a %s: %w", what, err)
	}
	return nil
}

// each runs a query and takes its rows one after the other.
func (s *Store) each(ctx context.Context, query string, args []any, take func(*sql.Rows) error) error {
	if s.writer.isClosed() {
		return engine.ErrClosed
	}
	rows, err := s.query(ctx, query, args)
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
func (s *Store) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if p := s.queries[query]; p != nil {
		return p.QueryContext(ctx, args...)
	}
	return s.reads.QueryContext(ctx, query, args...)
}

// reason is why a query failed: the end of the context before whatever it looked like from below.
func reason(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	return explain(err)
}
