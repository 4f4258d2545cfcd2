package orders

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"xiaoer/bot"
	"xiaoer/rules/doc"
)

const maxRows = 200_000

// table reads orders from rows. The header names fields: those of an order, and logistics.state, aftersales.type or
// item.title for those within. Further rows with the number of an order add items to it.
type table struct {
	name   string
	zone   *time.Location
	p      *doc.Problems
	header []string
	reader *csv.Reader
}

func parseCSV(name string, data []byte, zone *time.Location, p *doc.Problems) []bot.Order {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		p.Error(doc.WholeFile(name), doc.Syntax, "this file is not in UTF-8").WithHint("save it as CSV UTF-8")
		return nil
	}
	t := &table{name: name, zone: zone, p: p, reader: csv.NewReader(bytes.NewReader(data))}
	t.reader.ReuseRecord = true
	header, err := t.reader.Read()
	if err != nil {
		p.Error(doc.WholeFile(name), doc.Syntax, "this file has no header line").WithHint("begin with buyer_id,no,stage,amount,paid_at")
		return nil
	}
	if len(header) > 2*len(columns()) {
		p.Error(doc.WholeFile(name), doc.TooCostly, "this file has %d columns", len(header))
		return nil
	}
	for _, h := range header {
		t.header = append(t.header, strings.TrimSpace(h))
	}
	if !t.checkHeader() {
		return nil
	}
	return t.rows()
}

func columns() []string {
	return []string{
		"buyer_id", "no", "stage", "amount", "paid_at", "shipped_at", "delivered_at", "promised_at", "remark", "gift_due",
		"paid_hours", "ship_by", "ship_left_hours", "shipped_hours", "delivered_hours", "delivered_days", "late_hours",
		"changeable", "cancellable",
		"logistics.state", "logistics.carrier", "logistics.tracking_no", "logistics.place", "logistics.signed_by",
		"logistics.updated_at", "logistics.idle_hours",
		"aftersales.type", "aftersales.state", "aftersales.amount", "aftersales.deadline_hours",
		"item.id", "item.title", "item.sku", "item.quantity", "item.price",
	}
}

func (t *table) checkHeader() bool {
	has := map[string]bool{}
	for i, h := range t.header {
		at := t.place(i)
		switch {
		case has[h]:
			t.p.Error(at, doc.DuplicateKey, "the column %q is there twice", h)
		case !slices.Contains(columns(), h):
			t.p.Error(at, doc.UnknownKey, "unknown column %q in orders", h).WithHint(near(h))
		}
		has[h] = true
	}
	for _, need := range []string{"buyer_id", "no"} {
		if !has[need] {
			t.p.Error(doc.WholeFile(t.name), doc.MissingKey, "orders need the column %q", need)
		}
	}
	return !t.p.HasErrors()
}

func near(word string) string {
	if s := doc.Suggest(word, columns()); s != "" {
		return "did you mean \"" + s + "\"?"
	}
	return ""
}

// place is where a field of the row last read begins.
func (t *table) place(field int) doc.Range {
	line, column := t.reader.FieldPos(field)
	at := doc.Position{Line: line, Column: column}
	return doc.Range{File: t.name, Start: at, End: at}
}

// A draft is an order whose rows are still being read.
type draft struct {
	fields map[string]any
	at     doc.Range // of its first row
}

func (t *table) rows() []bot.Order {
	var list []bot.Order
	for _, d := range t.drafts() {
		if o, ok := t.order(d.fields, d.at); ok {
			list = append(list, o)
		}
	}
	return list
}

// drafts reads the rows; a row of an order that is there already, wherever it stands, adds its item.
func (t *table) drafts() []draft {
	var list []draft
	byNo := map[any]int{}
	for n := 0; ; n++ {
		row, err := t.reader.Read()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.bad(err)
			if !errors.Is(err, csv.ErrFieldCount) {
				return list
			}
			continue
		}
		if n == maxRows {
			t.p.Error(t.place(0), doc.TooCostly, "a file has at most %d orders", maxRows)
			return list
		}
		fields, item := t.fields(row)
		i, known := byNo[fields["no"]]
		if !known || fields["no"] == nil || fields["buyer_id"] != nil && fields["buyer_id"] != list[i].fields["buyer_id"] {
			i = len(list)
			byNo[fields["no"]] = i
			list = append(list, draft{fields: fields, at: t.place(0)})
		}
		if len(item) > 0 {
			items, _ := list[i].fields["items"].([]any)
			list[i].fields["items"] = append(items, item)
		}
	}
}

func (t *table) bad(err error) {
	at := doc.WholeFile(t.name)
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		at.Start = doc.Position{Line: e.Line, Column: max(e.Column, 1)}
		at.End = at.Start
		err = e.Err
	}
	t.p.Error(at, doc.Syntax, "this row cannot be read: %v", err)
}

// fields puts a row's values under their names; what is within logistics, aftersales and item becomes a mapping.
func (t *table) fields(row []string) (fields, item map[string]any) {
	fields, item = map[string]any{}, map[string]any{}
	for i, text := range row {
		text = strings.TrimSpace(text)
		if text == "" || i >= len(t.header) {
			continue
		}
		group, key, within := strings.Cut(t.header[i], ".")
		switch {
		case !within:
			fields[group] = cell(group, text, t.zone)
		case group == "item":
			item[key] = cell(key, text, t.zone)
		default:
			m, _ := fields[group].(map[string]any)
			if m == nil {
				m = map[string]any{}
				fields[group] = m
			}
			m[key] = cell(key, text, t.zone)
		}
	}
	return fields, item
}

func cell(key, text string, zone *time.Location) any {
	switch lower := strings.ToLower(text); {
	case bot.IsMoment(key):
		return moment(text, zone)
	case bot.IsTextField(key):
		return text
	case lower == "true" || lower == "false":
		return lower == "true"
	case json.Valid([]byte(text)) && strings.Trim(text, "-0123456789.") == "":
		return json.Number(text)
	default:
		return text
	}
}

func (t *table) order(fields map[string]any, at doc.Range) (o bot.Order, ok bool) {
	body, err := json.Marshal(fields)
	if err == nil {
		o, err = bot.DecodeOrder(body)
	}
	switch {
	case err != nil:
		t.p.Error(at, doc.WrongType, "%s", fieldOnly(err).Error())
		return o, false
	case o.No == "":
		t.p.Error(at, doc.MissingKey, "an order in a file needs no")
		return o, false
	case o.BuyerID == "":
		t.p.Error(at, doc.MissingKey, "an order in a file needs buyer_id")
		return o, false
	}
	return o, true
}

// moment writes a time as RFC 3339, in the given zone where it names none; anything else stays as it is.
func moment(text string, zone *time.Location) string {
	if t, ok := doc.ParseTime(text, zone); ok {
		return t.Format(time.RFC3339)
	}
	for _, layout := range []string{"2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2"} { // as spreadsheets write them
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t.Format(time.RFC3339)
		}
	}
	return text
}
