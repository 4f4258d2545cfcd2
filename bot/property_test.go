package bot_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"xiaoer/bot"
	"xiaoer/intents"
)

// everything is a shop that uses every word of the rule language.
const everything = `
rules:
  - {id: human.night, intent: human, when: not shop.open, reply: "夜里${handoff.deadline}", handoff: {team: aftersales}}
  - {id: danger, when: "risk in [\"health\", \"safety\"]", reply: 停用, handoff: {team: lead, priority: urgent, reason: 危险}}
  - {id: photo, when: message.kind == "image" and order.known, reply: [这是什么, 请说说照片], limit: {times: 2, per: episode}}
  - {id: which, intent: [return, quality], when: not order.known, find_order: true}
  - {id: ok, intent: return, when: order.delivered_days <= 7, reply: ["${order.no}可退", "第${order.delivered_days}天可退"]}
  - {id: late, intent: return, collect: [reason, photos], apologise: true, handoff: {team: aftersales, reason: "退${slots.reason}"}}
  - {id: claim, intent: quality, collect: [bad], offer: {refund: order.amount * slots.bad / product.units, cap: {amount: 10, per_order: 1, per_buyer_per_day: 2}, above: lead}, reply: "赔${offer.amount}元"}
  - {id: bad, intent: quality, collect: [symptom, phone], reply: "记下${slots.symptom}", tag: [bad], close: true}
  - {id: slow, intent: delay, when: not promise.broken, reply: 两天内到, promise: {what: 送达, within: 48h}, handoff: {task: true}}
  - {id: move, intent: wrong_order.address, collect: [address], handoff: {team: aftersales, task: true, reason: 改址}}
  - {id: count, intent: product, collect: [once], reply: "${slots.once}"}
  - {id: quiet, intent: coupon, silent: true}
  - {id: card, intent: invoice, reply: "${product.title}的发票", limit: {times: 1, per: hour}}
  - {id: tier, intent: invoice, reply: "${buyer.tier}会员"}
otherwise: {clarify: 1, handoff: {team: presales, reason: 没懂}}
`

// model follows a talk and says what is owed to the buyer.
type model struct {
	t      *rapid.T
	book   *bot.Book
	c      bot.Conversation
	now    time.Time
	record bot.Record
	orders []bot.Order
	n      int
}

func TestAnyEventsAtAll(t *testing.T) {
	books := []*bot.Book{shop(t, everything, weekHours), shop(t, everything), shop(t, everything, func(b *bot.Book) {
		b.Shop.Locale = "en"
		b.Slots = b.Slots[1:]
	}), shop(t, everything, lets(2, 24*time.Hour), func(b *bot.Book) {
		b.ReplyClock, b.AsksRating, b.QuestionIdle = bot.ReplyClock{Always: true, Any: true}, true, time.Minute
		b.Teams[0].NextReply = bot.NoReply
	})}
	rapid.Check(t, func(t *rapid.T) {
		m := &model{t: t, book: books[rapid.IntRange(0, len(books)-1).Draw(t, "book")], c: bot.NewConversation("s", "c"), now: noon()}
		for range rapid.IntRange(1, 25).Draw(t, "events") {
			m.now = m.now.Add(rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute, 3 * time.Minute, time.Hour, 25 * time.Hour, -time.Hour}).Draw(t, "pause"))
			m.orders = m.someOrders()
			m.step(m.someEvent())
		}
	})
}

func (m *model) step(e bot.Event) {
	before := marshal(m.t, []any{m.c, e, m.record})
	look := rapid.SampledFrom([]bot.LookupState{bot.Found, bot.NotFound, bot.Down, bot.NotYours}).Draw(m.t, "look")
	source := func(l bot.Lookup) bot.LookupResult { return bot.LookupResult{State: look, Orders: m.orders} }
	turn := bot.Run(m.book, m.c, e, source)
	require.Equal(m.t, before, marshal(m.t, []any{m.c, e, m.record}), "inputs were changed")

	var through bot.Conversation
	require.NoError(m.t, json.Unmarshal([]byte(marshal(m.t, m.c)), &through))
	var sent bot.Event
	require.NoError(m.t, json.Unmarshal([]byte(marshal(m.t, e)), &sent))
	again := bot.Run(m.book, through, sent, source)
	require.Equal(m.t, marshal(m.t, turn.Response("")), marshal(m.t, again.Response("")), "the same again, through JSON")
	require.Equal(m.t, marshal(m.t, turn.Conversation), marshal(m.t, again.Conversation))

	m.checkWords(turn)
	m.checkCases(e, turn)
	m.checkVerdicts(e, turn)
	m.checkOwed(e, turn)
	m.checkBounds(turn.Conversation)
	m.record = m.record.Apply(turn.Actions)
	m.c = turn.Conversation
}

