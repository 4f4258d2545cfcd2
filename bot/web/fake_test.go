package web_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/web"
)

// refusal is an error as the engine's are.
type refusal string

func (r refusal) Error() string   { return "refused: " + string(r) }
func (r refusal) Refusal() string { return string(r) }

// fake is an engine that knows three sentences. It stands in where only HTTP is looked at.
type fake struct {
	clock func() time.Time

	mu     sync.Mutex
	turns  int
	talk   bot.Conversation
	traces map[string]map[string]any
	late   []web.Late
	due    time.Time
}

func newFake(clock func() time.Time) *fake {
	return &fake{clock: clock, traces: map[string]map[string]any{}, talk: bot.NewConversation("xiaoguo", "c-1")}
}

func (f *fake) turn() string {
	f.turns++
	return "t-" + strconv.Itoa(f.turns)
}

func (f *fake) line(from, text string) {
	f.talk.Transcript = append(f.talk.Transcript, bot.Line{At: f.clock(), From: from, Text: text})
}

func (f *fake) Handle(_ context.Context, shop string, m bot.Message) (bot.Response, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id := f.turn()
	f.line("buyer", m.Text)
	r := bot.Response{
		Conversation: m.Conversation, Status: bot.StatusBot, TraceID: id,
		Intents: []bot.IntentScore{}, Rules: []string{}, Replies: []bot.Reply{}, Tags: []string{}, Offers: []bot.OfferMade{},
	}
	say := func(rule, text string, choices ...string) {
		r.Rule, r.Rules = &rule, []string{rule}
		r.Replies = append(r.Replies, bot.Reply{Kind: bot.KindText, Text: text, Choices: choices})
		f.line("bot", text)
	}
	switch {
	case f.talk.Status == bot.StatusWaiting || f.talk.Status == bot.StatusAgent:
	case m.Text == "我想退货":
		r.Intents = []bot.IntentScore{{Name: "return", Score: 0.97}}
		say("return.in_window", "亲，签收 7 天内支持退货，请在订单页面点「申请售后」选「退货退款」。", "不喜欢", "质量问题", "发错货")
	case m.Text == "转人工":
		f.talk.Status, r.Status = bot.StatusWaiting, bot.StatusWaiting
		f.due = f.clock().Add(3 * time.Minute)
		f.talk.Case = sampleCase(f.clock())
		r.Handoff = &bot.HandoffResponse{ID: "h-1", Number: 7, Team: "aftersales", Priority: "high", Reason: "超过退货期", Slots: map[string]any{}}
		say("guard.human", "已为您转接售后，前面还有1位，约3分钟内回复您。")
	case m.Text == "panic":
		panic("as asked")
	case m.Kind == bot.KindOrderCard:
	default:
		say("greeting", "您好，欢迎光临"+shop+"，请问有什么可以帮您？")
	}
	f.traces[id] = sampleTrace(id, f.clock())
	return r, nil
}

func (f *fake) Act(_ context.Context, _, _ string, ev bot.Event) (bot.Turn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	ev.ID = f.turn()
	switch ev.Kind {
	case bot.EventClaim:
		f.talk.Status, f.due = bot.StatusAgent, time.Time{}
	case bot.EventRelease:
		f.talk.Status = bot.StatusBot
	case bot.EventResolve:
		f.talk.Status, f.talk.Case = bot.StatusClosed, nil
	case bot.EventAgent:
		f.line("agent", ev.Text)
		f.late = append(f.late, web.Late{ID: ev.ID, At: f.clock(), Replies: []bot.Reply{{Kind: bot.KindText, Text: ev.Text}}})
	default: // the page sends no other
	}
	f.traces[ev.ID] = map[string]any{"trace_id": ev.ID, "event": ev.Kind, "at": f.clock(), "decisions": []any{}}
	return bot.Turn{Events: []bot.Event{ev}}, nil
}

func (f *fake) Tick(context.Context) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.due.IsZero() || f.due.After(f.clock()) {
		return 0, nil
	}
	id := f.turn()
	f.due = time.Time{}
	f.late = append(f.late, web.Late{ID: id, At: f.clock(), Replies: []bot.Reply{{Kind: bot.KindText, Text: "请稍等，马上为您处理。"}}})
	f.traces[id] = map[string]any{"trace_id": id, "event": "timer", "at": f.clock(), "decisions": []any{}, "notes": []string{"holding line"}}
	return 1, nil
}

func (f *fake) NextDue(context.Context) (time.Time, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.due, !f.due.IsZero(), nil
}

func (f *fake) Conversation(context.Context, string, string) (bot.Conversation, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	talk := f.talk
	talk.Transcript = slices.Clone(talk.Transcript)
	return talk, nil
}

