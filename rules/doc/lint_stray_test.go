package doc

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Texts may begin their lines with what would be a mistake at the beginning of an entry.
func TestStraySignsInTexts(t *testing.T) {
	for _, test := range []struct{ name, source, want string }{
		{"bullet", "a: 亲\n  • 退货 b\nb: 1\n", "亲 • 退货 b"},
		{"slashes", "a: 亲\n  // 好\nb: 1\n", "亲 // 好"},
		{"full-width blanks", "a: 亲\n  　　好\nb: 1\n", "亲 　　好"},
		{"full-width blanks in a block", "a: |\n  　　亲\n  • 好: 的\nb: 1\n", "　　亲\n• 好: 的\n"},
		{"in quotes", "a: \"亲\n  — 好: 的\"\nb: 1\n", "亲 — 好: 的"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var p Problems
			f := Parse("f.yaml", []byte(test.source), &p)
			require.Empty(t, p.All())
			require.Equal(t, test.want, f.Root.Get("a").Text)
		})
	}
}

// A # that is glued to what was meant as the text drops all of it; a comment behind an empty value is one.
func TestTextThatBeginsWithHash(t *testing.T) {
	for _, test := range []struct{ name, source, want string }{
		{"text", "a: #满减 优惠\nb: 1\n", "1:4 lost-text"},
		{"comment", "a: # todo\nb: 1\n", "1:1 wrong-type"},
		{"nothing", "a:\nb: 1\n", "1:1 wrong-type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var p Problems
			f := Parse("f.yaml", []byte(test.source), &p)
			d := Decoder{Problems: &p}
			_, ok := d.Text(f.Root.Get("a"))
			require.False(t, ok)
			require.Equal(t, []string{test.want}, findings(&p))
		})
	}
}
