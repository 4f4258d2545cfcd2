package web

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"xiaoer/bot"
)

// Metrics are the figures of /metrics; metrics.md lists them. No label ever carries a shop, a buyer or a text, so their number
// is fixed.
type Metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	work      *prometheus.HistogramVec
	messages  *prometheus.CounterVec
	listeners prometheus.Gauge

	worked  labelled[workLabels, prometheus.Observer]
	called  labelled[callLabels, calls]
	answers labelled[string, prometheus.Counter]
}

// buckets go from what a turn in memory takes to what nobody should have to wait for.
func buckets() []float64 {
	return []float64{
		0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
	}
}

// NewMetrics makes figures with a registry of their own.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "xiaoer_http_requests_total", Help: "Requests answered, by route, method and status.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "xiaoer_http_request_seconds", Help: "Time to answer a request, by route; live updates are left out.", Buckets: buckets(),
		}, []string{"route"}),
		work: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "xiaoer_work_seconds", Help: "Time of messages, turns, commits, look-ups and deliveries, and how late timers fired, by outcome.", Buckets: buckets(),
		}, []string{"what", "outcome"}),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "xiaoer_messages_total",
			Help: "Messages that came, by outcome: answered, asked, handoff, silent, or the problem with which they were refused.",
		}, []string{"outcome"}),
		listeners: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "xiaoer_live_listeners", Help: "Agents' connections that listen to live updates now.",
		}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.work, m.messages, m.listeners,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe records one piece of work. What and outcome must come from the program, never from a request.
func (m *Metrics) Observe(what, outcome string, took time.Duration) {
	m.worked.get(workLabels{what, outcome}, func(l workLabels) prometheus.Observer {
		return m.work.WithLabelValues(l.what, l.outcome)
	}).Observe(took.Seconds())
}

// Gauge adds a figure that is read whenever the figures are. The name is given once per server.
func (m *Metrics) Gauge(name, help string, read func() float64) error {
	return m.registry.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "xiaoer_" + name, Help: help}, read))
}

// Counter adds a figure that only grows, as Gauge does.
func (m *Metrics) Counter(name, help string, read func() float64) error {
	return m.registry.Register(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "xiaoer_" + name, Help: help}, read))
}

// Figures are what the rest of the program knows and the metrics show, read whenever they are; those that are nil are left out.
type Figures struct {
	OutboxDepth      func() float64 // late replies that wait to be delivered
	OutboxAge        func() float64 // seconds since the oldest of them was said, 0 where none waits
	DeadLetters      func() float64
	DeadlinesMissed  func() float64
	Reloads          func() float64
	ReloadsFailed    func() float64
	Turns            func() float64 // running or waiting
	Deliveries       func() float64 // being made now
	DeadDestinations func() float64 // left alone but for a probe now and then
	CasesOpen        func() float64
	DeskStreams      func() float64 // browsers that listen at the desk
	ChatStreams      func() float64 // pages of the shops' own chats that listen
	ChatThrottled    func() float64
	PhotosRefused    func() float64
	Shops            func() float64
	ShopsBroken      func() float64
}

// Show adds figures, once per server.
func (m *Metrics) Show(f Figures) error {
	type figure struct {
		add        func(name, help string, read func() float64) error
		name, help string
		read       func() float64
	}
	var failed error
	for _, one := range []figure{
		{m.Gauge, "outbox_depth", "Late replies that wait to be delivered.", f.OutboxDepth},
		{m.Gauge, "outbox_age_seconds", "Age of the oldest late reply that waits to be delivered; 0 where none waits.", f.OutboxAge},
		{m.Gauge, "dead_letters", "Late replies whose delivery was given up; an admin can send them again.", f.DeadLetters},
		{m.Counter, "deadlines_missed_total", "Deadlines of cases that passed without a reply.", f.DeadlinesMissed},
		{m.Counter, "reloads_total", "Times that a shop's changed folder was loaded.", f.Reloads},
		{m.Counter, "reloads_failed_total", "Times that a shop's changed folder had errors and the version before stayed.", f.ReloadsFailed},
		{m.Gauge, "turns", "Turns that are running or wait for their conversation.", f.Turns},
		{m.Gauge, "deliveries", "Late replies that are being delivered now.", f.Deliveries},
		{m.Gauge, "dead_destinations", "Destinations of callbacks that do not answer and are left alone but for a probe now and then.", f.DeadDestinations},
		{m.Gauge, "cases_open", "Cases that are not closed.", f.CasesOpen},
		{m.Gauge, "desk_streams", "Browsers that listen at the desk now.", f.DeskStreams},
		{m.Gauge, "chat_streams", "Buyers' pages that listen in the shops' own chats now.", f.ChatStreams},
		{m.Counter, "chat_throttled_total", "Messages and photos that came too quickly in the shops' own chats and were to be sent again.", f.ChatThrottled},
		{m.Counter, "photos_refused_total", "Photos of buyers and agents that were not taken: no photo, too large, broken off, or too many at once.", f.PhotosRefused},
		{m.Gauge, "shops", "Shops that there are, broken ones too.", f.Shops},
		{m.Gauge, "shops_broken", "Shops without any good version.", f.ShopsBroken},
	} {
		if one.read != nil {
			failed = errors.Join(failed, one.add(one.name, one.help, one.read))
		}
	}
	return failed
}

func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// request records one request. A route is the pattern and not the path; an unknown method is not repeated. A stream is counted without its time.
func (m *Metrics) request(route, method string, status int, stream bool, took time.Duration) {
	if route == "" {
		route = "none"
	}
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch:
	default:
		method = "other"
	}
	called := m.called.get(callLabels{route, method, status, stream}, m.callsOf)
	called.requests.Inc()
	if called.seconds != nil {
		called.seconds.Observe(took.Seconds())
	}
}

// callsOf finds the figures of some calls. Streams last as long as the agent's day, and would drown the times of the others.
func (m *Metrics) callsOf(l callLabels) calls {
	c := calls{requests: m.requests.WithLabelValues(l.route, l.method, strconv.Itoa(l.status))}
	if !l.stream {
		c.seconds = m.seconds.WithLabelValues(l.route)
	}
	return c
}

// message counts one message by what became of it. The same again counts again, with the same outcome.
func (m *Metrics) message(r *bot.Response, err error) {
	outcome := "answered"
	switch {
	case err != nil:
		outcome = problemOf(err).kind()
	case r.Handoff != nil:
		outcome = "handoff"
	case r.Ask != nil:
		outcome = "asked"
	case len(r.Replies) == 0:
		outcome = "silent"
	}
	m.answers.get(outcome, func(outcome string) prometheus.Counter { return m.messages.WithLabelValues(outcome) }).Inc()
}
