// contract

package doc

import "strings"

// Suggest finds the candidate that a misspelt word most likely means, "" when none is near. Differences of case and of
// `_`, `-` and blanks do not count; exchanged neighbours count as one mistake. Of several that are equally near the
// first wins.
func Suggest(word string, candidates []string) string {
	if len(word) > 100 {
		return ""
	}
	w := []rune(loosely(word))
	best, least := "", allowed(len(w))+1
	for _, candidate := range candidates {
		if candidate == word || len(candidate) > 100 {
			continue
		}
		c := []rune(loosely(candidate))
		if abs(len(c)-len(w)) >= least {
			continue
		}
		if d := distance(w, c); d < least && d < max(len(w), len(c)) {
			best, least = candidate, d
		}
	}
	if best == "" {
		return byPrefix(word, candidates)
	}
	return best
}

// loosely spells a word without what people mix up.
func loosely(word string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(word))
}

// allowed is how many mistakes a word of n runes may hold.
func allowed(n int) int {
	switch {
	case n <= 2:
		return 1
	case n <= 5:
		return 2
	}
	return min(n/3+1, 4)
}

func abs(n int) int { return max(n, -n) }

// byPrefix finds the one candidate that begins with the word, or that the word begins with, by at least three runes.
func byPrefix(word string, candidates []string) string {
	w, found := loosely(word), ""
	for _, candidate := range candidates {
		c := loosely(candidate)
		if candidate == word || min(len(c), len(w)) < 3 || !strings.HasPrefix(c, w) && !strings.HasPrefix(w, c) {
			continue
		}
		if found != "" {
			return ""
		}
		found = candidate
	}
	return found
}

// distance counts the insertions, deletions, replacements and exchanges of neighbours that lead from a to b.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
