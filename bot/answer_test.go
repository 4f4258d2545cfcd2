package bot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
	"xiaoer/rules"
)

const head = "otherwise: {clarify: 1, handoff: {team: presales, reason: 没懂}}\n"

func TestSeveralIntents(t *testing.T) {
	const many = head + `
rules:
  - {id: a, intent: return, reply: 甲}
  - {id: b, intent: exchange, reply: 乙}
  - {id: c, intent: invoice, reply: 丙}
  - {id: q1, intent: quality, collect: [bad], reply: 丁}
  - {id: q2, intent: coupon, collect: [reason], reply: 戊}
  - {id: h, intent: refund, handoff: {team: aftersales}}
  - {id: every, when: message.images > 0, reply: 图}
`
	t.Run("two replies, the third after that", func(t *testing.T) {
		k := begin(t, shop(t, many))
		got := k.says("话", is("return", "exchange", "invoice"))
		require.Equal(t, []string{"甲", "乙"}, texts(got))
		require.Equal(t, []string{"a", "b"}, rulesOf(got))
		require.Equal(t, []bot.Request{{Intent: "invoice"}}, got.Conversation.Open)
		require.Equal(t, []string{"丙"}, texts(k.says("嗯嗯", nod())))
	})
	t.Run("replies first, then one question", func(t *testing.T) {
		k := begin(t, shop(t, many))
		got := k.says("话", is("quality", "return", "coupon", "exchange"))
		require.Equal(t, []string{"甲", "乙", "坏了几个"}, texts(got))
		require.Equal(t, "bad", asked(got))
		require.Equal(t, []bot.Request{{Intent: "coupon"}}, got.Conversation.Open)
		got = k.says("3", none())
		require.Equal(t, []string{"丁", "什么原因"}, texts(got))
		require.Equal(t, []string{"q1", "q2"}, rulesOf(got))
	})
	t.Run("what is kept stands in the handoff", func(t *testing.T) {
		k := begin(t, shop(t, many))
		got := k.says("话", is("refund", "quality", "return"))
		require.Equal(t, []string{"甲", "已转售后，前面0位，4 分钟内回复"}, texts(got))
		require.Equal(t, []string{"quality"}, handoff(got).Open)
	})
	t.Run("no rule for the second hands over after the first", func(t *testing.T) {
		got := begin(t, shop(t, many)).says("话", is("return", "delay"))
		require.Equal(t, []string{"甲", "已转售前，前面0位，4 分钟内回复"}, texts(got))
		require.Equal(t, []string{"a", "guard.no_rule"}, rulesOf(got))
	})
	t.Run("a rule answers at most once a turn", func(t *testing.T) {
		b := shop(t, head+"rules:\n  - {id: every, when: message.kind == \"text\", reply: 图}\n  - {id: a, intent: return, reply: 甲}\n  - {id: b, intent: invoice, reply: 乙}\n")
		got := begin(t, b).says("话", is("return", "invoice"))
		require.Equal(t, []string{"every", "b"}, rulesOf(got))
	})
	t.Run("rules without an intent are candidates for every message", func(t *testing.T) {
		got := begin(t, shop(t, many)).sends(image("a"), none())
		require.Equal(t, []string{"图"}, texts(got))
	})
}

