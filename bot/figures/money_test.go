package figures_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"xiaoer/bot/figures"
)

func TestMoney(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"3.50": "3.5", "0.1": "0.1", "10": "10", "3.33335": "3.3334", "3.33345": "3.3334", "100000000": "100000000", "0": "0"} {
		m, ok := figures.ParseMoney(in)
		require.True(t, ok, in)
		require.Equal(t, want, m.String())
	}
	for _, in := range []string{"", "-1", "x", "1e30", "100000001", "99999999999999999999999999", "NaN"} {
		_, ok := figures.ParseMoney(in)
		require.False(t, ok, in)
	}
	tenth, _ := figures.ParseMoney("0.1")
	sum := figures.Money(0)
	for range 30 {
		sum = sum.Add(tenth)
	}
	require.Equal(t, "3", sum.String(), "a float would not say so")
	most := figures.Money(1<<63 - 1)
	require.Equal(t, most, most.Add(tenth))
}

func TestMoneyIsKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := figures.Money(rapid.Int64Range(0, 9e17).Draw(t, "money"))
		raw, err := json.Marshal(m)
		require.NoError(t, err)
		var back figures.Money
		require.NoError(t, json.Unmarshal(raw, &back), string(raw))
		require.Equal(t, m, back)
	})
	for _, raw := range []string{`1`, `"x"`, `"-1"`, `"99999999999999999999"`, `null1`} {
		var m figures.Money
		require.Error(t, json.Unmarshal([]byte(raw), &m), raw)
	}
}
