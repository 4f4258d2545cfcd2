package bot

import (
	"xiaoer/intents"
)

// answerQuestion reads the message as the answer to the open question. What is no answer and carries another intent is
// answered, and the question put once more; what is neither counts as an attempt.
func (t *turn) answerQuestion() bool {
	q := t.c.Question
	if q == nil {
		return false
	}
	if t.paused(q.Rule) {
		t.note("the rule that asked is paused: the request is decided anew")
		t.dropQuestion()
		t.answer(q.request())
		return true
	}
	switch q.Kind {
	case AskClarify:
		return t.clarified(q)
	case AskSlot:
		return t.slotAnswered(q)
	case AskOrderNo, AskChoice:
		return t.orderAnswered(q)
	}
	t.dropQuestion()
	return false
}

func (q *Question) request() Request { return Request{Intent: q.Intent, Topic: q.Topic} }

// slotAnswered goes on with the rule that collects.
func (t *turn) slotAnswered(q *Question) bool {
	slot, ok := t.b.Slot(q.Slot)
	rule := t.ruleByID(q.Rule, q.RuleAt)
	if !ok || rule == nil || q.Order != "" && q.Order != t.orderNo() && q.Slot != SlotOrderNo {
		// The shop's rules changed, or the buyer has turned to another order: the request is decided anew.
		t.dropQuestion()
		t.answer(q.request())
		return true
	}
	t.current = q.request()
	if slot.Kind == SlotOrderNo {
		return t.numberAnswered(q, slot)
	}
	got, state := t.readAnswer(slot, q)
	switch state {
	case gotAll:
		t.fill(slot, q.request(), got.value)
		t.answered = true
		t.goOnWith(q, t.others(q, &got))
	case gotPart:
		t.fill(slot, q.request(), got.value)
		t.putAgain(q, slot, true)
	default:
		t.noAnswer(q, slot)
	}
	return true
}

// goOnWith performs the collecting rule without choosing it again, then answers what else the message asked for.
func (t *turn) goOnWith(q *Question, others []Request) {
	t.dropQuestion()
	if rule := t.ruleByID(q.Rule, q.RuleAt); rule != nil {
		t.perform(rule, q.request())
	}
	for _, r := range others {
		if t.asked != nil {
			return
		}
		t.answer(r)
	}
}

// noAnswer deals with a message that did not answer the question: not to be had, another intent, a nod, or nothing of these.
func (t *turn) noAnswer(q *Question, slot Slot) {
	others := t.others(q, nil)
	switch {
	case t.reading.Unavailable && len(others) == 0:
		t.note("%s is not to be had", q.Slot)
		t.exhausted(q)
	case len(others) > 0:
		t.interlude(q, slot, others)
	case t.has(intents.Thanks) || t.reading.Acknowledgement && !hasDigit(t.text()) || t.isEmojiOnly():
		t.note("an acknowledgement wants no answer")
	case q.Kind != AskSlot && t.text() == "" && len(t.e.Message.Images) > 0:
		t.photoBeforeOrder(q, slot)
	case t.has(intents.Greeting) || t.reading.Chasing || t.text() == "":
		t.putAgain(q, slot, false)
		t.countAsking(q)
	default:
		t.putAgain(q, slot, true)
		t.countAsking(q)
	}
}

// photoBeforeOrder keeps a photo that came while the order was asked for. It is no answer and costs no asking; the question is
// put once more, unless it was a moment ago.
func (t *turn) photoBeforeOrder(q *Question, slot Slot) {
	text, ok := t.questionText(q, slot, false)
	if !ok || t.e.At.Sub(q.At) < photoBurst || text == t.lastLine() {
		t.note("a photo wants no answer while the order is asked for")
		return
	}
	again := *q
	again.At = t.e.At
	t.c.Question = &again
	t.question = &spoken{rule: q.Rule, text: text, choices: t.questionChoices(q, slot), ask: q.Slot}
	t.answers(q.Rule)
}

func (t *turn) isEmojiOnly() bool { return t.e.Message.Kind == KindEmoji }

