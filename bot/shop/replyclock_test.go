package shop_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
)

// TestReplyClock reads which hours count and whose reply does.
func TestReplyClock(t *testing.T) {
	allWeek := map[time.Weekday][]bot.Span{}
	for d := range time.Saturday + 1 {
		allWeek[d] = []bot.Span{{From: 8 * 60, To: 23 * 60}}
	}
	for _, c := range []struct {
		yaml string
		want bot.ReplyClock
	}{
		{"", bot.ReplyClock{}},
		{"reply_clock:\n", bot.ReplyClock{}},
		{"reply_clock: {hours: desk, counts: human}\n", bot.ReplyClock{}},
		{"reply_clock: {hours: always}\n", bot.ReplyClock{Always: true}},
		{"reply_clock: {counts: any}\n", bot.ReplyClock{Any: true}},
		{"reply_clock: {hours: {mon-sun: \"08:00-23:00\"}}\n", bot.ReplyClock{Week: allWeek}},
	} {
		require.Equal(t, c.want, book(t, c.yaml).ReplyClock, c.yaml)
	}
}

func TestNextReply(t *testing.T) {
	for text, want := range map[string]time.Duration{"none": bot.NoReply, "0": bot.NoReply, "5m": 5 * time.Minute} {
		b := load(t, "s/shop.yaml", "id: s\nteams: {aftersales: {first_reply: 2m, next_reply: "+text+"}}\n").Shop.Book
		require.Equal(t, want, b.Team("aftersales").NextReply, text)
	}
	b := load(t, "s/shop.yaml", "id: s\nteams: {aftersales: {first_reply: 2m}}\n").Shop.Book
	require.Equal(t, 2*time.Minute, b.Team("aftersales").NextReply)
}

func TestQuestionIdleAndRating(t *testing.T) {
	require.Zero(t, book(t, "").QuestionIdle)
	require.Equal(t, 24*time.Hour, book(t, "question_idle: 1d\n").QuestionIdle)
	require.False(t, book(t, "scripts: {greeting: 您好}\n").AsksRating, "the base pack's words alone are not sent")
	require.True(t, book(t, "scripts: {rating: 请问您满意吗？}\n").AsksRating)
}

// TestBudget reads what the channel lets through, which belongs to what the shop says: another budget is another book.
func TestBudget(t *testing.T) {
	connect := func(budget string) *bot.Book {
		return load(t, "s/connect.yaml", "webhook: {unsigned: true"+budget+"}\n").Shop.Book
	}
	none, five, six := connect(""), connect(", budget: {messages: 5, within: 48h}"), connect(", budget: {messages: 6}")
	require.Zero(t, none.Budget)
	require.Equal(t, bot.Budget{Messages: 5, Within: 48 * time.Hour}, five.Budget)
	require.Equal(t, bot.Budget{Messages: 6}, six.Budget)
	require.NotEqual(t, none.Hash, five.Hash)
	require.NotEqual(t, five.Hash, six.Hash)
	require.Equal(t, none.Hash, load(t).Shop.Book.Hash, "a webhook alone changes nothing that is said")
}
