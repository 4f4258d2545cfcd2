package intents

import (
	"cmp"
	"slices"
)

// A rowIndex gives the row of a feature's weights. It is an open hash table in which a feature and its row lie side by side, because
// each look-up is a miss of the processor's caches.
type rowIndex []rowSlot

type rowSlot struct {
	feature uint32 // 0 where the slot is free
	row     int32
}

// newRowIndex makes the index of features with their rows. Half of it stays free at least: many a feature has no row, and is to be
// passed by quickly.
func newRowIndex(features []uint32, rows []int32) rowIndex {
	size := 16
	for size < 2*len(features) {
		size *= 2
	}
	x := make(rowIndex, size)
	for i, f := range features {
		at := x.home(f)
		for x[at].feature != 0 {
			at = x.behind(at)
		}
		x[at] = rowSlot{f, rows[i]}
	}
	return x
}

// home is the slot where a feature is looked for first. Features are hashes already.
func (x rowIndex) home(feature uint32) int { return int(feature) & (len(x) - 1) }

func (x rowIndex) behind(slot int) int { return (slot + 1) & (len(x) - 1) }

func (x rowIndex) find(feature uint32) (row int32, ok bool) {
	for at := x.home(feature); ; at = x.behind(at) {
		switch s := x[at]; s.feature {
		case 0:
			return 0, false
		case feature:
			return s.row, true
		}
	}
}

// sorted gives all features, and their rows, in the order of the features.
func (x rowIndex) sorted() (features []uint32, rows []int32) {
	used := slices.DeleteFunc(slices.Clone(x), func(s rowSlot) bool { return s.feature == 0 })
	slices.SortFunc(used, func(a, b rowSlot) int { return cmp.Compare(a.feature, b.feature) })
	for _, s := range used {
		features, rows = append(features, s.feature), append(rows, s.row)
	}
	return features, rows
}

// placesByUse gives each of n rows, of which the weights are given column by column, its place: the more weights of a row are not
// zero, the more of what was learned from has its feature, and the further ahead it comes.
func placesByUse(columns []byte, n int) []int32 {
	used := make([]int32, n)
	most := 0
	for at := 0; at < len(columns); at += n {
		for i, w := range columns[at:][:n] {
			if w != 0 {
				used[i]++
			}
		}
		most++
	}
	next := make([]int32, most+2) // by use, the place of the next row that is used so much
	for _, u := range used {
		next[u]++
	}
	place := int32(0)
	for u := most; u >= 0; u-- {
		next[u], place = place, place+next[u]
	}
	for i, u := range used {
		used[i] = next[u]
		next[u]++
	}
	return used
}
