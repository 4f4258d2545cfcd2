package bot_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
)

const wholeMessage = `{"id":"m-1","conversation":"c-1","buyer":{"id":"b-1","name":"小李","tier":"gold","orders":3,"first_time":false},"sent_at":"2026-11-21T10:00:00+08:00",
"kind":"text","text":"我想退货","images":["https://x/a.jpg"],"whatever":{"a":[1,2]},
"order":{"no":"240611-123456789012345","stage":"delivered","amount":39.90,"paid_at":"2026-11-18T10:00:00+08:00","late_hours":5,"changeable":true,
 "logistics":{"carrier":"中通","state":"signed","idle_hours":3},"aftersales":{"type":"none","amount":"1.00","deadline_hours":9},
 "items":[{"id":"i","title":"苹果","sku":"5斤","quantity":1,"price":"39.90"}]},
"product":{"id":"p","title":"苹果","price":"39.90","stock":4,"tags":["fresh","gift"],"own":true}}`

func TestDecodeMessage(t *testing.T) {
	m, err := bot.DecodeMessage([]byte(wholeMessage))
	require.NoError(t, err)
	require.Equal(t, "m-1", m.ID)
	require.Equal(t, "小李", m.Buyer.Name)
	require.Equal(t, 3, *m.Buyer.Orders)
	require.False(t, *m.Buyer.FirstTime)
	require.WithinDuration(t, time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC), m.SentAt, 0)
	require.Equal(t, "39.90", m.Order.Amount)
	require.Equal(t, map[string]string{"late_hours": "5", "changeable": "true"}, m.Order.Sent)
	require.Equal(t, map[string]string{"idle_hours": "3"}, m.Order.Logistics.Sent)
	require.Equal(t, map[string]string{"deadline_hours": "9"}, m.Order.Aftersales.Sent)
	require.Equal(t, []bot.Item{{ID: "i", Title: "苹果", SKU: "5斤", Quantity: 1, Price: "39.90"}}, m.Order.Items)
	require.Equal(t, map[string]string{"stock": "4", "tags": "fresh,gift", "own": "true"}, m.Product.Sent)
}

