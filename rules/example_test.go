package rules_test

import (
	"fmt"

	"xiaoer/rules"
	"xiaoer/rules/doc"
)

func Example() {
	vocabulary := &rules.Vocabulary{
		Intents: []rules.Intent{{Name: "return"}},
		Facts: []rules.Fact{
			{Name: "order.delivered_days", Type: rules.Type{Kind: rules.Int}},
			{Name: "policy.return_days", Type: rules.Type{Kind: rules.Int}},
		},
	}
	source := `
rules:
  - id: return.in_window
    intent: return
    when: order.delivered_days <= policy.return_days
    reply: 签收 ${policy.return_days} 天内支持退货。
otherwise: {clarify: 1}
`
	var problems doc.Problems
	file := doc.Parse("rules.yaml", []byte(source), &problems)
	book := rules.Compile([]rules.Source{{File: file}}, vocabulary, rules.Options{}, &problems)

	facts := book.NewFacts()
	facts.Set("policy.return_days", rules.IntValue(7))
	for _, days := range []int{3, 9} {
		facts.Set("order.delivered_days", rules.IntValue(days))
		decision := book.Decide(rules.Query{Intent: "return", Facts: facts, Trace: true})
		if decision.Rule == nil {
			fmt.Println("no rule:", decision.Considered[0].Because, decision.Considered[0].Values)
			continue
		}
		text, _ := decision.Rule.Replies[0].Text.Render(facts, rules.Format{Locale: "zh-CN"})
		fmt.Println(text)
	}
	// Output:
	// 签收 7 天内支持退货。
	// no rule: order.delivered_days <= policy.return_days map[order.delivered_days:9 policy.return_days:7]
}
