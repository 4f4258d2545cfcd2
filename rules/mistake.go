package rules

import (
	"fmt"
	"strings"
	"unicode"
)

// A mistake is a way of writing that people use and the language does not, found before the parser sees it, because
// the parser's own complaint would come at another place and in other words.
type mistake struct {
	at      span
	message string
	hint    string
}

// findMistake looks for the first such mistake outside quoted texts.
func findMistake(text []rune) (mistake, bool) {
	if len(strings.TrimSpace(string(text))) == 0 {
		return mistake{at: span{0, len(text)}, message: "there is nothing here", hint: `write a condition such as order.stage == "paid"`}, true
	}
	s := &scanner{text: text}
	for s.at < len(text) {
		r := text[s.at]
		switch {
		case r == '"' || r == '\'' || r == '`':
			if !s.skipQuoted(r) {
				return mistake{at: span{s.at, len(text)}, message: "the quote that opens here is never closed", hint: `put the text between two quotes: "…"`}, true
			}
		case r == '$' && s.peek(1) == '{':
			return mistake{at: span{s.at, s.at + 2}, message: "`${` stands only in texts", hint: "write the condition without `${` and `}`"}, true
		case unicode.IsDigit(r) && r < utf8Ascii:
			if m, found := s.number(); found {
				return m, true
			}
		case isWordRune(r) && !isFullWidth(r):
			if m, found := s.word(); found {
				return m, true
			}
		default:
			if m, found := s.sign(); found {
				return m, true
			}
		}
	}
	return mistake{}, false
}

const utf8Ascii = 0x80

type scanner struct {
	text []rune
	at   int
}

