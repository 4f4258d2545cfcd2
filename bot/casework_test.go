package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
)

const taskRules = head + `
rules:
  - {id: a, intent: return, reply: 甲}
  - {id: m, intent: wrong_order.address, reply: 记下了, handoff: {team: aftersales, task: true, reason: 改址}}
  - {id: q, intent: quality, handoff: {team: aftersales, reason: 坏果}}
`

// waits is a talk whose case waits at after-sales.
func waits(t *testing.T) *talk {
	t.Helper()
	k := begin(t, shop(t, taskRules))
	k.says("坏了", is("quality"))
	require.Equal(t, bot.StatusWaiting, k.c.Status)
	return k
}

// tasked is a talk with the bot that has left a task.
func tasked(t *testing.T) *talk {
	t.Helper()
	k := begin(t, shop(t, taskRules))
	k.says("改地址", is("wrong_order.address"))
	require.Len(t, k.c.Tasks, 1)
	return k
}

func caseOf(t bot.Turn) *bot.Handoff {
	list := actions(t, bot.ActCase)
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1].Handoff
}

func did(h *bot.Handoff) []string {
	var out []string
	for _, c := range h.History {
		out = append(out, c.Who+" "+c.What)
	}
	return out
}

func TestNotes(t *testing.T) {
	t.Run("are kept, sent to nobody and move no clock", func(t *testing.T) {
		k := waits(t)
		clock := k.c.Clock
		k.after(time.Minute)
		got := k.step(bot.Event{Kind: bot.EventNote, Agent: "小陈", Text: "问过仓库了"})
		require.Empty(t, texts(got))
		require.Equal(t, clock, k.c.Clock)
		require.Equal(t, bot.StatusWaiting, k.c.Status)
		require.Len(t, caseOf(got).Notes, 1)
		note := caseOf(got).Notes[0]
		require.Equal(t, []string{"小陈", "问过仓库了"}, []string{note.Who, note.Text})
		require.WithinDuration(t, k.now, note.At, 0)
		require.Equal(t, []string{"bot opened"}, did(k.c.Case), "a note is no change of the case")
	})
	t.Run("on a task by its id", func(t *testing.T) {
		k := tasked(t)
		k.step(bot.Event{Kind: bot.EventNote, Agent: "小陈", Text: "已改", Handoff: k.c.Tasks[0].ID})
		require.Equal(t, "已改", k.c.Tasks[0].Notes[0].Text)
		require.Equal(t, bot.StatusBot, k.c.Status)
	})
	t.Run("are bounded in number and length", func(t *testing.T) {
		k := waits(t)
		for i := range 60 {
			k.step(bot.Event{Kind: bot.EventNote, Text: fmt.Sprint(i) + strings.Repeat("长", 3000)})
		}
		require.Len(t, k.c.Case.Notes, 30)
		require.True(t, strings.HasPrefix(k.c.Case.Notes[29].Text, "59"))
		require.Len(t, []rune(k.c.Case.Notes[29].Text), 1000)
	})
	t.Run("nothing to note", func(t *testing.T) {
		k := waits(t)
		require.Empty(t, k.step(bot.Event{Kind: bot.EventNote, Agent: "小陈"}).Actions)
		require.Empty(t, k.step(bot.Event{Kind: bot.EventNote, Agent: "小陈", Text: "x", Handoff: "nonsense"}).Actions)
	})
}

