package bot_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
)

const collectRules = `
rules:
  - id: claim
    intent: quality
    collect: [bad, photos]
    reply: 登记坏了${slots.bad}个
  - id: why
    intent: return
    collect: [reason]
    handoff: {team: aftersales, priority: high, reason: "退货 ${slots.reason}"}
  - id: move
    intent: wrong_order.address
    collect: [address]
    handoff: {team: aftersales, reason: 改地址, task: true}
  - id: sick
    intent: product.warranty
    collect: [symptom]
    reply: 症状是${slots.symptom}
  - id: once
    intent: coupon
    collect: [once]
    reply: 好的${slots.once}
  - id: invoice
    intent: invoice
    reply: 发票在订单页开
  - id: delay
    intent: delay
    reply: 已催
otherwise: {clarify: 1, handoff: {team: presales}}
`

func unavailable() intents.Reading {
	return with(none(), func(r *intents.Reading) { r.Unavailable = true })
}

func nod() intents.Reading {
	return with(none(), func(r *intents.Reading) { r.Acknowledgement = true })
}

func image(names ...string) bot.Message { return bot.Message{Kind: bot.KindImage, Images: names} }

func TestCollectAsksInOrderAndGoesOn(t *testing.T) {
	k := begin(t, shop(t, collectRules))
	got := k.says("果子坏了", is("quality"))
	require.Equal(t, "bad", asked(got))
	require.Equal(t, []string{"claim"}, rulesOf(got))
	require.Equal(t, []string{"坏了几个"}, texts(got))

	got = k.says("3个", none())
	require.Equal(t, "photos", asked(got))

	got = k.sends(image("a.jpg"), none())
	require.Equal(t, "photos", asked(got), "one of two photos")
	got = k.sends(image("b.jpg"), none())
	require.Equal(t, []string{"登记坏了3个"}, texts(got))
	require.Equal(t, []string{"claim"}, rulesOf(got))
	require.Equal(t, "", asked(got))
	require.Nil(t, got.Conversation.Question)
	require.Equal(t, []string{"a.jpg", "b.jpg"}, got.Conversation.Collected()["photos"].Images)
}

func TestWhatWasGivenIsNotAsked(t *testing.T) {
	tests := []struct {
		name  string
		m     bot.Message
		r     intents.Reading
		ask   string
		texts []string
	}{
		{"a number in the text", bot.Message{Kind: bot.KindText, Text: "到手坏了三个"}, is("quality"), "photos", []string{"请拍两张"}},
		{"days are no count", bot.Message{Kind: bot.KindText, Text: "到手3天坏了"}, is("quality"), "bad", []string{"坏了几个"}},
		{"two counts are none", bot.Message{Kind: bot.KindText, Text: "10个坏了3个"}, is("quality"), "bad", []string{"坏了几个"}},
		{"about three is none", bot.Message{Kind: bot.KindText, Text: "坏了三四个"}, is("quality"), "bad", []string{"坏了几个"}},
		{"photos with the text", bot.Message{Kind: bot.KindText, Text: "坏了2个", Images: []string{"a", "b"}}, is("quality"), "", []string{"登记坏了2个"}},
		{"an address", bot.Message{Kind: bot.KindText, Text: "改到南京路1号"}, with(is("wrong_order.address"), func(r *intents.Reading) {
			r.Entities = []intents.Entity{{Type: intents.Address, Value: "南京路1号", Start: 2, End: 7}}
		}), "", []string{"已登记"}},
		{"a choice", bot.Message{Kind: bot.KindText, Text: "质量问题要退货"}, is("return"), "", []string{"已转售后，前面0位，4 分钟内回复"}},
		{"a choice denied", bot.Message{Kind: bot.KindText, Text: "不是质量问题，要退货"}, is("return"), "reason", []string{"什么原因"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := begin(t, shop(t, collectRules)).sends(tt.m, tt.r)
			require.Equal(t, tt.ask, asked(got))
			require.Equal(t, tt.texts, texts(got))
		})
	}
}

func TestPhotosSentBeforeAreTaken(t *testing.T) {
	k := begin(t, shop(t, collectRules))
	k.sends(image("a", "b"), none())
	got := k.says("坏了2个", is("quality"))
	require.Equal(t, []string{"登记坏了2个"}, texts(got))
}

