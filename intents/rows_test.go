package intents

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestRowsAreFoundByFeature(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		odd := func(n uint32) uint32 { return n | 1 }
		features := rapid.SliceOfNDistinct(rapid.Map(rapid.Uint32(), odd), 0, 400, rapid.ID).Draw(t, "features")
		rows, known := make([]int32, len(features)), map[uint32]int32{}
		for i, feature := range features {
			rows[i] = int32(len(features) - 1 - i)
			known[feature] = rows[i]
		}
		x := newRowIndex(features, rows)
		for feature, want := range known {
			row, ok := x.find(feature)
			require.True(t, ok)
			require.Equal(t, want, row)
		}
		_, ok := x.find(2)
		require.False(t, ok)
		sorted, of := x.sorted()
		require.Len(t, sorted, len(features))
		require.IsIncreasing(t, append([]uint32{0}, sorted...))
		for i, feature := range sorted {
			require.Equal(t, known[feature], of[i])
		}
	})
}

func TestRowsThatSayMoreComeFirst(t *testing.T) {
	columns := []byte{
		0, 1, 1, 0, 255,
		0, 0, 9, 0, 3,
		0, 0, 0, 0, 7,
	}
	require.Equal(t, []int32{3, 2, 1, 4, 0}, placesByUse(columns, 5))
	require.Empty(t, placesByUse(nil, 0))
}