func TestTasksByTheirID(t *testing.T) {
	t.Run("a claim leaves the conversation with the bot", func(t *testing.T) {
		k := tasked(t)
		id := k.c.Tasks[0].ID
		got := k.step(bot.Event{Kind: bot.EventClaim, Agent: "小陈", Handoff: id})
		require.Equal(t, "小陈", k.c.Tasks[0].Agent)
		require.Equal(t, "小陈", k.c.Tasks[0].Assigned)
		require.Equal(t, id, caseOf(got).ID)
		require.Equal(t, []string{"bot opened", "小陈 claimed"}, did(caseOf(got)))
		require.Equal(t, bot.StatusBot, k.c.Status)
		require.Equal(t, []string{"甲"}, texts(k.says("退", is("return"))))
		require.Empty(t, k.step(bot.Event{Kind: bot.EventClaim, Agent: "小陈", Handoff: id}).Actions, "the same claim again")
	})
	t.Run("a word to the buyer is a claim of the conversation", func(t *testing.T) {
		k := tasked(t)
		got := k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "改好了", Handoff: k.c.Tasks[0].ID})
		require.Equal(t, []string{"改好了"}, texts(got))
		require.Equal(t, bot.StatusAgent, k.c.Status)
		require.Equal(t, "小陈", k.c.Tasks[0].Agent)
	})
	t.Run("a release gives it back to its team", func(t *testing.T) {
		k := tasked(t)
		id := k.c.Tasks[0].ID
		k.step(bot.Event{Kind: bot.EventClaim, Agent: "小陈", Handoff: id})
		k.desk.Online = []bot.Seat{{Agent: "小陈"}, {Agent: "小王", Load: 5}}
		got := k.step(bot.Event{Kind: bot.EventRelease, Agent: "小陈", Handoff: id})
		require.Equal(t, []string{"", "小王"}, []string{k.c.Tasks[0].Agent, k.c.Tasks[0].Assigned})
		require.Equal(t, []string{"bot opened", "小陈 claimed", "小陈 released", "bot assigned to 小王"}, did(caseOf(got)))
		require.Equal(t, bot.StatusBot, k.c.Status)
	})
	t.Run("closing it leaves the case that waits", func(t *testing.T) {
		k := tasked(t)
		id := k.c.Tasks[0].ID
		k.says("坏了", is("quality"))
		k.step(bot.Event{Kind: bot.EventStage, Agent: "小陈", Stage: "closed", Handoff: id})
		require.Empty(t, k.c.Tasks)
		require.Equal(t, bot.StatusWaiting, k.c.Status)
		require.Equal(t, "received", k.c.Case.Stage)
	})
	t.Run("a case that is closed by now is not mistaken for the open one", func(t *testing.T) {
		for _, kind := range []bot.EventKind{bot.EventClaim, bot.EventRelease, bot.EventResolve, bot.EventMove, bot.EventStage} {
			k := waits(t)
			got := k.step(bot.Event{Kind: kind, Agent: "小陈", Team: "lead", Stage: "closed", Handoff: "e0-h1"})
			require.Empty(t, got.Actions, kind)
			require.Equal(t, bot.StatusWaiting, k.c.Status)
			require.Equal(t, []string{"bot opened"}, did(k.c.Case))
		}
	})
}

