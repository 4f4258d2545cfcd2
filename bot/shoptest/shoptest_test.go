package shoptest_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/shop"
	"xiaoer/bot/shoptest"
	"xiaoer/intents"
	"xiaoer/rules/doc"
)

const shopYAML = `id: t
name: 试店
timezone: Asia/Shanghai
policy: {return_days: 7}
teams:
  aftersales: {title: 售后, first_reply: 3m}
  lead: {title: 主管}
slots:
  photos: {kind: image, min: 2, ask: 请拍两张照片}
`

const rulesYAML = `rules:
  - {id: return.which, intent: return, when: not order.known, find_order: true}
  - id: return.in_window
    intent: return
    when: order.stage == "delivered" and order.delivered_days <= policy.return_days
    reply: 签收 ${policy.return_days} 天内支持退货。
    tag: [退货]
  - id: return.too_late
    intent: return
    when: order.stage == "delivered" and order.delivered_days > policy.return_days
    collect: [photos]
    handoff: {team: lead, priority: high, reason: 超过退货期}
  - id: never
    intent: invoice
    reply: 在订单页面申请。
  - id: switched.off
    intent: coupon
    off: true
    reply: 没有。
otherwise: {handoff: {team: aftersales, reason: 没听懂}}
`

// loaded is the small shop with its tests.
func loaded(tb testing.TB, tests string) (*shop.Result, []*shoptest.Test, []string) {
	tb.Helper()
	return loadedAs(tb, shopYAML, rulesYAML, tests)
}

// built is the built-in classifier, which takes longer to unpack than most tests take.
var built = sync.OnceValues(intents.Built)

// loadedAs is a shop with its tests, and what is wrong with the tests.
func loadedAs(tb testing.TB, shopYAML, rulesYAML, tests string) (*shop.Result, []*shoptest.Test, []string) {
	tb.Helper()
	classifier, err := built()
	require.NoError(tb, err)
	l, err := shop.NewLoader(shop.Options{Classifier: classifier})
	require.NoError(tb, err)
	r := l.LoadFS(fstest.MapFS{
		"s/shop.yaml": {Data: []byte(shopYAML)}, "s/rules.yaml": {Data: []byte(rulesYAML)}, "s/tests.yaml": {Data: []byte(tests)},
	}, "s")
	require.NotNil(tb, r.Shop, "%v", r.Problems)
	var p doc.Problems
	list := shoptest.Parse(r.Tests, r.Shop.Book, &p)
	var found []string
	for _, d := range p.All() {
		found = append(found, fmt.Sprintf("%s %s %s", d.Range, d.Code, d.Message))
	}
	return r, list, found
}

func subject(r *shop.Result) shoptest.Subject {
	return shoptest.Subject{Book: r.Shop.Book, Read: r.Shop.Classifier.Read}
}

func run(tb testing.TB, tests string, o shoptest.Options) shoptest.Summary {
	tb.Helper()
	r, list, found := loaded(tb, tests)
	require.Empty(tb, found)
	s, err := shoptest.Run(context.Background(), subject(r), list, o)
	require.NoError(tb, err)
	return s
}

const order = `{no: 261118-123456789012345, stage: delivered, delivered_at: 2026-11-18T10:00:00+08:00, amount: "39.90"}`

// one is a test of one conversation about an order that was delivered three days ago.
func one(steps string) string {
	return "tests:\n  - name: 一\n    now: 2026-11-21T10:00:00+08:00\n    order: " + order + "\n    steps:\n" + steps
}

func TestExpectationsThatHold(t *testing.T) {
	s := run(t, one(`      - buyer: 我想退货
        expect:
          intents: [return]
          rule: return.in_window
          reply: [7 天, 支持退货]
          not_reply: [48 小时]
          ask: none
          silent: false
          handoff: none
          slots: {}
          tags: [退货]
          offers: []
          promise: none
          mood: calm
          risk: none
          status: bot
      - buyer: 转人工
        expect: {rule: guard.human, handoff: {team: aftersales, order: {no: 261118-123456789012345, amount: 39.9}}, status: waiting}
      - claim: 小陈
        expect: {status: agent}
      - buyer: 好的
        expect: {silent: true, status: agent, handoff: none}
      - agent: 您好，我来处理
      - release:
        expect: {status: bot}
`), shoptest.Options{})
	require.Empty(t, s.Tests[0].Failures, strings.Join(s.Tests[0].Trace, "\n"))
	require.Equal(t, 1, s.Passed)
}

