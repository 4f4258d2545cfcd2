package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

func TestAnAgentsPhotos(t *testing.T) {
	t.Parallel()
	const one, two = "https://img.example/1.jpg", "http://img.example/2.jpg"
	for name, open := range everyStore() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			id := b.hand(t, "c")
			act := desk.Act{ID: "k-1", Kind: bot.EventAgent, Text: " ", Images: []string{one, two}}
			c := b.does(t, id, act)
			require.Equal(t, []string{one, two}, c.Transcript[len(c.Transcript)-1].Images)
			b.does(t, id, act)
			late := lateOf(t, b, "c", "")
			require.Len(t, late, 1, "the same again has no second effect")
			require.Equal(t, []bot.Reply{{Kind: bot.KindImage, Image: one}, {Kind: bot.KindImage, Image: two}}, late[0].Replies)
			act.Images = []string{two}
			_, err := b.ActOn(t.Context(), "s", id, by(act))
			require.Equal(t, "conflict", refusalOf(t, err), "under the same name stands another")
			trace, err := b.Trace(t.Context(), "s", late[0].ID)
			require.NoError(t, err)
			require.Equal(t, bot.EventAgent, trace.Event)
			require.False(t, trace.BookChanged, "made again it is the same")
		})
	}
}

func TestPhotosThatNobodyCouldFetch(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	id := b.hand(t, "c")
	many := make([]string, desk.MostPictures+1)
	for i := range many {
		many[i] = "https://img.example/" + strings.Repeat("x", i+1)
	}
	say := func(text string, images ...string) error {
		_, err := b.ActOn(t.Context(), "s", id, by(desk.Act{Kind: bot.EventAgent, Text: text, Images: images}))
		return err
	}
	for name, images := range map[string][]string{
		"none at all": nil, "too many": many, "empty": {""}, "a path": {"/photos/1"}, "a script": {"javascript:alert(1)"}, "data": {"data:image/png;base64,AA=="},
		"no host": {"https:///x"}, "a port alone": {"https://:80/x"}, "a password": {"https://a:b@img.example/x"}, "a line": {"https://img.example/x\ny"},
		"a space": {"https://img.example/x y"}, "no text": {"https://img.example/\xff"}, "too long": {"https://img.example/" + strings.Repeat("x", 2000)},
		"twice": {"https://img.example/x", "https://img.example/x"}, "no address": {"https://%zz"},
	} {
		require.Equal(t, "malformed", refusalOf(t, say(" ", images...)), name)
	}
	require.NoError(t, say("", many[:desk.MostPictures]...))
}

func TestEachPhotoTakesOfTheBudget(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.change("s", func(s *engine.Shop) {
		tight := book(t, ruleText)
		tight.Budget = bot.Budget{Messages: 3, Within: 48 * time.Hour}
		s.Book = tight
	})
	id := b.hand(t, "c") // the words of handing over are the first
	say := func(text string, images ...string) error {
		_, err := b.ActOn(t.Context(), "s", id, by(desk.Act{Kind: bot.EventAgent, Text: text, Images: images}))
		return err
	}
	err := say("一", "https://img.example/1", "https://img.example/2")
	require.Equal(t, "budget", refusalOf(t, err))
	require.ErrorContains(t, err, "2 more", "half of a reply is not sent")
	require.NoError(t, say("一", "https://img.example/1"))
	require.Equal(t, "budget", refusalOf(t, say("二")))
}
