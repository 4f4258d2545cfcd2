// contract

package doc

import (
	"fmt"
	"strings"
)

// A Field is one line of a table that describes a mapping. From such a table come the decoder, the check, the JSON
// Schema and the reference page.
type Field[T any] struct {
	Name     string
	Required bool
	Doc      string // one English sentence, for the reference page and the schema
	Shape    Shape
	// Set reads the value into the target and reports problems through d. It is called once, in the order of the file,
	// also for a value that is Null.
	Set func(d *Decoder, into *T, v *Node)
}

// Decode reads a mapping by its table. It reports unknown keys with a suggestion, missing keys at the mapping's first
// key, and a node that is no mapping; what names the thing in messages ("a rule"). It returns whether n is a mapping at
// all; what could be read is in into.
func Decode[T any](d *Decoder, n *Node, fields []Field[T], what string, into *T) bool {
	if !d.mapping(n, what) {
		return false
	}
	given := make(map[string]bool, len(n.Pairs))
	for _, pair := range n.Pairs {
		name := pair.Key.Text
		given[name] = true
		if f := findField(fields, name); f != nil {
			f.Set(d, into, pair.Value)
			continue
		}
		// What was meant is not reported as missing too.
		given[d.reportUnknown(pair.Key, what, fieldNames(fields))] = true
	}
	for _, f := range fields {
		if f.Required && !given[f.Name] {
			d.reportMissing(n, f.Name, what, f.Shape)
		}
	}
	return true
}

func findField[T any](fields []Field[T], name string) *Field[T] {
	for i := range fields {
		if fields[i].Name == name {
			return &fields[i]
		}
	}
	return nil
}

func fieldNames[T any](fields []Field[T]) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// reportUnknown returns the key that was most likely meant, "" when none is near.
func (d *Decoder) reportUnknown(key *Node, what string, names []string) (meant string) {
	at := d.Problems.Error(key.Range(), UnknownKey, "unknown key %q in %s", shorten(key.Text), what)
	if meant = Suggest(key.Text, names); meant != "" {
		at.Hint = fmt.Sprintf("did you mean %q?", meant)
		return meant
	}
	at.Hint = "known keys: " + strings.Join(names, ", ")
	return ""
}

// reportMissing points at the first key of a mapping, because what is missing has no place.
func (d *Decoder) reportMissing(n *Node, name, what string, shape Shape) {
	at := n.Range()
	if len(n.Pairs) > 0 {
		at = n.Pairs[0].Key.Range()
	}
	d.Problems.Error(at, MissingKey, "%q is missing in %s", name, what).
		Hint = fmt.Sprintf("add `%s: %s`", name, shape.example())
}

// DecodeMap calls read for each entry of a mapping with free keys, in the order of the file. It reports a node that is
// no mapping; what names the thing ("teams").
func DecodeMap(d *Decoder, n *Node, what string, read func(key, value *Node)) bool {
	if !d.mapping(n, what) {
		return false
	}
	for _, p := range n.Pairs {
		read(p.Key, p.Value)
	}
	return true
}

// DecodeList calls read for each item of a sequence, in the order of the file. It reports a node that is no sequence;
// what names the thing ("rules").
func DecodeList(d *Decoder, n *Node, what string, read func(item *Node)) bool {
	switch {
	case n == nil:
		return false
	case n.Kind == Sequence:
	case n.Lost:
		return false
	default:
		d.wrong(n, what+" is a list", "write each item on a line that begins with `- `")
		return false
	}
	for _, item := range n.Items {
		read(item)
	}
	return true
}

// mapping reports a node that is no mapping; a text in which only the colon is written wrongly is told so.
func (d *Decoder) mapping(n *Node, what string) bool {
	if n == nil {
		return false
	}
	if n.Kind == Mapping {
		return true
	}
	if n.Lost || d.wrongColon(n) {
		return false
	}
	d.wrong(n, what+" is a mapping", "write `key: value`, one on each line")
	return false
}

func (d *Decoder) wrongColon(n *Node) bool {
	if n.Kind != Scalar || n.Quoted {
		return false
	}
	size := wordPrefix(n.Text)
	if size == 0 || size == len(n.Text) {
		return false
	}
	at := n.Part(size, size+1)
	switch behind := n.Text[size:]; {
	case strings.HasPrefix(behind, wideColon):
		d.Problems.Error(at, Syntax, "： is a full-width colon, so this is no key").Hint = "type : and a blank with the keyboard in English"
	case behind[0] == ':' && !strings.HasPrefix(behind, "://"):
		d.Problems.Error(at, Syntax, "a blank is missing after :").Hint = fmt.Sprintf("write `%s: …`", n.Text[:size])
	default:
		return false
	}
	return true
}
