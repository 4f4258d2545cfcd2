package desk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"xiaoer/bot"
	"xiaoer/bot/desk"
)

func at(ms int64) time.Time { return time.UnixMilli(1_764_468_000_000 + ms) }

func TestAPlaceIsBehindTheLastLine(t *testing.T) {
	t.Parallel()
	lines := []bot.Line{
		{At: at(0), From: "buyer", Text: "一"},
		{At: at(0), From: "bot", Text: "二"},
		{At: at(5), From: "agent", Name: "小陈", Text: "三"},
		{At: at(9), From: "buyer", Text: "四"},
	}
	require.Equal(t, desk.Place(""), desk.PlaceOf(nil))
	require.Equal(t, desk.Place("1764468000000.2"), desk.PlaceOf(lines[:2]))
	require.Equal(t, lines[1:], desk.Unread(lines, desk.PlaceOf(lines[:1])), "two lines of one moment are two")
	require.Equal(t, lines[3:], desk.News(lines, desk.PlaceOf(lines[:2]), "小陈"), "one's own line is no news")
	require.Equal(t, lines[2:], desk.News(lines, desk.PlaceOf(lines[:2]), "小王"), "a colleague's is")
	require.Empty(t, desk.News(lines, desk.PlaceOf(lines), "小王"))
	require.Equal(t, lines[2:], desk.Unread(lines[2:], desk.PlaceOf(lines[:2])), "what was forgotten meanwhile is not missed")
	for _, wrong := range []desk.Place{"", "x", "1.", ".1", "1.0", "1.-1", "99999999999999999999.1"} {
		require.Equal(t, lines, desk.Unread(lines, wrong), "%q is no place: nothing was read", wrong)
	}
}

func TestWhatIsUnreadIsWhatCameAfter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var lines []bot.Line
		ms := int64(0)
		for range rapid.IntRange(0, 20).Draw(t, "lines") {
			ms += rapid.Int64Range(0, 2).Draw(t, "later")
			lines = append(lines, bot.Line{At: at(ms).Add(time.Duration(rapid.IntRange(0, 999_999).Draw(t, "ns"))), From: "buyer"})
		}
		for i := range lines { // times of a conversation do not go back within a millisecond either
			lines[i].At = lines[i].At.Truncate(time.Millisecond)
		}
		read := rapid.IntRange(0, len(lines)).Draw(t, "read")
		require.Len(t, desk.Unread(lines, desk.PlaceOf(lines[:read])), len(lines)-read)
	})
}
