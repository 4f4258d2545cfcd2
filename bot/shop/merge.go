package shop

import (
	"slices"

	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// A layer is one folder of a chain: the shop's own first, then what it extends, then what that extends.
type layer struct {
	folder *folder
	shop   *doc.File // nil without shop.yaml
	rules  []*doc.File
	intent *doc.File
}

func (l *layer) root() *doc.Node {
	if l.shop == nil {
		return nil
	}
	return l.shop.Root
}

// notInherited are the keys of shop.yaml that hold for their own folder only.
func notInherited() []string { return []string{"id", "extends", "drop"} }

// mergedByKey are the mappings of shop.yaml whose entries are merged one by one; of all others the shop's own counts.
func mergedByKey() []string { return []string{"policy", "teams", "slots", "scripts", "quick_replies"} }

// mergeSettings puts a shop's mapping over its base's: what the shop gives counts, mappings of names are merged entry
// by entry with the shop's first, and lists that only add (allow, compliance) are joined.
func mergeSettings(own, base *doc.Node) *doc.Node {
	if base == nil || base.Kind != doc.Mapping {
		return own
	}
	if own == nil || own.Kind == doc.Null {
		own = &doc.Node{Kind: doc.Mapping}
	}
	if own.Kind != doc.Mapping {
		return own
	}
	out := *own
	out.Pairs = slices.Clone(own.Pairs)
	for _, pair := range base.Pairs {
		name := pair.Key.Text
		if slices.Contains(notInherited(), name) {
			continue
		}
		at := slices.IndexFunc(out.Pairs, func(p doc.Pair) bool { return p.Key.Text == name })
		switch {
		case at < 0:
			out.Pairs = append(out.Pairs, pair)
		case slices.Contains(mergedByKey(), name):
			out.Pairs[at].Value = mergeEntries(out.Pairs[at].Value, pair.Value, name == "teams" || name == "slots")
		case name == "allow" || name == "compliance":
			out.Pairs[at].Value = joinLists(out.Pairs[at].Value, pair.Value)
		}
	}
	return &out
}

// mergeEntries adds the base's entries that the shop lacks; with deep an entry of both takes from the base what it does
// not say itself. A slot that changes its kind takes nothing.
func mergeEntries(own, base *doc.Node, deep bool) *doc.Node {
	if own.Kind == doc.Null {
		return base
	}
	if own.Kind != doc.Mapping || base.Kind != doc.Mapping {
		return own
	}
	out := *own
	out.Pairs = slices.Clone(own.Pairs)
	for _, pair := range base.Pairs {
		at := slices.IndexFunc(out.Pairs, func(p doc.Pair) bool { return p.Key.Text == pair.Key.Text })
		switch {
		case at < 0:
			out.Pairs = append(out.Pairs, pair)
		case deep && out.Pairs[at].Value.Get("kind") == nil:
			out.Pairs[at].Value = mergeEntries(out.Pairs[at].Value, pair.Value, false)
		}
	}
	return &out
}

func joinLists(own, base *doc.Node) *doc.Node {
	if own.Kind != doc.Sequence || base.Kind != doc.Sequence {
		return own
	}
	out := *own
	out.Items = slices.Concat(own.Items, base.Items)
	return &out
}

// ruleSources gives the rule documents of a chain for rules.Compile, which knows two layers. Of a longer chain the
// bases are made one: a nearer base's rule takes the place of a farther one's with the same id.
func ruleSources(chain []*layer, p *doc.Problems) []rules.Source {
	var sources []rules.Source
	for _, f := range chain[0].rules {
		sources = append(sources, rules.Source{File: f})
	}
	for _, f := range flatten(chain[1:], p) {
		sources = append(sources, rules.Source{File: f, Base: true})
	}
	return sources
}

// flatten makes one list of documents of several bases, the nearest first.
func flatten(bases []*layer, p *doc.Problems) []*doc.File {
	if len(bases) == 0 {
		return nil
	}
	near, far := bases[0], flatten(bases[1:], p)
	if len(far) == 0 {
		return near.rules
	}
	replaced := map[string]*doc.Node{}
	farIDs := ids(far)
	out := make([]*doc.File, 0, len(near.rules)+len(far))
	hasOtherwise := false
	for _, f := range near.rules {
		hasOtherwise = hasOtherwise || f.Root.Get("otherwise") != nil
		out = append(out, withRules(f, func(rule *doc.Node) *doc.Node {
			id := idOf(rule)
			if _, both := farIDs[id]; both && id != "" {
				replaced[id] = rule
				return nil
			}
			return rule
		}, false))
	}
	dropped := readDrop(&doc.Decoder{Problems: &doc.Problems{}}, near.root().Get("drop"))
	unknownDrops(p, dropped, farIDs)
	for _, f := range far {
		out = append(out, withRules(f, func(rule *doc.Node) *doc.Node {
			id := idOf(rule)
			if _, gone := dropped[id]; gone {
				return nil
			}
			if by := replaced[id]; by != nil {
				return by
			}
			return rule
		}, hasOtherwise))
	}
	return out
}

func unknownDrops(p *doc.Problems, dropped map[string]doc.Range, known map[string]bool) {
	names := make([]string, 0, len(known))
	for id := range known {
		names = append(names, id)
	}
	slices.Sort(names)
	for id, at := range dropped {
		if !known[id] {
			p.Error(at, doc.UnknownValue, "there is no rule %q to drop", id).WithHint(didYouMean(id, names, "delete the entry"))
		}
	}
}

func ids(files []*doc.File) map[string]bool {
	out := map[string]bool{}
	for _, f := range files {
		for _, rule := range items(f.Root.Get("rules")) {
			out[idOf(rule)] = true
		}
	}
	return out
}

func idOf(rule *doc.Node) string {
	if id := rule.Get("id"); id != nil && id.Kind == doc.Scalar {
		return id.Text
	}
	return ""
}

// withRules is a copy of a document with each rule put through change, which gives nil for one that is left out.
func withRules(f *doc.File, change func(*doc.Node) *doc.Node, noOtherwise bool) *doc.File {
	if f.Root == nil || f.Root.Kind != doc.Mapping {
		return f
	}
	out := *f
	root := *f.Root
	root.Pairs = nil
	for _, pair := range f.Root.Pairs {
		if pair.Key.Text == "otherwise" && noOtherwise {
			continue
		}
		if pair.Key.Text == "rules" && pair.Value.Kind == doc.Sequence {
			list := *pair.Value
			list.Items = nil
			for _, rule := range pair.Value.Items {
				if kept := change(rule); kept != nil {
					list.Items = append(list.Items, kept)
				}
			}
			pair.Value = &list
		}
		root.Pairs = append(root.Pairs, pair)
	}
	out.Root = &root
	return &out
}

// readDrop reads the ids of rules to leave out, with their places.
func readDrop(d *doc.Decoder, n *doc.Node) map[string]doc.Range {
	if n == nil {
		return nil
	}
	nodes, _ := d.Texts(n)
	out := make(map[string]doc.Range, len(nodes))
	for _, id := range nodes {
		out[id.Text] = id.Range()
	}
	return out
}
