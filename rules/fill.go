package rules

import (
	"slices"
	"strings"
)

// A Filler knows facts that are worth working out only where a rule or a text reads one of their group.
type Filler interface {
	// Fill sets the facts of a group, such as "order", as far as they are known. A list of records is a group of its own, such as
	// "order.items".
	Fill(f *Facts, group string)
}

// Groups are some of the groups of facts of a vocabulary.
type Groups struct{ set groupSet }

// A groupSet has a bit for each group of a layout. Should a vocabulary have more groups than bits, the last ones share one.
type groupSet uint64

const mostGroups = 64

// Groups finds groups by their names (see Filler), "" for the facts without one; names that the vocabulary lacks are passed over.
func (b *Book) Groups(names ...string) Groups {
	var out Groups
	for i, group := range b.layout.groups {
		for _, name := range names {
			if name == group {
				out.set |= setOfGroup(i)
			}
		}
	}
	return out
}

// Await lets a filler fill these groups, each when one of its facts is first read or set. A Reset ends it.
func (f *Facts) Await(from Filler, groups Groups) { f.filler, f.awaited = from, groups.set }

// need sees to it that groups are filled that are read now.
func (f *Facts) need(groups groupSet) {
	if groups&f.awaited != 0 {
		f.fill(groups & f.awaited)
	}
}

func (f *Facts) fill(groups groupSet) {
	f.awaited &^= groups
	for i, name := range f.layout.groups {
		if groups&setOfGroup(i) != 0 {
			f.filler.Fill(f, name)
		}
	}
}

func setOfGroup(i int) groupSet { return 1 << min(i, mostGroups-1) }

// setOf is the group of a fact.
func (l *layout) setOf(fact int) groupSet { return 1 << l.groupOf[fact] }

// group gives the place of a fact's group, a new one where it is its first. A list of records, which is dear, is a group of its
// own.
func (l *layout) group(fact *Fact) uint8 {
	name, _, found := strings.Cut(fact.Name, ".")
	switch {
	case fact.Type.Kind == Records:
		name = fact.Name
	case !found:
		name = ""
	}
	i := slices.Index(l.groups, name)
	if i < 0 {
		i = len(l.groups)
		l.groups = append(l.groups, name)
	}
	return uint8(min(i, mostGroups-1))
}
