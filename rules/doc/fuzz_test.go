package doc

import (
	"encoding/json"
	"os"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func FuzzParse(f *testing.F) {
	good, err := os.ReadFile("testdata/good.yaml")
	require.NoError(f, err)
	f.Add(good)
	for _, seed := range []string{
		"a: &x {b: \"c\\u4EB2\"}\nd: [*x, 'e''f']\n", "a: |2-\n   x\n  y\n\n", "a: >+\n  x\n   y\n\n  z\n", "- - a\r\n  - b: c\r\n",
		"a: !b c # d\n", "\xef\xbb\xbfa：b", "a: [b，c]\n---\n", "a: \"x\\\n  y\n\n z\"", "? a\n: b\n", "<<: {a: 1}\n", "a:\u2028b\u0085", "a: ‘b: c’ #d",
		"{a: b, ${c}: 'd'}", "a: @x\n\tb: `y\n", "a\n b\nc:\n- d\n e: f", "a: 'x\nb: \"y\n- c",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var p Problems
		file := Parse("f", content, &p)
		text := string(content)
		for _, d := range p.All() {
			requireInside(t, text, d.Range)
			for _, r := range d.Related {
				requireInside(t, text, r.Range)
			}
			require.NotEmpty(t, Render(d, content))
			_, err := json.Marshal(d)
			require.NoError(t, err)
		}
		if file.Root == nil {
			return
		}
		budget := 2000
		walk(t, text, file.Root, &budget)
	})
}

// requireInside checks that a range lies in a text that need not be valid UTF-8.
func requireInside(t *testing.T, text string, at Range) {
	t.Helper()
	require.LessOrEqual(t, at.Start.Compare(at.End), 0)
	if utf8.ValidString(text) {
		slice(t, text, at)
		return
	}
	require.Positive(t, at.Start.Line)
	require.LessOrEqual(t, at.Start.Line, len(splitLines(text)))
}

// walk checks that every node and every part of it lies in the file, and parts in their node.
func walk(t *testing.T, text string, n *Node, budget *int) {
	t.Helper()
	if *budget--; *budget < 0 {
		return
	}
	whole := n.Range()
	requireInside(t, text, whole)
	if n.Kind == Scalar {
		runes := []rune(n.Text)
		for i := 0; i < len(runes) && i < 50; i++ {
			part := n.Part(i, i+1)
			requireInside(t, text, part)
			require.LessOrEqual(t, whole.Start.Compare(part.Start), 0)
			if runes[i] != '\n' {
				require.LessOrEqual(t, part.End.Compare(whole.End), 0)
			}
		}
	}
	for _, item := range n.Items {
		walk(t, text, item, budget)
	}
	for _, p := range n.Pairs {
		walk(t, text, p.Key, budget)
		walk(t, text, p.Value, budget)
	}
}
