package engine

import (
	"context"
	"slices"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
)

// mostReasons bounds the turns that are read to say why the lines of a case were said: those of a case that was closed long ago, in a
// conversation that went on, may not be found.
const mostReasons = 200

// reasons finds the turn in which each line on the shop's side was said. Lines have the time of their turns. Where several turns have one
// time, what the conversation remembers of its last lines tells which it was. Turns that are not kept any more, or cannot be read, leave their
// lines without a reason, since an agent can work without.
func (e *Engine) reasons(ctx context.Context, k Key, lines []bot.Line, said []bot.Said) []desk.Reason {
	out := []desk.Reason{}
	first := slices.IndexFunc(lines, ours)
	if first < 0 {
		return out
	}
	turns := e.lately(ctx, k, lines[first].At)
	for i := range lines {
		l := &lines[i]
		if !ours(*l) {
			continue
		}
		r := desk.Reason{At: l.At, Text: l.Text}
		if s := slices.IndexFunc(said, func(s bot.Said) bool { return s.At.Equal(l.At) && s.Text == l.Text }); s >= 0 {
			r.ID = said[s].ID
		}
		r.ID, r.Rule = turnOf(turns[l.At.UnixNano()], r.ID, l.From)
		if r.ID != "" {
			out = append(out, r)
		}
	}
	return out
}

func ours(l bot.Line) bool { return l.From != "buyer" }

// lately are the last turns of a conversation by their times.
func (e *Engine) lately(ctx context.Context, k Key, since time.Time) map[int64][]Recorded {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	list, err := e.Store.Lately(ctx, k, since, mostReasons)
	if err != nil && ctx.Err() == nil {
		e.Logger.Warn("read why lines were said", "shop", k.Shop, "conversation", k.Conversation, "err", err)
	}
	turns := make(map[int64][]Recorded, len(list))
	for i := range list {
		at := list[i].At.UnixNano()
		turns[at] = append(turns[at], list[i])
	}
	return turns
}

// turnOf chooses among the turns of one time: the one that is known by its id, else one that a rule won where the bot spoke. No rule says what
// an agent says.
func turnOf(turns []Recorded, known, from string) (id, rule string) {
	for i := range turns {
		t := &turns[i]
		switch {
		case known != "" && t.ID != known, known == "" && (t.Rule != "") != (from == "bot"):
		case from == "bot":
			return t.ID, t.Rule
		default:
			return t.ID, ""
		}
	}
	return known, ""
}
