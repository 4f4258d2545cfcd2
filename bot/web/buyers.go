package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"xiaoer/bot/web/stream"
)

// An exportLine is one piece of what is kept of a buyer.
type exportLine struct {
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data"`
}

// export sends all that is kept of a buyer, one JSON object a line. The last has the kind "end" and the number of those before it;
// an export without it is not whole.
func (a *agentAPI) export(ctx context.Context, c echo.Context, who caller) error {
	if err := readQuery(c).err(); err != nil {
		return err
	}
	out, sent := stream.New(c.Response(), a.DeskLimits.Patience), 0
	lines := json.NewEncoder(out)
	err := a.Desk.Export(ctx, who.shop, param(c, "buyer"), who.Name, func(kind string, body []byte) error {
		if sent == 0 {
			out.Begin("application/x-ndjson")
		}
		sent++
		return lines.Encode(exportLine{Kind: kind, Data: body})
	})
	if err != nil && sent == 0 {
		return err
	}
	if err != nil {
		a.Logger.Error("export a buyer's data", "shop", who.shop, "err", err)
		panic(http.ErrAbortHandler) // the caller sees a connection that broke, and not an end
	}
	if sent == 0 {
		out.Begin("application/x-ndjson")
	}
	_ = lines.Encode(exportLine{Kind: "end", Data: fmt.Appendf(nil, `{"pieces":%d}`, sent)}) // who does not read it has hung up
	return nil
}

// erase forgets all that is kept of a buyer.
func (a *agentAPI) erase(ctx context.Context, c echo.Context, who caller) error {
	n, err := a.Desk.Erase(ctx, who.shop, param(c, "buyer"), who.Name)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]int{"erased": n})
}
