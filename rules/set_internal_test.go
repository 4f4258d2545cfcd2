package rules

import (
	"testing"

	"github.com/govalues/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The points that sets of numbers are asked about: halves from -3 to 3.
func points() []decimal.Decimal {
	var list []decimal.Decimal
	for i := int64(-6); i <= 6; i++ {
		list = append(list, decimal.MustNew(i*5, 1))
	}
	return list
}

func (n numbers) has(x decimal.Decimal) bool {
	return !n.disjoint(numbersWhere("==", x, n.whole))
}

// A drawn set of numbers with what its points should be.
type drawnNumbers struct {
	set  numbers
	want []bool
}

func drawNumbers(t *rapid.T, whole bool) drawnNumbers {
	op := rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">="}).Draw(t, "op")
	at := rapid.SampledFrom(points()).Draw(t, "at")
	out := drawnNumbers{set: numbersWhere(op, at, whole)}
	for _, x := range points() {
		holds := map[string]bool{"==": x.Cmp(at) == 0, "!=": x.Cmp(at) != 0, "<": x.Cmp(at) < 0, "<=": x.Cmp(at) <= 0, ">": x.Cmp(at) > 0, ">=": x.Cmp(at) >= 0}
		out.want = append(out.want, holds[op] && (!whole || x.IsInt()))
	}
	return out
}

// Sets of numbers agree with what is worked out point by point.
func TestNumbersAgreeWithTheirPoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Bool().Draw(t, "whole")
		a, b := drawNumbers(t, whole), drawNumbers(t, whole)
		both, either, without := a.set.intersect(b.set).(numbers), a.set.union(b.set), a.set.complement().(numbers)
		meet, inside := false, true
		for i, x := range points() {
			if whole && !x.IsInt() {
				continue
			}
			require.Equal(t, a.want[i], a.set.has(x), "%v", x)
			require.Equal(t, a.want[i] && b.want[i], both.has(x), "both, %v", x)
			require.Equal(t, a.want[i] || b.want[i], either.has(x), "either, %v", x)
			require.Equal(t, !a.want[i], without.has(x), "complement, %v", x)
			meet = meet || a.want[i] && b.want[i]
			inside = inside && (!a.want[i] || b.want[i])
		}
		require.Equal(t, both.empty(), a.set.disjoint(b.set))
		if meet {
			require.False(t, both.empty())
		}
		if a.set.within(b.set) {
			require.True(t, inside)
		}
		require.True(t, both.within(a.set) && both.within(b.set) && a.set.within(either))
		require.True(t, a.set.disjoint(without))
		require.Equal(t, a.set.within(b.set), a.set.disjoint(b.set.complement()), "inside is outside of the rest")
	})
}

// The hull of a set holds it.
func TestHullHoldsTheSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Bool().Draw(t, "whole")
		set := drawNumbers(t, whole).set.intersect(drawNumbers(t, whole).set.union(drawNumbers(t, whole).set)).(numbers)
		if set.empty() {
			return
		}
		hull := numbers{intervals: []interval{set.hull()}, whole: whole}
		require.True(t, set.within(hull))
		for _, x := range points() {
			if set.has(x) {
				require.True(t, hull.has(x))
			}
		}
	})
}

func (w words) has(word string) bool { return !w.disjoint(newWords(w.domain, []string{word}, false)) }

// Sets of words, with and without a list of all, agree with what is worked out word by word.
func TestWordsAgreeWithTheirMembers(t *testing.T) {
	all := []string{"a", "b", "c", "d"}
	rapid.Check(t, func(t *rapid.T) {
		domain := rapid.SampledFrom([][]string{nil, all}).Draw(t, "domain")
		draw := func(name string) (words, map[string]bool) {
			list := rapid.SliceOf(rapid.SampledFrom(all)).Draw(t, name)
			but := rapid.Bool().Draw(t, name+" but")
			want := map[string]bool{}
			for _, word := range all {
				want[word] = but
			}
			for _, word := range list {
				want[word] = !but
			}
			return newWords(domain, list, but), want
		}
		a, inA := draw("a")
		b, inB := draw("b")
		both, without := a.intersect(b).(words), a.complement().(words)
		inside := true
		for _, word := range all {
			require.Equal(t, inA[word], a.has(word), word)
			require.Equal(t, inA[word] && inB[word], both.has(word), word)
			require.Equal(t, !inA[word], without.has(word), word)
			inside = inside && (!inA[word] || inB[word])
		}
		require.Equal(t, both.empty(), a.disjoint(b))
		if domain != nil {
			require.Equal(t, inside, a.within(b))
		}
		if a.within(b) {
			require.True(t, inside)
		}
		require.True(t, both.within(a) && both.within(b))
		require.True(t, a.disjoint(without))
	})
}

