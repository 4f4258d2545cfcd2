package figures_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/figures"
	"xiaoer/bot/shop"
)

// noon is a Saturday in Shanghai.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, shanghai())

func shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

const (
	playedShop = `id: played
name: 小店
timezone: Asia/Shanghai
teams:
  aftersales: {title: 售后, first_reply: 3m, next_reply: 5m}
slots:
  bad: {kind: number, ask: 请问坏了几个？}
`
	playedRules = `rules:
  - {id: return, intent: return, reply: 请在订单页面申请售后。}
  - {id: invoice, intent: invoice, handoff: {team: aftersales, reason: 开发票, task: true}, reply: 已为您登记。}
  - {id: claim, intent: quality, collect: [bad], offer: {refund: slots.bad * 1.5, cap: {amount: 10}, above: aftersales}, reply: '已为您登记赔付 ${offer.amount} 元。'}
  - {id: late, intent: delay, promise: {what: 送达, within: 48h}, reply: 我们会跟进在 48 小时内送达。}
  - {id: bye, intent: thanks, reply: 不客气。, close: true}
otherwise: {clarify: 0, handoff: {team: aftersales, reason: 没听懂}}
`
)

// loader reads shops; it is unpacked once for all tests.
var loader = sync.OnceValues(func() (*shop.Loader, error) { return shop.NewLoader(shop.Options{}) })

// loaded is a shop that has passed its check.
func loaded(tb testing.TB, files map[string]string) *shop.Shop {
	tb.Helper()
	l, err := loader()
	require.NoError(tb, err)
	tree := fstest.MapFS{}
	for name, text := range files {
		tree["s/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	r := l.LoadFS(tree, "s")
	require.False(tb, r.HasErrors(), "%v", r.Problems)
	return r.Shop
}

// A player holds one conversation with a shop and takes down what each turn came to.
type player struct {
	tb    testing.TB
	shop  *shop.Shop
	c     bot.Conversation
	rec   bot.Record
	now   time.Time
	n     int
	turns []figures.Turn
}

func newPlayer(tb testing.TB) *player {
	tb.Helper()
	s := loaded(tb, map[string]string{"shop.yaml": playedShop, "rules.yaml": playedRules})
	return &player{tb: tb, shop: s, c: bot.NewConversation("played", "c"), now: noon}
}

// with is another conversation with the same shop.
func (p *player) with(conversation string) *player {
	return &player{tb: p.tb, shop: p.shop, c: bot.NewConversation("played", conversation), now: p.now}
}

func (p *player) says(text string) figures.Outcome {
	r := p.shop.Classifier.Read(text)
	m := &bot.Message{ID: fmt.Sprint("m-", p.n), Conversation: p.c.ID, Buyer: bot.Buyer{ID: "b"}, Kind: bot.KindText, Text: text}
	return p.happens(bot.Event{Kind: bot.EventMessage, Message: m, Reading: &r})
}

func (p *player) happens(e bot.Event) figures.Outcome {
	p.n++
	e.ID, e.At, e.Record = fmt.Sprintf("%s-%06d", p.c.ID, p.n), p.now, p.rec
	before := p.c
	turn := bot.Run(p.shop.Book, before, e, nil)
	p.c, p.rec = turn.Conversation, p.rec.Apply(turn.Actions)
	o := figures.Of(&before, &turn)
	rule := ""
	if len(turn.Trace.Answered) > 0 {
		rule = turn.Trace.Answered[0]
	}
	p.turns = append(p.turns, figures.Turn{ID: e.ID, At: e.At, Event: &turn.Events[0], Rule: rule, Outcome: &o})
	return o
}

func (p *player) waits(d time.Duration) { p.now = p.now.Add(d) }

// sum is the days of turns, each in the day of its time.
func sum(turns []figures.Turn, zone *time.Location) []figures.Day {
	days := map[string]*figures.Day{}
	for _, t := range turns {
		date := t.At.In(zone).Format(time.DateOnly)
		if days[date] == nil {
			d := figures.NewDay(date, zone)
			days[date] = &d
		}
		days[date].Add(t, zone)
	}
	var out []figures.Day
	for _, d := range days {
		out = append(out, *d)
	}
	return out
}
