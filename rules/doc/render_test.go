package doc

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// golden compares a text with a file under testdata, which XIAOER_UPDATE=1 rewrites.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("XIAOER_UPDATE") == "1" {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestRender(t *testing.T) {
	var out strings.Builder
	for _, test := range []struct {
		name, source     string
		line, from, last int
	}{
		{"latin", "    when: order.age_dys < 7\n", 1, 17, 24},
		{"chinese before and in", "a: 亲，您好 ${order.stag}\n", 1, 6, 8},
		{"tabs", "a:\t亲\t好\n", 1, 6, 7},
		{"emoji", "a: 👌🏽 👨‍👩‍👧 好\n", 1, 13, 14},
		{"combining", "a: e\u0301e\u0301 x\n", 1, 9, 10},
		{"empty place", "a: \n", 1, 3, 3},
		{"behind the line", "a: b\n", 1, 90, 95},
		{"no such line", "a: b\n", 7, 1, 2},
		{"windows", "a: b\r\nc: 亲d\r\n", 2, 5, 6},
		{"control characters", "a: \x1b[31m\u202Ered\n", 1, 4, 9},
		{"long", "a: " + strings.Repeat("亲", 300) + "X" + strings.Repeat("好", 300) + "\n", 1, 304, 305},
		{"long mark", "a: " + strings.Repeat("亲", 300) + "\n", 1, 4, 304},
	} {
		d := Diagnostic{
			Range:    Range{File: "f.yaml", Start: Position{test.line, test.from}, End: Position{test.line, test.last}},
			Severity: Error, Code: UnknownField, Message: test.name, Hint: "mend it",
		}
		out.WriteString(Render(d, []byte(test.source)))
	}
	over := Diagnostic{Range: Range{File: "f.yaml", Start: Position{1, 4}, End: Position{2, 3}}, Severity: Warning, Code: Unused, Message: "over lines"}
	out.WriteString(Render(over, []byte("a: 亲亲\n  x\n")))
	related := Diagnostic{Range: place("f.yaml", 2, 1), Severity: Error, Code: DuplicateKey, Message: "twice"}
	related.Relate(place("f.yaml", 1, 1), "the first is here")
	out.WriteString(Render(related, []byte("abc: 1\nabc: 2\n")))
	out.WriteString(Render(related, nil))
	golden(t, "render.golden", out.String())
}