func TestMasks(t *testing.T) {
	for bits := range uint8(8) {
		for other := range uint8(8) {
			a, b := mask{bits, 7}, mask{other, 7}
			require.Equal(t, mask{bits & other, 7}, a.intersect(b))
			require.Equal(t, bits&other == 0, a.disjoint(b))
			require.Equal(t, a.within(b), a.disjoint(b.complement()))
			require.Equal(t, bits == 0, a.empty())
			require.Equal(t, a, a.complement().complement())
		}
	}
}

// What is left of a box lies in it and outside of the other, and nothing between them is lost.
func TestBoxesAgreeWithTheirPoints(t *testing.T) {
	dims := []dimension{{kind: dimValue, fact: 0}, {kind: dimValue, fact: 1}, {kind: dimOpaque, fact: 0}}
	drawBox := func(t *rapid.T) box {
		var b box
		for _, dim := range dims {
			if rapid.Bool().Draw(t, "bounded") {
				s := mask{rapid.Uint8Range(1, 7).Draw(t, "bits"), 7}
				b, _ = b.with(dim, s)
			}
		}
		return b
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawBox(t), drawBox(t)
		rest := a.minus(b, nil)
		both, meet := a.meet(b)
		require.Equal(t, meet, !a.disjoint(b))
		if a.within(b) {
			require.Empty(t, rest)
		}
		for p := range 27 {
			at := box{{dims[0], mask{1 << (p % 3), 7}}, {dims[1], mask{1 << (p / 3 % 3), 7}}, {dims[2], mask{1 << (p / 9), 7}}}
			inRest := 0
			for _, piece := range rest {
				if at.within(piece) {
					inRest++
				}
			}
			want := 0
			if at.within(a) && !at.within(b) {
				want = 1
			}
			require.Equal(t, want, inRest, "each point is in one piece at most")
			if meet {
				require.Equal(t, at.within(a) && at.within(b), at.within(both))
			}
		}
	})
}

// How two numbers may stand to each other, with bounds on both, agrees with all pairs of points.
func TestOrdersAgreeWithPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Bool().Draw(t, "whole")
		a := drawNumbers(t, whole).set.intersect(drawNumbers(t, whole).set).(numbers)
		b := drawNumbers(t, whole).set.intersect(drawNumbers(t, whole).set).(numbers)
		if a.empty() || b.empty() {
			return
		}
		may := orders(a.hull(), b.hull())
		var seen uint8
		for _, x := range points() {
			for _, y := range points() {
				if a.has(x) && b.has(y) {
					seen |= map[int]uint8{-1: caseLess, 0: caseEqual, 1: caseMore}[x.Cmp(y)]
				}
			}
		}
		require.Zero(t, seen&^may, "what happens is possible")
		lowest, highest := a.hull(), b.hull()
		if single(lowest) && single(highest) {
			require.Equal(t, seen, may, "two single numbers stand in one way")
		}
	})
	at := func(n int64, open bool) bound { return bound{at: decimal.MustNew(n, 0), open: open} }
	endless := bound{infinite: true}
	tests := []struct {
		name string
		a, b interval
		want uint8
	}{
		{"below", interval{endless, at(3, false)}, interval{at(4, false), endless}, caseLess},
		{"above", interval{at(4, false), endless}, interval{endless, at(3, false)}, caseMore},
		{"touch", interval{endless, at(3, false)}, interval{at(3, false), endless}, caseLess | caseEqual},
		{"touch from above", interval{at(3, false), endless}, interval{endless, at(3, false)}, caseMore | caseEqual},
		{"one end is open", interval{endless, at(3, true)}, interval{at(3, false), endless}, caseLess},
		{"the other end is open", interval{endless, at(3, false)}, interval{at(3, true), endless}, caseLess},
		{"open from above", interval{at(3, true), endless}, interval{endless, at(3, false)}, caseMore},
		{"overlap", interval{at(1, false), at(3, false)}, interval{at(2, false), at(4, false)}, caseLess | caseEqual | caseMore},
		{"both endless below", interval{endless, at(3, false)}, interval{endless, at(-5, false)}, caseLess | caseEqual | caseMore},
		{"both endless above", interval{at(5, false), endless}, interval{at(7, false), endless}, caseLess | caseEqual | caseMore},
		{"endless and above", interval{at(-9, false), endless}, interval{at(5, false), endless}, caseLess | caseEqual | caseMore},
		{"endless", interval{endless, endless}, interval{at(2, false), at(2, false)}, caseLess | caseEqual | caseMore},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, orders(tt.a, tt.b)) })
	}
}

func single(i interval) bool {
	return !i.from.infinite && !i.to.infinite && i.from.at.Cmp(i.to.at) == 0
}
