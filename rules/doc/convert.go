package doc

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// A converter turns the nodes of yaml.v3 into ours: with places after anchors and tags, with aliases followed within
// bounds, and with a look at what YAML drops silently.
type converter struct {
	src      *source
	problems *Problems
	cursor   cursor
	anchors  map[*yaml.Node]*Node // nil while the node is still being made
	sizes    map[*Node]int
	nodes    int
	stopped  bool
}

func (c *converter) document(root *yaml.Node) *Node {
	if root.Kind != yaml.DocumentNode || len(root.Content) == 0 {
		return nil
	}
	n := c.node(root.Content[0], 0)
	if n != nil && n.Kind == Null && n.Text == "" && !n.Lost {
		return nil
	}
	return n
}

// node converts one node; nil means that the conversion has been given up, which has been reported.
func (c *converter) node(y *yaml.Node, depth int) *Node {
	n := &Node{src: c.src}
	c.locate(n, y)
	if c.nodes++; c.nodes > MaxNodes {
		c.stop(n, "the file holds too many values", "split it into several files")
	}
	if depth > MaxDepth {
		c.stop(n, fmt.Sprintf("values are nested more than %d deep", MaxDepth), "write it flatter")
	}
	if c.stopped {
		return nil
	}
	if y.Anchor != "" {
		c.anchors[y] = nil
		defer func() { c.anchors[y] = n }()
	}
	c.properties(n, y)
	switch y.Kind {
	case yaml.MappingNode:
		c.mapping(n, y, depth)
	case yaml.SequenceNode:
		c.sequence(n, y, depth)
	case yaml.AliasNode:
		return c.alias(n, y)
	default:
		c.scalar(n, y)
	}
	if c.stopped {
		return nil
	}
	return n
}

// stop gives up, once, with a message.
func (c *converter) stop(n *Node, message, hint string) {
	if !c.stopped {
		c.problems.Error(c.src.between(n.offset, n.offset+1), Syntax, "%s", message).Hint = hint
	}
	c.stopped = true
}

func (c *converter) locate(n *Node, y *yaml.Node) {
	n.start = Position{Line: y.Line, Column: y.Column}
	n.offset = c.cursor.seek(n.start)
}

// properties steps over an anchor and a tag to the node's own text, and reports a tag that was meant as a text.
func (c *converter) properties(n *Node, y *yaml.Node) {
	if y.Kind == yaml.AliasNode {
		return
	}
	text, at := c.src.text, n.offset
	for at < len(text) && (text[at] == '&' || text[at] == '!') {
		word := at + wordLen(text[at:])
		if text[at] == '!' && !isCoreTag(text[at:word]) {
			reportTag(c.problems, c.src.between(at, word), text[at:word])
			n.Lost = true
		}
		at = skipComments(text, word)
	}
	if at != n.offset {
		n.start, n.offset = c.src.position(at), at
	}
}

func wordLen(s string) int {
	if i := strings.IndexAny(s, " \t\r\n"); i >= 0 {
		return i
	}
	return len(s)
}

// skipComments steps over blanks, line breaks and comments.
func skipComments(text string, at int) int {
	for {
		next, _ := skipBreaks(text, at)
		if next >= len(text) || text[next] != '#' || next == at {
			return next
		}
		for next < len(text) && breakLen(text, next) == 0 {
			next++
		}
		at = next
	}
}

func isCoreTag(tag string) bool {
	switch tag {
	case "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!map", "!!seq":
		return true
	}
	return false
}

func reportTag(p *Problems, at Range, tag string) {
	p.Error(at, LostText, "`%s` is read as a YAML tag and dropped", shorten(tag)).Hint = tagHint(tag)
}

func tagHint(tag string) string {
	if word := strings.TrimLeft(tag, "!"); isWord(word) {
		return fmt.Sprintf("for a negation write `not %s`, for a text use quotes", word)
	}
	return "for a negation write `not` and a blank, for a text use quotes"
}

func (c *converter) scalar(n *Node, y *yaml.Node) {
	n.Kind, n.Text, n.Tag = Scalar, y.Value, y.ShortTag()
	switch {
	case y.Style&yaml.SingleQuotedStyle != 0:
		n.style = singleQuoted
	case y.Style&yaml.DoubleQuotedStyle != 0:
		n.style = doubleQuoted
	case y.Style&yaml.LiteralStyle != 0:
		n.style = literal
	case y.Style&yaml.FoldedStyle != 0:
		n.style = folded
	}
	n.Quoted = n.style != plain
	if n.Tag == "!!null" && !n.Quoted && !n.Lost {
		n.Kind = Null
	}
	if n.Lost {
		n.Tag = "!!str"
	}
	if n.style == plain && !n.Lost {
		c.comment(n)
	}
	if n.Text == "" && c.isComparison(n) {
		n.Lost = true
	}
}

