package doc

import "gopkg.in/yaml.v3"

func (c *converter) mapping(n *Node, y *yaml.Node, depth int) {
	n.Kind, n.style = Mapping, collectionStyle(y)
	n.Pairs = make([]Pair, 0, len(y.Content)/2)
	seen := make(map[string]*Node, len(y.Content)/2)
	var merged []*Node
	twice := false
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := c.key(y.Content[i], depth)
		if key == nil {
			return
		}
		value := c.node(y.Content[i+1], depth+1)
		if value == nil {
			return
		}
		value.owner, n.last = key, value
		c.commentInPlace(value)
		if value.isEmpty() && value.aliasEnd == 0 {
			n.last = key
		}
		if y.Content[i].Tag == "!!merge" {
			merged = append(merged, value)
			continue
		}
		twice = c.pair(n, seen, Pair{key, value}, twice)
	}
	c.merge(n, seen, merged)
}

// key converts a key, which has to be a plain word or text.
func (c *converter) key(y *yaml.Node, depth int) *Node {
	key := c.node(y, depth+1)
	if key == nil {
		return nil
	}
	switch key.Kind {
	case Mapping, Sequence:
		c.problems.Error(key.Range(), Syntax, "a list or mapping stands where a key is expected").
			Hint = "a text that begins with [ or { needs quotes"
		c.stopped = true
		return nil
	case Null:
		key.Kind = Scalar
	default:
	}
	return key
}

// pair adds an entry, or reports that its key is given twice. Several in a row have one cause, such as a missing dash, and
// are reported once; before tells whether the entry before this one was such a key.
func (c *converter) pair(n *Node, seen map[string]*Node, p Pair, before bool) (twice bool) {
	first, twice := seen[p.Key.Text]
	switch {
	case !twice:
		seen[p.Key.Text] = p.Key
		n.Pairs = append(n.Pairs, p)
	case !before:
		c.problems.Error(p.Key.Range(), DuplicateKey, "%q is given twice here", shorten(p.Key.Text)).
			WithHint("keep one of the two; a new list item begins with `- `").Relate(first.Range(), "the first is here")
	}
	return twice
}

// merge adds the pairs of `<<: *name` that the mapping does not have itself; of several sources the first wins.
func (c *converter) merge(n *Node, seen map[string]*Node, sources []*Node) {
	for _, from := range sources {
		list := []*Node{from}
		if from.Kind == Sequence {
			list = from.Items
		}
		for _, m := range list {
			if m.Kind != Mapping {
				c.problems.Error(m.Range(), Syntax, "`<<` takes over a mapping, this is none").
					Hint = "write `<<: *name` with the anchor of a mapping"
				continue
			}
			for _, p := range m.Pairs {
				if _, own := seen[p.Key.Text]; !own {
					seen[p.Key.Text] = p.Key
					n.Pairs = append(n.Pairs, p)
				}
			}
		}
	}
}
