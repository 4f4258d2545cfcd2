package doc

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSuggest(t *testing.T) {
	keys := []string{"id", "intent", "when", "for", "from", "until", "off", "find_order", "collect", "reply", "silent", "apologise", "offer", "promise", "tag", "limit", "handoff", "close"}
	stages := []string{"unpaid", "grouping", "paid", "part_shipped", "shipped", "delivered", "closed"}
	for _, test := range []struct {
		word string
		from []string
		want string
	}{
		{"intnet", keys, "intent"},
		{"intents", keys, "intent"},
		{"replay", keys, "reply"},
		{"respond", keys, ""},
		{"FindOrder", keys, "find_order"},
		{"find-order", keys, "find_order"},
		{"find order", keys, "find_order"},
		{"apologize", keys, "apologise"},
		{"hand_off", keys, "handoff"},
		{"handof", keys, "handoff"},
		{"tags", keys, "tag"},
		{"i", keys, "id"},
		{"x", keys, ""},
		{"", keys, ""},
		{"deliverd", stages, "delivered"},
		{"deliver", stages, "delivered"},
		{"Shipped", stages, "shipped"},
		{"group", stages, "grouping"},
		{"refunded", stages, ""},
		{"售后组", []string{"售前", "售后"}, "售后"},
		{"id", keys, ""},
		{strings.Repeat("a", 1000), keys, ""},
	} {
		t.Run(test.word, func(t *testing.T) {
			require.Equal(t, test.want, Suggest(test.word, test.from))
		})
	}
}
