// Package text brings a buyer's message into one plain form: half width, lower case, simplified characters,
// emoji as classes, repeats squeezed; every rune remembers where it came from. It knows nothing of intents.
package text

import (
	"slices"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// MaxRunes is how much of a message is read. Nobody asks a shop something that takes longer.
const MaxRunes = 2000

// Classes of emoji, of bracketed chat stickers, and of spans that are masked by their kind. They lie in the
// private use area, so no message can hold them after plain form has been made.
const (
	Joy rune = '\uE000' + iota
	Okay
	Pray
	Sad
	Angry
	Doubt
	Emoji
	Link
	Order
	Phone
	Tracking
	Date
	Amount
	Address
	Short // one or two digits
	Some  // three to five digits
	Many  // six or more digits that are nothing better
)

// A Text is a message in plain form. It may be used again for another message.
type Text struct {
	Runes []rune
	From  []int32 // for each rune, the offset in runes of the first one in the message that it stands for
	Upto  []int32 // for each rune, the offset behind the last one that it stands for
}

// Tables hold the character tables; they are large, so one value is shared by all readers.
type Tables struct {
	han     [cjkEnd - cjkStart]character
	emoji   map[rune]rune
	sticker map[string]rune
	names   []string
	byName  map[string]uint16
}

// A character holds what is known of one; both are asked for each time that it stands in a message.
type character struct {
	simple   uint16 // the simplified form; 0 where it is none of traditional script
	syllable uint16 // the number of its sound; 0 where it has none
}

// Set makes the plain form of a message in t, reusing its memory.
func (t *Text) Set(s string, tables *Tables) {
	t.Cut(0)
	n := int32(0)
	for _, r := range s {
		if n >= MaxRunes {
			break
		}
		t.add(r, n, tables)
		n++
	}
	for len(t.Runes) > 0 && t.Runes[len(t.Runes)-1] == ' ' {
		t.Cut(len(t.Runes) - 1)
	}
	t.stickers(tables)
}

// Cut keeps the first n runes.
func (t *Text) Cut(n int) { t.Runes, t.From, t.Upto = t.Runes[:n], t.From[:n], t.Upto[:n] }

// Skip drops the first n runes.
func (t *Text) Skip(n int) {
	copy(t.Runes, t.Runes[n:])
	copy(t.From, t.From[n:])
	copy(t.Upto, t.Upto[n:])
	t.Cut(len(t.Runes) - n)
}

func (t *Text) put(r rune, at int32) {
	n := len(t.Runes)
	switch {
	case r == ' ' && (n == 0 || t.Runes[n-1] == ' '):
		return
	case n >= 2 && r == t.Runes[n-1] && r == t.Runes[n-2] && (r < '0' || r > '9'):
		t.Upto[n-1] = at + 1 // a third repeat adds nothing but length
		return
	}
	t.Runes, t.From, t.Upto = append(t.Runes, r), append(t.From, at), append(t.Upto, at+1)
}

// add puts the plain form of one rune of the message, which may be none or several.
func (t *Text) add(r rune, at int32, tables *Tables) {
	switch {
	case r < 0x80:
		t.put(ascii(r), at)
	case r >= cjkStart && r < cjkEnd:
		if s := tables.han[r-cjkStart].simple; s != 0 {
			r = rune(s)
		}
		t.put(r, at)
	case r >= 0xFF01 && r <= 0xFF5E:
		t.put(ascii(r-0xFEE0), at)
	default:
		t.addRare(r, at, tables)
	}
}

func ascii(r rune) rune {
	switch {
	case r >= 'A' && r <= 'Z':
		return r + 32
	case r <= ' ' || r == 0x7F:
		return ' '
	}
	return r
}

// punctuation maps the marks of other scripts to the plain ones.
func punctuation(r rune) rune {
	switch r {
	case '。', '．', '｡', '…':
		return '。'
	case '、':
		return ','
	case '“', '”', '「', '」', '『', '』', '"', '‘', '’', '´', '`':
		return '\''
	case '【', '〔', '［':
		return '['
	case '】', '〕', '］':
		return ']'
	case '¥', '￥':
		return '¥'
	case '—', '–', '～', '〜':
		return '-'
	}
	return 0
}

func (t *Text) addRare(r rune, at int32, tables *Tables) {
	if p := punctuation(r); p != 0 {
		t.put(p, at)
		return
	}
	if class, ok := tables.emoji[r]; ok {
		t.put(class, at)
		return
	}
	switch {
	case isJoiner(r):
	case isEmoji(r):
		t.put(Emoji, at)
	case unicode.IsSpace(r), unicode.IsControl(r):
		t.put(' ', at)
	case r >= '\uE000' && r <= '\uF8FF', r == unicode.ReplacementChar:
		t.put(' ', at) // ours alone
	default:
		t.compose(r, at, tables)
	}
}

// isJoiner tells the marks that only change how the rune before them looks.
func isJoiner(r rune) bool {
	return r == 0x200B || r == 0x200C || r == 0x200D || r == 0xFEFF || r == 0x20E3 ||
		(r >= 0xFE00 && r <= 0xFE0F) || (r >= 0x1F3FB && r <= 0x1F3FF) || (r >= 0x2060 && r <= 0x206F)
}

func isEmoji(r rune) bool {
	return (r >= 0x1F000 && r <= 0x1FAFF) || (r >= 0x2600 && r <= 0x27BF) || (r >= 0x2B00 && r <= 0x2BFF)
}

// compose falls back on Unicode's compatibility form, for circled digits, ligatures and the like.
func (t *Text) compose(r rune, at int32, tables *Tables) {
	var in, out [32]byte
	n := copy(in[:], string(r))
	for _, p := range string(norm.NFKC.Append(out[:0], in[:n]...)) {
		if p >= cjkStart && p < cjkEnd && tables.han[p-cjkStart].simple != 0 {
			p = rune(tables.han[p-cjkStart].simple)
		}
		if p = unicode.ToLower(p); unicode.IsSpace(p) || unicode.IsControl(p) {
			p = ' '
		}
		t.put(p, at)
	}
}

// stickers turns the chat programs' "[微笑]" into the class of the emoji that it stands for.
func (t *Text) stickers(tables *Tables) {
	out := slices.Index(t.Runes, '[')
	if out < 0 {
		return
	}
	for i := out; i < len(t.Runes); i++ {
		class, n := rune(0), 0
		if t.Runes[i] == '[' {
			class, n = tables.stickerAt(t.Runes[i:])
		}
		if n == 0 {
			t.Runes[out], t.From[out], t.Upto[out] = t.Runes[i], t.From[i], t.Upto[i]
		} else {
			t.Runes[out], t.From[out], t.Upto[out] = class, t.From[i], t.Upto[i+n-1]
			i += n - 1
		}
		out++
	}
	t.Cut(out)
}

func (tables *Tables) stickerAt(runes []rune) (rune, int) {
	for n := 2; n < len(runes) && n <= 6; n++ {
		if runes[n] == ']' {
			if class, ok := tables.sticker[string(runes[1:n])]; ok {
				return class, n + 1
			}
			return 0, 0
		}
	}
	return 0, 0
}
