package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

func TestAnAnswerKnowsWhatWasSaidBefore(t *testing.T) {
	t.Parallel()
	for name, open := range everyStore() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			id := b.hand(t, "c")
			c := b.does(t, id, desk.Act{Kind: bot.EventClaim})
			seen := desk.PlaceOf(c.Transcript)
			b.say(t, message("c", "m-2", "等等，我又不退了"))
			_, err := b.ActOn(t.Context(), "s", id, by(desk.Act{Kind: bot.EventAgent, Text: "已为您退款", Seen: seen}))
			require.Equal(t, "news", refusalOf(t, err))
			c, _, err = b.Case(t.Context(), "s", id)
			require.NoError(t, err)
			require.NotContains(t, linesOf(c.Transcript), "已为您退款", "nothing was sent")
			seen = desk.PlaceOf(c.Transcript)
			act := desk.Act{ID: "r-1", Kind: bot.EventAgent, Text: "好的，不退了", Seen: seen}
			b.does(t, id, act)
			b.does(t, id, act) // the same again: its own line is no news, and there is no second effect
			c = b.does(t, id, desk.Act{Kind: bot.EventAgent, Text: "还有别的吗", Seen: seen})
			require.Equal(t, []string{"好的，不退了", "还有别的吗"}, linesOf(c.Transcript)[len(c.Transcript)-2:], "one's own lines are no news")
		})
	}
}

func linesOf(lines []bot.Line) (out []string) {
	for _, l := range lines {
		out = append(out, l.Text)
	}
	return out
}

func TestAdviceForACase(t *testing.T) {
	t.Parallel()
	for name, open := range everyStore() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			first := b.say(t, message("c", "m-1", "我想退货"))
			require.NotEmpty(t, first.Replies)
			id := b.hand(t, "c")
			b.does(t, id, desk.Act{Kind: bot.EventClaim})
			b.say(t, message("c", "m-2", "我想退货"))
			got, err := b.Advise(t.Context(), "s", id, desk.Wanted{})
			require.NoError(t, err)
			require.Empty(t, got.Said, "what nobody wants is not worked out")
			require.Empty(t, got.Draft.Texts)
			got, err = b.Advise(t.Context(), "s", id, desk.Wanted{Said: true, Draft: true})
			require.NoError(t, err)
			require.Equal(t, first.Replies[0].Text, got.Draft.Texts[0], "what the bot would say")
			require.Equal(t, first.Rules, got.Draft.Rules)
			require.NotEmpty(t, got.Said)
			require.Equal(t, first.TraceID, got.Said[0].ID)
			require.Equal(t, *first.Rule, got.Said[0].Rule)
			before, err := b.Conversation(t.Context(), "s", "c")
			require.NoError(t, err)
			require.Equal(t, bot.StatusAgent, before.Status, "advice changes nothing")
			b.does(t, id, desk.Act{Kind: bot.EventAgent, Text: "好的"})
			got, err = b.Advise(t.Context(), "s", id, desk.Wanted{Draft: true})
			require.NoError(t, err)
			require.Empty(t, got.Draft.Texts, "what was answered needs no draft")
			_, err = b.Advise(t.Context(), "s", "h-none", desk.Wanted{})
			require.Equal(t, "not_found", refusalOf(t, err))
		})
	}
}

func TestACaseMovesToWhoHasBeenAtTheDesk(t *testing.T) {
	t.Parallel()
	b := everyStore()["memory"](t)
	id := b.hand(t, "c")
	_, err := b.ActOn(t.Context(), "s", id, by(desk.Act{Kind: bot.EventMove, To: "小王"}))
	require.Equal(t, "malformed", refusalOf(t, err), "nobody has heard of 小王")
	require.NoError(t, b.Attend(t.Context(), "s", desk.Presence{Agent: "小王", Online: true}))
	c := b.does(t, id, desk.Act{Kind: bot.EventMove, To: "小王"})
	require.Equal(t, "小王", c.Assigned)
}

func TestDocumentsOfTheDesk(t *testing.T) {
	t.Parallel()
	b := everyStore()["memory"](t)
	ctx := t.Context()
	none, err := b.Document(ctx, "s", "roster", "today")
	require.NoError(t, err)
	require.Zero(t, none.Version)
	none.Body = []byte(`{"a":1}`)
	require.NoError(t, b.PutDocument(ctx, none, "小陈", "roster", "written"))
	require.ErrorIs(t, b.PutDocument(ctx, none, "小王", "roster", "written"), engine.ErrConflict, "another was first")
	kept, err := b.Document(ctx, "s", "roster", "today")
	require.NoError(t, err)
	require.Equal(t, int64(1), kept.Version)
	require.False(t, kept.At.IsZero())
	list, err := b.Documents(ctx, "s", "roster", "", 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.NoError(t, b.DropDocument(ctx, "s", "roster", "today", "小陈", "unmark"))
	require.Equal(t, "not_found", refusalOf(t, b.DropDocument(ctx, "s", "roster", "today", "小陈", "unmark")))
	audit, err := b.Audit(ctx, "s", "", 10)
	require.NoError(t, err)
	require.Len(t, audit, 2)
}
