package bot

import (
	"bytes"
	"iter"
	"math"
	"strconv"
	"unicode/utf8"
)

const (
	mostDepth = 32            // how deep objects and lists may lie in each other
	mostBody  = math.MaxInt32 // bytes
	fewKeys   = 16            // up to which an object's keys are compared one by one
)

// A document is one JSON value that was read in one pass: its nodes in their order, each before what lies in it. A node says
// where its text stands in the body; nothing is copied before it is asked for.
type document struct {
	body  []byte
	nodes []node
	at    int              // up to where the body is read
	open  [mostDepth]int32 // the objects and lists that are being read, the outermost first
}

// A node is one value. The zero node is null, and stands for what is not there.
type node struct {
	kind       nodeKind
	coded      bool // the text has escapes
	keyCoded   bool
	key, value span  // without quotes; only members of objects have keys
	end        int32 // the node after the last one that lies in this one
}

type span struct{ from, to int32 }

type nodeKind uint8

const (
	isNull nodeKind = iota
	isTrue
	isFalse
	isNumber
	isText
	isList
	isObject
)

// parse reads one JSON value as encoding/json would. A key that is given twice is an error, since the sender and we might mean
// different ones.
func (d *document) parse() error {
	if !utf8.Valid(d.body) {
		return &FieldError{Problem: "the body is not valid UTF-8"}
	}
	if len(d.body) > mostBody {
		return malformed()
	}
	if err := d.read(node{}, 0); err != nil {
		return err
	}
	if d.space(); d.at < len(d.body) {
		return &FieldError{Problem: "the body must be one JSON object"}
	}
	return nil
}

func malformed() error { return &FieldError{Problem: "the body is not valid JSON"} }

// read reads the next value into a node that has its key already.
func (d *document) read(n node, depth int) error {
	d.space()
	if d.at == len(d.body) {
		return malformed()
	}
	here := len(d.nodes)
	d.nodes = append(d.nodes, n)
	ok := true
	switch b := d.body[d.at]; b {
	case '{', '[':
		if depth == mostDepth {
			return &FieldError{Field: cut(d.nameOf(here, depth), mostID), Problem: "lies too deep"}
		}
		d.open[depth] = int32(here)
		d.at++
		var err error
		if b == '{' {
			err = d.object(here, depth)
		} else {
			err = d.list(here, depth)
		}
		if err != nil {
			return err
		}
	case '"':
		d.nodes[here].kind = isText
		d.nodes[here].value, d.nodes[here].coded, ok = d.text()
	case 't':
		d.nodes[here].kind, ok = isTrue, d.word("true")
	case 'f':
		d.nodes[here].kind, ok = isFalse, d.word("false")
	case 'n':
		ok = d.word("null")
	default:
		d.nodes[here].kind = isNumber
		d.nodes[here].value, ok = d.number()
	}
	if !ok {
		return malformed()
	}
	d.nodes[here].end = int32(len(d.nodes))
	return nil
}

func (d *document) object(here, depth int) error {
	d.nodes[here].kind = isObject
	var many map[string]bool // the keys, where they are many
	for count := 0; !d.takes('}'); count++ {
		if count > 0 && !d.takes(',') || d.space() != '"' {
			return malformed()
		}
		var n node
		var ok bool
		if n.key, n.keyCoded, ok = d.text(); !ok {
			return malformed()
		}
		if count == fewKeys {
			many = d.keysOf(here)
		}
		if d.hasKey(here, n, many) {
			name := joinName(d.nameOf(here, depth), d.keyText(&n))
			return &FieldError{Field: cut(name, mostID), Problem: "is given twice"}
		}
		if !d.takes(':') {
			return malformed()
		}
		if err := d.read(n, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (d *document) list(here, depth int) error {
	d.nodes[here].kind = isList
	for count := 0; !d.takes(']'); count++ {
		if count > 0 && !d.takes(',') {
			return malformed()
		}
		if err := d.read(node{}, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// hasKey tells whether an object has a member of this name already, and notes the name where there are many.
func (d *document) hasKey(object int, n node, many map[string]bool) bool {
	if many != nil {
		key := d.keyText(&n)
		before := many[key]
		many[key] = true
		return before
	}
	for at := object + 1; at < len(d.nodes); at = int(d.nodes[at].end) {
		if d.sameKey(&d.nodes[at], &n) {
			return true
		}
	}
	return false
}

func (d *document) sameKey(a, b *node) bool {
	if a.keyCoded || b.keyCoded {
		return d.keyText(a) == d.keyText(b)
	}
	return bytes.Equal(d.bytes(a.key), d.bytes(b.key))
}

func (d *document) keysOf(object int) map[string]bool {
	out := map[string]bool{}
	for at := object + 1; at < len(d.nodes); at = int(d.nodes[at].end) {
		out[d.keyText(&d.nodes[at])] = true
	}
	return out
}

// nameOf is how an error calls a node that is being read at a depth.
func (d *document) nameOf(here, depth int) string {
	name := ""
	for i := range depth {
		inner := here
		if i+1 < depth {
			inner = int(d.open[i+1])
		}
		if outer := int(d.open[i]); d.nodes[outer].kind == isObject {
			name = joinName(name, d.keyText(&d.nodes[inner]))
		} else {
			name += "[" + strconv.Itoa(d.placeOf(inner, outer)) + "]"
		}
	}
	return name
}

// placeOf counts which element of a list a node is.
func (d *document) placeOf(inner, list int) (place int) {
	for at := list + 1; at < inner; at = int(d.nodes[at].end) {
		place++
	}
	return place
}

func joinName(outer, key string) string {
	if outer == "" {
		return key
	}
	return outer + "." + key
}

// nowhere stands for a node that is not there.
const nowhere = -1

// kind is what a node is; what is not there is null.
func (d *document) kind(at int) nodeKind {
	if at == nowhere {
		return isNull
	}
	return d.nodes[at].kind
}

// member finds the member of an object by its name.
func (d *document) member(object int, key string) int {
	if d.kind(object) != isObject {
		return nowhere
	}
	for at, end := object+1, int(d.nodes[object].end); at < end; at = int(d.nodes[at].end) {
		if n := &d.nodes[at]; n.keyCoded && d.keyText(n) == key || !n.keyCoded && string(d.bytes(n.key)) == key {
			return at
		}
	}
	return nowhere
}

// inside gives the nodes that lie in an object or a list, without what lies in those.
func (d *document) inside(at int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for inner, end := at+1, int(d.nodes[at].end); inner < end; inner = int(d.nodes[inner].end) {
			if !yield(inner) {
				return
			}
		}
	}
}

// length is how many nodes lie in an object or a list.
func (d *document) length(at int) (n int) {
	if k := d.kind(at); k == isObject || k == isList {
		for range d.inside(at) {
			n++
		}
	}
	return n
}

func (d *document) bytes(s span) []byte { return d.body[s.from:s.to] }

func (d *document) keyText(n *node) string {
	if n.keyCoded {
		return decoded(d.bytes(n.key))
	}
	return string(d.bytes(n.key))
}

// textOf is the text of a text, or the digits of a number.
func (d *document) textOf(n *node) string {
	if n.coded {
		return decoded(d.bytes(n.value))
	}
	return string(d.bytes(n.value))
}
