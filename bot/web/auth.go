package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/throttle"
)

// A caller is an agent whose token or session was good, in the shop of the path.
type caller struct {
	desk.Person
	shop string    // "" on paths without one
	role desk.Role // in that shop

	again func(ctx context.Context) (desk.Person, error) // who it is later on, by the same token or session
}

// Sessions are of those who have signed in on the pages; their browsers send a cookie where other callers send a token.
type Sessions interface {
	// Signed is who has sent a request's cookie; false where there is no session that holds. Key is what its calls are counted by.
	Signed(ctx context.Context, r *http.Request) (p desk.Person, key string, ok bool, err error)
	// Guard is an error for what another site has sent through a browser.
	Guard(r *http.Request) error
}

// A deskHandler answers one call of an agent.
type deskHandler func(ctx context.Context, c echo.Context, who caller) error

// Bounds of what is remembered of those who call.
const (
	mostTokens    = 10_000
	mostAddresses = 10_000
	failPerSecond = 0.5 // tokens from one address that nobody has
	failBurst     = 20
	longestToken  = 200
)

// as lets in who has at least a role in the shop of the path; "" asks for a token only. It checks in this order: the token,
// its calls, that the shop is there for this person, the role.
func (a *agentAPI) as(needed desk.Role, answer deskHandler) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		who, err := a.authenticate(ctx, c)
		if err != nil {
			return err
		}
		if needed != "" {
			if err := a.enter(&who, param(c, "shop"), needed); err != nil {
				return err
			}
		}
		return answer(ctx, c, who)
	}
}

// enter finds the role of a caller in a shop. A shop in which the caller is nobody looks as one that does not exist.
func (a *agentAPI) enter(who *caller, shop string, needed desk.Role) error {
	exists := slices.Contains(a.Desk.Shops(), shop)
	role := who.In(shop)
	switch {
	case role == "" || !exists:
		return refusalProblem("no_shop")
	case !role.Covers(needed):
		return newProblem(http.StatusForbidden, "forbidden", "this needs the role "+string(needed)+" in the shop; the token's is "+string(role))
	}
	who.shop, who.role = shop, role
	return nil
}

// authenticate finds who has sent a token. Addresses that send many which nobody has are answered without looking those up; a
// token that was good a while ago passes nevertheless, since many agents may share an address.
func (a *agentAPI) authenticate(ctx context.Context, c echo.Context) (caller, error) {
	token, ok := bearer(c.Request().Header)
	if !ok && a.Sessions != nil && c.Request().Header.Get(echo.HeaderAuthorization) == "" {
		return a.bySession(ctx, c)
	}
	if !ok {
		return caller{}, challenge(c, "")
	}
	key, from := desk.Hash(token), throttle.Address(c.Request())
	known := a.calls.Knows(key)
	if known {
		if err := a.count(key); err != nil {
			return caller{}, err
		}
	} else if wait := a.failures.Wait(from); wait > 0 {
		return caller{}, newProblem(http.StatusTooManyRequests, "too-many", "too many unknown tokens came from this address").after(wait)
	}
	person, err := a.Desk.Person(ctx, token)
	if isRefusal(err, "unauthorised") {
		a.failures.Take(from)
		a.calls.Forget(key)
		return caller{}, challenge(c, `, error="invalid_token"`)
	}
	if err != nil {
		return caller{}, err
	}
	if !known {
		if err := a.count(key); err != nil {
			return caller{}, err
		}
	}
	return caller{Person: person, again: func(ctx context.Context) (desk.Person, error) { return a.Desk.Person(ctx, token) }}, nil
}

// bySession finds who has sent a session's cookie. What other sites make a browser send is refused, whoever is signed in there.
func (a *agentAPI) bySession(ctx context.Context, c echo.Context) (caller, error) {
	r := c.Request()
	if err := a.Sessions.Guard(r); err != nil {
		return caller{}, newProblem(http.StatusForbidden, "cross-origin", err.Error())
	}
	person, key, ok, err := a.Sessions.Signed(ctx, r)
	if err != nil {
		return caller{}, err
	}
	if !ok {
		return caller{}, challenge(c, "")
	}
	if err := a.count(key); err != nil {
		return caller{}, err
	}
	again := func(ctx context.Context) (desk.Person, error) {
		person, _, ok, err := a.Sessions.Signed(ctx, r)
		if err == nil && !ok {
			err = refusalProblem("unauthorised")
		}
		return person, err
	}
	return caller{Person: person, again: again}, nil
}

// count takes one of a token's calls a second.
func (a *agentAPI) count(key string) error {
	wait := a.calls.Take(key)
	if wait == 0 {
		return nil
	}
	return newProblem(http.StatusTooManyRequests, "too-many", "the calls a second of this token are used up; nothing was done").after(wait)
}

// bearer reads the token that a request carries.
func bearer(h http.Header) (string, bool) {
	scheme, token, found := strings.Cut(h.Get(echo.HeaderAuthorization), " ")
	token = strings.TrimSpace(token)
	return token, found && strings.EqualFold(scheme, "Bearer") && token != "" && len(token) <= longestToken
}

// challenge asks for a token, as RFC 6750 wants it.
func challenge(c echo.Context, why string) error {
	c.Response().Header().Set(echo.HeaderWWWAuthenticate, `Bearer realm="xiaoer"`+why)
	return refusalProblem("unauthorised")
}

func isRefusal(err error, word string) bool {
	var refused refuser
	return errors.As(err, &refused) && refused.Refusal() == word
}

// still is whether a token or a session gives what it gave when a stream began.
func (a *agentAPI) still(ctx context.Context, who caller, needed desk.Role) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	person, err := who.again(ctx)
	if problem, told := errors.AsType[*Problem](err); told && problem.Status == http.StatusUnauthorized || isRefusal(err, "unauthorised") {
		return false
	}
	if err != nil {
		return true // a store that cannot be asked is no reason to end a stream
	}
	now := caller{Person: person}
	return a.enter(&now, who.shop, needed) == nil
}
