package intents

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestPackedSumsAreThoseOfTheWeights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		rows, columns := 1+r.IntN(20), 1+r.IntN(40)
		weights := make([][]int8, rows)
		p := newPacked(rows, columns)
		for row := range weights {
			weights[row] = make([]int8, columns)
			for c := range columns {
				weights[row][c] = []int8{int8(r.IntN(255) - 127), 127, -127, -128, 0}[r.IntN(5)]
				p.set(row, c, weights[row][c])
			}
		}
		var hits []hit
		want := make([]int32, columns)
		for range r.IntN(80) {
			h := hit{row: int32(r.IntN(rows)), value: []int32{int32(r.IntN(17)), 16, 257, 258, 4000, -3}[r.IntN(6)]}
			hits = append(hits, h)
			for c := range want {
				want[c] += int32(weights[h.row][c]) * h.value
			}
		}
		sums := make([]int32, p.stride()*inWord)
		for range 2 { // what was there before does not count
			p.sum(hits, sums)
			require.Equal(t, want, sums[:columns])
		}
		require.Equal(t, rows, p.rows())
		for row := range weights {
			for c := range columns {
				require.Equal(t, weights[row][c], p.at(row, c))
			}
		}
	})
}

func TestEdgesAreFoundAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var e edges
		known := map[[2]int32]int32{}
		for i := range rapid.IntRange(0, 500).Draw(t, "edges") {
			at := [2]int32{rapid.Int32Range(0, 30).Draw(t, "node"), rapid.Int32Range(0, 0x10ffff).Draw(t, "letter")}
			next, ok := e.find(at[0], at[1])
			require.Equal(t, known[at], next)
			require.Equal(t, known[at] != 0, ok)
			if !ok {
				known[at] = int32(i + 1)
				e.add(at[0], at[1], known[at])
			}
		}
		for at, want := range known {
			next, ok := e.find(at[0], at[1])
			require.True(t, ok)
			require.Equal(t, want, next)
		}
		_, ok := e.find(31, 'x')
		require.False(t, ok)
		require.LessOrEqual(t, 2*e.used, max(len(e.slots), 1))
	})
}
