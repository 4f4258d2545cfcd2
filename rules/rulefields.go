package rules

import (
	"fmt"
	"slices"
	"strings"

	"xiaoer/rules/doc"
)

// A draft is a rule while it is read, with the places that later checks point at.
type draft struct {
	rule     *Rule
	node     *doc.Node
	id       *doc.Node
	intents  []*doc.Node
	replies  []*doc.Node // the texts of the replies
	products []*doc.Node // the ids and tags under for
	when     *expression // of the condition, nil without one
	hasWhen  bool
	until    *doc.Node
	broken   bool // something in it was reported, so it takes no part in what compares rules
	base     bool
}

// A reader reads rules. The tables of fields are its methods' results, made once for a folder.
type reader struct {
	incomplete bool // something could not be compiled, whether that was reported here or elsewhere
	vocabulary *Vocabulary
	layout     *layout
	problems   *doc.Problems
	decoder    *doc.Decoder
	rule       []doc.Field[draft]
}

func newReader(v *Vocabulary, p *doc.Problems) *reader {
	r := &reader{vocabulary: v, layout: newLayout(v), problems: p, decoder: &doc.Decoder{Problems: p}}
	r.rule = r.ruleFields()
	return r
}

// ruleFields is the table of all keys of a rule: the decoder, the JSON Schema and the reference page come from it.
func (r *reader) ruleFields() []doc.Field[draft] {
	return slices.Concat(r.matchFields(), r.answerFields(), r.effectFields())
}

// matchFields say when a rule is for a message.
func (r *reader) matchFields() []doc.Field[draft] {
	name := doc.Shape{Type: doc.TextType, Example: "return"}
	return []doc.Field[draft]{
		{Name: "id", Required: true, Doc: "The name of the rule, by which traces, tests and reports speak of it.", Shape: doc.Shape{Type: doc.TextType, Example: "return.in_window"}, Set: r.setID},
		{Name: "intent", Doc: "What the buyer wants: an intent, one topic of it such as `wrong_order.address`, or a list of them. Without it the rule is a candidate for every message.", Shape: doc.OneOrMoreShape(name), Set: r.setIntent},
		{Name: "when", Doc: "The condition. Only what is known to be true fits.", Shape: doc.Shape{Type: doc.TextType, Example: `order.stage == "paid"`}, Set: r.setWhen},
		{Name: "for", Doc: "The products that the rule is for, by their ids or tags.", Shape: doc.ObjectShape(r.forFields()), Set: r.setFor},
		{Name: "from", Doc: "The first day on which the rule holds.", Shape: doc.DateShape(), Set: func(d *doc.Decoder, into *draft, v *doc.Node) {
			into.rule.From, _ = d.Date(v)
		}},
		{Name: "until", Doc: "The last day on which the rule holds.", Shape: doc.DateShape(), Set: r.setUntil},
		{Name: "off", Doc: "Switches the rule off.", Shape: doc.BoolShape(), Set: func(d *doc.Decoder, into *draft, v *doc.Node) {
			into.rule.Off, _ = d.Bool(v)
		}},
	}
}

// answerFields say what a rule answers.
func (r *reader) answerFields() []doc.Field[draft] {
	slot := doc.Shape{Type: doc.TextType, Example: "photos"}
	return []doc.Field[draft]{
		{Name: "find_order", Doc: "Finds the buyer's order: the only open one, a choice from a list, or a question for its number. Then the rules are read again.", Shape: doc.BoolShape(), Set: func(d *doc.Decoder, into *draft, v *doc.Node) {
			into.rule.FindOrder, _ = d.Bool(v)
		}},
		{Name: "collect", Doc: "The slots to fill before the rule answers, asked one at a time.", Shape: doc.OneOrMoreShape(slot), Set: r.setCollect},
		{Name: "reply", Doc: "The text to send, or variants of it that are taken in turn. `${ }` prints a fact.", Shape: doc.OneOrMoreShape(doc.AnyShape(doc.TextShape(), doc.ObjectShape(r.replyFields()))), Set: r.setReply},
		{Name: "silent", Doc: "Answers by silence.", Shape: doc.BoolShape(), Set: func(d *doc.Decoder, into *draft, v *doc.Node) {
			into.rule.Silent, _ = d.Bool(v)
		}},
		{Name: "apologise", Doc: "Puts the script `apology` in front of the reply.", Shape: doc.BoolShape(), Set: func(d *doc.Decoder, into *draft, v *doc.Node) {
			into.rule.Apologise, _ = d.Bool(v)
		}},
	}
}

