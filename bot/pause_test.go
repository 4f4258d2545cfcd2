package bot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
)

const pausedRules = head + `
rules:
  - {id: first, intent: return, when: conversation.failures < 5, collect: [reason], reply: 甲}
  - {id: second, intent: return, reply: 乙}
  - {id: angry, intent: complaint, reply: 很抱歉, handoff: {team: lead, priority: urgent, reason: 投诉}}
  - {id: danger, when: risk == "health", reply: 请停用, handoff: {team: lead, priority: urgent, reason: 健康}}
`

func TestPausedRule(t *testing.T) {
	k := begin(t, shop(t, pausedRules))
	k.desk.Paused = []string{"first"}
	got := k.says("退", is("return"))
	require.Equal(t, []string{"乙"}, texts(got))
	considered := got.Explain().Decisions[0].Considered
	require.Equal(t, "first", considered[0].Rule)
	require.Equal(t, "paused", considered[0].Because)
	require.False(t, considered[0].Fits)

	t.Run("its open question is dropped", func(t *testing.T) {
		k := begin(t, shop(t, pausedRules))
		require.Equal(t, "reason", asked(k.says("退", is("return"))))
		k.desk.Paused = []string{"first"}
		require.Equal(t, []string{"乙"}, texts(k.says("不喜欢", none())))
		require.Nil(t, k.c.Question)
	})
	t.Run("without another it is understood and no rule fits", func(t *testing.T) {
		k := begin(t, shop(t, pausedRules))
		k.desk.Paused = []string{"first", "second"}
		require.Equal(t, []string{"guard.no_rule"}, rulesOf(k.says("退", is("return"))))
	})
	t.Run("a guard does without it", func(t *testing.T) {
		k := begin(t, shop(t, pausedRules))
		k.desk.Paused = []string{"angry"}
		got := k.says("垃圾", with(none(), func(r *intents.Reading) { r.Mood = intents.Angry }))
		require.Equal(t, []string{"guard.anger"}, rulesOf(got))
		require.Equal(t, "presales", handoff(got).Team)
	})
}

func TestPausedShop(t *testing.T) {
	start := func(t *testing.T, change ...func(*bot.Book)) *talk {
		t.Helper()
		k := begin(t, shop(t, pausedRules, change...))
		k.desk.Paused = []string{bot.PausedShop}
		return k
	}
	t.Run("what would be answered is handed to a human", func(t *testing.T) {
		for _, reading := range []intents.Reading{is("return"), is("greeting"), none(), withdrawn(), chasing(), is("thanks", "return")} {
			k := start(t)
			got := k.says("您好", reading)
			require.Equal(t, []string{"guard.paused"}, rulesOf(got))
			require.Equal(t, []string{"已转售前，前面0位，4 分钟内回复"}, texts(got))
			require.Equal(t, []string{"presales", "normal"}, []string{handoff(got).Team, handoff(got).Priority})
			require.NotEmpty(t, handoff(got).Reason)
		}
		k := start(t)
		got := k.sends(bot.Message{Kind: bot.KindVoice}, none())
		require.Equal(t, bot.StatusWaiting, got.Conversation.Status)
	})
	t.Run("at night with the words for it", func(t *testing.T) {
		k := start(t, weekHours)
		k.now = time.Date(2026, 11, 23, 22, 0, 0, 0, zone())
		require.Equal(t, []string{"客服11月26日 09:00上班"}, texts(k.says("退", is("return"))))
	})
	t.Run("what wants no answer gets none", func(t *testing.T) {
		for _, c := range []struct {
			text    string
			reading intents.Reading
		}{{"好的", nod()}, {"1", none()}, {"谢谢", is("thanks")}} {
			k := start(t)
			got := k.says(c.text, c.reading)
			require.Empty(t, got.Actions, c.text)
			require.Equal(t, bot.StatusBot, k.c.Status)
		}
		k := start(t)
		require.Empty(t, k.sends(bot.Message{Kind: bot.KindOrderCard, Order: new(order(noA, "paid"))}, none()).Actions)
	})
	t.Run("guards keep their team and priority, and say nothing of their own", func(t *testing.T) {
		for name, reading := range map[string]intents.Reading{
			"guard.anger": with(none(), func(r *intents.Reading) { r.Mood = intents.Angry }),
			"guard.risk":  with(none(), func(r *intents.Reading) { r.Risk = intents.Health }),
		} {
			k := start(t)
			got := k.says("!", reading)
			require.Equal(t, []string{name}, rulesOf(got))
			require.Equal(t, []string{"lead", "urgent"}, []string{handoff(got).Team, handoff(got).Priority})
			require.NotContains(t, texts(got)[0], "很抱歉")
			require.NotContains(t, texts(got)[0], "请停用")
		}
		k := start(t)
		require.Equal(t, []string{"guard.human"}, rulesOf(k.says("人工", is("human"))))
	})
	t.Run("an open question is dropped, and what was open stands in the case", func(t *testing.T) {
		k := start(t)
		k.desk.Paused = nil
		k.says("退", is("return"))
		k.desk.Paused = []string{bot.PausedShop}
		got := k.says("不喜欢", none())
		require.Equal(t, []string{"guard.paused"}, rulesOf(got))
		require.Nil(t, k.c.Question)
		require.Equal(t, "return", handoff(got).Intent)
		k.desk.Paused = nil
		k.event(bot.EventRelease)
		k.says("退", is("return"))
		k.desk.Paused = []string{bot.PausedShop}
		require.Empty(t, k.says("好的", nod()).Actions)
		require.Nil(t, k.c.Question)
	})
	t.Run("what was kept for later is not taken up", func(t *testing.T) {
		k := start(t)
		k.c.Episode, k.c.Clock.Any = 1, k.now
		k.c.Open = []bot.Request{{Intent: "return"}}
		require.Empty(t, k.sends(bot.Message{Kind: bot.KindOrderCard, Order: new(order(noA, "paid"))}, none()).Actions)
		require.Len(t, k.c.Open, 1)
		require.Contains(t, handoff(k.says("喂", none())).Open, "return")
	})
	t.Run("a human who has the conversation is not disturbed", func(t *testing.T) {
		k := start(t)
		k.step(bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
		require.Empty(t, k.says("退", is("return")).Actions)
	})
	t.Run("when it ends the rules answer again", func(t *testing.T) {
		k := start(t)
		k.says("好的", nod())
		k.desk.Paused = nil
		require.Equal(t, "reason", asked(k.says("退", is("return"))))
	})
}
