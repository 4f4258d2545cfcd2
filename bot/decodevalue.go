package bot

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Values of a message's fields: what each has to look like, and what is said of one that does not.

func (d *fieldReader) plain(at int) (string, bool) {
	switch n := &d.nodes[at]; n.kind {
	case isText:
		s := d.textOf(n)
		return s, s != ""
	case isNumber:
		return d.textOf(n), true
	case isTrue, isFalse:
		return strconv.FormatBool(n.kind == isTrue), true
	case isList:
		var parts []string
		for inner := range d.inside(at) {
			if one := &d.nodes[inner]; one.kind == isText {
				parts = append(parts, d.textOf(one))
			}
		}
		return strings.Join(parts, ","), len(parts) > 0
	case isNull, isObject:
	}
	return "", false
}

func (d *fieldReader) mustBeObject(f *field) {
	if d.is(f) && d.kind(f.node) != isObject {
		d.fail(f, "must be an object")
	}
}

func (d *fieldReader) required(f field) string {
	if !d.is(&f) {
		d.fail(&f, "is required")
		return ""
	}
	s := d.shortText(f, mostID)
	if strings.TrimSpace(s) == "" {
		d.fail(&f, "must not be empty")
	}
	return s
}

// id is what something is kept under: not every store has a place for control characters, and nobody would find it again by typing.
func (d *fieldReader) id(f field) string {
	s := d.required(f)
	if strings.ContainsFunc(s, unicode.IsControl) {
		d.fail(&f, "must not have control characters")
	}
	return s
}

func (d *fieldReader) shortText(f field, most int) string {
	switch d.kind(f.node) {
	case isNull:
		return ""
	case isText:
	default:
		d.fail(&f, "must be a text")
		return ""
	}
	s := d.textOf(&d.nodes[f.node])
	if len(s) > most && utf8.RuneCountInString(s) > most {
		d.fail(&f, "must have at most "+strconv.Itoa(most)+" characters")
	}
	return s
}

// said is what a buyer wrote, as far as it is read. The copy lets go of the rest.
func (d *fieldReader) said(f field) string {
	s := d.shortText(f, math.MaxInt)
	if short := cut(s, mostText); len(short) < len(s) {
		return strings.Clone(short)
	}
	return s
}

func (d *fieldReader) texts(f field) []string {
	switch d.kind(f.node) {
	case isNull:
		return nil
	case isList:
	default:
		d.fail(&f, "must be a list of texts")
		return nil
	}
	out := make([]string, 0, min(d.length(f.node), mostItems))
	for inner := range d.inside(f.node) {
		if len(out) == mostItems {
			break
		}
		item := field{node: inner, up: &f, place: len(out)}
		s := d.shortText(item, mostLink)
		if s == "" {
			d.fail(&item, "must be a text")
		}
		out = append(out, s)
	}
	return out
}

// isWhole tells numbers such as 12 and -3, of nine digits at most.
func isWhole(text []byte) bool {
	digits := unsigned(text)
	return countDigits(digits) == len(digits) && len(digits) >= 1 && len(digits) <= 9
}

// isMoney tells amounts such as 39.90, of twelve digits before the point and four behind it at most.
func isMoney(text []byte) bool {
	digits := unsigned(text)
	whole := countDigits(digits)
	if whole < 1 || whole > 12 {
		return false
	}
	if whole == len(digits) {
		return true
	}
	cents := digits[whole+1:]
	return digits[whole] == '.' && countDigits(cents) == len(cents) && len(cents) >= 1 && len(cents) <= 4
}

func unsigned(text []byte) []byte {
	if len(text) > 0 && text[0] == '-' {
		return text[1:]
	}
	return text
}

// countDigits is how many digits a text begins with.
func countDigits(text []byte) (n int) {
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}

func (d *fieldReader) money(f field) string {
	text := ""
	switch d.kind(f.node) {
	case isNull:
		return ""
	case isText:
		if text = d.textOf(&d.nodes[f.node]); text == "" {
			return ""
		}
	case isNumber:
		text = d.textOf(&d.nodes[f.node])
	default:
	}
	if !isMoney([]byte(text)) {
		d.fail(&f, `must be an amount such as "39.90"`)
		return ""
	}
	return text
}

func (d *fieldReader) count(f field) *int {
	if !d.is(&f) {
		return nil
	}
	if n := &d.nodes[f.node]; n.kind == isNumber && isWhole(d.bytes(n.value)) {
		if i, err := strconv.Atoi(string(d.bytes(n.value))); err == nil && i >= 0 && i <= mostQuantity {
			return &i
		}
	}
	d.fail(&f, "must be a whole number, 0 or more")
	return nil
}

func (d *fieldReader) bool(f field) *bool {
	switch d.kind(f.node) {
	case isNull:
		return nil
	case isTrue, isFalse:
		return new(d.kind(f.node) == isTrue)
	default:
		d.fail(&f, "must be true or false")
		return nil
	}
}

func (d *fieldReader) time(f field) *time.Time {
	text := ""
	switch d.kind(f.node) {
	case isNull:
		return nil
	case isText:
		if text = d.textOf(&d.nodes[f.node]); text == "" {
			return nil
		}
	default:
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Year() < 1970 || at.Year() > 2200 {
		d.fail(&f, "must be a time such as 2026-11-21T10:00:00+08:00")
		return nil
	}
	return &at
}

func (d *fieldReader) oneOf(f field, words []string) string {
	if d.kind(f.node) == isText { // the word itself, so that nothing is copied
		for _, word := range words {
			if n := &d.nodes[f.node]; !n.coded && string(d.bytes(n.value)) == word {
				return word
			}
		}
	}
	s := d.shortText(f, mostID)
	if s != "" && !slices.Contains(words, s) {
		d.fail(&f, "must be one of "+strings.Join(words, ", "))
	}
	return s
}
