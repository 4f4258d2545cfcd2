package doc

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// slice gives the text of a range, counted anew from the bytes of the file.
func slice(t require.TestingT, source string, at Range) string {
	lines := splitLines(strings.TrimPrefix(source, byteOrderMark))
	offset := func(p Position) int {
		require.True(t, p.Line >= 1 && p.Line <= len(lines), "line %d of %d", p.Line, len(lines))
		sum := 0
		for _, line := range lines[:p.Line-1] {
			sum += len(line)
		}
		runes := []rune(lines[p.Line-1])
		require.True(t, p.Column >= 1 && p.Column <= len(runes)+1, "column %d of %q", p.Column, string(runes))
		return sum + len(string(runes[:p.Column-1]))
	}
	from, to := offset(at.Start), offset(at.End)
	require.LessOrEqual(t, from, to)
	return strings.TrimPrefix(source, byteOrderMark)[from:to]
}

// splitLines cuts behind each line break; a file that ends with one has an empty last line.
func splitLines(text string) []string {
	var lines []string
	begin := 0
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' || text[i] == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			lines = append(lines, text[begin:i+1])
			begin = i + 1
		}
	}
	return append(lines, text[begin:])
}

func TestPart(t *testing.T) {
	for _, test := range []struct{ name, source, text, part, want string }{
		{"plain", "a: 亲，您好\n", "亲，您好", "您好", "1:6"},
		{"plain over lines", "a: 亲\n  您好\n", "亲 您好", "您好", "2:3"},
		{"plain over empty line", "a: 亲\n\n  您好\n", "亲\n您好", "您好", "3:3"},
		{"single quoted", "a: '亲''您好'\n", "亲'您好", "您好", "1:8"},
		{"double quoted", `a: "亲\n\u4EB2您好"`, "亲\n亲您好", "您好", "1:14"},
		{"double quoted joined", "a: \"亲\\\n   您好\"\n", "亲您好", "您好", "2:4"},
		{"double quoted folded", "a: \"亲  \n\n   您好\"\n", "亲\n您好", "您好", "3:4"},
		{"literal", "a: |\n  亲\n\n   您好\n", "亲\n\n 您好\n", "您好", "4:4"},
		{"literal with digit", "a: |2\n    亲\n   您好\n", "  亲\n 您好\n", "您好", "3:4"},
		{"literal kept", "a: |+\n  亲\n  您好\n\n\n", "亲\n您好\n\n\n", "您好", "3:3"},
		{"folded", "a: >-\n  亲\n  您好\n", "亲 您好", "您好", "3:3"},
		{"folded with deeper line", "a: >-\n  亲\n    x\n  您好\n", "亲\n  x\n您好", "您好", "4:3"},
		{"windows lines", "a: >-\r\n  亲\r\n  您好\r\n", "亲 您好", "您好", "3:3"},
		{"mark and windows", "\uFEFFa: \"亲\r\n  您好\"\r\n", "亲 您好", "您好", "2:3"},
		{"anchor and tag", "a: &x !!str 亲 您好\n", "亲 您好", "您好", "1:15"},
		{"anchor on its own line", "a: &x\n  亲 您好\n", "亲 您好", "您好", "2:5"},
		{"emoji", "a: 👌🏽您好\n", "👌🏽您好", "您好", "1:6"},
		{"separator that is no line", "a: 亲\u2028您好\n", "亲\u2028您好", "您好", "1:6"},
		{"root", "亲 您好", "亲 您好", "您好", "1:3"},
		{"flow", "a: {b: [x, 亲\n  您好]}", "亲 您好", "您好", "2:3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var p Problems
			f := Parse("f", []byte(test.source), &p)
			require.Empty(t, p.All())
			n := deepest(f.Root)
			require.Equal(t, test.text, n.Text)
			from := utf8.RuneCountInString(n.Text[:strings.Index(n.Text, test.part)])
			at := n.Part(from, from+utf8.RuneCountInString(test.part))
			require.Equal(t, "f:"+test.want, at.String())
			require.Equal(t, test.part, slice(t, test.source, at))
		})
	}
}

func deepest(n *Node) *Node {
	switch n.Kind {
	case Mapping:
		return deepest(n.Pairs[len(n.Pairs)-1].Value)
	case Sequence:
		return deepest(n.Items[len(n.Items)-1])
	default:
		return n
	}
}

func TestPartOutsideGivesTheWholeNode(t *testing.T) {
	var p Problems
	root := Parse("f", []byte("a: 'x y'\nb:\n"), &p).Root
	n := root.Get("a")
	require.Equal(t, n.Range(), n.Part(-1, 2))
	require.Equal(t, n.Range(), n.Part(0, 4))
	require.Equal(t, n.Range(), n.Part(2, 1))
	require.Equal(t, Position{1, 8}, n.Part(3, 3).Start, "the end of the text is inside the quotes")
	require.Equal(t, Position{1, 5}, n.Part(0, 0).Start)
	require.Equal(t, root.Pairs[1].Key.Range(), root.Get("b").Part(0, 0), "an empty value is found at its key")
	require.Zero(t, (*Node)(nil).Part(0, 1))
	require.Zero(t, (&Node{Kind: Scalar, Text: "x"}).Part(0, 1))
}

// scalars makes documents with one random text in a random style.
type scalars struct{ *rand.Rand }

