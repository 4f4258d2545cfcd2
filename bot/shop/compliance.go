package shop

import (
	"cmp"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"xiaoer/bot"
	"xiaoer/rules/doc"
)

// bannedWords is one entry of the compliance list.
type bannedWords struct {
	name, what string
	words      []string
	patterns   []string
	except     []string
	compiled   []bot.Pattern // one for all words, one for each pattern, so that few have to be tried
}

const (
	maxBanned       = 500 // entries that a shop may add
	maxPatternRunes = 2000
	maxInstructions = 5000
)

func bannedFields() []doc.Field[bannedWords] {
	texts := func(name, about string, into func(*bannedWords) *[]string) doc.Field[bannedWords] {
		return doc.Field[bannedWords]{
			Name: name, Doc: about, Shape: doc.OneOrMoreShape(doc.TextShape()),
			Set: func(d *doc.Decoder, b *bannedWords, v *doc.Node) {
				nodes, _ := d.Texts(v)
				for _, n := range nodes {
					if checkPattern(d, n, name != "words") {
						*into(b) = append(*into(b), n.Text)
					}
				}
			},
		}
	}
	return []doc.Field[bannedWords]{
		{
			Name: "name", Doc: "A name for the entry.", Shape: doc.TextShape(),
			Set: func(d *doc.Decoder, b *bannedWords, v *doc.Node) { b.name, _ = d.FilledText(v) },
		},
		{
			Name: "what", Doc: "What is wrong with it, for the message.", Shape: doc.TextShape(),
			Set: func(d *doc.Decoder, b *bannedWords, v *doc.Node) { b.what, _ = d.FilledText(v) },
		},
		texts("words", "Words that must not be written.", func(b *bannedWords) *[]string { return &b.words }),
		texts("patterns", "Regular expressions for what must not be written.", func(b *bannedWords) *[]string { return &b.patterns }),
		texts("except", "Regular expressions for what is free although a word or pattern matches there.", func(b *bannedWords) *[]string { return &b.except }),
	}
}

func checkPattern(d *doc.Decoder, n *doc.Node, pattern bool) bool {
	if strings.TrimSpace(n.Text) == "" {
		d.Wrong(n, "expected a word", "delete the entry")
		return false
	}
	if !pattern {
		return true
	}
	if utf8.RuneCountInString(n.Text) > maxPatternRunes || instructions(n.Text) > maxInstructions {
		d.Problems.Error(n.Range(), doc.TooCostly, "this pattern is too large")
		return false
	}
	matcher, err := regexp.Compile("(?i)" + n.Text)
	if err != nil {
		d.Problems.Error(n.Range(), doc.BadPattern, "this pattern cannot be read: %s", patternError(err))
		return false
	}
	if matcher.MatchString("") {
		d.Problems.Error(n.Range(), doc.BadPattern, "this pattern matches every text")
		return false
	}
	return true
}

// patternError is a pattern's error without the pattern that was made from it.
func patternError(err error) string {
	var e *syntax.Error
	if ok := asSyntax(err, &e); ok {
		return e.Code.String()
	}
	return "it is not a regular expression"
}

func asSyntax(err error, into **syntax.Error) bool {
	e, ok := err.(*syntax.Error) //nolint:errorlint // regexp.Compile never wraps it
	*into = e
	return ok
}

// instructions is the size of a compiled pattern, which is what matching costs per character.
func instructions(pattern string) int {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return 0
	}
	return len(program.Inst)
}

// readBanned reads entries; a text alone is a word.
func readBanned(d *doc.Decoder, n *doc.Node) []*bannedWords {
	var all []*bannedWords
	doc.DecodeList(d, n, "compliance", func(item *doc.Node) {
		b := &bannedWords{}
		before := d.Problems.Len()
		if item.Kind == doc.Scalar {
			if word, ok := d.FilledText(item); ok {
				b.words = []string{word}
			}
		} else {
			doc.Decode(d, item, bannedFields(), "an entry of the compliance list", b)
			if len(b.words)+len(b.patterns) == 0 && d.Problems.Len() == before {
				d.Problems.Error(item.Range(), doc.MissingKey, "this entry forbids nothing").WithHint("add words: or patterns:")
			}
		}
		if d.Problems.Len() == before && len(all) < maxBanned {
			b.compile()
			all = append(all, b)
		}
	})
	return all
}

