package figures

import (
	"cmp"
	"hash/fnv"
	"slices"
)

// mostSampled is how many turns a sample holds.
const mostSampled = 128

// A Sample holds ids of turns: all of them while they are few, then those with the smallest hashes, which is a fair choice that
// does not depend on how the turns came. It holds no texts, so that who is erased is erased here too.
type Sample struct {
	All int      `json:"all"` // how many there were
	IDs []string `json:"ids"` // sorted by hash
}

// Add takes one more id.
func (s *Sample) Add(id string) {
	s.All++
	h := hashOf(id)
	at, there := slices.BinarySearchFunc(s.IDs, h, func(have string, h uint64) int { return cmp.Compare(hashOf(have), h) })
	if there || at >= mostSampled {
		return
	}
	s.IDs = slices.Insert(s.IDs, at, id)
	s.IDs = s.IDs[:min(len(s.IDs), mostSampled)]
}

// Clone shares nothing with the sample.
func (s Sample) Clone() Sample {
	s.IDs = slices.Clone(s.IDs)
	return s
}

// A Place is where a sampled turn stands: its id, and how many turns of its day it speaks for.
type Place struct {
	ID     string
	Weight float64
}

// Choose takes at most limit turns from samples of several days, the smallest hashes first, each with how many it speaks for.
func Choose(samples []*Sample, limit int) []Place {
	var all []Place
	total := 0.0
	for _, s := range samples {
		if s == nil || len(s.IDs) == 0 {
			continue
		}
		total += float64(s.All)
		for _, id := range s.IDs {
			all = append(all, Place{ID: id, Weight: float64(s.All) / float64(len(s.IDs))})
		}
	}
	slices.SortFunc(all, func(a, b Place) int { return cmp.Or(cmp.Compare(hashOf(a.ID), hashOf(b.ID)), cmp.Compare(a.ID, b.ID)) })
	if len(all) <= limit {
		return all
	}
	all = all[:max(limit, 0)]
	kept := 0.0
	for _, p := range all {
		kept += p.Weight
	}
	for i := range all {
		all[i].Weight *= total / kept
	}
	return all
}

func hashOf(id string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	return mix(h.Sum64())
}

// mix spreads the last bytes of an id over the whole hash: ids that grow differ in those only.
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
