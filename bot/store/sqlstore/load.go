package sqlstore

import (
	"context"
	"encoding/json"
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

// A piece is a row of selectTurn; what is in its columns depends on its kind.
type piece struct {
	kind, number, other    int64
	name, team, turn, body string
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
		if err := row.Scan(&p.kind, &p.number, &p.other, &p.name, &p.team, &p.turn, &p.body); err != nil {
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
		out.Standing = engine.Standing{Buyer: p.name, Waiting: p.team, Turn: p.turn}
		return read("conversation", p.body, &out.Conversation)
	case ofRecord:
		out.RecordVersion = p.number
		return read("record", p.body, &out.Record)
	case ofNumber:
		out.Desk.Next = int(p.number)
	case ofWaiting:
		out.Desk.Ahead[p.name] = int(p.number)
	case ofAnswer:
		out.Answered = &engine.Answered{Message: a.Message, Fingerprint: p.name, Response: []byte(p.body), At: moment(p.other)}
	case ofSeat:
		seat := bot.Seat{Agent: p.name, Ceiling: int(p.number), Load: int(p.other)}
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

// Trace gives the recorded inputs of one turn.
func (s *Store) Trace(ctx context.Context, shop, id string) (engine.Recorded, error) {
	var r engine.Recorded
	found := false
	err := s.each(ctx, selectTrace, []any{shop, id}, func(row Row) error {
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