func TestRepeats(t *testing.T) {
	t.Run("the bot's last line is not said again", func(t *testing.T) {
		k := begin(t, shop(t, head+"rules: [{id: a, intent: return, reply: 甲, handoff: {team: aftersales, priority: high, task: true}}, {id: b, intent: invoice, reply: 乙}]\n"))
		k.says("退", is("return"))
		got := k.says("退", is("return"))
		require.Equal(t, []string{"guard.repeat"}, rulesOf(got))
		require.Equal(t, "aftersales", handoff(got).Team, "the handoff of the rule concerned")
		require.Equal(t, "high", handoff(got).Priority)
		require.False(t, handoff(got).Task)
		require.Equal(t, bot.StatusWaiting, got.Conversation.Status)
	})
	t.Run("variants are taken in turn, the third answer hands over", func(t *testing.T) {
		k := begin(t, shop(t, head+"rules: [{id: a, intent: return, reply: [甲, 乙, 丙]}]\n"))
		require.Equal(t, []string{"甲"}, texts(k.says("退", is("return"))))
		require.Equal(t, []string{"乙"}, texts(k.says("退", is("return"))))
		require.Equal(t, []string{"guard.repeat"}, rulesOf(k.says("退", is("return"))))
	})
	t.Run("the third answer counts over other answers", func(t *testing.T) {
		k := begin(t, shop(t, head+"rules: [{id: a, intent: return, reply: 甲}, {id: b, intent: invoice, reply: [乙, 丙]}]\n"))
		k.says("退", is("return"))
		k.says("票", is("invoice"))
		k.says("退", is("return"))
		k.says("票", is("invoice"))
		require.Equal(t, []string{"guard.repeat"}, rulesOf(k.says("退", is("return"))))
	})
	t.Run("a new episode counts anew", func(t *testing.T) {
		k := begin(t, shop(t, head+"rules: [{id: a, intent: return, reply: 甲}]\n"))
		k.says("退", is("return"))
		k.after(24 * time.Hour)
		require.Equal(t, []string{"甲"}, texts(k.says("退", is("return"))))
	})
	t.Run("the apology in front does not hide a repeat", func(t *testing.T) {
		k := begin(t, shop(t, head+"rules: [{id: a, intent: return, reply: 甲}]\n"))
		upset := with(is("return"), func(r *intents.Reading) { r.Mood = intents.Upset })
		require.Equal(t, []string{"抱歉。甲"}, texts(k.says("退", upset)))
		require.Equal(t, []string{"guard.repeat"}, rulesOf(k.says("退", is("return"))))
	})
	t.Run("greeting and thanks are excepted", func(t *testing.T) {
		k := begin(t, shop(t, head+"rules: [{id: hi, intent: greeting, reply: [甲, 乙]}]\n"))
		for range 5 {
			require.Equal(t, []string{"hi"}, rulesOf(k.says("你好", is("greeting"))))
			require.Equal(t, bot.StatusBot, k.c.Status)
		}
	})
	t.Run("silent rules do not bore", func(t *testing.T) {
		k := begin(t, shop(t, head+"rules: [{id: a, intent: return, silent: true, tag: [x]}]\n"))
		for range 4 {
			got := k.says("退", is("return"))
			require.Empty(t, texts(got))
			require.Equal(t, []string{"a"}, rulesOf(got))
			require.Equal(t, []string{"x"}, got.Response("").Tags)
		}
	})
}

func TestReplyForms(t *testing.T) {
	k := begin(t, shop(t, head+"rules: [{id: a, intent: return, reply: {text: 看图, image: \"https://x/y.png\", choices: [甲, 乙]}, apologise: true, tag: [t1, t2]}]\n"))
	got := k.says("退", is("return"))
	require.Equal(t, []bot.Reply{{Kind: "text", Text: "抱歉。看图", Choices: []string{"甲", "乙"}}, {Kind: "image", Image: "https://x/y.png"}}, got.Response("").Replies)
	require.Equal(t, []string{"t1", "t2"}, got.Response("").Tags)
}

func TestClose(t *testing.T) {
	const closing = head + "rules:\n  - {id: a, intent: return, reply: 甲, close: true}\n  - {id: q, intent: quality, collect: [bad], reply: 乙}\n"
	t.Run("joins the closing script and closes", func(t *testing.T) {
		k := begin(t, shop(t, closing))
		got := k.says("退", is("return"))
		require.Equal(t, []string{"甲再见。"}, texts(got))
		require.Equal(t, bot.StatusClosed, got.Conversation.Status)
		require.Len(t, actions(got, bot.ActClose), 1)
		got = k.says("退", is("return"))
		require.Equal(t, 2, got.Conversation.Episode)
		require.Equal(t, []string{"甲再见。"}, texts(got))
	})
	t.Run("not while something is open", func(t *testing.T) {
		got := begin(t, shop(t, closing)).says("退", is("return", "quality"))
		require.Equal(t, []string{"甲", "坏了几个"}, texts(got))
		require.Equal(t, bot.StatusBot, got.Conversation.Status)
	})
}

func TestLimit(t *testing.T) {
	rulesFor := func(per string) string {
		return head + "rules:\n  - {id: a, intent: return, limit: {times: 1, per: " + per + "}, reply: [甲, 丙]}\n  - {id: b, intent: return, reply: 乙}\n"
	}
	tests := []struct {
		name, per string
		after     time.Duration
		other     bool // from another conversation of the buyer
		want      string
	}{
		{"an hour later", "hour", time.Hour, false, "a"},
		{"within the hour", "hour", 59 * time.Minute, false, "b"},
		{"the same day", "day", 11 * time.Hour, false, "b"},
		{"the next day", "day", 12 * time.Hour, false, "a"},
		{"the same episode", "episode", 23 * time.Hour, false, "b"},
		{"a new episode", "episode", 24 * time.Hour, false, "a"},
		{"another conversation of the same buyer", "day", time.Minute, true, "b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := begin(t, shop(t, rulesFor(tt.per)))
			require.Equal(t, []string{"a"}, rulesOf(k.says("退", is("return"))))
			k.after(tt.after)
			if tt.other {
				k.c = bot.NewConversation("xiaoguo", "c-2")
			}
			require.Equal(t, []string{tt.want}, rulesOf(k.says("退", is("return"))))
		})
	}
}

