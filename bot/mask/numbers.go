package mask

import "unicode"

const (
	mostDigits = 4 // that a word may have
	mostApart  = 6 // that a row of numbers may have, with spaces and strokes between them
	mostGap    = 2 // characters between two numbers of one row
)

// words finds words of letters and digits with more digits than a price or a size has, and mail addresses.
func (v *view) words() (out []Span) {
	for i := 0; i < len(v.runes); {
		if !isWordly(v.runes[i]) {
			i++
			continue
		}
		end, digits, mail := i, 0, false
		for ; end < len(v.runes) && isWordly(v.runes[end]); end++ {
			if IsDigit(v.runes[end]) {
				digits++
			}
			mail = mail || v.runes[end] == '@'
		}
		switch {
		case mail && end-i > 1:
			out = append(out, v.span(Mail, i, end))
		case digits > mostDigits:
			out = append(out, v.span(Number, i, end))
		}
		i = end
	}
	return out
}

// isWordly tells what a number or a name in another program is made of. Chinese characters are not: words run together there.
func isWordly(r rune) bool {
	switch r {
	case '-', '_', '@', '.', '+', '%':
		return true
	}
	return unicode.IsNumber(r) || unicode.IsMark(r) || unicode.IsLetter(r) && !isEastern(r)
}

func isEastern(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// numbers finds long numbers that are written in groups, or in Chinese.
func (v *view) numbers() (out []Span) {
	for i := 0; i < len(v.runes); i++ {
		if !IsDigit(v.runes[i]) {
			continue
		}
		end, digits, gap := i, 0, 0
		for j := i; j < len(v.runes) && gap <= mostGap; j++ {
			switch {
			case IsDigit(v.runes[j]):
				end, gap = j+1, 0
				digits++
			case parts(v.runes[j]):
				gap++
			default:
				gap = mostGap + 1
			}
		}
		if digits > mostApart {
			out = append(out, v.span(Number, i, end))
		}
		i = end - 1
	}
	return out
}

func parts(r rune) bool {
	switch r {
	case ' ', '-', '_', '·', '•', '(', ')', '—', '–':
		return true
	}
	return false
}

// IsDigit tells what numbers are written with, in whatever script.
func IsDigit(r rune) bool {
	switch r {
	case '零', '〇', '一', '幺', '二', '两', '三', '四', '五', '六', '七', '八', '九':
		return true
	}
	return unicode.IsNumber(r)
}
