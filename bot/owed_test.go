package bot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
)

// counted is how many replies of the open case came in time and late.
func counted(k *talk) [2]int { return [2]int{k.c.Case.InTime, k.c.Case.Late} }

func TestRepliesInTime(t *testing.T) {
	claimed := func(t *testing.T, change ...func(*bot.Book)) *talk {
		t.Helper()
		k := begin(t, shop(t, taskRules, change...))
		k.says("坏了", is("quality"))
		k.step(bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
		return k
	}
	reply := func(k *talk) bot.Turn {
		return k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
	}
	t.Run("before the deadline", func(t *testing.T) {
		k := claimed(t)
		require.Equal(t, [2]int{0, 0}, counted(k), "a claim is no reply")
		k.after(4 * time.Minute)
		h := caseOf(reply(k))
		require.Equal(t, [2]int{1, 0}, [2]int{h.InTime, h.Late})
		require.Zero(t, h.Deadline, "nothing is owed any more")
		require.Zero(t, h.Waiting)
		reply(k)
		require.Equal(t, [2]int{1, 0}, counted(k), "a second line answers nothing that was owed")
	})
	t.Run("after it, before the timer ran", func(t *testing.T) {
		k := claimed(t)
		k.after(4*time.Minute + time.Second)
		reply(k)
		require.Equal(t, [2]int{0, 1}, counted(k))
	})
	t.Run("an escalation counts it once", func(t *testing.T) {
		k := claimed(t)
		k.fires()
		got := k.fires()
		require.Equal(t, 1, caseOf(got).Late)
		reply(k)
		require.Equal(t, [2]int{0, 1}, counted(k))
		k.after(time.Minute)
		k.says("在吗", is("greeting"))
		reply(k)
		require.Equal(t, [2]int{1, 1}, counted(k), "the next one counts for itself")
	})
	t.Run("one that went up to the lead was late all the same", func(t *testing.T) {
		k := waits(t)
		for range 4 {
			k.fires()
		}
		require.Equal(t, "lead", k.c.Case.Team)
		require.Equal(t, [2]int{0, 1}, counted(k))
		k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
		require.Equal(t, [2]int{0, 1}, counted(k))
	})
	t.Run("a human's line on the channel is a reply", func(t *testing.T) {
		k := waits(t)
		m := bot.Message{ID: "x", Conversation: "c-1", Buyer: bot.Buyer{ID: "b-1"}, Kind: bot.KindAgent, Text: "我是客服小陈"}
		k.step(bot.Event{Kind: bot.EventMessage, Message: &m})
		require.Equal(t, [2]int{1, 0}, counted(k))
	})
	t.Run("a team without a deadline for later replies", func(t *testing.T) {
		k := claimed(t, func(b *bot.Book) { b.Teams[1].NextReply = bot.NoReply })
		k.after(time.Minute)
		reply(k)
		k.after(time.Minute)
		k.says("好了吗", is("return"))
		require.Zero(t, k.c.Case.Deadline)
		require.NotZero(t, k.c.Case.Waiting, "the buyer waits all the same")
		at, _ := k.c.Due()
		require.WithinDuration(t, noon().Add(31*time.Minute), at, 0, "only the idle agent is watched")
		k.after(time.Hour)
		reply(k)
		require.Equal(t, [2]int{1, 0}, counted(k))
	})
}

func TestWhoseReplyCounts(t *testing.T) {
	anybody := func(b *bot.Book) { b.ReplyClock.Any = true }
	t.Run("humans only: the holding line stops nothing", func(t *testing.T) {
		k := waits(t)
		k.fires()
		require.Equal(t, [2]int{0, 0}, counted(k))
		require.WithinDuration(t, noon(), k.c.Case.Waiting, 0)
	})
	t.Run("any: the holding line is a reply, and the case is escalated all the same", func(t *testing.T) {
		k := begin(t, shop(t, taskRules, anybody))
		k.says("坏了", is("quality"))
		require.Equal(t, [2]int{0, 0}, counted(k), "the words of handing over are none")
		got := k.fires()
		require.Equal(t, []string{"请再等等"}, texts(got))
		require.Equal(t, 1, caseOf(got).InTime)
		require.Zero(t, k.c.Case.Waiting)
		require.WithinDuration(t, k.now.Add(4*time.Minute), k.c.Case.Deadline, 0)
		got = k.fires()
		require.Equal(t, "escalation", actions(got, bot.ActNotice)[0].Notice.Kind)
		require.Equal(t, [2]int{1, 0}, counted(k), "nothing was owed by then")
	})
	t.Run("any: the next message is owed a reply again", func(t *testing.T) {
		k := begin(t, shop(t, taskRules, anybody))
		k.says("坏了", is("quality"))
		k.fires()
		by := k.c.Case.Deadline
		k.after(time.Minute)
		k.says("还有照片", none())
		require.WithinDuration(t, k.now, k.c.Case.Waiting, 0)
		require.WithinDuration(t, by, k.c.Case.Deadline, 0, "the agent's deadline is not put off")
		k.fires()
		require.Equal(t, [2]int{1, 1}, counted(k))
	})
	t.Run("any: the word of a stage stops the clock of an agent", func(t *testing.T) {
		k := begin(t, shop(t, taskRules, anybody))
		k.says("投诉", is("complaint", "human"))
		k.c.Case.Dispute = true
		k.step(bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
		require.Equal(t, []string{"正在核实"}, texts(k.step(bot.Event{Kind: bot.EventStage, Stage: "investigating", Agent: "小陈"})))
		require.Equal(t, [2]int{1, 0}, counted(k))
		require.Zero(t, k.c.Case.Deadline)
	})
}

func TestWhichHoursCount(t *testing.T) {
	eightToEleven := map[time.Weekday][]bot.Span{}
	for d := range time.Saturday + 1 {
		eightToEleven[d] = []bot.Span{{From: 8 * 60, To: 23 * 60}}
	}
	moment := func(d, h, m int) time.Time { return time.Date(2026, 11, d, h, m, 0, 0, zone()) }
	for _, c := range []struct {
		name  string
		clock bot.ReplyClock
		at    time.Time
		want  time.Time // four minutes later
	}{
		{"the desk's, over the break", bot.ReplyClock{}, moment(23, 11, 58), moment(23, 13, 2)},
		{"the desk's, over holidays", bot.ReplyClock{}, moment(23, 21, 0), moment(26, 9, 4)},
		{"always, in the night", bot.ReplyClock{Always: true}, moment(23, 3, 0), moment(23, 3, 4)},
		{"always, on a holiday", bot.ReplyClock{Always: true}, moment(24, 10, 0), moment(24, 10, 4)},
		{"its own, over the night", bot.ReplyClock{Week: eightToEleven}, moment(23, 22, 58), moment(24, 8, 2)},
		{"its own, on a holiday", bot.ReplyClock{Week: eightToEleven}, moment(25, 12, 30), moment(25, 12, 34)},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := begin(t, shop(t, taskRules, weekHours, func(b *bot.Book) { b.ReplyClock = c.clock }))
			k.now = c.at
			k.says("坏了", is("quality"))
			require.WithinDuration(t, c.want, k.c.Case.Deadline, 0)
			k.fires()
			require.WithinDuration(t, c.want, k.c.Case.Deadline, 0)
			got := k.fires()
			require.WithinDuration(t, c.want, k.now, 0)
			require.Equal(t, "escalation", actions(got, bot.ActNotice)[0].Notice.Kind)
		})
	}
}

// A case whose deadline has passed is overdue until somebody answers, whichever team is to answer since.
func TestACaseStaysOverdue(t *testing.T) {
	k := waits(t)
	first := k.c.Case.Deadline
	require.Zero(t, k.c.Case.Missed)
	for k.c.Case.Missed.IsZero() {
		k.fires()
	}
	require.Equal(t, first.UTC(), k.c.Case.Missed.UTC())
	require.True(t, k.c.Case.Deadline.After(first), "the next team has a deadline of its own")
	for _, more := k.c.Due(); more; _, more = k.c.Due() {
		k.fires()
	}
	require.Equal(t, first.UTC(), k.c.Case.Missed.UTC(), "what was missed first counts")
	k.step(bot.Event{Kind: bot.EventMove, Agent: "小林", Team: "aftersales"})
	require.NotZero(t, k.c.Case.Missed)
	k.step(bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
	require.NotZero(t, k.c.Case.Missed, "a claim is no answer")
	got := k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "久等了"})
	require.Zero(t, caseOf(got).Missed)
	k.after(time.Minute)
	k.says("还有", is("return"))
	require.Zero(t, k.c.Case.Missed)
}