func TestTask(t *testing.T) {
	k := begin(t, shop(t, head+"rules:\n  - {id: a, intent: return, handoff: {team: aftersales, reason: 改单, task: true}}\n  - {id: b, intent: invoice, reply: 好, handoff: {task: true}}\n"))
	got := k.says("改", is("return"))
	require.Equal(t, []string{"已登记"}, texts(got))
	require.Equal(t, bot.StatusBot, got.Conversation.Status)
	require.True(t, handoff(got).Task)
	require.Equal(t, "aftersales", handoff(got).Team)
	require.Equal(t, "改单", handoff(got).Reason)
	require.NotNil(t, got.Response("").Handoff)
	got = k.says("票", is("invoice"))
	require.Equal(t, []string{"好"}, texts(got))
	require.Len(t, got.Conversation.Tasks, 2)
	k.desk.Next = 9
	got = k.says("不办了", with(none(), func(r *intents.Reading) { r.Withdrawn = true }))
	require.Equal(t, []string{"好的不办了"}, texts(got))
	require.Empty(t, got.Conversation.Tasks)
	require.Len(t, actions(got, bot.ActCase), 2)
	require.Equal(t, "withdrawn", actions(got, bot.ActCase)[0].Handoff.Outcome)
}

func freshRules() string {
	return head + `
rules:
  - id: claim
    intent: quality
    collect: [bad]
    offer: {refund: order.amount * slots.bad / product.units, cap: {amount: 10, per_order: 1, per_buyer_per_day: 2}, above: lead}
    reply: 已登记赔付 ${offer.amount} 元
  - id: claim.more
    intent: quality
    reply: 已经赔付过
`
}

func apples(no string) *bot.Order {
	o := order(no, "delivered")
	o.Items = []bot.Item{{ID: "apple", Title: "苹果"}}
	return &o
}

func TestOffer(t *testing.T) {
	card := func(k *talk, no string) {
		k.sends(bot.Message{Kind: bot.KindOrderCard, Order: apples(no)}, none())
	}
	t.Run("is reserved within its caps", func(t *testing.T) {
		k := begin(t, shop(t, freshRules()))
		card(k, noA)
		got := k.says("坏了2个", is("quality"))
		require.Equal(t, []string{"已登记赔付 7.98 元"}, texts(got))
		offers := got.Response("").Offers
		require.Len(t, offers, 1)
		require.Equal(t, "refund", offers[0].Kind)
		require.Equal(t, "7.98", offers[0].Amount)
		require.Equal(t, noA, offers[0].OrderNo)
		require.False(t, offers[0].Approval)
		require.Equal(t, []string{"claim.more"}, rulesOf(k.says("又坏了1个", is("quality"))), "one per order")
	})
	t.Run("per buyer and day over conversations", func(t *testing.T) {
		k := begin(t, shop(t, freshRules()))
		for i, want := range []string{"claim", "claim", "claim.more"} {
			k.c = bot.NewConversation("xiaoguo", "c")
			card(k, noA[:20]+string(rune('0'+i)))
			require.Equal(t, []string{want}, rulesOf(k.says("坏了1个", is("quality"))))
		}
		k.after(12 * time.Hour)
		k.c = bot.NewConversation("xiaoguo", "c")
		card(k, noB)
		require.Equal(t, []string{"claim"}, rulesOf(k.says("坏了1个", is("quality"))))
	})
	t.Run("above the cap goes to the team of above", func(t *testing.T) {
		k := begin(t, shop(t, freshRules()))
		card(k, noA)
		got := k.says("坏了9个", is("quality"))
		require.Equal(t, []string{"已转主管，前面0位，10 分钟内回复"}, texts(got))
		require.Equal(t, []string{"claim"}, rulesOf(got))
		require.Equal(t, "lead", handoff(got).Team)
		require.True(t, got.Response("").Offers[0].Approval)
		require.Equal(t, "35.91", got.Response("").Offers[0].Amount)
	})
	t.Run("what cannot be reckoned hands over", func(t *testing.T) {
		k := begin(t, shop(t, freshRules()))
		card(k, noA)
		k.says("坏了", is("quality"))
		got := k.says("0", none())
		require.Equal(t, []string{"claim"}, rulesOf(got))
		require.Equal(t, bot.StatusWaiting, got.Conversation.Status)
		require.Empty(t, got.Response("").Offers)
	})
}

