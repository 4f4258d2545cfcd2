package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// merge compiles the documents of a shop on those of a base folder.
func merge(t *testing.T, base, own string, drop ...string) (*rules.Book, []doc.Diagnostic) {
	t.Helper()
	var p doc.Problems
	o := rules.Options{Drop: map[string]doc.Range{}}
	for _, id := range drop {
		o.Drop[id] = doc.WholeFile("shop.yaml")
	}
	sources := []rules.Source{
		{File: doc.Parse("../base/rules.yaml", []byte(base), &p), Base: true},
		{File: doc.Parse("rules.yaml", []byte(own), &p)},
	}
	return rules.Compile(sources, vocabulary(), o, &p), p.All()
}

const baseRules = `
rules:
  - {id: base.one, intent: refund, reply: 一}
  - {id: base.two, intent: return, reply: 二}
  - {id: base.three, intent: delay, reply: 三}
otherwise: {clarify: 1, handoff: {team: presales}}
`

func TestMergeWithBase(t *testing.T) {
	book, found := merge(t, baseRules, `
rules:
  - {id: base.two, intent: return, reply: 自己的}
  - {id: own, intent: quality, reply: 新的}
`, "base.three")
	require.NotNil(t, book, "%v", found)
	var ids []string
	for i, rule := range book.Rules() {
		ids = append(ids, rule.ID)
		require.Equal(t, i, rule.Index)
	}
	require.Equal(t, []string{"own", "base.one", "base.two"}, ids)
	require.Equal(t, "自己的", book.Rules()[2].Replies[0].Text.Source())
	require.Equal(t, 1, book.Otherwise().Clarify, "the base's is kept")
}

func TestMergeOtherwise(t *testing.T) {
	book, found := merge(t, baseRules, "otherwise: {clarify: 0, handoff: {team: lead, reason: 没听懂}}")
	require.NotNil(t, book, "%v", found)
	require.Equal(t, 0, book.Otherwise().Clarify)
	require.Equal(t, "lead", book.Otherwise().Handoff.Team)
	require.Equal(t, "没听懂", book.Otherwise().Handoff.Reason.Source())
	require.Equal(t, "rules.yaml", book.Otherwise().At.File)
}

func TestMergeProblems(t *testing.T) {
	_, found := merge(t, baseRules, "otherwise: {clarify: 0}", "base.tow")
	require.Equal(t, doc.UnknownValue, found[0].Code)
	require.Contains(t, found[0].Message, `did you mean "base.two"?`)

	// A base rule that is replaced is not compiled, so what is wrong with it is no matter.
	book, found := merge(t, "rules:\n  - {id: a, intent: no_such, reply: 一}\n"+closing, "rules:\n  - {id: a, intent: return, reply: 二}\n")
	require.NotNil(t, book, "%v", found)
}

// A base rule that a nearer folder's rules beat is a default that is not needed. A folder's own order is its own matter.
func TestUnreachableRulesOfABase(t *testing.T) {
	const far, middle, own = "../../far/rules.yaml", "../middle/rules.yaml", "rules.yaml"
	tests := []struct {
		name    string
		sources [][2]string // the shop's own before its bases
		want    []string
	}{
		{"own beats base", [][2]string{{own, "{id: a, intent: refund, reply: 一}"}, {middle, "{id: b, intent: refund, reply: 二}"}}, nil},
		{"own and base together", [][2]string{
			{own, "{id: a, intent: return, when: order.known, reply: 一}"},
			{middle, "{id: b, intent: return, when: not order.known, reply: 二}\n  - {id: c, intent: return, reply: 三}"},
		}, nil},
		{"a replaced rule beats base", [][2]string{
			{own, "{id: b, intent: refund, reply: 一}"},
			{middle, "{id: b, intent: refund, when: order.known, reply: 二}\n  - {id: c, intent: refund, reply: 三}"},
		}, nil},
		{"a base beats its base", [][2]string{
			{own, "{id: a, intent: delay, reply: 一}"}, {middle, "{id: b, intent: refund, reply: 二}"}, {far, "{id: c, intent: refund, reply: 三}"},
		}, nil},
		{"within the base", [][2]string{
			{own, "{id: a, intent: delay, reply: 一}"}, {middle, "{id: b, intent: refund, reply: 二}\n  - {id: c, intent: refund, reply: 三}"},
		}, []string{"../middle/rules.yaml:3"}},
		{"within the shop", [][2]string{
			{own, "{id: a, intent: refund, reply: 一}\n  - {id: b, intent: refund, reply: 二}"}, {middle, "{id: c, intent: refund, reply: 三}"},
		}, []string{"rules.yaml:3"}},
		{"a replaced rule is the shop's own", [][2]string{
			{own, "{id: a, intent: refund, reply: 一}\n  - {id: b, intent: refund, reply: 二}"}, {middle, "{id: b, intent: return, reply: 三}"},
		}, []string{"rules.yaml:3"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var p doc.Problems
			var sources []rules.Source
			for _, s := range tt.sources {
				text := "rules:\n  - " + s[1] + "\n"
				if s[0] == own {
					text += closing
				}
				sources = append(sources, rules.Source{File: doc.Parse(s[0], []byte(text), &p), Base: s[0] != own})
			}
			rules.Compile(sources, vocabulary(), rules.Options{}, &p)
			var places []string
			for _, d := range errorsOf(p.All()) {
				require.Equal(t, doc.UnreachableRule, d.Code, "%v", d)
				places = append(places, fmt.Sprintf("%s:%d", d.Range.File, d.Range.Start.Line))
			}
			require.Equal(t, tt.want, places)
		})
	}
}

