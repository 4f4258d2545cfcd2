package shop

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"xiaoer/bot"
	"xiaoer/intents"
	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// maxSingly is how many unanswered intents are warned of one by one; more are one warning, since such a shop has only
// begun.
const maxSingly = 5

// lint finds what is described and used nowhere, and what buyers ask for and no rule answers. It looks only at the
// shop's own folder: a base serves other shops too.
func (u *unit) lint(b *bot.Book) {
	if u.rules == nil {
		return
	}
	read := u.readNames()
	u.unusedSlots(read)
	u.unusedPolicy(read)
	u.unusedTeams()
	u.unanswered()
}

// own tells whether a place is in the shop's own folder.
func (u *unit) own(at doc.Range) bool {
	rest, within := strings.CutPrefix(at.File, u.prefix)
	return within && at.File != "" && !strings.HasPrefix(rest, "../")
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
		if read["slots."+s.Name] || s.Kind == bot.SlotOrderNo || !u.own(s.node.Range()) {
			continue
		}
		u.problems.Warn(s.node.Range(), doc.Unused, "no rule collects or reads the slot %q", s.Name).
			WithHint("delete it, or name it under `collect` in a rule")
	}
}

func (u *unit) unusedPolicy(read map[string]bool) {
	for _, p := range u.settings.policy {
		name := p.node.Text
		if read["policy."+name] || name == "ship_within" || !u.own(p.node.Range()) {
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
		if i == 0 || used[t.Name] || !u.own(t.node.Range()) {
			continue
		}
		u.problems.Warn(t.node.Range(), doc.Unused, "no rule hands over to the team %q, and no team escalates to it", t.Name).
			WithHint("delete it, or name it in a handoff")
	}
}

// answeredAnyway are intents that need no rule: the conversation itself answers them.
func answeredAnyway() []string {
	return []string{intents.Human, intents.Complaint, intents.Greeting, intents.Thanks, intents.Other}
}

// unanswered warns of intents that no rule is for. Nothing is warned of when a rule answers whatever is said.
func (u *unit) unanswered() {
	conditional := u.conditional()
	catches := func(r *rules.Rule) bool { return isCatchAll(r) && !conditional[r.ID] }
	if slices.ContainsFunc(u.rules.Rules(), catches) {
		return
	}
	var missing []string
	var names []string
	for _, in := range u.classifier.Taxonomy() {
		if slices.Contains(answeredAnyway(), in.Name) || u.rules.Answers(in.Name) {
			continue
		}
		missing = append(missing, in.Name)
		names = append(names, fmt.Sprintf("%s (%s)", in.Name, titles([]intents.Intent{in}, u.settings.locale)[in.Name]))
	}
	switch {
	case len(missing) == 0:
	case len(missing) > maxSingly:
		u.problems.Warn(u.rulesPlace(), doc.UnansweredIntent, "no rule answers %s", strings.Join(names, ", ")).
			WithHint("messages about these are handed over; write a rule for those that buyers ask about most")
	default:
		for i, name := range missing {
			u.problems.Warn(u.intentPlace(name), doc.UnansweredIntent, "no rule answers %s", names[i]).
				WithHint(fmt.Sprintf("messages about it are handed over; write a rule with intent: %s", name))
		}
	}
}

// isCatchAll tells whether nothing but a condition could keep a rule from fitting any message.
func isCatchAll(r *rules.Rule) bool {
	bound := len(r.For) > 0 || !r.From.IsZero() || !r.Until.IsZero() || r.Limit != nil || r.Offer != nil || r.Promise != nil
	return len(r.Intents) == 0 && !r.Off && !r.FindOrder && !bound
}

// conditional gives the ids of the rules that have a condition.
func (u *unit) conditional() map[string]bool {
	out := map[string]bool{}
	for _, source := range u.sources {
		for _, rule := range items(source.File.Root.Get("rules")) {
			if rule.Get("when") != nil {
				out[idOf(rule)] = true
			}
		}
	}
	return out
}

// rulesPlace is the word `rules` of the shop's first rule file, else its shop.yaml.
func (u *unit) rulesPlace() doc.Range {
	for _, f := range u.chain[0].rules {
		if p := f.Root.Pair("rules"); p != nil {
			return p.Key.Range()
		}
	}
	return doc.WholeFile(u.prefix + shopFile)
}

// intentPlace is where the shop describes an intent of its own, else the place of its rules.
func (u *unit) intentPlace(name string) doc.Range {
	if f := u.chain[0].intent; f != nil {
		if p := f.Root.Get("intents").Pair(name); p != nil {
			return p.Key.Range()
		}
	}
	return u.rulesPlace()
}