func (m *model) checkWords(turn bot.Turn) {
	asks := 0
	for _, a := range turn.Actions {
		require.NotEqual(m.t, bot.ActLookup, a.Kind, "a turn ends without a look-up")
		if a.Kind == bot.ActReply && a.Rule != "" {
			require.NotContains(m.t, a.Reply.Text, "${")
			require.NotContains(m.t, a.Reply.Text, "unknown")
			require.NotEmpty(m.t, a.Reply.Text+a.Reply.Image)
		}
		if a.Kind == bot.ActAsk {
			asks++
		}
	}
	require.LessOrEqual(m.t, asks, 2)
	if b := m.book.Budget; b.Messages > 0 && turn.Events[0].Kind != bot.EventAgent {
		left, _ := m.c.MaySend(b, m.now)
		if turn.Events[0].Kind == bot.EventMessage {
			left = b.Messages
		}
		require.LessOrEqual(m.t, len(actions(turn, bot.ActReply)), left, "more than the channel lets through")
	}
}

// checkOwed: a buyer's message that wants an answer gets one, or a human has the conversation.
func (m *model) checkOwed(e bot.Event, turn bot.Turn) {
	c := turn.Conversation
	require.Nil(m.t, c.Pending)
	if c.Status == bot.StatusWaiting {
		require.NotNil(m.t, c.Case)
		require.NotEmpty(m.t, c.Case.Team)
	}
	if c.Status == bot.StatusBot || c.Status == bot.StatusClosed {
		require.Nil(m.t, c.Case, "nobody has an open case of a conversation that is the bot's")
	}
	if e.Kind != bot.EventMessage || c.Status != bot.StatusBot {
		return
	}
	switch e.Message.Kind {
	case bot.KindSystem, bot.KindWithdraw, bot.KindEcho, bot.KindAgent, bot.KindEmoji:
		return
	}
	if len(turn.Trace.Answered) > 0 || e.Reading.Acknowledgement {
		return
	}
	silent := strings.Join(turn.Trace.Notes, ";")
	for _, reason := range []string{"a card alone", "wants no answer", "a bare number", "one more photo", "greeted already", "kept for later"} {
		if strings.Contains(silent, reason) {
			return
		}
	}
	m.t.Fatalf("left without an answer: %s, notes %s", marshal(m.t, e.Message), silent)
}

// checkCases: what a case says of itself agrees with who has the conversation, and whoever was chosen was there.
func (m *model) checkCases(e bot.Event, turn bot.Turn) {
	c := turn.Conversation
	if c.Status == bot.StatusWaiting && e.Kind == bot.EventMove {
		require.Empty(m.t, c.Case.Agent, "a case that waits is nobody's")
	}
	for _, a := range actions(turn, bot.ActHandoff) {
		if name := a.Handoff.Assigned; name != "" {
			require.True(m.t, slices.ContainsFunc(e.Desk.Online, func(s bot.Seat) bool { return s.Agent == name }), "%s is not there", name)
		}
	}
	if at, set := c.Due(); set && e.Kind == bot.EventTimer {
		require.True(m.t, at.After(e.At), "a timer that has fired is due again at once")
	}
	if c.Case != nil {
		require.Equal(m.t, c.Case.Waiting.IsZero(), c.Clock.Waiting.IsZero(), "the case and the clock disagree whether a reply is owed")
		require.LessOrEqual(m.t, c.Case.InTime+c.Case.Late, m.n, "more replies than events")
	}
	if e.Kind == bot.EventNote {
		require.Equal(m.t, marshal(m.t, m.c.Clock), marshal(m.t, c.Clock), "a note moves no clock")
		require.Empty(m.t, turn.Response("").Replies)
	}
	if slices.Contains(e.Desk.Paused, bot.PausedShop) && e.Kind == bot.EventMessage {
		for _, name := range turn.Trace.Answered {
			require.True(m.t, strings.HasPrefix(name, "guard.") || name == "holding" || name == "settled", "%s answered for a shop that is paused", name)
		}
	}
}

func (m *model) checkBounds(c bot.Conversation) {
	require.LessOrEqual(m.t, len(c.Transcript), 50)
	require.LessOrEqual(m.t, len(c.Matters), 12)
	require.LessOrEqual(m.t, len(c.Open), 8)
	require.LessOrEqual(m.t, len(c.Photos), 30)
	require.LessOrEqual(m.t, len(c.Tasks), 12)
	require.LessOrEqual(m.t, len(marshal(m.t, c)), 400_000)
}

