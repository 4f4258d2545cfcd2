package intents

import "unicode/utf8"

// A span is an entity in the plain form.
type span struct {
	kind       string
	start, end int32
	from, upto int32 // the same in the message
}

// maxEntities bounds how many entities one message may carry.
const maxEntities = 50

// reader walks a plain form and notes the spans that mean something by themselves.
type spanReader struct {
	runes  []rune
	spans  []span
	places *places
}

// findEntities appends the entities of a plain form, in order, none overlapping.
func findEntities(runes []rune, m *machine, out []span) []span {
	r := spanReader{runes: runes, spans: out, places: m.places}
	for i := 0; i < len(runes) && len(r.spans) < maxEntities; {
		i = max(r.at(i), i+1)
	}
	return r.addresses()
}

// at looks for an entity that begins at i and says where to go on.
func (r *spanReader) at(i int) int {
	c := r.runes[i]
	switch {
	case isDigit(c):
		return r.number(i)
	case c == 'h' || c == 'w':
		if end := r.link(i); end > i {
			return r.add(Link, i, end)
		}
		return r.letters(i)
	case c == '+' && r.digitAt(i+1):
		return r.number(i)
	case isCurrency(c):
		return r.money(i)
	case isLatin(c):
		return r.letters(i)
	}
	return i + 1
}

func (r *spanReader) add(kind string, start, end int) int {
	r.spans = append(r.spans, span{kind: kind, start: int32(start), end: int32(end)})
	return end
}

func isDigit(c rune) bool    { return c >= '0' && c <= '9' }
func isCurrency(c rune) bool { return c == '¥' || c == '$' || c == '£' || c == '€' }

func (r *spanReader) rune(i int) rune {
	if i < 0 || i >= len(r.runes) {
		return 0
	}
	return r.runes[i]
}

func (r *spanReader) digitAt(i int) bool { return isDigit(r.rune(i)) }

// is tells whether word stands at i.
func (r *spanReader) is(i int, word string) bool {
	for _, c := range word {
		if r.rune(i) != c {
			return false
		}
		i++
	}
	return true
}

// ofParcel tells that the message speaks of a parcel or a courier.
func (r *spanReader) ofParcel() bool {
	return r.has("快递") || r.has("物流") || r.has("运单") || r.has("track") || r.has("包裹")
}

func (r *spanReader) has(word string) bool {
	for i := range r.runes {
		if r.is(i, word) {
			return true
		}
	}
	return false
}

// before tells whether one of the words ends at most gap runes before i, with nothing but marks and link words between.
func (r *spanReader) before(i, gap int, words ...string) bool {
	for end := i; end > 0 && i-end <= gap; end-- {
		for _, w := range words {
			if n := utf8.RuneCountInString(w); n <= end && r.is(end-n, w) {
				return true
			}
		}
		if !isFiller(r.runes[end-1]) {
			return false
		}
	}
	return false
}

// isFiller tells what may stand between a label and its value.
func isFiller(c rune) bool {
	return c < 0x80 && !isDigit(c) && !isLatin(c) || c == '是' || c == '为' || c == '号' || c == '了' || c == '¥' || c == '。'
}

func (r *spanReader) after(i int, words ...string) bool {
	for r.rune(i) == ' ' {
		i++
	}
	for _, w := range words {
		if r.is(i, w) {
			return true
		}
	}
	return false
}

// link reads an address of the web.
func (r *spanReader) link(i int) int {
	if !r.is(i, "http://") && !r.is(i, "https://") && !r.is(i, "www.") {
		return i
	}
	for i < len(r.runes) {
		c := r.runes[i]
		if c <= ' ' || c > 0x7E || c == '<' || c == '>' || c == '\'' || c == ']' {
			break
		}
		i++
	}
	for i > 0 && (r.runes[i-1] == ',' || r.runes[i-1] == '.' || r.runes[i-1] == ')' || r.runes[i-1] == '!') {
		i--
	}
	return i
}

// letters skips a Latin word, unless it is the head of a tracking or order number.
func (r *spanReader) letters(i int) int {
	end := i
	for end < len(r.runes) && r.runes[end] >= 'a' && r.runes[end] <= 'z' {
		end++
	}
	if end == i {
		return endOfLatin(r.runes, i)
	}
	digits := end
	if (r.rune(digits) == '-' || r.rune(digits) == ' ') && r.digitAt(digits+1) && end-i <= 4 {
		digits++
	}
	n := r.digitRun(digits) - digits
	switch {
	case end-i <= 6 && n >= 8 && n <= 18 && end-i >= 2:
		return r.add(TrackingNo, i, digits+n)
	case end-i <= 4 && n >= 4 && digits == end+1 && r.runes[end] == '-':
		return r.add(OrderNo, i, digits+n)
	}
	return end
}

func (r *spanReader) digitRun(i int) int {
	for r.digitAt(i) {
		i++
	}
	return i
}

// money reads a currency sign and the number behind it.
func (r *spanReader) money(i int) int {
	start := i + 1
	for r.rune(start) == ' ' {
		start++
	}
	end := r.decimal(start)
	if end == start {
		return i + 1
	}
	return r.add(Amount, start, end)
}

// decimal reads digits with a fraction and thousands marks.
func (r *spanReader) decimal(i int) int {
	end := r.digitRun(i)
	for end > i && r.rune(end) == ',' && r.digitRun(end+1)-end == 4 {
		end = r.digitRun(end + 1)
	}
	if end > i && r.rune(end) == '.' && r.digitAt(end+1) && r.digitRun(end+1)-end <= 3 {
		end = r.digitRun(end + 1)
	}
	return end
}
