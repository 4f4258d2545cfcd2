package figures_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/figures"
	"xiaoer/intents"
)

func TestMask(t *testing.T) {
	t.Parallel()
	l, err := loader()
	require.NoError(t, err)
	require.NotNil(t, l)
	p := newPlayer(t)
	for in, want := range map[string]string{
		"能刻字吗": "能刻字吗",
		"订单240611-123456789012345能刻字吗": "订单[order_no]能刻字吗",
		"我电话13812345678，能刻字吗":          "我电话[phone]，能刻字吗",
		"加我微信wxabc99887可以吗":            "加我微信#可以吗",
		"发到me@example.com":             "发到#",
		"一共 3 个\n还有2 个\t吗":             "一共 3 个 还有2 个 吗",
		"卡号6222 0212 3456 7890":        "卡号#",
		"加我微信night_owl":                "加我微信#",
		"收件人李小明改了吗":                    "收件人[name]改了吗",
		"a\x00b\u202ec\xff":            "abc",
		"  \n ":                        "",
	} {
		require.Equal(t, want, figures.Mask(in, p.shop.Classifier.Read(in).Entities), in)
	}
	require.Equal(t, 200, utf8.RuneCountInString(figures.Mask(strings.Repeat("长", 5000), nil)))
}

func TestMaskTakesSpansAsTheyCome(t *testing.T) {
	t.Parallel()
	spans := []intents.Entity{
		{Type: intents.Phone, Start: 2, End: 5},
		{Type: intents.OrderNo, Start: 0, End: 4},
		{Type: intents.Amount, Start: 5, End: 6},
		{Type: intents.Address, Start: -1, End: 3},
		{Type: intents.Address, Start: 5, End: 500},
		{Type: intents.Address, Start: 4, End: 4},
	}
	require.Equal(t, "[order_no]f", figures.Mask("abcdef", spans))
}

func FuzzMask(f *testing.F) {
	f.Add("订单240611-123456789012345能刻字吗", 2, 24)
	f.Add("a\u202e\xff{{12345}}", 0, 3)
	f.Fuzz(func(t *testing.T, words string, start, end int) {
		got := figures.Mask(words, []intents.Entity{{Type: intents.Phone, Start: start, End: end}})
		require.True(t, utf8.ValidString(got))
		require.LessOrEqual(t, utf8.RuneCountInString(got), 200)
		digits := 0
		for _, r := range got {
			require.False(t, unicode.IsControl(r), "%q", got)
			if unicode.IsDigit(r) {
				digits++
			} else {
				digits = 0
			}
			require.Less(t, digits, 5, "%q", got)
		}
	})
}

func questions(texts ...string) (out []figures.Question) {
	for i, s := range texts {
		out = append(out, figures.Question{ID: fmt.Sprintf("e-%03d", i), Text: s, Weight: 1})
	}
	return out
}

func TestSimilarQuestionsAreOneGroup(t *testing.T) {
	t.Parallel()
	list := questions(
		"能刻字吗", "可以刻字吗？", "請問能刻字嗎", "能刻字吗", "可以给我刻字吗",
		"有发票抬头吗", "can you engrave a name on it", "Could you engrave my name?", "能不能送货上门", "送货上门吗",
	)
	groups := figures.GroupQuestions(list)
	require.Equal(t, 5, groups[0].N)
	require.Equal(t, "能刻字吗", groups[0].Texts[0], "the most frequent one stands for all")
	require.Len(t, groups[0].Texts, 4)
	sizes := map[int]int{}
	for _, g := range groups {
		sizes[g.N]++
	}
	require.Equal(t, map[int]int{5: 1, 2: 2, 1: 1}, sizes, "%v", groups)
}

func TestGroupsDoNotDependOnTheOrder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	words := []string{"刻字", "发票", "送货", "上门", "颜色", "今天", "礼盒", "可以", "吗", "有没有"}
	var texts []string
	for range 200 {
		texts = append(texts, words[r.IntN(10)]+words[r.IntN(10)]+words[r.IntN(10)])
	}
	list := questions(texts...)
	want := figures.GroupQuestions(list)
	for range 5 {
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		require.Equal(t, want, figures.GroupQuestions(list))
	}
	n := 0
	for _, g := range want {
		n += g.N
	}
	require.Equal(t, 200, n)
}

