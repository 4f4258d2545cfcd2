package bot

import (
	"maps"
	"slices"
)

// separate copies everything that a turn may write to, so that the conversation it began with stays as it was. Maps are
// shared: what is put into one of them makes another (see put).
func (c *Conversation) separate() {
	c.Matters = slices.Clone(c.Matters)
	c.Photos = slices.Clip(c.Photos)
	c.Open = slices.Clip(c.Open)
	c.Case = cloneCase(c.Case)
	c.Tasks = slices.Clone(c.Tasks)
	c.Promises = slices.Clone(c.Promises)
	c.Offers = slices.Clip(c.Offers)
	c.Said = slices.Clip(c.Said)
	c.Transcript = slices.Clip(c.Transcript)
}

func cloneCase(h *Handoff) *Handoff {
	if h == nil {
		return nil
	}
	next := *h
	next.Images = slices.Clip(h.Images)
	next.Open = slices.Clip(h.Open)
	next.Notes = slices.Clip(h.Notes)
	next.History = slices.Clip(h.History)
	return &next
}

// keepLast appends to a list and drops the oldest above the bound.
func keepLast[T any](list []T, most int, more ...T) []T {
	if over := len(list) + len(more) - most; over > 0 {
		dropped := min(over, len(list))
		list, more = list[dropped:], more[over-dropped:]
	}
	if n := len(list) + len(more); n > cap(list) { // what more a turn adds is little
		list = append(make([]T, 0, n+spare), list...)
	}
	return append(list, more...)
}

// spare is how many elements more than needed a list is made for: a turn adds a few lines, and the next one copies all anyway.
const spare = 2

// put makes a map another one with one entry more, or with another value in it; the one that was there, if any, stays as it is.
func put[V any](m *map[string]V, key string, v V) {
	next := maps.Clone(*m)
	if next == nil {
		next = make(map[string]V)
	}
	next[key] = v
	*m = next
}
