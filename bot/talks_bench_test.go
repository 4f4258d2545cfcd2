package bot_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	shops "xiaoer/bot/shop"
	"xiaoer/fixtures"
)

// talks are what buyers say to the demo shop, one conversation a list: as in the bench of the command.
func talks(now time.Time) [][]bot.Message {
	day := func(n int) *time.Time { t := now.AddDate(0, 0, n).Truncate(time.Second); return &t }
	justNow := now.Add(-time.Hour).Truncate(time.Second)
	apples := []bot.Item{{ID: "apple5", Title: "烟台红富士 5 斤装", Quantity: 1, Price: "39.90"}}
	arrived := &bot.Order{No: "261118-100000000000001", Stage: "delivered", Amount: "39.90", PaidAt: day(-4), DeliveredAt: day(-1), Items: apples}
	onTheWay := &bot.Order{
		No: "261118-100000000000002", Stage: "shipped", Amount: "59.90", PaidAt: day(-3), ShippedAt: day(-2), Items: apples,
		Logistics: &bot.Logistics{Carrier: "顺丰", TrackingNo: "SF1000000000002", State: "transit", Place: "武汉转运中心"},
	}
	paid := &bot.Order{No: "261121-100000000000003", Stage: "paid", Amount: "39.90", PaidAt: &justNow, Items: apples}
	apple := &bot.Product{ID: "apple5", Title: "烟台红富士 5 斤装", Price: "39.90"}
	text := func(words string) bot.Message { return bot.Message{Kind: bot.KindText, Text: words} }
	about := func(order *bot.Order, words string) bot.Message {
		return bot.Message{Kind: bot.KindText, Text: words, Order: order}
	}
	photos := bot.Message{Kind: bot.KindImage, Images: []string{"https://img.example/1.jpg", "https://img.example/2.jpg"}}
	return [][]bot.Message{
		{text("你好"), {Kind: bot.KindText, Text: "这个苹果甜不甜", Product: apple}, text("有优惠券吗"), text("好的谢谢")},
		{about(arrived, "我想退货"), text("好的知道了"), text("能便宜一点吗"), text("谢谢")},
		{about(arrived, "苹果好多都烂了"), text("3个"), photos, text("谢谢")},
		{about(onTheWay, "怎么还没到"), text("好吧"), text("有优惠券吗"), text("好的")},
		{text("在吗"), about(paid, "什么时候发货"), text("好的谢谢")},
		{text("有优惠券吗"), text("能便宜一点吗"), text("好的谢谢")},
		{text("hello"), about(onTheWay, "where is my parcel"), text("ok thanks")},
		{text("你好"), about(arrived, "发错货了"), text("转人工"), text("还在吗"), text("等很久了")},
	}
}

// A step is one message of a talk on its way: its body, what was read in it, the conversation before it and how its turn ended.
type step struct {
	body     []byte
	before   bot.Conversation
	event    bot.Event
	turn     bot.Turn
	response bot.Response
}

// steps lead through all the talks with the demo shop.
func steps(tb testing.TB) (*bot.Book, []*step) {
	tb.Helper()
	loader, err := shops.NewLoader(shops.Options{})
	require.NoError(tb, err)
	loaded := loader.LoadFS(fixtures.Files, "shops/fruit")
	require.NotNil(tb, loaded.Shop, "%v", loaded.Problems)
	book, classifier := loaded.Shop.Book, loaded.Shop.Classifier
	var out []*step
	for i, talk := range talks(noon()) {
		name := fmt.Sprintf("19b0f3e-12-%d", i)
		c, record := bot.NewConversation("xiaoguo", "c-"+name), bot.Record{}
		for n, m := range talk {
			m.ID, m.Conversation, m.Buyer = fmt.Sprintf("m-%s-%d", name, n+1), c.ID, bot.Buyer{ID: "b-" + name, Name: "小李"}
			body, err := json.Marshal(m)
			require.NoError(tb, err)
			reading := classifier.Read(m.Text)
			s := &step{body: body, before: c, event: bot.Event{
				ID: "01890a5d-ac96-774b-bcce-b302099a8057", Kind: bot.EventMessage, At: noon().UTC().Add(time.Duration(n+1) * 1_234_567_891), Message: &m, Reading: &reading,
				Record: record, Desk: bot.Desk{Next: 1},
			}}
			s.turn = bot.Run(book, c, s.event, nil)
			s.response = s.turn.Response(s.event.ID)
			c, record = s.turn.Conversation, record.Apply(s.turn.Actions)
			out = append(out, s)
		}
	}
	return book, out
}

// BenchmarkTalks is what the messages of the bench cost here, on the average.
func BenchmarkTalks(b *testing.B) {
	book, all := steps(b)
	bench := func(name string, work func(*step) error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				if err := work(all[n%len(all)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	bench("message", func(s *step) error { return handled(book, s) })
	bench("decode", func(s *step) error {
		_, err := bot.DecodeMessage(s.body)
		return err
	})
	bench("run", func(s *step) error {
		bot.Run(book, s.before, s.event, nil)
		return nil
	})
	bench("response", func(s *step) error {
		s.turn.Response(s.event.ID)
		return nil
	})
	to := make([]byte, 0, 16<<10)
	bench("write", func(s *step) error { return writeTurn(to, &s.turn, &s.response) })
}

// handled does with a message what the engine has done for it by this package.
func handled(book *bot.Book, s *step) error {
	m, err := bot.DecodeMessage(s.body)
	if err != nil {
		return err
	}
	event := s.event
	event.Message, event.Reading = &m, new(*s.event.Reading)
	turn := bot.Run(book, s.before, event, nil)
	response := turn.Response(event.ID)
	return writeTurn(make([]byte, 0, 8<<10), &turn, &response)
}

// writeTurn writes what is kept of a turn.
func writeTurn(to []byte, turn *bot.Turn, response *bot.Response) error {
	to = bot.AppendSame(to, turn.Events[0].Message)
	to, err := bot.AppendConversation(to, &turn.Conversation)
	if err != nil {
		return err
	}
	if to, err = bot.AppendEvents(to, turn.Events); err != nil {
		return err
	}
	if to, err = bot.AppendResponse(to, response); err != nil {
		return err
	}
	_, err = bot.AppendResponse(to, response) // once to be kept, once to be sent
	return err
}

// TestTalks sees to it that the talks of the benchmark are answered.
func TestTalks(t *testing.T) {
	t.Parallel()
	_, all := steps(t)
	answered := 0
	for _, s := range all {
		if len(s.turn.Actions) > 0 {
			answered++
		}
	}
	require.Greater(t, answered, len(all)/2)
}
