package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"strconv"
	"sync"
	"time"

	"xiaoer/bot"
)

// A session is one visitor at play: one conversation with one shop.
type session struct {
	id   string
	shop *DemoShop
	talk Talk

	mu    sync.Mutex // one thing at a time
	lines []demoLine
	sent  int    // messages of the buyer
	late  string // the last late reply that was shown

	clock shiftedClock
	used  time.Time // real time; guarded by sessions.mu
}

// A demoLine is one line on the page.
type demoLine struct {
	N       int          `json:"n"` // counts from 1
	At      time.Time    `json:"at"`
	From    string       `json:"from"` // buyer, bot, agent, note
	Text    string       `json:"text,omitempty"`
	Note    string       `json:"note,omitempty"` // silent, claim, release, resolve, stage, clock
	Images  []string     `json:"images,omitempty"`
	Choices []string     `json:"choices,omitempty"`
	Order   *bot.Order   `json:"order,omitempty"`
	Product *bot.Product `json:"product,omitempty"`
	Turn    string       `json:"turn,omitempty"` // its trace
	Rule    string       `json:"rule,omitempty"`
}

// mostLines bounds a session; by then a newcomer is none any more.
const mostLines = 600

// A shiftedClock runs like the real one, as far ahead of it as the visitor has moved it.
type shiftedClock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *shiftedClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead).Truncate(time.Millisecond)
}

// moveTo moves the clock forward, and never back.
func (c *shiftedClock) moveTo(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead = max(c.ahead, time.Until(t))
}

func (s *session) say(l demoLine) {
	l.N = len(s.lines) + 1
	if l.At.IsZero() {
		l.At = s.clock.now()
	}
	s.lines = append(s.lines, l)
}

// full is the problem of a session that has gone on long enough.
func (s *session) full() error {
	if len(s.lines) < mostLines {
		return nil
	}
	return newProblem(http.StatusTooManyRequests, "too-many", "this conversation is long enough; begin a new one").after(time.Minute)
}

// hear takes one message of the buyer through the engine and notes what came of it.
func (s *session) hear(ctx context.Context, m bot.Message) error {
	s.sent++
	m.ID, m.Conversation, m.Buyer, m.SentAt = "m-"+strconv.Itoa(s.sent), s.id, s.shop.Buyer, s.clock.now()
	began := s.clock.now()
	response, err := s.talk.Handle(ctx, s.shop.ID, m)
	if err != nil {
		return err
	}
	s.say(demoLine{At: began, From: "buyer", Text: m.Text, Images: m.Images, Order: m.Order, Product: m.Product, Turn: response.TraceID})
	rule := ""
	if response.Rule != nil {
		rule = *response.Rule
	}
	for _, r := range response.Replies {
		s.say(botLine(r, response.TraceID, rule))
	}
	if len(response.Replies) == 0 {
		s.say(demoLine{From: "note", Note: "silent", Turn: response.TraceID, Rule: rule})
	}
	return nil
}

func botLine(r bot.Reply, turn, rule string) demoLine {
	l := demoLine{From: "bot", Text: r.Text, Choices: r.Choices, Turn: turn, Rule: rule}
	if r.Image != "" {
		l.Images = []string{r.Image}
	}
	return l
}

// act plays the agent.
func (s *session) act(ctx context.Context, ev bot.Event) error {
	turn, err := s.talk.Act(ctx, s.shop.ID, s.id, ev)
	if err != nil {
		return err
	}
	if ev.Kind != bot.EventAgent {
		note := demoLine{From: "note", Note: string(ev.Kind), Text: ev.Agent}
		if len(turn.Events) > 0 {
			note.Turn = turn.Events[0].ID
		}
		s.say(note)
	}
	from := "bot"
	if ev.Kind == bot.EventAgent {
		from = "agent"
	}
	return s.showLate(ctx, from)
}

// mostFirings bounds how many timers one move of the clock may fire.
const mostFirings = 200

// moveTo moves the clock, and stops on the way wherever a timer falls due, as real time would.
func (s *session) moveTo(ctx context.Context, target time.Time) error {
	for range mostFirings {
		at, ok, err := s.talk.NextDue(ctx)
		if err != nil {
			return err
		}
		if !ok || at.After(target) {
			break
		}
		s.clock.moveTo(at.Add(time.Millisecond))
		if err := s.tick(ctx); err != nil {
			return err
		}
	}
	s.clock.moveTo(target)
	return nil
}

// tick fires what has become due.
func (s *session) tick(ctx context.Context) error {
	if _, err := s.talk.Tick(ctx); err != nil {
		return err
	}
	return s.showLate(ctx, "bot")
}

func (s *session) showLate(ctx context.Context, from string) error {
	if s.sent == 0 {
		return nil // there is no conversation yet
	}
	late, err := s.talk.Late(ctx, s.shop.ID, s.id, s.late)
	if err != nil {
		return err
	}
	for _, l := range late {
		for _, r := range l.Replies {
			line := botLine(r, l.ID, "")
			line.From, line.At = from, l.At
			s.say(line)
		}
		s.late = l.ID
	}
	return nil
}

// sessions are bounded: the one that was idle longest makes room when it has been idle long enough.
type sessions struct {
	demo *Demo
	mu   sync.Mutex
	open map[string]*session
}

func (all *sessions) begin(shop *DemoShop) (*session, error) {
	s := &session{id: "demo-" + rand.Text(), shop: shop, used: time.Now()}
	talk, err := all.demo.Open(s.clock.now)
	if err != nil {
		return nil, err
	}
	s.talk = talk
	all.mu.Lock()
	defer all.mu.Unlock()
	if len(all.open) >= all.demo.Sessions && !all.evict() {
		return nil, newProblem(http.StatusServiceUnavailable, "busy", "too many visitors are at play; try again later").after(time.Minute)
	}
	all.open[s.id] = s
	return s, nil
}

// evict ends the session that was idle longest; the lock is held.
func (all *sessions) evict() bool {
	var oldest *session
	for _, s := range all.open {
		if oldest == nil || s.used.Before(oldest.used) {
			oldest = s
		}
	}
	if oldest == nil || time.Since(oldest.used) < all.demo.Idle {
		return false
	}
	delete(all.open, oldest.id)
	return true
}

func (all *sessions) find(id string) (*session, error) {
	all.mu.Lock()
	defer all.mu.Unlock()
	s := all.open[id]
	if s == nil {
		return nil, newProblem(http.StatusNotFound, "not-found", "this session has ended; begin a new one").at("session")
	}
	s.used = time.Now()
	return s, nil
}
