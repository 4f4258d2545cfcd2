package desk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
)

func TestOverdue(t *testing.T) {
	t.Parallel()
	now := at(0)
	for name, test := range map[string]struct {
		state            desk.State
		deadline, missed time.Time
		want             bool
	}{
		"nothing is owed":         {desk.Taken, time.Time{}, time.Time{}, false},
		"there is time":           {desk.Waiting, at(1), time.Time{}, false},
		"there is none any more":  {desk.Task, at(-1), time.Time{}, true},
		"another team has time":   {desk.Waiting, at(1), at(-9), true},
		"nobody has a new one":    {desk.Taken, time.Time{}, at(-9), true},
		"it is closed unanswered": {desk.Closed, at(-1), at(-1), false},
	} {
		c := desk.Case{State: test.state, Handoff: bot.Handoff{Deadline: test.deadline, Missed: test.missed}}
		require.Equal(t, test.want, c.Overdue(now), name)
	}
}
