package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"xiaoer/bot"
)

// demoPage serves the page and its endpoints.
type demoPage struct {
	*Server
	sessions sessions
	guard    *http.CrossOriginProtection
}

func newDemo(s *Server) *demoPage {
	return &demoPage{
		Server:   s,
		sessions: sessions{demo: s.Demo, open: map[string]*session{}},
		guard:    http.NewCrossOriginProtection(),
	}
}

func (d *demoPage) routes() {
	d.echo.GET("/", d.page)
	d.echo.GET("/assets/*", d.asset)
	api := d.echo.Group("/demo", d.sameOrigin)
	api.POST("/sessions", d.begin)
	api.GET("/sessions/:session", d.play(d.look))
	api.GET("/sessions/:session/turns/:turn", d.why)
	api.POST("/sessions/:session/messages", d.play(d.message))
	api.POST("/sessions/:session/clock", d.play(d.move))
	api.POST("/sessions/:session/agent", d.play(d.agent))
}

// sameOrigin refuses what other sites send through a visitor's browser.
func (d *demoPage) sameOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := d.guard.Check(c.Request()); err != nil {
			return newProblem(http.StatusForbidden, "cross-origin", err.Error())
		}
		return next(c)
	}
}

// mostDemoBody bounds what the page sends: a line of text or the name of a picture.
const mostDemoBody = 16 << 10

// read decodes a small JSON body.
func (d *demoPage) read(c echo.Context, into any) error {
	body := http.MaxBytesReader(c.Response(), c.Request().Body, mostDemoBody)
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return newProblem(http.StatusRequestEntityTooLarge, "too-large", "the page sends less than this")
	}
	if err != nil {
		return newProblem(http.StatusBadRequest, "malformed", "the page sends JSON of another form")
	}
	return nil
}

// begin opens a session with a shop.
func (d *demoPage) begin(c echo.Context) error {
	var body struct {
		Shop string `json:"shop"`
	}
	if err := d.read(c, &body); err != nil {
		return err
	}
	shop, ok := d.Demo.shop(body.Shop)
	if !ok {
		return refusalProblem("no_shop")
	}
	s, err := d.sessions.begin(shop)
	if err != nil {
		return err
	}
	return d.show(c, s)
}

// play finds the session, lets one request at a time play in it, and answers with what it looks like then.
func (d *demoPage) play(what func(context.Context, echo.Context, *session) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		s, err := d.sessions.find(c.Param("session"))
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), d.TurnTimeout)
		defer cancel()
		s.mu.Lock()
		defer s.mu.Unlock()
		if err := s.tick(ctx); err != nil {
			return err
		}
		if c.Request().Method == http.MethodPost {
			if err := s.full(); err != nil {
				return err
			}
		}
		if err := what(ctx, c, s); err != nil {
			return err
		}
		return d.show(c, s)
	}
}

func (d *demoPage) look(context.Context, echo.Context, *session) error { return nil }

// message says something as the buyer. Orders and products are named, and are those of the sample buyer.
func (d *demoPage) message(ctx context.Context, c echo.Context, s *session) error {
	var body struct {
		Text    string `json:"text"`
		Image   string `json:"image"`
		Order   string `json:"order"`
		Product string `json:"product"`
	}
	if err := d.read(c, &body); err != nil {
		return err
	}
	if utf8.RuneCountInString(body.Text) > 2000 || utf8.RuneCountInString(body.Image) > 200 {
		return newProblem(http.StatusBadRequest, "malformed", "write less than this").at("text")
	}
	m := bot.Message{Kind: bot.KindText, Text: body.Text}
	switch {
	case body.Order != "":
		m.Kind, m.Order = bot.KindOrderCard, s.order(body.Order)
		if m.Order == nil {
			return newProblem(http.StatusBadRequest, "malformed", "the sample buyer has no such order").at("order")
		}
	case body.Product != "":
		m.Kind, m.Product = bot.KindProductCard, s.product(body.Product)
		if m.Product == nil {
			return newProblem(http.StatusBadRequest, "malformed", "the shop has no such product").at("product")
		}
	case body.Image != "":
		m.Kind, m.Images = bot.KindImage, []string{body.Image}
	case body.Text == "":
		return newProblem(http.StatusBadRequest, "malformed", "there is nothing in this message").at("text")
	}
	return s.hear(ctx, m)
}

func (s *session) order(no string) *bot.Order {
	for _, o := range s.shop.Orders(s.clock.now()) {
		if o.No == no {
			return &o
		}
	}
	return nil
}

func (s *session) product(id string) *bot.Product {
	for _, p := range s.shop.Products {
		if p.ID == id {
			return &p
		}
	}
	return nil
}

