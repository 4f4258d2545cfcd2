package engine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
)

// An act that is sent again to a newer program is the same act: what came to acts since is not in the print of one without it.
func TestAnActsPrintOutlivesTheProgram(t *testing.T) {
	t.Parallel()
	act := desk.Act{ID: "a", Who: "小陈", Role: desk.Agent, Kind: bot.EventAgent, Text: "您好"}
	require.Equal(t, "0d221a64bb503360f7346984ad1aa3b5", printOf("h", act))
	act.Cost = "1"
	require.NotEqual(t, "0d221a64bb503360f7346984ad1aa3b5", printOf("h", act))
}