func TestAttempts(t *testing.T) {
	t.Run("neither gets retry, then a human with what there is", func(t *testing.T) {
		k := begin(t, shop(t, collectRules))
		k.says("果子坏了", is("quality"))
		got := k.says("好多", none())
		require.Equal(t, []string{"请告诉我坏了几个"}, texts(got))
		require.Equal(t, "bad", asked(got))
		got = k.says("很多很多", none())
		require.Equal(t, []string{"claim"}, rulesOf(got))
		require.Equal(t, "presales", handoff(got).Team)
		require.Equal(t, bot.StatusWaiting, got.Conversation.Status)
		require.Equal(t, "normal", handoff(got).Priority)
	})
	t.Run("the rule's handoff", func(t *testing.T) {
		k := begin(t, shop(t, collectRules))
		k.says("要退货", is("return"))
		got := k.says("没有原因", unavailable())
		require.Equal(t, []string{"why"}, rulesOf(got))
		require.Equal(t, "aftersales", handoff(got).Team)
		require.Equal(t, "high", handoff(got).Priority)
	})
	t.Run("a task that gives up reaches a human", func(t *testing.T) {
		k := begin(t, shop(t, collectRules))
		k.says("改地址", is("wrong_order.address"))
		got := k.says("不知道", unavailable())
		require.False(t, handoff(got).Task)
		require.Equal(t, bot.StatusWaiting, got.Conversation.Status)
	})
	t.Run("one asking in all", func(t *testing.T) {
		k := begin(t, shop(t, collectRules))
		require.Equal(t, "once", asked(k.says("优惠", is("coupon"))))
		got := k.says("嗯？", none())
		require.Equal(t, bot.StatusWaiting, got.Conversation.Status)
	})
	t.Run("the same intent again is no other intent", func(t *testing.T) {
		k := begin(t, shop(t, collectRules))
		k.says("要退货", is("return"))
		require.Equal(t, "reason", asked(k.says("我说我要退货", is("return"))))
		require.NotNil(t, handoff(k.says("退货！", is("return"))))
	})
	t.Run("a nod is silent and no attempt", func(t *testing.T) {
		k := begin(t, shop(t, collectRules))
		k.says("果子坏了", is("quality"))
		for range 3 {
			require.Empty(t, texts(k.says("好的", nod())))
		}
		require.Equal(t, "photos", asked(k.says("2", nod())))
	})
}

func TestInterlude(t *testing.T) {
	t.Run("another intent is answered and the question put once more", func(t *testing.T) {
		k := begin(t, shop(t, collectRules))
		k.says("果子坏了", is("quality"))
		got := k.says("发票怎么开", is("invoice"))
		require.Equal(t, []string{"发票在订单页开", "坏了几个"}, texts(got))
		require.Equal(t, []string{"invoice", "claim"}, rulesOf(got))
		require.Equal(t, "bad", asked(got))
		got = k.says("怎么还没到", is("delay"))
		require.Equal(t, []string{"已催", "已转售前，前面0位，4 分钟内回复"}, texts(got), "two askings in all")
	})
	t.Run("an answer that comes with another intent", func(t *testing.T) {
		k := begin(t, shop(t, collectRules))
		k.says("果子坏了", is("quality"))
		got := k.says("3个，还有发票怎么开", with(is("invoice"), func(r *intents.Reading) { r.Intents[0].Start = 5 }))
		require.Equal(t, []string{"发票在订单页开", "请拍两张"}, texts(got))
		require.Equal(t, []string{"claim", "invoice"}, sorted(rulesOf(got)))
		require.Equal(t, "photos", asked(got))
	})
	t.Run("the answer's own words ask for nothing", func(t *testing.T) {
		k := begin(t, shop(t, collectRules))
		k.says("要退货", is("return"))
		got := k.says("质量问题", is("quality"))
		require.Equal(t, "退货 质量问题", handoff(got).Reason)
		require.Equal(t, map[string]string{"reason": "质量问题"}, handoff(got).Slots)
	})
	t.Run("what needs a question waits until this one is closed", func(t *testing.T) {
		k := begin(t, shop(t, collectRules))
		k.says("果子坏了", is("quality"))
		got := k.says("还要退货", is("return"))
		require.Equal(t, []string{"坏了几个"}, texts(got))
		require.Equal(t, []bot.Request{{Intent: "return"}}, got.Conversation.Open)
		k.says("2", none())
		got = k.sends(image("a", "b"), none())
		require.Equal(t, []string{"登记坏了2个", "什么原因"}, texts(got))
		require.Equal(t, "reason", asked(got))
	})
}