// effectFields say what else a rule does.
func (r *reader) effectFields() []doc.Field[draft] {
	return []doc.Field[draft]{
		{Name: "offer", Doc: "A compensation: one of coupon, refund, difference and resend with its amount.", Shape: doc.ObjectShape(r.offerFields()), Set: r.setOffer},
		{Name: "promise", Doc: "What the reply promises, so that it is recorded, timed and made only once.", Shape: doc.ObjectShape(promiseFields()), Set: func(d *doc.Decoder, into *draft, v *doc.Node) {
			var p Promise
			if doc.Decode(d, v, promiseFields(), "a promise", &p) {
				into.rule.Promise = &p
			}
		}},
		{Name: "tag", Doc: "Tags to put on the conversation.", Shape: doc.OneOrMoreShape(doc.TextShape()), Set: func(d *doc.Decoder, into *draft, v *doc.Node) {
			into.rule.Tags = readTexts(d, v)
		}},
		{Name: "limit", Doc: "How often the rule answers one buyer.", Shape: doc.ObjectShape(limitFields()), Set: func(d *doc.Decoder, into *draft, v *doc.Node) {
			var l Limit
			if doc.Decode(d, v, limitFields(), "a limit", &l) {
				into.rule.Limit = &l
			}
		}},
		{Name: "handoff", Doc: "Hands the conversation over to a human.", Shape: doc.ObjectShape(r.handoffFields()), Set: func(d *doc.Decoder, into *draft, v *doc.Node) {
			var h Handoff
			if doc.Decode(d, v, r.handoffFields(), "a handoff", &h) {
				into.rule.Handoff = &h
			}
		}},
		{Name: "close", Doc: "Closes the conversation when nothing else is open.", Shape: doc.BoolShape(), Set: func(d *doc.Decoder, into *draft, v *doc.Node) {
			into.rule.Close, _ = d.Bool(v)
		}},
	}
}

func readTexts(d *doc.Decoder, v *doc.Node) []string {
	nodes, _ := d.Texts(v)
	return nodeTexts(nodes)
}

func nodeTexts(nodes []*doc.Node) []string {
	var texts []string
	for _, n := range nodes {
		texts = append(texts, n.Text)
	}
	return texts
}

func (r *reader) setID(d *doc.Decoder, into *draft, v *doc.Node) {
	if id, ok := d.FilledText(v); ok {
		into.rule.ID, into.rule.At, into.id = id, v.Range(), v
	}
}

func (r *reader) setIntent(d *doc.Decoder, into *draft, v *doc.Node) {
	nodes, _ := d.Texts(v)
	for _, n := range nodes {
		if intended, ok := r.intended(n); ok {
			into.rule.Intents = append(into.rule.Intents, intended)
			into.intents = append(into.intents, n)
		}
	}
	if v.Kind == doc.Sequence && len(v.Items) == 0 {
		d.Wrong(v, "expected an intent or a list of them", "leave `intent` out to make the rule a candidate for every message")
	}
}

// intended looks up an intent or a topic of it.
func (r *reader) intended(n *doc.Node) (Intended, bool) {
	name, topic, dotted := strings.Cut(n.Text, ".")
	if name == "other" {
		r.problems.Error(n.Range(), doc.UnknownIntent, "no rule can be for `other`").
			WithHint("what is not understood goes to `otherwise`; leave `intent` out for a rule that is a candidate for every message")
		return Intended{}, false
	}
	var names []string
	for i := range r.vocabulary.Intents {
		intent := &r.vocabulary.Intents[i]
		if intent.Name == name && (!dotted || slices.Contains(intent.Topics, topic)) {
			return Intended{Intent: name, Topic: topic}, true
		}
		if intent.Name == name {
			r.unknownTopic(n, intent, topic)
			return Intended{}, false
		}
		names = append(names, intent.Name)
	}
	r.problems.Error(n.Range(), doc.UnknownIntent, "unknown intent %q%s", name, didYouMean(name, names)).
		WithHint("the intents are " + strings.Join(names, ", "))
	return Intended{}, false
}

