package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// A Catalogue is a Database that can say which tables it holds, for those who carry all of them elsewhere.
type Catalogue interface {
	Database
	// Tables lists the tables that hold something worth keeping, by name: not what belongs to the database itself.
	Tables(ctx context.Context) ([]Table, error)
}

// A Schema is how a database is asked for its tables, and what it calls what they hold.
type Schema struct {
	Tables  string          // a query for rows of name and Table.About
	Columns string          // one for rows of name, kind and place in the primary key, from 1, 0 for none; by name, of the table $1
	Kinds   map[string]Kind // by the database's own word
	Own     []string        // tables that belong to the database itself
}

// Catalogue lists a database's tables by name, without its own.
func (s *Schema) Catalogue(ctx context.Context, db Database) ([]Table, error) {
	var out []Table
	err := db.Read(ctx, s.Tables, nil, func(row Row) error {
		var t Table
		err := row.Scan(&t.Name, &t.About)
		if !slices.Contains(s.Own, t.Name) {
			out = append(out, t)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range out {
		if err := s.fill(ctx, db, &out[i]); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// fill adds a table's columns and its key.
func (s *Schema) fill(ctx context.Context, db Database, t *Table) error {
	keys := map[int]string{}
	err := db.Read(ctx, s.Columns, []any{t.Name}, func(row Row) error {
		var name, kind string
		var key int
		if err := row.Scan(&name, &kind, &key); err != nil {
			return err
		}
		if key > 0 {
			keys[key] = name
		}
		known, ok := s.Kinds[kind]
		if !ok {
			return fmt.Errorf("the column %s of the table %s is a %s", name, t.Name, kind)
		}
		t.Columns = append(t.Columns, Column{Name: name, Kind: known})
		return nil
	})
	for n := 1; n <= len(keys); n++ {
		t.Key = append(t.Key, keys[n])
	}
	return err
}

// A Table is one of a database's tables.
type Table struct {
	Name    string
	Columns []Column // by name
	Key     []string // the columns of its primary key, in order
	About   int64    // how many rows it has, about; below 0 where nobody knows
}

// A Column of a table.
type Column struct {
	Name string
	Kind Kind
}

// A Kind is what a column holds; texts and numbers may be NULL.
type Kind string

// What a column holds.
const (
	Text   Kind = "text"
	Number Kind = "bigint"
	Bytes  Kind = "bytes"
)

// A Sum is of the rows of a table, in whatever order and in whichever database: their number, and all that is in them.
type Sum struct {
	Rows int64  `json:"rows"`
	High uint64 `json:"high"`
	Low  uint64 `json:"low"`
}

// String is the sum as people compare it.
func (s Sum) String() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], s.High)
	binary.BigEndian.PutUint64(b[8:], s.Low)
	return strconv.FormatInt(s.Rows, 10) + " rows, " + hex.EncodeToString(b[:])
}

// add counts a row. Of a text it counts what every database can keep, which is all but the character zero.
func (s *Sum) add(row []any) {
	h := sha256.New()
	var length [8]byte
	for _, v := range row {
		var tag byte
		var raw []byte
		switch v := v.(type) {
		case string:
			tag, raw = 't', []byte(strings.ReplaceAll(v, "\x00", "�"))
		case int64:
			tag, raw = 'n', strconv.AppendInt(nil, v, 10)
		case []byte:
			tag, raw = 'b', v
		default:
			tag = '0'
		}
		binary.BigEndian.PutUint64(length[:], uint64(len(raw)))
		h.Write([]byte{tag})
		h.Write(length[:])
		h.Write(raw)
	}
	var out [sha256.Size]byte
	h.Sum(out[:0])
	var carry uint64
	s.Low, carry = bits.Add64(s.Low, binary.BigEndian.Uint64(out[8:16]), 0)
	s.High, _ = bits.Add64(s.High, binary.BigEndian.Uint64(out[:8]), carry)
	s.Rows++
}

// same says whether two tables hold the same, as far as their columns go.
func (t *Table) same(u *Table) error {
	if t.Name != u.Name {
		return fmt.Errorf("one has the table %s and the other %s", t.Name, u.Name)
	}
	one, other := fmt.Sprint(t.Columns, t.Key), fmt.Sprint(u.Columns, u.Key)
	if one != other {
		return fmt.Errorf("their tables %s differ: %s, and %s", t.Name, one, other)
	}
	return nil
}

func (t *Table) names() []string {
	out := make([]string, 0, len(t.Columns))
	for _, c := range t.Columns {
		out = append(out, c.Name)
	}
	return out
}

// place is where the columns of the key stand in a row.
func (t *Table) place(row []any) []any {
	out := make([]any, 0, len(t.Key))
	for _, name := range t.Key {
		for i, c := range t.Columns {
			if c.Name == name {
				out = append(out, row[i])
			}
		}
	}
	return out
}

// selectPage reads rows in the order of their keys, those after a place where there is one.
func (t *Table) selectPage(after []any, limit int) (query string, args []any) {
	var q strings.Builder
	fmt.Fprintf(&q, "SELECT %s FROM %s", strings.Join(t.names(), ", "), t.Name)
	key := strings.Join(t.Key, ", ")
	if len(after) > 0 {
		fmt.Fprintf(&q, " WHERE (%s) > (%s)", key, arguments(1, len(after)))
		args = append(args, after...)
	}
	args = append(args, limit)
	fmt.Fprintf(&q, " ORDER BY %s LIMIT $%d", key, len(args))
	return q.String(), args
}

// insert is for so many rows.
func (t *Table) insert(rows int) string {
	var q strings.Builder
	fmt.Fprintf(&q, "INSERT INTO %s (%s) VALUES ", t.Name, strings.Join(t.names(), ", "))
	for i := range rows {
		if i > 0 {
			q.WriteString(", ")
		}
		fmt.Fprintf(&q, "(%s)", arguments(1+i*len(t.Columns), len(t.Columns)))
	}
	return q.String()
}

func arguments(from, count int) string {
	out := make([]string, 0, count)
	for i := range count {
		out = append(out, "$"+strconv.Itoa(from+i))
	}
	return strings.Join(out, ", ")
}

// scan reads a row: text, int64, bytes or nil for each column.
func (t *Table) scan(from Row) (row []any, size int, err error) {
	texts, numbers, raws := make([]sql.NullString, len(t.Columns)), make([]sql.NullInt64, len(t.Columns)), make([][]byte, len(t.Columns))
	into := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		switch c.Kind {
		case Text:
			into[i] = &texts[i]
		case Number:
			into[i] = &numbers[i]
		case Bytes:
			into[i] = &raws[i]
		}
	}
	if err := from.Scan(into...); err != nil {
		return nil, 0, err
	}
	row = make([]any, len(t.Columns))
	for i, c := range t.Columns {
		switch {
		case c.Kind == Text && texts[i].Valid:
			row[i] = texts[i].String
			size += len(texts[i].String)
		case c.Kind == Number && numbers[i].Valid:
			row[i] = numbers[i].Int64
		case c.Kind == Bytes: // never NULL; no bytes may look as if it were
			row[i] = append([]byte{}, raws[i]...)
			size += len(raws[i])
		}
	}
	return row, size, nil
}

// How much is read at once.
const (
	pageRows  = 500
	pageBytes = 4 << 20
)

var errPageFull = errors.New("enough for one page")

// A walk goes through a table in the order of its keys, in pages of few rows and few bytes.
type walk struct {
	db    Database
	table *Table
	after []any
	limit int
}

// next is the next page, empty at the end.
func (w *walk) next(ctx context.Context) (rows [][]any, err error) {
	if w.limit == 0 {
		w.limit = pageRows
	}
	size := 0
	query, args := w.table.selectPage(w.after, w.limit)
	err = w.db.Read(ctx, query, args, func(from Row) error {
		row, bytes, err := w.table.scan(from)
		if err != nil {
			return err
		}
		rows = append(rows, row)
		if size += bytes; size >= pageBytes {
			return errPageFull
		}
		return nil
	})
	switch {
	case errors.Is(err, errPageFull):
		w.limit = len(rows) // what is read and thrown away is read for nothing
	case err != nil:
		return nil, fmt.Errorf("read the table %s: %w", w.table.Name, err)
	default:
		w.limit = min(pageRows, 2*w.limit)
	}
	if len(rows) > 0 {
		w.after = w.table.place(rows[len(rows)-1])
	}
	return rows, nil
}
