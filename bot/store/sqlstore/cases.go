package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// texts is what a list of cases does without.
type texts struct {
	Transcript []bot.Line   `json:"transcript,omitempty"`
	Images     []string     `json:"images,omitempty"`
	Order      *bot.Order   `json:"order,omitempty"`
	Product    *bot.Product `json:"product,omitempty"`
}

// A CaseRow is a case as it stands in its row: its texts apart from the rest.
type CaseRow struct {
	desk.Case
	Agent       string // who has claimed it, else whom it is assigned to
	ByDeadline  int64
	Waits       int64
	Body, Texts string
}

// CaseRows are the rows of the cases that a turn opened or changed.
func CaseRows(c engine.Commit) ([]CaseRow, error) {
	out := make([]CaseRow, len(c.Cases))
	for i, one := range c.Cases {
		one.Shop, one.Conversation = c.Shop, c.Key.Conversation
		if one.Buyer == "" {
			one.Buyer = c.Buyer
		}
		r := &out[i]
		raw, err := bot.AppendHandoffTexts(nil, &one.Handoff)
		if err != nil {
			return nil, fmt.Errorf("write a case: %w", err)
		}
		r.Texts = string(raw)
		one.Transcript, one.Images, one.Order, one.Product = nil, nil, nil, nil
		if raw, err = appendCase(make([]byte, 0, usualCase), &one); err != nil {
			return nil, fmt.Errorf("write a case: %w", err)
		}
		r.Body = string(raw)
		r.Case, r.ByDeadline, r.Waits = one, desk.ByDeadline(one.Deadline), waits(&one)
		if r.Agent = one.Agent; r.Agent == "" {
			r.Agent = one.Assigned
		}
	}
	return out, nil
}

// usualCase is what a case takes without its texts, in bytes.
const usualCase = 1 << 10

// appendCase appends a case as json.Marshal writes it, several times quicker.
func appendCase(to []byte, c *desk.Case) ([]byte, error) {
	at, err := c.ChangedAt.MarshalJSON()
	if err != nil {
		return nil, err
	}
	to = bot.AppendText(append(to, `{"shop":`...), c.Shop)
	to = bot.AppendText(append(to, `,"conversation":`...), c.Conversation)
	to = bot.AppendText(append(to, `,"buyer":`...), c.Buyer)
	to = bot.AppendText(append(to, `,"state":`...), string(c.State))
	to = strconv.AppendInt(append(to, `,"change":`...), c.Change, 10)
	to = append(append(to, `,"changed_at":`...), at...)
	to, err = bot.AppendHandoffFields(to, &c.Handoff)
	return append(to, '}'), err
}

// cases numbers the changes and keeps the cases. They come last in a commit, because it holds the shop's count from then on.
func (b *batch) cases(c engine.Commit) error {
	rows, err := CaseRows(c)
	if err != nil || len(rows) == 0 {
		return err
	}
	b.may(bumpFeed, c.Shop, len(rows))
	for i := range rows {
		r := &rows[i]
		b.may(upsertCase, c.Shop, r.ID, r.Number, r.Conversation, r.Buyer, r.Team, r.Stage, string(r.State), r.Agent, r.ByDeadline,
			r.Waits, millis(r.OpenedAt), nullable(r.ClosedAt), len(rows)-1-i, millis(r.ChangedAt), r.InTime, r.Late, r.Body, r.Texts)
	}
	return nil
}

// What the column waits says.
const (
	waitsNot     = 0
	waitsFor     = 1 // the buyer waits for a human's reply
	waitsCounted = 2 // that reply is among the late ones already
)

