package shop

import "xiaoer/rules/doc"

// ruleTexts gives the nodes of every text in a rule document that a buyer may read.
func ruleTexts(root *doc.Node) []*doc.Node {
	var out []*doc.Node
	for _, rule := range items(root.Get("rules")) {
		reply := rule.Get("reply")
		if reply == nil {
			continue
		}
		if reply.Kind != doc.Sequence {
			out = append(out, replyTexts(reply)...)
		}
		for _, variant := range reply.Items {
			out = append(out, replyTexts(variant)...)
		}
	}
	return out
}

// replyTexts gives the texts of one variant: itself, or its text and choices.
func replyTexts(n *doc.Node) []*doc.Node {
	if n.Kind != doc.Mapping {
		return []*doc.Node{n}
	}
	return append([]*doc.Node{n.Get("text")}, items(n.Get("choices"))...)
}

// texts gives the nodes of every text of shop.yaml that a buyer may read.
func (s *settings) texts() []*doc.Node {
	var out []*doc.Node
	for i := range s.scripts {
		out = append(out, s.scripts[i].texts...)
	}
	for i := range s.slots {
		out = append(out, s.slots[i].ask, s.slots[i].retry)
		out = append(out, s.slots[i].choices...)
	}
	for i := range s.teams {
		out = append(out, s.teams[i].title)
	}
	for i := range s.notices {
		out = append(out, s.notices[i].text)
	}
	for i := range s.policy {
		out = append(out, s.policy[i].text)
	}
	for i := range s.quick {
		out = append(out, s.quick[i].text)
	}
	return out
}
