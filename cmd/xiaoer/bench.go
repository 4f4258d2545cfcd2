package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"xiaoer/bot/shop"
	"xiaoer/bot/store/postgres"
	"xiaoer/bot/web"
)

type benchCmd struct {
	Duration      time.Duration `help:"How long each server is measured." default:"10s"`
	Connections   int           `help:"Connections that are kept open; each sends its next message when the last was answered." default:"64"`
	Messages      int           `help:"Measure the server for so many messages, whatever time they take; 0 goes by --duration." placeholder:"N"`
	Conversations int           `help:"Then measure it with 1,000 stored conversations, ten times as many, and so on up to N." placeholder:"N"`
	Store         string        `help:"Where state is kept: sqlite:FILE, postgres://… (a database that may be filled) or memory:. Without it, a new SQLite file that is removed again." placeholder:"STORE"`
	Shops         string        `help:"A shop's folder, or a folder of them, of which the first is called. Without it, a demo shop." placeholder:"DIR"`
	JSON          bool          `name:"json" help:"Write one JSON object."`
	Bare          bool          `hidden:"" help:"Be the server that the real one is compared with."`
}

// Help teaches the command.
func (benchCmd) Help() string {
	return `Measures how many messages a second this machine answers, and how quickly:

  xiaoer bench
  xiaoer bench --messages 1000000               does memory stay flat?
  xiaoer bench --conversations 1000000          does a message cost the same in a full store?
  xiaoer bench --store memory:                  what does keeping everything cost?
  xiaoer bench --store postgres://localhost/try and what does a database?

First a bare handler that only decodes a message and answers, then "xiaoer serve" with its state on the disk, each in a process
of its own, are called in the same way by this process: connections that are kept open, signed messages of many
conversations that come and go, the next one when the last was answered. All three share this machine's processors, so what
the client takes is shown too. An answer counts when it has come back, and that is after its commit was synced.

"ratio" is the server's messages a second by those of the bare handler. A target that is missed is printed and no failure.`
}

// What the figures are held against. The first two are for 64 connections and a store on the disk.
const (
	targetRatio = 0.35
	targetP99   = 20 * time.Millisecond

	targetPostgres = 50 * time.Millisecond // where a database takes its part of the same processors
)

func (c *benchCmd) targetP99() time.Duration {
	if isPostgres(c.Store) {
		return targetPostgres
	}
	return targetP99
}

// Run measures one server after the other.
func (c *benchCmd) Run(a *app) (err error) {
	switch {
	case c.Bare:
		return serveBare(a)
	case c.Connections < 1 || c.Connections > mostConnections:
		return usageError(fmt.Sprintf("--connections must be 1 to %d", mostConnections))
	case c.Duration <= 0 || c.Messages < 0 || c.Conversations < 0:
		return usageError("--duration must be above 0, --messages and --conversations 0 or more")
	}
	dir, err := os.MkdirTemp("", "xiaoer-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b, err := c.prepare(a, dir)
	if err != nil {
		return err
	}
	report, err := b.measure()
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(a.out, report)
	}
	return report.write(a.out)
}

// mostConnections keeps a slip of the finger from using up the machine's ports.
const mostConnections = 10_000

// A bench is one run of the command.
type bench struct {
	*benchCmd
	*app
	shops  string     // the folder that is served
	shop   *shop.Shop // the one that is called
	run    string     // is in every id, so that a store may be used again
	script *script
}

func (c *benchCmd) prepare(a *app, dir string) (*bench, error) {
	b := &bench{benchCmd: c, app: a, shops: c.Shops, run: fmt.Sprintf("%x", a.now().UnixMilli()), script: newScript(a.now())}
	if c.Store == "" {
		c.Store = "sqlite:" + filepath.Join(dir, "bench.db")
	}
	if _, err := storeFile(c.Store); err != nil {
		return nil, err
	}
	if c.Conversations > 0 && c.Store == "memory:" {
		return nil, usageError("--conversations needs a store on the disk")
	}
	var err error
	if c.Shops == "" {
		b.shops = filepath.Join(dir, "shops", benchShop)
		err = writeBenchShop(dir)
	}
	if err != nil {
		return nil, err
	}
	b.shop, err = b.called()
	return b, err
}

