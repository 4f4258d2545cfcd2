package bot_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
	"xiaoer/rules"
	"xiaoer/rules/doc"
)

func quick(t *testing.T, name, text string, of ...string) bot.QuickReply {
	t.Helper()
	var p doc.Problems
	file := doc.Parse("q.yaml", []byte("q: "+text), &p)
	out := rules.CompileTemplate(file.Root.Get("q"), bot.Vocabulary(bot.VocabularyOptions{Location: zone()}), &p)
	require.False(t, p.HasErrors(), p.All())
	return bot.QuickReply{Name: name, Text: out, Intents: of}
}

func TestQuickRepliesAreFilledIn(t *testing.T) {
	b := shop(t, "rules: [{id: a, intent: return, reply: 好}]\notherwise: {handoff: {team: presales}}\n")
	c := bot.NewConversation("xiaoguo", "c")
	c.Order = &bot.Order{No: "261118-1", Stage: "paid"}
	h := &bot.Handoff{ID: "h", Number: 7, Team: "aftersales", Intent: "wrong_order.address"}
	got := bot.Advise(b, c, h, bot.Event{At: noon()}, []bot.QuickReply{
		quick(t, "物流", "单号 ${logistics.tracking_no}"),
		quick(t, "查", "订单 ${order.no} 在查，您的编号 ${handoff.number}"),
		quick(t, "址", "请发新地址", "wrong_order"),
		quick(t, "退", "请退货", "return"),
	})
	require.Equal(t, []bot.Rendered{
		{Name: "址", Text: "请发新地址", Meant: true},
		{Name: "物流", Missing: []string{"logistics.tracking_no"}},
		{Name: "查", Text: "订单 261118-1 在查，您的编号 7"},
		{Name: "退", Text: "请退货"},
	}, got)
	c.Order, h.Order = nil, c.Order
	require.Equal(t, "261118-1", bot.Advise(b, c, h, bot.Event{At: noon()}, []bot.QuickReply{quick(t, "a", "${order.no}")})[0].Text,
		"the case's own order where none is in view any more")
	require.Empty(t, bot.Advise(b, c, nil, bot.Event{At: noon()}, nil))
}

func TestADraftIsWhatTheRulesWouldSay(t *testing.T) {
	b := shop(t, `rules:
  - {id: back, intent: return, reply: 请点申请售后}
  - {id: bad, intent: quality, handoff: {team: aftersales, reason: 坏了}}
  - {id: addr, intent: invoice, reply: 已登记, handoff: {team: aftersales, task: true}}
otherwise: {handoff: {team: presales}}
`)
	c := bot.NewConversation("xiaoguo", "c")
	c.Status, c.Episode, c.LastLine = bot.StatusAgent, 1, "请点申请售后"
	c.Case = &bot.Handoff{ID: "h"}
	c.Answers = map[string]int{"back": 9}
	c.Clock.Any = noon()
	ask := func(intent string) bot.Draft {
		return bot.DraftOf(b, c, bot.Event{
			ID: "e", Kind: bot.EventMessage, At: noon().Add(time.Minute),
			Message: &bot.Message{ID: "m", Kind: bot.KindText, Text: "话", Buyer: bot.Buyer{ID: "b"}},
			Reading: &intents.Reading{Intents: []intents.Prediction{{Intent: intent, Score: 0.9}}, Mood: intents.Calm, Risk: intents.NoRisk},
		}, nil)
	}
	require.Equal(t, bot.Draft{Texts: []string{"请点申请售后"}, Rules: []string{"back"}}, ask("return"), "even where it was said before, since no buyer reads it")
	require.Equal(t, bot.Draft{Rules: []string{"bad"}, HandsOff: true}, ask("quality"))
	require.Equal(t, bot.Draft{Texts: []string{"已登记"}, Rules: []string{"addr"}}, ask("invoice"), "a task leaves the word with the bot")
	require.Equal(t, bot.StatusAgent, c.Status, "the conversation itself is as it was")
	require.NotNil(t, c.Case)
}

func TestForbiddenWordsOfAnAgent(t *testing.T) {
	b := shop(t, "rules: [{id: a, intent: return, reply: 好}]\notherwise: {handoff: {team: presales}}\n")
	b.Compliance = []bot.Pattern{
		{Name: "微信", Match: regexp.MustCompile("(?i)微信|vx"), Needs: []string{"微信", "vx"}},
		{Name: "最", Match: regexp.MustCompile("最."), Free: regexp.MustCompile("最近|最后")},
	}
	for _, c := range []struct {
		text string
		want []bot.Hit
	}{
		{"您好", []bot.Hit{}},
		{"加 VX 聊，微信也行", []bot.Hit{{Name: "微信", Text: "VX"}}},
		{"最近最后都行", []bot.Hit{}},
		{"最近是最好的，加微信", []bot.Hit{{Name: "微信", Text: "微信"}, {Name: "最", Text: "最好"}}},
		{"", []bot.Hit{}},
	} {
		require.Equal(t, c.want, b.Forbidden(c.text), c.text)
	}
}

func TestPolicyValuesAreForPeople(t *testing.T) {
	b := shop(t, "rules: [{id: a, intent: return, reply: 好}]\notherwise: {handoff: {team: presales}}\n")
	require.Equal(t, []bot.Named{{Name: "return_days", Text: "7"}, {Name: "ship_within", Text: "48 小时"}}, b.PolicyValues(noon()))
}
