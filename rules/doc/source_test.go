package doc

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Lines and columns agree with counting them from the beginning of the file.
func TestPositionsAgreeWithCounting(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "亲", "👌", "e\u0301", " ", "\t", "\n", "\r\n", "\r", "\u2028", ":"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 40).Draw(t, "text"), "")
		src := newSource("f", text)
		require.Len(t, src.lines, len(splitLines(text)))
		for i, line := range splitLines(text) {
			require.Equal(t, strings.TrimRight(line, "\r\n"), src.line(i))
		}
		seeker := cursor{src: src}
		line, column := 1, 1
		for offset := 0; offset <= len(text); {
			at := Position{line, column}
			require.Equal(t, at, src.position(offset), "%q at %d", text, offset)
			require.Equal(t, at, src.advance(Position{1, 1}, 0, offset))
			require.Equal(t, line-1, src.lineOf(offset))
			if !strings.HasSuffix(text[:offset], "\r") { // no node begins between the halves of a break
				require.Equal(t, offset, seeker.seek(at))
			}
			_, size := utf8.DecodeRuneInString(text[offset:])
			column++
			if offset < len(text) && breakLen(text, offset) == 1 {
				line, column = line+1, 1
			}
			offset += max(size, 1)
		}
	})
}

// What lies outside of a file or inside a rune is moved to where something can be shown.
func TestRangesOutsideOfAFile(t *testing.T) {
	src := newSource("f", "a亲\nb")
	tests := []struct {
		name       string
		from, to   int
		start, end Position
	}{
		{"all", 0, 6, Position{1, 1}, Position{2, 2}},
		{"before", -5, 1, Position{1, 1}, Position{1, 2}},
		{"behind", 90, 95, Position{2, 2}, Position{2, 2}},
		{"in a rune", 2, 3, Position{1, 2}, Position{1, 3}},
		{"backwards", 4, 1, Position{1, 3}, Position{1, 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, Range{File: "f", Start: tt.start, End: tt.end}, src.between(tt.from, tt.to))
		})
	}
	require.Empty(t, src.line(-1))
	require.Empty(t, src.line(2))
	require.Equal(t, len(src.text), (&cursor{src: src}).seek(Position{9, 1}))
}

func TestUnescape(t *testing.T) {
	tests := []struct {
		written string
		want    rune
		size    int // 0 where it is no escape
	}{
		{`\n`, '\n', 2},
		{`\t`, '\t', 2},
		{"\\\t", '\t', 2},
		{`\"`, '"', 2},
		{`\\`, '\\', 2},
		{`\/`, 0, 0},
		{`\0`, 0, 2},
		{`\a`, '\a', 2},
		{`\b`, '\b', 2},
		{`\v`, '\v', 2},
		{`\f`, '\f', 2},
		{`\r`, '\r', 2},
		{`\e`, 0x1b, 2},
		{`\ `, ' ', 2},
		{`\N`, 0x85, 2},
		{`\_`, 0xa0, 2},
		{`\L`, 0x2028, 2},
		{`\P`, 0x2029, 2},
		{`\'`, '\'', 2},
		{`\x41`, 'A', 4},
		{`\u4EB2`, '亲', 6},
		{`\u4eb2x`, '亲', 6},
		{`\U0001F44C`, '👌', 10},
		{`\U00110000`, 0, 0},
		{`\xZZ`, 0, 0},
		{`\u4E`, 0, 0},
		{`\d`, 0, 0},
		{`\`, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.written, func(t *testing.T) {
			r, size, ok := unescape(tt.written)
			require.Equal(t, tt.size > 0, ok)
			if ok {
				require.Equal(t, tt.want, r)
				require.Equal(t, tt.size, size)
			}
		})
	}
}

// Words of the library that reads YAML never reach a shop owner.
func TestExplanations(t *testing.T) {
	for i, e := range explanations() {
		message, hint := explain("yaml: line 3: " + e.part + " here")
		require.Equal(t, e.message, message, "an earlier explanation must not take this one's place")
		require.Equal(t, e.hint, hint)
		require.NotContains(t, message+hint, "token", i)
		require.Equal(t, strings.ToLower(message[:1]), message[:1])
	}
	message, hint := explain("yaml: something new")
	require.Equal(t, "this line cannot be understood", message)
	require.NotEmpty(t, hint)
}

// The distance of two words is that of the textbook: a metric but for exchanged neighbours.
func TestDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"abc", "", 3},
		{"abc", "abc", 0},
		{"abc", "axc", 1},
		{"abc", "ac", 1},
		{"abc", "abxc", 1},
		{"abc", "acb", 1},
		{"abc", "cba", 2},
		{"售后", "售前", 1},
		{"kitten", "sitting", 3},
	}
	for _, tt := range tests {
		t.Run(tt.a+" "+tt.b, func(t *testing.T) {
			require.Equal(t, tt.want, distance([]rune(tt.a), []rune(tt.b)))
			require.Equal(t, tt.want, distance([]rune(tt.b), []rune(tt.a)))
		})
	}
	letters := rapid.StringOfN(rapid.RuneFrom([]rune("abc")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := []rune(letters.Draw(t, "a")), []rune(letters.Draw(t, "b"))
		d := distance(a, b)
		require.Equal(t, d, distance(b, a))
		require.Equal(t, string(a) == string(b), d == 0)
		require.GreaterOrEqual(t, d, abs(len(a)-len(b)))
		require.LessOrEqual(t, d, max(len(a), len(b)))
	})
}
