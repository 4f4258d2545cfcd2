// Package workbench is the agents' desk as pages: the queue of cases with a running clock, a case with all that an agent would
// otherwise ask for, the answer, the lead's view, and the marks of where the bot was wrong. What an act does to a case is the engine's to
// decide; here it is shown who may, and what came of it. It knows no store and no accounts: who is looking comes with the request.
package workbench

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/photo"
	"xiaoer/bot/web/stream"
	"xiaoer/bot/web/throttle"
	"xiaoer/intents"
)

// A Desk is what is done with cases; the engine has these methods.
type Desk interface {
	Cases(ctx context.Context, q desk.Query) ([]desk.Case, error)
	Case(ctx context.Context, shop, id string) (desk.Case, []desk.Delivered, error)
	ActOn(ctx context.Context, shop, id string, a desk.Act) (desk.Case, error)
	// Advise gives what is wanted for a case; a draft may take as long as the look-up of an order.
	Advise(ctx context.Context, shop, id string, want desk.Wanted) (desk.Advice, error)
}

// A Feed tells of changes of cases as they are committed; the engine has these methods.
type Feed interface {
	Watch(shop string) (changed <-chan struct{}, stop func())
	Changed(ctx context.Context, shop string, after int64, limit int) ([]desk.Case, error)
	LastChange(ctx context.Context, shop string) (int64, error)
	Erased(shop string) (times int, place int64)
}

// People is who is at the desk, and how their day goes; the engine has these methods.
type People interface {
	Attend(ctx context.Context, shop string, p desk.Presence) error
	Stay(ctx context.Context, shop, agent string) error // online, who has said so
	Attending(ctx context.Context, shop string) ([]desk.Presence, error)
	Outlook(ctx context.Context, shop string) (desk.Outlook, error)
}

// Documents keeps what agents write beside their cases; the engine has these methods.
type Documents interface {
	// Document is empty, with version 0, where none is kept.
	Document(ctx context.Context, shop, kind, id string) (desk.Document, error)
	Documents(ctx context.Context, shop, kind, after string, limit int) ([]desk.Document, error)
	PutDocument(ctx context.Context, d desk.Document, who, what, detail string) error
	DropDocument(ctx context.Context, shop, kind, id, who, what string) error
}

// A Shop is what the desk needs of one version of a shop.
type Shop struct {
	Book     *bot.Book
	Quick    []bot.QuickReply
	Read     func(text string) intents.Reading // finds what must not stand in a draft of a test
	Taxonomy []intents.Intent                  // what intents are called in other languages than the shop's
}

// A Why is why a turn ended as it did.
type Why struct {
	At           time.Time
	Conversation string
	Rules        []Place // that answered
	Notes        []string
	Changed      bool // the rules of then are gone: this is what today's say
	bot.Explanation
}

// A Place is where a rule stands; File is "" for a built-in answer.
type Place struct {
	Rule, File string
	Line       int
}

// Options are what the desk works with. All but the Logger and the Limits are required.
type Options struct {
	Desk      Desk
	Feed      Feed
	People    People
	Documents Documents
	Photos    *photo.Album // in which the photos stand that agents send

	Shops func() []string               // all that there are
	Shop  func(id string) (Shop, error) // errors may have a method Refusal, as those of web.Options may
	Why   func(ctx context.Context, shop, trace string) (Why, error)
	Now   func() time.Time

	// Guard refuses what other sites send through a browser; default: by Sec-Fetch-Site and Origin.
	Guard func(r *http.Request) error
	// Still is who a request's session belongs to by now, for streams that are open long; false ends them. Default: it holds.
	Still func(ctx context.Context, r *http.Request) (desk.Person, bool)

	Seats  *stream.Seats  // of those who listen; nil: the desk's own
	Stages func() []Stage // of the page on which one person plays buyer and agent; nil: there is no such page

	Logger *slog.Logger // default: discards
	Limits Limits
	// Ended is closed when the server stops, so that live streams end at once; nil: they end with their requests.
	Ended <-chan struct{}
}

