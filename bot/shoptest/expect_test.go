package shoptest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/shoptest"
)

// A shop with something for every expectation to speak of.
const fullShop = `id: t
name: 试店
timezone: Asia/Shanghai
teams:
  aftersales: {title: 售后, first_reply: 3m}
  lead: {title: 主管}
slots:
  photos: {kind: image, min: 2, ask: 请拍两张照片}
  bad: {kind: number, ask: 请问坏了几个？}
  address: {ask: 请发新地址}
`

const fullRules = `rules:
  - {id: return.any, intent: return, reply: 在订单页面申请退货。, tag: [退货, 常见]}
  - {id: invoice.any, intent: invoice, reply: {text: 在这里开票。, image: "https://shop.example/i.png", choices: [个人, 公司]}}
  - {id: coupon.any, intent: coupon, offer: {coupon: 5, cap: {amount: 10}, above: lead}, reply: "送您 ${offer.amount} 元券。"}
  - {id: quality.claim, intent: quality, collect: [bad], offer: {refund: slots.bad * 2, cap: {amount: 10}, above: lead}, reply: "赔您 ${offer.amount} 元。"}
  - {id: delay.late, intent: delay, when: order.known, reply: 会尽快送到。, promise: {what: 送达, within: 48h}}
  - {id: exchange.case, intent: exchange, collect: [photos], handoff: {team: lead, priority: high, reason: 换货}}
  - {id: address.case, intent: wrong_order.address, collect: [address], reply: 已登记。, handoff: {team: aftersales, reason: 改地址, task: true}}
  - {id: refund.quiet, intent: refund, silent: true}
otherwise: {clarify: 0, handoff: {team: aftersales, reason: 没听懂}}
`

// full runs tests of the full shop.
func full(t *testing.T, tests string) shoptest.Summary {
	t.Helper()
	r, list, found := loadedAs(t, fullShop, fullRules, tests)
	require.Empty(t, found)
	s, err := shoptest.Run(t.Context(), subject(r), list, shoptest.Options{})
	require.NoError(t, err)
	return s
}

