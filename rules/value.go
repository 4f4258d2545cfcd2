package rules

import (
	"strings"
	"time"

	"github.com/govalues/decimal"
)

// A Value is one value of a fact or of an expression. The zero Value has no kind and stands for nothing; an unknown
// fact has no Value at all.
type Value struct {
	kind    Kind
	n       int64           // Bool 0 or 1, Int, Time in Unix milliseconds, Date in days since 1970, Duration in nanoseconds
	d       decimal.Decimal // Number, Money
	s       string          // Text, Enum; of Money as it was given, "" for a computed amount
	texts   []string
	records []map[string]Value
}

// BoolValue is a truth value.
func BoolValue(b bool) Value {
	if b {
		return Value{kind: Bool, n: 1}
	}
	return Value{kind: Bool}
}

// IntValue is a whole number.
func IntValue(n int) Value { return Value{kind: Int, n: int64(n)} }

// NumberValue is a decimal number.
func NumberValue(d decimal.Decimal) Value { return Value{kind: Number, d: d} }

// MoneyValue is an amount in yuan. It is compared as a number and printed as it was given; an empty printed makes it a
// computed amount, printed with at most two decimals.
func MoneyValue(d decimal.Decimal, printed string) Value { return Value{kind: Money, d: d, s: printed} }

// TextValue is a text; it is also how the value of an Enum is given.
func TextValue(s string) Value { return Value{kind: Text, s: s} }

// TimeValue is an instant, kept to the millisecond.
func TimeValue(t time.Time) Value { return Value{kind: Time, n: t.UnixMilli()} }

// DateValue is a calendar day.
func DateValue(year int, month time.Month, day int) Value {
	return Value{kind: Date, n: dayNumber(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))}
}

// DurationValue is a length of time.
func DurationValue(d time.Duration) Value { return Value{kind: Duration, n: int64(d)} }

// TextsValue is a list of texts. The list is not copied.
func TextsValue(list []string) Value { return Value{kind: Texts, texts: list} }

// RecordsValue is a list of records; a field that is not in a record is unknown there. Nothing is copied.
func RecordsValue(list []map[string]Value) Value { return Value{kind: Records, records: list} }

// Kind is the kind of the value, 0 for the zero Value.
func (v Value) Kind() Kind { return v.kind }

// Bool is the truth value of a Bool, else false.
func (v Value) Bool() bool { return v.kind == Bool && v.n != 0 }

// Int is the number of an Int, else 0.
func (v Value) Int() int {
	if v.kind != Int {
		return 0
	}
	return int(v.n)
}

// Text is the text of a Text or Enum, else "".
func (v Value) Text() string {
	if v.kind != Text && v.kind != Enum {
		return ""
	}
	return v.s
}

// Texts is the list of a Texts value, else nil. It must not be changed.
func (v Value) Texts() []string { return v.texts }

// Records is the list of a Records value, else nil. It must not be changed.
func (v Value) Records() []map[string]Value { return v.records }

// Time is the instant of a Time in UTC, or the midnight in UTC that begins a Date; else the zero time.
func (v Value) Time() time.Time {
	switch v.kind {
	case Time:
		return time.UnixMilli(v.n).UTC()
	case Date:
		return time.Unix(v.n*secondsPerDay, 0).UTC()
	default:
		return time.Time{}
	}
}

// Duration is the length of a Duration, else 0.
func (v Value) Duration() time.Duration {
	if v.kind != Duration {
		return 0
	}
	return time.Duration(v.n)
}

// Decimal is the number of an Int, Number or Money; ok is false for any other kind.
func (v Value) Decimal() (d decimal.Decimal, ok bool) {
	switch v.kind {
	case Int:
		d, err := decimal.New(v.n, 0)
		return d, err == nil
	case Number, Money:
		return v.d, true
	default:
		return decimal.Decimal{}, false
	}
}

// String prints the value for a trace: numbers as they are, times in RFC 3339 and UTC. Texts for buyers are printed by
// a Format.
func (v Value) String() string { return v.printed(time.UTC) }

func (v Value) printed(zone *time.Location) string {
	switch v.kind {
	case Bool:
		if v.n != 0 {
			return "true"
		}
		return "false"
	case Time:
		return v.Time().In(zone).Format(time.RFC3339)
	case Date:
		return v.Time().Format(time.DateOnly)
	case Duration:
		return shortDuration(v.Duration())
	case Texts:
		return strings.Join(v.texts, ", ")
	case Records:
		return strings.Join(recordTitles(v.records), ", ")
	case Text, Enum:
		return v.s
	case Int, Number, Money:
		return printNumber(v)
	default:
		return ""
	}
}

const secondsPerDay = 24 * 60 * 60

// dayNumber counts the calendar days since 1970 of the day that t shows in its own zone.
func dayNumber(t time.Time) int64 {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay
}

// shortDuration prints 48h0m0s as 48h.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

// recordTitles names the records of a list by their title, else by their id.
func recordTitles(list []map[string]Value) []string {
	var titles []string
	for _, r := range list {
		switch {
		case r["title"].s != "":
			titles = append(titles, r["title"].s)
		case r["id"].s != "":
			titles = append(titles, r["id"].s)
		}
	}
	return titles
}
