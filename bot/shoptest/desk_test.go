package shoptest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMistakesAboutTheDesk holds what is wrong in the keys that speak of agents, and where.
func TestMistakesAboutTheDesk(t *testing.T) {
	head := func(s string) string {
		return "tests:\n  - name: x\n    " + s + "\n    steps: [{buyer: 好, expect: {status: bot}}]\n"
	}
	move := func(s string) string {
		return "tests:\n  - name: x\n    steps:\n      - {buyer: 好, expect: {status: bot}}\n      - {move: " + s + "}\n"
	}
	for _, c := range []struct{ name, text, want string }{
		{"a paused rule misspelt", head("pause: return.in_windo"), `tests.yaml:3:12 unknown-value unknown rule "return.in_windo"`},
		{"one of several", head(`pause: ["*", "**"]`), `tests.yaml:3:18 unknown-value unknown rule "**"`},
		{"no list of agents", head("online: 小陈"), "tests.yaml:3:13 wrong-type online is a list"},
		{"an agent without a name", head("online: [{load: 1}]"), `missing-key "agent" is missing in an agent`},
		{"of no team", head("online: [{agent: 小陈, teams: [leed]}]"), `tests.yaml:3:34 unknown-team unknown team "leed"`},
		{"a load that is none", head("online: [{agent: 小陈, load: many}]"), "tests.yaml:3:32 wrong-type expected a whole number"},
		{"a move to no team", move("{team: leed}"), `tests.yaml:5:23 unknown-team unknown team "leed"`},
		{"a move with a misspelt key", move("{tema: lead}"), `tests.yaml:5:17 unknown-key unknown key "tema" in move`},
		{"a note beside something else", move("{}, note: 问过"), "wrong-type a step has one of"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, list, found := loaded(t, c.text)
			require.Empty(t, list)
			require.Len(t, found, 1)
			require.Contains(t, strings.Join(found, "\n"), c.want)
		})
	}
}
