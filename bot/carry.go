package bot

import (
	"slices"

	"xiaoer/intents"
	"xiaoer/rules"
)

// carryOut does what a rule says once it was chosen and its slots are filled: promise, offer, words, handoff.
func (t *turn) carryOut(rule *rules.Rule, r Request) {
	if t.hasNoRoomFor(rule) {
		t.keepOpen(r)
		return
	}
	if rule.Promise != nil && t.promisedBefore(rule) {
		t.handOver(handing{name: guardPromise, rule: rule, give: rule.Handoff, request: r})
		return
	}
	offer, ok := t.reckon(rule)
	switch {
	case !ok:
		t.note("the offer of %s cannot be worked out", rule.ID)
		t.handOver(handing{name: rule.ID, rule: rule, give: rule.Handoff, request: r})
		return
	case offer != nil && offer.Approval:
		t.forApproval(rule, r, offer)
		return
	}
	if hands(rule) {
		if t.handOver(handing{name: rule.ID, rule: rule, give: rule.Handoff, words: true, request: r}) {
			t.effects(rule, offer)
		}
		return
	}
	t.sayRule(rule, r, offer)
}

// hands tells whether a rule gives the conversation to a human.
func hands(rule *rules.Rule) bool { return rule.Handoff != nil && !rule.Handoff.Task }

func (t *turn) hasNoRoomFor(rule *rules.Rule) bool {
	switch {
	case hands(rule):
		return !t.hasPlace()
	case rule.Silent:
		return false
	}
	return len(t.said) >= mostReplies
}

// sayRule says the words of a rule that leaves the conversation with the bot, and records what it did.
func (t *turn) sayRule(rule *rules.Rule, r Request, offer *OfferMade) {
	if rule.Silent {
		t.effects(rule, offer)
		t.answers(rule.ID)
		return
	}
	if rule.Handoff != nil {
		t.prepareTask(rule, r)
	}
	lines, problem := t.words(rule)
	if problem == "" && t.repeats(rule, r, lines) {
		problem = guardRepeat
		if isSocial(r.Intent) {
			t.note("the same words again are not said")
			t.answers(rule.ID)
			t.effects(rule, offer)
			return
		}
	}
	if problem != "" {
		t.task = nil
		t.handOver(handing{name: problem, rule: rule, give: rule.Handoff, request: r})
		return
	}
	t.said = append(t.said, lines)
	t.answers(rule.ID)
	t.variant = lines.variant
	t.effects(rule, offer)
	t.openTask()
}

// words renders the variant of a rule that is next and whose facts are known, or the script `task` where a task or an offer has none. A problem is
// the name of what hands over instead.
func (t *turn) words(rule *rules.Rule) (s spoken, problem string) {
	s = spoken{rule: rule.ID}
	if len(rule.Replies) == 0 {
		s.text = t.script("task")
		return s, ""
	}
	problem = rule.ID
	first := t.c.Variants[rule.ID]
	for i := range rule.Replies {
		at := (first + i) % len(rule.Replies)
		reply := rule.Replies[at]
		s.image, s.choices, s.text, s.variant = reply.Image, reply.Choices, "", at
		if reply.Text == nil {
			return s, ""
		}
		text, missing := reply.Text.Render(t.see(t.current).Facts, t.format())
		switch {
		case len(missing) > 0:
			t.note("%s needs %v, which is unknown", rule.ID, missing)
		case t.forbidden(reply.Text, text):
			return s, guardCompliance
		default:
			s.text = text
			return s, ""
		}
	}
	return s, problem
}

// repeats tells whether saying this would bore: the bot's last line again, or a third answer of the rule.
func (t *turn) repeats(rule *rules.Rule, r Request, s spoken) bool {
	if s.text != "" && s.text == t.lastLine() {
		return true
	}
	return !isSocial(r.Intent) && t.c.Answers[rule.ID] >= 2
}

func (t *turn) lastLine() string {
	for _, line := range slices.Backward(t.said) {
		if line.text != "" {
			return line.text
		}
	}
	return t.c.LastLine
}

// effects records what a rule's answer changes besides the words.
func (t *turn) effects(rule *rules.Rule, offer *OfferMade) {
	t.count(rule)
	t.apology = t.apology || rule.Apologise
	if offer != nil {
		t.makeOffer(rule, *offer)
	}
	if rule.Promise != nil {
		t.makePromise(rule)
	}
	if rule.Close {
		t.closing = rule.ID
	}
}

// count counts an answer of a rule: for repeats, variants, limits and tags.
func (t *turn) count(rule *rules.Rule) {
	t.once = append(t.once, rule)
	put(&t.c.Answers, rule.ID, t.c.Answers[rule.ID]+1)
	if len(rule.Replies) > 1 {
		put(&t.c.Variants, rule.ID, (t.variant+1)%len(rule.Replies))
	}
	t.tag(rule)
	if rule.Limit != nil {
		u := Use{Rule: rule.ID, At: t.e.At, Conversation: t.c.ID, Episode: t.c.Episode}
		t.uses = append(t.uses, u)
		t.act(Action{Kind: ActUse, Rule: rule.ID, Use: &u})
	}
}

func (t *turn) tag(rule *rules.Rule) {
	for _, tag := range rule.Tags {
		have := slices.ContainsFunc(t.acts, func(a Action) bool { return a.Kind == ActTag && a.Tag == tag })
		if !have {
			t.act(Action{Kind: ActTag, Rule: rule.ID, Tag: tag})
		}
	}
}

func (t *turn) act(a Action) { t.acts = append(t.acts, a) }

// isDispute tells whether a case goes through the five stages.
func (t *turn) isDispute(r Request) bool {
	return r.Intent == intents.Complaint || t.reading.Mood == intents.Angry ||
		t.reading.Risk != "" && t.reading.Risk != intents.NoRisk
}
