package main

import (
	"context"
	"errors"
	"time"
)

// How a measurement is made.
const (
	warmUp        = 2 * time.Second       // at most, and a tenth of the whole
	memorySamples = 10                    // beside the first
	lookAgain     = 20 * time.Millisecond // how often it is seen whether the next sample is due
)

// measureOne starts a server, calls it for a time or for so many messages, and stops it.
func (b *bench) measureOne(args []string, cast cast, messages int) (f figures, err error) {
	before := b.fileBytes()
	server, err := startChild(b.ctx, args)
	if err != nil {
		return f, err
	}
	m := &measuring{
		load:     &load{addr: server.addr, shop: b.shop.ID, secret: b.secret(), now: b.now, most: int64(messages)},
		server:   server,
		duration: b.Duration,
	}
	took, err := m.run(b.ctx, b.Connections, cast)
	if err := errors.Join(err, server.stop(), b.ctx.Err()); err != nil {
		return f, err
	}
	f = m.figures(&took)
	if all := m.answered.Load(); all > 0 {
		f.FileBytesPerMessage = (b.fileBytes() - before) / all
	}
	return f, nil
}

// secret signs the calls; "" where the shop takes them unsigned.
func (b *bench) secret() string {
	if secrets := b.shop.Connect.Webhook.Secrets; len(secrets) > 0 {
		return secrets[0]
	}
	return ""
}

// A measuring takes the figures of one load while it runs.
type measuring struct {
	*load
	server   *child
	duration time.Duration

	began, ended   moment
	samples        []memorySample
	refusedAtStart int64
}

// A moment is how things stand at one time of a measurement.
type moment struct {
	at       time.Time
	answered int64
	server   usage
	client   time.Duration // processor time of this process
}

// run lets the load warm up, counts, takes samples, and ends the load when its time is over.
func (m *measuring) run(ctx context.Context, connections int, cast cast) (took latencies, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if m.most > 0 { // all of them count
		if err := m.begin(ctx); err != nil {
			return took, err
		}
	}
	done := make(chan struct{})
	var failed error
	go func() {
		defer close(done)
		took, failed = m.load.run(ctx, connections, cast)
	}()
	watched := m.watch(ctx, done)
	stop()
	<-done
	return took, errors.Join(failed, watched)
}

func (m *measuring) watch(ctx context.Context, done <-chan struct{}) (err error) {
	if m.most == 0 {
		pause(done, min(warmUp, m.duration/10))
		if err := m.begin(ctx); err != nil {
			return err
		}
	}
	for n := 1; n <= memorySamples; n++ {
		for !m.reached(n) && pause(done, lookAgain) {
		}
		if m.ended, err = m.sample(ctx); err != nil {
			return err
		}
	}
	return nil
}

// begin takes the first sample; from now on it counts.
func (m *measuring) begin(ctx context.Context) (err error) {
	m.refusedAtStart = m.refused.Load()
	m.counting.Store(true)
	m.began, err = m.sample(ctx)
	return err
}

// reached tells whether it is time for the nth sample. The last of a number of messages is taken when all are answered: then the load
// has ended.
func (m *measuring) reached(n int) bool {
	if m.most > 0 {
		return n < memorySamples && m.sent.Load() >= m.most*int64(n)/memorySamples
	}
	return time.Since(m.began.at) >= m.duration*time.Duration(n)/memorySamples
}

func (m *measuring) sample(ctx context.Context) (now moment, err error) {
	now = moment{at: time.Now(), answered: m.answered.Load(), client: ownProcessor()}
	now.server, err = m.server.used(ctx)
	m.samples = append(m.samples, memorySample{Messages: now.answered, Heap: now.server.heap, Resident: now.server.resident})
	return now, err
}

// pause waits; false means that the load has ended before.
func pause(done <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-done:
		return false
	}
}

// figures are what was measured between the first sample and the last.
func (m *measuring) figures(took *latencies) figures {
	n := m.ended.answered - m.began.answered
	f := figures{
		Messages: n, Refused: m.refused.Load() - m.refusedAtStart, Ready: millis(m.server.ready), Memory: m.samples,
		P50: millis(took.quantile(0.50)), P95: millis(took.quantile(0.95)), P99: millis(took.quantile(0.99)), Max: millis(took.max),
	}
	if seconds := m.ended.at.Sub(m.began.at).Seconds(); seconds > 0 && n > 0 {
		f.Seconds = seconds
		f.PerSecond = float64(n) / seconds
		f.ServerProcessor = micros(m.ended.server.processor-m.began.server.processor) / float64(n)
		f.ClientProcessor = micros(m.ended.client-m.began.client) / float64(n)
	}
	return f
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func micros(d time.Duration) float64 { return float64(d.Microseconds()) }
