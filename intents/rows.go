package intents

import (
	"cmp"
	"slices"
)

// A rowIndex gives the row of a feature's weights. Texts are made of the same few thousand features for the most part: those have
// the first rows and a table of their own, which stay in the processor's caches, where the whole would not.
type rowIndex struct{ common, rare slots }

// slots are an open hash table. A feature and its row lie side by side, because each look-up is a miss of the caches.
type slots []slot

type slot struct {
	feature uint32 // 0 where the slot is free
	row     int32
}

// commonRows is how many rows are common ones. Of the features of buyers' messages that the built-in model knows, those are 71 in
// a hundred.
const commonRows = 8192

// newRowIndex makes the index of features with their rows, which are all numbers below how many there are.
func newRowIndex(features []uint32, rows []int32) rowIndex {
	common := min(commonRows, len(features))
	x := rowIndex{common: newSlots(common), rare: newSlots(len(features) - common)}
	for i, f := range features {
		if rows[i] < commonRows {
			x.common.put(slot{f, rows[i]})
		} else {
			x.rare.put(slot{f, rows[i]})
		}
	}
	return x
}

func (x *rowIndex) find(feature uint32) (row int32, ok bool) {
	if row, ok = x.common.find(feature); ok {
		return row, true
	}
	return x.rare.find(feature)
}

// sorted gives all features, and their rows, in the order of the features.
func (x *rowIndex) sorted() (features []uint32, rows []int32) {
	used := slices.DeleteFunc(slices.Concat(x.common, x.rare), func(s slot) bool { return s.feature == 0 })
	slices.SortFunc(used, func(a, b slot) int { return cmp.Compare(a.feature, b.feature) })
	for _, s := range used {
		features, rows = append(features, s.feature), append(rows, s.row)
	}
	return features, rows
}

// newSlots makes room for features, of which a third stays free at least.
func newSlots(features int) slots {
	size := 16
	for 2*size < 3*features {
		size *= 2
	}
	return make(slots, size)
}

func (t slots) find(feature uint32) (row int32, ok bool) {
	mask := uint32(len(t) - 1)
	for at := feature & mask; ; at = (at + 1) & mask {
		switch s := t[at]; s.feature {
		case 0:
			return 0, false
		case feature:
			return s.row, true
		}
	}
}

func (t slots) put(s slot) {
	mask := uint32(len(t) - 1)
	at := s.feature & mask
	for t[at].feature != 0 {
		at = (at + 1) & mask
	}
	t[at] = s
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
