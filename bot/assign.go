package bot

import "slices"

const assignedTo = "assigned to "

// assign chooses who should take a case: the least loaded of those at the desk who are of its team and below their ceiling,
// by name where several are. Who has just had it is passed over. Nobody at the desk leaves it unassigned: any agent may
// claim it, and the reminder looks again.
func (t *turn) assign(c *Handoff, but string) {
	name := t.choosesSeat(c.Team, but)
	if name == "" || name == c.Assigned {
		return
	}
	c.Assigned = name
	t.assigned = append(t.assigned, name)
	t.event(c, "bot", assignedTo+name)
}

func (t *turn) choosesSeat(team, but string) string {
	best, least := "", 0
	for i := range t.e.Desk.Online {
		s := &t.e.Desk.Online[i]
		load := s.Load + t.givenTo(s.Agent)
		switch {
		case s.Agent == "" || s.Agent == but || len(s.Teams) > 0 && !slices.Contains(s.Teams, team):
		case s.Ceiling > 0 && load >= s.Ceiling:
		case best == "" || load < least || load == least && s.Agent < best:
			best, least = s.Agent, load
		}
	}
	return best
}

// givenTo counts what this turn has assigned to an agent on top of the load that the desk knows.
func (t *turn) givenTo(agent string) int {
	n := 0
	for _, name := range t.assigned {
		if name == agent {
			n++
		}
	}
	return n
}

// assignTo chooses anew for a case that goes to another team.
func (t *turn) assignTo(team string, c *Handoff) {
	c.Team, c.Assigned = team, ""
	t.assign(c, "")
}

// assignAgain looks for somebody when whoever a waiting case was assigned to has left the desk, or nobody was there.
func (t *turn) assignAgain(c *Handoff) bool {
	if t.c.Status != StatusWaiting || t.isHere(c.Assigned) {
		return false
	}
	before := c.Assigned
	t.assign(c, before)
	return c.Assigned != before
}

// isHere tells whether an agent is at the desk.
func (t *turn) isHere(agent string) bool {
	return agent != "" && slices.ContainsFunc(t.e.Desk.Online, func(s Seat) bool { return s.Agent == agent })
}