// interlude answers another intent and puts the question once more.
func (t *turn) interlude(q *Question, slot Slot, others []Request) {
	t.reserved = true
	t.c.Question = nil
	for _, r := range others {
		t.answer(r)
		if t.asked != nil {
			return
		}
	}
	t.reserved = false
	t.c.Question = q
	t.current = q.request()
	t.putAgain(q, slot, false)
	t.countAsking(q)
}

// others are the accepted intents that are another request than the one the question belongs to. What lies within the
// answer itself is none: "质量问题" as the reason of a return asks for nothing.
func (t *turn) others(q *Question, got *answer) []Request {
	var out []Request
	rest := len([]rune(t.text()))
	if got != nil {
		if rest -= got.end - got.start; rest < leastRest {
			return nil
		}
	}
	for _, p := range t.reading.Intents {
		r := Request{Intent: p.Intent, Topic: p.Topic}
		switch {
		case p.Intent == intents.Other || !isSubstantive(r) && p.Intent != intents.Complaint || t.denied(&p):
		case p.Intent == q.Intent && (p.Topic == q.Topic || p.Topic == "" || q.Topic == ""):
		case got != nil && !got.number && p.Start >= got.start && p.Start < got.end:
		case p.Intent == intents.Complaint:
		default:
			out = append(out, r)
		}
	}
	return out
}

// leastRest is how much text beside an answer may carry a request, in runes.
const leastRest = 4

// putAgain asks an open question again as long as its askings last, else what comes after them. A photo of several that has
// come is progress and not limited.
func (t *turn) putAgain(q *Question, slot Slot, retry bool) {
	if t.askings(q) >= slot.attempts() && !t.isProgress(q) {
		t.exhausted(q)
		return
	}
	if !t.hasPlace() {
		return
	}
	text, ok := t.questionText(q, slot, retry)
	if !ok {
		t.exhausted(q)
		return
	}
	again := *q
	again.At = t.e.At
	t.c.Question = &again
	t.question = &spoken{rule: q.Rule, text: text, choices: t.questionChoices(q, slot), ask: q.Slot}
	t.answers(q.Rule)
}

func (t *turn) isProgress(q *Question) bool {
	slot, ok := t.b.Slot(q.Slot)
	return ok && slot.Kind == SlotImage && len(t.e.Message.Images) > 0
}

// exhausted ends a question that was asked often enough, or whose answer is not to be had: a rule that collects hands over
// with what there is; looking for an order goes on below its rule.
func (t *turn) exhausted(q *Question) {
	t.dropQuestion()
	if q.Kind == AskSlot {
		rule := t.ruleByID(q.Rule, q.RuleAt)
		h := handing{name: q.Rule, rule: rule, request: q.request()}
		if rule != nil {
			h.give = rule.Handoff
		}
		t.handOver(h)
		return
	}
	t.withoutOrder(q)
	t.answer(q.request())
}

// countAsking counts that a question was put, if it was.
func (t *turn) countAsking(q *Question) {
	if t.question == nil || t.question.ask != q.Slot {
		return
	}
	m := t.matter(q.Intent)
	put(&m.Asked, q.Slot, m.Asked[q.Slot]+1)
}

func (t *turn) askings(q *Question) int {
	if m := t.matterIf(q.Intent); m != nil {
		return m.Asked[q.Slot]
	}
	return 0
}

// questionText renders a question. It is not ok when a fact that it needs is unknown.
func (t *turn) questionText(q *Question, slot Slot, retry bool) (string, bool) {
	switch {
	case q.Kind == AskChoice:
		return t.script("choose_order") + "\n" + numbered(t.orderLines(q.Orders)), true
	case slot.Ask == nil && retry && slot.Retry == nil:
		return t.script("ask_order"), true
	case slot.Ask == nil && !retry:
		return t.script("ask_order"), true
	}
	s := slot.Ask
	if retry && slot.Retry != nil {
		s = slot.Retry
	}
	text, known := t.renderKnown(s)
	if known && t.forbidden(s, text) {
		return "", false
	}
	return text, known && text != ""
}

func (t *turn) questionChoices(q *Question, slot Slot) []string {
	if q.Kind == AskChoice {
		return t.orderLines(q.Orders)
	}
	return slot.Choices
}
