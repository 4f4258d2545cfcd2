package bot_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
)

func lets(messages int, within time.Duration) func(*bot.Book) {
	return func(b *bot.Book) { b.Budget = bot.Budget{Messages: messages, Within: within} }
}

func TestMaySend(t *testing.T) {
	k := begin(t, shop(t, taskRules))
	b := bot.Budget{Messages: 3, Within: time.Hour}
	may := func() int { left, _ := k.c.MaySend(b, k.now); return left }
	left, until := k.c.MaySend(bot.Budget{}, k.now)
	require.Equal(t, math.MaxInt, left)
	require.Zero(t, until)
	require.Zero(t, may(), "the buyer has never written")
	k.says("坏了", is("quality"))
	require.Equal(t, 2, may(), "the words of handing over")
	_, until = k.c.MaySend(b, k.now)
	require.WithinDuration(t, noon().Add(time.Hour), until, 0)
	k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
	require.Equal(t, 1, may())
	m := bot.Message{ID: "x", Conversation: "c-1", Buyer: bot.Buyer{ID: "b-1"}, Kind: bot.KindAgent, Text: "请稍候"}
	k.step(bot.Event{Kind: bot.EventMessage, Message: &m})
	require.Zero(t, may(), "what a human says on the channel counts too")
	k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "还在查"})
	require.Zero(t, may())
	k.after(time.Minute)
	k.says("好", nod())
	require.Equal(t, 3, may(), "the buyer's word gives the whole again")
	k.after(time.Hour - time.Second)
	require.Equal(t, 3, may())
	k.after(time.Second)
	require.Zero(t, may(), "its time is over")
	left, until = k.c.MaySend(bot.Budget{Messages: 3}, k.now)
	require.Equal(t, 3, left)
	require.Zero(t, until)
	k.step(bot.Event{Kind: bot.EventResolve, Agent: "小陈"})
	k.c.Clock.Buyer = k.now
	k.step(bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
	require.Equal(t, 3, may(), "a new episode forgets nothing of it")
}

func TestBudgetOfAnswers(t *testing.T) {
	const three = head + `
rules:
  - {id: a, intent: return, reply: {text: 甲, image: a.jpg}}
  - {id: b, intent: invoice, reply: 乙}
  - {id: q, intent: quality, collect: [bad], reply: "${slots.bad}"}
`
	for _, c := range []struct {
		messages int
		want     []string
	}{
		{0, []string{"甲", "a.jpg", "乙", "坏了几个"}},
		{4, []string{"甲", "a.jpg", "乙", "坏了几个"}},
		{3, []string{"甲", "a.jpg", "乙\n坏了几个"}},
		{2, []string{"a.jpg", "甲\n乙\n坏了几个"}},
		{1, []string{"甲\n乙\n坏了几个"}},
	} {
		k := begin(t, shop(t, three, lets(c.messages, 0)))
		got := k.says("退货，发票，坏了", is("return", "invoice", "quality"))
		require.Equal(t, c.want, sentTexts(got), "%d messages", c.messages)
		require.Equal(t, "bad", asked(got))
		require.Equal(t, len(c.want), k.c.Sent)
		if c.messages > 0 {
			require.LessOrEqual(t, k.c.Sent, c.messages)
		}
		require.Equal(t, []string{"a", "b", "q"}, rulesOf(got))
	}
}

func TestBudgetKeepsTheChoices(t *testing.T) {
	k := begin(t, shop(t, head+`
rules:
  - {id: a, intent: return, reply: {text: 甲, choices: [好, 不好]}}
  - {id: b, intent: invoice, reply: 乙}
`, lets(1, 0)))
	got := k.says("退货，发票", is("return", "invoice"))
	require.Equal(t, []bot.Reply{{Kind: bot.KindText, Text: "甲\n乙", Choices: []string{"好", "不好"}}}, got.Response("").Replies)
}

func sentTexts(t bot.Turn) []string {
	var out []string
	for _, a := range actions(t, bot.ActReply) {
		out = append(out, a.Reply.Text+a.Reply.Image)
	}
	return out
}

func TestBudgetOfLateWords(t *testing.T) {
	for _, c := range []struct {
		name     string
		messages int
		within   time.Duration
		want     []string
	}{
		{"without a limit", 0, 0, []string{"请再等等"}},
		{"room for it and a human", 3, 0, []string{"请再等等"}},
		{"the last is left for a human", 2, 0, []string{}},
		{"nothing is left", 1, 0, []string{}},
		{"the time is over", 5, time.Minute, []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := begin(t, shop(t, taskRules, lets(c.messages, c.within)))
			k.says("坏了", is("quality"))
			got := k.fires()
			require.Equal(t, c.want, texts(got))
			require.Equal(t, "reminder", actions(got, bot.ActNotice)[0].Notice.Kind, "the team is told all the same")
			require.Equal(t, 1+len(c.want), k.c.Sent)
			if len(c.want) == 0 {
				require.Contains(t, got.Trace.Notes, "the channel's budget does not allow another line of the bot's")
				require.NotEqual(t, "请再等等", k.c.LastLine)
			}
		})
	}
}

func TestTheSameWordsInARow(t *testing.T) {
	t.Run("a second hand-over says something else", func(t *testing.T) {
		k := begin(t, shop(t, taskRules, script("handoff", "已转人工")))
		require.Equal(t, []string{"已转人工"}, texts(k.says("人工", is("human"))))
		k.event(bot.EventRelease)
		require.Equal(t, []string{"请再等等"}, texts(k.says("人工", is("human"))))
		k.event(bot.EventRelease)
		require.Equal(t, []string{"已转人工"}, texts(k.says("人工", is("human"))))
	})
	t.Run("after an agent's words they are not in a row", func(t *testing.T) {
		k := begin(t, shop(t, taskRules, script("handoff", "已转人工")))
		k.says("人工", is("human"))
		k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
		k.event(bot.EventRelease)
		require.Equal(t, []string{"已转人工"}, texts(k.says("人工", is("human"))))
	})
	t.Run("the reminder does not repeat a holding line", func(t *testing.T) {
		k := waits(t)
		k.after(time.Minute)
		require.Equal(t, []string{"请再等等"}, texts(k.says("人呢", chasing())))
		require.Empty(t, texts(k.fires()))
	})
}