func (m *model) someEvent() bot.Event {
	m.n++
	e := bot.Event{ID: fmt.Sprint("e", m.n), At: m.now, Record: m.record, Desk: m.someDesk()}
	kinds := []bot.EventKind{
		bot.EventMessage, bot.EventMessage, bot.EventMessage, bot.EventMessage, bot.EventMessage, bot.EventMessage, bot.EventTimer, bot.EventTimer,
		bot.EventClaim, bot.EventAgent, bot.EventRelease, bot.EventRelease, bot.EventResolve, bot.EventStage, bot.EventKept, bot.EventLookup, "nonsense",
		bot.EventNote, bot.EventMove, bot.EventMove, bot.EventApprove, bot.EventRefuse,
	}
	e.Kind = rapid.SampledFrom(kinds).Draw(m.t, "kind")
	e.Agent = rapid.SampledFrom([]string{"", "小陈"}).Draw(m.t, "agent")
	e.Stage = rapid.SampledFrom([]string{"", "investigating", "closed", "x"}).Draw(m.t, "stage")
	if e.Kind == bot.EventAgent || e.Kind == bot.EventNote {
		e.Text = m.someText()
	}
	if e.Kind == bot.EventAgent {
		e.Images = rapid.SliceOfN(rapid.Just("https://x/a.jpg"), 0, 40).Draw(m.t, "photos")
	}
	if e.Kind == bot.EventApprove || e.Kind == bot.EventRefuse {
		e.What, e.Quiet = rapid.SampledFrom(m.offerIDs()).Draw(m.t, "offer"), rapid.Bool().Draw(m.t, "quiet")
	}
	e.Handoff = rapid.SampledFrom(m.caseIDs()).Draw(m.t, "case")
	e.Team = rapid.SampledFrom([]string{"", "lead", "aftersales", "nobody"}).Draw(m.t, "team")
	e.To = rapid.SampledFrom([]string{"", "小陈", "小王"}).Draw(m.t, "to")
	if at, ok := m.c.Due(); ok && e.Kind == bot.EventTimer && at.After(m.now) {
		m.now, e.At = at, at
	}
	if e.Kind == bot.EventMessage {
		e.Message, e.Reading = m.someMessage(), m.someReading()
	}
	return e
}

// caseIDs are those of the open cases, none, and one of a case that never was.
func (m *model) caseIDs() []string {
	out := []string{"", "", "nonsense"}
	if m.c.Case != nil {
		out = append(out, m.c.Case.ID)
	}
	for i := range m.c.Tasks {
		out = append(out, m.c.Tasks[i].ID)
	}
	return out
}

// offerIDs are those that were made, the last twice, and one that never was.
func (m *model) offerIDs() []string {
	out := []string{"nonsense"}
	for _, o := range m.record.Offers {
		out = append(out, o.ID)
	}
	return append(out, out[len(out)-1])
}

// checkVerdicts: one is given once, to an offer that waited, and nothing is said of a refusal.
func (m *model) checkVerdicts(e bot.Event, turn bot.Turn) {
	before := m.record
	after := before.Apply(turn.Actions)
	require.GreaterOrEqual(m.t, len(after.Offers), len(before.Offers))
	for i, o := range before.Offers {
		if o.Verdict != "" || !o.Approval {
			require.Equal(m.t, o, after.Offers[i], "what was decided stays")
		}
		if now := after.Offers[i]; now.Verdict != o.Verdict {
			require.Contains(m.t, []bot.EventKind{bot.EventApprove, bot.EventRefuse}, e.Kind)
			require.Equal(m.t, e.What, o.ID)
		}
	}
	if e.Kind == bot.EventRefuse || e.Quiet {
		require.Empty(m.t, turn.Response("").Replies)
	}
}

func (m *model) someDesk() bot.Desk {
	d := bot.Desk{Next: m.n, Ahead: map[string]int{"presales": m.n}}
	for i := range rapid.IntRange(0, 3).Draw(m.t, "seats") {
		d.Online = append(d.Online, bot.Seat{
			Agent:   rapid.SampledFrom([]string{"小陈", "小王", "小李", ""}).Draw(m.t, "seat"),
			Teams:   rapid.SampledFrom([][]string{nil, {"lead"}, {"presales", "aftersales"}}).Draw(m.t, "teams"),
			Load:    rapid.IntRange(0, 5).Draw(m.t, "load"),
			Ceiling: rapid.IntRange(0, 2).Draw(m.t, "ceiling") * 3 * i,
		})
	}
	if rapid.IntRange(0, 4).Draw(m.t, "pauses") == 0 {
		d.Paused = []string{rapid.SampledFrom([]string{bot.PausedShop, "ok", "which", "late", "human.night"}).Draw(m.t, "paused")}
	}
	return d
}

// someText never looks like an expression: none may be left in what is said, and a buyer's would be taken for one.
func (m *model) someText() string {
	return strings.ReplaceAll(rapid.OneOf(
		rapid.SampledFrom([]string{
			"", "退货", "1", "2", "坏了3个", "{{order.no}}", "不是质量问题", "质量问题", "240611-123456789012345", "13812345678", "上海市南京路1号",
			"第二个", "🍎\x00", strings.Repeat("长", 3000), "发票怎么开？", "好的", "11月20日", "9999999999999999999999", "%d%s{{.}}", "一二三四五",
		}),
		rapid.String(),
	).Draw(m.t, "text"), "${", "$")
}

