package doc

import (
	"strings"
	"unicode/utf8"
)

// isWord tells whether s looks like a name of the rule language: letters, digits, `_`, `-` and dots, first a letter.
func isWord(s string) bool { return s != "" && wordPrefix(s) == len(s) }

// wordPrefix is the length of the name that s begins with, 0 when it begins with none.
func wordPrefix(s string) int {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '-' && c != '.') {
			return i
		}
	}
	return len(s)
}

// shorten makes a text fit for a message: one line, at most 40 runes.
func shorten(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= 40 {
		return s
	}
	return string([]rune(s)[:39]) + "…"
}
