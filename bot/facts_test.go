package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
	"xiaoer/rules"
)

// shows makes a shop that prints one fact, and says "未知" where it is unknown.
func shows(tb testing.TB, fact string, change ...func(*bot.Book)) *bot.Book {
	tb.Helper()
	return shop(tb, head+"rules:\n  - {id: a, intent: return, when: message.text == \"退\", reply: \"<${"+fact+"}>\"}\n  - {id: b, intent: return, reply: 未知}\n", change...)
}

func TestOrderFacts(t *testing.T) {
	ago := func(d time.Duration) *time.Time { return new(noon().Add(-d)) }
	tests := []struct {
		name, fact string
		o          bot.Order
		want       string
	}{
		{"stage", "order.stage", bot.Order{Stage: "paid"}, "<paid>"},
		{"money as given", "order.amount", bot.Order{Amount: "39.90"}, "<39.90>"},
		{"whole hours are floored", "order.paid_hours", bot.Order{PaidAt: ago(119 * time.Minute)}, "<1>"},
		{"ship_left_hours counts down", "order.ship_left_hours", bot.Order{PaidAt: ago(90 * time.Minute)}, "<46>"},
		{"below zero when overdue", "order.ship_left_hours", bot.Order{PaidAt: ago(48*time.Hour + time.Minute)}, "<-1>"},
		{"ship_by as sent", "order.ship_left_hours", bot.Order{PaidAt: ago(time.Hour), Sent: map[string]string{"ship_by": "2026-11-21T15:00:00+08:00"}}, "<3>"},
		{"days are calendar days", "order.delivered_days", bot.Order{DeliveredAt: ago(13 * time.Hour)}, "<1>"},
		{"the same day is none", "order.delivered_days", bot.Order{DeliveredAt: ago(12 * time.Hour)}, "<0>"},
		{"in the shop's timezone", "order.delivered_days", bot.Order{DeliveredAt: new(time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC))}, "<0>"},
		{"not late before it is due", "order.late_hours", bot.Order{PromisedAt: new(noon().Add(time.Hour))}, "<0>"},
		{"late", "order.late_hours", bot.Order{Stage: "shipped", PromisedAt: ago(5 * time.Hour)}, "<5>"},
		{"late until delivered", "order.late_hours", bot.Order{Stage: "delivered", PromisedAt: ago(5 * time.Hour), DeliveredAt: ago(2 * time.Hour)}, "<3>"},
		{"delivered at a time that is not known", "order.late_hours", bot.Order{Stage: "delivered", PromisedAt: ago(5 * time.Hour)}, "未知"},
		{"sent is taken as it is", "order.late_hours", bot.Order{PromisedAt: ago(5 * time.Hour), Sent: map[string]string{"late_hours": "9"}}, "<9>"},
		{"no paid_at", "order.paid_hours", bot.Order{Stage: "paid"}, "未知"},
		{"idle parcel", "logistics.idle_hours", bot.Order{Logistics: &bot.Logistics{UpdatedAt: ago(50 * time.Hour)}}, "<50>"},
		{"idle as sent", "logistics.idle_hours", bot.Order{Logistics: &bot.Logistics{Sent: map[string]string{"idle_hours": "7"}}}, "<7>"},
		{"after-sales", "aftersales.deadline_hours", bot.Order{Aftersales: &bot.Aftersales{Sent: map[string]string{"deadline_hours": "12"}}}, "<12>"},
		{"the only item is the product", "product.title", bot.Order{Items: []bot.Item{{ID: "x", Title: "梨"}}}, "<梨>"},
		{"two items are none", "product.title", bot.Order{Items: []bot.Item{{ID: "x", Title: "梨"}, {ID: "y", Title: "桃"}}}, "未知"},
		{"the catalogue adds", "product.units", bot.Order{Items: []bot.Item{{ID: "apple", Title: "苹果"}}}, "<10>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.No = noA
			k := begin(t, shows(t, tt.fact))
			require.Equal(t, []string{tt.want}, texts(k.sends(bot.Message{Kind: bot.KindText, Text: "退", Order: &tt.o}, is("return"))))
		})
	}
}

func TestChangeable(t *testing.T) {
	for stage, want := range map[string]string{
		"unpaid": "yes", "paid": "yes", "grouping": "unknown", "part_shipped": "no", "shipped": "no", "delivered": "no", "closed": "no",
	} {
		b := shop(t, head+"rules:\n  - {id: \"yes\", intent: return, when: order.changeable and order.cancellable, reply: 甲}\n"+
			"  - {id: \"no\", intent: return, when: not order.changeable and not order.cancellable, reply: 乙}\n  - {id: unknown, intent: return, reply: 丙}\n")
		o := order(noA, stage)
		got := begin(t, b).sends(bot.Message{Kind: bot.KindText, Text: "退", Order: &o}, is("return"))
		require.Equal(t, []string{want}, rulesOf(got), stage)
	}
}