// compile makes the expressions of words, patterns and exceptions. A word of Latin letters stands
// for itself only as a whole word.
func (b *bannedWords) compile() {
	if b.name == "" {
		b.name = "own"
	}
	if b.what == "" {
		b.what = "the shop forbids it itself"
	}
	var free *regexp.Regexp
	if len(b.except) > 0 {
		free = regexp.MustCompile("(?i)(?:" + strings.Join(b.except, ")|(?:") + ")")
	}
	sources := slices.Clone(b.patterns)
	if len(b.words) > 0 {
		words := make([]string, 0, len(b.words))
		for _, w := range b.words {
			words = append(words, wholeWord(w))
		}
		sources = append(sources, strings.Join(words, "|"))
	}
	b.compiled = nil
	for _, source := range sources {
		b.compiled = append(b.compiled, bot.Pattern{Name: b.name, Match: regexp.MustCompile("(?i)" + source), Needs: needs(source), Free: free})
	}
}

func wholeWord(word string) string {
	quoted := regexp.QuoteMeta(word)
	if isWordByte(word[0]) {
		quoted = `\b` + quoted
	}
	if isWordByte(word[len(word)-1]) {
		quoted += `\b`
	}
	return quoted
}

func isWordByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func patterns(banned []*bannedWords) []bot.Pattern {
	out := make([]bot.Pattern, 0, len(banned))
	for _, b := range banned {
		out = append(out, b.compiled...)
	}
	return out
}

// checkText reports every banned word in the shop's own words of a text; what stands in ${ } is not the shop's.
func checkText(p *doc.Problems, n *doc.Node, banned []*bannedWords) {
	if n == nil || n.Kind != doc.Scalar || n.Text == "" {
		return
	}
	text := ownWords(n.Text)
	for _, b := range banned {
		for _, hit := range b.hits(text) {
			from := utf8.RuneCountInString(text[:hit[0]])
			until := from + utf8.RuneCountInString(text[hit[0]:hit[1]])
			p.Error(n.Part(from, until), doc.Compliance, "%q must not be said: %s", text[hit[0]:hit[1]], b.what).
				WithHint("say it in other words, or give the reason under `allow` in shop.yaml")
		}
	}
}

// hits finds what of a text is banned and not free, in its order; of hits that overlap the first and longest counts.
func (b *bannedWords) hits(text string) [][2]int {
	var all [][2]int
	for i := range b.compiled {
		all = append(all, hits(&b.compiled[i], text)...)
	}
	slices.SortFunc(all, func(x, y [2]int) int { return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(y[1], x[1])) })
	var out [][2]int
	for _, hit := range all {
		if n := len(out); n == 0 || hit[0] >= out[n-1][1] {
			out = append(out, hit)
		}
	}
	return out
}

// hits finds where a pattern matches and no exception touches the place. What the pattern needs around a word (a blank,
// a comma) is not part of the hit.
func hits(p *bot.Pattern, text string) [][2]int {
	if !p.Near(text) {
		return nil
	}
	found := p.Match.FindAllStringIndex(text, -1)
	if found == nil {
		return nil
	}
	var free [][]int
	if p.Free != nil {
		free = p.Free.FindAllStringIndex(text, -1)
	}
	var out [][2]int
	for _, at := range found {
		from, until := trim(text, at[0], at[1])
		if from < until && !touched(free, from, until) {
			out = append(out, [2]int{from, until})
		}
	}
	return out
}

func touched(free [][]int, from, until int) bool {
	for _, f := range free {
		if f[0] < until && from < f[1] {
			return true
		}
	}
	return false
}

// trim takes off what is no letter or digit at both ends of a hit.
func trim(text string, from, until int) (start, end int) {
	word := text[from:until]
	inner := strings.TrimFunc(word, isEdge)
	if inner == "" {
		return from, until
	}
	start = from + strings.Index(word, inner)
	return start, start + len(inner)
}

func isEdge(r rune) bool {
	return strings.ContainsRune(" \t\r\n，。！？；：、,.!?;:「」『』“”‘’\"'()（）【】~～"+string(hidden), r)
}

// hidden stands for each character of an expression, so that places in the text stay what they were.
const hidden = '\uFFFC'

// ownWords hides what stands in ${ }; `$${` is the shop's own text.
func ownWords(text string) string {
	if !strings.Contains(text, "${") {
		return text
	}
	runes := []rune(text)
	for i := 0; i+1 < len(runes); i++ {
		switch {
		case runes[i] == '$' && runes[i+1] == '$' && i+2 < len(runes) && runes[i+2] == '{':
			i += 2
		case runes[i] == '$' && runes[i+1] == '{':
			end := closing(runes, i+2)
			for k := i; k < end; k++ {
				runes[k] = hidden
			}
			i = end - 1
		}
	}
	return string(runes)
}

// closing is the place behind the brace that ends an expression; quoted braces do not end it.
func closing(runes []rune, from int) int {
	var quote rune
	for i := from; i < len(runes); i++ {
		switch r := runes[i]; {
		case quote != 0 && r == '\\':
			i++
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\'' || r == '`'):
			quote = r
		case quote == 0 && r == '}':
			return i + 1
		}
	}
	return len(runes)
}
