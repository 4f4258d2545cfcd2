package chat_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
)

// arrived says how many of a buyer's late replies count as delivered.
func (w *world) arrived(conversation string) (delivered, all int) {
	w.t.Helper()
	list, err := w.store.Deliveries(w.t.Context(), engine.Key{Shop: "xiaoguo", Conversation: conversation})
	require.NoError(w.t, err)
	for _, d := range list {
		if d.State == string(engine.Delivered) {
			delivered++
		}
	}
	return delivered, len(list)
}

func TestWhatABuyerHasReadIsDelivered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b, other := w.guest(), w.guest()
	b.say("message-1", "转人工", "")
	c := w.conversation(b)
	counts := func() [2]int { n, all := w.arrived(c); return [2]int{n, all} }
	w.act(c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
	first := b.lines("")
	w.clock.pass(1e9)
	w.act(c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "在吗"})
	last := b.lines("")
	require.Equal(t, [2]int{0, 2}, counts(), "it was sent, and nobody has looked")
	other.good(other.do("POST", "/read", map[string]any{"place": last.Place}))
	b.good(b.do("POST", "/read", map[string]any{"place": "gone-long-ago"}))
	require.Equal(t, [2]int{0, 2}, counts(), "another buyer's page says nothing of it")
	b.good(b.do("POST", "/read", map[string]any{"place": first.Place}))
	require.Equal(t, [2]int{1, 2}, counts())
	b.good(b.do("POST", "/read", map[string]any{"place": last.Place}))
	require.Equal(t, [2]int{2, 2}, counts())
	b.refused(b.do("POST", "/read", map[string]any{"place": strings.Repeat("x", 41)}), http.StatusBadRequest, "malformed")
	b.refused(b.do("POST", "/read", []byte("{}")), http.StatusUnsupportedMediaType, "malformed")
	w.clock.pass(1e9)
	w.act(c, bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "还在吗"})
	require.Equal(t, [2]int{2, 3}, counts())
	require.Equal(t, http.StatusSeeOther, b.do("POST", "", []byte("id=message-form&text=hello"), "Content-Type", "application/x-www-form-urlencoded").Code)
	require.Equal(t, [2]int{3, 3}, counts(), "without scripts, whoever answers has the page")
	stranger := w.browser()
	stranger.refused(stranger.do("POST", "/read", map[string]any{"place": last.Place}), http.StatusUnauthorized, "no-session")
}
