package shop

import (
	"regexp"
	"slices"
	"time"
)

// A reading is what a folder was when it was read, so that among thousands only those are read again that may have changed.
type reading struct {
	result  Result // without what only those need who show problems
	print   uint64
	settled bool // nothing could have changed while it was read
}

// unsettledFor is how old a file must be for its time to tell of every change: within less two changes may look like one.
const unsettledFor = 2 * time.Second

// secretFile finds a secret that stands in a file of its own, which nobody watches: such a folder is read each time.
var secretFile = regexp.MustCompile(`file:\S`)

// readAll reads every folder that may have changed since it was read before, and takes the others as they were.
func (r *Registry) readAll() ([]*Result, error) {
	names, err := folders(r.o.Dir)
	if err != nil {
		return nil, err
	}
	out := make([]*Result, 0, len(names))
	next := make(map[string]*reading, len(names))
	for _, name := range names {
		one := r.readings[name]
		if one == nil || !one.settled || glanceAt(one.result.Watch).Sum64() != one.print {
			one = r.read(name, one)
		}
		next[name] = one
		result := one.result // its own: what is told of twins is written into it
		out = append(out, &result)
	}
	r.readings = next
	return refuseTwins(dropBases(out)), nil
}

// read reads a folder. Looking at its files before and after says whether something was written meanwhile.
func (r *Registry) read(name string, last *reading) *reading {
	var expected []string
	if last != nil {
		expected = last.result.Watch
	}
	began := time.Now()
	before := glanceAt(expected).Sum64()
	result := r.o.Loader.loadNamed(r.o.Dir, name)
	after := glanceAt(result.Watch)
	one := &reading{result: *result, print: after.Sum64()}
	one.settled = slices.Equal(expected, result.Watch) && before == one.print && began.Sub(after.newest) > unsettledFor
	for file, text := range result.Sources {
		if file == connectFile || file == name+"/"+connectFile {
			one.settled = one.settled && !secretFile.Match(text)
		}
	}
	one.result.Sources, one.result.Tests = nil, nil
	return one
}
