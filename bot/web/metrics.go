package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the figures of /metrics. No label ever carries a shop, a buyer or a text, so their number is fixed.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	work     *prometheus.HistogramVec
}

// NewMetrics makes figures with a registry of their own.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "xiaoer_http_requests_total", Help: "Requests answered, by route, method and status.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "xiaoer_http_request_seconds", Help: "Time to answer a request, by route.",
			Buckets: prometheus.ExponentialBuckets(0.0002, 2.5, 12),
		}, []string{"route"}),
		work: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "xiaoer_work_seconds", Help: "Time of turns, commits, look-ups and deliveries, by outcome.",
			Buckets: prometheus.ExponentialBuckets(0.00005, 3, 12),
		}, []string{"what", "outcome"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.work,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe records one piece of work. What and outcome must come from the program, never from a request.
func (m *Metrics) Observe(what, outcome string, took time.Duration) {
	m.work.WithLabelValues(what, outcome).Observe(took.Seconds())
}

// Gauge adds a figure that is read whenever the figures are. The name is given once per server.
func (m *Metrics) Gauge(name, help string, read func() float64) error {
	return m.registry.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "xiaoer_" + name, Help: help}, read))
}

func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// request records one request. A route is the pattern and not the path; an unknown method is not repeated.
func (m *Metrics) request(route, method string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch:
	default:
		method = "other"
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}
