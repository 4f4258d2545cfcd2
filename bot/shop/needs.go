package shop

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// maxNeeds is how many words a pattern may need at most; one that would need more is always tried.
const maxNeeds = 2000

// needs gives words of which one, in lower case, is in every text that a pattern can match; nil when there are none.
// Looking for plain words first costs a hundredth of matching the pattern.
func needs(pattern string) []string {
	parsed, err := syntax.Parse("(?i)"+pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	words := needed(parsed.Simplify())
	if len(words) > maxNeeds {
		return nil
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// needed gives a set of words of which one must be there; nil stands for no such set.
func needed(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{strings.ToLower(string(re.Rune))}
	case syntax.OpCharClass:
		return classWords(re.Rune)
	case syntax.OpCapture, syntax.OpPlus:
		return needed(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return needed(re.Sub[0])
		}
		return nil
	case syntax.OpConcat:
		return bestOf(re.Sub)
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			words := needed(sub)
			if words == nil {
				return nil
			}
			all = append(all, words...)
		}
		return all
	default:
		return nil
	}
}

// bestOf gives the set of the part of a sequence whose shortest word is the longest: the one that is rarest. Neighbouring
// single characters, such as those that letters in both cases make, are put together first.
func bestOf(parts []*syntax.Regexp) []string {
	var best []string
	for i := 0; i < len(parts); i++ {
		words := needed(parts[i])
		for len(words) == 1 && i+1 < len(parts) {
			next := needed(parts[i+1])
			if len(next) != 1 || !isFixed(parts[i]) || !isFixed(parts[i+1]) {
				break
			}
			words = []string{words[0] + next[0]}
			i++
		}
		if words != nil && (best == nil || better(words, best)) {
			best = words
		}
	}
	return best
}

// isFixed tells whether a part is exactly one word, so that its neighbour follows it at once.
func isFixed(re *syntax.Regexp) bool { return re.Op == syntax.OpLiteral || re.Op == syntax.OpCharClass }

func better(a, b []string) bool {
	if shortest(a) != shortest(b) {
		return shortest(a) > shortest(b)
	}
	return len(a) < len(b)
}

func shortest(words []string) int {
	least := len(words[0])
	for _, w := range words {
		least = min(least, len(w))
	}
	return least
}

// classWords gives the characters of a small class, in lower case.
func classWords(ranges []rune) []string {
	var out []string
	for i := 0; i+1 < len(ranges); i += 2 {
		if ranges[i+1]-ranges[i] > 16 || len(out) > 32 {
			return nil
		}
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			word := strings.ToLower(string(r))
			if !slices.Contains(out, word) {
				out = append(out, word)
			}
		}
	}
	return out
}
