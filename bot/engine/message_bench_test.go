package engine_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	"xiaoer/bot/shop"
	"xiaoer/bot/store"
	"xiaoer/fixtures"
)

// takesAll is a store that says that nothing was kept and takes what comes, so that a benchmark sees what is not the store's.
type takesAll struct{ engine.Store }

func (takesAll) Load(context.Context, engine.Ask) (engine.Loaded, error) {
	return engine.Loaded{Desk: bot.Desk{Next: 1}}, nil
}

func (takesAll) Commit(context.Context, engine.Commit) error { return nil }

// fruit is the demo shop as it serves.
func fruit(tb testing.TB) engine.Shop {
	tb.Helper()
	loader, err := shop.NewLoader(shop.Options{})
	require.NoError(tb, err)
	r := loader.LoadFS(fixtures.Files, "shops/fruit")
	require.NotNil(tb, r.Shop, "%v", r.Problems)
	return engine.Shop{Book: r.Shop.Book, Read: r.Shop.Classifier.Read, ClassifierHash: r.Shop.Classifier.Hash()}
}

// usualTalk is what a buyer says to the demo shop, message by message.
func usualTalk(now time.Time) []bot.Message {
	day := func(n int) *time.Time { t := now.AddDate(0, 0, n); return &t }
	apples := []bot.Item{{ID: "apple5", Title: "烟台红富士 5 斤装", Quantity: 1, Price: "39.90"}}
	onTheWay := &bot.Order{
		No: "261118-100000000000002", Stage: "shipped", Amount: "59.90", PaidAt: day(-3), ShippedAt: day(-2), Items: apples,
		Logistics: &bot.Logistics{Carrier: "顺丰", TrackingNo: "SF1000000000002", State: "transit", Place: "武汉转运中心"},
	}
	arrived := &bot.Order{No: "261118-100000000000001", Stage: "delivered", Amount: "39.90", PaidAt: day(-4), DeliveredAt: day(-1), Items: apples}
	lines := []bot.Message{
		{Text: "在吗"}, {Text: "怎么还没到", Order: onTheWay}, {Text: "有优惠券吗"}, {Text: "能便宜一点吗"}, {Text: "我想退货", Order: arrived}, {Text: "好的谢谢"},
	}
	for i := range lines {
		lines[i].Kind = bot.KindText
	}
	return lines
}

// BenchmarkTalk is what a message costs between the web server and the store, with the talk's conversation remembered.
func BenchmarkTalk(b *testing.B) {
	served := fruit(b)
	e, err := engine.New(engine.Options{
		Store: takesAll{store.NewMemory(store.Limits{})}, Shops: func(string) (engine.Shop, error) { return served, nil }, Cache: 64 << 20,
	})
	require.NoError(b, err)
	lines := usualTalk(time.Now())
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		m := lines[n%len(lines)]
		name := strconv.Itoa(n / len(lines))
		m.ID, m.Conversation, m.Buyer = "m-"+strconv.Itoa(n), "c-"+name, bot.Buyer{ID: "b-" + name, Name: "小李"}
		if _, err := e.Handle(b.Context(), "xiaoguo", m); err != nil {
			b.Fatal(err)
		}
		n++
	}
}