// move moves the clock.
func (d *demoPage) move(ctx context.Context, c echo.Context, s *session) error {
	var body struct {
		To string `json:"to"`
	}
	if err := d.read(c, &body); err != nil {
		return err
	}
	now := s.clock.now()
	var target time.Time
	switch body.To {
	case "5m":
		target = now.Add(5 * time.Minute)
	case "1h":
		target = now.Add(time.Hour)
	case "morning":
		local := now.In(s.shop.Zone)
		target = time.Date(local.Year(), local.Month(), local.Day()+1, 9, 0, 0, 0, s.shop.Zone)
	default:
		return newProblem(http.StatusBadRequest, "malformed", "the clock moves by 5m, by 1h, or to the morning").at("to")
	}
	if time.Until(target) > 365*24*time.Hour {
		return newProblem(http.StatusBadRequest, "malformed", "that is far enough ahead; begin a new conversation").at("to")
	}
	s.say(demoLine{From: "note", Note: "clock", Text: body.To})
	return s.moveTo(ctx, target)
}

// agent plays the agent.
func (d *demoPage) agent(ctx context.Context, c echo.Context, s *session) error {
	var body struct {
		Act  string `json:"act"`
		Text string `json:"text"`
		Name string `json:"name"`
	}
	if err := d.read(c, &body); err != nil {
		return err
	}
	kinds := map[string]bot.EventKind{
		"claim": bot.EventClaim, "say": bot.EventAgent, "release": bot.EventRelease, "resolve": bot.EventResolve, "stage": bot.EventStage,
	}
	kind, ok := kinds[body.Act]
	if !ok {
		return newProblem(http.StatusBadRequest, "malformed", "an agent may claim, say, release, resolve or move the stage").at("act")
	}
	if body.Act == "say" && body.Text == "" || utf8.RuneCountInString(body.Text) > 2000 || utf8.RuneCountInString(body.Name) > 50 {
		return newProblem(http.StatusBadRequest, "malformed", "the words are missing, or too many").at("text")
	}
	ev := bot.Event{Kind: kind, Agent: body.Name}
	switch kind {
	case bot.EventAgent:
		ev.Text = body.Text
	case bot.EventStage:
		ev.Stage = body.Text
	case bot.EventResolve:
		ev.Outcome = body.Text
	default: // the others carry no words
	}
	return s.act(ctx, ev)
}

// why gives the trace of one turn.
func (d *demoPage) why(c echo.Context) error {
	s, err := d.sessions.find(c.Param("session"))
	if err != nil {
		return err
	}
	trace, err := s.talk.Trace(c.Request().Context(), s.shop.ID, c.Param("turn"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, trace)
}

// A demoView is everything that the page shows of a session.
type demoView struct {
	Session    string        `json:"session"`
	Shop       demoShopView  `json:"shop"`
	Now        time.Time     `json:"now"`
	Due        *time.Time    `json:"due"`
	Status     bot.Status    `json:"status"`
	Lines      []demoLine    `json:"lines"`
	Orders     []bot.Order   `json:"orders"`
	Case       *bot.Handoff  `json:"case"`
	Tasks      []bot.Handoff `json:"tasks"`
	Transcript []bot.Line    `json:"transcript"`
}

type demoShopView struct {
	ID       string        `json:"id"`
	Name     string        `json:"name"`
	Locale   string        `json:"locale"`
	Zone     string        `json:"zone"`
	Products []bot.Product `json:"products"`
	Photos   []string      `json:"photos"`
	Chips    []string      `json:"chips"`
}

func (d *demoPage) show(c echo.Context, s *session) error {
	ctx := c.Request().Context()
	now := s.clock.now()
	v := demoView{
		Session: s.id, Now: now, Status: bot.StatusBot, Lines: append([]demoLine{}, s.lines...), Orders: s.shop.Orders(now),
		Shop: demoShopView{s.shop.ID, s.shop.Name, s.shop.Locale, s.shop.Zone.String(), s.shop.Products, s.shop.Photos, s.shop.Chips},
	}
	if s.sent > 0 {
		talk, err := s.talk.Conversation(ctx, s.shop.ID, s.id)
		if err != nil {
			return err
		}
		v.Status, v.Case, v.Tasks, v.Transcript = talk.Status, talk.Case, talk.Tasks, talk.Transcript
	}
	if at, ok, err := s.talk.NextDue(ctx); err == nil && ok {
		v.Due = &at
	}
	var buffer bytes.Buffer
	if err := json.NewEncoder(&buffer).Encode(v); err != nil {
		return err
	}
	return c.JSONBlob(http.StatusOK, buffer.Bytes())
}
