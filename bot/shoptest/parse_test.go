package shoptest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/shoptest"
	"xiaoer/rules/doc"
)

func TestParseProblems(t *testing.T) {
	step := func(s string) string { return "tests:\n  - name: x\n    steps: [" + s + "]\n" }
	for _, c := range []struct{ name, text, want string }{
		{"nothing checked", step("{buyer: 好}"), "tests.yaml:2:11 empty-test this test checks nothing"},
		{"nothing expected", step("{buyer: 好, expect: {}}"), "tests.yaml:2:11 empty-test"},
		{"no steps", "tests:\n  - name: x\n    steps: []\n", "tests.yaml:2:11 empty-test"},
		{"no name", "tests: [{steps: [{buyer: 好, expect: {status: bot}}]}]\n", `tests.yaml:1:10 missing-key "name" is missing`},
		{"missing steps", "tests: [{name: x}]\n", `missing-key "steps" is missing`},
		{"unknown key", step("{byer: 好, expect: {status: bot}}"), `tests.yaml:3:14 unknown-key unknown key "byer"`},
		{"unknown expectation", step("{buyer: 好, expect: {rules: a}}"), `unknown-key unknown key "rules" in expect`},
		{"unknown rule", step("{buyer: 好, expect: {rule: return.in_windo}}"), `tests.yaml:3:39 unknown-value unknown rule "return.in_windo"`},
		{"unknown intent", step("{buyer: 好, expect: {intents: [retrun]}}"), `tests.yaml:3:43 unknown-intent unknown intent "retrun"`},
		{"unknown topic", step("{buyer: 好, expect: {intents: [wrong_order.adress]}}"), `unknown-intent unknown intent "wrong_order.adress"`},
		{"unknown slot", step("{buyer: 好, expect: {ask: photo}}"), `unknown-slot unknown slot "photo"`},
		{"unknown slot filled", step("{buyer: 好, expect: {slots: {photo: a}}}"), `unknown-slot unknown slot "photo"`},
		{"unknown team", step("{buyer: 好, expect: {handoff: {team: aftersale}}}"), `unknown-team unknown team "aftersale"`},
		{"unknown field of a case", step("{buyer: 好, expect: {handoff: {taem: lead}}}"), `unknown-key unknown key "taem" in handoff`},
		{"unknown status", step("{buyer: 好, expect: {status: wating}}"), `unknown-value unknown value "wating"`},
		{"silent as a text", step("{buyer: 好, expect: {silent: 是}}"), "wrong-type expected true or false"},
		{"two things at once", step("{buyer: 好, claim: 小陈, expect: {status: bot}}"), "wrong-type a step has one of"},
		{"nothing happens", step("{buyer: 好, expect: {status: bot}}, {}"), "missing-key nothing happens in this step"},
		{"clock", step("{after: 5, expect: {status: bot}}"), "wrong-type expected a stretch of time"},
		{"clock far away", step("{after: 500d, expect: {status: bot}}"), "too-costly the clock moves by more than 400 days"},
		{"message", step("{buyer: {txt: 好}, expect: {status: bot}}"), `unknown-key unknown key "txt" in a message`},
		{"order misspelt", "tests: [{name: x, order: {no: \"1\", delivered_att: 2026-11-11}, steps: [{expect: {status: bot}}]}]", `unknown-key unknown key "delivered_att" in order`},
		{"order of a wrong type", "tests: [{name: x, order: {no: \"1\", items: 3}, steps: [{expect: {status: bot}}]}]", "tests.yaml:1:43 wrong-type items"},
		{"order of an unknown stage", "tests: [{name: x, order: {no: \"1\", stage: deliverd}, steps: [{expect: {status: bot}}]}]", "tests.yaml:1:43 unknown-value stage must be one of"},
		{"now", "tests: [{name: x, now: 昨天, steps: [{expect: {status: bot}}]}]", "tests.yaml:1:24 wrong-type expected a moment"},
		{"source", "tests: [{name: x, source: off, steps: [{expect: {status: bot}}]}]", "unknown-value"},
		{"no list", "tests: {a: 1}\n", "wrong-type"},
		{"another key", "test: []\n", `unknown-key unknown key "test"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, list, found := loaded(t, c.text)
			require.Empty(t, list, "a test with a problem is not run")
			require.Contains(t, strings.Join(found, "\n"), c.want)
		})
	}
}

func TestNamesOfABrokenShopAreNotChecked(t *testing.T) {
	var p doc.Problems
	file := doc.Parse("tests.yaml", []byte("tests: [{name: x, steps: [{buyer: 好, expect: {rule: any, ask: any, intents: [any], handoff: {team: any}}}]}]"), &p)
	require.Len(t, shoptest.Parse([]*doc.File{file, nil, {}}, nil, &p), 1)
	require.Empty(t, p.All())
}

// FuzzTests makes sure that no document makes reading or running panic or hang.
func FuzzTests(f *testing.F) {
	f.Add([]byte(one("      - buyer: {images: [a.jpg], order: {no: \"1\"}}\n        expect: {rule: never}\n")))
	f.Add([]byte("tests: [{name: a, buyer: b, orders: [{no: 1}], steps: [{after: 400d}, {echo: x}, {resolve: }, {expect: {slots: {photos: 1}}}]}]"))
	f.Add([]byte("tests: [{name: &a [*a], steps: [{expect: {handoff: {order: [1]}}}]}]"))
	f.Add([]byte("tests: [{name: a, pause: \"*\", online: [x, {agent: y, teams: lead, ceiling: 1}], steps: [{buyer: x}, {note: y}, {move: {team: lead, to: z}}, {expect: {status: waiting}}]}]"))
	r, _, _ := loaded(f, "tests: []")
	f.Fuzz(func(t *testing.T, data []byte) {
		var p doc.Problems
		list := shoptest.Parse([]*doc.File{doc.Parse("tests.yaml", data, &p)}, r.Shop.Book, &p)
		s, err := shoptest.Run(t.Context(), subject(r), list, shoptest.Options{})
		require.NoError(t, err)
		require.Equal(t, len(list), s.Passed+s.Failed)
		for _, d := range p.All() {
			require.True(t, d.Range.Start.IsValid(), d.Message)
		}
	})
}