func waits(c *desk.Case) int64 {
	switch {
	case c.State != desk.Waiting && c.State != desk.Taken || c.Waiting.IsZero():
		return waitsNot
	case c.Counted:
		return waitsCounted
	default:
		return waitsFor
	}
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// nullable is NULL for the zero time.
func nullable(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return millis(t)
}

// Cases lists cases by deadline, then shop, then number.
func (s *Store) Cases(ctx context.Context, q desk.Query) ([]desk.Case, error) {
	if len(q.Shops) == 0 || q.Limit <= 0 {
		return []desk.Case{}, nil
	}
	out, err := s.readable(ctx, q.Limit, func(limit int) (string, []any) {
		q.Limit = limit
		return listCases(q)
	})
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	return out, nil
}

// listCases makes the query of a list. The keys are chosen first, so that no body is read that is not asked for.
func listCases(q desk.Query) (query string, args []any) {
	var b strings.Builder
	arg := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	in := func(column string, values []string) {
		marks := make([]string, len(values))
		for i, v := range values {
			marks[i] = arg(v)
		}
		b.WriteString(" AND " + column + " IN (" + strings.Join(marks, ", ") + ")")
	}
	b.WriteString("SELECT shop_id, id FROM handoffs WHERE 1 = 1")
	in("shop_id", q.Shops)
	if !slices.Contains(q.States, desk.Closed) {
		// The index of the open ones, by deadline, is for those who say that. Every deadline is above the least number.
		b.WriteString(" AND state <> 'closed' AND deadline > " + arg(int64(math.MinInt64)))
	}
	if len(q.States) > 0 {
		in("state", names(q.States))
	}
	for _, list := range []struct {
		column string
		values []string
	}{{"team", q.Teams}, {"stage", q.Stages}, {"agent", given(q.Agent)}, {"buyer_id", given(q.Buyer)}} {
		if len(list.values) > 0 {
			in(list.column, list.values)
		}
	}
	if !q.Due.IsZero() {
		b.WriteString(" AND deadline <= " + arg(millis(q.Due)))
	}
	if a := q.After; a != (desk.Cursor{}) {
		b.WriteString(" AND (deadline, shop_id, number) > (" + arg(desk.ByDeadline(a.Deadline)) + ", " + arg(a.Shop) + ", " + arg(a.Number) + ")")
	}
	b.WriteString(" ORDER BY deadline, shop_id, number LIMIT " + arg(q.Limit))
	texts := "''"
	if q.WithTexts {
		texts = "h.texts"
	}
	return "SELECT h.shop_id, h.id, h.change, h.body, " + texts + " FROM (" + b.String() + ") k" +
		" JOIN handoffs h ON h.shop_id = k.shop_id AND h.id = k.id ORDER BY h.deadline, h.shop_id, h.number", args
}

func names(states []desk.State) []string {
	out := make([]string, len(states))
	for i, s := range states {
		out[i] = string(s)
	}
	return out
}

// given is a list of one, or of none for what was not asked for.
func given(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// cases reads rows of shop, id, change, body and texts. It counts those that it passes over because they cannot be read.
func (s *Store) cases(ctx context.Context, query string, args ...any) (out []desk.Case, over int, err error) {
	out = []desk.Case{}
	err = s.each(ctx, query, args, func(row Row) error {
		var w keptCase
		if err := row.Scan(&w.shop, &w.id, &w.change, &w.body, &w.texts); err != nil {
			return err
		}
		c, err := w.read()
		if err != nil {
			over++
			s.passOver("case", w.shop, w.id, err)
			return nil
		}
		out = append(out, c)
		return nil
	})
	return out, over, err
}

// readable reads so many cases that can be read, if there are: who pages takes a short page for the last.
func (s *Store) readable(ctx context.Context, limit int, list func(limit int) (string, []any)) ([]desk.Case, error) {
	for more := 0; ; {
		query, args := list(limit + more)
		out, over, err := s.cases(ctx, query, args...)
		if err != nil {
			return nil, err
		}
		if over <= more {
			return out[:min(limit, len(out))], nil
		}
		more = over
	}
}

// A keptCase is a case as it stands in its row.
type keptCase struct {
	shop, id    string
	change      int64
	body, texts string
}

func (w *keptCase) read() (c desk.Case, err error) {
	if err := read("case", w.body, &c); err != nil {
		return c, err
	}
	c.Change = w.change
	if w.texts == "" {
		return c, nil
	}
	var t texts
	if err := read("case", w.texts, &t); err != nil {
		return c, err
	}
	c.Transcript, c.Images, c.Order, c.Product = t.Transcript, t.Images, t.Order, t.Product
	return c, nil
}

// Case gives one case whole.
func (s *Store) Case(ctx context.Context, shop, id string) (desk.Case, error) {
	found, over, err := s.cases(ctx, selectCase, shop, id)
	switch {
	case err != nil:
		return desk.Case{}, fmt.Errorf("read a case: %w", err)
	case over > 0:
		return desk.Case{}, errors.New("read a case: what is kept of it cannot be read")
	case len(found) == 0:
		return desk.Case{}, engine.ErrNotFound
	}
	return found[0], nil
}

// Changed lists the cases that changed after a place in the shop's count.
func (s *Store) Changed(ctx context.Context, shop string, after int64, limit int) ([]desk.Case, error) {
	out, err := s.readable(ctx, max(limit, 0), func(limit int) (string, []any) { return selectChanged, []any{shop, after, limit} })
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	return out, nil
}

// LastChange is where the count of changes of a shop stands.
func (s *Store) LastChange(ctx context.Context, shop string) (last int64, err error) {
	err = s.each(ctx, selectLastChange, []any{shop}, func(row Row) error { return row.Scan(&last) })
	if err != nil {
		return 0, fmt.Errorf("read the count of changes: %w", err)
	}
	return last, nil
}

// Tally counts the replies of cases that were opened in a stretch of time.
func (s *Store) Tally(ctx context.Context, shop string, from, until time.Time) (t engine.Tally, err error) {
	err = s.each(ctx, selectTally, []any{shop, millis(from), millis(until)}, func(row Row) error {
		return row.Scan(&t.InTime, &t.Late, &t.Waiting, &t.Overdue)
	})
	if err != nil {
		return engine.Tally{}, fmt.Errorf("count replies: %w", err)
	}
	return t, nil
}
