package engine

import (
	"xiaoer/bot"
	"xiaoer/bot/desk"
)

// casesOf lists the cases that a turn opened or changed, as they stand after it. The case that an agent waits for or has is
// among them after every turn, so that whoever looks on sees each line.
func casesOf(t *turn, out bot.Turn) []desk.Case {
	var list []desk.Case
	put := func(h bot.Handoff) {
		if n := len(out.Conversation.Transcript); n > 0 {
			h.Transcript = append([]bot.Line(nil), out.Conversation.Transcript...) // with what was said at the end of the turn
		}
		c := desk.Case{
			Shop: t.key.Shop, Conversation: t.key.Conversation, Buyer: out.Conversation.Buyer.ID,
			State: desk.StateOf(&h, out.Conversation.Status), ChangedAt: t.event.At, Handoff: h,
			Counted: out.Conversation.Clock.Counted && out.Conversation.Case != nil && out.Conversation.Case.ID == h.ID,
		}
		for i := range list {
			if list[i].ID == h.ID {
				list[i] = c
				return
			}
		}
		list = append(list, c)
	}
	for i := range out.Actions {
		if a := &out.Actions[i]; a.Handoff != nil && (a.Kind == bot.ActHandoff || a.Kind == bot.ActCase) {
			put(*a.Handoff)
		}
	}
	if open := out.Conversation.Case; open != nil {
		put(*open)
	}
	return list
}
