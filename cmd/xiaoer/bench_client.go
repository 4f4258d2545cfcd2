package main

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/bits"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A load is a closed loop of connections: what all of them share.
type load struct {
	addr, shop, secret string
	now                func() time.Time
	most               int64 // messages in all; 0 for no bound

	sent     atomic.Int64
	answered atomic.Int64
	refused  atomic.Int64
	counting atomic.Bool // latencies are taken down
}

// run keeps so many connections busy until ctx ends or all messages are sent.
func (l *load) run(ctx context.Context, connections int, cast cast) (latencies, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	took := make([]latencies, connections)
	errs := make([]error, connections)
	var all sync.WaitGroup
	for i := range connections {
		all.Go(func() {
			if errs[i] = l.keepSending(ctx, cast(i), &took[i]); errs[i] != nil {
				stop()
			}
		})
	}
	all.Wait()
	var sum latencies
	for i := range took {
		sum.add(&took[i])
	}
	return sum, errors.Join(errs...)
}

// keepSending is the loop of one connection.
func (l *load) keepSending(ctx context.Context, next speaker, took *latencies) error {
	c, err := dial(ctx, l.addr, l.shop, l.secret)
	if err != nil {
		return err
	}
	defer func() { _ = c.conn.Close() }()
	for ctx.Err() == nil && (l.most == 0 || l.sent.Add(1) <= l.most) {
		began := time.Now()
		status, err := c.post(next(), l.now())
		if err != nil {
			return err
		}
		switch status {
		case http.StatusOK:
			l.answered.Add(1)
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			l.refused.Add(1)
		}
		if l.counting.Load() {
			took.take(time.Since(began))
		}
	}
	return nil
}

// A caller is one connection that is kept. It is leaner than net/http's client, whose cost would stand in both figures.
type caller struct {
	conn net.Conn
	in   *bufio.Reader
	head []byte // of each request, up to its length
	mac  hash.Hash
	out  []byte
}

func dial(ctx context.Context, addr, shop, secret string) (*caller, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	c := &caller{conn: conn, in: bufio.NewReader(conn)}
	c.head = fmt.Appendf(nil, "POST /v1/shops/%s/messages HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n", shop, addr)
	if secret != "" {
		text := strings.TrimPrefix(strings.TrimSpace(secret), "whsec_")
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			key = []byte(text)
		}
		c.mac = hmac.New(sha256.New, key)
	}
	return c, nil
}

// post sends one body and reads the answer whole. Anything but an answer or a refusal is an error.
func (c *caller) post(body []byte, now time.Time) (status int, err error) {
	c.out = append(c.out[:0], c.head...)
	if c.mac != nil {
		c.sign(body, now)
	}
	c.out = append(c.out, "Content-Length: "...)
	c.out = strconv.AppendInt(c.out, int64(len(body)), 10)
	c.out = append(append(c.out, "\r\n\r\n"...), body...)
	if _, err := c.conn.Write(c.out); err != nil {
		return 0, err
	}
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	switch res.StatusCode {
	case http.StatusOK, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		_, err = io.Copy(io.Discard, res.Body)
		return res.StatusCode, err
	}
	said, _ := io.ReadAll(io.LimitReader(res.Body, 1000))
	return 0, fmt.Errorf("the server answers %s: %s", res.Status, said)
}

// sign adds the headers of Standard Webhooks.
func (c *caller) sign(body []byte, now time.Time) {
	at := strconv.FormatInt(now.Unix(), 10)
	c.mac.Reset()
	_, _ = c.mac.Write([]byte("bench." + at + ".")) // it never fails
	_, _ = c.mac.Write(body)
	c.out = append(c.out, "webhook-id: bench\r\nwebhook-timestamp: "...)
	c.out = append(append(c.out, at...), "\r\nwebhook-signature: v1,"...)
	c.out = base64.StdEncoding.AppendEncode(c.out, c.mac.Sum(nil))
	c.out = append(c.out, "\r\n"...)
}

// latencies counts times in microseconds, to 1 part in 256: any number of them in the same room.
type latencies struct {
	counts [512 + 256*32]int64
	n      int64
	max    time.Duration
}

func (l *latencies) take(d time.Duration) {
	l.counts[slot(uint64(max(0, d.Microseconds())))]++
	l.n++
	l.max = max(l.max, d)
}

// slot is where so many microseconds are counted: one each up to 512, then ever wider ones.
func slot(us uint64) int {
	if us < 512 {
		return int(us)
	}
	wide := bits.Len64(us) - 9
	return min(256*(wide+1)+int(us>>wide)-256, 512+256*32-1)
}

// valueOf is the least time that is counted in a slot.
func valueOf(slot int) time.Duration {
	if slot < 512 {
		return time.Duration(slot) * time.Microsecond
	}
	wide := slot/256 - 1
	return time.Duration((slot%256+256)<<wide) * time.Microsecond
}

func (l *latencies) add(other *latencies) {
	for i, n := range other.counts {
		l.counts[i] += n
	}
	l.n += other.n
	l.max = max(l.max, other.max)
}

// quantile is the time within which such a share of the answers came.
func (l *latencies) quantile(share float64) time.Duration {
	rank := int64(float64(l.n) * share)
	for i, n := range l.counts {
		if rank -= n; rank < 0 {
			return valueOf(i)
		}
	}
	return l.max
}
