package shoptest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSteps plays what may happen besides a buyer's text, each with what must hold then.
func TestSteps(t *testing.T) {
	const number = "261118-123456789012345"
	for _, c := range []struct{ name, head, steps string }{
		{
			"the clock fires the holding line", "", `
      - {buyer: 转人工, expect: {status: waiting}}
      - {after: 2m, expect: {silent: false, status: waiting}}
      - {after: 1h, expect: {status: waiting}}`,
		},
		{
			"an agent takes over, writes and gives back", "", `
      - {buyer: 转人工}
      - {claim: 小陈, expect: {status: agent}}
      - {buyer: 我想退货, expect: {silent: true, rule: none, status: agent}}
      - {agent: 您好，马上处理, expect: {status: agent}}
      - {release: , expect: {status: bot}}
      - {buyer: 我想退货, expect: {rule: return.any, status: bot}}`,
		},
		{
			"an agent resolves, and the next message opens a new episode", "", `
      - {buyer: 转人工}
      - {claim: 小陈}
      - {resolve: 已补发, expect: {status: closed}}
      - {buyer: 我想退货, expect: {rule: return.any, status: bot}}`,
		},
		{
			"a human's words on the channel are a claim", "", `
      - {echo: 亲，我是客服小陈, expect: {status: agent}}
      - {buyer: 我想退货, expect: {silent: true, status: agent}}`,
		},
		{
			"our own words coming back are not", "", `
      - {buyer: 我想退货, expect: {reply: 在订单页面申请退货。}}
      - {echo: 在订单页面申请退货。, expect: {status: bot}}
      - {buyer: 怎么开发票, expect: {rule: invoice.any}}`,
		},
		{
			"without an open case the bot comes back after agent_idle", "", `
      - {echo: 亲，我是客服小陈, expect: {status: agent}}
      - {after: 29m, expect: {status: agent}}
      - {after: 2m, expect: {status: bot}}`,
		},
		{
			"a step with images and no kind is an image", "", `
      - {buyer: 我要换货, expect: {ask: photos}}
      - {buyer: {images: [a.jpg]}, expect: {ask: photos, slots: {photos: 1}}}
      - {buyer: {images: b.jpg}, expect: {ask: none, slots: {photos: [a.jpg, b.jpg]}, handoff: {team: lead}}}`,
		},
		{
			"a voice asks for text", "", `
      - {buyer: {kind: voice}, expect: {rule: ack_media, silent: false}}
      - {buyer: {kind: video}, expect: {silent: false}}`,
		},
		{
			"a card alone answers only an open question", "", `
      - {buyer: {order: {no: "88", stage: paid}}, expect: {silent: true, rule: none}}`,
		},
		{
			"a card with a text brings the order", "", `
      - {buyer: {text: 转人工, order: {no: "88", stage: paid}}, expect: {handoff: {order: {no: "88", stage: paid}}}}`,
		},
		{
			"the first order is in view", "orders: [{no: " + number + ", stage: shipped}, {no: 261119-123456789012346, stage: paid}]", `
      - {buyer: 怎么还没到, expect: {rule: delay.late}}
      - {buyer: 转人工, expect: {handoff: {order: {no: ` + number + `}}}}`,
		},
		{
			"without an order there is none in view", "", `
      - {buyer: 怎么还没到, expect: {rule: guard.no_rule, handoff: {team: aftersales}}}`,
		},
		{
			"a buyer may be a name only", "buyer: b-7", `
      - {buyer: 我想退货, expect: {rule: return.any}}`,
		},
		{
			"an order of another buyer's is not in view", "buyer: {id: b-7}\n    order: {no: \"88\", stage: shipped, buyer_id: b-8}", `
      - {buyer: 怎么还没到, expect: {rule: guard.no_rule}}`,
		},
		{
			"a rule that is paused is read as off", "pause: return.any", `
      - {buyer: 我想退货, expect: {rule: guard.no_rule}}
      - {release: }
      - {buyer: 怎么开发票, expect: {rule: invoice.any}}`,
		},
		{
			"a shop that is paused hands everything over", "pause: \"*\"", `
      - {buyer: 好的, expect: {silent: true, status: bot}}
      - {buyer: 我想退货, expect: {rule: guard.paused, handoff: {team: aftersales}, status: waiting}}`,
		},
		{
			"the least loaded of those at the desk is chosen", "online: [{agent: 小王, load: 2}, {agent: 小李, teams: lead}, 小陈]", `
      - {buyer: 转人工, expect: {handoff: {assigned: 小陈}, status: waiting}}
      - {claim: 小陈, expect: {handoff: {agent: 小陈}, status: agent}}
      - {move: {team: lead}, expect: {handoff: {team: lead, assigned: 小李}, status: waiting}}
      - {claim: 小李}
      - {move: {to: 小王}, expect: {handoff: {team: lead, assigned: 小王}, status: waiting}}`,
		},
		{
			"an agent is full with what the conversation has given", "online: [{agent: 小陈, ceiling: 1}]", `
      - {buyer: 转人工, expect: {handoff: {assigned: 小陈}}}
      - {move: , expect: {handoff: {team: aftersales}, status: waiting}}`,
		},
		{
			"a note is for colleagues", "", `
      - {buyer: 转人工}
      - {note: 已问仓库, expect: {silent: true, status: waiting, handoff: {notes: [{text: 已问仓库}]}}}`,
		},
		{
			"replies in time are counted", "", `
      - {buyer: 转人工}
      - {claim: 小陈}
      - {agent: 您好, expect: {handoff: {in_time: 1}}}
      - {after: 1m}
      - {buyer: 好的}
      - {after: 2h, expect: {handoff: {late: 1}}}`,
		},
		{
			"a promise falls due", "order: {no: \"88\", stage: shipped}", `
      - {buyer: 怎么还没到, expect: {promise: 送达}}
      - {after: 47h, expect: {promise: none}}
      - {after: 2h, expect: {promise: {what: 送达, state: broken}, status: bot, handoff: none}}
      - {buyer: 还没到啊, expect: {rule: guard.promise, handoff: {team: aftersales}}}`,
		},
		{
			"a promise about a parcel that arrived is kept", "order: {no: \"88\", stage: delivered}", `
      - {buyer: 怎么还没到, expect: {promise: 送达}}
      - {after: 49h, expect: {promise: {state: kept}}}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			head := "tests:\n  - name: x\n    now: 2026-11-20T10:00:00+08:00\n"
			if c.head != "" {
				head += "    " + c.head + "\n"
			}
			s := full(t, head+"    steps:"+c.steps+"\n")
			require.Empty(t, s.Tests[0].Failures, "step %d\n%s", s.Tests[0].Step, strings.Join(s.Tests[0].Trace, "\n"))
		})
	}
}

// TestAFailureStopsItsTest holds that the first step that fails ends a test, with all that failed there, and no other test.
func TestAFailureStopsItsTest(t *testing.T) {
	s := full(t, `tests:
  - name: 一
    steps:
      - {buyer: 我想退货, expect: {rule: return.any}}
      - {buyer: 怎么开发票, expect: {rule: return.any, status: waiting}}
      - {buyer: 转人工, expect: {status: bot}}
  - name: 二
    steps: [{buyer: 我想退货, expect: {status: bot}}]
`)
	require.Equal(t, 2, s.Tests[0].Step)
	require.Equal(t, []string{"rule: expected return.any, got invoice.any", "status: expected waiting, got bot"}, s.Tests[0].Failures)
	require.True(t, s.Tests[1].Passed)
	require.Zero(t, s.Tests[1].Step)
	require.Equal(t, []int{1, 1}, []int{s.Passed, s.Failed})
	require.Equal(t, []string{"coupon.any", "quality.claim", "delay.late", "exchange.case", "address.case", "refund.quiet"}, s.Coverage.Missing)
}

// TestTestsDoNotShareAnything holds that a buyer's caps and promises of one test are not those of the next.
func TestTestsDoNotShareAnything(t *testing.T) {
	const same = "  - {name: x, buyer: b-1, steps: [{buyer: 有优惠券吗, expect: {offers: {amount: 5}, rule: coupon.any}}, {buyer: 转人工, expect: {handoff: {number: 1}}}]}\n"
	s := full(t, "tests:\n"+same+same+same)
	require.Equal(t, 3, s.Passed, "%v", s.Tests)
}