func (r *reader) unknownTopic(n *doc.Node, intent *Intent, topic string) {
	hint := fmt.Sprintf("write %s alone", intent.Name)
	if len(intent.Topics) > 0 {
		hint = fmt.Sprintf("%s has the topics %s", intent.Name, strings.Join(intent.Topics, ", "))
	}
	r.problems.Error(n.Range(), doc.UnknownIntent, "unknown topic %q of %s%s", topic, intent.Name, didYouMean(topic, intent.Topics)).WithHint(hint)
}

func (r *reader) setWhen(d *doc.Decoder, into *draft, v *doc.Node) {
	into.hasWhen = true
	if v.Lost {
		into.broken = true
		return
	}
	text, ok := d.Condition(v)
	if !ok {
		into.broken = true
		return
	}
	into.rule.when, into.when = compileCondition(v, text, r.layout, r.problems)
	if into.rule.when == nil {
		into.broken, r.incomplete = true, true
	}
}

func (r *reader) forFields() []doc.Field[draft] {
	ids := func(d *doc.Decoder, into *draft, v *doc.Node) {
		into.rule.forIDs = append(into.rule.forIDs, products(d, into, v)...)
	}
	list := doc.OneOrMoreShape(doc.TextShape())
	return []doc.Field[draft]{
		{Name: "tags", Doc: "Products with one of these tags.", Shape: list, Set: func(d *doc.Decoder, into *draft, v *doc.Node) {
			into.rule.forTags = append(into.rule.forTags, products(d, into, v)...)
		}},
		{Name: "ids", Doc: "Products with one of these ids.", Shape: list, Set: ids},
		{Name: "products", Doc: "The same as `ids`.", Shape: list, Set: ids},
	}
}

// products reads ids or tags; whether the catalogue has them is looked at later.
func products(d *doc.Decoder, into *draft, v *doc.Node) []string {
	nodes, _ := d.Texts(v)
	into.products = append(into.products, nodes...)
	return nodeTexts(nodes)
}

func (r *reader) setFor(d *doc.Decoder, into *draft, v *doc.Node) {
	before := r.problems.Len()
	doc.Decode(d, v, r.forFields(), "for", into)
	into.rule.For = slices.Concat(into.rule.forIDs, into.rule.forTags)
	if len(into.rule.For) == 0 && r.problems.Len() == before {
		d.Wrong(v, "expected `tags` or `ids` of products", "for example for: {tags: [fresh]}")
	}
}

func (r *reader) setUntil(d *doc.Decoder, into *draft, v *doc.Node) {
	into.rule.Until, _ = d.Date(v)
	into.until = v
}

func (r *reader) setCollect(d *doc.Decoder, into *draft, v *doc.Node) {
	nodes, _ := d.Texts(v)
	for _, n := range nodes {
		switch {
		case !slices.Contains(r.vocabulary.Slots, n.Text):
			r.unknownName(n, doc.UnknownSlot, "slot", r.vocabulary.Slots)
		case !slices.Contains(into.rule.Collect, n.Text):
			into.rule.Collect = append(into.rule.Collect, n.Text)
		}
	}
}

// unknownName reports a name that shop.yaml does not describe.
func (r *reader) unknownName(n *doc.Node, code doc.Code, what string, names []string) {
	if slices.Contains(r.vocabulary.Spoiled, what+"s") {
		r.incomplete = true
		return
	}
	hint := fmt.Sprintf("describe it under `%ss` in shop.yaml", what)
	if len(names) > 0 {
		hint = fmt.Sprintf("the %ss are %s", what, strings.Join(names, ", "))
	}
	r.problems.Error(n.Range(), code, "unknown %s %q%s", what, n.Text, didYouMean(n.Text, names)).WithHint(hint)
}

// text compiles a text of a rule.
func (r *reader) text(n *doc.Node) *Template {
	t := compileTemplate(n, r.layout, r.problems)
	r.incomplete = r.incomplete || t == nil
	return t
}

// team reads the name of a team. A shop without any team has one problem, which is not each name's.
func (r *reader) team(d *doc.Decoder, v *doc.Node) string {
	name, ok := d.FilledText(v)
	if ok && len(r.vocabulary.Teams) > 0 && !slices.Contains(r.vocabulary.Teams, name) {
		r.unknownName(v, doc.UnknownTeam, "team", r.vocabulary.Teams)
	}
	return name
}
