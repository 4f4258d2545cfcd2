package figures

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"xiaoer/bot/mask"
	"xiaoer/intents"
)

// mostText is how much of a buyer's words is shown, in runes.
const mostText = 200

// Mask takes out of a buyer's words what belongs to one person or order (see the package mask). What a classifier found, or that it was a name,
// stands in its place in brackets, else #. The rest is brought onto one line.
func Mask(text string, found []intents.Entity) string {
	masked := mask.Text(strings.ToValidUTF8(text, ""), found, nil, func(kind, _ string) string {
		switch kind {
		case mask.Number, mask.Contact, mask.Mail:
			return "#"
		}
		return "[" + kind + "]"
	})
	return shorten(oneLine(masked), mostText)
}

// oneLine drops what cannot be seen and brings the rest onto one line.
func oneLine(text string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(clean), " ")
}

func shorten(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}