func TestQuestionsOfDifferentIntentsStayApart(t *testing.T) {
	t.Parallel()
	list := questions("能刻字吗", "能刻字吗", "能刻字吗")
	list[0].Intent = "product"
	list[1].Near, list[2].Near = "invoice", "invoice"
	groups := figures.GroupQuestions(list)
	require.Len(t, groups, 2)
	require.Equal(t, figures.Group{N: 2, Texts: []string{"能刻字吗"}, Near: "invoice"}, groups[0])
	require.Equal(t, figures.Group{N: 1, Texts: []string{"能刻字吗"}, Intent: "product"}, groups[1])
	require.Empty(t, figures.GroupQuestions(nil))
}

func TestWhatAQuestionIsTakenFrom(t *testing.T) {
	t.Parallel()
	asked := func(kind string, r *intents.Reading, order *bot.Order, more ...bot.Event) []bot.Event {
		return append([]bot.Event{{Kind: bot.EventMessage, Message: &bot.Message{Kind: kind, Text: "能刻字吗", Order: order}, Reading: r}}, more...)
	}
	understood := &intents.Reading{Intents: []intents.Prediction{{Intent: intents.Greeting}, {Intent: "product", Topic: "size"}}}
	near := &intents.Reading{Near: []intents.Prediction{{Intent: "invoice"}, {Intent: "coupon"}}}
	found := bot.Event{Kind: bot.EventLookup, Lookup: &bot.LookupResult{State: bot.Found, Orders: []bot.Order{{Stage: "closed"}}}}
	place := figures.Place{ID: "t", Weight: 2}
	tests := map[string]struct {
		events   []bot.Event
		answered string
		want     figures.Question
	}{
		"no rule":         {asked("text", understood, nil), "guard.no_rule", figures.Question{Intent: "product.size"}},
		"no answer":       {asked("text", understood, nil), "product.unknown", figures.Question{Intent: "product.size", Open: true}},
		"not understood":  {asked("text", near, nil), "otherwise", figures.Question{Near: "invoice"}},
		"no reading":      {asked("text", nil, nil), "otherwise", figures.Question{}},
		"an order's card": {asked("text", understood, &bot.Order{Stage: "paid"}), "guard.no_rule", figures.Question{Intent: "product.size", Stage: "paid"}},
		"a look-up":       {asked("text", understood, &bot.Order{Stage: "paid"}, found), "guard.no_rule", figures.Question{Intent: "product.size", Stage: "closed"}},
	}
	for name, test := range tests {
		got, ok := figures.NewQuestion(place, test.events, []string{test.answered})
		require.True(t, ok, name)
		test.want.ID, test.want.Weight, test.want.Text = "t", 2, "能刻字吗"
		require.Equal(t, test.want, got, name)
	}
	for name, events := range map[string][]bot.Event{"nothing": nil, "a timer": {{Kind: bot.EventTimer}}, "a photo": {{Message: &bot.Message{Kind: "image"}}}} {
		_, ok := figures.NewQuestion(place, events, nil)
		require.False(t, ok, name)
	}
}

func TestASampleIsFairAndTheSameInAnyOrder(t *testing.T) {
	t.Parallel()
	var a, b figures.Sample
	for n := range 1000 {
		a.Add(fmt.Sprintf("019c-%06d", n))
	}
	for n := 999; n >= 0; n-- {
		b.Add(fmt.Sprintf("019c-%06d", n))
	}
	require.Equal(t, a, b)
	require.Equal(t, 1000, a.All)
	early := 0
	for _, id := range a.IDs {
		if id < "019c-000500" {
			early++
		}
	}
	require.InDelta(t, 64, early, 20, "neither the first nor the last are preferred")

	var few figures.Sample
	few.Add("x")
	few.Add("y")
	places := figures.Choose([]*figures.Sample{&a, nil, &few, {}}, 1000)
	require.Len(t, places, 130)
	places = figures.Choose([]*figures.Sample{&a, &few}, 50)
	require.Len(t, places, 50)
	total := 0.0
	for _, p := range places {
		total += p.Weight
	}
	require.InDelta(t, 1002, total, 0.001, "those that are left speak for all")
	require.Empty(t, figures.Choose([]*figures.Sample{&a}, 0))
}

func BenchmarkGroupQuestions(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 4))
	var texts []string
	for range 400 {
		var s strings.Builder
		for range 25 {
			s.WriteRune(rune(0x4e00 + r.IntN(300)))
		}
		texts = append(texts, s.String())
	}
	list := questions(texts...)
	for b.Loop() {
		figures.GroupQuestions(list)
	}
}
