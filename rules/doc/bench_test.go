package doc

import (
	"fmt"
	"strings"
	"testing"
)

// manyRules makes a document of n rules such as shops have.
func manyRules(n int) []byte {
	var out strings.Builder
	out.WriteString("rules:\n")
	for i := range n {
		fmt.Fprintf(&out, `  - id: return.rule_%d                  # why it is here
    intent: [return, refund]
    when: order.stage == "delivered" and order.delivered_days <= policy.return_days and order.amount > %d
    reply:
      - 亲，签收 ${policy.return_days} 天内支持退货，请在订单 ${order.no} 页面点「申请售后」选「退货退款」。
      - "您好：请看说明 ${order.no}"
    collect: [reason, photos]
    handoff: {team: aftersales, priority: high, reason: 超过退货期}
`, i, i)
	}
	return []byte(out.String())
}

func BenchmarkParse500Rules(b *testing.B) {
	source := manyRules(500)
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		var p Problems
		if f := Parse("rules.yaml", source, &p); f.Root == nil || p.Len() > 0 {
			b.Fatal("the document is good")
		}
	}
}

func BenchmarkParseBroken500Rules(b *testing.B) {
	source := append(manyRules(500), "  - id: x\n    reply: 注意: y\n"...)
	for b.Loop() {
		var p Problems
		if f := Parse("rules.yaml", source, &p); f.Root != nil || p.Len() != 1 {
			b.Fatal("the document has one mistake")
		}
	}
}

func BenchmarkPart(b *testing.B) {
	var p Problems
	n := Parse("f", []byte("a: \"亲，签收 7 天内支持退货，\\\n  请在订单页面点「申请售后」选「退货退款」。\"\n"), &p).Root.Get("a")
	for b.Loop() {
		n.Part(20, 24)
	}
}
