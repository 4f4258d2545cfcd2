package bot

import (
	"slices"
	"time"

	"xiaoer/intents"
	"xiaoer/rules"
)

// Priorities of a case, from low to urgent.
const (
	priorityLow    = "low"
	priorityNormal = "normal"
	priorityHigh   = "high"
	priorityUrgent = "urgent"
)

// handing is why and how a turn hands over.
type handing struct {
	name    string         // what answers: a rule's id or a built-in answer
	rule    *rules.Rule    // the rule concerned, nil when none is
	give    *rules.Handoff // nil means the default team
	words   bool           // the rule's own words are said
	request Request
	reason  string // for the agent, where the rule gives none
	floor   string // least priority where the rule gives none; "" means normal
	team    string // in place of the rule's
}

// handOver opens the case that an agent waits for. It is false when this turn has asked or handed over already: then the
// request is kept.
func (t *turn) handOver(h handing) bool {
	if !t.hasPlace() || t.c.Case != nil {
		t.keepOpen(h.request)
		return false
	}
	t.current = h.request
	c := t.newCase(h)
	t.handFacts(c)
	t.handed = c
	t.parting = t.farewell(h)
	t.answers(h.name)
	t.c.Counts.Handoffs++
	t.c.Status = StatusWaiting
	t.c.Question, t.c.Lapsed = nil, nil
	t.c.Case = c
	t.startClock(c)
	t.note("handed over to %s: %s", c.Team, h.name)
	return true
}

// newCase makes a case with everything that is known of the request.
func (t *turn) newCase(h handing) *Handoff {
	c := &Handoff{
		ID: t.freshID("h", t.opened()), Number: max(t.e.Desk.Next, 1) + t.opened(), Rule: h.name, Intent: h.request.name(),
		Mood: t.reading.Mood, Risk: t.reading.Risk, Slots: t.caseSlots(h.request), Order: t.c.Order, Product: t.product(),
		Stage: "received", OpenedAt: t.e.At, Waiting: t.e.At, Dispute: t.isDispute(h.request), Episode: t.c.Episode,
	}
	team, priority := h.team, ""
	if h.give != nil {
		priority = h.give.Priority
		if team == "" {
			team = h.give.Team
		}
		if h.give.Reason != nil {
			c.Reason, _ = t.renderKnown(h.give.Reason)
		}
	}
	c.Team = t.b.Team(team).Name
	c.Priority = firstOf(priority, h.floor, priorityNormal)
	c.Reason = firstOf(visible(c.Reason), h.reason, t.plainReason(h.name))
	c.Images = t.caseImages()
	c.Promises = lastOf(t.promised(), mostRecorded)
	c.Offers = lastOf(t.ledger(), mostRecorded)
	c.Deadline = t.deadline(t.e.At, t.b.Team(c.Team).FirstReply)
	c.History = []Change{{At: t.e.At, Who: "bot", What: "opened"}}
	t.assign(c, "")
	return c
}

// opened counts the cases that this turn has opened.
func (t *turn) opened() int {
	n := 0
	for _, a := range t.acts {
		if a.Kind == ActHandoff {
			n++
		}
	}
	return n
}

func (t *turn) renderKnown(s *rules.Template) (string, bool) {
	text, missing := s.Render(t.see(t.current).Facts, t.format())
	if len(missing) > 0 {
		return "", false
	}
	return text, true
}

// caseSlots are the details that an agent receives: everything collected, the matter's own on top, and the order number
// that the buyer gave even where it was not confirmed.
func (t *turn) caseSlots(r Request) map[string]string {
	out := map[string]string{}
	for name, v := range t.c.Collected() {
		if v.Text != "" {
			out[name] = v.Text
		}
	}
	if m := t.matterIf(r.Intent); m != nil {
		for name, v := range m.Slots {
			if v.Text != "" {
				out[name] = v.Text
			}
		}
	}
	switch {
	case t.orderNo() != "":
		out[SlotOrderNo] = visible(t.orderNo())
	case t.c.Named != nil:
		out[SlotOrderNo] = visible(t.c.Named.No)
	}
	return out
}

// caseImages are all photos of the episode, those in slots first.
func (t *turn) caseImages() []string {
	var out []string
	for i := range t.c.Matters {
		for _, slot := range t.b.Slots {
			out = append(out, t.c.Matters[i].Slots[slot.Name].Images...)
		}
	}
	return cutList(append(out, t.c.Photos...), mostPhotos)
}

// handFacts makes the facts about the case known to the words that say goodbye.
func (t *turn) handFacts(c *Handoff) {
	f := t.see(t.current)
	ahead := max(t.e.Desk.Ahead[c.Team], 0)
	var queue, wait, until rules.Value // unknown, whatever they were for another case of this turn
	if ahead > 0 {
		queue = rules.IntValue(ahead)
	}
	if left := c.Deadline.Sub(t.e.At); left > 0 {
		wait = rules.DurationValue((left + time.Minute - 1) / time.Minute * time.Minute)
	}
	if !c.Deadline.IsZero() {
		until = rules.TimeValue(c.Deadline)
	}
	f.set(factHandoffNumber, rules.IntValue(c.Number))
	f.set(factHandoffTeam, rules.TextValue(t.b.Team(c.Team).Title))
	f.set(factHandoffAhead, rules.IntValue(ahead))
	f.set(factHandoffQueue, queue)
	f.set(factHandoffWait, wait)
	f.set(factHandoffDeadline, until)
}

