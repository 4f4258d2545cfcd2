package bot

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"xiaoer/rules"
)

func FuzzSentValues(f *testing.F) {
	for _, text := range []string{
		"true", "false", "5", "-5", "+5", "39.90", ".5", "5.", "1e3", "1_000", "٣", "99999999999999999999", "2026-11-21T10:00:00+08:00", "2026-11-21", "fresh,gift", "中", "-", "+", ".", "0x10",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return
		}
		want := readingsBefore(text)
		for fitting := range want { // whichever of them a fact takes, the same are tried before it
			var tried []rules.Value
			asSent(text, func(v rules.Value) bool {
				tried = append(tried, v)
				return len(tried) > fitting
			})
			require.Equal(t, want[:fitting+1], tried)
		}
		require.False(t, asSent(text, func(rules.Value) bool { return false }))
	})
}

// readingsBefore are the values that a sent text may stand for, the most special first.
func readingsBefore(text string) []rules.Value {
	var out []rules.Value
	switch text {
	case "true", "false":
		out = append(out, rules.BoolValue(text == "true"))
	}
	if n, err := strconv.Atoi(text); err == nil {
		out = append(out, rules.IntValue(n))
	}
	if d, err := decimal.Parse(text); err == nil {
		out = append(out, rules.MoneyValue(d, text))
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		out = append(out, rules.TimeValue(at))
	}
	return append(out, rules.TextValue(text), rules.TextsValue(splitList(text)))
}

func TestKeepLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Int(), 0, 12).Draw(t, "list")
		more := rapid.SliceOfN(rapid.Int(), 0, 12).Draw(t, "more")
		most := rapid.IntRange(0, 12).Draw(t, "most")
		all := slices.Concat(list, more)
		before, beside := slices.Clone(list), slices.Clone(more)
		got := keepLast(slices.Clip(list), most, more...)
		require.Equal(t, append([]int{}, all[max(0, len(all)-most):]...), append([]int{}, got...))
		_ = append(got, 7)
		require.Equal(t, before, list, "what was kept before is not written to")
		require.Equal(t, beside, more)
	})
}
