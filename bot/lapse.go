package bot

import (
	"slices"
	"time"

	"xiaoer/rules"
)

// watchQuestion sets the clock of the open question: it runs anew with each message of the buyer, and ends with the question.
func (t *turn) watchQuestion() {
	clock := &t.c.Clock
	if t.c.Question == nil {
		clock.Question = time.Time{}
		return
	}
	t.c.Lapsed = nil
	if clock.Question.IsZero() || t.e.Kind == EventMessage && clock.Buyer.Equal(t.e.At) {
		clock.Question = t.e.At.Add(t.questionIdle())
	}
}

func (t *turn) questionIdle() time.Duration {
	if t.b.QuestionIdle > 0 {
		return t.b.QuestionIdle
	}
	return DefaultQuestionIdle
}

// lapse closes a question that nobody answered, without words. What was collected stays in its matter. A request that a
// human was to receive is not lost with it: it becomes a task with what there is.
func (t *turn) lapse() {
	q := t.c.Question
	if q == nil {
		return
	}
	t.dropQuestion()
	t.note("the open question was not answered and is closed")
	lapsed := *q
	if rule := t.handsAfter(q); rule != nil {
		lapsed.Task = t.openLapsed(q.request(), rule)
	}
	t.c.Lapsed = &lapsed
}

// lapseBefore closes the question of an episode that a message ends before the timer came to it. Nothing of that message
// belongs to what was asked for then.
func (t *turn) lapseBefore() {
	message, reading := t.e.Message, t.reading
	t.e.Message = nil
	t.setReading(nothingRead())
	t.lapse()
	t.e.Message, t.stale = message, true
	t.setReading(reading)
}

// handsAfter is the rule with a handoff that the question was asked for: the one that collects, or the one that would answer
// without the order that was looked for. It is nil where the bot would only have answered.
func (t *turn) handsAfter(q *Question) *rules.Rule {
	rule := t.ruleByID(q.Rule, q.RuleAt)
	switch {
	case rule == nil || q.Kind == AskClarify || t.paused(q.Rule):
		return nil
	case rule.Handoff != nil:
		return rule
	case q.Kind == AskSlot:
		return nil
	}
	t.below = rule
	defer func() { t.below = nil }()
	if next := t.choose(q.request(), t.gate); next != nil && next.Handoff != nil {
		return next
	}
	return nil
}

// openLapsed opens the task for a request that the buyer left unfinished, and gives its id.
func (t *turn) openLapsed(r Request, rule *rules.Rule) string {
	t.current = r
	c := t.newCase(handing{name: rule.ID, rule: rule, give: rule.Handoff, request: r})
	c.Task, c.Priority = true, priorityLow
	c.Reason = t.plainReason(reasonLeft) + summaryWords(t.chinese()).comma + c.Reason
	t.task = c
	t.openTask()
	return c.ID
}

// takeUpAgain opens a question that has lapsed once more when the buyer comes back with its answer, or drops it when the
// buyer asks for the same anew. The task that stood for the request has served then.
func (t *turn) takeUpAgain() {
	q := t.c.Lapsed
	if q == nil || t.c.Question != nil || t.paused(q.Rule) || t.shopPaused() {
		return
	}
	again := slices.ContainsFunc(t.requests, func(r Request) bool { return r.Intent == q.Intent })
	answered := !again && len(t.requests) == 0 && t.answersLapsed(q)
	if !again && !answered {
		return
	}
	if i := t.taskAt(q.Task); i >= 0 && t.c.Tasks[i].Agent == "" {
		t.endTask(i, "buyer", "resumed", "resumed")
	}
	t.c.Lapsed = nil
	if answered {
		open := *q
		open.Task = ""
		t.c.Question = &open
		t.note("the buyer has come back to a question that was closed")
	}
}

// answersLapsed tells whether a message answers a question that has lapsed. Free words do so only when nothing else can be
// made of them.
func (t *turn) answersLapsed(q *Question) bool {
	t.c.Question = q
	defer func() { t.c.Question = nil }()
	t.current = q.request()
	switch slot, _ := t.b.Slot(q.Slot); {
	case q.Kind == AskClarify:
		titles := make([]string, len(q.Options))
		for i, o := range q.Options {
			titles[i] = t.titleOf(o.name())
		}
		_, ok := pick(t.text(), titles)
		return ok
	case q.Kind == AskSlot && slot.Kind != SlotOrderNo:
		if _, state := t.readAnswer(slot, q); state != gotNone {
			return !t.reading.Acknowledgement && !t.reading.Withdrawn
		}
		return false
	case q.Kind == AskChoice && t.choosesListed(q):
		return true
	}
	return len(t.numbersNamed()) > 0
}

// endTask closes a task without an agent's doing.
func (t *turn) endTask(i int, who, what, outcome string) {
	task := cloneCase(&t.c.Tasks[i])
	task.Stage, task.Outcome, task.ClosedAt = "closed", outcome, t.e.At
	t.changed(task, who, what)
	t.c.Tasks = slices.Delete(t.c.Tasks, i, i+1)
}

// StatusAt is the status as it reads at a moment: a conversation that the bot has is closed once nobody has said anything
// for a day. No timer says so, which would cost every message one.
func (c *Conversation) StatusAt(now time.Time) Status {
	if c.Status == StatusBot && c.Episode > 0 && !now.Before(c.Clock.Any.Add(idleEnd)) {
		return StatusClosed
	}
	return c.Status
}
