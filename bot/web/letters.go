package web

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"xiaoer/bot/desk"
)

// getLetters lists late replies by the state of their delivery, dead ones unless another state is named.
func (a *agentAPI) getLetters(ctx context.Context, c echo.Context, who caller) error {
	q := readQuery(c)
	limit, after, state := q.limit(), q.one("after"), q.one("state")
	if state == "" {
		state = "dead"
	}
	q.check(oneOf("state", state, "pending", "queued", "unsent", "delivered", "dropped", "dead"))
	if err := q.err(); err != nil {
		return err
	}
	found, err := a.Desk.Letters(ctx, who.shop, state, after, limit+1)
	if err != nil {
		return err
	}
	return sendPage(c, "deliveries", found, limit, func(l desk.Letter) string { return l.ID })
}

// resend puts a dead or dropped late reply into its queue again.
func (a *agentAPI) resend(ctx context.Context, c echo.Context, who caller) error {
	if err := a.Desk.Resend(ctx, who.shop, param(c, "delivery"), who.Name); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
