package bot_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// noon is a Saturday at noon in the shop's timezone.
func noon() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, zone()) }

func zone() *time.Location { return time.FixedZone("Shanghai", 8*60*60) }

const baseScripts = `
greeting: 欢迎光临${shop.name}
greeting_again: 我在的
apology: 抱歉。
closing: 再见。
handoff: 已转${handoff.team}，前面${handoff.ahead}位，${handoff.wait}内回复
task: 已登记
off_hours: 客服${shop.opens}上班
holding: 请再等等
clarify: 请问是哪件事
withdrawn: 好的不办了
settled: 好的已取消排队
ack_media: 请打字
ask_order: 请给订单编号
choose_order: 请选订单
compliance: 请稍候
stage_investigating: 正在核实
stage_closed: 处理完了
promise_broken: 没有按时
`

const baseSlots = `
order_no: {ask: 订单编号是多少, retry: 没有这个编号, kind: order_no}
photos: {ask: 请拍两张, min: 2, kind: image}
reason: {ask: 什么原因, choices: [不喜欢, 质量问题, 发错货], kind: choice}
bad: {ask: 坏了几个, retry: 请告诉我坏了几个, kind: number}
address: {ask: 新地址是什么, kind: address}
phone: {ask: 电话是多少, kind: phone}
symptom: {ask: 有什么症状, kind: text}
paid: {ask: 付了多少, kind: amount}
day: {ask: 哪天, kind: date}
once: {ask: 只问一次, attempts: 1, kind: number}
`

// nextFile stands between the documents of a shop with more rules than one document may hold.
const nextFile = "# next file\n"

// shop makes a book out of rules written in YAML; change may alter it before use.
func shop(tb testing.TB, rulesYAML string, change ...func(*bot.Book)) *bot.Book {
	tb.Helper()
	var p doc.Problems
	b := &bot.Book{
		Shop: bot.Shop{ID: "xiaoguo", Name: "小果", Locale: "zh-CN", Location: zone()},
		Teams: []bot.Team{
			{Name: "presales", Title: "售前", FirstReply: 4 * time.Minute, EscalateTo: "lead"},
			{Name: "aftersales", Title: "售后", FirstReply: 4 * time.Minute, NextReply: 6 * time.Minute, EscalateTo: "lead"},
			{Name: "lead", Title: "主管", FirstReply: 10 * time.Minute},
		},
		Policy:   map[string]rules.Value{"return_days": rules.IntValue(7), "ship_within": rules.DurationValue(48 * time.Hour)},
		Titles:   map[string]string{"return": "退货", "invoice": "发票", "delay": "催促物流", "wrong_order.address": "改地址"},
		Scripts:  map[string][]*rules.Template{},
		Plain:    map[string]string{"handoff": "已转人工", "off_hours": "上班后回复"},
		Products: map[string]bot.CatalogueProduct{"apple": {ID: "apple", Tags: []string{"fresh"}, Columns: map[string]rules.Value{"units": rules.IntValue(10), "title": rules.TextValue("红富士")}}},
	}
	slots := doc.Parse("slots.yaml", []byte(baseSlots), &p)
	for _, pair := range slots.Root.Pairs {
		s := bot.Slot{Name: pair.Key.Text, Kind: pair.Value.Get("kind").Text}
		if min := pair.Value.Get("min"); min != nil {
			s.Min = 2
		}
		if pair.Value.Get("attempts") != nil {
			s.Attempts = 1
		}
		if list := pair.Value.Get("choices"); list != nil {
			for _, item := range list.Items {
				s.Choices = append(s.Choices, item.Text)
			}
		}
		b.Slots = append(b.Slots, s)
	}
	v := bot.Vocabulary(bot.VocabularyOptions{
		Intents: taxonomy(), Slots: b.Slots, Teams: []string{"presales", "aftersales", "lead"}, Location: zone(),
		Policy: []rules.Fact{
			{Name: "return_days", Type: rules.Type{Kind: rules.Int}},
			{Name: "ship_within", Type: rules.Type{Kind: rules.Duration}},
			{Name: "contact", Type: rules.Type{Kind: rules.Text}},
		},
	})
	for i, pair := range slots.Root.Pairs {
		b.Slots[i].Ask = rules.CompileTemplate(pair.Value.Get("ask"), v, &p)
		if retry := pair.Value.Get("retry"); retry != nil {
			b.Slots[i].Retry = rules.CompileTemplate(retry, v, &p)
		}
	}
	scripts := doc.Parse("scripts.yaml", []byte(baseScripts), &p)
	for _, pair := range scripts.Root.Pairs {
		b.Scripts[pair.Key.Text] = []*rules.Template{rules.CompileTemplate(pair.Value, v, &p)}
	}
	var sources []rules.Source
	for text := range strings.SplitSeq(rulesYAML, nextFile) {
		sources = append(sources, rules.Source{File: doc.Parse("rules.yaml", []byte(text), &p)})
	}
	b.Rules = rules.Compile(sources, v, rules.Options{}, &p)
	for _, d := range p.All() {
		require.NotEqual(tb, doc.Error, d.Severity, "%s: %s", d.Range, d.Message)
	}
	require.NotNil(tb, b.Rules)
	for _, f := range change {
		f(b)
	}
	return b
}

