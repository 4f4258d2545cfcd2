package bot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
)

func TestChatIDsAreNobodyElses(t *testing.T) {
	t.Parallel()
	require.True(t, bot.IsChat(bot.ChatID("v-1")))
	require.NotEqual(t, bot.ChatID("v-1"), bot.ChatID("v-2"))
	for _, id := range []string{"", "c-1", "chat:1", "xiaoer:chat", " " + bot.ChatID("v-1")} {
		require.False(t, bot.IsChat(id), id)
	}
}

func TestTheOwnChatHasNoBudget(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	used := bot.Conversation{ID: "c-1", Sent: 5, Clock: bot.Clock{Buyer: now}}
	left, _ := used.MaySend(bot.Budget{Messages: 5}, now)
	require.Zero(t, left)
	used.ID = bot.ChatID("v-1")
	left, until := used.MaySend(bot.Budget{Messages: 5, Within: time.Hour}, now.Add(2*time.Hour))
	require.Positive(t, left)
	require.True(t, until.IsZero())
}

func TestWhatTheBuyerSees(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) // a Saturday
	book := &bot.Book{AsksRating: true, Shop: bot.Shop{Name: "小店", Locale: "zh-CN", Location: time.UTC, Hours: bot.Hours{
		Week: map[time.Weekday][]bot.Span{time.Monday: {{From: 9 * 60, To: 18 * 60}}},
	}}}
	line := bot.Line{At: now, From: "agent", Name: "小陈", Text: "您好"}
	asks := bot.Line{At: now, From: "buyer", Text: "在吗"}
	for _, c := range []struct {
		name  string
		now   bot.Conversation
		agent string
		rates bool
	}{
		{"the bot answers", bot.Conversation{Status: bot.StatusBot, Transcript: []bot.Line{line}}, "", false},
		{"a case names its agent", bot.Conversation{Status: bot.StatusAgent, Case: &bot.Handoff{Agent: "小王"}, Transcript: []bot.Line{line}}, "小王", false},
		{"the last line names the agent", bot.Conversation{Status: bot.StatusAgent, Transcript: []bot.Line{line}}, "小陈", false},
		{"nobody has said who it is", bot.Conversation{Status: bot.StatusAgent}, "", false},
		{"closed after a handoff", bot.Conversation{Status: bot.StatusClosed, Counts: bot.Counts{Handoffs: 1}}, "", true},
		{"closed by a human who came unasked", bot.Conversation{Status: bot.StatusClosed, Counts: bot.Counts{Turns: 1}, Transcript: []bot.Line{asks, line}}, "", true},
		{"closed by a rule, a human was there the time before", bot.Conversation{Status: bot.StatusClosed, Counts: bot.Counts{Turns: 1}, Transcript: []bot.Line{line, asks}}, "", false},
		{"closed by a rule", bot.Conversation{Status: bot.StatusClosed}, "", false},
	} {
		got := c.now.Chat(book, now)
		require.Equal(t, c.agent, got.Agent, c.name)
		require.Equal(t, c.rates, got.Rates, c.name)
		require.False(t, got.Open, c.name)
		require.Equal(t, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), got.Opens, c.name)
	}
	said := bot.Line{At: now, From: "bot", Text: "您想怎么退？"}
	for _, c := range []struct {
		name string
		now  bot.Conversation
		open bool
	}{
		{"the bot waits for an answer", bot.Conversation{Status: bot.StatusBot, Transcript: []bot.Line{asks, said}}, true},
		{"a case waits, and the bot asks for details", bot.Conversation{Status: bot.StatusWaiting, Transcript: []bot.Line{said}}, true},
		{"the buyer has answered", bot.Conversation{Status: bot.StatusBot, Transcript: []bot.Line{said, asks}}, false},
		{"an agent has written", bot.Conversation{Status: bot.StatusBot, Transcript: []bot.Line{said, line}}, false},
		{"an agent has it", bot.Conversation{Status: bot.StatusAgent, Transcript: []bot.Line{said}}, false},
		{"it is over", bot.Conversation{Status: bot.StatusClosed, Transcript: []bot.Line{said}}, false},
		{"nothing was said", bot.Conversation{Status: bot.StatusBot}, false},
	} {
		c.now.Choices = []string{"上门取件"}
		require.Equal(t, c.open, len(c.now.Chat(book, now).Choices) == 1, c.name)
	}
	open := (&bot.Conversation{}).Chat(&bot.Book{}, now)
	require.True(t, open.Open)
	require.True(t, open.Opens.IsZero())
}
