// Package mask finds in a text what would tell who wrote it or whose order it is about, and lets its caller put something else there. It
// reads no language: what it knows are forms of numbers and addresses, words after which a name stands, and what a classifier has found. Names
// that nothing announces stay.
package mask

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"xiaoer/intents"
)

// What is found besides what a classifier finds, which goes by the classifier's words for it.
const (
	Number  = "number"  // many digits: of whatever they are the number
	Contact = "contact" // a name in another program
	Name    = "name"    // of a person
	Mail    = "mail"
)

// A Span is one such part of a text.
type Span struct {
	Kind       string
	Start, End int // in runes
}

// Text puts something else in place of whatever tells who somebody is. Names are those that are known, of one character they are left.
func Text(text string, found []intents.Entity, names []string, with func(kind, part string) string) string {
	runes := []rune(text)
	var b strings.Builder
	at := 0
	for _, s := range Spans(text, found, names) {
		b.WriteString(string(runes[at:s.Start]))
		b.WriteString(with(s.Kind, string(runes[s.Start:s.End])))
		at = s.End
	}
	b.WriteString(string(runes[at:]))
	return b.String()
}

// Spans are the parts to be hidden, in order. None overlap: parts that did are one, of the kind that hides the most.
func Spans(text string, found []intents.Entity, names []string) []Span {
	v := newView(text)
	var all []Span
	for _, e := range found {
		if rank(e.Type) > 0 && e.Start >= 0 && e.Start < e.End && e.End <= v.whole {
			all = append(all, Span{e.Type, e.Start, e.End})
		}
	}
	all = append(all, v.words()...)
	all = append(all, v.numbers()...)
	all = append(all, v.announced()...)
	for _, name := range names {
		all = append(all, v.known(name)...)
	}
	return merged(all)
}

// rank orders kinds by how much of them is hidden, 0 for what is not.
func rank(kind string) int {
	return 1 + slices.Index([]string{Number, intents.Phone, intents.OrderNo, intents.TrackingNo, Contact, Name, intents.Link, Mail, intents.Address}, kind)
}

func merged(all []Span) []Span {
	slices.SortStableFunc(all, func(a, b Span) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
	var out []Span
	for _, s := range all {
		last := len(out) - 1
		if last < 0 || s.Start >= out[last].End {
			out = append(out, s)
			continue
		}
		out[last].End = max(out[last].End, s.End)
		if have, more := class(out[last].Kind), class(s.Kind); more > have {
			out[last].Kind = s.Kind
		}
	}
	return out
}

// class is the rank of a kind, with those alike whose digits alone are hidden: of those the first counts.
func class(kind string) int {
	switch kind {
	case intents.Phone, intents.OrderNo, intents.TrackingNo:
		return rank(intents.Phone)
	}
	return rank(kind)
}

// A view is a text without what cannot be seen, which could part a number, in plain forms of its characters.
type view struct {
	runes []rune
	at    []int // where each stands in the text
	whole int   // runes of the text
}

func newView(text string) *view {
	v := &view{}
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case !unicode.IsPrint(r):
			r = -1
		case r >= '！' && r <= '～': // letters and digits of full width
			r -= '！' - '!'
		}
		if r >= 0 {
			v.runes, v.at = append(v.runes, r), append(v.at, v.whole)
		}
		v.whole++
	}
	return v
}

// span is a part of the view as one of the text.
func (v *view) span(kind string, start, end int) Span {
	return Span{kind, v.at[start], v.at[end-1] + 1}
}

// known finds a name wherever it stands.
func (v *view) known(name string) (out []Span) {
	find := newView(strings.ToLower(name)).runes
	if len(find) < 2 {
		return nil
	}
	for i := 0; i+len(find) <= len(v.runes); i++ {
		if slices.EqualFunc(v.runes[i:i+len(find)], find, func(a, b rune) bool { return a == b || unicode.ToLower(a) == b }) {
			out = append(out, v.span(Name, i, i+len(find)))
			i += len(find) - 1
		}
	}
	return out
}
