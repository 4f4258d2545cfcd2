package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"xiaoer/bot"
	"xiaoer/bot/orders"
	"xiaoer/bot/shop"
	"xiaoer/fixtures"
	"xiaoer/rules/doc"
)

type demoCmd struct {
	Addr string `help:"Where to listen; the next free port is taken when this one is in use." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
}

// Help teaches the command.
func (demoCmd) Help() string {
	return `Opens a page with a buyer and an agent side by side: you write as a buyer of a demo shop and work as its agent, who is signed in
already. On another page you send orders as cards, send photos and move the clock; beside each answer stands the rule that gave
it and why the others did not fit. Nothing is installed, nothing is kept. Whoever reaches the address may play.

  xiaoer demo
  xiaoer demo --addr 127.0.0.1:9000`
}

// sampleTime is when the sample orders of the demo shops were written; they are moved to the day of the demo.
const sampleTime = "2026-11-21T10:00:00+08:00"

// Run opens the demo.
func (c *demoCmd) Run(a *app) (err error) {
	all, err := loadDemo(a)
	if err != nil {
		return err
	}
	addr, err := freeAddress(a.ctx, c.Addr)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "xiaoer-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s := &service{app: a, log: a.logger("text"), store: "sqlite:" + filepath.Join(dir, "demo.db"), shops: all.shops(a.now)}
	s.demo = all.page(s)
	return s.run(addr, func(at net.Addr) { all.welcome(a, at) })
}

// A demo is the shops that ship with the binary, with their sample orders as of now and secrets of this run.
type demo struct {
	list    []*shop.Shop
	orders  map[string][]bot.Order
	secrets map[string]string
}

// demoShops are the folders of fixtures in the order in which the page lists them: the first shows most.
func demoShops() []string { return []string{"fruit", "clothes", "digital", "teahouse"} }

func loadDemo(a *app) (*demo, error) {
	d := &demo{orders: map[string][]bot.Order{}, secrets: map[string]string{}}
	loader, err := shop.NewLoader(shop.Options{Secrets: d.secret})
	if err != nil {
		return nil, err
	}
	for _, name := range demoShops() {
		dir := path.Join("shops", name)
		r := loader.LoadFS(fixtures.Files, dir)
		if r.Shop == nil {
			a.writeProblems(a.err, "", r.Problems, r.Sources)
			return nil, fmt.Errorf("the demo shop %s cannot be loaded", name)
		}
		play := *r.Shop
		play.Connect.Chat = d.chat()
		d.list = append(d.list, &play)
		if d.orders[r.Shop.ID], err = sampleOrders(dir, r.Shop, a.now()); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// secret makes up a secret for each name that a demo shop refers to.
func (d *demo) secret(_, name string) (string, error) {
	if _, ok := d.secrets[name]; !ok {
		var raw [24]byte
		_, _ = rand.Read(raw[:]) // it never fails
		d.secrets[name] = "whsec_" + base64.StdEncoding.EncodeToString(raw[:])
	}
	return d.secrets[name], nil
}

// sampleOrders reads a demo shop's orders and moves their times to the present.
func sampleOrders(dir string, s *shop.Shop, now time.Time) ([]bot.Order, error) {
	name := path.Join(dir, s.Connect.Orders.File)
	data, err := fs.ReadFile(fixtures.Files, name)
	if err != nil {
		return nil, err
	}
	var p doc.Problems
	list := orders.Parse(name, data, s.Book.Shop.Location, &p)
	if p.HasErrors() {
		return nil, fmt.Errorf("the sample orders %s cannot be read", name)
	}
	written, err := time.Parse(time.RFC3339, sampleTime)
	if err != nil {
		return nil, err
	}
	shift := now.Sub(written).Truncate(time.Minute)
	for i := range list {
		moveOrder(&list[i], shift)
	}
	return list, nil
}

// moveOrder moves every time of an order.
func moveOrder(o *bot.Order, shift time.Duration) {
	times := []**time.Time{&o.PaidAt, &o.ShippedAt, &o.DeliveredAt, &o.PromisedAt}
	if o.Logistics != nil {
		moved := *o.Logistics
		o.Logistics = &moved
		times = append(times, &o.Logistics.UpdatedAt)
	}
	for _, t := range times {
		if *t != nil {
			moved := (*t).Add(shift)
			*t = &moved
		}
	}
}

func (d *demo) shops(now func() time.Time) *shops {
	return &shops{
		find: func(id string) (*shop.Shop, error) {
			for _, s := range d.list {
				if s.ID == id {
					return s, nil
				}
			}
			return nil, shop.ErrUnknown
		},
		names: func() (names []string) {
			for _, s := range d.list {
				names = append(names, s.ID)
			}
			return names
		},
		source: func(s *shop.Shop) (orders.Source, error) {
			m := &orders.Memory{Now: now}
			for _, o := range d.orders[s.ID] {
				m.Put(o)
			}
			return m.Lookup, nil
		},
	}
}

// freeAddress is the address that was asked for, or the next one whose port is free.
func freeAddress(ctx context.Context, addr string) (string, error) {
	if err := judgeAddress(addr); err != nil {
		return "", err
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", err
	}
	var listen net.ListenConfig
	number, err := net.DefaultResolver.LookupPort(ctx, "tcp", port)
	if err != nil {
		return "", usageError(fmt.Sprintf("%q is no port", port))
	}
	for next := number; next < min(number+portsTried, 1<<16); next++ {
		candidate := net.JoinHostPort(host, strconv.Itoa(next))
		if ln, err := listen.Listen(ctx, "tcp", candidate); err == nil {
			return candidate, ln.Close()
		}
		if number == 0 {
			break
		}
	}
	return "", errors.New("no free port; name one with --addr HOST:PORT")
}

// portsTried is how many ports are tried from the one that was asked for.
const portsTried = 20

// welcome prints where the page is, a signed call to try, and what to look at next.
func (d *demo) welcome(a *app, at net.Addr) {
	url := "http://" + at.String()
	fmt.Fprintf(a.out, `
  小二 Xiaoer is open at  %s/

  买家和客服一起试 / buyer and agent side by side:  %s/desk/demo
  为什么这样答 / why each line was said:            %s/
  Ctrl+C closes it; nothing is kept.

  The same by webhook (this signature is good for five minutes):

%s

  Next:
    xiaoer init myshop        write a shop of your own
    xiaoer test myshop        run its conversation tests
    xiaoer chat myshop        talk to it in the terminal
    %s/openapi.json   every endpoint

`, url, url, url, d.curl(a.now(), url), url)
}

// curl is a signed webhook call for the first demo shop.
func (d *demo) curl(now time.Time, url string) string {
	s := d.list[0]
	body := fmt.Sprintf(`{"id":"m-%d","conversation":"c-1","buyer":{"id":"b-1","name":"小李"},"kind":"text","text":"我想退货",`+
		`"order":{"no":"%s-123456789012345","stage":"delivered","amount":"399.00","delivered_days":3}}`, now.Unix(), now.Format("060102"))
	signature := "?"
	if hook, err := standardwebhooks.NewWebhook(s.Connect.Webhook.Secrets[0]); err == nil {
		if made, err := hook.Sign("demo-1", now, []byte(body)); err == nil {
			signature = made
		}
	}
	return fmt.Sprintf(`    curl -s %s/v1/shops/%s/messages \
      -H 'content-type: application/json' \
      -H 'webhook-id: demo-1' -H 'webhook-timestamp: %d' \
      -H 'webhook-signature: %s' \
      -d '%s'`, url, s.ID, now.Unix(), signature, body)
}
