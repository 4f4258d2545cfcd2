package rules_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// What a shop owner reads, sentence and place, for a file with every mistake.
func TestRenderedDiagnostics(t *testing.T) {
	seen := map[doc.Code]bool{}
	for _, name := range []string{"broken", "thoughtless", "unreadable"} {
		t.Run(name, func(t *testing.T) {
			source, err := os.ReadFile("testdata/" + name + ".yaml")
			require.NoError(t, err)
			v := vocabulary()
			v.Tags = []string{"fresh", "frozen"}
			var p doc.Problems
			file := doc.Parse(name+".yaml", source, &p)
			book := rules.Compile([]rules.Source{{File: file}}, v, rules.Options{}, &p)
			require.Equal(t, name != "thoughtless", book == nil, "only errors withhold the book")
			var out strings.Builder
			for _, d := range p.All() {
				seen[d.Code] = true
				out.WriteString(doc.Render(d, source))
				require.Equal(t, name == "thoughtless", d.Severity == doc.Warning, "%v", d)
			}
			golden(t, name+".golden", out.String())
		})
	}
	for _, info := range doc.Codes() {
		require.Equal(t, !foundElsewhere(info.Code), seen[info.Code], "%s", info.Code)
	}
}

// foundElsewhere tells the codes of what only a whole folder shows.
func foundElsewhere(code doc.Code) bool {
	switch code {
	case doc.UnknownScript, doc.NoWayOut, doc.Compliance, doc.EmptyTest, doc.MissingSecret, doc.TooMany:
		return true
	default:
		return false
	}
}

// The keys of a rule are those of the manual, in the order in which the reference lists them, each with its sentence.
func TestKeysOfARule(t *testing.T) {
	var names []string
	for _, field := range rules.RuleShape().Fields {
		names = append(names, field.Name)
		require.True(t, strings.HasSuffix(field.Doc, "."), field.Name)
		require.Equal(t, field.Name == "id", field.Required, field.Name)
	}
	require.Equal(t, []string{
		"id", "intent", "when", "for", "from", "until", "off", "find_order", "collect", "reply", "silent", "apologise",
		"offer", "promise", "tag", "limit", "handoff", "close",
	}, names)
}

// A rule needs one key that answers; each of these is enough, and no other key is.
func TestWhatMakesARule(t *testing.T) {
	tests := []struct {
		key  string
		does bool
	}{
		{"find_order: true", true},
		{"reply: 好", true},
		{"reply: [好, 好的]", true},
		{"reply: {image: a.jpg}", true},
		{"silent: true", true},
		{"offer: {coupon: 5}", true},
		{"offer: {resend: true}", true},
		{"handoff: {}", true},
		{"handoff: {task: true}", true},
		{"find_order: false", false},
		{"silent: false", false},
		{"apologise: true", false},
		{"collect: [bad]", false},
		{"promise: {what: 送达, within: 1h}", false},
		{"tag: [一]", false},
		{"limit: {times: 1, per: day}", false},
		{"close: true", false},
		{"for: {tags: [a]}", false},
		{"when: order.known", false},
		{"off: true", false},
	}
	for _, tt := range tests {
		t.Run(tt.key, func(t *testing.T) {
			book, found := compile(t, "rules:\n  - id: a\n    intent: return\n    "+tt.key+closing)
			if tt.does {
				require.NotNil(t, book, "%v", found)
				return
			}
			require.Len(t, found, 1)
			require.Equal(t, doc.MissingKey, found[0].Code)
			require.Equal(t, doc.Position{Line: 2, Column: 5}, found[0].Range.Start)
		})
	}
}

// What a shop may allow itself leaves a book; of every other code an error withholds it.
func TestTolerated(t *testing.T) {
	const beaten = "rules:\n  - {id: a, intent: return, reply: 一}\n  - {id: b, intent: return, reply: 二}" + closing
	const never = "rules:\n  - {id: a, intent: return, when: 1 > 2, reply: 一}" + closing
	const wrong = "rules:\n  - {id: a, intent: return, when: order.kown, reply: 一}" + closing
	tests := []struct {
		name, source string
		tolerate     []doc.Code
		book         bool
	}{
		{"beaten", beaten, nil, false},
		{"beaten and allowed", beaten, []doc.Code{doc.UnreachableRule}, true},
		{"beaten, another allowed", beaten, []doc.Code{doc.ConstantCondition}, false},
		{"never", never, nil, false},
		{"never and allowed", never, []doc.Code{doc.ConstantCondition}, true},
		{"wrong is not allowed", wrong, []doc.Code{doc.UnknownField, doc.UnreachableRule, doc.ConstantCondition}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var p doc.Problems
			file := doc.Parse("rules.yaml", []byte(tt.source), &p)
			book := rules.Compile([]rules.Source{{File: file}}, vocabulary(), rules.Options{Tolerate: tt.tolerate}, &p)
			require.Equal(t, tt.book, book != nil)
			require.Len(t, errorsOf(p.All()), 1, "it is reported all the same")
		})
	}
}
