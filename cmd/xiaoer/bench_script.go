package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"xiaoer/bot"
)

// talks are what buyers of the bench say, one conversation a list. About one in eight ends with a human.
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
	return [][]bot.Message{
		{text("你好"), {Kind: bot.KindText, Text: "这个苹果甜不甜", Product: apple}, text("有优惠券吗"), text("好的谢谢")},
		{about(arrived, "我想退货"), text("好的知道了"), text("能便宜一点吗"), text("谢谢")},
		{about(arrived, "苹果好多都烂了"), text("3个"), {Kind: bot.KindImage, Images: []string{"https://img.example/1.jpg", "https://img.example/2.jpg"}}, text("谢谢")},
		{about(onTheWay, "怎么还没到"), text("好吧"), text("有优惠券吗"), text("好的")},
		{text("在吗"), about(paid, "什么时候发货"), text("好的谢谢")},
		{text("有优惠券吗"), text("能便宜一点吗"), text("好的谢谢")},
		{text("hello"), about(onTheWay, "where is my parcel"), text("ok thanks")},
		{text("你好"), about(arrived, "发错货了"), text("转人工"), text("还在吗"), text("等很久了")},
	}
}

// A script is what buyers say, ready to be put behind the ids of a message.
type script struct{ talks [][][]byte }

func newScript(now time.Time) *script {
	s := &script{}
	for _, talk := range talks(now) {
		var lines [][]byte
		for _, m := range talk {
			lines = append(lines, rest(m))
		}
		s.talks = append(s.talks, lines)
	}
	return s
}

// rest is a message's JSON without the ids, which come before it.
func rest(m bot.Message) []byte {
	raw, err := json.Marshal(struct {
		Kind    string       `json:"kind"`
		Text    string       `json:"text,omitempty"`
		Images  []string     `json:"images,omitempty"`
		Order   *bot.Order   `json:"order,omitempty"`
		Product *bot.Product `json:"product,omitempty"`
	}{m.Kind, m.Text, m.Images, m.Order, m.Product})
	if err != nil { // texts and times: it cannot fail
		return []byte("}")
	}
	return raw[1:]
}

// A speaker gives the bodies that one connection sends, one after the other. A body is good until the next is asked for.
type speaker func() []byte

// A cast makes the speaker of each connection.
type cast func(connection int) speaker

// openTalks is how many conversations of a connection go on side by side.
const openTalks = 16

// newcomers are buyers who come, talk, and are followed by others.
func (s *script) newcomers(run string) cast {
	return func(connection int) speaker {
		type talk struct {
			name        string
			lines       [][]byte
			next, count int
		}
		var open [openTalks]talk
		chance := rand.New(rand.NewPCG(1, uint64(connection))) //nolint:gosec // each run is to say the same
		begun := 0
		var body []byte
		return func() []byte {
			t := &open[chance.IntN(openTalks)]
			if t.next == len(t.lines) {
				begun++
				*t = talk{name: fmt.Sprintf("%s-%d-%d", run, connection, begun), lines: s.talks[chance.IntN(len(s.talks))]}
			}
			t.count++
			body = appendMessage(body[:0], t.name, strconv.Itoa(t.count), t.lines[t.next])
			t.next++
			return body
		}
	}
}

// regulars are buyers of whom the store knows so many already; whoever of them writes next is chance.
func (s *script) regulars(run string, name func(int) string, known int) cast {
	return func(connection int) speaker {
		chance := rand.New(rand.NewPCG(2, uint64(connection))) //nolint:gosec // each run is to say the same
		count := 0
		var body []byte
		return func() []byte {
			count++
			lines := s.talks[chance.IntN(len(s.talks))]
			id := run + "-" + strconv.Itoa(connection) + "-" + strconv.Itoa(count)
			body = appendMessage(body[:0], name(chance.IntN(known)), id, lines[chance.IntN(len(lines))])
			return body
		}
	}
}

// appendMessage writes a webhook body. Names are made here and need no escapes.
func appendMessage(to []byte, conversation, id string, rest []byte) []byte {
	to = append(to, `{"id":"m-`...)
	to = append(to, conversation...)
	to = append(to, '-')
	to = append(to, id...)
	to = append(to, `","conversation":"c-`...)
	to = append(to, conversation...)
	to = append(to, `","buyer":{"id":"b-`...)
	to = append(to, conversation...)
	to = append(to, `","name":"小李"},`...)
	return append(to, rest...)
}
