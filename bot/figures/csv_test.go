package figures_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/figures"
)

func TestNoCellIsAFormula(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+86": "'+86", "-5": "'-5", "@SUM(A1)": "'@SUM(A1)", " =1": "' =1", "\t=1": "'\t=1", "＝1": "'＝1", "\u3000+1": "'\u3000+1",
		"\f@x": "'\f@x", "\u200b=1": "'\u200b=1", "\x00-1": "'\x00-1", "\ufeff=1": "'\ufeff=1", "\tx": "'\tx", "退货": "退货", "": "", "1": "1", "a=1": "a=1", "'x": "'x", "say \"hi\", now": "say \"hi\", now",
	} {
		var out strings.Builder
		require.NoError(t, figures.WriteCSV(&out, []string{"head"}, [][]string{{in, "."}}))
		lines, err := readCSV(out.String())
		require.NoError(t, err)
		require.Equal(t, [][]string{{"head"}, {want, "."}}, lines)
	}
}

func readCSV(text string) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.FieldsPerRecord = -1
	return r.ReadAll()
}

func FuzzWriteCSV(f *testing.F) {
	f.Add("=cmd|' /C calc'!A0", "a\r\nb")
	f.Add("\u00a0@x", "\"")
	f.Fuzz(func(t *testing.T, a, b string) {
		var out strings.Builder
		require.NoError(t, figures.WriteCSV(&out, []string{a}, [][]string{{b, a}}))
		lines, err := readCSV(out.String())
		require.NoError(t, err)
		for _, line := range lines {
			for _, cell := range line {
				first, _ := utf8.DecodeRuneInString(strings.TrimSpace(cell))
				require.NotContains(t, "=+-@＝＋－＠", string(first), "%q", cell)
			}
		}
	})
}