func TestPromise(t *testing.T) {
	const promising = head + `
rules:
  - id: late
    intent: delay
    when: not promise.broken
    reply: "${order.no} 48小时内送达"
    promise: {what: 送达, within: 48h}
    handoff: {team: aftersales, priority: high, task: true}
  - id: broken
    intent: delay
    reply: 又晚了
`
	start := func(t *testing.T) *talk {
		t.Helper()
		k := begin(t, shop(t, promising))
		o := order(noA, "shipped")
		k.orders = []bot.Order{o}
		k.sends(bot.Message{Kind: bot.KindOrderCard, Order: &o}, none())
		got := k.says("还没到", is("delay"))
		require.Equal(t, []string{"late"}, rulesOf(got))
		defer func() { // the task is reminded of before the promise falls due
			k.fires()
			k.fires()
		}()
		p := actions(got, bot.ActPromise)[0].Promise
		require.Equal(t, bot.PromiseMade{ID: p.ID, Rule: "late", What: "送达", OrderNo: noA, At: k.now, Due: k.now.Add(48 * time.Hour), State: "open"}, *p)
		return k
	}
	t.Run("made twice hands over", func(t *testing.T) {
		k := start(t)
		k.c = bot.NewConversation("xiaoguo", "c-2")
		o := order(noA, "shipped")
		k.sends(bot.Message{Kind: bot.KindOrderCard, Order: &o}, none())
		got := k.says("还没到", is("delay"))
		require.Equal(t, []string{"guard.promise"}, rulesOf(got))
		require.Equal(t, "aftersales", handoff(got).Team)
		require.Equal(t, "high", handoff(got).Priority)
	})
	t.Run("about another order it may be made", func(t *testing.T) {
		k := start(t)
		o := order(noB, "shipped")
		k.sends(bot.Message{Kind: bot.KindOrderCard, Order: &o}, none())
		require.Len(t, actions(k.says("还没到", is("delay")), bot.ActPromise), 1)
	})
	t.Run("kept when the order is delivered at the due time", func(t *testing.T) {
		k := start(t)
		k.orders = []bot.Order{order(noA, "delivered")}
		got := k.fires()
		require.WithinDuration(t, noon().Add(48*time.Hour), k.now, 0)
		require.Equal(t, "kept", actions(got, bot.ActPromise)[0].Promise.State)
		require.Empty(t, actions(got, bot.ActNotice))
	})
	t.Run("unkept: a notice and nothing else", func(t *testing.T) {
		k := start(t)
		got := k.fires()
		require.Equal(t, "broken", actions(got, bot.ActPromise)[0].Promise.State)
		require.Equal(t, bot.Notice{Team: "aftersales", Kind: "promise_broken"}, *actions(got, bot.ActNotice)[0].Notice)
		require.Empty(t, texts(got))
		require.Nil(t, handoff(got))
		require.Equal(t, bot.StatusBot, got.Conversation.Status)
		_, set := k.c.Due()
		require.False(t, set)
		require.Equal(t, []string{"broken"}, rulesOf(k.says("还没到", is("delay"))))
	})
	t.Run("kept when an agent says so", func(t *testing.T) {
		k := start(t)
		got := k.step(bot.Event{Kind: bot.EventKept, What: "送达"})
		require.Equal(t, "kept", actions(got, bot.ActPromise)[0].Promise.State)
		_, set := k.c.Due()
		require.False(t, set)
	})
}

func TestCompliance(t *testing.T) {
	contact := func(b *bot.Book) { b.Policy["contact"] = rules.TextValue("加微信abc") }
	tests := []struct {
		name, reply string
		pattern     string
		order       string
		want        []string
	}{
		{"a policy's words", "请${policy.contact}", "微信", "", []string{"guard.compliance"}},
		{"words across the joint", "请加${policy.contact}", "请加加", "", []string{"guard.compliance"}},
		{"the buyer's and the order's words are free", "订单${order.no}", "微信", "微信123", []string{"a"}},
		{"what the check has seen is not judged again", "微信${policy.return_days}", "微信", "", []string{"a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := shop(t, head+"rules: [{id: a, intent: return, reply: \""+tt.reply+"\", handoff: {team: aftersales, task: true}}]\n", contact, forbids(tt.pattern))
			k := begin(t, b)
			o := order("微信123", "paid")
			k.sends(bot.Message{Kind: bot.KindOrderCard, Order: &o}, none())
			got := k.says("退", is("return"))
			require.Equal(t, tt.want, rulesOf(got))
			if tt.want[0] == "guard.compliance" {
				require.Equal(t, []string{"已转售后，前面0位，4 分钟内回复"}, texts(got))
			}
		})
	}
}