func TestMoves(t *testing.T) {
	claimed := func(t *testing.T) *talk {
		t.Helper()
		k := waits(t)
		k.step(bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
		return k
	}
	t.Run("to a team: it waits there with a deadline of its own", func(t *testing.T) {
		k := claimed(t)
		k.after(time.Minute)
		got := k.step(bot.Event{Kind: bot.EventMove, Agent: "小陈", Team: "lead"})
		require.Empty(t, texts(got))
		require.Equal(t, bot.StatusWaiting, k.c.Status)
		h := caseOf(got)
		require.Equal(t, []string{"lead", "", ""}, []string{h.Team, h.Agent, h.Assigned})
		require.WithinDuration(t, k.now.Add(10*time.Minute), h.Deadline, 0)
		require.WithinDuration(t, noon(), h.Waiting, 0, "the buyer has waited since before")
		require.Equal(t, "小陈 moved to lead", did(h)[2])
		require.Equal(t, bot.Notice{Team: "lead", Kind: "moved", Handoff: h.ID}, *actions(got, bot.ActNotice)[0].Notice)
		at, _ := k.c.Due()
		require.WithinDuration(t, k.now.Add(5*time.Minute), at, 0)
	})
	t.Run("to another agent: it waits for them, and the deadline stays", func(t *testing.T) {
		k := claimed(t)
		was := k.c.Case.Deadline
		k.after(time.Minute)
		got := k.step(bot.Event{Kind: bot.EventMove, Agent: "小陈", To: "小王"})
		h := caseOf(got)
		require.Equal(t, bot.StatusWaiting, k.c.Status)
		require.Equal(t, []string{"aftersales", "", "小王"}, []string{h.Team, h.Agent, h.Assigned})
		require.WithinDuration(t, was, h.Deadline, 0)
		k.step(bot.Event{Kind: bot.EventClaim, Agent: "小王"})
		require.Equal(t, bot.StatusAgent, k.c.Status)
	})
	t.Run("a case that was answered is waited for again", func(t *testing.T) {
		k := claimed(t)
		k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
		k.after(time.Minute)
		k.step(bot.Event{Kind: bot.EventMove, Agent: "小陈", To: "小王"})
		require.WithinDuration(t, k.now.Add(4*time.Minute), k.c.Case.Deadline, 0)
		require.WithinDuration(t, k.now, k.c.Case.Waiting, 0)
		got := k.fires()
		require.Equal(t, "reminder", actions(got, bot.ActNotice)[0].Notice.Kind)
	})
	t.Run("to another team with the agent who has it", func(t *testing.T) {
		k := claimed(t)
		was := k.c.Case.Deadline
		k.after(time.Minute)
		k.step(bot.Event{Kind: bot.EventMove, Agent: "小陈", Team: "lead", To: "小陈"})
		require.Equal(t, bot.StatusAgent, k.c.Status)
		require.Equal(t, []string{"lead", "小陈"}, []string{k.c.Case.Team, k.c.Case.Agent})
		require.WithinDuration(t, was, k.c.Case.Deadline, 0)
	})
	t.Run("back to the desk: somebody else is chosen", func(t *testing.T) {
		k := claimed(t)
		k.desk.Online = []bot.Seat{{Agent: "小陈"}, {Agent: "小王", Load: 3}}
		k.step(bot.Event{Kind: bot.EventMove, Agent: "小陈"})
		require.Equal(t, []string{"", "小王"}, []string{k.c.Case.Agent, k.c.Case.Assigned})
	})
	t.Run("back to the desk by whom it was assigned to", func(t *testing.T) {
		k := begin(t, shop(t, taskRules))
		k.desk.Online = []bot.Seat{{Agent: "小陈"}, {Agent: "小王", Load: 3}}
		k.says("坏了", is("quality"))
		require.Equal(t, "小陈", k.c.Case.Assigned)
		k.step(bot.Event{Kind: bot.EventMove, Agent: "小陈"})
		require.Equal(t, "小王", k.c.Case.Assigned)
	})
	t.Run("a task moves without the conversation", func(t *testing.T) {
		k := tasked(t)
		id := k.c.Tasks[0].ID
		k.step(bot.Event{Kind: bot.EventClaim, Agent: "小陈", Handoff: id})
		k.after(time.Minute)
		k.step(bot.Event{Kind: bot.EventMove, Agent: "小陈", Team: "lead", To: "小王", Handoff: id})
		require.Equal(t, []string{"lead", "", "小王"}, []string{k.c.Tasks[0].Team, k.c.Tasks[0].Agent, k.c.Tasks[0].Assigned})
		require.WithinDuration(t, k.now.Add(10*time.Minute), k.c.Tasks[0].Deadline, 0)
		require.Equal(t, bot.StatusBot, k.c.Status)
		due, _ := k.c.Due()
		require.WithinDuration(t, k.now.Add(5*time.Minute), due, 0, "only the task itself is reminded of")
	})
	t.Run("to a team that is none", func(t *testing.T) {
		k := claimed(t)
		require.Empty(t, k.step(bot.Event{Kind: bot.EventMove, Agent: "小陈", Team: "nobody"}).Actions)
		require.Equal(t, bot.StatusAgent, k.c.Status)
	})
}

// A conversation keeps a number of tasks only. The one that makes room is closed, so that nobody is left with a case that cannot be acted on.
func TestTheOldestTaskMakesRoomAndIsClosed(t *testing.T) {
	k := tasked(t)
	first := k.c.Tasks[0].ID
	var closed *bot.Handoff
	for range 40 {
		k.after(25 * time.Hour) // a new episode: the rule may answer again
		if closed = caseOf(k.says("改地址", is("wrong_order.address"))); closed != nil {
			break
		}
	}
	require.NotNil(t, closed)
	require.Equal(t, first, closed.ID)
	require.Equal(t, []string{"closed", "superseded"}, []string{closed.Stage, closed.Outcome})
	require.False(t, closed.ClosedAt.IsZero())
	for _, task := range k.c.Tasks {
		require.NotEqual(t, first, task.ID)
	}
}

// A task with a deadline is remembered as a case is, without a word to the buyer.
func TestATaskIsRemindedOf(t *testing.T) {
	notices := func(got bot.Turn) (out []string) {
		for _, a := range actions(got, bot.ActNotice) {
			out = append(out, a.Notice.Kind+" to "+a.Notice.Team+" of "+a.Notice.Handoff)
		}
		return out
	}
	t.Run("that nobody takes", func(t *testing.T) {
		k := tasked(t)
		id, first := k.c.Tasks[0].ID, k.c.Tasks[0].Deadline
		k.desk.Online = []bot.Seat{{Agent: "小陈"}}
		got := k.fires()
		require.True(t, k.now.Before(first))
		require.Equal(t, []string{"reminder to aftersales of " + id}, notices(got))
		require.Equal(t, "小陈", k.c.Tasks[0].Assigned, "somebody has come to the desk")
		got = k.fires()
		require.Equal(t, first.UTC(), k.now.UTC())
		require.Equal(t, []string{"escalation to lead of " + id}, notices(got))
		task := k.c.Tasks[0]
		require.Equal(t, []string{"aftersales", "normal"}, []string{task.Team, task.Priority}, "it stays where it is")
		require.Equal(t, first.UTC(), task.Missed.UTC())
		require.Equal(t, first.UTC(), task.Deadline.UTC())
		require.Equal(t, bot.StatusBot, k.c.Status)
		_, ok := k.c.Due()
		require.False(t, ok, "nobody is told again")
	})
	t.Run("that is done", func(t *testing.T) {
		k := tasked(t)
		k.step(bot.Event{Kind: bot.EventResolve, Agent: "小陈", Handoff: k.c.Tasks[0].ID})
		_, ok := k.c.Due()
		require.False(t, ok)
	})
	t.Run("that another team has to do", func(t *testing.T) {
		k := tasked(t)
		k.after(time.Minute)
		k.step(bot.Event{Kind: bot.EventMove, Agent: "小陈", Team: "lead", Handoff: k.c.Tasks[0].ID})
		require.Equal(t, []string{"reminder to lead of " + k.c.Tasks[0].ID}, notices(k.fires()))
	})
}
