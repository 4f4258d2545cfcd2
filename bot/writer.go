package bot

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// A writer appends JSON, byte for byte as encoding/json writes it, without reflection: a conversation is written with each
// message. Fields are asked for in the order of their declaration, and a test compares all of it with encoding/json, so
// that a field that is new and was not written here is found out.
type writer struct {
	out []byte
	err error // the first value that JSON cannot hold

	when       time.Time // the last time that was written, and where: most come in pairs
	from, upto int
}

// key begins a field; the name comes with its quotes and colon.
func (w *writer) key(name string) {
	if w.out[len(w.out)-1] != '{' {
		w.out = append(w.out, ',')
	}
	w.out = append(w.out, name...)
}

// next begins an element of a list.
func (w *writer) next() {
	if w.out[len(w.out)-1] != '[' {
		w.out = append(w.out, ',')
	}
}

func (w *writer) byte(b byte) { w.out = append(w.out, b) }

func (w *writer) raw(text string) { w.out = append(w.out, text...) }

// AppendText appends a text in quotes, with the escapes of json.Marshal.
func AppendText(to []byte, s string) []byte {
	w := writer{out: to}
	w.quote(s)
	return w.out
}

func (w *writer) text(name, s string) {
	w.key(name)
	w.quote(s)
}

// textIf leaves out a text that is empty.
func (w *writer) textIf(name, s string) {
	if s != "" {
		w.text(name, s)
	}
}

// textPointer leaves out a text that is not there.
func (w *writer) textPointer(name string, s *string) {
	if s != nil {
		w.text(name, *s)
	}
}

func (w *writer) number(name string, n int) {
	w.key(name)
	w.out = strconv.AppendInt(w.out, int64(n), 10)
}

func (w *writer) numberIf(name string, n int) {
	if n != 0 {
		w.number(name, n)
	}
}

func (w *writer) numberPointer(name string, n *int) {
	if n != nil {
		w.number(name, *n)
	}
}

func (w *writer) truth(name string, v bool) {
	w.key(name)
	w.out = strconv.AppendBool(w.out, v)
}

func (w *writer) truthIf(name string, v bool) {
	if v {
		w.truth(name, v)
	}
}

func (w *writer) truthPointer(name string, v *bool) {
	if v != nil {
		w.truth(name, *v)
	}
}

func (w *writer) time(name string, t time.Time) {
	w.key(name)
	if t == w.when && w.upto > 0 { //nolint:staticcheck // the same in every way, its zone too: else it is written anew
		w.out = append(w.out, w.out[w.from:w.upto]...)
		return
	}
	from := len(w.out)
	w.byte('"')
	out, err := t.AppendText(w.out)
	if err != nil {
		w.fail(err)
		return
	}
	w.out = append(out, '"')
	w.when, w.from, w.upto = t, from, len(w.out)
}

// timeIf leaves out a time that is not set.
func (w *writer) timeIf(name string, t time.Time) {
	if !t.IsZero() {
		w.time(name, t)
	}
}

func (w *writer) timePointer(name string, t *time.Time) {
	if t != nil {
		w.time(name, *t)
	}
}

// float writes as few digits as say which number it is, in the form of JavaScript.
func (w *writer) float(name string, f float64) {
	w.key(name)
	if math.IsInf(f, 0) || math.IsNaN(f) {
		w.any(f)
		return
	}
	format := byte('f')
	if size := math.Abs(f); size != 0 && (size < 1e-6 || size >= 1e21) {
		format = 'e'
	}
	w.out = strconv.AppendFloat(w.out, f, format, -1, 64)
	if n := len(w.out); format == 'e' && n >= 4 && w.out[n-4] == 'e' && w.out[n-3] == '-' && w.out[n-2] == '0' {
		w.out[n-2] = w.out[n-1] // e-09 is written e-9
		w.out = w.out[:n-1]
	}
}