func TestCollectingOverSteps(t *testing.T) {
	s := run(t, `tests:
  - name: 超过退货期
    now: 2026-11-30T10:00:00+08:00
    buyer: {id: b9, name: 小李, tier: gold}
    order: `+order+`
    steps:
      - buyer: 我想退货
        expect: {rule: return.too_late, ask: photos, handoff: none}
      - buyer: {images: [a.jpg, b.jpg]}
        expect: {rule: return.too_late, handoff: {team: lead, priority: high, reason: 超过退货期, slots: {photos: 2}}, slots: {photos: [a.jpg, b.jpg]}}
`, shoptest.Options{})
	require.Empty(t, s.Tests[0].Failures, strings.Join(s.Tests[0].Trace, "\n"))
}

func TestCaseThatAStepChanges(t *testing.T) {
	s := run(t, one(`      - buyer: 转人工
        expect: {handoff: {team: aftersales}, slots: {order_no: 261118-123456789012345}}
      - buyer: {images: [a.jpg]}
        expect: {handoff: {images: [a.jpg]}}
      - buyer: 好
        expect: {handoff: none}
`), shoptest.Options{})
	require.Empty(t, s.Tests[0].Failures, strings.Join(s.Tests[0].Trace, "\n"))
	for _, want := range []string{"{}", "{images: [b.jpg]}"} {
		s = run(t, one("      - buyer: 转人工\n        expect: {handoff: {}}\n      - buyer: {images: [a.jpg]}\n        expect: {handoff: "+want+"}\n"), shoptest.Options{})
		require.Len(t, s.Tests[0].Failures, 1, want)
	}
}

// TestExpectationsThatFail makes sure that every kind of expectation can fail, with what was expected and got.
func TestExpectationsThatFail(t *testing.T) {
	for _, c := range []struct{ expect, want string }{
		{"intents: [refund]", "intents: expected refund, got return"},
		{"rule: return.too_late", "rule: expected return.too_late, got return.in_window"},
		{"rule: none", "rule: expected none, got return.in_window"},
		{"rule: [return.in_window, never]", "rule: expected return.in_window, never, got return.in_window"},
		{"reply: [15 天]", `reply: expected "15 天", got "签收 7 天内支持退货。"`},
		{"not_reply: 支持", `not_reply: expected no "支持", got "签收 7 天内支持退货。"`},
		{"ask: photos", "ask: expected photos, got none"},
		{"silent: true", `silent: expected silence, got "签收 7 天内支持退货。"`},
		{"handoff: {team: lead}", "handoff: expected {team: lead}, got none"},
		{"handoff: {}", "handoff: expected {}, got none"},
		{"slots: {photos: 2}", "slots: expected {photos: 2}, got {photos: none}"},
		{"tags: [换货]", "tags: expected 换货, got 退货"},
		{"offers: [{kind: coupon}]", "offers: expected {kind: coupon}, got none"},
		{"promise: 送达", "promise: expected {what: 送达}, got none"},
		{"mood: angry", "mood: expected angry, got calm"},
		{"risk: legal", "risk: expected legal, got none"},
		{"status: waiting", "status: expected waiting, got bot"},
	} {
		t.Run(c.expect, func(t *testing.T) {
			s := run(t, one("      - buyer: 我想退货\n        expect: {"+c.expect+"}\n"), shoptest.Options{})
			require.Equal(t, []string{c.want}, s.Tests[0].Failures)
			require.Equal(t, 1, s.Tests[0].Step)
			require.Equal(t, 1, s.Failed)
			require.NotEmpty(t, s.Tests[0].Trace)
		})
	}
}

func TestTraceNamesTheConditionThatSaidNo(t *testing.T) {
	s := run(t, one("      - buyer: 我想退货\n        expect: {rule: return.too_late}\n"), shoptest.Options{})
	trace := strings.Join(s.Tests[0].Trace, "\n")
	require.Contains(t, trace, "return: return.in_window answers (rules.yaml:3)")
	require.Contains(t, trace, "return.which does not fit: ")
	require.Contains(t, trace, "order.known = true")
	require.Contains(t, trace, "status bot")
}

