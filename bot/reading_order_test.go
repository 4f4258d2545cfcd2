package bot_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
)

const orderRules = `
rules:
  - id: human.rule
    intent: human
    when: conversation.turns > 1
    reply: 马上请人来
    handoff: {team: aftersales, priority: low, reason: 要人工}
  - id: danger
    when: risk in ["health", "safety"]
    reply: 请先停止使用
    handoff: {team: lead, priority: urgent, reason: 安全}
  - id: angry
    intent: complaint
    handoff: {team: aftersales, priority: high, reason: 生气}
  - id: return
    intent: return
    reply: 七天可退
  - id: claim
    intent: quality
    collect: [bad]
    reply: 登记${slots.bad}个
  - id: hello
    intent: greeting
    when: conversation.turns > 5
    reply: 又见面了
otherwise:
  clarify: 1
  handoff: {team: presales, reason: 没懂}
`

func TestReadingOrder(t *testing.T) {
	tests := []struct {
		name   string
		before []intents.Reading
		r      intents.Reading
		rules  []string
		texts  []string
		team   string
		status bot.Status
	}{
		{"a rule answers", nil, is("return"), []string{"return"}, []string{"七天可退"}, "", bot.StatusBot},
		{
			"a human before everything", nil, with(is("return", "human"), func(r *intents.Reading) { r.Risk, r.Mood = intents.Health, intents.Angry }),
			[]string{"guard.human"},
			[]string{"已转售前，前面0位，4 分钟内回复"},
			"presales", bot.StatusWaiting,
		},
		{"a rule for human gives team and words", []intents.Reading{is("return")}, is("human"), []string{"human.rule"}, []string{"马上请人来"}, "aftersales", bot.StatusWaiting},
		{
			"danger before anger", nil, with(is("return"), func(r *intents.Reading) { r.Risk, r.Mood = intents.Health, intents.Angry }),
			[]string{"danger"},
			[]string{"请先停止使用"},
			"lead", bot.StatusWaiting,
		},
		{
			"danger without a rule", nil, with(is("return"), func(r *intents.Reading) { r.Risk = intents.Media }),
			[]string{"guard.risk"},
			[]string{"已转售前，前面0位，4 分钟内回复"},
			"presales", bot.StatusWaiting,
		},
		{
			"anger before rules", nil, with(is("return"), func(r *intents.Reading) { r.Mood = intents.Angry }),
			[]string{"angry"},
			[]string{"抱歉。已转售后，前面0位，4 分钟内回复"},
			"aftersales", bot.StatusWaiting,
		},
		{
			"anger before the open question",
			[]intents.Reading{is("quality")},
			with(none(), func(r *intents.Reading) { r.Mood = intents.Angry }),
			[]string{"angry"},
			[]string{"抱歉。已转售后，前面0位，4 分钟内回复"},
			"aftersales", bot.StatusWaiting,
		},
		{"the greeting after rules", nil, is("greeting"), []string{"greeting"}, []string{"欢迎光临小果"}, "", bot.StatusBot},
		{"thanks", nil, is("thanks"), []string{"closing"}, []string{"再见。"}, "", bot.StatusBot},
		{"a greeting beside a request is not answered", nil, is("greeting", "return", "thanks", "complaint"), []string{"return"}, []string{"七天可退"}, "", bot.StatusBot},
		{"a complaint alone is read by the rules", nil, is("complaint"), []string{"angry"}, []string{"已转售后，前面0位，4 分钟内回复"}, "aftersales", bot.StatusWaiting},
		{"understood and no rule", nil, is("invoice"), []string{"guard.no_rule"}, []string{"已转售前，前面0位，4 分钟内回复"}, "presales", bot.StatusWaiting},
		{"other is never accepted", nil, is("other"), []string{"otherwise"}, []string{"请问是哪件事"}, "", bot.StatusBot},
		{"a second failure reaches a human", []intents.Reading{none()}, none(), []string{"otherwise"}, []string{"已转售前，前面0位，4 分钟内回复"}, "presales", bot.StatusWaiting},
		{"a negated intent is not accepted", nil, with(is("return"), func(r *intents.Reading) { r.Negated = []string{"return"} }), []string{"otherwise"}, []string{"请问是哪件事"}, "", bot.StatusBot},
		{"an acknowledgement", nil, with(none(), func(r *intents.Reading) { r.Acknowledgement = true }), []string{}, []string{}, "", bot.StatusBot},
		{"upset joins the apology", nil, with(is("return"), func(r *intents.Reading) { r.Mood = intents.Upset }), []string{"return"}, []string{"抱歉。七天可退"}, "", bot.StatusBot},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := begin(t, shop(t, orderRules))
			for _, r := range tt.before {
				k.says("之前的话", r)
			}
			got := k.says("这次的话", tt.r)
			require.Equal(t, tt.rules, rulesOf(got))
			require.Equal(t, tt.texts, texts(got))
			require.Equal(t, tt.status, got.Conversation.Status)
			if tt.team == "" {
				require.Nil(t, handoff(got))
				return
			}
			require.Equal(t, tt.team, handoff(got).Team)
		})
	}
}

func TestSilenceWhileAHumanHasIt(t *testing.T) {
	k := begin(t, shop(t, orderRules))
	k.says("转人工", is("human"))
	k.step(bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
	got := k.says("我要退货，气死了", with(is("return", "human"), func(r *intents.Reading) { r.Mood, r.Risk = intents.Angry, intents.Safety }))
	require.Empty(t, texts(got))
	require.Empty(t, rulesOf(got))
	require.Equal(t, bot.StatusAgent, got.Conversation.Status)
	require.Equal(t, intents.Safety, got.Conversation.Case.Risk)
	require.Equal(t, "urgent", got.Conversation.Case.Priority)
}

func TestAGuardsRuleTagsAndCounts(t *testing.T) {
	k := begin(t, shop(t, head+"rules: [{id: h, intent: human, tag: [人工], limit: {times: 1, per: day}, reply: 好, handoff: {team: lead}}, {id: a, intent: return, reply: 甲}]\n"))
	got := k.says("人工", is("human"))
	require.Equal(t, []string{"人工"}, got.Response("").Tags)
	k.event(bot.EventRelease)
	require.Equal(t, []string{"guard.human"}, rulesOf(k.says("人工", is("human"))), "the limit is used up, a human is reached all the same")
}

func TestPriorityOfGuards(t *testing.T) {
	tests := []struct {
		name string
		r    intents.Reading
		want string
	}{
		{"human", is("human"), "normal"},
		{"safety", with(none(), func(r *intents.Reading) { r.Risk = intents.Safety }), "urgent"},
		{"review", with(none(), func(r *intents.Reading) { r.Risk = intents.Review }), "high"},
		{"anger", with(none(), func(r *intents.Reading) { r.Mood = intents.Angry }), "high"},
		{"no rule", with(is("invoice"), func(r *intents.Reading) { r.Mood = intents.Upset }), "normal"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := begin(t, shop(t, "otherwise: {handoff: {team: lead, reason: x}}\nrules: [{id: a, intent: return, reply: 好}]\n")).says("话", tt.r)
			require.Equal(t, tt.want, handoff(got).Priority)
			require.Equal(t, "presales", handoff(got).Team)
		})
	}
}