// farewell is what the buyer reads when a human takes over: the rule's own words, else the script. Outside the hours the
// script `off_hours` is said, also after own words that do not tell when the shop opens.
func (t *turn) farewell(h handing) []spoken {
	away := !t.b.Shop.IsOpen(t.e.At)
	if h.words && len(h.rule.Replies) > 0 {
		own, problem := t.words(h.rule)
		if problem == "" && (own.text == "" || own.text != t.lastLine()) {
			lines := []spoken{own}
			t.variant = own.variant
			if away && !tellsOpening(h.rule.Replies[own.variant]) {
				lines = append(lines, spoken{rule: h.name, text: t.script("off_hours")})
			}
			return lines
		}
	}
	name := "handoff"
	if away {
		name = "off_hours"
	}
	text := t.script(name)
	if h.name == guardPromise && t.brokeItsWord(h.rule) {
		text = t.join(t.script("promise_broken"), text)
	}
	if text == t.lastSent() { // the same was said a moment ago, and nothing since
		if text = t.script("holding"); text == t.lastSent() {
			return nil
		}
	}
	return []spoken{{rule: h.name, text: text}}
}

func tellsOpening(reply rules.Reply) bool {
	return reply.Text != nil && (slices.Contains(reply.Text.Facts(), "shop.opens") || slices.Contains(reply.Text.Facts(), "handoff.deadline"))
}

// prepareTask makes the case of a rule that leaves the conversation with the bot. It is opened when the words were said.
func (t *turn) prepareTask(rule *rules.Rule, r Request) {
	t.task = t.newCase(handing{name: rule.ID, rule: rule, give: rule.Handoff, request: r})
	t.task.Task = true
	t.task.Remind = t.deadline(t.e.At, t.b.Team(t.task.Team).FirstReply/2)
	t.handFacts(t.task)
}

func (t *turn) openTask() {
	if t.task == nil {
		return
	}
	c := t.task
	t.task = nil
	t.finishHandoff(c)
	t.c.Counts.Handoffs++
	t.act(Action{Kind: ActHandoff, Rule: c.Rule, Handoff: t.sendCase(c)})
	for len(t.c.Tasks) >= mostTasks { // an agent who still lists it sees why
		t.endTask(0, "bot", "superseded", "superseded")
	}
	t.c.Tasks = append(slices.Clip(t.c.Tasks), *c)
}

// finishHandoff adds what is only known at the end of the turn.
func (t *turn) finishHandoff(c *Handoff) {
	for _, r := range append(slices.Clip(t.kept), t.c.Open...) {
		c.Open = append(c.Open, r.name())
	}
	if !c.Task {
		t.c.Open, t.kept = nil, nil
		c.Promises = lastOf(t.promised(), mostRecorded)
		c.Offers = lastOf(t.ledger(), mostRecorded)
	}
	c.Summary = t.summary(c)
}

// sendCase is the case as an agent receives it: with the transcript, which the conversation does not keep twice.
func (t *turn) sendCase(c *Handoff) *Handoff {
	out := cloneCase(c)
	out.Transcript = slices.Clone(t.c.Transcript)
	return out
}

// startClock sets the timers of a case that waits: half-way the buyer is held and the team reminded, at the deadline it is
// escalated.
func (t *turn) startClock(c *Handoff) {
	reply := t.b.Team(c.Team).FirstReply
	t.c.Clock.Waiting, t.c.Clock.Counted = c.Waiting, false
	t.c.Clock.Held = time.Time{}
	t.c.Clock.Hold = t.deadline(c.Waiting, reply/2)
	t.c.Clock.Deadline = c.Deadline
	t.c.Clock.Idle = time.Time{}
}

// raise makes a case one step more pressing, and at least as pressing as least.
func raise(priority, least string) string {
	order := []string{priorityLow, priorityNormal, priorityHigh, priorityUrgent}
	at := max(slices.Index(order, priority), 0)
	if least == "" {
		return order[min(at+1, len(order)-1)]
	}
	return order[max(at, slices.Index(order, least))]
}

func firstOf(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

func zeroTime() time.Time { return time.Time{} }

// tell sends a word to a team.
func (t *turn) tell(team, kind string) {
	n := &Notice{Team: team, Kind: kind}
	if t.c.Case != nil {
		n.Handoff = t.c.Case.ID
	}
	t.act(Action{Kind: ActNotice, Notice: n})
}

// changed adds to a case's history and sends it as it stands now.
func (t *turn) changed(c *Handoff, who, what string) {
	t.event(c, who, what)
	t.sendChange(c)
}

// event adds to a case's history.
func (t *turn) event(c *Handoff, who, what string) {
	c.History = keepLast(c.History, mostHistory, Change{At: t.e.At, Who: who, What: what})
}

// sendChange sends a case as it stands now.
func (t *turn) sendChange(c *Handoff) {
	for _, o := range c.Offers { // a verdict may have been given in another case since
		if kept, there := t.e.Record.Offer(o.ID); there && o.Verdict == "" && kept.Verdict != "" {
			c.Offers = withOffer(c.Offers, kept)
		}
	}
	c.Summary = t.summary(c)
	t.act(Action{Kind: ActCase, Rule: c.Rule, Handoff: t.sendCase(c)})
}

// graver is the worse of two risks.
func graver(a, b intents.Risk) intents.Risk {
	order := []intents.Risk{
		"", intents.NoRisk, intents.Review, intents.Platform, intents.Regulator, intents.Media, intents.Legal, intents.Health, intents.Safety,
	}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}
