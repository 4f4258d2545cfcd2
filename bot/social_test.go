package bot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
)

func near(names ...string) intents.Reading {
	r := none()
	r.Near = is(names...).Intents
	return r
}

func TestGreetingOnceThenShortThenSilence(t *testing.T) {
	k := begin(t, shop(t, plainRules))
	require.Equal(t, []string{"欢迎光临小果"}, texts(k.says("你好", is("greeting"))))
	require.Equal(t, []string{"我在的"}, texts(k.says("在吗", is("greeting"))))
	got := k.says("在吗", is("greeting"))
	require.Empty(t, texts(got))
	require.Equal(t, bot.StatusBot, got.Conversation.Status)
	k.after(24 * time.Hour)
	require.Equal(t, []string{"欢迎光临小果"}, texts(k.says("你好", is("greeting"))))
}

func TestThanks(t *testing.T) {
	k := begin(t, shop(t, plainRules))
	require.Equal(t, []string{"再见。"}, texts(k.says("谢谢", is("thanks"))))
	require.Empty(t, texts(k.says("谢谢", is("thanks"))))
	k.says("坏了", is("quality"))
	require.Empty(t, texts(k.says("谢谢", is("thanks"))), "a question is open")
	k = begin(t, shop(t, `
rules:
  - {id: a, intent: return, reply: 甲}
  - {id: b, intent: exchange, reply: 乙}
  - {id: c, intent: invoice, reply: 丙}
otherwise: {handoff: {team: lead}}
`))
	require.Equal(t, []string{"甲", "乙"}, texts(k.says("退货换货发票", is("return", "exchange", "invoice"))))
	require.Equal(t, []string{"丙"}, texts(k.says("谢谢", is("thanks"))), "no goodbye before the last answer")
}

func TestWithdraw(t *testing.T) {
	t.Run("an open question", func(t *testing.T) {
		k := begin(t, shop(t, plainRules))
		k.says("坏了", is("quality"))
		got := k.says("算了", withdrawn())
		require.Equal(t, []string{"好的不办了"}, texts(got))
		require.Equal(t, []string{"withdrawn"}, rulesOf(got))
		require.Nil(t, got.Conversation.Question)
	})
	t.Run("nothing open is no failure", func(t *testing.T) {
		k := begin(t, shop(t, plainRules))
		require.Equal(t, []string{"withdrawn"}, rulesOf(k.says("不退了", withdrawn())))
		got := k.says("不退了", withdrawn())
		require.Empty(t, texts(got))
		require.Equal(t, bot.StatusBot, got.Conversation.Status)
		require.Zero(t, got.Conversation.Counts.Failures)
	})
	t.Run("and something else instead", func(t *testing.T) {
		k := begin(t, shop(t, plainRules))
		k.says("坏了", is("quality"))
		got := k.says("算了，退货吧", with(is("return"), func(r *intents.Reading) { r.Withdrawn = true }))
		require.Equal(t, []string{"好的不办了", "甲"}, texts(got))
	})
}

func TestWithdrawingNamesItsTask(t *testing.T) {
	k := begin(t, shop(t, head+"rules:\n  - {id: a, intent: return, reply: 甲, handoff: {task: true}}\n  - {id: b, intent: invoice, reply: 乙, handoff: {task: true}}\n"))
	k.says("退", is("return"))
	k.says("票", is("invoice"))
	k.says("不退了", with(withdrawn(), func(r *intents.Reading) { r.Negated = []string{"return"} }))
	require.Len(t, k.c.Tasks, 1)
	require.Equal(t, "invoice", k.c.Tasks[0].Intent)
	k.after(24 * time.Hour)
	k.says("不用了", withdrawn())
	require.Len(t, k.c.Tasks, 1, "a task of an earlier episode is not meant")
}

func TestABareNumberWithNothingOpen(t *testing.T) {
	k := begin(t, shop(t, plainRules))
	got := k.says("1", none())
	require.Empty(t, texts(got))
	require.Zero(t, got.Conversation.Counts.Failures)
}

func TestMedia(t *testing.T) {
	voice := bot.Message{Kind: bot.KindVoice}
	k := begin(t, shop(t, plainRules))
	got := k.sends(voice, none())
	require.Equal(t, []string{"请打字"}, texts(got))
	require.Equal(t, []string{"ack_media"}, rulesOf(got))
	got = k.sends(bot.Message{Kind: bot.KindVideo}, none())
	require.Equal(t, []string{"otherwise"}, rulesOf(got))
	require.Equal(t, bot.StatusWaiting, got.Conversation.Status)

	k = begin(t, shop(t, head+"rules: [{id: v, when: message.kind == \"video\", reply: 收到视频}]\n"))
	require.Equal(t, []string{"v"}, rulesOf(k.sends(bot.Message{Kind: bot.KindVideo}, none())))

	k = begin(t, shop(t, plainRules))
	require.Equal(t, []string{"a"}, rulesOf(k.sends(bot.Message{Kind: bot.KindVoice, Text: "退货"}, is("return"))), "a voice with its words")
}

