package shop

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/govalues/decimal"

	"xiaoer/bot"
	"xiaoer/rules"
	"xiaoer/rules/doc"
)

const (
	maxProducts = 100_000
	maxColumns  = 100
	maxCell     = 4000 // bytes
)

// knownColumns are the columns whose kind is fixed, all others are typed by what stands in them.
func knownColumns() map[string]rules.Kind {
	return map[string]rules.Kind{
		"id": rules.Text, "title": rules.Text, "price": rules.Money, "stock": rules.Int, "units": rules.Int,
		"tags": rules.Texts, "warranty_days": rules.Int, "claim_hours": rules.Int, "no_reason": rules.Bool,
	}
}

// A catalogue is what products.csv holds.
type catalogue struct {
	products map[string]bot.CatalogueProduct
	own      []rules.Fact // the shop's own columns, by name
	spoiled  bool         // something in it could not be read
	tags     []string     // tags and ids, sorted
}

// A sheet is a CSV file while it is read.
type sheet struct {
	name   string
	data   []byte
	starts []int // of the lines
	p      *doc.Problems
	reader *csv.Reader
	header []string
	lines  []row
}

// A row is one line with the places of its cells.
type row struct {
	cells []string
	at    []doc.Range
}

// readProducts reads products.csv. Problems are found line by line, so that one bad row does not hide another.
func readProducts(c *content, p *doc.Problems) *catalogue {
	out := &catalogue{products: map[string]bot.CatalogueProduct{}}
	if c == nil {
		return out
	}
	before := p.Len()
	defer func() { out.spoiled = p.Len() > before }()
	data := bytes.TrimPrefix(c.data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		p.Error(firstBadByte(c.name, data), doc.Syntax, "this file is not in UTF-8").WithHint("save it as CSV UTF-8")
		return out
	}
	s := &sheet{name: c.name, data: data, starts: lineStarts(data), p: p, reader: csv.NewReader(bytes.NewReader(data))}
	s.reader.FieldsPerRecord = -1
	if !s.readHeader() {
		return out
	}
	s.readRows()
	s.fill(out)
	return out
}

func firstBadByte(name string, data []byte) doc.Range {
	line, column := 1, 1
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			break
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
		data = data[size:]
	}
	at := doc.Position{Line: line, Column: column}
	return doc.Range{File: name, Start: at, End: at}
}

// places gives where the cells of the row last read stand: columns are counted in runes, and each is as long as its
// text. Cells beyond the most columns are left out.
func (s *sheet) places(cells []string) []doc.Range {
	out := make([]doc.Range, 0, min(len(cells), maxColumns+1))
	for i := 0; i < len(cells) && i <= maxColumns; i++ {
		line, column := s.reader.FieldPos(i)
		start := doc.Position{Line: line, Column: s.runeColumn(line, column)}
		end := doc.Position{Line: line, Column: start.Column + utf8.RuneCountInString(cells[i])}
		out = append(out, doc.Range{File: s.name, Start: start, End: end})
	}
	return out
}

// runeColumn turns a column in bytes into one in runes.
func (s *sheet) runeColumn(line, column int) int {
	if line < 1 || line > len(s.starts) {
		return max(column, 1)
	}
	from := s.starts[line-1]
	until := min(from+max(column, 1)-1, len(s.data))
	return utf8.RuneCount(s.data[from:until]) + 1
}

// lineStarts gives where each line begins.
func lineStarts(data []byte) []int {
	starts := []int{0}
	for i, c := range data {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

func (s *sheet) readHeader() bool {
	cells, err := s.reader.Read()
	if err != nil {
		s.p.Error(doc.WholeFile(s.name), doc.Syntax, "this file has no header line").WithHint("begin with id,title,price,stock,units,tags")
		return false
	}
	if len(cells) > maxColumns {
		s.p.Error(doc.WholeFile(s.name), doc.TooCostly, "products have at most %d columns", maxColumns)
		return false
	}
	good, places := true, s.places(cells)
	if before, _, wide := strings.Cut(cells[0], "，"); wide && len(cells) == 1 {
		at := places[0]
		at.Start.Column += utf8.RuneCountInString(before)
		at.End.Column = at.Start.Column + 1
		s.p.Error(at, doc.Syntax, "a full-width comma stands between the columns").WithHint("write , instead of ， in the whole file")
		return false
	}
	fail := func(at doc.Range, code doc.Code, format, hint string, args ...any) {
		s.p.Error(at, code, format, args...).WithHint(hint)
		good = false
	}
	for i, cell := range cells {
		name, at := strings.TrimSpace(cell), places[i]
		switch {
		case name == "" && i == len(cells)-1:
		case name == "":
			fail(at, doc.MissingKey, "this column has no name", "name it or delete it")
		case slices.Contains(s.header, name):
			fail(at, doc.DuplicateKey, "the column %q is there twice", "delete one of them", name)
		case !nameForm.MatchString(name) || name == "known":
			fail(at, doc.WrongType, "%q cannot be the name of a column", "a name has letters, digits and _ only, such as origin", name)
		}
		s.header = append(s.header, name)
	}
	if !slices.Contains(s.header, "id") {
		fail(doc.WholeFile(s.name), doc.MissingKey, "products need the column %q", didYouMean("id", s.header, "add it as the first column"), "id")
	}
	return good
}

func (s *sheet) readRows() {
	for {
		cells, err := s.reader.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			s.badRow(err)
			return // quotes do not match any more: what follows would be misread
		}
		r := row{cells: cells, at: s.places(cells)}
		switch {
		case len(s.lines) == maxProducts:
			s.p.Error(r.at[0], doc.TooCostly, "a shop has at most %d products", maxProducts)
			return
		case len(cells) > len(s.header):
			s.p.Error(r.at[len(s.header)], doc.Syntax, "this row has %d cells, the header has %d", len(cells), len(s.header)).
				WithHint("put a text with a comma in it in quotes")
		case len(cells) < len(s.header):
			last := r.at[len(cells)-1]
			last.Start = last.End
			s.p.Error(last, doc.Syntax, "this row has %d cells, the header has %d", len(cells), len(s.header)).
				WithHint("put a comma for each empty cell")
		default:
			s.lines = append(s.lines, r)
		}
	}
}

func (s *sheet) badRow(err error) {
	at := doc.WholeFile(s.name)
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		at.Start = doc.Position{Line: e.Line, Column: s.runeColumn(e.Line, e.Column)}
		at.End = at.Start
		err = e.Err
	}
	s.p.Error(at, doc.Syntax, "this row cannot be read: %v", err).WithHint(`a text with " or , in it stands in quotes, with each " doubled`)
}

