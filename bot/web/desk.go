// contract: the engine has the methods of the interface in this file.

package web

import (
	"context"
	"time"

	"xiaoer/bot/desk"
)

// A Desk is what the agents' API works with. Errors may have a method `Refusal() string`, as those of Options may; those of the
// desk are unsure, unauthorised, forbidden, claimed, not_found, closed, budget and malformed too.
type Desk interface {
	// Person is who has shown a token.
	Person(ctx context.Context, token string) (desk.Person, error)
	// Shops names all shops that there are.
	Shops() []string

	Cases(ctx context.Context, q desk.Query) ([]desk.Case, error)
	// Case gives a case whole, and how the delivery of each late reply of its conversation stands.
	Case(ctx context.Context, shop, id string) (desk.Case, []desk.Delivered, error)
	// ActOn does what an agent wants and gives the case as it is then. An error means that nothing was done, unless it is unsure.
	ActOn(ctx context.Context, shop, id string, a desk.Act) (desk.Case, error)

	// Watch signals whenever cases of a shop may have changed, until stop is called. Changed then lists those after a place.
	Watch(shop string) (changed <-chan struct{}, stop func())
	Changed(ctx context.Context, shop string, after int64, limit int) ([]desk.Case, error)
	LastChange(ctx context.Context, shop string) (int64, error)
	// Erased counts how often cases of a shop were erased, and says where the count of changes stood the last time.
	Erased(shop string) (times int, place int64)

	Attend(ctx context.Context, shop string, p desk.Presence) error
	// Stay keeps an agent online who has said so, and does nothing for others.
	Stay(ctx context.Context, shop, agent string) error
	Attending(ctx context.Context, shop string) ([]desk.Presence, error)
	// Outlook is how today's replies stand, by the shop's own day.
	Outlook(ctx context.Context, shop string) (desk.Outlook, error)

	Pauses(ctx context.Context, shop string) ([]desk.Pause, error)
	Pause(ctx context.Context, p desk.Pause) error
	Unpause(ctx context.Context, shop, rule, who string) error

	Letters(ctx context.Context, shop, state, after string, limit int) ([]desk.Letter, error)
	Resend(ctx context.Context, shop, id, who string) error

	Audit(ctx context.Context, shop, before string, limit int) ([]desk.Entry, error)

	// Grant makes a token and returns it; it can be read this once.
	Grant(ctx context.Context, shop, agent string, role desk.Role, who string) (desk.Grant, string, error)
	GrantsOf(ctx context.Context, shop string) ([]desk.Grant, error)
	Revoke(ctx context.Context, shop, id, who string) error

	Export(ctx context.Context, shop, buyer, who string, take func(kind string, body []byte) error) error
	Erase(ctx context.Context, shop, buyer, who string) (int, error)

	// Now is the server's clock.
	Now() time.Time
}