// isComparison tells an empty block that was meant as `> 3`, of which the linter has said that it is lost.
func (c *converter) isComparison(n *Node) bool {
	if n.style != literal && n.style != folded {
		return false
	}
	header := c.src.text[n.offset:]
	return strings.ContainsAny(header[:wordLen(header)], "123456789")
}

// comment looks for a comment behind an unquoted value that looks like a part of it.
func (c *converter) comment(n *Node) {
	at, ok := lostComment(c.src.text, n.end())
	if !ok || n.Text == "" && isBlankAt(c.src.text, at+1) {
		return // Behind an empty value only a # without a blank looks like a text.
	}
	place := c.src.between(at, c.src.lineEnd(c.src.lineOf(at)))
	if n.Tag != "!!str" {
		n.doubt = &place
		return
	}
	n.Lost = true
	ReportLost(c.problems, place)
}

// commentInPlace looks for a # without a blank after it where the value of a key is expected and none is.
func (c *converter) commentInPlace(n *Node) {
	if n.Kind != Null || n.Text != "" || n.aliasEnd > 0 {
		return
	}
	text, at := c.src.text, n.owner.end()
	for at < len(text) && (isBlank(text[at]) || text[at] == ':') {
		at++
	}
	if at+1 < len(text) && text[at] == '#' && !isBlank(text[at+1]) && breakLen(text, at+1) == 0 {
		place := c.src.between(at, c.src.lineEnd(c.src.lineOf(at)))
		n.doubt = &place
	}
}

// lostComment finds the # of a comment with one blank before it, or none after it, behind a text that ends at end.
func lostComment(text string, end int) (at int, ok bool) {
	at = end
	for at < len(text) && isBlank(text[at]) {
		at++
	}
	if at == end || at >= len(text) || text[at] != '#' {
		return 0, false
	}
	oneBefore := text[end:at] == " "
	noneAfter := at+1 >= len(text) || !isBlank(text[at+1])
	return at, oneBefore || noneAfter
}

func isBlankAt(text string, at int) bool {
	return at >= len(text) || isBlank(text[at]) || breakLen(text, at) > 0
}

// ReportLost reports a comment, at its place, that was most likely meant as a part of the text before it.
func ReportLost(p *Problems, at Range) *Diagnostic {
	return p.Error(at, LostText, "everything from # on is dropped as a comment").
		WithHint("put the whole text in quotes; for a comment write two spaces before # and one after")
}

func (c *converter) alias(n *Node, y *yaml.Node) *Node {
	target := c.anchors[y.Alias]
	if target == nil {
		c.stop(n, fmt.Sprintf("`*%s` stands inside the value that it repeats", shorten(y.Value)), "write the value out")
		return nil
	}
	if c.nodes += c.size(target); c.nodes > MaxNodes {
		c.stop(n, "the aliases (*name) repeat too much", "write the values out")
		return nil
	}
	shared := *target
	shared.aliasEnd = n.offset + 1 + len(y.Value)
	return &shared
}

// size counts the nodes of a tree with all aliases written out; it is bounded because nodes already are.
func (c *converter) size(n *Node) int {
	if known, ok := c.sizes[n]; ok {
		return known
	}
	total := 1
	for _, item := range n.Items {
		total += c.size(item)
	}
	for _, pair := range n.Pairs {
		total += 1 + c.size(pair.Value)
	}
	if c.sizes == nil {
		c.sizes = map[*Node]int{}
	}
	c.sizes[n] = total
	return total
}

func (c *converter) sequence(n *Node, y *yaml.Node, depth int) {
	n.Kind, n.style = Sequence, collectionStyle(y)
	n.Items = make([]*Node, 0, len(y.Content))
	for _, child := range y.Content {
		item := c.node(child, depth+1)
		if item == nil {
			return
		}
		item.owner = n
		n.Items = append(n.Items, item)
		n.last = item
	}
}

func collectionStyle(y *yaml.Node) style {
	if y.Style&yaml.FlowStyle != 0 {
		return flow
	}
	return block
}
