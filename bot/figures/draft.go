package figures

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
)

// A Draft is what a shop owner may put into the shop's files so that a group of questions gets an answer: YAML for each file, "" for
// one that needs nothing. The reply is a place to write in.
type Draft struct {
	Intents string `json:"intents"`
	Rules   string `json:"rules"`
	Tests   string `json:"tests"`
}

// Words are those that a draft is written with.
type Words struct {
	Reply string // stands where the owner writes
	Name  string // of the test, before what was asked
}

// NewDraft drafts a rule for a group. What was understood and has no rule needs a rule only, for orders of the stage that was asked about; what came
// near an intent is taught as an example of it; all else becomes an intent of the shop's own, for a rule for the whole intent would answer
// its other questions too.
func NewDraft(g Group, w Words) Draft {
	if len(g.Texts) == 0 {
		return Draft{}
	}
	var d Draft
	intent, mark, when, order := g.Intent, "_"+short(g.Texts[0]), "", ""
	switch {
	case intent != "" && !g.Open:
		if slices.Contains(orderStages(), g.Stage) {
			when = fmt.Sprintf("    when: order.stage == %q\n", g.Stage)
			order = fmt.Sprintf("    order: {no: 261118-123456789012345, stage: %s}\n", g.Stage)
		}
	case intent == "" && g.Near != "":
		intent = g.Near
		base, topic, _ := strings.Cut(intent, ".")
		d.Intents = intentsYAML(base, topic, g)
	default:
		intent, mark = ownName(g.Texts[0]), ""
		d.Intents = intentsYAML(intent, "", g)
	}
	rule := "draft." + strings.ReplaceAll(intent, ".", "_") + mark
	d.Rules = fmt.Sprintf("rules:\n  - id: %s\n    intent: %s\n%s    reply: %s\n", rule, intent, when, quoted(w.Reply))
	d.Tests = fmt.Sprintf("tests:\n  - name: %s\n%s    steps:\n      - buyer: %s\n        expect: {rule: %s}\n",
		quoted(w.Name+g.Texts[0]), order, quoted(g.Texts[0]), rule)
	return d
}

// orderStages are those that a draft may speak of: a stage comes from outside.
func orderStages() []string {
	return []string{"unpaid", "grouping", "paid", "part_shipped", "shipped", "delivered", "closed"}
}

func intentsYAML(intent, topic string, g Group) string {
	var b strings.Builder
	indent := "    "
	fmt.Fprintf(&b, "intents:\n  %s:\n", intent)
	if topic != "" {
		fmt.Fprintf(&b, "    topics:\n      %s:\n", topic)
		indent = "        "
	}
	if g.Near != intent && g.Near != intent+"."+topic {
		fmt.Fprintf(&b, "%stitle: %s\n", indent, quoted(shorten(g.Texts[0], 12)))
	}
	b.WriteString(indent + "examples:\n")
	for _, t := range g.Texts {
		fmt.Fprintf(&b, "%s  - %s\n", indent, quoted(t))
	}
	return b.String()
}

// ownName is a name for an intent of the shop's own: the same for the same words.
func ownName(s string) string { return "own_" + short(s) }

func short(s string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s))
	return fmt.Sprintf("%06x", h.Sum32()&0xffffff)
}

// quoted writes a text so that YAML reads it as this text and nothing else.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `""`
	}
	return strings.TrimSpace(b.String())
}