func TestEmojiAndOtherKinds(t *testing.T) {
	k := begin(t, shop(t, plainRules))
	require.Empty(t, texts(k.sends(bot.Message{Kind: bot.KindEmoji, Text: "👌"}, none())))
	require.Equal(t, []string{"a"}, rulesOf(k.sends(bot.Message{Kind: "poke", Text: "退"}, is("return"))))
	require.Equal(t, []string{"otherwise"}, rulesOf(k.sends(bot.Message{Kind: "poke"}, none())))
}

func TestImagesAlone(t *testing.T) {
	k := begin(t, shop(t, plainRules))
	require.Equal(t, []string{"请问是哪件事"}, texts(k.sends(image("a"), none())))
	require.Empty(t, texts(k.sends(image("b"), none())), "one more photo of the same showing")
	require.Equal(t, bot.StatusBot, k.c.Status)
	k.after(time.Minute)
	require.Equal(t, []string{"otherwise"}, rulesOf(k.sends(image("c"), none())))
	require.Equal(t, bot.StatusWaiting, k.c.Status)
}

func TestClarify(t *testing.T) {
	t.Run("the closest intents that the shop answers, numbered", func(t *testing.T) {
		k := begin(t, shop(t, plainRules))
		got := k.says("那个东西", near("invoice", "return", "human", "quality"))
		require.Equal(t, []string{"请问是哪件事\n1. 退货\n2. quality"}, texts(got))
		require.Equal(t, []string{"otherwise"}, rulesOf(got))
		require.Equal(t, "", asked(got))
		require.Equal(t, []string{"退货", "quality"}, got.Response("").Replies[0].Choices)
	})
	t.Run("one alone is no choice", func(t *testing.T) {
		k := begin(t, shop(t, plainRules))
		got := k.says("那个东西", near("invoice", "return"))
		require.Equal(t, []string{"请问是哪件事\n1. 退货\n不是的话，请换个说法再讲一遍。"}, texts(got))
		require.Equal(t, []string{"a"}, rulesOf(k.says("1", none())))
		k = begin(t, shop(t, plainRules, func(b *bot.Book) { b.Shop.Locale = "en-US" }))
		require.Contains(t, texts(k.says("that thing", near("return")))[0], "\nIf it is something else, please say it in other words.")
	})
	t.Run("a guess with next to no evidence is none", func(t *testing.T) {
		k := begin(t, shop(t, plainRules))
		got := k.says("xxxxx", with(near("return", "quality"), func(r *intents.Reading) { r.Near[0].Score, r.Near[1].Score = 0.19, 0.105 }))
		require.Equal(t, []string{"请问是哪件事"}, texts(got))
		require.Empty(t, got.Response("").Replies[0].Choices)
		require.Empty(t, k.c.Question.Options)
		got = begin(t, shop(t, plainRules)).says("东西", with(near("return"), func(r *intents.Reading) { r.Near[0].Score = 0.2 }))
		require.Equal(t, []string{"退货"}, got.Response("").Replies[0].Choices)
	})
	answers := []struct {
		name, text string
		r          intents.Reading
		rules      []string
	}{
		{"a number", "2", nod(), []string{"q"}},
		{"a word", "退货", none(), []string{"a"}},
		{"a new request", "转人工吧", is("human"), []string{"guard.human"}},
		{"a request for one of them", "我想退货", is("return"), []string{"a"}},
		{"nothing of it", "呃呃呃", none(), []string{"otherwise"}},
		{"a nod", "嗯嗯", nod(), []string{}},
	}
	for _, tt := range answers {
		t.Run(tt.name, func(t *testing.T) {
			k := begin(t, shop(t, plainRules))
			k.says("那个东西", near("return", "quality"))
			require.Equal(t, tt.rules, rulesOf(k.says(tt.text, tt.r)))
		})
	}
	t.Run("once in an episode, with otherwise's own handoff", func(t *testing.T) {
		k := begin(t, shop(t, plainRules))
		k.says("那个东西", none())
		k.says("退货", is("return"))
		got := k.says("那个那个", none())
		require.Equal(t, []string{"otherwise"}, rulesOf(got))
		require.Equal(t, "没懂", handoff(got).Reason)
	})
	t.Run("clarify: 0 hands over at once", func(t *testing.T) {
		k := begin(t, shop(t, "otherwise: {clarify: 0, handoff: {team: lead}}\nrules: [{id: a, intent: return, reply: 甲}]\n"))
		got := k.says("那个东西", near("return"))
		require.Equal(t, "lead", handoff(got).Team)
	})
}
