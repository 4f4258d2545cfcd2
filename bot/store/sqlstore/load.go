package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

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

// A piece is a row of selectTurn; what is in its columns depends on its kind.
type piece struct {
	kind, number, at, other, due int64
	name, team, turn, book, body string
}

// Load reads everything that a turn needs, as it stood at one moment.
func (s *Store) Load(ctx context.Context, a engine.Ask) (engine.Loaded, error) {
	out := engine.Loaded{}
	out.Desk.Next, out.Desk.Ahead = 1, map[string]int{}
	query, args := selectTurn, []any{a.Shop, a.Conversation, a.Buyer, a.Message}
	if !a.WithoutDesk {
		query, args = selectTurnAndDesk, append(args, here(a.Now), millis(a.Now))
	}
	err := s.each(ctx, query, args, func(row Row) error {
		var p piece
		if err := row.Scan(&p.kind, &p.number, &p.at, &p.other, &p.due, &p.name, &p.team, &p.turn, &p.book, &p.body); err != nil {
			return err
		}
		return s.put(&p, a, &out)
	})
	if err != nil {
		return engine.Loaded{}, fmt.Errorf("load: %w", err)
	}
	slices.SortFunc(out.Desk.Online, func(a, b bot.Seat) int { return strings.Compare(a.Agent, b.Agent) })
	slices.Sort(out.Desk.Paused)
	return out, nil
}

// put puts a piece where it belongs.
func (s *Store) put(p *piece, a engine.Ask, out *engine.Loaded) error {
	switch p.kind {
	case ofConversation:
		out.Version, out.JSON = p.number, []byte(p.body)
		out.Standing = engine.Standing{Buyer: p.name, Waiting: p.team, Turn: p.turn, Book: p.book, Steps: int(p.other), Since: moment(p.at)}
		if p.due != 0 {
			out.Standing.Due = moment(p.due)
		}
		return read("conversation", p.body, &out.Conversation)
	case ofRecord:
		out.RecordVersion = p.number
		return read("record", p.body, &out.Record)
	case ofNumber:
		out.Desk.Next = int(p.number)
	case ofWaiting:
		out.Desk.Ahead[p.name] = int(p.number)
	case ofAnswer:
		out.Answered = &engine.Answered{Message: a.Message, Fingerprint: p.name, Response: []byte(p.body), At: moment(p.at)}
	case ofSeat:
		seat := bot.Seat{Agent: p.name, Ceiling: int(p.number), Load: int(p.at)}
		if err := read("presence", p.body, &seat.Teams); err != nil {
			s.passOver("presence", a.Shop, p.name, err)
			return nil
		}
		out.Desk.Online = append(out.Desk.Online, seat)
	case ofPause:
		out.Desk.Paused = append(out.Desk.Paused, p.name)
	}
	return nil
}

// mostLed bounds how far back a trace is led.
const mostLed = 100

// Trace gives the recorded inputs of one turn, after those that lead to the state before it.
func (s *Store) Trace(ctx context.Context, shop, id string) ([]engine.Recorded, error) {
	out, err := s.recorded(ctx, selectTrace, shop, id, mostLed)
	switch {
	case err != nil:
		return nil, fmt.Errorf("load a trace: %w", err)
	case len(out) == 0:
		return nil, engine.ErrNotFound
	}
	return out, nil
}

func (s *Store) recorded(ctx context.Context, query string, args ...any) ([]engine.Recorded, error) {
	out := []engine.Recorded{}
	err := s.each(ctx, query, args, func(row Row) error {
		var r engine.Recorded
		err := scanJSON(row, "trace", &r)
		out = append(out, r)
		return err
	})
	return out, err
}

// Turns lists the recorded inputs of a shop's turns of a time: first those whose ids say about that time, then those that are no UUIDs.
func (s *Store) Turns(ctx context.Context, shop string, from, until time.Time, after string, limit int) ([]engine.Recorded, error) {
	out := []engine.Recorded{}
	for _, ids := range [][2]string{{idAt(from.Add(-aside)), idAt(until.Add(aside))}, {afterUUIDs, lastID}} {
		some, err := s.recorded(ctx, selectTurns, shop, ids[0], ids[1], millis(from), millis(until), after, max(0, limit-len(out)))
		if err != nil {
			return nil, fmt.Errorf("list turns: %w", err)
		}
		out = append(out, some...)
	}
	return out, nil
}

// Lately lists the last turns of a conversation, the latest first.
func (s *Store) Lately(ctx context.Context, k engine.Key, since time.Time, limit int) ([]engine.Recorded, error) {
	out := []engine.Recorded{}
	if limit <= 0 {
		return out, nil
	}
	err := s.each(ctx, selectLately, []any{k.Shop, k.Conversation, limit, millis(since)}, func(row Row) error {
		var t engine.Brief
		err := scanJSON(row, "turn", &t)
		out = append(out, t.Recorded())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the last turns: %w", err)
	}
	return out, nil
}

func scanJSON(row Row, what string, into any) error {
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
