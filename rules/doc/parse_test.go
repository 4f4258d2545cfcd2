package doc

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func parse(t *testing.T, source string) *Node {
	t.Helper()
	var p Problems
	f := Parse("f", []byte(source), &p)
	require.Empty(t, p.All())
	require.NotNil(t, f.Root)
	return f.Root
}

// slowest is far above what reading takes, also under the race detector on a busy machine, and far below what it would take without bounds.
const slowest = 40 * time.Second

func TestNodes(t *testing.T) {
	root := parse(t, "text: 亲\nquoted: \"1\"\nint: 7\nfloat: 1.5\nbool: true\nday: 2026-11-20\nnone:\ntilde: ~\nlist: [a, b]\nmap: {a: 1}\nyes: no\n")
	require.Equal(t, Mapping, root.Kind)
	for _, test := range []struct {
		key, text, tag string
		kind           Kind
		quoted         bool
	}{
		{"text", "亲", "!!str", Scalar, false},
		{"quoted", "1", "!!str", Scalar, true},
		{"int", "7", "!!int", Scalar, false},
		{"float", "1.5", "!!float", Scalar, false},
		{"bool", "true", "!!bool", Scalar, false},
		{"day", "2026-11-20", "!!timestamp", Scalar, false},
		{"none", "", "!!null", Null, false},
		{"tilde", "~", "!!null", Null, false},
		{"list", "", "", Sequence, false},
		{"map", "", "", Mapping, false},
		{"yes", "no", "!!str", Scalar, false},
	} {
		n := root.Get(test.key)
		require.NotNil(t, n, test.key)
		require.Equal(t, test.kind, n.Kind, test.key)
		require.Equal(t, test.text, n.Text, test.key)
		require.Equal(t, test.tag, n.Tag, test.key)
		require.Equal(t, test.quoted, n.Quoted, test.key)
	}
	require.Nil(t, root.Get("other"))
	require.Nil(t, (*Node)(nil).Get("text"))
	require.Nil(t, root.Get("text").Get("text"))
	require.Len(t, root.Get("list").Items, 2)
}

func TestRanges(t *testing.T) {
	source := "a: 亲\nb: \"x y\"\nc: {d: 1, e: [x, y] } # z\nf:\n  - g: 1\n    h: |\n      亲\n      好\n\ni:\nj: &n\n  k: 1\nl: [*n, *n]\nm: []\n"
	root := parse(t, source)
	for _, test := range []struct{ key, want, text string }{
		{"a", "1:4-1:5", "亲"},
		{"b", "2:4-2:9", `"x y"`},
		{"c", "3:4-3:22", "{d: 1, e: [x, y] }"},
		{"f", "5:3-8:8", "- g: 1\n    h: |\n      亲\n      好"},
		{"i", "10:1-10:2", "i"},
		{"j", "12:3-12:7", "k: 1"},
		{"l", "13:4-13:12", "[*n, *n]"},
		{"m", "14:4-14:6", "[]"},
	} {
		r := root.Get(test.key).Range()
		require.Equal(t, test.want, fmt.Sprintf("%d:%d-%d:%d", r.Start.Line, r.Start.Column, r.End.Line, r.End.Column), test.key)
		require.Equal(t, test.text, slice(t, source, r), test.key)
	}
	require.Equal(t, Position{1, 1}, root.Range().Start)
	require.Equal(t, Position{14, 6}, root.Range().End)
	require.Zero(t, (*Node)(nil).Range())
	require.Equal(t, root.Get("j").Get("k").Range(), root.Get("l").Items[1].Get("k").Range(), "an alias has the places of its anchor")
}

func TestAnEmptyItemIsFoundAtItsList(t *testing.T) {
	root := parse(t, "a:\n  - \n  - b\n")
	require.Equal(t, Position{2, 3}, root.Get("a").Items[0].Range().Start)
}

func TestEmptyFilesHaveNoRoot(t *testing.T) {
	for _, source := range []string{"", "\n\n", "# only a comment\n", byteOrderMark, "---\n", "---\n...\n"} {
		var p Problems
		require.Nil(t, Parse("f", []byte(source), &p).Root, "%q", source)
		require.Empty(t, p.All(), "%q", source)
	}
}

func TestDuplicateKeys(t *testing.T) {
	var p Problems
	f := Parse("f", []byte("a: 1\nb: 2\na: 3\nc: {d: 1, \"d\": 2, e: 1, d: 4}\n"), &p)
	require.Equal(t, []string{"3:1 duplicate-key", "4:11 duplicate-key", "4:25 duplicate-key"}, findings(&p))
	require.Equal(t, []Related{{Range: f.Root.Pairs[0].Key.Range(), Message: "the first is here"}}, p.All()[0].Related)
	require.Equal(t, "1", f.Root.Get("a").Text, "the first one counts")
}

