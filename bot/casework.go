package bot

import (
	"slices"
	"time"
)

// caseNamed finds the case that an agent's event is about: the open one, or a task. It is nil when there is none, and for an
// id that no open case has. What it gives may be written to.
func (t *turn) caseNamed() *Handoff {
	id := t.e.Handoff
	if c := t.c.Case; c != nil && (id == "" || id == c.ID) {
		return c
	}
	i := t.taskAt(id)
	if i < 0 {
		t.note("no open case of this name")
		return nil
	}
	t.c.Tasks[i] = *cloneCase(&t.c.Tasks[i])
	return &t.c.Tasks[i]
}

// who is the agent of this event, as the history names one.
func (t *turn) who() string { return firstOf(t.e.Agent, "agent") }

// noted keeps a word among agents. It moves no clock: the buyer has read nothing.
func (t *turn) noted() {
	c := t.caseNamed()
	if c == nil || t.e.Text == "" {
		return
	}
	c.Notes = keepLast(c.Notes, mostNotes, Note{At: t.e.At, Who: t.who(), Text: cut(t.e.Text, mostNote)})
	t.sendChange(c)
}

// claimTask gives a task to an agent and leaves the conversation as it is.
func (t *turn) claimTask(i int, agent string) {
	c := cloneCase(&t.c.Tasks[i])
	if c.Agent == agent && agent != "" {
		return
	}
	c.take(agent)
	t.changed(c, firstOf(agent, "agent"), "claimed")
	t.c.Tasks[i] = *c
}

// take puts a case into an agent's hands; an agent without a name leaves it in those it was in.
func (h *Handoff) take(agent string) {
	h.Agent = firstOf(agent, h.Agent)
	h.Assigned = firstOf(agent, h.Assigned)
}

// giveBack puts a task that an agent had back to its team.
func (t *turn) giveBack(i int) {
	c := cloneCase(&t.c.Tasks[i])
	former := c.Agent
	c.Agent, c.Assigned = "", ""
	t.event(c, t.who(), "released")
	t.assign(c, former)
	t.sendChange(c)
	t.c.Tasks[i] = *c
}

// moved gives a case to another team or agent. Unless the agent who has it keeps it, it waits to be claimed again.
func (t *turn) moved() {
	c := t.caseNamed()
	if c == nil {
		return
	}
	if t.e.Team != "" && !t.hasTeam(t.e.Team) {
		t.note("no such team")
		return
	}
	team := firstOf(t.e.Team, c.Team)
	other := team != c.Team
	if other {
		c.Team = team
		t.event(c, t.who(), "moved to "+team)
	}
	if t.e.To != "" && t.e.To == c.Agent {
		t.sendChange(c)
		return
	}
	former := firstOf(c.Agent, c.Assigned)
	c.Agent, c.Assigned = "", ""
	if t.e.To != "" {
		c.Assigned = t.e.To
		t.event(c, t.who(), assignedTo+t.e.To)
	} else {
		t.assign(c, former)
	}
	t.awaitAgain(c, other)
	t.sendChange(c)
	t.act(Action{Kind: ActNotice, Notice: &Notice{Team: team, Kind: "moved", Handoff: c.ID}})
}

func (t *turn) hasTeam(name string) bool {
	return slices.ContainsFunc(t.b.Teams, func(team Team) bool { return team.Name == name })
}

// awaitAgain starts the clocks of a case that was moved. A reply that is owed stays due when it was, unless another team has
// to make itself acquainted; where none was owed the buyer waits from now on.
func (t *turn) awaitAgain(c *Handoff, otherTeam bool) {
	reply := t.b.Team(c.Team).FirstReply
	if c.Task {
		if otherTeam {
			c.Deadline = t.deadline(t.e.At, reply)
			c.Remind = t.deadline(t.e.At, reply/2)
		}
		return
	}
	t.c.Status = StatusWaiting
	clock := &t.c.Clock
	clock.Idle, clock.Human = time.Time{}, time.Time{}
	if clock.Waiting.IsZero() {
		clock.Waiting, clock.Counted = t.e.At, false
	}
	c.Waiting = clock.Waiting
	if otherTeam || c.Deadline.IsZero() || clock.Deadline.IsZero() {
		c.Deadline = t.deadline(t.e.At, reply)
		clock.Hold, clock.Deadline = t.deadline(t.e.At, reply/2), c.Deadline
	}
}

// Bounds of what agents write to each other in one case: a conversation is read whole with every message.
const (
	mostNotes = 30
	mostNote  = 1000 // runes
)