func isWordRune(r rune) bool {
	return r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// isFullWidth tells letters, digits and signs of the full-width block.
func isFullWidth(r rune) bool { return r >= '！' && r <= '～' }

// skipQuoted passes a quoted text; it stays at the quote and returns false when it is never closed.
func (s *scanner) skipQuoted(quote rune) bool {
	for i := s.at + 1; i < len(s.text); i++ {
		switch {
		case s.text[i] == '\\' && quote != '`':
			i++
		case s.text[i] == quote:
			s.at = i + 1
			return true
		}
	}
	return false
}

func (s *scanner) peek(n int) rune {
	if s.at+n < len(s.text) {
		return s.text[s.at+n]
	}
	return 0
}

// number passes a number and finds a unit that is glued to it.
func (s *scanner) number() (mistake, bool) {
	from := s.at
	if s.peek(0) == '0' && strings.ContainsRune("xXbBoO", s.peek(1)) {
		for s.at < len(s.text) && isWordRune(s.text[s.at]) {
			s.at++
		}
		return mistake{}, false
	}
	for s.at < len(s.text) && (unicode.IsDigit(s.text[s.at]) || s.text[s.at] == '_' || s.text[s.at] == '.') {
		s.at++
	}
	digits := string(s.text[from:s.at])
	if e := s.peek(0); (e == 'e' || e == 'E') && (unicode.IsDigit(s.peek(1)) || strings.ContainsRune("+-", s.peek(1)) && unicode.IsDigit(s.peek(2))) {
		s.at += 2
		for unicode.IsDigit(s.peek(0)) {
			s.at++
		}
	}
	unitFrom := s.at
	for s.at < len(s.text) && (isWordRune(s.text[s.at]) || s.text[s.at] == '%' && s.percent()) {
		s.at++
	}
	if s.at == unitFrom {
		return mistake{}, false
	}
	unit := string(s.text[unitFrom:s.at])
	return mistake{at: span{from, s.at}, message: fmt.Sprintf("`%s%s` is a number with a unit", digits, unit), hint: unitHint(digits, unit)}, true
}

// percent tells the percent sign of `50%` from the remainder in `a % 2` and `5%2`.
func (s *scanner) percent() bool {
	next := s.peek(1)
	return !unicode.IsDigit(next) && next != '(' && (next != ' ' || s.at+2 >= len(s.text) || !isWordRune(s.peek(2)) || strings.HasPrefix(string(s.text[s.at+1:]), " and") || strings.HasPrefix(string(s.text[s.at+1:]), " or"))
}

func unitHint(digits, unit string) string {
	switch strings.ToLower(unit) {
	case "h", "小时", "hour", "hours", "个小时":
		return fmt.Sprintf("hours are counted as plain numbers: write %s, or hours(%s) beside a duration", digits, digits)
	case "d", "天", "日", "day", "days":
		return fmt.Sprintf("days are counted as plain numbers: write %s, or days(%s) beside a duration", digits, digits)
	case "%":
		return "write it as a fraction: 0.5 for 50%"
	default:
		return "write only the number: " + digits
	}
}

// word passes a word and finds operators written as other words.
func (s *scanner) word() (mistake, bool) {
	from := s.at
	for s.at < len(s.text) && isWordRune(s.text[s.at]) && !isFullWidth(s.text[s.at]) {
		s.at++
	}
	word := string(s.text[from:s.at])
	field := from > 0 && s.text[from-1] == '.'
	if strings.HasPrefix(word, "$") {
		return mistake{at: span{from, from + 1}, message: "`$` cannot stand here", hint: "write names and numbers without it"}, true
	}
	if plain, ok := spokenOperator(word); ok && !field {
		return mistake{at: span{from, s.at}, message: fmt.Sprintf("`%s` is no operator here", word), hint: fmt.Sprintf("write `%s`", plain)}, true
	}
	return mistake{}, false
}

// spokenOperator gives the operator for a word that people write in its place.
func spokenOperator(word string) (string, bool) {
	switch word {
	case "AND", "And", "且", "并且", "而且", "和":
		return "and", true
	case "OR", "Or", "或", "或者":
		return "or", true
	case "NOT", "Not", "非", "不":
		return "not", true
	case "IN", "In", "属于":
		return "in", true
	case "等于", "是", "is", "equals":
		return "==", true
	case "不等于", "不是":
		return "!=", true
	case "大于":
		return ">", true
	case "小于":
		return "<", true
	case "包含":
		return "contains", true
	case "True", "TRUE":
		return "true", true
	case "False", "FALSE":
		return "false", true
	default:
		return "", false
	}
}

// sign passes one sign and finds those that the language does not have.
func (s *scanner) sign() (mistake, bool) {
	from := s.at
	r := s.text[from]
	if r == '¥' || r == '￥' || r == '€' || r == '£' {
		return mistake{at: span{from, from + 1}, message: fmt.Sprintf("`%c` cannot stand here", r), hint: "write only the number"}, true
	}
	if plain, ok := halfWidth(r); ok {
		return mistake{
			at:      span{from, from + 1},
			message: fmt.Sprintf("`%c` is a Chinese or full-width character; conditions are written with plain ones", r),
			hint:    fmt.Sprintf("write `%s` in its place: %s", plain, plainText(s.text)),
		}, true
	}
	if r == '/' && (s.peek(1) == '/' || s.peek(1) == '*') {
		return mistake{at: span{from, len(s.text)}, message: "what follows here would be dropped as a comment", hint: "write comments on a line of their own that begins with #"}, true
	}
	if !strings.ContainsRune("=!<>&|", r) {
		s.at++
		return mistake{}, false
	}
	written := string(s.text[from:min(len(s.text), from+3)])
	for _, m := range wrongSigns() {
		if strings.HasPrefix(written, m.sign) {
			if m.plain == "" {
				s.at += len(m.sign)
				return mistake{}, false
			}
			return mistake{at: span{from, from + len([]rune(m.sign))}, message: fmt.Sprintf("`%s` is no operator here", m.sign), hint: fmt.Sprintf("write `%s`", m.plain)}, true
		}
	}
	s.at++
	return mistake{}, false
}

type wrongSign struct{ sign, plain string } // an empty plain is a sign that is right

// wrongSigns lists signs, the longer before those that they begin with.
func wrongSigns() []wrongSign {
	return []wrongSign{
		{"===", "=="},
		{"!==", "!="},
		{"==", ""},
		{"!=", ""},
		{"<=", ""},
		{">=", ""},
		{"&&", ""},
		{"||", ""},
		{"<>", "!="},
		{"=>", ">="},
		{"=<", "<="},
		{"=~", "matches"},
		{"=", "=="},
		{"&", "and"},
		{"|", "or"},
	}
}

// halfWidth gives the plain form of a Chinese or full-width sign.
func halfWidth(r rune) (string, bool) {
	switch r {
	case '“', '”', '„', '「', '」', '『', '』', '＂':
		return `"`, true
	case '‘', '’', '＇':
		return "'", true
	case '、', '，':
		return ",", true
	case '。':
		return ".", true
	case '【':
		return "[", true
	case '】':
		return "]", true
	case '×':
		return "*", true
	case '÷':
		return "/", true
	case '≥':
		return ">=", true
	case '≤':
		return "<=", true
	case '≠':
		return "!=", true
	case '＝':
		return "==", true
	}
	if isFullWidth(r) {
		return string(r - '！' + '!'), true
	}
	return "", false
}

// plainText writes a whole condition with plain signs, as a proposal.
func plainText(text []rune) string {
	var b strings.Builder
	for _, r := range text {
		if plain, ok := halfWidth(r); ok {
			b.WriteString(plain)
			continue
		}
		b.WriteRune(r)
	}
	return strings.NewReplacer("====", "==", "!==", "!=", ">==", ">=", "<==", "<=").Replace(b.String())
}
