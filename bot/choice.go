package bot

import (
	"strings"
)

// pick finds which of a list a text chooses, by number or by words.
func pick(text string, list []string) (int, bool) {
	at, _, ok := choose(text, list)
	return at, ok
}

// choose finds which of a list a text chooses, with the place in runes that says so.
func choose(text string, list []string) (at int, span [2]int, ok bool) {
	if n, isNumber := choiceNumber(text); isNumber {
		if n >= 1 && n <= len(list) && !matchesWhole(text, list) {
			return n - 1, [2]int{0, len([]rune(text))}, true
		}
		if !matchesWhole(text, list) {
			return 0, span, false
		}
	}
	at, ok = named(text, list)
	if !ok {
		return 0, span, false
	}
	lower, word := strings.ToLower(text), strings.ToLower(list[at])
	if before, _, ok := strings.Cut(lower, word); ok {
		start := len([]rune(before))
		return at, [2]int{start, start + len([]rune(word))}, true
	}
	return at, [2]int{0, len([]rune(text))}, true
}

func matchesWhole(text string, list []string) bool {
	for _, s := range list {
		if strings.EqualFold(strings.TrimSpace(text), strings.TrimSpace(s)) {
			return true
		}
	}
	return false
}

// named finds the one entry that a text names and does not deny. Where one entry holds another, the longer one is meant;
// a text that is a part of one entry alone ("质量" of "质量问题") names it too.
func named(text string, list []string) (int, bool) {
	lower := strings.ToLower(halfWidth(strings.TrimSpace(text)))
	best, count := -1, 0
	for i, s := range list {
		word := strings.ToLower(halfWidth(strings.TrimSpace(s)))
		if word == "" || !says(lower, word) {
			continue
		}
		switch {
		case best >= 0 && strings.Contains(strings.ToLower(halfWidth(list[best])), word):
		case best >= 0 && strings.Contains(word, strings.ToLower(halfWidth(list[best]))):
			best = i
		default:
			best = i
			count++
		}
	}
	if best >= 0 {
		return best, count == 1
	}
	if n := len([]rune(lower)); n < 2 || n > 12 {
		return 0, false
	}
	for i, s := range list {
		if strings.Contains(strings.ToLower(halfWidth(s)), lower) {
			best = i
			count++
		}
	}
	return max(best, 0), count == 1
}

// says tells whether a text names a word without a "not" right before it. A Latin word has to stand by itself: the size L is
// not in "please".
func says(text, word string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return false
		}
		at += from
		before, after := text[:at], text[at+len(word):]
		if !isDenied(before) && (!isLatin(lastByte(before)) || !isLatin(word[0])) && (!isLatin(firstByte(after)) || !isLatin(word[len(word)-1])) {
			return true
		}
		from = at + len(word)
	}
}

func isDenied(before string) bool {
	for _, not := range [...]string{"不是", "不", "没", "没有", "not "} {
		if strings.HasSuffix(before, not) {
			return true
		}
	}
	return false
}

func isLatin(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' }

func lastByte(s string) byte {
	if s == "" {
		return 0
	}
	return s[len(s)-1]
}

func firstByte(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}