// taxonomy is worked out once: making the classifier takes a while.
var taxonomy = sync.OnceValue(func() []rules.Intent {
	var out []rules.Intent
	for _, i := range classifier().Taxonomy() {
		next := rules.Intent{Name: i.Name}
		for _, topic := range i.Topics {
			next.Topics = append(next.Topics, topic.Name)
		}
		out = append(out, next)
	}
	return out
})

var classifier = sync.OnceValue(func() *intents.Classifier {
	c, err := intents.Built()
	if err != nil {
		panic(err)
	}
	return c
})

// script replaces a script's variants.
func script(name string, texts ...string) func(*bot.Book) {
	return func(b *bot.Book) {
		list := make([]*rules.Template, len(texts))
		v := bot.Vocabulary(bot.VocabularyOptions{})
		var p doc.Problems
		for i, s := range texts {
			list[i] = rules.CompileTemplate(&doc.Node{Kind: doc.Scalar, Text: s, Tag: "!!str"}, v, &p)
		}
		b.Scripts[name] = list
	}
}

func forbids(pattern string) func(*bot.Book) {
	return func(b *bot.Book) {
		b.Compliance = append(b.Compliance, bot.Pattern{Name: "test", Match: regexp.MustCompile(pattern)})
	}
}

// A talk runs events through Run, with a clock that the test moves and a source of orders.
type talk struct {
	t      testing.TB
	book   *bot.Book
	now    time.Time
	c      bot.Conversation
	record bot.Record
	desk   bot.Desk
	orders []bot.Order
	down   bool
	yours  map[string]bool // numbers of other buyers
	looked []bot.Lookup
	n      int
	last   bot.Turn
}

func begin(tb testing.TB, b *bot.Book) *talk {
	tb.Helper()
	return &talk{t: tb, book: b, now: noon(), c: bot.NewConversation("xiaoguo", "c-1"), yours: map[string]bool{}, desk: bot.Desk{Next: 7}}
}

func (k *talk) look(l bot.Lookup) bot.LookupResult {
	k.looked = append(k.looked, l)
	switch {
	case k.down:
		return bot.LookupResult{State: bot.Down}
	case l.No == "":
		return bot.LookupResult{State: bot.Found, Orders: k.orders}
	case k.yours[l.No]:
		return bot.LookupResult{State: bot.NotYours}
	}
	for _, o := range k.orders {
		if o.No == l.No {
			return bot.LookupResult{State: bot.Found, Orders: []bot.Order{o}}
		}
	}
	return bot.LookupResult{State: bot.NotFound}
}