// storeFile is the file of a store's name, "" for a store that has none.
func storeFile(name string) (path string, err error) {
	kind, rest, _ := strings.Cut(name, ":")
	switch {
	case name == "memory:" || isPostgres(name):
		return "", nil
	case kind == "sqlite" && rest != "":
		return rest, nil
	}
	return "", noStore("--store", name)
}

// measure runs everything in turn.
func (b *bench) measure() (*benchReport, error) {
	r := &benchReport{
		Version: version(), Processors: runtime.GOMAXPROCS(0), Connections: b.Connections, Store: storeName(b.Store), Shop: b.shop.ID,
		TargetRatio: targetRatio, TargetP99: millis(b.targetP99()),
	}
	var err error
	b.say("measuring a bare handler")
	if r.Bare, err = b.measureOne(b.bareArgs(), b.script.newcomers(b.run+"b"), 0); err != nil {
		return nil, fmt.Errorf("measure the bare handler: %w", err)
	}
	b.say("measuring the server")
	if r.Serve, err = b.measureOne(b.serveArgs(), b.script.newcomers(b.run+"s"), b.Messages); err != nil {
		return nil, fmt.Errorf("measure the server: %w", err)
	}
	if r.Bare.PerSecond > 0 {
		r.Ratio = r.Serve.PerSecond / r.Bare.PerSecond
	}
	if b.Conversations > 0 {
		r.Stored, err = b.measureStored()
	}
	return r, err
}

// say tells a person who waits what is being done.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.err, format+" …\n", args...)
}

// measureStored fills the store step by step and measures the server on each step, with messages of any of its conversations.
func (b *bench) measureStored() (out []storedFigures, err error) {
	for _, n := range steps(b.Conversations) {
		from := 0
		if len(out) > 0 {
			from = out[len(out)-1].Conversations
		}
		b.say("storing conversations %d to %d", from+1, n)
		if err := b.fill(from, n); err != nil {
			return out, fmt.Errorf("fill the store: %w", err)
		}
		b.say("measuring the server with %d stored conversations", n)
		f, err := b.measureOne(b.serveArgs(), b.script.regulars(b.run+"t"+strconv.Itoa(n), b.storedID, n), 0)
		if err != nil {
			return out, fmt.Errorf("measure the server with %d conversations: %w", n, err)
		}
		out = append(out, storedFigures{Conversations: n, FileBytes: b.fileBytes(), figures: f})
	}
	return out, nil
}

// steps are 1,000 and ten times as many up to n, and n.
func steps(n int) (out []int) {
	for step := 1000; step < n; step *= 10 {
		out = append(out, step)
	}
	return append(out, n)
}

// fileBytes is the size of the store's file with its log, or of the database; 0 where there is none.
func (b *bench) fileBytes() (n int64) {
	if isPostgres(b.Store) {
		n, err := postgres.Size(b.ctx, b.Store)
		if err != nil {
			b.say("the size of the database is not known: %v", err)
		}
		return n
	}
	path, err := storeFile(b.Store)
	if path == "" || err != nil {
		return 0
	}
	for _, name := range []string{path, path + "-wal"} {
		if info, err := os.Stat(name); err == nil {
			n += info.Size()
		}
	}
	return n
}

// serveBare is the child that the server is compared with. It says where it listens in the words of "serve".
func serveBare(a *app) error {
	var listen net.ListenConfig
	ln, err := listen.Listen(a.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	a.logger("json").Info("serving", "addr", ln.Addr().String())
	server := web.BareServer()
	defer func() { _ = server.Close() }()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(ln) }()
	select {
	case err := <-failed:
		return err
	case <-a.ctx.Done():
		return nil
	}
}
