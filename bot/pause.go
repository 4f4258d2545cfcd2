package bot

import (
	"slices"

	"xiaoer/intents"
)

// paused tells whether a rule by itself is switched off for now. The rules of a paused shop are read too, for whom a guard
// hands over to.
func (t *turn) paused(id string) bool { return slices.Contains(t.e.Desk.Paused, id) }

// shopPaused tells whether the bot is to say nothing of its own.
func (t *turn) shopPaused() bool { return slices.Contains(t.e.Desk.Paused, PausedShop) }

// handsWhenPaused hands over every message that would be answered, while the shop is paused. What wants no answer gets none.
// The open question is dropped: nobody would go on with its answer.
func (t *turn) handsWhenPaused() bool {
	if !t.shopPaused() {
		return false
	}
	if t.wantsNoAnswer() {
		t.dropQuestion()
		return true
	}
	t.note("guard: %s", guardPaused)
	t.name(guardPaused)
	t.handOver(handing{name: guardPaused, request: t.subject(Request{})})
	return true
}

// wantsNoAnswer knows what the bot would be silent to or only say goodbye to.
func (t *turn) wantsNoAnswer() bool {
	if t.acknowledge() {
		return true
	}
	if list := t.accepted; len(list) > 0 && !slices.ContainsFunc(list, func(r Request) bool { return r.Intent != intents.Thanks }) {
		t.note("thanks while the shop is paused wants no answer")
		return true
	}
	return false
}
