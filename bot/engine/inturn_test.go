package engine

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestShopsGoInTurnToTheirCallbacks(t *testing.T) {
	t.Parallel()
	var pending []Delivery
	for shop, n := range map[string]int{"flood": 8, "small": 1, "middle": 3} {
		for i := range n {
			pending = append(pending, Delivery{Late: Late{ID: shop + strconv.Itoa(i), Key: Key{shop, strconv.Itoa(i)}}})
		}
	}
	firsts := map[string]int{}
	for range 200 {
		got := inTurn(pending)
		require.ElementsMatch(t, pending, got)
		seen := map[string]bool{}
		for _, d := range got[:3] {
			seen[d.Key.Shop] = true
		}
		require.Len(t, seen, 3, "one of each shop before the second of any")
		firsts[got[0].Key.Shop]++
	}
	require.Len(t, firsts, 3, "and each may be the first")
}