// fill types the columns and makes the products.
func (s *sheet) fill(out *catalogue) {
	kinds := make([]rules.Kind, len(s.header))
	known := knownColumns()
	for i, name := range s.header {
		kind, fixed := known[name]
		if !fixed {
			kind = s.kindOf(i)
			if name != "" {
				out.own = append(out.own, rules.Fact{Name: name, Type: rules.Type{Kind: kind}, Doc: "A column of products.csv."})
			}
		}
		kinds[i] = kind
	}
	lines := map[string]doc.Range{}
	names := map[string]bool{}
	for _, r := range s.lines {
		product, at, ok := s.product(r, kinds)
		if !ok {
			continue
		}
		if first, twice := lines[product.ID]; twice {
			s.p.Error(at, doc.DuplicateID, "the product %q is there twice", product.ID).Relate(first, "first here")
			continue
		}
		lines[product.ID] = at
		out.products[product.ID] = product
		names[product.ID] = true
		for _, tag := range product.Tags {
			names[tag] = true
		}
	}
	for name := range names {
		out.tags = append(out.tags, name)
	}
	slices.Sort(out.tags)
}

var numberForm = regexp.MustCompile(`^-?\d{1,15}(\.\d{1,4})?$`)

// kindOf types a column by its cells: numbers, true and false, else text. A number with a leading zero is a text, such
// as a code.
func (s *sheet) kindOf(column int) rules.Kind {
	numbers, truths, filled := true, true, false
	for _, r := range s.lines {
		cell := strings.TrimSpace(r.cells[column])
		if cell == "" {
			continue
		}
		filled = true
		leadingZero := len(cell) > 1 && cell[0] == '0' && cell[1] != '.'
		numbers = numbers && numberForm.MatchString(cell) && !leadingZero
		lower := strings.ToLower(cell)
		truths = truths && (lower == "true" || lower == "false")
	}
	switch {
	case filled && truths:
		return rules.Bool
	case filled && numbers:
		return rules.Number
	default:
		return rules.Text
	}
}

// product makes a product of a row. An empty cell is an unknown fact.
func (s *sheet) product(r row, kinds []rules.Kind) (p bot.CatalogueProduct, at doc.Range, ok bool) {
	p.Columns = make(map[string]rules.Value, len(r.cells))
	ok = true
	for i, raw := range r.cells {
		cell, name := strings.TrimSpace(raw), s.header[i]
		if name == "id" {
			at = r.at[i]
			p.ID = cell
		}
		if cell == "" || name == "" {
			continue
		}
		value, wants := cellValue(cell, kinds[i])
		if wants != "" || len(cell) > maxCell {
			s.p.Error(r.at[i], doc.WrongType, "%s needs %s", name, wants)
			ok = false
			continue
		}
		p.Columns[name] = value
		if name == "tags" {
			p.Tags = value.Texts()
		}
	}
	if p.ID == "" {
		s.p.Error(at, doc.MissingKey, "this product has no id")
		ok = false
	}
	return p, at, ok
}

// cellValue reads a cell; wants says in words what it would have to be when it is something else.
func cellValue(cell string, kind rules.Kind) (v rules.Value, wants string) {
	switch kind {
	case rules.Bool:
		switch strings.ToLower(cell) {
		case "true":
			return rules.BoolValue(true), ""
		case "false":
			return rules.BoolValue(false), ""
		}
		return v, "true or false"
	case rules.Int:
		n, err := decimal.Parse(cell)
		whole, _, fits := n.Int64(0)
		if err != nil || !n.IsInt() || !fits || whole < 0 || whole > 1_000_000_000 {
			return v, "a whole number such as 12"
		}
		return rules.IntValue(int(whole)), ""
	case rules.Money, rules.Number:
		n, err := decimal.Parse(cell)
		if err != nil || !numberForm.MatchString(cell) {
			return v, "a number such as 39.90"
		}
		if kind == rules.Money {
			return rules.MoneyValue(n, cell), ""
		}
		return rules.NumberValue(n), ""
	case rules.Texts:
		return rules.TextsValue(strings.FieldsFunc(cell, func(r rune) bool {
			return strings.ContainsRune(";,| ；，、　", r)
		})), ""
	default:
		return rules.TextValue(cell), ""
	}
}