func (k *talk) step(e bot.Event) bot.Turn {
	k.t.Helper()
	k.n++
	e.ID, e.At, e.Record, e.Desk, e.Explain = fmt.Sprintf("e%d", k.n), k.now, k.record, k.desk, true
	before, err := json.Marshal([]any{k.c, e})
	require.NoError(k.t, err)
	turn := bot.Run(k.book, k.c, e, k.look)
	after, err := json.Marshal([]any{k.c, e})
	require.NoError(k.t, err)
	require.JSONEq(k.t, string(before), string(after), "the inputs were changed")
	k.record = k.record.Apply(turn.Actions)
	k.c = throughJSON(k.t, turn.Conversation)
	k.last = turn
	return turn
}

func throughJSON(tb testing.TB, c bot.Conversation) bot.Conversation {
	tb.Helper()
	body, err := json.Marshal(c)
	require.NoError(tb, err)
	var out bot.Conversation
	require.NoError(tb, json.Unmarshal(body, &out))
	again, err := json.Marshal(out)
	require.NoError(tb, err)
	require.Equal(tb, string(body), string(again))
	return out
}

// says sends a buyer's text with a reading made by hand.
func (k *talk) says(text string, r intents.Reading) bot.Turn {
	k.t.Helper()
	return k.sends(bot.Message{Kind: bot.KindText, Text: text}, r)
}

func (k *talk) sends(m bot.Message, r intents.Reading) bot.Turn {
	k.t.Helper()
	m.ID, m.Conversation, m.Buyer.ID = fmt.Sprintf("m%d", k.n), "c-1", "b-1"
	if r.Mood == "" {
		r.Mood = intents.Calm
	}
	if r.Risk == "" {
		r.Risk = intents.NoRisk
	}
	return k.step(bot.Event{Kind: bot.EventMessage, Message: &m, Reading: &r})
}

func (k *talk) event(kind bot.EventKind) bot.Turn {
	k.t.Helper()
	return k.step(bot.Event{Kind: kind})
}

func (k *talk) after(d time.Duration) { k.now = k.now.Add(d) }

// fires moves the clock to the next timer and lets it fall due.
func (k *talk) fires() bot.Turn {
	k.t.Helper()
	at, ok := k.c.Due()
	require.True(k.t, ok, "no timer is set")
	if at.After(k.now) {
		k.now = at
	}
	return k.event(bot.EventTimer)
}

// is reads names such as "return" or "wrong_order.address" as accepted intents; each is mentioned where the next begins.
func is(names ...string) intents.Reading {
	r := intents.Reading{Mood: intents.Calm, Risk: intents.NoRisk}
	for i, name := range names {
		intent, topic, _ := strings.Cut(name, ".")
		r.Intents = append(r.Intents, intents.Prediction{Intent: intent, Topic: topic, Score: 0.9, Start: i * 5})
	}
	return r
}

func with(r intents.Reading, change func(*intents.Reading)) intents.Reading {
	change(&r)
	return r
}

func none() intents.Reading { return is() }

func texts(t bot.Turn) []string {
	out := []string{}
	for _, r := range t.Response("").Replies {
		out = append(out, r.Text+r.Image)
	}
	return out
}

func rulesOf(t bot.Turn) []string { return t.Response("").Rules }

func asked(t bot.Turn) string {
	if ask := t.Response("").Ask; ask != nil {
		return *ask
	}
	return ""
}

func handoff(t bot.Turn) *bot.Handoff {
	for _, a := range t.Actions {
		if a.Kind == bot.ActHandoff {
			return a.Handoff
		}
	}
	return nil
}

func actions(t bot.Turn, kind bot.ActionKind) []bot.Action {
	var out []bot.Action
	for _, a := range t.Actions {
		if a.Kind == kind {
			out = append(out, a)
		}
	}
	return out
}

func order(no, stage string) bot.Order { return bot.Order{No: no, Stage: stage, Amount: "39.90"} }

func sorted(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return out
}