// Limits bound what pages may cost. Zero values take the defaults.
type Limits struct {
	Listeners      int           // live streams in all; default 2000
	ListenersOfOne int           // of one person; default 8
	Heartbeat      time.Duration // default 15 s
	Recheck        time.Duration // between looks whether a listener may still listen; default 30 s
	Patience       time.Duration // with a listener who does not read; default 10 s
	Turn           time.Duration // of one page or act; default 20 s
}

func (l *Limits) fill() {
	if l.Listeners <= 0 {
		l.Listeners = 2000
	}
	if l.ListenersOfOne <= 0 {
		l.ListenersOfOne = 8
	}
	for _, d := range []struct {
		v  *time.Duration
		or time.Duration
	}{{&l.Heartbeat, 15 * time.Second}, {&l.Recheck, 30 * time.Second}, {&l.Patience, 10 * time.Second}, {&l.Turn, 20 * time.Second}} {
		if *d.v <= 0 {
			*d.v = d.or
		}
	}
}

func (o *Options) validate() error {
	if o.Desk == nil || o.Feed == nil || o.People == nil || o.Documents == nil || o.Photos == nil || o.Shops == nil || o.Shop == nil || o.Why == nil || o.Now == nil {
		return errors.New("a workbench needs Desk, Feed, People, Documents, Photos, Shops, Shop, Why and Now")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Guard == nil {
		o.Guard = http.NewCrossOriginProtection().Check
	}
	if o.Still == nil {
		o.Still = func(_ context.Context, r *http.Request) (desk.Person, bool) { return page.Who(r) }
	}
	if o.Seats == nil {
		o.Seats = &stream.Seats{}
	}
	o.Limits.fill()
	return nil
}

//go:embed files
var embedded embed.FS

// A workbench answers the pages of the desk.
type workbench struct {
	Options

	site    *page.Site
	pages   *page.Pages
	open    *openCases
	uploads *throttle.Throttle // by shop and agent
	forms   chan struct{}      // a seat for each form with photos that is being read
}

// The addresses of the desk.
const (
	home     = "/desk/cases"
	casePath = home + "/{shop}/{case}"
)

// Open puts the desk's pages into a site.
func Open(site *page.Site, o Options) error {
	if err := o.validate(); err != nil {
		return err
	}
	files, err := fs.Sub(embedded, "files")
	if err != nil {
		return fmt.Errorf("open the workbench: %w", err)
	}
	w := &workbench{Options: o, site: site, open: newOpenCases(o), uploads: throttle.New(photosLater, photosAtOnce, mostUploaders), forms: make(chan struct{}, mostForms)}
	w.pages, err = site.Open(page.Section{Name: "workbench", Files: files, Nav: []page.Link{
		{Word: "nav.queue", URL: home, Needs: desk.Agent, Order: 10},
		{Word: "nav.lead", URL: "/desk/lead", Needs: desk.Agent, Order: 20},
		{Word: "nav.marks", URL: "/desk/marks", Needs: desk.Agent, Order: 30},
	}, Funcs: template.FuncMap{"yuan": page.Yuan}})
	if err != nil {
		return err
	}
	w.routes()
	return nil
}

// routes are all pages of the desk.
func (w *workbench) routes() {
	for pattern, answer := range map[string]handler{
		"GET /desk/{$}":                       w.getHome,
		"GET " + home:                         w.getQueue,
		"GET /desk/live":                      w.getLive,
		"POST /desk/presence":                 w.postPresence,
		"GET " + casePath:                     w.getCase,
		"GET " + casePath + "/why/{trace}":    w.getWhy,
		"POST " + casePath + "/check":         w.postCheck,
		"POST " + casePath + "/reply":         w.postReply,
		"POST " + casePath + "/photo":         w.postPhoto,
		"POST " + casePath + "/mark":          w.postMark,
		"POST " + casePath + "/merge":         w.postMerge,
		"POST " + casePath + "/act/{act}":     w.postAct,
		"GET /desk/marks":                     w.getMarks,
		"POST /desk/marks/{shop}/{mark}/drop": w.dropMark,
		"GET /desk/lead":                      w.getLead,
		"POST /desk/lead/{shop}/roster":       w.postRoster,
		"POST /desk/lead/{shop}/move":         w.postMove,
	} {
		w.site.Handle(pattern, w.as(answer))
	}
	if w.Stages != nil {
		w.site.Handle("GET /desk/demo", w.as(w.getPlay))
	}
}