func TestTwoFilesOfOneFolder(t *testing.T) {
	var p doc.Problems
	sources := []rules.Source{
		{File: doc.Parse("rules/1.yaml", []byte("rules:\n  - {id: a, intent: return, reply: 一}\n"+closing), &p)},
		{File: doc.Parse("rules/2.yaml", []byte("rules:\n  - {id: a, intent: refund, reply: 一}\notherwise: {clarify: 0}\n"), &p)},
	}
	require.Nil(t, rules.Compile(sources, vocabulary(), rules.Options{}, &p))
	found := p.All()
	require.Len(t, found, 2)
	require.Equal(t, doc.DuplicateID, found[0].Code)
	require.Equal(t, "rules/2.yaml", found[0].Range.File)
	require.Equal(t, "rules/1.yaml", found[0].Related[0].Range.File)
	require.Equal(t, doc.DuplicateKey, found[1].Code)
}

func TestRuleIsReadWhole(t *testing.T) {
	book := mustCompile(t, `
rules:
  - id: all
    intent: [delay, refund.where]
    for: {ids: [p1], tags: [fresh]}
    from: 2026-11-20
    until: 2026-11-23
    collect: [bad, photos]
    reply:
      - 您好
      - {text: 看图, image: "https://shop/a.jpg", choices: [好, 不好]}
    apologise: true
    offer: {coupon: 5, cap: {amount: "10.50", per_order: 1, per_buyer_per_day: 2}, above: lead}
    promise: {what: 送达, within: 48h}
    tag: [迟到, 优惠券]
    limit: {times: 2, per: episode}
    handoff: {team: aftersales, priority: high, reason: "金额 ${order.amount}", task: true}
    close: true
  - {id: resend, intent: quality, silent: true, offer: {resend: true}, tag: 补发}
  - {id: difference, intent: greeting, offer: {difference: order.amount - product.price}}
otherwise: {clarify: 1}
`)
	rule := book.Rules()[0]
	require.Equal(t, []rules.Intended{{Intent: "delay"}, {Intent: "refund", Topic: "where"}}, rule.Intents)
	require.Equal(t, []string{"p1", "fresh"}, rule.For)
	require.Equal(t, "2026-11-20 2026-11-23", rule.From.Format("2006-01-02")+" "+rule.Until.Format("2006-01-02"))
	require.Equal(t, []string{"bad", "photos"}, rule.Collect)
	require.Equal(t, "您好", rule.Replies[0].Text.Source())
	require.Equal(t, "https://shop/a.jpg", rule.Replies[1].Image)
	require.Equal(t, []string{"好", "不好"}, rule.Replies[1].Choices)
	require.True(t, rule.Apologise && rule.Close && rule.Handoff.Task)
	require.Equal(t, rules.Cap{Amount: "10.50", PerOrder: 1, PerBuyerPerDay: 2}, rule.Offer.Cap)
	require.Equal(t, "coupon", rule.Offer.Kind)
	require.Equal(t, "lead", rule.Offer.Above)
	require.Equal(t, "48h0m0s", rule.Promise.Within.String())
	require.Equal(t, "送达", rule.Promise.What)
	require.Equal(t, []string{"迟到", "优惠券"}, rule.Tags)
	require.Equal(t, rules.Limit{Times: 2, Per: "episode"}, *rule.Limit)
	require.Equal(t, "high", rule.Handoff.Priority)
	require.Equal(t, "金额 ${order.amount}", rule.Handoff.Reason.Source())
	require.Equal(t, doc.Position{Line: 3, Column: 9}, rule.At.Start)
	require.True(t, book.Rules()[1].Silent)
	require.Nil(t, book.Rules()[1].Offer.Amount)
	require.Equal(t, []string{"order.amount", "product.price"}, book.Rules()[2].Offer.Amount.Facts())

	u := book.Usage()
	require.Equal(t, []string{"bad", "photos"}, u.Slots)
	require.Equal(t, []string{"aftersales", "lead"}, u.Teams)
	require.Equal(t, []string{"order.amount", "product.price"}, u.Facts)
}