func TestDecodeMessageNamesTheField(t *testing.T) {
	base := func(extra string) string {
		return `{"id":"m","conversation":"c","buyer":{"id":"b"},"kind":"text"` + extra + `}`
	}
	tests := []struct{ name, body, field, problem string }{
		{"no JSON", `{`, "", "not valid JSON"},
		{"a list", `[]`, "", "must be a JSON object"},
		{"two values", base("") + `{}`, "", "one JSON object"},
		{"not UTF-8", "{\"id\":\"\xff\"}", "", "UTF-8"},
		{"no id", `{"conversation":"c","buyer":{"id":"b"},"kind":"text"}`, "id", "required"},
		{"no buyer", `{"id":"m","conversation":"c","kind":"text"}`, "buyer.id", "required"},
		{"an empty conversation", `{"id":"m","conversation":" ","buyer":{"id":"b"},"kind":"text"}`, "conversation", "empty"},
		{"no kind", `{"id":"m","conversation":"c","buyer":{"id":"b"}}`, "kind", "required"},
		{"a number for a text", base(`,"text":5`), "text", "must be a text"},
		{"a text for a list", base(`,"images":"a"`), "images", "must be a list"},
		{"a number in a list", base(`,"images":["a",5]`), "images[1]", "must be a text"},
		{"a bad time", base(`,"sent_at":"today"`), "sent_at", "must be a time"},
		{"an order that is none", base(`,"order":"x"`), "order", "must be an object"},
		{"a number of an order that is none", base(`,"order":{"no":7.5}`), "order.no", "must be a text"},
		{"an unknown stage", base(`,"order":{"no":"1","stage":"deliverd"}`), "order.stage", "delivered"},
		{"no amount", base(`,"order":{"no":"1","amount":"39元"}`), "order.amount", "amount"},
		{"deep in a list", base(`,"order":{"no":"1","items":[{},{"price":[]}]}`), "order.items[1].price", "amount"},
		{"an item that is none", base(`,"order":{"no":"1","items":["x"]}`), "order.items[0]", "must be an object"},
		{"hours with a fraction", base(`,"order":{"no":"1","late_hours":1.5}`), "order.late_hours", "whole number"},
		{"a truth value", base(`,"buyer":{"id":"b","first_time":"yes"}`), "buyer", "given twice"},
		{"a key twice", base(`,"id":"n"`), "id", "given twice"},
		{"too deep", base(`,"x":` + strings.Repeat("[", 40) + strings.Repeat("]", 40)), "x" + strings.Repeat("[0]", 31), "too deep"},
		{"a zero in an id", `{"id":"m\u0000","conversation":"c","buyer":{"id":"b"},"kind":"text"}`, "id", "control characters"},
		{"a line in a conversation", `{"id":"m","conversation":"c\n","buyer":{"id":"b"},"kind":"text"}`, "conversation", "control characters"},
		{"a zero in a buyer", `{"id":"m","conversation":"c","buyer":{"id":"\u0000b"},"kind":"text"}`, "buyer.id", "control characters"},
		{"too long", `{"id":"` + strings.Repeat("长", 201) + `","conversation":"c","buyer":{"id":"b"},"kind":"text"}`, "id", "at most"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := bot.DecodeMessage([]byte(tt.body))
			var field *bot.FieldError
			require.ErrorAs(t, err, &field)
			require.Equal(t, tt.field, field.Field)
			require.Contains(t, err.Error(), tt.problem)
		})
	}
	m, err := bot.DecodeMessage([]byte(base(`,"text":null,"order":null,"images":null,"buyer_x":1`)))
	require.NoError(t, err)
	require.Nil(t, m.Order)
	_, err = bot.DecodeMessage([]byte(`{"id":"m","conversation":"c","buyer":{"id":"b"},"kind":"x\u0000","text":"a\u0000b"}`))
	require.NoError(t, err, "what nothing is kept under may hold anything")
	m, err = bot.DecodeMessage([]byte(base(`,"text":"` + strings.Repeat("长", 100_000) + `","images":["a"` + strings.Repeat(`,"a"`, 10_000) + "]")))
	require.NoError(t, err, "what a buyer says is cut, never refused")
	require.Equal(t, strings.Repeat("长", 20_000), m.Text)
	require.Len(t, m.Images, 200)
}

func TestDecodeOrder(t *testing.T) {
	o, err := bot.DecodeOrder([]byte(`{"no":"1","buyer_id":"b","ship_by":"2026-11-21T10:00:00+08:00","remark":"","gift_due":true}`))
	require.NoError(t, err)
	require.Equal(t, "b", o.BuyerID)
	require.Equal(t, "2026-11-21T10:00:00+08:00", o.Sent["ship_by"])
	require.Empty(t, *o.Remark)
	require.True(t, *o.GiftDue)
	_, err = bot.DecodeOrder([]byte(`[]`))
	require.Error(t, err)
}

func FuzzDecodeMessage(f *testing.F) {
	f.Add([]byte(wholeMessage))
	f.Add([]byte(`{"id":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := bot.DecodeMessage(body)
		if err != nil {
			var field *bot.FieldError
			require.True(t, errors.As(err, &field))
			return
		}
		require.NotEmpty(t, m.ID)
		require.NotEmpty(t, m.Buyer.ID)
		again, err := json.Marshal(m)
		require.NoError(t, err)
		_, err = bot.DecodeMessage(again)
		require.NoError(t, err, "what was written is read again")
	})
}

func FuzzDecodeOrder(f *testing.F) {
	f.Add([]byte(`{"no":"1","amount":"39.90","items":[{"quantity":2}],"logistics":{"state":"signed"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := bot.DecodeOrder(body)
		if err != nil {
			var field *bot.FieldError
			require.ErrorAs(t, err, &field, "every error names a field")
			return
		}
		require.Contains(t, []string{"", "unpaid", "grouping", "paid", "part_shipped", "shipped", "delivered", "closed"}, o.Stage)
		require.True(t, utf8.ValidString(o.No))
		require.True(t, o.SeenAt.IsZero(), "when an order was seen is not the sender's to say")
	})
}
