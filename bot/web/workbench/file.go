package workbench

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

// A file is one case with all that an agent would otherwise ask for.
type file struct {
	desk.Case

	URL      string
	Role     desk.Role
	Shop     string // its name
	Team     string // its title
	Intent   string
	Who      string
	Mine     bool
	Free     bool // nobody has it
	Open     bool
	Now      time.Time
	Day      page.Day // by which times are written
	Lines    []line
	Before   bool // there were more lines than a case keeps
	Place    desk.Place
	Advice   advice
	Policy   []bot.Named
	Teams    []choice
	Agents   []seated
	Stages   []choice
	Causes   []string
	Handed   string // the trace of the turn that handed over
	Deciding bool   // who looks may approve and refuse offers

	// What is known from this case, and from those that are one with it.
	Clocks   []clock // the nearest first
	Slots    []detail
	Requests []detail // that are open, as buyers are told of them
	Photos   []picture
	Order    *order
	Offers   []offer
	Promises []promise
	Notes    []note
	Matter   []sibling
	Others   []other

	Form answer // what stands in the form of the answer
}

// An answer is what the form of a reply holds.
type answer struct {
	Key     string // under which it is sent once
	Text    string
	Photos  []string // their paths
	Seen    desk.Place
	Problem string    // key of the words for why it was not sent
	Hits    []bot.Hit // what the compliance list forbids in it
}

// An order is one as an agent reads it.
type order struct {
	source
	*bot.Order

	Dates []dated
}

type dated struct {
	What string
	At   time.Time
}

// MostPhotos is how many photos one answer may have.
func (f *file) MostPhotos() int { return desk.MostPictures }

// getCase is the page of a case, or one part of it.
func (w *workbench) getCase(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error {
	ctx, cancel := w.within(ctx)
	defer cancel()
	q := r.URL.Query()
	f, err := w.file(ctx, who, r.PathValue("case"), page.Language(r), needsOf(q.Get("part"), q))
	if err != nil {
		return err
	}
	pictures(rw.Header())
	switch part := q.Get("part"); part {
	case "talk", "file", "help":
		w.pages.Part(rw, r, http.StatusOK, "case.html", part, f)
		return nil
	}
	f.Form.Text = f.Advice.pick(q.Get("quick"), q.Get("draft"))
	return w.showCase(ctx, rw, r, who, http.StatusOK, f)
}

// showCase shows a case beside the queue that it was opened from.
func (w *workbench) showCase(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor, status int, f *file) error {
	list, err := w.queue(ctx, who, readFilter(r.URL.Query()), f.ID, page.Language(r))
	if err != nil {
		return err
	}
	pictures(rw.Header())
	w.pages.Show(rw, r, status, "case.html", casePage{File: f, Queue: list})
	return nil
}

type casePage struct {
	File  *file
	Queue *queue
}

// pictures lets a page show buyers' photos, which lie on the platforms' own servers. They are asked for without saying from where.
func pictures(h http.Header) {
	const name = "Content-Security-Policy"
	h.Set(name, strings.Replace(h.Get(name), "img-src 'self'", "img-src 'self' https:", 1))
}

// file puts everything about a case together, with what of the advice is needed.
func (w *workbench) file(ctx context.Context, who visitor, id, lang string, needs needs) (*file, error) {
	c, late, err := w.Desk.Case(ctx, who.shop, id)
	if err != nil {
		return nil, err
	}
	shop, err := w.Shop(who.shop)
	if err != nil {
		return nil, err
	}
	now := w.Now()
	names := w.names().in(lang)
	f := &file{
		Case: c, URL: caseAt(c.Shop, c.ID), Role: who.role, Shop: names.shop(c.Shop), Team: names.team(c.Shop, c.Team), Intent: names.intent(c.Shop, c.Intent),
		Who: who.Name, Mine: c.Agent == who.Name, Free: c.Agent == "", Open: c.State != desk.Closed, Now: now, Day: page.Day{Zone: shop.Book.Shop.Location, Now: now},
		Place: desk.PlaceOf(c.Transcript), Policy: shop.Book.PolicyValues(now), Causes: desk.Causes(), Handed: turnOf(c.ID),
		Deciding: c.Agent == who.Name || who.role.Covers(desk.Editor),
	}
	f.Reason, f.Outcome = names.reason(c.Reason), names.happened(c.Shop, c.Outcome)
	f.History = names.history(c.Shop, c.History)
	f.Form = answer{Key: freshKey(), Seen: f.Place}
	f.Advice = w.advice(ctx, who.shop, &c, shop.Quick, needs)
	f.Lines = w.linesOf(&c, f.Advice.Said, late)
	f.Before = len(c.Transcript) >= bot.MostLines
	if needs.matter {
		if err := w.matter(ctx, f, who, names); err != nil {
			return nil, err
		}
	}
	f.fold(func(all []string) []string { return w.pictures(c.Shop, all) }, names)
	f.Clocks = f.clocks()
	return f, w.places(ctx, f, shop, lang)
}

// places are where the case may go from here.
func (w *workbench) places(ctx context.Context, f *file, shop Shop, lang string) error {
	for _, t := range shop.Book.Teams {
		f.Teams = append(f.Teams, choice{t.Name, cmp.Or(t.Title, t.Name), t.Name == f.Case.Team})
	}
	for _, s := range bot.Stages()[:4] {
		f.Stages = append(f.Stages, choice{s, w.pages.Words(lang, "stage."+s), s == f.Stage})
	}
	var err error
	f.Agents, err = w.seated(ctx, f.Case.Shop)
	return err
}

// turnOf is the trace of the turn that opened a case: ids of cases are derived from it.
func turnOf(id string) string {
	if at := strings.LastIndex(id, "-h"); at > 0 {
		if _, err := strconv.Atoi(id[at+2:]); err == nil {
			return id[:at]
		}
	}
	return ""
}

// refusal is the word of an error that the visitor can do something about, "" for others.
func refusal(err error) string {
	type refuser interface {
		error
		Refusal() string
	}
	if refused, ok := errors.AsType[refuser](err); ok {
		return refused.Refusal()
	}
	return ""
}
