// contract

package doc

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
	if n == nil || n.Kind != Mapping {
		return false
	}
	for _, pair := range n.Pairs {
		for _, f := range fields {
			if f.Name == pair.Key.Text {
				f.Set(d, into, pair.Value)
			}
		}
	}
	return true
}

// DecodeMap calls read for each entry of a mapping with free keys, in the order of the file. It reports a node that is
// no mapping; what names the thing ("teams").
func DecodeMap(d *Decoder, n *Node, what string, read func(key, value *Node)) bool {
	if n == nil || n.Kind != Mapping {
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
	if n == nil || n.Kind != Sequence {
		return false
	}
	for _, item := range n.Items {
		read(item)
	}
	return true
}
