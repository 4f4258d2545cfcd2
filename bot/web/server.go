// Package web is everything that speaks HTTP: the webhook, traces and late replies, the agents' API, health, metrics, the
// API's description and the demo page. It checks who calls and what was sent, and leaves every decision to what cmd gives it. Echo is
// used here and nowhere else.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"xiaoer/bot"
)

// A Shop is what a caller of one shop must keep to.
type Shop struct {
	Secrets  []string // whsec_…; several while they are being changed: any of them may sign
	Unsigned bool     // calls without a signature are taken
	Rate     float64  // calls a second, 0 no limit
	Broken   bool     // no good version of its folder is loaded
}

// Options are what a server works with. Errors of the functions may have a method `Refusal() string` that says what the
// caller is told: no_shop, broken, busy, conflict or not_found; all others are a 500 that is logged. Desk may refuse in more ways.
type Options struct {
	Shop    func(id string) (Shop, error)
	Handle  func(ctx context.Context, shop string, m bot.Message) (bot.Response, error)
	Trace   func(ctx context.Context, shop, id string) (any, error)                  // written as JSON
	Replies func(ctx context.Context, shop, conversation, after string) (any, error) // a list, written as JSON

	Ready   func(ctx context.Context) error // nil: always
	Logger  *slog.Logger                    // default: discards
	Metrics *Metrics                        // default: new ones
	Version string
	Demo    *Demo // nil: no demo page

	Pages    Pages    // for people; nil: none
	Sessions Sessions // of those who have signed in there; nil: the API takes tokens only

	Desk       Desk       // nil: no agents' API
	DeskLimits DeskLimits // what agents' callers must keep to

	MaxBody     int64         // bytes of one body; default 1 MiB
	BodyBudget  int64         // bytes of all bodies that are being worked on; default 256 MiB
	TurnTimeout time.Duration // of one answer; default 20 s
	ReadTimeout time.Duration // of one request, body and all; default 15 s
	Grace       time.Duration // for what was taken when the server stops; default 25 s
}

func (o *Options) validate() error {
	if o.Shop == nil || o.Handle == nil || o.Trace == nil || o.Replies == nil {
		return errors.New("a server needs Shop, Handle, Trace and Replies")
	}
	if o.Demo != nil {
		if err := o.Demo.validate(); err != nil {
			return err
		}
	}
	if o.Ready == nil {
		o.Ready = func(context.Context) error { return nil }
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Metrics == nil {
		o.Metrics = NewMetrics()
	}
	o.DeskLimits.fill()
	setDefault(&o.MaxBody, 1<<20)
	setDefault(&o.BodyBudget, 256<<20)
	setDefault(&o.TurnTimeout, 20*time.Second)
	setDefault(&o.ReadTimeout, 15*time.Second)
	setDefault(&o.Grace, 25*time.Second)
	return nil
}

func setDefault[T ~int | ~int64](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

// A Server answers HTTP. Make it with New.
type Server struct {
	Options

	echo     *echo.Echo
	bodies   atomic.Int64 // bytes that are being worked on
	limiters limiters
	seals    seals
	headers  headers
	scratch  scratches
	ready    readiness
	stopping atomic.Bool
	ended    chan struct{} // closed when the server begins to stop: live streams end then, and not with the grace
}

// New makes a server; it listens to nothing yet.
func New(o Options) (*Server, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	s := &Server{Options: o, echo: echo.New(), headers: newHeaders(), ready: readiness{check: o.Ready}, ended: make(chan struct{})}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.IPExtractor = echo.ExtractIPDirect() // X-Forwarded-For is whatever a caller says
	s.echo.HTTPErrorHandler = s.handleError
	s.echo.Use(s.around)
	s.routes()
	return s, nil
}

func (s *Server) routes() {
	s.echo.POST("/v1/shops/:shop/messages", s.postMessage)
	s.echo.GET("/v1/shops/:shop/traces/:trace", s.getTrace)
	s.echo.GET("/v1/shops/:shop/conversations/:conversation/replies", s.getReplies)
	for path, handler := range map[string]echo.HandlerFunc{
		"/healthz":      s.getHealth,
		"/readyz":       s.getReady,
		"/metrics":      echo.WrapHandler(s.Metrics.handler()),
		"/openapi.json": getOpenAPI,
	} {
		s.echo.GET(path, handler)
		s.echo.HEAD(path, handler)
	}
	if s.Desk != nil {
		newAgents(s).routes()
	}
	if s.Demo != nil {
		newDemo(s).routes()
	}
	if s.Pages != nil {
		s.pageRoutes()
	}
}

// Handler is the server as a handler, for tests and for those who bring their own listener.
func (s *Server) Handler() http.Handler { return s.echo }

// Drain makes /readyz say from now on that the server stops, and ends live streams with what their listeners come back by; all else is
// answered as before. It is for the time in which a balancer finds out. Serve does it too when it ends.
func (s *Server) Drain() {
	if !s.stopping.Swap(true) {
		close(s.ended)
	}
}

// Serve answers on the listener until ctx ends, then takes nothing new, answers what was taken, and returns nil; an error
// when the listener fails or when the grace was not enough.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	server := &http.Server{
		Handler:           s.echo,
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) }, // its values are for requests too, its end is not
		ConnContext:       withLine,
		ReadHeaderTimeout: min(5*time.Second, s.ReadTimeout),
		ReadTimeout:       s.ReadTimeout,
		WriteTimeout:      s.ReadTimeout + s.TurnTimeout + 10*time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.Logger.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(lines{ln}) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.Drain()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Grace)
	defer cancel()
	err := server.Shutdown(grace)
	if err != nil {
		_ = server.Close()
	}
	if served := <-failed; err == nil && !errors.Is(served, http.ErrServerClosed) {
		err = served
	}
	return err
}