// any writes what is not known by its type.
func (w *writer) any(v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		w.fail(err)
		return
	}
	w.out = append(w.out, raw...)
}

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// list writes the elements of a list; one that is not there is null.
func list[T any](w *writer, name string, all []T, write func(*writer, *T)) {
	w.key(name)
	elements(w, all, write)
}

func elements[T any](w *writer, all []T, write func(*writer, *T)) {
	if all == nil {
		w.raw("null")
		return
	}
	w.byte('[')
	for i := range all {
		w.next()
		write(w, &all[i])
	}
	w.byte(']')
}

// listIf leaves out a list without elements.
func listIf[T any](w *writer, name string, all []T, write func(*writer, *T)) {
	if len(all) > 0 {
		list(w, name, all, write)
	}
}

func (w *writer) texts(name string, all []string) { list(w, name, all, (*writer).element) }

func (w *writer) textsIf(name string, all []string) { listIf(w, name, all, (*writer).element) }

func (w *writer) element(s *string) { w.quote(*s) }

// pointerIf leaves out what is not there.
func pointerIf[T any](w *writer, name string, v *T, write func(*writer, *T)) {
	if v != nil {
		w.key(name)
		write(w, v)
	}
}

// table writes a map by its keys in order; one that is not there is null.
func table[V any](w *writer, name string, m map[string]V, write func(*writer, V)) {
	w.key(name)
	if m == nil {
		w.raw("null")
		return
	}
	var few [16]string
	keys := few[:0]
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	w.byte('{')
	for _, key := range keys {
		w.key("")
		w.quote(key)
		w.byte(':')
		write(w, m[key])
	}
	w.byte('}')
}

func tableIf[V any](w *writer, name string, m map[string]V, write func(*writer, V)) {
	if len(m) > 0 {
		table(w, name, m, write)
	}
}

func (w *writer) count(n int) { w.out = strconv.AppendInt(w.out, int64(n), 10) }

const hexDigits = "0123456789abcdef"

// quote writes a text with the escapes that encoding/json makes: for HTML too, and what is no UTF-8 as U+FFFD.
func (w *writer) quote(s string) {
	w.out = append(w.out, '"')
	from := 0
	for i := 0; i < len(s); {
		switch b := s[i]; {
		case b < utf8.RuneSelf:
			if plainByte(b) {
				i++
				continue
			}
			w.out = append(w.out, s[from:i]...)
			w.escape(b)
			i++
			from = i
		case b > 0xe2 && b < 0xf0 && b != 0xed && i+2 < len(s) && s[i+1]&0xc0 == 0x80 && s[i+2]&0xc0 == 0x80: // as Chinese
			i += 3
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError && r != '\u2028' && r != '\u2029' || r == utf8.RuneError && size > 1 {
				i += size
				continue
			}
			w.out = append(w.out, s[from:i]...)
			w.out = append(w.out, `\u`...)
			w.out = append(w.out, hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
			i += size
			from = i
		}
	}
	w.out = append(w.out, s[from:]...)
	w.out = append(w.out, '"')
}

// plainByte tells which ASCII stands for itself.
func plainByte(b byte) bool {
	const below64 = 1<<64 - 1<<' ' - (1<<'"' + 1<<'&' + 1<<'<' + 1<<'>') // a bit for each
	if b < 64 {
		return uint64(below64)>>b&1 != 0
	}
	return b != '\\'
}

func (w *writer) escape(b byte) {
	switch b {
	case '"', '\\':
		w.out = append(w.out, '\\', b)
	case '\b':
		w.raw(`\b`)
	case '\f':
		w.raw(`\f`)
	case '\n':
		w.raw(`\n`)
	case '\r':
		w.raw(`\r`)
	case '\t':
		w.raw(`\t`)
	default:
		w.out = append(w.out, '\\', 'u', '0', '0', hexDigits[b>>4], hexDigits[b&15])
	}
}
