package workbench

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

// A seat is the visitor's own place at the desk of one shop.
type seat struct {
	Shop, Name string
	desk.Presence
	Here bool
}

// seats are the visitor's places at the desks of their shops; of very many shops only the first are offered.
func (w *workbench) seats(ctx context.Context, who visitor) ([]seat, error) {
	var out []seat
	names := w.names()
	for _, shop := range who.shops[:min(len(who.shops), mostSeats)] {
		p, err := w.seatOf(ctx, shop, who.Name)
		if err != nil {
			return nil, err
		}
		out = append(out, seat{Shop: shop, Name: names.shop(shop), Presence: p, Here: p.Here(w.Now())})
	}
	return out, nil
}

// mostSeats bounds in how many shops somebody sits at once.
const mostSeats = 20

func (w *workbench) seatOf(ctx context.Context, shop, agent string) (desk.Presence, error) {
	all, err := w.People.Attending(ctx, shop)
	if err != nil {
		return desk.Presence{}, err
	}
	for _, p := range all {
		if p.Agent == agent {
			return p, nil
		}
	}
	return desk.Presence{Agent: agent}, nil
}

// postPresence says that the visitor is at the desk of a shop, or has left it.
func (w *workbench) postPresence(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	form, err := page.Form(rw, r)
	if err != nil {
		return err
	}
	shop := form.Get("shop")
	if !slices.Contains(who.shops, shop) {
		return &page.Problem{Status: http.StatusNotFound}
	}
	ctx, cancel := w.within(ctx)
	defer cancel()
	p, err := w.seatOf(ctx, shop, who.Name)
	if err != nil {
		return err
	}
	p.Online = form.Get("online") == "1"
	if text := form.Get("ceiling"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > 10000 {
			return &page.Problem{Status: http.StatusBadRequest}
		}
		p.Ceiling = n
	}
	if err := w.People.Attend(ctx, shop, p); err != nil {
		return err
	}
	page.See(rw, r, page.Local(form.Get("back"), home))
	return nil
}

// stay keeps somebody online who has said so and still listens.
func (w *workbench) stay(ctx context.Context, shop, agent string) error {
	ctx, cancel := w.within(ctx)
	defer cancel()
	return w.People.Stay(ctx, shop, agent)
}