func (g scalars) text(blockStyle bool) string {
	words := []string{"亲", "您好", "a", "order.known", "39.90", "👌🏽", "👨‍👩‍👧", "é", "“引号”", "，", "'", "\"", "\\", "：", "#1", "!", "\u00a0", "x:y", "\u2028", "${shop.name}", "||"}
	var out strings.Builder
	for range 1 + g.IntN(8) {
		out.WriteString(words[g.IntN(len(words))])
		switch g.IntN(6) {
		case 0:
			out.WriteString(strings.Repeat(" ", 1+g.IntN(3)))
		case 1:
			if blockStyle || g.IntN(2) == 0 {
				out.WriteString(strings.Repeat("\n", 1+g.IntN(3)))
			}
		case 2:
			if blockStyle && g.IntN(3) == 0 {
				out.WriteString("\n  ")
			}
		}
	}
	return out.String()
}

// wrapped writes a text as lines that YAML folds back; it may come back with other blanks, which does not matter here.
func (g scalars) wrapped(text string, indent int) string {
	pad := "\n" + strings.Repeat(" ", indent)
	text = strings.ReplaceAll(text, "\n", pad+pad)
	if g.IntN(2) == 0 {
		text = strings.ReplaceAll(text, " ", strings.Repeat(" ", g.IntN(3))+pad)
	}
	return text
}

func (g scalars) document() string {
	indent := 1 + g.IntN(5)
	var value string
	switch g.IntN(5) {
	case 0:
		value = g.wrapped(strings.Trim("w"+strings.NewReplacer(" #", "#", "\n#", "#").Replace(g.text(false)), " \n"), indent)
	case 1:
		value = "'" + g.wrapped(strings.ReplaceAll(g.text(false), "'", "''"), indent) + "'"
	case 2:
		value = `"` + g.wrapped(g.escaped(g.text(false)), indent) + `"`
	default:
		value = g.block(indent)
	}
	if g.IntN(3) == 0 {
		value = []string{"&anchor ", "!!str ", "&a !!str  ", "!!str &b "}[g.IntN(4)] + value
	}
	key := []string{"a: ", "'键': ", "键:   "}[g.IntN(3)]
	source := key + value + "\n"
	if g.IntN(3) == 0 {
		source = "list:\n- x: 1\n- y: 2\n" + source
	}
	if g.IntN(3) == 0 {
		source += "z: 1\n"
	}
	if g.IntN(2) == 0 {
		source = strings.ReplaceAll(source, "\n", "\r\n")
	}
	if g.IntN(3) == 0 {
		source = byteOrderMark + source
	}
	return source
}

func (g scalars) escaped(text string) string {
	var out strings.Builder
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			out.WriteString(`\` + string(r))
		case r == '\n' && g.IntN(2) == 0:
			out.WriteString(`\n`)
		case r != '\n' && g.IntN(5) == 0:
			fmt.Fprintf(&out, `\U%08X`, r)
		case r > 0xFF && r < 0x10000 && g.IntN(4) == 0:
			fmt.Fprintf(&out, `\u%04x`, r)
		case r == ' ' && g.IntN(4) == 0:
			out.WriteString(" \\\n      \\ ")
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

func (g scalars) block(indent int) string {
	text := strings.TrimLeft(g.text(true), " \n")
	pad := strings.Repeat(" ", indent)
	text = pad + strings.ReplaceAll(text, "\n", "\n"+pad)
	if g.IntN(2) == 0 {
		text = strings.ReplaceAll(text, pad+"\n", "\n")
	}
	return []string{"|", ">"}[g.IntN(2)] + []string{"", "+", "-"}[g.IntN(3)] + []string{"", "  ", "  # why"}[g.IntN(3)] + "\n" + text
}

func TestPartOfRandomTexts(t *testing.T) {
	read, runes, seeds := 0, 0, 20_000
	if testing.Short() {
		seeds = 2_000
	}
	for seed := range uint64(seeds) {
		source := scalars{rand.New(rand.NewPCG(seed, 1))}.document()
		var p Problems
		f := Parse("f", []byte(source), &p)
		if f.Root == nil {
			continue // A word met its neighbour in a way that YAML does not like.
		}
		n := f.Root.Get("a")
		if n == nil {
			n = f.Root.Get("键")
		}
		if n == nil || n.Kind != Scalar || n.Text == "" {
			continue
		}
		read++
		runes += checkParts(t, source, n)
	}
	require.Greater(t, read, seeds*3/4)
	require.Greater(t, runes, seeds*10)
}

// checkParts checks that each rune of a text is found where the file says so, in order and without overlap.
func checkParts(t *testing.T, source string, n *Node) int {
	t.Helper()
	text := []rune(n.Text)
	_, _, ok := align(n.src.text, n.offset, n.Text, n.style)
	require.True(t, ok, "%q is not found in %q", n.Text, source)
	last := n.Range().Start
	for i, r := range text {
		at := n.Part(i, i+1)
		written := slice(t, source, at)
		require.True(t, stands(written, r), "%q of %q is not %q in\n%s", r, n.Text, written, source)
		require.LessOrEqual(t, last.Compare(at.Start), 0, "%q", source)
		last = at.End
		if r != '\n' {
			require.LessOrEqual(t, at.End.Compare(n.Range().End), 0, "%q", source)
		}
	}
	return len(text)
}

// stands tells whether a rune of a text may be written so.
func stands(written string, r rune) bool {
	switch {
	case written == string(r), written == "''" && r == '\'':
		return true
	case r == '\n' || r == ' ':
		return strings.Trim(written, " \t\r\n") == "" || unescapes(written, r)
	}
	return unescapes(written, r)
}

func unescapes(written string, r rune) bool {
	got, size, ok := unescape(written + "        ")
	return ok && got == r && size == len(written)
}