// codes lists the findings with a code as the text that they mark.
func codes(t *testing.T, source string, code doc.Code) (spots []string, found []doc.Diagnostic) {
	t.Helper()
	_, all := compile(t, source)
	for _, d := range all {
		if d.Code == code {
			spots = append(spots, spot(source, d))
			found = append(found, d)
		}
	}
	return spots, found
}

func TestUnreachable(t *testing.T) {
	const plain = "rules:\n  - {id: a, intent: return, when: order.known, reply: 一}\n"
	tests := []struct {
		name, source string
		want         []string
	}{
		{"same condition", plain + "  - {id: b, intent: return, when: order.known, reply: 二}\n", []string{"b"}},
		{"narrower", plain + "  - {id: b, intent: return, when: order.known and order.amount > 3, reply: 二}\n", []string{"b"}},
		{"wider", plain + "  - {id: b, intent: return, reply: 二}\n", nil},
		{"other intent", plain + "  - {id: b, intent: refund, when: order.known, reply: 二}\n", nil},
		{"more intents", plain + "  - {id: b, intent: [return, refund], when: order.known, reply: 二}\n", nil},
		{"a rule for all", "rules:\n  - {id: a, reply: 一}\n  - {id: b, intent: return, reply: 二}\n  - {id: c, reply: 三}\n", []string{"b", "c"}},
		{"for all beats one for all only", plain + "  - {id: b, when: order.known, reply: 二}\n", nil},
		{"topic", "rules:\n  - {id: a, intent: refund, reply: 一}\n  - {id: b, intent: refund.only, reply: 二}\n", []string{"b"}},
		{"topic first", "rules:\n  - {id: a, intent: refund.only, reply: 一}\n  - {id: b, intent: refund, reply: 二}\n", nil},
		{"several together", "rules:\n  - {id: a, intent: return, when: order.delivered_days <= 7, reply: 一}\n  - {id: b, intent: return, when: order.delivered_days > 7, reply: 二}\n  - {id: c, intent: return, when: order.delivered_days > 3, reply: 三}\n", []string{"c"}},
		{"several leave a gap", "rules:\n  - {id: a, intent: return, when: order.delivered_days < 7, reply: 一}\n  - {id: b, intent: return, when: order.delivered_days > 7, reply: 二}\n  - {id: c, intent: return, when: order.delivered_days > 3, reply: 三}\n", nil},
		{"unknown facts leave a gap", "rules:\n  - {id: a, intent: return, when: order.delivered_days <= 7, reply: 一}\n  - {id: b, intent: return, when: order.delivered_days > 7, reply: 二}\n  - {id: c, intent: return, when: order.known, reply: 三}\n", nil},
		{"pair of facts", "rules:\n  - {id: a, intent: return, when: order.delivered_days <= policy.return_days, reply: 一}\n  - {id: b, intent: return, when: policy.return_days > order.delivered_days, reply: 二}\n", []string{"b"}},
		{"the same words", "rules:\n  - {id: a, intent: return, when: 'message.text contains \"x\"', reply: 一}\n  - {id: b, intent: return, when: 'order.known and message.text contains \"x\"', reply: 二}\n", []string{"b"}},
		{"text that may be unknown", "rules:\n  - {id: a, intent: return, reply: '${order.no}'}\n  - {id: b, intent: return, reply: 二}\n", nil},
		{"text whose facts are known", "rules:\n  - {id: a, intent: return, when: has(order.no), reply: '${order.no} ${policy.return_days}'}\n  - {id: b, intent: return, when: 'order.no == \"1\"', reply: 二}\n", []string{"b"}},
		{"text that may fail", "rules:\n  - {id: a, intent: return, reply: '${7 / policy.return_days}'}\n  - {id: b, intent: return, reply: 二}\n", nil},
		{"a sure variant", "rules:\n  - {id: a, intent: return, reply: ['${order.no}', 好]}\n  - {id: b, intent: return, reply: 二}\n", []string{"b"}},
		{"limit", "rules:\n  - {id: a, intent: return, limit: {times: 1, per: day}, reply: 一}\n  - {id: b, intent: return, reply: 二}\n", nil},
		{"offer", "rules:\n  - {id: a, intent: return, offer: {coupon: 1}}\n  - {id: b, intent: return, reply: 二}\n", nil},
		{"promise", "rules:\n  - {id: a, intent: return, promise: {what: 送达, within: 1h}, reply: 一}\n  - {id: b, intent: return, reply: 二}\n", nil},
		{"for", "rules:\n  - {id: a, intent: return, for: {ids: [x]}, reply: 一}\n  - {id: b, intent: return, reply: 二}\n", nil},
		{"dates", "rules:\n  - {id: a, intent: return, from: 2026-01-01, reply: 一}\n  - {id: b, intent: return, reply: 二}\n", nil},
		{"off", "rules:\n  - {id: a, intent: return, off: true, reply: 一}\n  - {id: b, intent: return, reply: 二}\n  - {id: c, intent: return, off: true, reply: 三}\n", nil},
		{"find_order", "rules:\n  - {id: a, intent: return, find_order: true}\n  - {id: b, intent: return, reply: 二}\n", nil},
		{"silent", "rules:\n  - {id: a, intent: return, silent: true}\n  - {id: b, intent: return, reply: 二}\n", []string{"b"}},
		{"collect", "rules:\n  - {id: a, intent: return, collect: [bad], reply: '坏了 ${slots.bad} 个'}\n  - {id: b, intent: return, reply: 二}\n", []string{"b"}},
		{"narrowed later rule", "rules:\n  - {id: a, intent: return, reply: 一}\n  - {id: b, intent: return, for: {ids: [x]}, limit: {times: 1, per: day}, from: 2026-01-01, reply: 二}\n", []string{"b"}},
		{"guard takes the one with a handoff", "rules:\n  - {id: a, intent: human, reply: 一}\n  - {id: b, intent: human, handoff: {team: lead}}\n  - {id: c, intent: human, handoff: {team: lead}}\n", []string{"c"}},
		{"danger takes the one with a handoff", "rules:\n  - {id: a, reply: 一}\n  - {id: b, when: 'risk == \"health\"', handoff: {team: lead}}\n", nil},
		{"constant is not unreachable too", "rules:\n  - {id: a, intent: return, reply: 一}\n  - {id: b, intent: return, when: 1 > 2, reply: 二}\n", nil},
		{"wrong is not unreachable too", "rules:\n  - {id: a, intent: return, reply: 一}\n  - {id: b, intent: return, when: order.kown, reply: 二}\n", nil},
		{"a wrong rule beats none", "rules:\n  - {id: a, intent: return, repl: 一, silent: true}\n  - {id: b, intent: return, reply: 二}\n", nil},
		{"a copy has one problem", "rules:\n  - {id: a, intent: return, reply: 一}\n  - {id: a, intent: return, reply: 二}\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			spots, found := codes(t, tt.source+closing, doc.UnreachableRule)
			require.Equal(t, tt.want, spots)
			for _, d := range found {
				require.NotEmpty(t, d.Related)
			}
		})
	}
}

