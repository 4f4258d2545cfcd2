package bot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
)

const lapseRules = head + `
rules:
  - {id: which, intent: [return, logistics], when: not order.known, find_order: true}
  - {id: late, intent: return, collect: [reason, photos], handoff: {team: aftersales, priority: high, reason: 超过退货期}}
  - {id: where, intent: logistics, reply: 在路上}
  - {id: move, intent: wrong_order.address, collect: [address], handoff: {team: lead, task: true, reason: 改址}}
  - {id: count, intent: quality, collect: [bad], reply: "记下${slots.bad}个"}
`

func lapsing(t *testing.T) *talk {
	t.Helper()
	k := begin(t, shop(t, lapseRules))
	return k
}

func TestQuestionsExpire(t *testing.T) {
	t.Run("two hours after the buyer's last word, without words", func(t *testing.T) {
		k := lapsing(t)
		require.Equal(t, "bad", asked(k.says("坏了", is("quality"))))
		k.after(time.Hour)
		k.says("好的", nod())
		got := k.fires()
		require.WithinDuration(t, noon().Add(3*time.Hour), k.now, 0)
		require.Empty(t, got.Actions)
		require.Nil(t, k.c.Question)
		require.Equal(t, bot.StatusBot, k.c.Status)
		_, set := k.c.Due()
		require.False(t, set)
	})
	t.Run("when the shop says so", func(t *testing.T) {
		k := begin(t, shop(t, lapseRules, func(b *bot.Book) { b.QuestionIdle = 10 * time.Minute }))
		k.says("坏了", is("quality"))
		k.fires()
		require.WithinDuration(t, noon().Add(10*time.Minute), k.now, 0)
	})
	t.Run("an answer in time ends the clock", func(t *testing.T) {
		k := lapsing(t)
		k.says("坏了", is("quality"))
		k.says("3个", none())
		_, set := k.c.Due()
		require.False(t, set)
	})
	t.Run("a human who takes the conversation ends it too", func(t *testing.T) {
		k := lapsing(t)
		k.says("坏了", is("quality"))
		k.step(bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
		require.Zero(t, k.c.Clock.Question)
	})
}

func TestAbandonedCollections(t *testing.T) {
	t.Run("for a handoff: the case is opened as a task with what there is", func(t *testing.T) {
		k := lapsing(t)
		o := order(noA, "delivered")
		k.sends(bot.Message{Kind: bot.KindText, Text: "退货", Order: &o}, is("return"))
		require.Equal(t, "photos", asked(k.says("不喜欢", none())))
		got := k.fires()
		require.Empty(t, texts(got))
		h := handoff(got)
		require.True(t, h.Task)
		require.Equal(t, []string{"aftersales", "low", "return"}, []string{h.Team, h.Priority, h.Intent})
		require.Equal(t, "买家没有答完就离开了、超过退货期", h.Reason)
		require.Equal(t, map[string]string{"order_no": noA, "reason": "不喜欢"}, h.Slots)
		require.Equal(t, bot.StatusBot, k.c.Status)
		require.Len(t, k.c.Tasks, 1)
	})
	t.Run("for a task", func(t *testing.T) {
		k := lapsing(t)
		k.says("改地址", is("wrong_order.address"))
		require.Equal(t, []string{"lead", "low"}, []string{handoff(k.fires()).Team, k.c.Tasks[0].Priority})
	})
	t.Run("while the order was looked for before a handoff", func(t *testing.T) {
		k := lapsing(t)
		require.Equal(t, "order_no", asked(k.says("退货", is("return"))))
		require.Equal(t, "aftersales", handoff(k.fires()).Team)
	})
	t.Run("while the order was looked for before an answer: nothing to do", func(t *testing.T) {
		k := lapsing(t)
		k.says("到哪了", is("logistics"))
		require.Nil(t, handoff(k.fires()))
	})
	t.Run("a new episode before the timer came to it", func(t *testing.T) {
		k := lapsing(t)
		o := order(noA, "delivered")
		k.sends(bot.Message{Kind: bot.KindText, Text: "退货", Order: &o}, is("return"))
		k.after(30 * time.Hour)
		angry := with(is("logistics"), func(r *intents.Reading) { r.Mood = intents.Upset })
		h := handoff(k.says("到哪了", angry))
		require.Equal(t, []string{"aftersales", "low", "return", string(intents.Calm)}, []string{h.Team, h.Priority, h.Intent, string(h.Mood)})
		require.Equal(t, 2, k.c.Episode)
	})
	t.Run("not for a rule that is paused", func(t *testing.T) {
		k := lapsing(t)
		k.says("改地址", is("wrong_order.address"))
		k.desk.Paused = []string{"move"}
		require.Nil(t, handoff(k.fires()))
	})
}

func TestBuyersComeBack(t *testing.T) {
	t.Run("with the answer: the rule goes on, and the task has served", func(t *testing.T) {
		k := lapsing(t)
		o := order(noA, "delivered")
		k.sends(bot.Message{Kind: bot.KindText, Text: "退货", Order: &o}, is("return"))
		k.says("不喜欢", none())
		k.fires()
		k.after(time.Hour)
		got := k.sends(bot.Message{Kind: bot.KindImage, Images: []string{"a.jpg", "b.jpg"}}, none())
		require.Equal(t, bot.StatusWaiting, k.c.Status)
		require.Equal(t, "high", handoff(got).Priority)
		require.Empty(t, k.c.Tasks)
		require.Equal(t, "resumed", actions(got, bot.ActCase)[0].Handoff.Outcome)
	})
	t.Run("with the order's number", func(t *testing.T) {
		k := lapsing(t)
		k.orders = nil
		k.says("到哪了", is("logistics"))
		k.fires()
		k.orders = []bot.Order{order(noA, "shipped")}
		require.Equal(t, []string{"在路上"}, texts(k.says(noA, named(noA))))
	})
	t.Run("with the same request anew: it is asked again", func(t *testing.T) {
		k := lapsing(t)
		k.says("改地址", is("wrong_order.address"))
		k.fires()
		require.Equal(t, "address", asked(k.says("我要改地址", is("wrong_order.address"))))
		require.Empty(t, k.c.Tasks)
	})
	t.Run("with something else: the task stays", func(t *testing.T) {
		k := lapsing(t)
		k.says("改地址", is("wrong_order.address"))
		k.fires()
		require.Equal(t, "bad", asked(k.says("坏了", is("quality"))))
		require.Len(t, k.c.Tasks, 1)
		require.Nil(t, k.c.Lapsed)
	})
	t.Run("a task that an agent has is theirs", func(t *testing.T) {
		k := lapsing(t)
		k.says("改地址", is("wrong_order.address"))
		k.fires()
		k.step(bot.Event{Kind: bot.EventClaim, Agent: "小陈", Handoff: k.c.Tasks[0].ID})
		k.says("我要改地址", is("wrong_order.address"))
		require.Len(t, k.c.Tasks, 1)
	})
	t.Run("a nod is no answer", func(t *testing.T) {
		k := lapsing(t)
		k.says("坏了", is("quality"))
		k.fires()
		require.Empty(t, k.says("好的", nod()).Actions)
		require.Equal(t, []string{"记下3个"}, texts(k.says("3个", none())), "it can still be answered")
	})
}

func TestIdleReadsAsClosed(t *testing.T) {
	k := lapsing(t)
	require.Equal(t, bot.StatusBot, k.c.StatusAt(k.now), "nobody has written yet")
	k.says("到哪了", is("coupon"))
	k.event(bot.EventRelease)
	at := k.now
	require.Equal(t, bot.StatusBot, k.c.StatusAt(at.Add(24*time.Hour-time.Second)))
	require.Equal(t, bot.StatusClosed, k.c.StatusAt(at.Add(24*time.Hour)))
	require.Equal(t, bot.StatusBot, k.c.StatusAt(at.Add(-time.Hour)))
	k.says("人工", is("human"))
	require.Equal(t, bot.StatusWaiting, k.c.StatusAt(at.Add(100*time.Hour)), "a case that waits is not forgotten")
}
