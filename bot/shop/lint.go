package shop

import (
	"fmt"
	"regexp"
	"strings"

	"xiaoer/bot"
	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// lint finds what is described and used nowhere. It looks only at the shop's own folder: a base serves other shops too.
func (u *unit) lint() {
	if u.rules == nil {
		return
	}
	read := u.readNames()
	u.unusedSlots(read)
	u.unusedPolicy(read)
	u.unusedTeams()
}

// own tells whether an entry of shop.yaml is the shop's alone: neither of its base's nor in place of one there.
func (u *unit) own(group string, key *doc.Node) bool {
	for _, l := range u.chain[1:] {
		if l.root().Get(group).Pair(key.Text) != nil {
			return false
		}
	}
	return true
}

var namePattern = regexp.MustCompile(`\b(slots|policy)\s*\.\s*([\p{L}_][\p{L}\p{N}_]*)`)

// readNames gives every slot and policy that some text or condition names, as "slots.bad" and "policy.return_days".
func (u *unit) readNames() map[string]bool {
	names := map[string]bool{}
	var walk func(n *doc.Node)
	walk = func(n *doc.Node) {
		if n == nil {
			return
		}
		if n.Kind == doc.Scalar && strings.Contains(n.Text, ".") {
			for _, m := range namePattern.FindAllStringSubmatch(n.Text, -1) {
				names[m[1]+"."+m[2]] = true
			}
		}
		for _, item := range n.Items {
			walk(item)
		}
		for _, pair := range n.Pairs {
			walk(pair.Value)
		}
	}
	for _, source := range u.sources {
		walk(source.File.Root)
	}
	for _, n := range u.settings.texts() {
		walk(n)
	}
	for _, rule := range u.rules.Rules() {
		for _, slot := range rule.Collect {
			names["slots."+slot] = true
		}
	}
	return names
}

func (u *unit) unusedSlots(read map[string]bool) {
	for i := range u.settings.slots {
		s := &u.settings.slots[i]
		// The number of an order is asked for by find_order too, and these kinds are filled from what buyers write.
		if read["slots."+s.Name] || s.Kind == bot.SlotOrderNo || !u.own("slots", s.node) {
			continue
		}
		u.problems.Warn(s.node.Range(), doc.Unused, "no rule collects or reads the slot %q", s.Name).
			WithHint("delete it, or name it under `collect` in a rule")
	}
}

func (u *unit) unusedPolicy(read map[string]bool) {
	for _, p := range u.settings.policy {
		name := p.node.Text
		if read["policy."+name] || name == "ship_within" || !u.own("policy", p.node) {
			continue
		}
		u.problems.Warn(p.node.Range(), doc.Unused, "no condition and no text reads policy.%s", name).
			WithHint(fmt.Sprintf("delete it, or write ${policy.%s} in a text", name))
	}
}

func (u *unit) unusedTeams() {
	used := map[string]bool{}
	add := func(h *rules.Handoff) {
		if h != nil {
			used[h.Team] = true
		}
	}
	for _, rule := range u.rules.Rules() {
		add(rule.Handoff)
		if rule.Offer != nil {
			used[rule.Offer.Above] = true
		}
	}
	otherwise := u.rules.Otherwise()
	add(&otherwise.Handoff)
	for i := range u.settings.teams {
		used[u.settings.teams[i].EscalateTo] = true
	}
	for i := range u.settings.teams {
		t := &u.settings.teams[i]
		if i == 0 || used[t.Name] || !u.own("teams", t.node) {
			continue
		}
		u.problems.Warn(t.node.Range(), doc.Unused, "no rule hands over to the team %q, and no team escalates to it", t.Name).
			WithHint("delete it, or name it in a handoff")
	}
}