func TestUnreachableNamesTheEarlierRules(t *testing.T) {
	_, found := codes(t, `rules:
  - {id: far, intent: return, when: 'mood == "calm"', reply: 一}
  - {id: low, intent: return, when: order.delivered_days <= 7, reply: 一}
  - {id: high, intent: return, when: order.delivered_days > 7, reply: 二}
  - {id: late, intent: return, when: order.delivered_days > 3, reply: 三}
`+closing, doc.UnreachableRule)
	require.Len(t, found, 1)
	require.Equal(t, `this rule can never answer: "low" and "high" before it always does`, found[0].Message)
	require.Equal(t, 3, found[0].Related[0].Range.Start.Line)
	require.Equal(t, 4, found[0].Related[1].Range.Start.Line)
}

func TestUnsafePromise(t *testing.T) {
	tests := []struct{ text, want string }{
		{"我们会在 48 小时内送达", "48 小时内送达"},
		{"三天内给您退款", "三天内给您退款"},
		{"1-3 个工作日到账", "1-3 个工作日到账"},
		{"今天一定发货", "今天一定发货"},
		{"明天就能送到您手里", "明天就能送到"},
		{"两天内到", "两天内到"},
		{"亲，48小时就能到哦", "48小时就能到"},
		{"明天到，请放心", "明天到"},
		{"马上退款 10 元", "马上退款"},
		{"给您退款 10 元", "退款 10 元"},
		{"我们立刻为您补发", "立刻为您补发"},
		{"活动从今天到月底", ""},
		{"两天内到店自提的订单有礼", ""},
		{"马上为您转接同事", ""},
		{"非常抱歉，赔您 5 元", "赔您 5 元"},
		{"给您补 10 元优惠券", "补 10 元"},
		{"送您 5 元红包", "5 元红包"},
		{"We will ship within 24 hours", "ship within 24 hours"},
		{"Your money will arrive in 3-5 business days", "arrive in 3-5 business days"},
		{"Within 2 days we deliver", "Within 2 days we deliver"},
		{"Here is a refund of $5", "refund of $5"},
		{"Please take this $5 coupon", "$5 coupon"},
		{"签收 7 天内支持退货", ""},
		{"签收 ${policy.return_days} 天内支持退货", ""},
		{"一般 ${policy.ship_within} 内发货", ""},
		{"请在 24 小时内回复我们", ""},
		{"签收后 7 天内可退款", ""},
		{"30 天内支持无理由退款", ""},
		{"下单后 48 小时内发货", "48 小时内发货"},
		{"麻烦您 48 小时内处理", ""},
		{"该商品 39.90 元", ""},
		{"今天天气好", ""},
		{"预计 ${order.promised_at} 前发货", ""},
		{"Returns are accepted within 7 days", ""},
		{"Please reply within 24 hours", ""},
		{"It costs $5", ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			spots, _ := codes(t, "rules:\n  - id: a\n    intent: return\n    reply: '"+tt.text+"'"+closing, doc.UnsafePromise)
			require.Equal(t, tt.want, strings.Join(spots, "|"))
		})
	}
}