func TestAForgottenDashIsOneDuplicate(t *testing.T) {
	var p Problems
	Parse("f", []byte("- id: a\n  b: 1\n\n  id: c\n  b: 2\n"), &p)
	require.Equal(t, []string{"4:3 duplicate-key"}, findings(&p))
}

func TestMergeKeys(t *testing.T) {
	root := parse(t, "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz: {<<: [*x, *y], a: 9}\n")
	z := root.Get("z")
	require.Equal(t, "9", z.Get("a").Text)
	require.Equal(t, "2", z.Get("b").Text)
	require.Equal(t, "4", z.Get("c").Text)
	var p Problems
	require.Nil(t, Parse("f", []byte("x: {<<: 1}\n"), &p).Root)
	require.Equal(t, []string{"1:9 syntax"}, findings(&p))
}

func TestBounds(t *testing.T) {
	var laugh strings.Builder
	laugh.WriteString("a: &a [x,x,x,x,x,x,x,x,x,x]\n")
	for c := 'b'; c < 'k'; c++ {
		fmt.Fprintf(&laugh, "%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 10), ","))
	}
	for _, test := range []struct{ name, source, says string }{
		{"too large", strings.Repeat("a", MaxBytes+1), "8 MiB"},
		{"deep brackets", strings.Repeat("[", 5000), "nested"},
		{"deep closed brackets", strings.Repeat("[", 70) + strings.Repeat("]", 70), "nested"},
		{"deep lists", strings.Repeat("- ", 5000) + "x", "nested"},
		{"deep mappings", deepMappings(70), "nested"},
		{"aliases", laugh.String(), "repeat too much"},
		{"alias in itself", "a: &a [*a]\n", "inside the value"},
		{"alias in itself as mapping", "a: &a\n  b: *a\n", "inside the value"},
		{"no text", "a: 1\nb: \xff\xfe\n", "UTF-8"},
		{"nul", "a: 1\nb: x\x00y\n", "U+0000"},
		{"escape character", "a: \x1b[31m\n", "U+001B"},
		{"utf-16", "\xff\xfea\x00", "UTF-16"},
		{"list as key", "[a, b]: 1\n", "key is expected"},
		{"unknown alias", "a: [*b]\n", "&b"},
		{"many values", "[" + strings.Repeat("a,", MaxNodes+1) + "]", "too many values"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var p Problems
			began := time.Now()
			f := Parse("f", []byte(test.source), &p)
			require.Less(t, time.Since(began), slowest)
			require.Nil(t, f.Root)
			require.Len(t, p.All(), 1)
			require.Equal(t, Syntax, p.All()[0].Code)
			require.Contains(t, p.All()[0].Message, test.says)
		})
	}
}

func deepMappings(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, "%s%s:\n", strings.Repeat(" ", i), "a")
	}
	return out.String()
}

func TestPlaceOfIllegibleBytes(t *testing.T) {
	var p Problems
	Parse("f", []byte(byteOrderMark+"a: 1\n亲: x\x00y\n"), &p)
	require.Equal(t, []string{"2:5 syntax"}, findings(&p))
}

func TestNothingTakesLong(t *testing.T) {
	for _, unit := range []string{"[", "]", "{", "a: \"\n", "a: '\n", "a: [\n", "- ", "-\n", "a:\n", "#\n", "a: #\n", "? ", "&a ", "!a ", "*a ", "a: b\n", "a\n", " a\n", "\t\n", "\"", "'", "|\n", "> ", "---\n", ": ", "a: x\n  y: z\n", "，", "[a，b],", "{a", "- [\n", "%\n", "\r", "\u2028", "a: |\n b\n", "\"\\\n", "x, "} {
		t.Run(unit, func(t *testing.T) {
			source := []byte(strings.Repeat(unit, 300_000/len(unit)))
			var p Problems
			began := time.Now()
			Parse("f", source, &p)
			p.All()
			require.Less(t, time.Since(began), slowest)
			require.LessOrEqual(t, len(p.All()), MaxKept+1)
		})
	}
}

func TestSeparatorsAreNoLineBreaks(t *testing.T) {
	root := parse(t, "a: x\u2028y\u0085z\nb: \"\uE000\"\n")
	require.Equal(t, "x\u2028y\u0085z", root.Get("a").Text)
	require.Equal(t, "\uE000", root.Get("b").Text)
	require.Equal(t, Position{2, 4}, root.Get("b").Range().Start)
}