func TestKindsOfSlot(t *testing.T) {
	tests := []struct {
		name, slot, text string
		want             string
		entities         []intents.Entity
	}{
		{"a choice by number", "reason", "2", "质量问题", nil},
		{"a choice by spoken number", "reason", "第三个", "发错货", nil},
		{"a choice by words", "reason", "就是不喜欢了", "不喜欢", nil},
		{"a choice by a part", "reason", "质量", "质量问题", nil},
		{"no such choice", "reason", "5", "", nil},
		{"a number in words", "bad", "两个", "2", nil},
		{"a full-width number", "bad", "１２", "12", nil},
		{"twenty-three", "bad", "二十三个", "23", nil},
		{"an English number", "bad", "three of them", "3", nil},
		{"two numbers", "bad", "2 or 3", "", nil},
		{"a text", "symptom", "开不了机", "开不了机", nil},
		{"an amount", "paid", "付了39.90元", "39.90", nil},
		{"a day", "day", "11月20日", "2026-11-20", nil},
		{"yesterday", "day", "昨天", "2026-11-20", nil},
		{"a day in the new year is the nearest", "day", "1月3号", "2027-01-03", nil},
		{"a phone", "phone", "我的电话13812345678", "13812345678", nil},
		{"a phone at home", "phone", "010-62345678", "010-62345678", nil},
		{"a phone that lacks a digit", "phone", "1380013800", "", nil},
		{"a phone with a digit too many", "phone", "138001380001", "", nil},
		{"an address with its door", "address", "地址：上海市浦东新区世纪大道1号 3单元", "上海市浦东新区世纪大道1号 3单元", []intents.Entity{{Type: intents.Address, Value: "上海市浦东新区世纪大道1号", Start: 3, End: 17}}},
		{"what looks like an address", "address", "幸福路88号2栋", "幸福路88号2栋", nil},
		{"no address", "address", "不告诉你", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := begin(t, shop(t, "rules: [{id: r, intent: return, collect: ["+tt.slot+"], reply: \"值${slots."+tt.slot+"}\"}]\notherwise: {handoff: {team: lead}}\n"))
			require.Equal(t, tt.slot, asked(k.says("退货", is("return"))))
			r := none()
			r.Entities = tt.entities
			got := k.says(tt.text, r)
			if tt.want == "" {
				require.Equal(t, tt.slot, asked(got))
				return
			}
			require.Equal(t, tt.want, got.Conversation.Collected()[tt.slot].Text)
			require.Nil(t, got.Conversation.Question)
		})
	}
}

func TestAnewRequestRenewsItsSlots(t *testing.T) {
	k := begin(t, shop(t, `
rules:
  - {id: a, intent: return, collect: [bad, phone], reply: "坏了${slots.bad}个，电话${slots.phone}"}
  - {id: b, intent: exchange, reply: 行}
otherwise: {handoff: {team: lead}}
`))
	require.Equal(t, "phone", asked(k.says("退货，坏了3个", is("return"))))
	require.Equal(t, []string{"坏了3个，电话13812345678"}, texts(k.says("13812345678", none())))
	k.says("换货，坏了9个", is("exchange"))
	require.Equal(t, "3", k.c.Collected()["bad"].Text, "another request leaves it as it is")
	require.Equal(t, []string{"坏了1个，电话13812345678"}, texts(k.says("又要退货，坏了1个", is("return"))))
}

func TestPhoneAndAddressBelongToTheConversation(t *testing.T) {
	k := begin(t, shop(t, `
rules:
  - {id: a, intent: return, collect: [phone, bad], reply: 好}
  - {id: b, intent: exchange, collect: [phone, bad], reply: 行}
otherwise: {handoff: {team: lead}}
`))
	k.says("退货", is("return"))
	k.says("13812345678", none())
	k.says("2", none())
	require.Equal(t, "bad", asked(k.says("换货", is("exchange"))), "the number belongs to the other matter, the phone does not")
}

func TestTextSlotTellsARequestFromAnAnswer(t *testing.T) {
	k := begin(t, shop(t, collectRules))
	k.says("保修", is("product.warranty"))
	got := k.says("充不进电坏了", is("quality"))
	require.Equal(t, []string{"症状是充不进电坏了"}, texts(got))

	k = begin(t, shop(t, collectRules))
	k.says("保修", is("product.warranty"))
	got = k.says("发票怎么开？", is("invoice"))
	require.Equal(t, []string{"发票在订单页开", "有什么症状"}, texts(got))
}