func TestUnsafePromiseWarning(t *testing.T) {
	const rule = "rules:\n  - id: a\n    intent: return\n    reply: [好的, '亲，48 小时内发货']\n"
	spots, _ := codes(t, rule+closing, doc.UnsafePromise)
	require.Equal(t, []string{"48 小时内发货"}, spots)
	for _, with := range []string{"    promise: {what: 发货, within: 48h}\n", "    offer: {coupon: 5}\n"} {
		spots, _ = codes(t, rule+with+closing, doc.UnsafePromise)
		require.Empty(t, spots)
	}
}

func TestUnansweredIntents(t *testing.T) {
	_, found := codes(t, "rules:\n  - {id: a, intent: return, reply: 一}\n  - {id: b, intent: refund, off: true, reply: 一}"+closing, doc.UnansweredIntent)
	require.Len(t, found, 1)
	require.Equal(t, "no rule answers refund, delay, wrong_order, quality", found[0].Message)
	require.Equal(t, doc.Warning, found[0].Severity)
	_, found = codes(t, "rules:\n  - {id: a, reply: 一}"+closing, doc.UnansweredIntent)
	require.Empty(t, found, "a rule for every message answers all")
	_, found = codes(t, "rules:\n  - {id: a, intent: retrun, reply: 一}"+closing, doc.UnansweredIntent)
	require.Empty(t, found, "a misspelt intent is one problem")

	v := vocabulary()
	v.Intents[1].Title, v.Intents[2].Title = "退款", "delay"
	v.Intents = append(v.Intents, rules.Intent{Name: "gift_box", Title: "礼盒", At: doc.WholeFile("intents.yaml")})
	var p doc.Problems
	file := doc.Parse("rules.yaml", []byte("rules:\n  - {id: a, intent: return, reply: 一}"+closing), &p)
	rules.Compile([]rules.Source{{File: file}}, v, rules.Options{}, &p)
	require.Equal(t, "intents.yaml", p.All()[0].Range.File)
	require.Equal(t, "no rule answers gift_box (礼盒)", p.All()[0].Message)
	require.Equal(t, "no rule answers refund (退款), delay, wrong_order, quality", p.All()[1].Message)
}