func (f *fake) Trace(_ context.Context, _, id string) (any, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if t, ok := f.traces[id]; ok {
		return t, nil
	}
	return nil, refusal("not_found")
}

func (f *fake) Late(_ context.Context, _, _, after string) ([]web.Late, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.late, func(l web.Late) bool { return l.ID == after }) + 1
	return slices.Clone(f.late[i:]), nil
}

func sampleOrders(now time.Time) []bot.Order {
	delivered, paid := now.Add(-10*24*time.Hour), now.Add(-3*time.Hour)
	return []bot.Order{
		{No: "261111-123456789012345", Stage: "delivered", Amount: "39.90", DeliveredAt: &delivered, Items: []bot.Item{{ID: "p1", Title: "海南贵妃芒 5 斤"}}},
		{No: "261121-222233334444555", Stage: "paid", Amount: "59.00", PaidAt: &paid, Items: []bot.Item{{ID: "p2", Title: "阳光玫瑰葡萄 2 串"}, {Title: "赠品：保鲜袋"}}},
	}
}

func sampleCase(now time.Time) *bot.Handoff {
	order := sampleOrders(now)[0]
	return &bot.Handoff{
		ID: "h-1", Number: 7, Team: "aftersales", Priority: "high", Reason: "超过退货期", Intent: "return", Mood: "upset", Risk: "none",
		Slots: map[string]string{"reason": "质量问题", "bad": "3"}, Images: []string{"fruit.svg"}, Order: &order, Stage: "received",
		Summary:  "买家小李要退订单 261111-123456789012345（海南贵妃芒 5 斤，39.90 元，10 天前签收），原因是质量问题，已发一张照片。",
		Deadline: now.Add(3 * time.Minute), OpenedAt: now,
	}
}

func sampleTrace(id string, now time.Time) map[string]any {
	considered := []map[string]any{
		{"rule": "return.which", "fits": false, "because": "not order.known", "values": map[string]string{"order.known": "true"}},
		{"rule": "return.in_window", "fits": true, "because": "", "values": map[string]string{"order.stage": "delivered", "order.delivered_days": "3", "policy.return_days": "7"}},
	}
	for i := range 7 {
		considered = append(considered, map[string]any{
			"rule": "return.rule_" + strconv.Itoa(i), "fits": false, "because": `order.stage == "shipped"`, "values": map[string]string{"order.stage": "delivered"},
		})
	}
	return map[string]any{
		"trace_id": id, "event": "message", "at": now, "mood": "upset", "risk": "none", "negated": []string{},
		"intents": []map[string]any{{"name": "return", "topic": "", "score": 0.97, "evidence": []map[string]any{
			{"kind": "word", "text": "退货", "weight": 3.1}, {"kind": "example", "text": "我要退货", "weight": 1.2}, {"kind": "negation", "text": "不", "weight": -0.4},
		}}},
		"entities":  []map[string]any{{"type": "order_no", "value": "261111-123456789012345", "start": 0, "end": 22}},
		"decisions": []map[string]any{{"intent": "return", "rule": "return.in_window", "file": "rules.yaml", "line": 12, "considered": considered}},
		"answered":  []map[string]any{{"rule": "return.in_window", "file": "rules.yaml", "line": 12}, {"rule": "guard.human", "file": "", "line": 0}},
		"notes":     []string{"the question was answered"},
	}
}

// demoOptions is a demo of two shops on fake engines.
func demoOptions() *web.Demo {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return &web.Demo{
		Open: func(clock func() time.Time) (web.Talk, error) {
			f := newFake(clock)
			return web.Talk{
				Handle: f.Handle, Act: f.Act, Tick: f.Tick, NextDue: f.NextDue, Conversation: f.Conversation, Trace: f.Trace, Late: f.Late,
			}, nil
		},
		Shops: []web.DemoShop{
			{
				ID: "xiaoguo", Name: "小果水果店", Locale: "zh-CN", Zone: zone, Buyer: bot.Buyer{ID: "b1", Name: "小李"}, Orders: sampleOrders,
				Products: []bot.Product{{ID: "p1", Title: "海南贵妃芒 5 斤", Price: "39.90"}}, Photos: []string{"fruit.svg", "parcel.svg"},
				Chips: []string{"我想退货", "怎么还没发货", "坏了三个，要赔", "转人工", "你们这破店，我要打12315"},
			},
			{ID: "nook", Name: `Nook <b>"&` + "'", Locale: "en-US", Buyer: bot.Buyer{ID: "b2"}, Chips: []string{"where is my parcel?"}},
		},
	}
}
