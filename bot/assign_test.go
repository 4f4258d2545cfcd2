package bot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
)

func TestAssignment(t *testing.T) {
	for _, c := range []struct {
		name   string
		online []bot.Seat
		want   string
	}{
		{"nobody is there", nil, ""},
		{"the least loaded", []bot.Seat{{Agent: "a", Load: 2}, {Agent: "b", Load: 1}, {Agent: "c", Load: 3}}, "b"},
		{"by name where several are", []bot.Seat{{Agent: "c", Load: 1}, {Agent: "b", Load: 1}}, "b"},
		{"of its team", []bot.Seat{{Agent: "a", Teams: []string{"presales"}}, {Agent: "b", Teams: []string{"lead", "aftersales"}, Load: 9}}, "b"},
		{"below the ceiling", []bot.Seat{{Agent: "a", Load: 2, Ceiling: 2}, {Agent: "b", Load: 7, Ceiling: 8}}, "b"},
		{"all are full or of other teams", []bot.Seat{{Agent: "a", Load: 2, Ceiling: 2}, {Agent: "b", Teams: []string{"lead"}}, {}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := begin(t, shop(t, taskRules))
			k.desk.Online = c.online
			h := handoff(k.says("坏了", is("quality")))
			require.Equal(t, c.want, h.Assigned)
			require.Empty(t, h.Agent)
			require.Equal(t, bot.StatusWaiting, k.c.Status, "an assigned case waits until it is claimed")
			want := []string{"bot opened"}
			if c.want != "" {
				want = append(want, "bot assigned to "+c.want)
			}
			require.Equal(t, want, did(h))
			require.Equal(t, c.want, k.c.Case.Assigned)
		})
	}
}

func TestAssignmentOfTasks(t *testing.T) {
	k := begin(t, shop(t, taskRules))
	k.desk.Online = []bot.Seat{{Agent: "a"}, {Agent: "b"}}
	got := k.says("改地址，还坏了", is("wrong_order.address", "quality"))
	opened := actions(got, bot.ActHandoff)
	require.Len(t, opened, 2)
	require.Equal(t, []string{"a", "b"}, []string{opened[0].Handoff.Assigned, opened[1].Handoff.Assigned}, "the first of a turn weighs on the second")
}

func TestAssignmentOverTime(t *testing.T) {
	start := func(t *testing.T, online ...bot.Seat) *talk {
		t.Helper()
		k := begin(t, shop(t, taskRules))
		k.desk.Online = online
		k.says("坏了", is("quality"))
		return k
	}
	t.Run("anybody may claim it", func(t *testing.T) {
		k := start(t, bot.Seat{Agent: "a"})
		k.step(bot.Event{Kind: bot.EventClaim, Agent: "b"})
		require.Equal(t, []string{"b", "b"}, []string{k.c.Case.Agent, k.c.Case.Assigned})
	})
	t.Run("who has gone by the reminder is replaced", func(t *testing.T) {
		k := start(t, bot.Seat{Agent: "a"})
		k.desk.Online = []bot.Seat{{Agent: "b"}}
		got := k.fires()
		require.WithinDuration(t, noon().Add(2*time.Minute), k.now, 0)
		require.Equal(t, "b", caseOf(got).Assigned)
		require.Equal(t, "bot assigned to b", did(caseOf(got))[2])
	})
	t.Run("who came by the reminder takes what nobody had", func(t *testing.T) {
		k := start(t)
		k.desk.Online = []bot.Seat{{Agent: "b"}}
		require.Equal(t, "b", caseOf(k.fires()).Assigned)
	})
	t.Run("who is still there keeps it", func(t *testing.T) {
		k := start(t, bot.Seat{Agent: "a"})
		k.desk.Online = []bot.Seat{{Agent: "a", Load: 9, Ceiling: 9}, {Agent: "b"}}
		require.Empty(t, actions(k.fires(), bot.ActCase))
		require.Equal(t, "a", k.c.Case.Assigned)
	})
	t.Run("nobody to take it over", func(t *testing.T) {
		k := start(t, bot.Seat{Agent: "a"})
		k.desk.Online = nil
		k.fires()
		require.Equal(t, "a", k.c.Case.Assigned)
	})
	t.Run("an escalation chooses from the next team", func(t *testing.T) {
		k := start(t, bot.Seat{Agent: "a", Teams: []string{"aftersales"}})
		k.desk.Online = []bot.Seat{{Agent: "a", Teams: []string{"aftersales"}}, {Agent: "l", Teams: []string{"lead"}}}
		k.fires()
		h := caseOf(k.fires())
		require.Equal(t, []string{"lead", "l"}, []string{h.Team, h.Assigned})
		k = start(t, bot.Seat{Agent: "a", Teams: []string{"aftersales"}})
		k.fires()
		h = caseOf(k.fires())
		require.Equal(t, []string{"lead", ""}, []string{h.Team, h.Assigned}, "nobody of the lead is there")
	})
}
