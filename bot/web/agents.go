package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/stream"
	"xiaoer/bot/web/throttle"
)

// DeskLimits are what agents' callers must keep to. Zero values take the defaults.
type DeskLimits struct {
	Rate  float64 // calls a second of one token; default 50
	Burst int     // of them at once; default 100

	Listeners       int // to live updates in all; default 2000
	ListenersOfShop int // default 300
	ListenersOfOne  int // of one agent in one shop; default 10

	Heartbeat time.Duration // between signs of life to a listener; default 15 s
	Recheck   time.Duration // between looks whether a listener's token is still good; default 30 s
	Patience  time.Duration // with a listener who does not read; default 10 s
}

func (l *DeskLimits) fill() {
	if l.Rate <= 0 {
		l.Rate = 50
	}
	setDefault(&l.Burst, 100)
	setDefault(&l.Listeners, 2000)
	setDefault(&l.ListenersOfShop, 300)
	setDefault(&l.ListenersOfOne, 10)
	setDefault(&l.Heartbeat, 15*time.Second)
	setDefault(&l.Recheck, 30*time.Second)
	setDefault(&l.Patience, 10*time.Second)
}

// An agentAPI is the API with which agents work. Every decision is the desk's; here it is only checked who calls, and what was sent.
type agentAPI struct {
	*Server

	failures  *throttle.Throttle // by address
	calls     *throttle.Throttle // by the token's hash
	listeners stream.Seats
}

func newAgents(s *Server) *agentAPI {
	return &agentAPI{
		Server:   s,
		failures: throttle.New(failPerSecond, failBurst, mostAddresses),
		calls:    throttle.New(s.DeskLimits.Rate, s.DeskLimits.Burst, mostTokens),
	}
}

// routes are all endpoints of the agents' API, with the least role that each needs.
func (a *agentAPI) routes() {
	const shop, one = "/v1/shops/:shop", "/v1/shops/:shop/cases/:case"
	for _, r := range []struct {
		method, path string
		needed       desk.Role
		answer       deskHandler
	}{
		{http.MethodGet, "/v1/me", "", a.getMe},
		{http.MethodGet, "/v1/cases", "", a.getAllCases},
		{http.MethodGet, shop + "/cases", desk.Agent, a.getCases},
		{http.MethodGet, one, desk.Agent, a.getCase},
		{http.MethodPost, one + "/claim", desk.Agent, a.act(claim)},
		{http.MethodPost, one + "/reply", desk.Agent, a.act(reply)},
		{http.MethodPost, one + "/note", desk.Agent, a.act(note)},
		{http.MethodPost, one + "/stage", desk.Agent, a.act(stage)},
		{http.MethodPost, one + "/move", desk.Agent, a.act(move)},
		{http.MethodPost, one + "/release", desk.Agent, a.act(release)},
		{http.MethodPost, one + "/close", desk.Agent, a.act(closeCase)},
		{http.MethodPost, one + "/kept", desk.Agent, a.act(kept)},
		{http.MethodPost, one + "/offer", desk.Agent, a.act(decide)},
		{http.MethodGet, shop + "/presence", desk.Agent, a.getPresence},
		{http.MethodPut, shop + "/presence", desk.Agent, a.putPresence},
		{http.MethodGet, shop + "/outlook", desk.Agent, a.getOutlook},
		{http.MethodGet, shop + "/pauses", desk.Agent, a.getPauses},
		{http.MethodPut, shop + "/pauses/:rule", desk.Editor, a.putPause},
		{http.MethodDelete, shop + "/pauses/:rule", desk.Editor, a.deletePause},
		{http.MethodGet, shop + "/deliveries", desk.Admin, a.getLetters},
		{http.MethodPost, shop + "/deliveries/:delivery/resend", desk.Admin, a.resend},
		{http.MethodGet, shop + "/audit", desk.Admin, a.getAudit},
		{http.MethodGet, shop + "/tokens", desk.Admin, a.getTokens},
		{http.MethodPost, shop + "/tokens", desk.Admin, a.postToken},
		{http.MethodDelete, shop + "/tokens/:token", desk.Admin, a.deleteToken},
		{http.MethodDelete, shop + "/buyers/:buyer", desk.Admin, a.erase},
	} {
		a.echo.Add(r.method, r.path, a.as(r.needed, a.inTime(r.answer)))
	}
	a.echo.GET(liveRoute, a.as(desk.Agent, a.getLive))
	a.echo.GET(shop+"/buyers/:buyer/export", a.as(desk.Admin, a.export))
}

// inTime bounds a call in time. Streams are not: they have a patience of their own.
func (a *agentAPI) inTime(answer deskHandler) deskHandler {
	return func(ctx context.Context, c echo.Context, who caller) error {
		ctx, cancel := context.WithTimeout(ctx, a.TurnTimeout)
		defer cancel()
		return answer(ctx, c, who)
	}
}

// getMe says whose a token is and what it gives.
func (a *agentAPI) getMe(_ context.Context, c echo.Context, who caller) error {
	if err := readQuery(c).err(); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"name": who.Name, "roles": who.Roles})
}

// mayEnter lists the shops in which a caller is somebody.
func (a *agentAPI) mayEnter(who caller) []string {
	shops := slices.DeleteFunc(slices.Clone(a.Desk.Shops()), func(shop string) bool { return who.In(shop) == "" })
	slices.SortFunc(shops, strings.Compare)
	return shops
}
