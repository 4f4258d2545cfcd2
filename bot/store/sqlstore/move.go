package sqlstore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"xiaoer/bot/engine"
)

// MoveOptions say how everything is carried from one store to another.
type MoveOptions struct {
	From     string // the name of the source, by which a move that was cut short is known again
	Now      func() time.Time
	Progress func(MoveProgress) // called after each page; default: nobody asks
}

// MoveProgress is how far a move has come.
type MoveProgress struct {
	Step  string // "copy", "compare"
	Table string
	Rows  int64 // of this table, so far
	About int64 // of so many; below 0 where nobody knows
}

// MoveReport is what was moved.
type MoveReport struct {
	Resumed bool // a move that was cut short went on
	Already bool // one that was done before: nothing was left to do
	Tables  []MovedTable
}

// MovedTable is one table with the sum that both sides agree on.
type MovedTable struct {
	Name string
	Sum  Sum
}

// Why nothing is moved, or what is wrong with what was.
var (
	ErrHalfSource  = errors.New("the source is the target of a move that is not done")
	ErrTargetInUse = errors.New("the target holds something already")
	ErrOtherMove   = errors.New("the target holds part of another move")
	ErrChanged     = errors.New("the source has changed since the move began")
	ErrDiffers     = errors.New("what arrived is not what was sent")
)

// The document in the target that says how far a move has come. Whoever finds it should not serve from that store.
const (
	MoveKind = "xiaoer.move"
	MoveID   = "place"
)

// A movePlace is how far a move has come, kept with what was moved.
type movePlace struct {
	From  string         `json:"from"`
	Table string         `json:"table"` // that is being copied, "" when all are
	After []any          `json:"after"` // the key of its last row that was copied
	Sums  map[string]Sum `json:"sums"`  // of what was copied so far
}

// Move carries everything from one store to another, in pages in the order of the keys, and compares the two at the end. A move that was cut short
// goes on where it was. Nobody else may work on either store: what is changed in the source meanwhile is found at the end, and then the target is
// to be emptied and filled again.
func Move(ctx context.Context, from, to *Store, o MoveOptions) (MoveReport, error) {
	m, err := newMove(ctx, from, to, o)
	if err != nil {
		return MoveReport{}, err
	}
	if err := m.resume(ctx); errors.Is(err, ErrTargetInUse) {
		return m.again(ctx, err)
	} else if err != nil {
		return MoveReport{}, err
	}
	for i := range m.tables {
		if err := m.copy(ctx, &m.tables[i]); err != nil {
			return MoveReport{}, err
		}
	}
	return m.finish(ctx)
}

type move struct {
	from, to *Store
	o        MoveOptions
	tables   []Table
	place    movePlace
	resumed  bool
}

func newMove(ctx context.Context, from, to *Store, o MoveOptions) (*move, error) {
	if o.Progress == nil {
		o.Progress = func(MoveProgress) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	source, ok := from.db.(Catalogue)
	target, ok2 := to.db.(Catalogue)
	if !ok || !ok2 {
		return nil, errors.New("such a store cannot be moved")
	}
	switch _, err := from.Document(ctx, "", MoveKind, MoveID); {
	case err == nil:
		return nil, ErrHalfSource
	case !errors.Is(err, engine.ErrNotFound):
		return nil, fmt.Errorf("look whether the source is whole: %w", err)
	}
	tables, err := source.Tables(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the tables of the source: %w", err)
	}
	there, err := target.Tables(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the tables of the target: %w", err)
	}
	if len(tables) != len(there) {
		return nil, fmt.Errorf("the source has %d tables and the target has %d", len(tables), len(there))
	}
	for i := range tables {
		if err := tables[i].same(&there[i]); err != nil {
			return nil, err
		}
	}
	return &move{from: from, to: to, o: o, tables: tables, place: movePlace{From: o.From, Sums: map[string]Sum{}}}, nil
}

// resume finds where a move of the same source was cut short, or that the target is empty.
func (m *move) resume(ctx context.Context) error {
	d, err := m.to.Document(ctx, "", MoveKind, MoveID)
	switch {
	case errors.Is(err, engine.ErrNotFound):
		return m.begin(ctx)
	case err != nil:
		return err
	}
	var place movePlace
	read := json.NewDecoder(bytes.NewReader(d.Body))
	read.UseNumber()
	if err := read.Decode(&place); err != nil {
		return fmt.Errorf("read how far the move has come: %w", err)
	}
	if place.From != m.o.From {
		return fmt.Errorf("%w, from %s", ErrOtherMove, place.From)
	}
	for i, v := range place.After {
		if n, ok := v.(json.Number); ok {
			if place.After[i], err = n.Int64(); err != nil {
				return fmt.Errorf("read how far the move has come: %w", err)
			}
		}
	}
	if place.Sums == nil {
		place.Sums = map[string]Sum{}
	}
	m.place, m.resumed = place, true
	return nil
}

// begin marks an empty target.
func (m *move) begin(ctx context.Context) error {
	for i := range m.tables {
		w := walk{db: m.to.db, table: &m.tables[i], limit: 1}
		rows, err := w.next(ctx)
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			return fmt.Errorf("%w, in the table %s", ErrTargetInUse, m.tables[i].Name)
		}
	}
	if len(m.tables) > 0 {
		m.place.Table = m.tables[0].Name
	}
	return m.to.db.Write(ctx, m.note)
}