func TestHandoffNoneFailsWhenOneIsMade(t *testing.T) {
	s := run(t, one("      - buyer: 转人工\n        expect: {handoff: none}\n"), shoptest.Options{})
	require.Len(t, s.Tests[0].Failures, 1)
	require.Contains(t, s.Tests[0].Failures[0], "handoff: expected none, got {")
}

func TestClockFiresTimersInOrder(t *testing.T) {
	s := run(t, one(`      - buyer: 转人工
        expect: {status: waiting}
      - claim: 小陈
      - after: 31m
        expect: {status: agent}
      - resolve: 已退款
        expect: {status: closed}
      - buyer: 我想退货
        expect: {status: bot, rule: return.in_window}
`), shoptest.Options{})
	require.Empty(t, s.Tests[0].Failures, strings.Join(s.Tests[0].Trace, "\n"))
}

func TestSourceOfOrders(t *testing.T) {
	s := run(t, `tests:
  - name: 没有订单
    steps:
      - {buyer: 我想退货, expect: {rule: return.which, ask: order_no}}
  - name: 订单系统坏了
    order: `+order+`
    source: down
    steps:
      - {buyer: {text: 我想退货}, expect: {rule: return.in_window}}
  - name: 第一个在眼前
    now: 2026-11-21T10:00:00+08:00
    orders: [`+order+`, {no: 261119-123456789012346, stage: paid}]
    steps:
      - {buyer: 我想退货, expect: {rule: return.in_window}}
`, shoptest.Options{})
	for _, r := range s.Tests {
		require.Empty(t, r.Failures, "%s\n%s", r.Name, strings.Join(r.Trace, "\n"))
	}
}

type reports []string

func (r *reports) Report(result shoptest.Result) { *r = append(*r, result.Name) }

func TestSummary(t *testing.T) {
	tests := one("      - buyer: 我想退货\n        expect: {rule: return.in_window}\n") + `  - name: 二
    steps: [{buyer: 我想退货, expect: {rule: never}}]
`
	var told reports
	s := run(t, tests, shoptest.Options{Reporter: &told})
	require.Equal(t, reports{"一", "二"}, told)
	require.Equal(t, shoptest.Coverage{Rules: 2, Total: 4, Missing: []string{"return.too_late", "never"}}, s.Coverage, "a rule that is off does not count")
	body, err := json.Marshal(s)
	require.NoError(t, err)
	require.JSONEq(t, `{"passed":1,"failed":1,"tests":[
		{"name":"一","file":"tests.yaml","line":2,"passed":true,"step":0,"failures":[]},
		{"name":"二","file":"tests.yaml","line":8,"passed":false,"step":1,"failures":["rule: expected never, got return.which"]}],
		"coverage":{"rules":2,"rules_total":4}}`, string(body))
	only := run(t, tests, shoptest.Options{Pattern: "^一$"})
	require.Len(t, only.Tests, 1)
	r, list, _ := loaded(t, tests)
	_, err = shoptest.Run(t.Context(), subject(r), list, shoptest.Options{Pattern: "("})
	require.Error(t, err)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = shoptest.Run(gone, subject(r), list, shoptest.Options{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestJUnit(t *testing.T) {
	s := run(t, one("      - buyer: 我想退货\n        expect: {reply: <b>}\n"), shoptest.Options{})
	var out strings.Builder
	require.NoError(t, shoptest.WriteJUnit(&out, "t", s))
	var suite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			File    string `xml:"file,attr"`
			Failure struct {
				Message string `xml:"message,attr"`
			} `xml:"failure"`
		} `xml:"testcase"`
	}
	require.NoError(t, xml.Unmarshal([]byte(out.String()), &suite))
	require.Equal(t, 1, suite.Failures)
	require.Equal(t, "一", suite.Cases[0].Name)
	require.Equal(t, "tests.yaml", suite.Cases[0].File)
	require.Contains(t, suite.Cases[0].Failure.Message, `step 1: reply: expected "<b>"`)
}
