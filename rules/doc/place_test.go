package doc

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Values with little or nothing in them still have a place that can be shown.
func TestPlacesOfSmallValues(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"block text without lines", "a: |-\nb: 1\n", "|-"},
		{"block text without lines and with blanks", "a: |-  \nb: 1\n", "|-"},
		{"block text of empty lines", "a: |+\n\n\nb: 1\n", "|+"},
		{"empty lines before the text", "a: |\n\n  x\n\n  y\nb: 1\n", "|\n\n  x\n\n  y"},
		{"text at the end of the file", "a: |\n  x", "|\n  x"},
		{"empty quotes", "a: \"\"\nb: 1\n", `""`},
		{"empty single quotes", "a: ''\nb: 1\n", "''"},
		{"empty mapping", "a: {}\nb: 1\n", "{}"},
		{"empty list with a comment", "a: [ # why\n ]\nb: 1\n", "[ # why\n ]"},
		{"nothing", "a:\nb: 1\n", "a"},
		{"tilde", "a: ~\nb: 1\n", "~"},
		{"null", "a: null\nb: 1\n", "null"},
		{"one rune", "a: 亲\nb: 1\n", "亲"},
		{"comments before the value", "a:\n  # why\n  # so\n  亲\nb: 1\n", "亲"},
		{"tag and anchor", "a: !!str &x 亲\nb: 1\n", "亲"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := parse(t, tt.source)
			require.Equal(t, tt.want, slice(t, tt.source, root.Get("a").Range()))
			if b := root.Get("b"); b != nil {
				require.Equal(t, "1", slice(t, tt.source, b.Range()), "what comes behind stays where it is")
			}
		})
	}
}
