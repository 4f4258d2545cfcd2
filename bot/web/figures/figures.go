// Package figures shows what a shop's conversations came to: messages, visits, intents, causes, replies, promises, offers, ratings, rules,
// and the questions that nobody answered. Charts are SVG drawn here, and beside each stand its table and a file of it for a spreadsheet.
// It sums nothing itself (package bot/figures and the engine do) and knows no accounts: who is looking comes with the request.
package figures

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/bot/figures"
	"xiaoer/bot/web/page"
)

// A Source is where figures come from; the engine has these methods.
type Source interface {
	FiguresOf(shop string) (figures.Shop, error)
	Days(ctx context.Context, shop string, span figures.Span) (figures.Counted, error)
	Questions(ctx context.Context, shop string, places []figures.Place) ([]figures.Question, error)
}

// Options are what the pages work with. Source, Shops and Now are required.
type Options struct {
	Source Source
	Shops  func() []string // all that there are
	Now    func() time.Time
	Turn   time.Duration // of one page; default 20 s
}

//go:embed files
var embedded embed.FS

// home is the address of the figures.
const home = "/desk/figures"

// pages answers the pages of figures.
type pages struct {
	Options

	site  *page.Site
	pages *page.Pages
}

// Open puts the pages of figures into a site. Agents see the totals of their shops, editors and admins all.
func Open(site *page.Site, o Options) error {
	if o.Source == nil || o.Shops == nil || o.Now == nil {
		return errors.New("the pages of figures need Source, Shops and Now")
	}
	if o.Turn <= 0 {
		o.Turn = 20 * time.Second
	}
	files, err := fs.Sub(embedded, "files")
	if err != nil {
		return fmt.Errorf("open the pages of figures: %w", err)
	}
	p := &pages{Options: o, site: site}
	p.pages, err = site.Open(page.Section{Name: "figures", Files: files, Nav: []page.Link{
		{Word: "figures.nav", URL: home, Needs: desk.Agent, Order: 40},
	}})
	if err != nil {
		return err
	}
	for pattern, answer := range map[string]func(http.ResponseWriter, *http.Request, look) error{
		"GET " + home:                  p.getFigures,
		"GET " + home + "/questions":   p.getQuestions,
		"GET " + home + "/csv/{table}": p.getCSV,
	} {
		site.Handle(pattern, func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), o.Turn)
			defer cancel()
			r = r.WithContext(ctx)
			l, err := p.lookOf(r)
			if err == nil {
				err = answer(w, r, l)
			}
			if err != nil {
				site.Error(w, r, err)
			}
		})
	}
	return nil
}

// A look is what a request asks to see.
type look struct {
	Shop  string
	Shops []string // that the person may look at
	Role  desk.Role
	Span  figures.Span
	Days  int
	Lang  string
	Named []figures.Shop // the same, with what they are called
	about figures.Shop
	until string
}

// All is whether more than the totals may be seen.
func (l look) All() bool { return l.Role.Covers(desk.Editor) }

// Name is the shop's.
func (l look) Name() string { return l.about.Name }

// Zone is the shop's timezone.
func (l look) Zone() string { return l.about.Zone.String() }

// Until is the last day where it is not today, for links to the same stretch.
func (l look) Until() string { return l.until }

// A chooser is what the links to other stretches and shops are made of.
type chooser struct {
	look
	Lengths []length
	Path    string
}

// Chooser makes the links of a page.
func (l look) Chooser(path string) chooser { return chooser{l, lengths(l), path} }

// lookOf reads a request: ?shop=, ?days= (1, 7, 30 or 90) and ?until= (a day, default today). Of what is not known the default is taken.
func (p *pages) lookOf(r *http.Request) (look, error) {
	me, _ := page.Who(r)
	l := look{Shop: r.URL.Query().Get("shop"), Lang: page.Language(r), Days: 7}
	for _, id := range p.Shops() {
		if me.In(id).Covers(desk.Agent) {
			l.Shops = append(l.Shops, id)
		}
	}
	slices.Sort(l.Shops)
	switch {
	case len(l.Shops) == 0:
		return l, &page.Problem{Status: http.StatusForbidden}
	case l.Shop == "":
		l.Shop = l.Shops[0]
	case !slices.Contains(l.Shops, l.Shop):
		return l, &page.Problem{Status: http.StatusNotFound}
	}
	for _, id := range l.Shops {
		about, _ := p.Source.FiguresOf(id) // one that cannot be read is there all the same
		l.Named = append(l.Named, figures.Shop{ID: id, Name: cmp.Or(about.Name, id)})
	}
	l.Role = me.In(l.Shop)
	var err error
	if l.about, err = p.Source.FiguresOf(l.Shop); err != nil {
		return l, err
	}
	for _, n := range figures.Lengths() {
		if r.URL.Query().Get("days") == strconv.Itoa(n) {
			l.Days = n
		}
	}
	l.Span = figures.LastDays(p.Now(), l.about.Zone, l.Days)
	if until := r.URL.Query().Get("until"); until != "" && until < l.Span.Until {
		if _, err := time.Parse(time.DateOnly, until); err == nil && until > "2000-01-01" {
			l.until, l.Span = until, figures.Span{From: figures.Shift(until, 1-l.Days), Until: until}
		}
	}
	return l, nil
}

// report sums what is asked for. Two days after the stretch are read too: they say which buyers came back.
func (p *pages) report(ctx context.Context, l look) (figures.Report, error) {
	c, err := p.Source.Days(ctx, l.Shop, figures.Span{From: l.Span.Before().From, Until: figures.Shift(l.Span.Until, 2)})
	if err != nil {
		return figures.Report{}, err
	}
	return figures.NewReport(l.about, l.Span, c), nil
}

func (p *pages) say(l look, key string, args ...any) string {
	return p.pages.Words(l.Lang, key, args...)
}
