package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"xiaoer/bot/shop"
	"xiaoer/fixtures"
)

// The demo shop that is called where no other is named, and the variable that its secret is in.
const (
	benchShop     = "fruit"
	benchVariable = "XIAOER_BENCH_SECRET"
	benchSecret   = "whsec_YmVuY2gtYmVuY2gtYmVuY2gtYmVuY2g=" //nolint:gosec // it opens a shop that lives as long as the command
	benchConnect  = "webhook: {secret: \"env:" + benchVariable + "\", rate: 0}\norders: {file: orders.yaml}\n"
)

// writeBenchShop writes the demo shop with its base and without a bound on its calls.
func writeBenchShop(dir string) error {
	for _, from := range []string{"base", path.Join("shops", benchShop)} {
		sub, err := fs.Sub(fixtures.Files, from)
		if err != nil {
			return err
		}
		if err := os.CopyFS(filepath.Join(dir, filepath.FromSlash(from)), sub); err != nil {
			return err
		}
	}
	connect := filepath.Join(dir, "shops", benchShop, "connect.yaml")
	if err := os.Remove(connect); err != nil {
		return err
	}
	return os.WriteFile(connect, []byte(benchConnect), 0o600)
}

// called reads which shop is called.
func (b *bench) called() (*shop.Shop, error) {
	loader, err := shop.NewLoader(shop.Options{Secrets: func(kind, name string) (string, error) {
		if kind == "env" && name == benchVariable {
			return benchSecret, nil
		}
		return b.app.secret(kind, name)
	}})
	if err != nil {
		return nil, err
	}
	whole, err := wholePath(b.shops)
	if err != nil {
		return nil, err
	}
	all, err := loader.LoadAll(whole)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.Shop != nil && (len(r.Shop.Connect.Webhook.Secrets) > 0 || r.Shop.Connect.Webhook.Unsigned) {
			return r.Shop, nil
		}
	}
	return nil, fmt.Errorf("no shop in %s can be called; `xiaoer check` says what is wrong", b.shops)
}

func (b *bench) bareArgs() []string { return []string{"bench", "--bare"} }

func (b *bench) serveArgs() []string {
	return []string{"serve", "--shops", b.shops, "--addr", "127.0.0.1:0", "--store", b.Store, "--log-format", "json"}
}

// A child is a server in a process of its own, so that what it uses is not mixed up with what its callers use.
type child struct {
	command *exec.Cmd
	addr    string
	ready   time.Duration // from its start to its first good answer
	logged  *tail
}

// startChild starts this program again with other words and waits until it serves.
func startChild(ctx context.Context, args []string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{logged: &tail{}, command: exec.CommandContext(ctx, self)} //nolint:gosec // it is this program
	c.command.Args = append([]string{"xiaoer"}, args...)
	c.command.Env = append(os.Environ(), benchVariable+"="+benchSecret)
	c.command.Cancel = func() error { return c.command.Process.Signal(syscall.SIGTERM) }
	c.command.WaitDelay = stopPatience
	errs, err := c.command.StderrPipe()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := c.command.Start(); err != nil {
		return nil, err
	}
	if c.addr, err = readAddr(io.TeeReader(errs, c.logged)); err != nil {
		return nil, errors.Join(fmt.Errorf("start: %w: %s", err, c.logged), c.stop())
	}
	c.ready = time.Since(began)
	go func() { _, _ = io.Copy(c.logged, errs) }() // it ends with the child
	return c, nil
}

// stopPatience is how long a child may take to end.
const stopPatience = 30 * time.Second

// readAddr waits for the line that says where the child listens.
func readAddr(log io.Reader) (string, error) {
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		var line struct{ Msg, Addr string }
		if err := json.Unmarshal(lines.Bytes(), &line); err == nil && line.Msg == "serving" {
			return line.Addr, nil
		}
	}
	return "", errors.Join(errors.New("it ended before it served"), lines.Err())
}

// stop ends the child as an operator would.
func (c *child) stop() error {
	_ = c.command.Process.Signal(syscall.SIGTERM) // it may have ended
	timer := time.AfterFunc(stopPatience, func() { _ = c.command.Process.Kill() })
	defer timer.Stop()
	if err := c.command.Wait(); err != nil {
		return fmt.Errorf("the server ended with %w: %s", err, c.logged)
	}
	return nil
}

// A tail keeps the last of what a child said, for when something goes wrong.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// mostTail is more than a few lines of a log.
const mostTail = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - mostTail; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}

// A usage is what a child has used so far, as it says itself.
type usage struct {
	heap, resident int64 // bytes
	processor      time.Duration
}

// used asks the child for its figures.
func (c *child) used(ctx context.Context) (u usage, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.addr+"/metrics", http.NoBody)
	if err != nil {
		return u, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return u, err
	}
	defer func() { _ = res.Body.Close() }()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		name, text, _ := strings.Cut(lines.Text(), " ")
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			continue
		}
		switch name {
		case "go_memstats_heap_inuse_bytes":
			u.heap = int64(value)
		case "process_resident_memory_bytes":
			u.resident = int64(value)
		case "process_cpu_seconds_total":
			u.processor = time.Duration(value * float64(time.Second))
		}
	}
	return u, nil
}