func TestNeedsOrder(t *testing.T) {
	const needs = "rules:\n  - {id: a, intent: return, when: 'order.stage == \"paid\"', reply: 一}\n  - {id: b, intent: return, when: order.known, reply: 二}\n"
	tests := []struct {
		name, source string
		want         []string
	}{
		{"all need it", needs, []string{"return"}},
		{"one finds it", needs + "  - {id: c, intent: return, when: not order.known, find_order: true}\n", nil},
		{"one for every message finds it", needs + "  - {id: c, when: not order.known, find_order: true}\n", nil},
		{"one does without", needs + "  - {id: c, intent: return, when: not order.known, reply: 好}\n", nil},
		{"the text needs it", "rules:\n  - {id: a, intent: [delay, refund], reply: '${order.no}'}\n", []string{"delay", "refund"}},
		{"logistics", "rules:\n  - {id: a, intent: delay.ship, when: 'logistics.state == \"signed\"', reply: 一}\n", []string{"delay.ship"}},
		{"or", "rules:\n  - {id: a, intent: delay, when: 'order.known or mood == \"calm\"', reply: 一}\n", nil},
		{"off", needs + "  - {id: c, intent: return, off: true, find_order: true}\n", []string{"return"}},
		{"a fact of it", "rules:\n  - {id: a, intent: delay, when: has(order.no), reply: 一}\n", []string{"delay"}},
		{"a fact of it unknown", "rules:\n  - {id: a, intent: delay, when: not has(order.no), reply: 一}\n", nil},
		{"a fact of the buyer", "rules:\n  - {id: a, intent: delay, when: has(buyer.tier), reply: 一}\n", nil},
		{"none in view", "rules:\n  - {id: a, intent: delay, when: order.known == false, reply: 一}\n", nil},
		{"in every branch", "rules:\n  - {id: a, intent: delay, when: 'order.amount > 3 or logistics.state == \"signed\"', reply: 一}\n", []string{"delay"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			spots, _ := codes(t, tt.source+closing, doc.NeedsOrder)
			require.Equal(t, tt.want, spots)
		})
	}
}

func TestProductsThatDoNotExist(t *testing.T) {
	v := vocabulary()
	v.Tags = []string{"fresh", "p1"}
	var p doc.Problems
	file := doc.Parse("rules.yaml", []byte("rules:\n  - {id: a, for: {tags: [fresh, fersh], ids: [p1]}, reply: 好}"+closing), &p)
	require.NotNil(t, rules.Compile([]rules.Source{{File: file}}, v, rules.Options{}, &p), "a warning is no error")
	require.Contains(t, p.All()[len(p.All())-1].Message+p.All()[0].Message, `"fersh"; did you mean "fresh"?`)
}

// The examples of the reference are conditions that compile.
func TestReferenceExamples(t *testing.T) {
	for _, w := range append(rules.Operators(), rules.Functions()...) {
		t.Run(w.Name, func(t *testing.T) {
			mustCompile(t, withCondition(w.Example))
			require.Contains(t, rules.LanguageReference(), strings.ReplaceAll(w.Doc, "|", `\|`))
		})
	}
	require.Contains(t, rules.FactsReference(vocabulary()), "| `order.stage` | unpaid, paid, shipped, delivered, closed | may be unknown |")
	require.Contains(t, doc.Reference("规则", "", rules.RuleShape()), "find_order")
	properties, ok := doc.Schema("rules", rules.Schema())["properties"].(map[string]any)
	require.True(t, ok)
	require.Contains(t, properties, "otherwise")
}