// insertPlace keeps how far the move has come: $1 kind, $2 id, $3 when, $4 where.
const insertPlace = `
INSERT INTO documents (shop_id, kind, id, version, buyer_id, at, until_at, body) VALUES ('', $1, $2, 1, '', $3, NULL, $4)
ON CONFLICT (shop_id, kind, id) DO UPDATE SET version = documents.version + 1, body = excluded.body`

func (m *move) note(to Tx) error {
	raw, err := json.Marshal(m.place)
	if err != nil {
		return fmt.Errorf("write how far the move has come: %w", err)
	}
	_, err = to.Exec(insertPlace, MoveKind, MoveID, millis(m.o.Now()), raw)
	return err
}

// copy carries what is left of a table.
func (m *move) copy(ctx context.Context, t *Table) error {
	if t.Name < m.place.Table || m.place.Table == "" {
		return nil
	}
	w := walk{db: m.from.db, table: t}
	if t.Name == m.place.Table {
		w.after = m.place.After
	}
	for {
		rows, err := w.next(ctx)
		if err != nil {
			return err
		}
		m.place = m.stepped(t, &w, rows)
		if err := m.put(ctx, t, rows); err != nil {
			return err
		}
		m.o.Progress(MoveProgress{"copy", t.Name, m.place.Sums[t.Name].Rows, t.About})
		if len(rows) == 0 {
			return nil
		}
	}
}

// stepped is the place after a page: the next table after an empty one.
func (m *move) stepped(t *Table, w *walk, rows [][]any) movePlace {
	next := movePlace{From: m.place.From, Table: t.Name, After: w.after, Sums: m.place.Sums}
	sum := next.Sums[t.Name]
	for _, row := range rows {
		if !t.isPlace(row) {
			sum.add(row)
		}
	}
	next.Sums[t.Name] = sum
	if len(rows) > 0 {
		return next
	}
	next.Table, next.After = "", nil
	for i := range m.tables {
		if m.tables[i].Name == t.Name && i+1 < len(m.tables) {
			next.Table = m.tables[i+1].Name
		}
	}
	return next
}

// isPlace is whether a row is the document of a move.
func (t *Table) isPlace(row []any) bool {
	if t.Name != "documents" {
		return false
	}
	for i, c := range t.Columns {
		if c.Name == "kind" {
			return row[i] == MoveKind
		}
	}
	return false
}

// putAtOnce is how many rows one statement carries.
const putAtOnce = 25

// put keeps a page, and how far the move has come with it.
func (m *move) put(ctx context.Context, t *Table, rows [][]any) error {
	wanted := make([][]any, 0, len(rows))
	for _, row := range rows {
		if !t.isPlace(row) {
			wanted = append(wanted, row)
		}
	}
	err := m.to.db.Write(ctx, func(to Tx) error {
		for left := wanted; len(left) > 0; {
			n := putAtOnce
			if len(left) < n {
				n = 1
			}
			var args []any
			for _, row := range left[:n] {
				args = append(args, row...)
			}
			if _, err := to.Exec(t.insert(n), args...); err != nil {
				return fmt.Errorf("write the table %s, at %v: %w", t.Name, t.place(left[0]), err)
			}
			left = left[n:]
		}
		return m.note(to)
	})
	return err
}

// finish compares both sides, and takes the mark away when they are the same.
func (m *move) finish(ctx context.Context) (MoveReport, error) {
	report := MoveReport{Resumed: m.resumed}
	for i := range m.tables {
		t := &m.tables[i]
		source, err := m.sum(ctx, m.from.db, t)
		if err != nil {
			return report, err
		}
		target, err := m.sum(ctx, m.to.db, t)
		if err != nil {
			return report, err
		}
		switch sent := m.place.Sums[t.Name]; {
		case source != sent:
			return report, fmt.Errorf("%w: the table %s has %s now, and %s were sent", ErrChanged, t.Name, source, sent)
		case target != sent:
			return report, fmt.Errorf("%w: the table %s has %s in the target, and %s were sent", ErrDiffers, t.Name, target, sent)
		}
		report.Tables = append(report.Tables, MovedTable{t.Name, source})
	}
	return report, m.to.DropDocument(ctx, "", MoveKind, MoveID, nil)
}

// again is the report of a move that was done before; where the two are not the same the target is in use.
func (m *move) again(ctx context.Context, inUse error) (MoveReport, error) {
	report := MoveReport{Already: true}
	for i := range m.tables {
		t := &m.tables[i]
		target, err := m.sum(ctx, m.to.db, t)
		if err != nil {
			return MoveReport{}, err
		}
		source, err := m.sum(ctx, m.from.db, t)
		if err != nil {
			return MoveReport{}, err
		}
		if source != target {
			return MoveReport{}, inUse
		}
		report.Tables = append(report.Tables, MovedTable{t.Name, source})
	}
	return report, nil
}

// sum goes through a whole table.
func (m *move) sum(ctx context.Context, db Database, t *Table) (sum Sum, err error) {
	for w := (walk{db: db, table: t}); ; {
		rows, err := w.next(ctx)
		if err != nil || len(rows) == 0 {
			return sum, err
		}
		for _, row := range rows {
			if !t.isPlace(row) {
				sum.add(row)
			}
		}
		m.o.Progress(MoveProgress{"compare", t.Name, sum.Rows, t.About})
	}
}

// Tables is the store itself, for Move: those who embed it hand it over by this.
func (s *Store) Tables() *Store { return s }
