package bot

import (
	"math/rand/v2"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"xiaoer/intents"
	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// judging is a shop with one template for every fact, and some for several.
type judging struct {
	book      *Book
	templates []*rules.Template
}

func newJudging(t *testing.T) *judging {
	t.Helper()
	slots := []Slot{
		{Name: "order_no", Kind: SlotOrderNo},
		{Name: "phone", Kind: SlotPhone},
		{Name: "bad", Kind: SlotNumber},
		{Name: "why", Kind: SlotChoice, Choices: []string{"微信", "qq"}},
		{Name: "photos", Kind: SlotImage},
	}
	v := Vocabulary(VocabularyOptions{
		Intents: []rules.Intent{{Name: "return"}}, Slots: slots, Teams: []string{"a"}, Location: time.UTC,
		Policy:         []rules.Fact{fact("days", rules.Int, "."), fact("word", rules.Text, ".")},
		ProductColumns: []rules.Fact{fact("origin", rules.Text, "."), fact("sugar", rules.Int, ".")},
	})
	var p doc.Problems
	compiled := rules.Compile([]rules.Source{{File: doc.Parse("rules.yaml", []byte("rules: []\notherwise: {handoff: {team: a}}\n"), &p)}}, v, rules.Options{}, &p)
	require.NotNil(t, compiled, "%v", p.All())
	j := &judging{book: &Book{
		Shop: Shop{ID: "s", Name: "微信小店", Location: time.UTC}, Rules: compiled, Slots: slots, Teams: []Team{{Name: "a"}},
		Policy:  map[string]rules.Value{"days": rules.IntValue(7), "word": rules.TextValue("最好")},
		Notices: []Declared{{Kind: "weather", Text: "加微信", Until: "2026-11-30"}},
		Products: map[string]CatalogueProduct{
			"apple": {ID: "apple", Tags: []string{"qq", "fresh"}, Columns: map[string]rules.Value{"title": rules.TextValue("最甜苹果"), "origin": rules.TextValue("微信村"), "units": rules.IntValue(13)}},
			"plain": {ID: "plain", Columns: map[string]rules.Value{"stock": rules.TextValue("no number")}},
		},
		Compliance: []Pattern{
			{Name: "wechat", Match: regexp.MustCompile("微信"), Needs: []string{"微信"}, Free: regexp.MustCompile("微信支付")},
			{Name: "qq", Match: regexp.MustCompile("(?i)qq"), Needs: []string{"qq"}},
			{Name: "digits", Match: regexp.MustCompile(`1[3-9]\d*`)},
			{Name: "masked", Match: regexp.MustCompile("加.?微|□□"), Needs: []string{"加", "□"}},
			{Name: "nothing"},
		},
	}}
	texts := []string{"号${order.no}，加${buyer.name}信", "${product.title}${product.origin}", "${buyer.name}${message.text}", "${len(order.items)}件${count(order.items, .title == \"微信\")}", "微信${now.hour}"}
	for _, f := range v.Facts {
		texts = append(texts, "<${"+f.Name+"}>")
	}
	for _, text := range texts {
		node := doc.Parse("t.yaml", []byte(strconv.Quote(text)), &p).Root
		var problems doc.Problems
		if made := rules.CompileTemplate(node, v, &problems); made != nil {
			j.templates = append(j.templates, made)
		}
	}
	require.Greater(t, len(j.templates), 60)
	return j
}

// turn is a turn with facts by chance.
func (j *judging) turn(r *rand.Rand) *turn {
	word := func() string {
		return []string{"", "微信", "QQ", "13812345678", "小李", "微信支付", "□"}[r.IntN(7)]
	}
	now := time.Date(2026, 11, 21+r.IntN(20), r.IntN(24), 0, 0, 0, time.UTC)
	m := &Message{Kind: KindText, Text: word(), Buyer: Buyer{ID: word(), Name: word(), Tier: word()}}
	t := &turn{b: j.book, e: Event{Kind: EventMessage, At: now, Message: m}, reading: intents.Reading{Mood: intents.Calm, Risk: intents.NoRisk}}
	t.c.Buyer = m.Buyer
	remark := word()
	if r.IntN(3) > 0 {
		t.c.Order = &Order{
			No: word(), Stage: []string{"", "paid", "delivered"}[r.IntN(3)], Amount: []string{"", "13.90"}[r.IntN(2)], Remark: &remark, PaidAt: &now,
			Logistics: &Logistics{Carrier: word(), Place: word(), Sent: map[string]string{"idle_hours": "14"}},
		}
		for range r.IntN(3) {
			t.c.Order.Items = append(t.c.Order.Items, Item{ID: []string{"apple", "plain", "x"}[r.IntN(3)], Title: word(), Price: "1"})
		}
	}
	if r.IntN(2) == 0 {
		t.c.Product = &Product{
			ID: []string{"apple", "plain", "", "y"}[r.IntN(4)], Title: word(), Sent: map[string]string{"origin": word(), "sugar": "13", "stock": "15", "tags": "qq,微信"},
		}
	}
	t.c.Slots = map[string]Filled{"phone": {Text: word()}, "bad": {Text: "13"}, "why": {Text: word()}}
	if r.IntN(2) == 0 {
		t.c.Named = &NamedOrder{No: word(), State: Down}
	}
	return t
}

func TestJudgesAsBefore(t *testing.T) {
	j := newJudging(t)
	found, passed := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		one := j.turn(rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1)))
		for _, s := range j.templates {
			text, missing := s.Render(one.see(Request{Intent: "return"}).Facts, one.format())
			if len(missing) > 0 {
				continue
			}
			want, wantMissing := s.Render(one.ownFactsBefore(), one.format())
			got, whole := one.ownWords(nil, s)
			require.Equal(rt, len(wantMissing) == 0, whole, s.Source())
			if whole {
				require.Equal(rt, want, string(got), s.Source())
			}
			before := one.forbiddenBefore(s, text)
			notes := one.trace.Notes
			one.trace.Notes = nil
			require.Equal(rt, before, one.forbidden(s, text), s.Source())
			require.Equal(rt, notes, one.trace.Notes, s.Source())
			one.trace.Notes = nil
			if before {
				found++
			} else {
				passed++
			}
		}
	})
	require.Positive(t, found)
	require.Greater(t, passed, found)
}

