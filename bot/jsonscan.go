package bot

import (
	"unicode/utf16"
	"unicode/utf8"
)

// space passes over blanks and gives the byte that follows, 0 at the end.
func (d *document) space() byte {
	for ; d.at < len(d.body); d.at++ {
		switch b := d.body[d.at]; b {
		case ' ', '\t', '\r', '\n':
		default:
			return b
		}
	}
	return 0
}

// takes passes over a sign that must follow.
func (d *document) takes(sign byte) bool {
	if d.space() != sign {
		return false
	}
	d.at++
	return true
}

// word passes over a word that must follow.
func (d *document) word(word string) bool {
	if len(d.body)-d.at < len(word) || string(d.body[d.at:d.at+len(word)]) != word {
		return false
	}
	d.at += len(word)
	return true
}

// text passes over a text and says where it stands between its quotes, and whether it has escapes.
func (d *document) text() (where span, coded, ok bool) {
	d.at++
	from := d.at
	for ; d.at < len(d.body); d.at++ {
		switch b := d.body[d.at]; {
		case b == '"':
			where = span{from: int32(from), to: int32(d.at)}
			d.at++
			return where, coded, true
		case b < ' ':
			return where, coded, false
		case b == '\\':
			coded = true
			if d.at++; d.at == len(d.body) || !d.escape() {
				return where, coded, false
			}
		}
	}
	return where, coded, false
}

// escape tells whether what follows a backslash is an escape, and passes to its last byte.
func (d *document) escape() bool {
	switch d.body[d.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		if _, ok := hexRune(d.body[d.at+1:]); !ok {
			return false
		}
		d.at += 4
		return true
	}
	return false
}

// number passes over a number and says where it stands.
func (d *document) number() (where span, ok bool) {
	from := d.at
	if d.at < len(d.body) && d.body[d.at] == '-' {
		d.at++
	}
	switch {
	case d.at < len(d.body) && d.body[d.at] == '0':
		d.at++
	case !d.digits():
		return where, false
	}
	if d.at < len(d.body) && d.body[d.at] == '.' {
		if d.at++; !d.digits() {
			return where, false
		}
	}
	if d.at < len(d.body) && d.body[d.at]|0x20 == 'e' {
		d.at++
		if d.at < len(d.body) && (d.body[d.at] == '+' || d.body[d.at] == '-') {
			d.at++
		}
		if !d.digits() {
			return where, false
		}
	}
	return span{from: int32(from), to: int32(d.at)}, true
}

// digits passes over one digit at least.
func (d *document) digits() bool {
	from := d.at
	for d.at < len(d.body) && isDigit(d.body[d.at]) {
		d.at++
	}
	return d.at > from
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// hexRune reads four hexadecimal digits.
func hexRune(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case isDigit(c):
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// decoded replaces the escapes of a text that is known to be right. Half of a pair stands for no character and becomes U+FFFD.
func decoded(b []byte) string {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			out = append(out, b[i])
			continue
		}
		i++
		switch b[i] {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, size := escapedRune(b[i+1:])
			out = utf8.AppendRune(out, r)
			i += size
		default:
			out = append(out, b[i])
		}
	}
	return string(out)
}

// escapedRune reads what follows \u, and the second half of a pair.
func escapedRune(b []byte) (r rune, size int) {
	r, _ = hexRune(b)
	if !utf16.IsSurrogate(r) {
		return r, 4
	}
	if len(b) >= 10 && b[4] == '\\' && b[5] == 'u' {
		if second, ok := hexRune(b[6:]); ok {
			if both := utf16.DecodeRune(r, second); both != utf8.RuneError {
				return both, 10
			}
		}
	}
	return utf8.RuneError, 4
}
