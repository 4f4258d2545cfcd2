package rules_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// A mistake in a text is found where it stands, wherever texts may stand and however they are written.
func TestPlacesInTexts(t *testing.T) {
	tests := []struct {
		name, rule   string
		line, column int
	}{
		{"plain", "reply: 亲，${order.nmo}", 4, 22},
		{"single quotes", "reply: '亲''${order.nmo}'", 4, 24},
		{"double quotes", `reply: "亲\"${order.nmo}"`, 4, 24},
		{"escaped", `reply: "\u4EB2${order.nmo}"`, 4, 27},
		{"literal", "reply: |\n      亲\n        您好 ${order.nmo}", 6, 20},
		{"folded", "reply: >-\n      亲\n      您好 ${order.nmo}", 6, 18},
		{"on two lines", "reply: 亲\n      您好 ${order.nmo}", 5, 18},
		{"variant", "reply:\n      - 亲\n      - 您好 ${order.nmo}", 6, 20},
		{"variants in brackets", `reply: [亲, "${order.nmo}"]`, 4, 25},
		{"text of a reply", "reply:\n      image: a.jpg\n      text: ${order.nmo}", 6, 21},
		{"reason", "handoff:\n      reason: 订单 ${order.nmo}", 5, 26},
		{"second value", "reply: ${order.no} 和 ${order.nmo}", 4, 34},
		{"behind an escaped one", "reply: $${order.nmo} ${order.nmo}", 4, 34},
		{"in a calculation", "reply: ${order.amount * order.nmo}", 4, 35},
		{"amount of an offer", "offer: {refund: order.amount / order.nmo}", 4, 42},
		{"below a condition", "when: order.known\n    reply: ${order.nmo}", 5, 20},
		{"with anchors", "reply: &r 亲 ${order.nmo}", 4, 25},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source := "rules:\n  - id: a\n    intent: return\n    " + tt.rule + closing
			_, found := compile(t, source)
			require.Len(t, found, 1, "%v", found)
			require.Equal(t, doc.UnknownField, found[0].Code)
			require.Equal(t, "nmo", spot(source, found[0]))
			require.Equal(t, doc.Position{Line: tt.line, Column: tt.column}, found[0].Range.Start)
		})
	}
}

// Files from other systems are read as they are, and places stay what an editor shows.
func TestPlacesInOtherFiles(t *testing.T) {
	tests := []struct{ name, source string }{
		{"windows", "rules:\r\n  - id: a\r\n    intent: return\r\n    when: order.stag == \"paid\"\r\n    reply: 好\r\notherwise: {clarify: 1}\r\n"},
		{"byte order mark", "\uFEFFrules:\n  - id: a\n    intent: return\n    when: order.stag == \"paid\"\n    reply: 好\notherwise: {clarify: 1}\n"},
		{"old mac", "rules:\r  - id: a\r    intent: return\r    when: order.stag == \"paid\"\r    reply: 好\rotherwise: {clarify: 1}\r"},
		{"no last line break", "rules:\n  - id: a\n    intent: return\n    when: order.stag == \"paid\"\n    reply: 好\notherwise: {clarify: 1}"},
		{"begins with ---", "---\nrules:\n  - id: a\n    when: order.stag == \"paid\"\n    reply: 好\notherwise: {clarify: 1}\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, found := compile(t, tt.source)
			require.Len(t, found, 1, "%v", found)
			require.Equal(t, doc.Position{Line: 4, Column: 17}, found[0].Range.Start)
			require.Equal(t, doc.Position{Line: 4, Column: 21}, found[0].Range.End)
		})
	}
}

// Several spellings of YAML are one rule.
func TestSpellingsOfOneRule(t *testing.T) {
	for name, source := range map[string]string{
		"block":   "rules:\n  - id: a\n    intent: [return, refund]\n    when: order.known\n    reply: 好的\n    tag: 一\notherwise: {clarify: 1}\n",
		"flow":    "{rules: [{id: a, intent: [return, refund], when: order.known, reply: 好的, tag: [一]}], otherwise: {clarify: 1}}\n",
		"dashes":  "rules:\n- id: a\n  intent:\n  - return\n  - refund\n  when: order.known\n  reply:\n  - 好的\n  tag: [一]\notherwise:\n  clarify: 1\n",
		"quoted":  "'rules':\n  - \"id\": 'a'\n    intent: ['return', \"refund\"]\n    when: 'order.known'\n    reply: \"好的\"\n    tag: 一\notherwise: {clarify: 1}\n",
		"aliases": "rules:\n  - id: a\n    intent: &i [return, refund]\n    when: order.known\n    reply: &r 好的\n    tag: 一\n  - {id: b, intent: *i, off: true, reply: *r}\notherwise: {clarify: 1}\n",
		"order":   "otherwise: {clarify: 1}\nrules:\n  - tag: 一\n    reply: 好的\n    when: order.known\n    intent: [return, refund]\n    id: a\n",
	} {
		t.Run(name, func(t *testing.T) {
			book := mustCompile(t, source)
			rule := book.Rules()[0]
			require.Equal(t, "a", rule.ID)
			require.Equal(t, []rules.Intended{{Intent: "return"}, {Intent: "refund"}}, rule.Intents)
			require.Equal(t, "好的", rule.Replies[0].Text.Source())
			require.Equal(t, []string{"一"}, rule.Tags)
			require.Equal(t, 1, book.Otherwise().Clarify)
			f := book.NewFacts()
			require.Nil(t, book.Decide(rules.Query{Intent: "refund", Facts: f}).Rule)
			f.Set("order.known", rules.BoolValue(true))
			require.Equal(t, rule, book.Decide(rules.Query{Intent: "refund", Facts: f}).Rule)
		})
	}
}

// A book is shared by conversations that are decided at the same time, each with facts of its own.
func TestBookIsShared(t *testing.T) {
	book := mustCompile(t, returns)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			f := book.NewFacts()
			for i := range 200 {
				f.Reset()
				known := (i+worker)%2 == 0
				f.Set("order.known", rules.BoolValue(known))
				f.Set("order.no", rules.TextValue("1"))
				f.Set("order.stage", rules.TextValue("delivered"))
				f.Set("order.delivered_days", rules.IntValue(9))
				want := "return.which"
				if known {
					want = "return.too_late"
				}
				if d := book.Decide(rules.Query{Intent: "return", Facts: f, Trace: i%3 == 0}); d.Rule == nil || d.Rule.ID != want {
					t.Errorf("got %v, want %s", d.Rule, want)
				}
			}
		})
	}
	wg.Wait()
}

// Reading by the same table twice gives the same book and the same findings.
func TestCompilingIsRepeatable(t *testing.T) {
	for _, source := range []string{returns, "rules:\n  - {id: a, intent: [retrun, refnd], when: order.stag, reply: '${a.b}'}\n  - {id: a}\n"} {
		first, found := compile(t, source)
		for range 20 {
			again, foundAgain := compile(t, source)
			require.Equal(t, found, foundAgain)
			require.Equal(t, first == nil, again == nil)
		}
	}
}
