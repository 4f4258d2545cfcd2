package intents

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"xiaoer/rules/doc"
)

// A sheet is what one file of intents says.
type sheet struct{ intents []sheetIntent }

// A sheetIntent is one intent, or one topic of it, as a file describes it.
type sheetIntent struct {
	name     *doc.Node
	title    string
	examples []*doc.Node
	keywords []*doc.Node
	patterns []*doc.Node
	not      []doc.Pair
	topics   []sheetIntent
	faulty   bool // something in it was reported, so that what it lacks may only be misspelt
}

// topicFields are the keys of a topic; an intent has `topics` besides.
func topicFields() []doc.Field[sheetIntent] {
	list := func(set func(*sheetIntent, []*doc.Node)) func(*doc.Decoder, *sheetIntent, *doc.Node) {
		return func(d *doc.Decoder, into *sheetIntent, v *doc.Node) {
			if nodes, ok := d.Texts(v); ok {
				set(into, nodes)
			}
		}
	}
	texts := doc.ListShape(doc.TextShape())
	return []doc.Field[sheetIntent]{
		{Name: "title", Doc: "How the bot names it to a buyer.", Shape: doc.TextShape(), Set: setTitle},
		{Name: "examples", Doc: "Sentences that mean it.", Shape: texts, Set: list(func(s *sheetIntent, n []*doc.Node) { s.examples = n })},
		{Name: "keywords", Doc: "Words that decide it wherever they stand.", Shape: texts, Set: list(func(s *sheetIntent, n []*doc.Node) { s.keywords = n })},
		{Name: "patterns", Doc: "Regular expressions that decide it.", Shape: texts, Set: list(func(s *sheetIntent, n []*doc.Node) { s.patterns = n })},
		{Name: "not", Doc: "Sentences that look like it, with the intent that they are.", Shape: doc.MapShape(doc.TextShape()), Set: setNot},
	}
}

func setTitle(d *doc.Decoder, into *sheetIntent, v *doc.Node) {
	if title, ok := d.Text(v); ok {
		into.title = title
	}
}

func setNot(d *doc.Decoder, into *sheetIntent, v *doc.Node) {
	doc.DecodeMap(d, v, "not", func(key, value *doc.Node) {
		if _, ok := d.Text(value); ok {
			into.not = append(into.not, doc.Pair{Key: key, Value: value})
		}
	})
}

func intentFields() []doc.Field[sheetIntent] {
	topics := doc.Field[sheetIntent]{
		Name: "topics", Doc: "Kinds within the intent.", Shape: doc.MapShape(doc.ObjectShape(topicFields())),
		Set: func(d *doc.Decoder, into *sheetIntent, v *doc.Node) {
			doc.DecodeMap(d, v, "topics", func(key, value *doc.Node) {
				topic, before := sheetIntent{name: key}, d.Problems.Len()
				if doc.Decode(d, value, topicFields(), "a topic", &topic) {
					topic.faulty = d.Problems.Len() > before
					into.topics = append(into.topics, topic)
				}
			})
		},
	}
	return append(topicFields(), topics)
}

// sheetFields are the keys of a file of intents.
func sheetFields() []doc.Field[sheet] {
	return []doc.Field[sheet]{{
		Name: "intents", Required: true, Doc: "The intents, by name.", Shape: doc.MapShape(doc.ObjectShape(intentFields())),
		Set: func(d *doc.Decoder, into *sheet, v *doc.Node) {
			doc.DecodeMap(d, v, "intents", func(key, value *doc.Node) {
				intent, before := sheetIntent{name: key}, d.Problems.Len()
				if doc.Decode(d, value, intentFields(), "an intent", &intent) {
					intent.faulty = d.Problems.Len() > before
					into.intents = append(into.intents, intent)
				}
			})
		},
	}}
}

// readSheet decodes a file of intents.
func readSheet(f *doc.File, p *doc.Problems) sheet {
	var out sheet
	if f != nil && f.Root != nil && !lacksIntents(f.Root, p) {
		doc.Decode(&doc.Decoder{Problems: p}, f.Root, sheetFields(), "a file of intents", &out)
	}
	return out
}