func TestOtherFacts(t *testing.T) {
	two, yes := 2, true
	province := func(place string) string {
		if strings.HasPrefix(place, "福州") {
			return "福建"
		}
		return ""
	}
	declared := func(b *bot.Book) {
		b.Province = province
		b.Notices = []bot.Declared{
			{Kind: "stock", Text: "缺货", From: "2026-11-22"},
			{Kind: "weather", Text: "台风", Regions: []string{"福建"}, From: "2026-11-20", Until: "2026-11-23"},
		}
	}
	city, elsewhere := order(noA, "shipped"), order(noA, "shipped")
	city.Logistics = &bot.Logistics{Place: "福州转运中心"}
	elsewhere.Logistics = &bot.Logistics{Place: "哈尔滨转运中心"}
	far := order(noA, "shipped")
	far.Logistics = &bot.Logistics{Place: "福建泉州转运中心"}
	tests := []struct {
		name, fact string
		m          bot.Message
		r          intents.Reading
		want       string
	}{
		{"the clock", "now.hour", bot.Message{}, is("return"), "<12>"},
		{"the weekday", "now.weekday", bot.Message{}, is("return"), "<sat>"},
		{"the date", "now.date", bot.Message{}, is("return"), "<11月21日>"},
		{"intents", "intents", bot.Message{}, is("return", "greeting"), "<return、greeting>"},
		{"turns include this one", "conversation.turns", bot.Message{}, is("return"), "<1>"},
		{"photos", "message.images", bot.Message{Images: []string{"a", "b"}}, is("return"), "<2>"},
		{"an unknown kind", "message.kind", bot.Message{Kind: "poke"}, is("return"), "<other>"},
		{"nothing looked up", "order.lookup", bot.Message{}, is("return"), "<none>"},
		{"a notice for the region", "notice.text", bot.Message{Order: &far}, is("return"), "<台风>"},
		{"a notice for the region of the city", "notice.text", bot.Message{Order: &city}, is("return"), "<台风>"},
		{"a notice where no place is known", "notice.text", bot.Message{}, is("return"), "<台风>"},
		{"a notice for elsewhere", "notice.text", bot.Message{Order: &elsewhere}, is("return"), "未知"},
		{"no promise", "promise.left_hours", bot.Message{}, is("return"), "未知"},
		{"a card's product", "product.price", bot.Message{Product: &bot.Product{ID: "z", Price: "5.50"}}, is("return"), "<5.50>"},
		{"a sent column", "product.stock", bot.Message{Product: &bot.Product{ID: "z", Sent: map[string]string{"stock": "4"}}}, is("return"), "<4>"},
		{"policy", "policy.return_days", bot.Message{}, is("return"), "<7>"},
		{"a duration", "policy.ship_within", bot.Message{}, is("return"), "<48 小时>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.m.Kind == "" {
				tt.m.Kind = bot.KindText
			}
			tt.m.Text = "退"
			require.Equal(t, []string{tt.want}, texts(begin(t, shows(t, tt.fact, declared)).sends(tt.m, tt.r)))
		})
	}
	k := begin(t, shows(t, "buyer.open_orders"))
	r := is("return")
	m := bot.Message{ID: "m", Kind: bot.KindText, Text: "退", Buyer: bot.Buyer{ID: "b-1", OpenOrders: &two, FirstTime: &yes}}
	require.Equal(t, []string{"<2>"}, texts(k.step(bot.Event{Kind: bot.EventMessage, Message: &m, Reading: &r})))
}

func TestAProductCardStaysForTheEpisode(t *testing.T) {
	k := begin(t, shows(t, "product.title"))
	require.Empty(t, texts(k.sends(bot.Message{Kind: bot.KindProductCard, Product: &bot.Product{ID: "z", Title: "梨"}}, none())))
	require.Equal(t, []string{"<梨>"}, texts(k.says("退", is("return"))))
	k.after(24 * time.Hour)
	require.Equal(t, []string{"未知"}, texts(k.says("退", is("return"))))
}

func TestVocabularyHasEveryFactOfTheManual(t *testing.T) {
	v := bot.Vocabulary(bot.VocabularyOptions{Intents: taxonomy(), Slots: []bot.Slot{{Name: "bad", Kind: bot.SlotNumber}}})
	names := map[string]rules.Fact{}
	for _, f := range v.Facts {
		require.NotContains(t, names, f.Name)
		require.NotEmpty(t, f.Doc, f.Name)
		names[f.Name] = f
	}
	for group, fields := range map[string]string{
		"":             "intent topic intents negated mood risk",
		"message":      "text kind images links",
		"now":          "date hour weekday",
		"buyer":        "id name tier orders open_orders first_time",
		"order":        "known lookup no stage amount paid_at paid_hours ship_by ship_left_hours shipped_hours delivered_at delivered_hours delivered_days promised_at late_hours changeable cancellable gift_due remark items",
		"logistics":    "state carrier tracking_no place idle_hours signed_by",
		"aftersales":   "type state amount deadline_hours",
		"product":      "known id title price stock units tags no_reason claim_hours warranty_days",
		"notice":       "active kind text until",
		"promise":      "open left_hours broken",
		"conversation": "turns idle_minutes failures repeats handoffs",
		"shop":         "id name open opens",
		"handoff":      "number team wait ahead deadline",
		"offer":        "amount kind",
		"slots":        "bad",
	} {
		for field := range strings.FieldsSeq(fields) {
			require.Contains(t, names, strings.TrimPrefix(group+"."+field, "."))
		}
	}
	for _, name := range []string{"order.known", "product.known", "order.lookup", "notice.active", "promise.open", "promise.broken", "conversation.turns", "message.text", "intents", "negated", "mood", "risk"} {
		require.True(t, names[name].AlwaysKnown, name)
	}
	for _, i := range v.Intents {
		require.NotEqual(t, intents.Other, i.Name)
	}
}
