package bot

import (
	"xiaoer/intents"
	"xiaoer/rules"
)

// Names of the built-in answers, as the response's `rule` shows them.
const (
	guardHuman      = "guard.human"
	guardRisk       = "guard.risk"
	guardAnger      = "guard.anger"
	guardRepeat     = "guard.repeat"
	guardCompliance = "guard.compliance"
	guardPromise    = "guard.promise"
	guardNoRule     = "guard.no_rule"
	guardPaused     = "guard.paused"
	saysGreeting    = "greeting"
	saysClosing     = "closing"
	saysWithdrawn   = "withdrawn"
	saysSettled     = "settled"
	saysHolding     = "holding"
	saysAckMedia    = "ack_media"
	saysOtherwise   = "otherwise"
)

// mostTried bounds how many rules a guard tries before it does without one.
const mostTried = 20

// asksForHuman hands over to whoever asks for a human, whatever else the message says.
func (t *turn) asksForHuman() bool {
	if !t.has(intents.Human) {
		return false
	}
	t.guard(guardHuman, Request{Intent: intents.Human}, t.intendedRule(intents.Human))
	return true
}

// danger hands over what may hurt somebody or the shop.
func (t *turn) danger() bool {
	if t.reading.Risk == "" || t.reading.Risk == intents.NoRisk {
		return false
	}
	r, rule := t.riskRule()
	t.guard(guardRisk, r, rule)
	return true
}

// anger hands over an angry buyer.
func (t *turn) anger() bool {
	if t.reading.Mood != intents.Angry {
		return false
	}
	t.apology = true
	t.guard(guardAnger, Request{Intent: intents.Complaint}, t.intendedRule(intents.Complaint))
	return true
}

// guard hands over at once, with the words and the team of the rule where there is one.
func (t *turn) guard(name string, r Request, rule *rules.Rule) {
	h := handing{name: name, request: t.subject(r), floor: t.floor(), reason: t.plainReason(name)}
	if rule != nil {
		h.rule, h.give = rule, rule.Handoff
		if !t.shopPaused() {
			h.name, h.words = rule.ID, true
			t.apology = t.apology || rule.Apologise
		}
	}
	t.note("guard: %s", name)
	t.dropQuestion()
	if rule == nil {
		t.name(name)
	}
	if t.handOver(h) && h.words {
		t.count(rule)
	}
}

// subject is what the case is about: what else the buyer asked for in this message, else what is open, else, for who only wants
// a human, what was asked for last, else the guard's own intent.
func (t *turn) subject(r Request) Request {
	for _, a := range t.accepted {
		if a.Intent != intents.Human && !isSocial(a.Intent) {
			return a
		}
	}
	if q := t.c.Question; q != nil && q.Intent != "" {
		return Request{Intent: q.Intent, Topic: q.Topic}
	}
	if t.c.About != nil && r.Intent == intents.Human {
		return *t.c.About
	}
	return r
}

// floor is the least priority of a case where the rule says none.
func (t *turn) floor() string {
	switch t.reading.Risk {
	case intents.Health, intents.Safety:
		return "urgent"
	case intents.Review, intents.Platform, intents.Regulator, intents.Media, intents.Legal:
		return "high"
	case intents.NoRisk, "":
	}
	if t.reading.Mood == intents.Angry {
		return "high"
	}
	return "normal"
}

// intendedRule is the first rule for the intent by name that fits and has a handoff.
func (t *turn) intendedRule(intent string) *rules.Rule {
	return t.choose(Request{Intent: intent}, func(rule *rules.Rule) string {
		switch {
		case rule.Handoff == nil:
			return "handoff"
		case !isFor(rule, intent):
			return "intent"
		}
		return t.gate(rule)
	})
}

func isFor(rule *rules.Rule, intent string) bool {
	for _, i := range rule.Intents {
		if i.Intent == intent {
			return true
		}
	}
	return false
}

// riskRule is the first rule with a handoff that fits because of the risk: without the risk it would not fit.
func (t *turn) riskRule() (Request, *rules.Rule) {
	for _, r := range append(t.accepted, Request{}) {
		tried := map[*rules.Rule]bool{}
		for range mostTried {
			rule := t.choose(r, func(rule *rules.Rule) string {
				if rule.Handoff == nil || tried[rule] {
					return "handoff"
				}
				return t.gate(rule)
			})
			if rule == nil {
				break
			}
			if !t.fitsWithoutRisk(r, rule) {
				return r, rule
			}
			tried[rule] = true
		}
	}
	return Request{}, nil
}

func (t *turn) fitsWithoutRisk(r Request, rule *rules.Rule) bool {
	f := t.see(r)
	f.set(factRisk, rules.TextValue(string(intents.NoRisk)))
	d := t.b.Rules.Decide(rules.Query{Intent: r.Intent, Topic: r.Topic, Facts: f.Facts, Gate: func(other *rules.Rule) string {
		if other != rule {
			return "other"
		}
		return ""
	}})
	f.set(factRisk, rules.TextValue(string(t.reading.Risk)))
	return d.Rule == rule
}
