package figures

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"xiaoer/intents"
)

// mostText is how much of a buyer's words is shown, in runes.
const mostText = 200

// Mask takes out of a buyer's words what belongs to one person or order: numbers of orders, parcels and phones, addresses, links, and
// whatever else has five digits or more. What it was stands in its place in brackets. The rest is brought onto one line.
func Mask(text string, found []intents.Entity) string {
	runes := []rune(strings.ToValidUTF8(text, ""))
	spans := slices.DeleteFunc(slices.Clone(found), func(e intents.Entity) bool {
		private := e.Type == intents.OrderNo || e.Type == intents.Phone || e.Type == intents.TrackingNo || e.Type == intents.Address || e.Type == intents.Link
		return !private || e.Start < 0 || e.End > len(runes) || e.Start >= e.End
	})
	slices.SortStableFunc(spans, func(a, b intents.Entity) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
	var out []rune
	at := 0
	for _, e := range spans {
		if e.Start < at {
			at = max(at, e.End) // it lies within the one before, or reaches beyond it
			continue
		}
		out = append(out, runes[at:e.Start]...)
		out = append(out, []rune("["+e.Type+"]")...)
		at = e.End
	}
	if at < len(runes) {
		out = append(out, runes[at:]...)
	}
	return shorten(hideNumbers([]rune(oneLine(out))), mostText)
}

// hideNumbers puts # in place of words with five digits or more: account numbers, mail addresses, names in other programs.
func hideNumbers(runes []rune) string {
	out := make([]rune, 0, len(runes))
	for i := 0; i < len(runes); {
		if !isWordly(runes[i]) {
			out = append(out, runes[i])
			i++
			continue
		}
		end, digits, mail := i, 0, false
		for end < len(runes) && isWordly(runes[end]) {
			if unicode.IsDigit(runes[end]) {
				digits++
			}
			mail = mail || runes[end] == '@' || runes[end] == '＠'
			end++
		}
		if digits >= 5 || mail {
			out = append(out, '#')
		} else {
			out = append(out, runes[i:end]...)
		}
		i = end
	}
	return string(out)
}

// isWordly tells what a number or a name in another program is made of. Chinese characters are not: words run together there.
func isWordly(r rune) bool {
	switch r {
	case '-', '_', '@', '＠', '.', '+':
		return true
	}
	return unicode.IsDigit(r) || unicode.IsLetter(r) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// oneLine drops what cannot be seen and brings the rest onto one line.
func oneLine(runes []rune) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r): // it could part a number
			return -1
		}
		return r
	}, string(runes))
	return strings.Join(strings.Fields(clean), " ")
}

func shorten(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}