func TestVerdictsAreBounded(t *testing.T) {
	list := []Pattern{{Name: "x", Match: regexp.MustCompile("x")}}
	var v verdicts
	for i := range 3 * mostVerdicts {
		require.Empty(t, v.of(list, []byte(strconv.Itoa(i))))
		require.Equal(t, []int{0}, v.of(list, []byte("x"+strconv.Itoa(i))))
		require.Equal(t, []int{0}, v.of(list, []byte("x"+strconv.Itoa(i))), "the second time")
		require.LessOrEqual(t, len(v.known), mostVerdicts)
	}
	long := make([]byte, mostJudged+1)
	require.Empty(t, v.of(list, long))
	require.NotContains(t, v.known, string(long))
}

// forbiddenBefore judges as it was done before verdicts were remembered, pattern by pattern and with all facts masked.
func (t *turn) forbiddenBefore(s *rules.Template, text string) bool {
	if len(s.Facts()) == 0 {
		return false
	}
	for i := range t.b.Compliance {
		p := &t.b.Compliance[i]
		if !p.Near(text) || !p.hits(text) || p.hitsAny(s.Literals()) {
			continue
		}
		if own, missing := s.Render(t.ownFactsBefore(), t.format()); len(missing) > 0 || p.hits(own) {
			t.note("compliance: %s", p.Name)
			return true
		}
	}
	return false
}

// ownFactsBefore are the facts with every text of the buyer or of an order masked, for judging the shop's own words.
func (t *turn) ownFactsBefore() *rules.Facts {
	f := t.b.newRow()
	t.deskFacts(f)
	t.clockFacts(f)
	t.noticeFacts(f)
	for _, fact := range Facts() {
		v, known := t.facts.Get(fact.Name)
		if !known {
			continue
		}
		if v.Kind() == rules.Text && isForeign(fact.Name) {
			v = rules.TextValue("□")
		}
		f.Set(fact.Name, v)
	}
	t.catalogueTitle(f)
	for i := range t.b.Slots {
		name := "slots." + t.b.Slots[i].Name
		if v, known := t.facts.Get(name); known {
			if v.Kind() == rules.Text {
				v = rules.TextValue("□")
			}
			f.Set(name, v)
		}
	}
	if p := t.product(); p != nil {
		if line, ok := t.b.Products[p.ID]; ok {
			catalogueFacts(f, line)
		}
	}
	return f.Facts
}

// catalogueTitle leaves a product's title as it stands when it is the shop's own.
func (t *turn) catalogueTitle(f *row) {
	p := t.product()
	if p == nil {
		return
	}
	if line, ok := t.b.Products[p.ID]; ok {
		if own, has := line.Columns["title"]; has {
			f.Set("product.title", own)
		}
	}
}
