package bot

import (
	"time"
)

// timers deals with everything that has fallen due.
func (t *turn) timers() {
	t.duePromises()
	if t.asked != nil {
		return
	}
	now := t.e.At
	clock := &t.c.Clock
	if due(clock.Hold, now) {
		clock.Hold = time.Time{}
		t.remind()
	}
	if due(clock.Deadline, now) {
		clock.Deadline = time.Time{}
		t.escalate()
	}
	for i := range t.c.Tasks {
		if due(t.c.Tasks[i].Remind, now) {
			t.remindOfTask(i)
		}
	}
	if due(clock.Question, now) {
		t.lapse()
	}
	if due(clock.Idle, now) {
		clock.Idle = time.Time{}
		t.agentSilent()
	}
}

func due(at, now time.Time) bool { return !at.IsZero() && !at.After(now) }

// remindOfTask tells the team of a task half-way to its deadline, and at the deadline the next team, where there is one. The task stays where
// it is: it has no buyer who waits at its desk, and the buyer reads nothing of it.
func (t *turn) remindOfTask(i int) {
	c := cloneCase(&t.c.Tasks[i])
	if t.e.At.Before(c.Deadline) {
		c.Remind = c.Deadline
		t.tellOf(c, c.Team, "reminder")
		if c.Agent == "" && !t.isHere(c.Assigned) {
			t.assign(c, c.Assigned)
		}
	} else {
		c.Remind, c.Missed = time.Time{}, c.Deadline
		t.tellOf(c, t.b.Team(firstOf(t.b.Team(c.Team).EscalateTo, c.Team)).Name, "escalation")
	}
	t.sendChange(c)
	t.c.Tasks[i] = *c
}

// tellOf sends a word about a case to a team.
func (t *turn) tellOf(c *Handoff, team, kind string) {
	t.act(Action{Kind: ActNotice, Notice: &Notice{Team: team, Kind: kind, Handoff: c.ID}})
}

// remind tells the team that the deadline comes near, and holds the buyer as long as no agent has the conversation.
func (t *turn) remind() {
	c := t.c.Case
	if c == nil {
		return
	}
	t.tell(c.Team, "reminder")
	if t.assignAgain(c) {
		t.sendChange(c)
	}
	if t.c.Status != StatusWaiting {
		return
	}
	t.c.Clock.Held = t.e.At
	t.handFacts(c)
	t.saysScript(saysHolding, "holding")
}

// escalate gives a case whose deadline has passed to the next team, with a deadline of its own. Where there is no next team
// its own is told.
func (t *turn) escalate() {
	c := t.c.Case
	if c == nil {
		return
	}
	next := t.b.Team(c.Team).EscalateTo
	t.countLate(c)
	if next == "" || next == c.Team || t.escalated(c) >= mostEscalations {
		t.tell(c.Team, "escalation")
		t.sendChange(c)
		return
	}
	team := t.b.Team(next)
	t.tell(team.Name, "escalation")
	c.Priority = raise(c.Priority, priorityHigh)
	if t.c.Status == StatusWaiting {
		t.assignTo(team.Name, c)
		c.Deadline = t.deadline(t.e.At, team.FirstReply)
		t.c.Clock.Hold = t.deadline(t.e.At, team.FirstReply/2)
		t.c.Clock.Deadline = c.Deadline
	}
	t.changed(c, "bot", escalatedTo+team.Name)
}

const (
	mostEscalations = 5
	escalatedTo     = "escalated to "
)

func (t *turn) escalated(c *Handoff) int {
	n := 0
	for _, ch := range c.History {
		if len(ch.What) > len(escalatedTo) && ch.What[:len(escalatedTo)] == escalatedTo {
			n++
		}
	}
	return n
}

// agentSilent deals with an agent who has said nothing for long: without an open case the bot takes the conversation back;
// with one the lead is told.
func (t *turn) agentSilent() {
	if t.c.Status != StatusAgent {
		return
	}
	c := t.c.Case
	if c == nil {
		t.note("the agent is silent: back to the bot")
		if !t.c.Clock.Waiting.IsZero() {
			t.tell(t.b.Team("").Name, "agent_idle") // the buyer's last words were not answered
		}
		t.backToBot()
		return
	}
	t.tell(t.b.Team(firstOf(t.b.Team(c.Team).EscalateTo, c.Team)).Name, "agent_idle")
}