func (m *model) someMessage() *bot.Message {
	kinds := []string{
		bot.KindText, bot.KindText, bot.KindText, bot.KindText, bot.KindImage, bot.KindVoice, bot.KindVideo, bot.KindEmoji, bot.KindOrderCard,
		bot.KindProductCard, bot.KindRefundCard, bot.KindWithdraw, bot.KindSystem, bot.KindAgent, bot.KindEcho, bot.KindOther, "poke",
	}
	out := &bot.Message{ID: fmt.Sprint("m", m.n), Conversation: "c", Buyer: bot.Buyer{ID: "b"}, Kind: rapid.SampledFrom(kinds).Draw(m.t, "message")}
	out.Text = m.someText()
	if rapid.IntRange(0, 3).Draw(m.t, "has images") == 0 {
		out.Images = rapid.SliceOfN(rapid.Just("https://x/a.jpg"), 0, 40).Draw(m.t, "images")
	}
	if rapid.IntRange(0, 3).Draw(m.t, "has order") == 0 {
		o := m.someOrder()
		out.Order = &o
	}
	if rapid.IntRange(0, 3).Draw(m.t, "has product") == 0 {
		out.Product = &bot.Product{ID: rapid.SampledFrom([]string{"apple", "x", ""}).Draw(m.t, "product"), Title: m.someText()}
	}
	return out
}

func (m *model) someOrder() bot.Order {
	o := bot.Order{
		No:     rapid.SampledFrom([]string{noA, noB, "", "1", "<b>"}).Draw(m.t, "no"),
		Stage:  rapid.SampledFrom([]string{"", "paid", "shipped", "delivered", "closed", "nonsense"}).Draw(m.t, "stage"),
		Amount: rapid.SampledFrom([]string{"", "39.90", "abc", "-5", "999999999999"}).Draw(m.t, "amount"),
	}
	if rapid.Bool().Draw(m.t, "delivered") {
		o.DeliveredAt = new(m.now.Add(-time.Duration(rapid.IntRange(-100, 1000).Draw(m.t, "hours")) * time.Hour))
	}
	if rapid.Bool().Draw(m.t, "items") {
		o.Items = []bot.Item{{ID: "apple", Title: m.someText(), Quantity: 2, Price: "1"}}
	}
	return o
}

func (m *model) someOrders() []bot.Order {
	out := make([]bot.Order, rapid.IntRange(0, 3).Draw(m.t, "orders"))
	for i := range out {
		out[i] = m.someOrder()
	}
	return out
}

func (m *model) someReading() *intents.Reading {
	names := []string{
		"return", "quality", "delay", "wrong_order.address", "product", "coupon", "invoice", "exchange", "human", "complaint", "greeting", "thanks", "other", "nonsense",
	}
	r := is(rapid.SliceOfN(rapid.SampledFrom(names), 0, 4).Draw(m.t, "intents")...)
	r.Near = is(rapid.SliceOfN(rapid.SampledFrom(names), 0, 4).Draw(m.t, "near")...).Intents
	r.Mood = rapid.SampledFrom([]intents.Mood{intents.Calm, intents.Calm, intents.Calm, intents.Upset, intents.Angry, ""}).Draw(m.t, "mood")
	r.Risk = rapid.SampledFrom([]intents.Risk{intents.NoRisk, intents.NoRisk, intents.NoRisk, "", intents.Legal, intents.Safety}).Draw(m.t, "risk")
	flag := func(name string) bool { return rapid.IntRange(0, 9).Draw(m.t, name) == 0 }
	r.Withdrawn, r.Acknowledgement, r.Unavailable = flag("withdrawn"), flag("nod"), flag("unavailable")
	r.Chasing, r.Affirmed, r.Denied = flag("chasing"), flag("affirmed"), flag("denied")
	if flag("entity") {
		r.Entities = []intents.Entity{{
			Type: rapid.SampledFrom([]string{
				intents.OrderNo, intents.Phone, intents.Address, intents.Amount, intents.Date, intents.Link, "x",
			}).Draw(m.t, "entity type"),
			Value: m.someText(), Start: rapid.IntRange(-2, 50).Draw(m.t, "start"), End: rapid.IntRange(-2, 50).Draw(m.t, "end"),
		}}
	}
	if flag("negated") {
		r.Negated = []string{"return"}
	}
	return &r
}

func marshal(t require.TestingT, v any) string {
	body, err := json.Marshal(v)
	require.NoError(t, err)
	return string(body)
}
