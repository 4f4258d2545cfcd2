package bot

import (
	"strings"
	"unicode"
)

// visible is a text as an agent may be shown it in one line with others: without control characters, but for line breaks and tabs, and
// without the marks that turn the direction of all that follows. The transcript keeps what was written.
func visible(s string) string {
	if !strings.ContainsFunc(s, isHidden) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isHidden(r) {
			return -1
		}
		return r
	}, s)
}

func isHidden(r rune) bool {
	switch {
	case r == '\n', r == '\t':
		return false
	case unicode.IsControl(r):
		return true
	}
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}
