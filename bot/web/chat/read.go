package chat

import (
	"net/http"
	"slices"
)

// postRead takes note that the page has shown the buyer all up to a line, so that the shop knows what has arrived.
func (c *Chat) postRead(k *call) error {
	var told struct {
		Place string `json:"place"`
	}
	if err := readJSON(k, &told); err != nil {
		return err
	}
	if len(told.Place) > mostPlace {
		return refuse(http.StatusBadRequest, "malformed")
	}
	now, err := c.Conversations.Chat(k.r.Context(), k.id, k.who.conversation())
	if err != nil {
		return err
	}
	at := slices.IndexFunc(c.linesOf(now.Lines, k.id), func(l line) bool { return l.ID == told.Place })
	if at >= 0 && now.Buyer == k.who.Buyer.ID { // of a place that is gone nothing is known
		if err := c.Conversations.Shown(k.r.Context(), k.id, k.who.conversation(), now.Lines[at].At); err != nil {
			return err
		}
	}
	return answer(k.w, struct{}{})
}