// TestEveryExpectation shows for each key what holds and what does not, after the same step.
func TestEveryExpectation(t *testing.T) {
	cases := []struct {
		buyer        string   // what the buyer writes first
		then         string   // and then; "" for nothing
		holds, fails []string // under expect of the last of them
	}{
		{
			buyer: "我想退货",
			holds: []string{
				"intents: [return]", "intents: return", "rule: return.any", "rule: [return.any]", "reply: 申请退货", "reply: [订单, 退货]", "not_reply: 换货",
				"not_reply: [换货, 发票]", "ask: none", "silent: false", "handoff: none", "handoff: null", "slots: {}", "slots: {photos: none}", "tags: [常见]", "tags: [常见, 退货]",
				"offers: none", "offers: []", "promise: none", "mood: calm", "risk: none", "status: bot",
			},
			fails: []string{
				"intents: [refund]", "intents: []", "intents: [return, refund]", "intents: none", "rule: invoice.any", "rule: none", "rule: [return.any, invoice.any]",
				"reply: 换货", "reply: [订单, 换货]", "not_reply: 退货", "not_reply: [换货, 退货]", "ask: photos", "silent: true", "handoff: {}", "handoff: {team: lead}",
				"slots: {photos: 1}", "tags: [换货]", "tags: [退货, 换货]", "tags: []", "offers: {}", "offers: [{kind: coupon}]", "promise: {}", "promise: 送达",
				"mood: upset", "mood: angry", "risk: legal", "risk: safety", "status: waiting", "status: agent", "status: closed",
			},
		},
		{
			buyer: "怎么开发票",
			holds: []string{"reply: 在这里开票", "reply: 公司", "reply: i.png", "rule: invoice.any"},
			fails: []string{"not_reply: 公司", "not_reply: i.png", "reply: 集团"},
		},
		{
			buyer: "有优惠券吗",
			holds: []string{
				"offers: {kind: coupon}", "offers: [{kind: coupon, amount: 5}]", "offers: {amount: \"5.00\"}", "offers: {}", "reply: 5 元券", "handoff: none",
			},
			fails: []string{"offers: none", "offers: []", "offers: {kind: refund}", "offers: {amount: 6}", "offers: [{kind: coupon}, {kind: refund}]"},
		},
		{
			buyer: "收到的坏了",
			holds: []string{"ask: bad", "rule: quality.claim", "offers: none", "slots: {bad: none}", "reply: 坏了几个"},
			fails: []string{"ask: none", "ask: photos", "rule: none", "slots: {bad: 1}"},
		},
		{
			buyer: "收到的坏了", then: "3个",
			holds: []string{"slots: {bad: 3}", "slots: {bad: \"3\", photos: none}", "offers: {kind: refund, amount: 6}", "ask: none", "rule: quality.claim", "reply: 6 元"},
			fails: []string{"slots: {bad: 4}", "slots: {bad: none}", "slots: {bad: 3, photos: 1}", "offers: {kind: refund, amount: 7}", "ask: bad"},
		},
		{
			buyer: "怎么还没到",
			holds: []string{"promise: 送达", "promise: {what: 送达, state: open}", "promise: {}", "promise: {due: 2026-11-23T10:00:00+08:00}"},
			fails: []string{"promise: none", "promise: 发货", "promise: {what: 送达, state: kept}", "promise: {due: 2026-11-23T11:00:00+08:00}"},
		},
		{
			buyer: "我要换货", then: "{images: [a.jpg, b.jpg]}",
			holds: []string{
				"handoff: {}", "handoff: {team: lead, priority: high, reason: 换货}", "handoff: {slots: {photos: 2}}", "handoff: {slots: {photos: [a.jpg, b.jpg]}}",
				"handoff: {order: {no: 261118-123456789012345, amount: 39.9}}", "handoff: {intent: exchange, mood: calm, risk: none, stage: received}",
				"slots: {photos: [a.jpg, b.jpg]}", "slots: {photos: 2}", "status: waiting", "rule: exchange.case", "handoff: {number: 1}", "handoff: {summary: 换货}",
				"handoff: {order: {stage: delivered}, promises: [], offers: none}",
			},
			fails: []string{
				"handoff: none", "handoff: null", "handoff: {team: aftersales}", "handoff: {team: lead, priority: normal}", "handoff: {slots: {photos: 3}}",
				"handoff: {slots: {photos: [b.jpg, a.jpg]}}", "handoff: {slots: {photos: [a.jpg]}}", "handoff: {order: {no: \"1\"}}", "handoff: {order: {stage: paid}}",
				"handoff: {intent: return}", "handoff: {mood: angry}", "handoff: {risk: legal}", "handoff: {stage: closed}", "slots: {photos: 1}", "status: bot",
				"handoff: {number: 2}", "handoff: {summary: 退款到账}", "handoff: {order: {items: [{id: a}]}}",
			},
		},
		{
			buyer: "转人工",
			holds: []string{"rule: guard.human", "handoff: {team: aftersales, priority: normal}", "status: waiting", "silent: false"},
			fails: []string{"rule: none", "rule: return.any", "handoff: {priority: urgent}", "status: bot"},
		},
		{
			buyer: "转人工", then: "好的",
			holds: []string{"silent: true", "handoff: none", "rule: none", "reply: []", "ask: none"},
			fails: []string{"silent: false", "handoff: {}", "reply: 好", "rule: guard.human"},
		},
		{
			buyer: "改一下收货地址",
			holds: []string{"intents: [wrong_order]", "intents: [wrong_order.address]", "ask: address"},
			fails: []string{"intents: [wrong_order.remark]", "intents: [wrong_order.address, return]", "ask: none"},
		},
		{
			buyer: "退款什么时候到账",
			holds: []string{"rule: refund.quiet", "silent: true"},
			fails: []string{"rule: none", "silent: false"},
		},
		{
			buyer: "我要打12315举报你们",
			holds: []string{"risk: regulator", "status: waiting"},
			fails: []string{"risk: none", "risk: media", "status: bot"},
		},
	}
	var tests strings.Builder
	tests.WriteString("tests:\n")
	var wants []bool
	for _, c := range cases {
		for i, expect := range append(slices.Clone(c.holds), c.fails...) {
			wants = append(wants, i < len(c.holds))
			steps := "{buyer: " + c.buyer + ", expect: {" + expect + "}}"
			if c.then != "" {
				steps = "{buyer: " + c.buyer + "}, {buyer: " + c.then + ", expect: {" + expect + "}}"
			}
			fmt.Fprintf(&tests, "  - {name: %q, now: 2026-11-21T10:00:00+08:00, order: %s, steps: [%s]}\n", c.buyer+c.then+" "+expect, order, steps)
		}
	}
	s := full(t, tests.String())
	require.Len(t, s.Tests, len(wants))
	for i, want := range wants {
		t.Run(s.Tests[i].Name, func(t *testing.T) {
			require.Equal(t, want, s.Tests[i].Passed, "%s\n%s", s.Tests[i].Failures, strings.Join(s.Tests[i].Trace, "\n"))
		})
	}
}
