package bot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
)

func TestRatingIsAskedWhenTheShopHasWordsForIt(t *testing.T) {
	own := func(b *bot.Book) { b.AsksRating = true }
	k := begin(t, shop(t, taskRules, script("rating", "满意吗"), own))
	k.says("坏了", is("quality"))
	k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "已退款"})
	got := k.step(bot.Event{Kind: bot.EventResolve, Agent: "小陈"})
	require.Equal(t, []string{"满意吗"}, texts(got))
	require.Equal(t, bot.StatusClosed, k.c.Status)

	t.Run("not after a case that no agent had", func(t *testing.T) {
		k := begin(t, shop(t, taskRules, script("rating", "满意吗"), own))
		k.says("坏了", is("quality"))
		require.Empty(t, texts(k.step(bot.Event{Kind: bot.EventResolve, Agent: "小陈"})))
	})
	t.Run("not of the base pack's", func(t *testing.T) {
		k := begin(t, shop(t, taskRules, script("rating", "满意吗")))
		k.says("坏了", is("quality"))
		k.step(bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
		require.Empty(t, texts(k.step(bot.Event{Kind: bot.EventResolve, Agent: "小陈"})))
	})
	t.Run("not beyond the channel's budget", func(t *testing.T) {
		k := begin(t, shop(t, taskRules, script("rating", "满意吗"), own, lets(3, 0)))
		k.says("坏了", is("quality"))
		k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "已退款"})
		require.Empty(t, texts(k.step(bot.Event{Kind: bot.EventResolve, Agent: "小陈"})))
	})
}

func TestBrokenPromiseIsOwnedUp(t *testing.T) {
	k := begin(t, shop(t, head+"rules:\n  - {id: p, intent: delay, reply: 会跟进, promise: {what: 送达, within: 48h}}\n", script("handoff", "已转人工")))
	o := order(noA, "shipped")
	k.orders = []bot.Order{o}
	k.sends(bot.Message{Kind: bot.KindText, Text: "还没到", Order: &o}, is("delay"))
	require.Equal(t, []string{"已转人工"}, texts(k.says("还没到", is("delay"))), "it may still be kept")
	k.event(bot.EventRelease)
	k.fires()
	k.after(time.Hour)
	got := k.says("还没到", is("delay"))
	require.Equal(t, []string{"guard.promise"}, rulesOf(got))
	require.Equal(t, []string{"没有按时已转人工"}, texts(got))
}

func TestOtherwiseHasItsPlace(t *testing.T) {
	k := begin(t, shop(t, taskRules))
	for range 2 {
		decisions := k.says("呃呃", none()).Explain().Decisions
		last := decisions[len(decisions)-1]
		require.Equal(t, "otherwise", *last.Rule)
		require.Equal(t, "rules.yaml", last.File)
		require.Positive(t, last.Line)
	}
	require.Equal(t, bot.StatusWaiting, k.c.Status)
}

func TestPhotoWhileTheOrderIsAskedFor(t *testing.T) {
	const rules = head + `
rules:
  - {id: which, intent: quality, when: not order.known, find_order: true}
  - {id: broken, intent: quality, collect: [photos], reply: "收到${slots.photos}张"}
`
	photo := bot.Message{Kind: bot.KindImage, Images: []string{"a.jpg", "b.jpg"}}
	start := func(t *testing.T) *talk {
		t.Helper()
		k := begin(t, shop(t, rules, script("choose_order", "请选订单", "是哪一单")))
		k.orders = []bot.Order{order(noA, "delivered"), order(noB, "delivered")}
		require.Equal(t, "order_no", asked(k.says("坏了", is("quality"))))
		return k
	}
	t.Run("a moment later it is kept in silence", func(t *testing.T) {
		k := start(t)
		require.Empty(t, texts(k.sends(photo, none())))
		require.Equal(t, []string{"收到2张"}, texts(k.says("1", none())))
	})
	t.Run("later the list is put once more, and no photo costs an asking", func(t *testing.T) {
		k := start(t)
		for _, want := range []string{"是哪一单", "请选订单", "是哪一单"} {
			k.after(2 * time.Minute)
			got := k.sends(photo, none())
			require.Contains(t, texts(got)[0], want)
			require.Equal(t, "order_no", asked(got))
		}
		require.Equal(t, []string{"收到6张"}, texts(k.says("1", none())))
	})
	t.Run("other words do", func(t *testing.T) {
		k := start(t)
		k.says("嗯？", intents.Reading{})
		require.Equal(t, "photos", asked(k.says("什么", intents.Reading{})), "the second asking was the last: it goes on without an order")
	})
}