// lacksIntents reports a file whose first level names the intents themselves, once and not once a key.
func lacksIntents(root *doc.Node, p *doc.Problems) bool {
	if root.Kind != doc.Mapping || len(root.Pairs) == 0 {
		return false
	}
	for _, pair := range root.Pairs {
		if pair.Key.Text == "intents" || doc.Suggest(pair.Key.Text, []string{"intents"}) != "" {
			return false
		}
	}
	p.Error(root.Pairs[0].Key.Range(), doc.MissingKey, "%q is missing in a file of intents", "intents").
		Hint = "put the intents under a key `intents:`, two blanks deeper"
	return true
}

// Load reads labelled sentences and the taxonomy from a tree of <language>/<intent>.yaml, in the order of the file names.
func Load(tree fs.FS) ([]Example, []Intent, error) {
	names, err := fs.Glob(tree, "*/*.yaml")
	if err != nil {
		return nil, nil, fmt.Errorf("list sentences: %w", err)
	}
	slices.Sort(names)
	t := taxonomist{}
	var examples []Example
	for _, name := range names {
		content, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil, nil, fmt.Errorf("read sentences: %w", err)
		}
		problems := &doc.Problems{}
		read := readSheet(doc.Parse(name, content, problems), problems)
		if problems.HasErrors() {
			return nil, nil, fmt.Errorf("read sentences of %s: %s", name, problems.All()[0].Message)
		}
		for _, intent := range read.intents {
			t.add(intent, path.Dir(name))
			examples = append(examples, intent.sentences()...)
		}
	}
	return withTopics(examples), t.list, nil
}

// withTopics gives a sentence that stands in one place without a topic the topic that it has in another.
func withTopics(examples []Example) []Example {
	topics := map[[2]string]string{}
	for _, e := range examples {
		if e.Topic != "" {
			topics[[2]string{e.Intent, strings.ToLower(e.Text)}] = e.Topic
		}
	}
	for i, e := range examples {
		if e.Topic == "" {
			examples[i].Topic = topics[[2]string{e.Intent, strings.ToLower(e.Text)}]
		}
	}
	return examples
}

// sentences gives the examples of an intent and its topics, and the counterexamples under what they really are.
func (s sheetIntent) sentences() []Example {
	out := s.own(s.name.Text, "")
	for _, topic := range s.topics {
		out = append(out, topic.own(s.name.Text, topic.name.Text)...)
	}
	return out
}

func (s sheetIntent) own(intent, topic string) []Example {
	var out []Example
	for _, list := range [...][]*doc.Node{s.examples, s.keywords} {
		for _, n := range list {
			out = append(out, Example{Text: n.Text, Intent: intent, Topic: topic})
		}
	}
	for _, p := range s.not {
		name, kind, _ := strings.Cut(p.Value.Text, ".")
		out = append(out, Example{Text: p.Key.Text, Intent: name, Topic: kind})
	}
	return out
}

// taxonomist gathers the names and titles of intents.
type taxonomist struct{ list []Intent }

func (t *taxonomist) add(s sheetIntent, language string) {
	at := slices.IndexFunc(t.list, func(i Intent) bool { return i.Name == s.name.Text })
	if at < 0 {
		t.list = append(t.list, Intent{Name: s.name.Text, Titles: map[string]string{}})
		at = len(t.list) - 1
	}
	i := &t.list[at]
	setNamed(i.Titles, language, s.title)
	for _, topic := range s.topics {
		k := slices.IndexFunc(i.Topics, func(t Topic) bool { return t.Name == topic.name.Text })
		if k < 0 {
			i.Topics = append(i.Topics, Topic{Name: topic.name.Text, Titles: map[string]string{}})
			k = len(i.Topics) - 1
		}
		setNamed(i.Topics[k].Titles, language, topic.title)
	}
}

func setNamed(titles map[string]string, language, title string) {
	if title != "" {
		titles[language] = title
	}
}
