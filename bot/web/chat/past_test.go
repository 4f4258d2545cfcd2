package chat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/chat"
)

// talk lets an agent write so many lines, and the page look after each few of them.
func (b *browser) talk(c string, from, until, look int) {
	b.t.Helper()
	for n := from; n <= until; n++ {
		b.clock.pass(time.Second)
		b.act(c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "第" + strconv.Itoa(n)})
		if n%look == 0 {
			b.lines("0")
		}
	}
}

// earlier reads a part of the past.
func (b *browser) earlier(part int) seen {
	b.t.Helper()
	return b.state(b.do("GET", "/earlier?part="+strconv.Itoa(part), nil))
}

// whole reads the whole conversation as the page does: what was said last, and then one part after the other.
func (b *browser) whole() (texts []string) {
	b.t.Helper()
	known := map[string]bool{}
	now := b.lines("")
	for {
		var fresh []string
		for i, l := range now.Lines {
			if !known[l.ID] {
				fresh = append(fresh, now.texts()[i])
			}
			known[l.ID] = true
		}
		texts = append(fresh, texts...)
		if now.Earlier == 0 {
			return texts
		}
		now = b.earlier(now.Earlier)
	}
}

func TestAllThatWasSaidCanBeRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ lines, look int }{{0, 1}, {5, 1}, {17, 1}, {49, 3}, {60, 7}, {137, 1}, {200, 25}, {333, 13}} {
		w := newWorld(t, func(o *chat.Options) { o.Limits = chat.Limits{Messages: chat.Pace{Every: 1, Burst: 1 << 30}} })
		b := w.guest()
		b.say("message-1", "转人工", "")
		b.talk(w.conversation(b), 1, c.lines, c.look)
		want := []string{"buyer: 转人工", "bot: 已为您转接客服"}
		for n := 1; n <= c.lines; n++ {
			want = append(want, "agent: 第"+strconv.Itoa(n))
		}
		require.Equal(t, want, b.whole(), "%d lines", c.lines)
		if c.lines < 48 {
			require.Zero(t, b.lines("").Earlier, "all is there")
		}
	}
}

func TestThePastIsTheBuyersOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b, other := w.guest(), w.guest()
	b.say("message-1", "转人工", "")
	b.talk(w.conversation(b), 1, 100, 10)
	part := b.lines("").Earlier
	require.Positive(t, part)
	require.NotEmpty(t, b.earlier(part).Lines)
	require.Empty(t, other.earlier(part).Lines)
	require.Zero(t, other.lines("").Earlier)
	stranger := w.browser()
	stranger.refused(stranger.do("GET", "/earlier?part=1", nil), http.StatusUnauthorized, "no-session")
	for _, wrong := range []string{"", "0", "-1", "x", "1000000", "99999999999999999999", "1.5"} {
		b.refused(b.do("GET", "/earlier?part="+wrong, nil), http.StatusBadRequest, "malformed")
	}
	require.Empty(t, b.earlier(999).Lines)

	kept, err := w.store.Documents(t.Context(), "xiaoguo", "past", "", 10)
	require.NoError(t, err)
	require.Len(t, kept, 3)
	conversation, err := w.Conversation(t.Context(), "xiaoguo", w.conversation(b))
	require.NoError(t, err)
	for _, d := range kept {
		require.Equal(t, conversation.Buyer.ID, d.Buyer, "it is exported with the rest")
		require.True(t, json.Valid(d.Body))
	}
	_, err = w.store.Erase(t.Context(), "xiaoguo", conversation.Buyer.ID, desk.Entry{Shop: "xiaoguo", ID: "e", At: noon, Who: "admin", What: "erase"})
	require.NoError(t, err)
	require.Empty(t, b.earlier(1).Lines, "and erased")
}

// An erasing store of documents erases the buyer between the reading of what was said and the keeping of it.
type erasing struct {
	chat.Documents
	erase func(buyer string)
}

func (e erasing) Keep(ctx context.Context, d desk.Document) error {
	if d.Kind == "past" {
		e.erase(d.Buyer)
	}
	return e.Documents.Keep(ctx, d)
}

func TestNothingIsKeptOfABuyerWhoIsErasedMeanwhile(t *testing.T) {
	t.Parallel()
	var w *world
	erased := 0
	w = newWorld(t, func(o *chat.Options) {
		o.Documents = erasing{o.Documents, func(buyer string) {
			erased++
			_, err := w.store.Erase(t.Context(), "xiaoguo", buyer, desk.Entry{Shop: "xiaoguo", ID: "e", At: noon, Who: "admin", What: "erase"})
			require.NoError(t, err)
		}}
	})
	b := w.guest()
	b.say("message-1", "转人工", "")
	b.talk(w.conversation(b), 1, 45, 100)
	b.lines("0")
	require.Positive(t, erased)
	kept, err := w.store.Documents(t.Context(), "xiaoguo", "past", "", 10)
	require.NoError(t, err)
	require.Empty(t, kept)
}

func TestThePastIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes two thousand lines to go beyond the bound; the long look has it")
	}
	t.Parallel()
	w := newWorld(t, nil)
	b := w.guest()
	b.say("message-1", "转人工", "")
	b.talk(w.conversation(b), 1, 2200, 20)
	kept, err := w.store.Documents(t.Context(), "xiaoguo", "past", "", 1000)
	require.NoError(t, err)
	require.Len(t, kept, 51)
	all := b.whole()
	require.Equal(t, "agent: 第2200", all[len(all)-1])
	require.Less(t, len(all), 2200)
	require.Greater(t, len(all), 2000)
	w.clock.pass(181 * 24 * time.Hour)
	require.Empty(t, b.earlier(50).Lines, "it is kept as long as other texts")
}

func TestThePastWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.guest()
	b.say("message-1", "转人工", "")
	b.talk(w.conversation(b), 1, 120, 10)
	path, found := "", 0
	for range 10 {
		page := b.do("GET", path, nil)
		require.Equal(t, http.StatusOK, page.Code)
		if strings.Contains(page.Body.String(), `<span class="bubble">第3</span>`) {
			found++
		}
		_, link, more := strings.Cut(page.Body.String(), `<a href="/chat/xiaoguo?part=`)
		if !more {
			break
		}
		part, _, _ := strings.Cut(link, `"`)
		path = "?part=" + part
	}
	require.Equal(t, 1, found, "by links, from the last lines to the first")
	require.Contains(t, b.do("GET", "?part=1", nil).Body.String(), `<a href="/chat/xiaoguo">`, "and back")
}

func TestSameWordsAtTheSameTimeAreTwoLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.guest()
	first := b.say("message-1", "转人工", "")
	c := w.conversation(b)
	for range 3 {
		w.act(c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "稍等"})
	}
	ids := map[string]bool{}
	for _, l := range b.lines(first.Place).Lines {
		require.LessOrEqual(t, len(l.ID), 40)
		ids[l.ID] = true
	}
	require.Len(t, ids, 3, fmt.Sprint(ids))
}
