package bot

import (
	"slices"
	"strings"
	"time"
)

// echoLasts is how soon our own words come back.
const echoLasts = 2 * time.Minute

// seenOnChannel deals with a line that the channel shows on the shop's side: our own words coming back, else a human's, which
// is a claim.
func (t *turn) seenOnChannel(m *Message) {
	if t.isOurs(m) {
		t.note("an echo of our own words")
		return
	}
	if t.c.Episode == 0 || t.c.Status == StatusClosed {
		t.newEpisode()
	}
	if m.Buyer.ID != "" && t.c.Buyer.ID == "" {
		t.c.Buyer.ID = m.Buyer.ID
	}
	t.agentWrites(Line{Text: lineText(m), Images: cutList(m.Images, mostPhotos)}, false)
}

// isOurs knows our words by the message's id, or by the same text within two minutes; photos without words by their addresses.
func (t *turn) isOurs(m *Message) bool {
	text := oneLine(m.Text)
	for _, s := range t.c.Said {
		if m.ID != "" && s.ID == m.ID {
			return true
		}
		if age := t.e.At.Sub(s.At); text != "" && oneLine(s.Text) == text && age >= 0 && age <= echoLasts {
			return true
		}
	}
	return oneLine(m.Text) == "" && t.showedLately(m.Images)
}

// showedLately tells whether our side has sent all of these photos within two minutes.
func (t *turn) showedLately(images []string) bool {
	left := slices.Clone(images)
	for _, l := range slices.Backward(t.c.Transcript) {
		age := t.e.At.Sub(l.At)
		if age > echoLasts {
			break
		}
		if l.From != "buyer" && age >= 0 {
			left = slices.DeleteFunc(left, func(image string) bool { return slices.Contains(l.Images, image) })
		}
	}
	return len(images) > 0 && len(left) == 0
}

// claims gives an agent the conversation, or a task alone.
func (t *turn) claims() {
	switch i := t.taskAt(t.e.Handoff); {
	case i >= 0:
		t.claimTask(i, t.e.Agent)
	case t.isOpenCase():
		t.claim(t.e.Agent)
	}
}

// isOpenCase tells whether an event is about the conversation and its case: it names that one, or none.
func (t *turn) isOpenCase() bool {
	if id := t.e.Handoff; id != "" && (t.c.Case == nil || t.c.Case.ID != id) {
		t.note("no open case of this name")
		return false
	}
	return true
}

// writes takes the word of an agent. Where it is said about a task nobody has, the agent has it from now on.
func (t *turn) writes() {
	if i := t.taskAt(t.e.Handoff); i >= 0 && t.c.Tasks[i].Agent == "" {
		t.claimTask(i, t.e.Agent)
	}
	t.agentWrites(Line{Name: t.e.Agent, Text: t.e.Text, Images: cutList(t.e.Images, mostPhotos)}, true)
}

// claim gives the conversation to an agent. From now on the bot is silent.
func (t *turn) claim(agent string) {
	if t.c.Status == StatusClosed || t.c.Episode == 0 {
		t.newEpisode()
	}
	if t.c.Status == StatusAgent && t.c.Case != nil && t.c.Case.Agent == agent {
		return
	}
	t.c.Status = StatusAgent
	t.c.Question, t.c.Lapsed, t.c.Open = nil, nil, nil
	t.c.Clock.Human = t.e.At
	t.c.Clock.Idle = t.e.At.Add(t.agentIdle())
	if c := t.c.Case; c != nil {
		c.take(agent)
		t.changed(c, firstOf(agent, "agent"), "claimed")
	}
}

func (t *turn) agentIdle() time.Duration {
	if t.b.AgentIdle > 0 {
		return t.b.AgentIdle
	}
	return DefaultAgentIdle
}

// agentWrites takes an agent's line: it answers the buyer, so that the clocks stop until the buyer writes again. A line that
// was written here has still to be sent: first its text, then each of its photos.
func (t *turn) agentWrites(line Line, send bool) {
	if t.c.Status != StatusAgent {
		t.claim(line.Name)
	}
	clock := &t.c.Clock
	clock.Human, clock.Any = t.e.At, t.e.At
	clock.Idle = t.e.At.Add(t.agentIdle())
	defer t.humanReplied()
	if line.Text == "" && len(line.Images) == 0 {
		return
	}
	line.At, line.From, line.Text = t.e.At, "agent", cut(line.Text, mostLine)
	t.c.Transcript = keepLast(t.c.Transcript, MostLines, line)
	if !send {
		t.c.Sent++
		return
	}
	t.c.Sent += Messages(line.Text, line.Images)
	t.c.Said = keepLast(t.c.Said, mostSaid, Said{ID: t.e.ID, Text: line.Text, At: t.e.At})
	if line.Text != "" {
		t.act(Action{Kind: ActReply, Reply: &Reply{Kind: KindText, Text: line.Text}})
	}
	for _, image := range line.Images {
		t.act(Action{Kind: ActReply, Reply: &Reply{Kind: KindImage, Image: image}})
	}
}

// Messages is how many messages on the channel a line of an agent's is: its text, and each of its photos.
func Messages(text string, images []string) int {
	if text == "" {
		return len(images)
	}
	return 1 + len(images)
}

// toAgent keeps silent while an agent has the conversation. The message fills the case and starts the clock of the next reply.
func (t *turn) toAgent() {
	if t.c.Case != nil && t.fillCase() {
		t.changed(t.c.Case, "buyer", "details")
	}
	if t.asked != nil {
		return
	}
	t.note("an agent has the conversation")
	t.owesNext()
}

// release gives the conversation back to the bot. What the agent had is done. A task is given back to its team.
func (t *turn) release() {
	if i := t.taskAt(t.e.Handoff); i >= 0 {
		t.giveBack(i)
		return
	}
	if !t.isOpenCase() || t.c.Status != StatusAgent && t.c.Status != StatusWaiting {
		return
	}
	if c := t.c.Case; c != nil {
		c.Stage, c.Outcome, c.ClosedAt = "closed", firstOf(t.e.Outcome, "released"), t.e.At
		t.changed(c, t.who(), "released")
		t.c.Case = nil
	}
	t.backToBot()
}

// resolve closes a case: a task by its id, else the one that an agent has, and with it the conversation.
func (t *turn) resolve() {
	if i := t.taskAt(t.e.Handoff); i >= 0 {
		t.closeTask(i)
		return
	}
	if !t.isOpenCase() || t.c.Status == StatusClosed {
		return
	}
	if c := t.c.Case; c != nil {
		c.Stage, c.ClosedAt = "closed", t.e.At
		c.Outcome, c.Cause, c.Cost = firstOf(t.e.Outcome, "resolved"), t.e.Cause, t.e.Cost
		t.changed(c, t.who(), "resolved")
		t.c.Case = nil
	}
	had := t.c.Status == StatusAgent
	t.backToBot()
	t.c.Status = StatusClosed
	t.act(Action{Kind: ActClose})
	if had && t.b.AsksRating {
		t.say("rating")
	}
}

func (t *turn) taskAt(id string) int {
	if id == "" {
		return -1
	}
	return slices.IndexFunc(t.c.Tasks, func(h Handoff) bool { return h.ID == id })
}

func (t *turn) closeTask(i int) {
	t.c.Tasks[i].Cause, t.c.Tasks[i].Cost = t.e.Cause, t.e.Cost
	t.endTask(i, t.who(), "resolved", firstOf(t.e.Outcome, "resolved"))
}

// Stages lists the five stages of a dispute in order. Other cases go from received to closed.
func Stages() []string {
	return []string{"received", "investigating", "negotiating", "resolving", "closed"}
}

// moveStage moves a case to another stage and tells the buyer of a dispute.
func (t *turn) moveStage() {
	stage := strings.ToLower(t.e.Stage)
	c := t.caseNamed()
	if stage == "closed" {
		if c != nil && c.Dispute {
			t.handFacts(c)
			t.tellStage(stage)
		}
		t.resolve()
		return
	}
	if c == nil || !c.Dispute || c.Stage == stage || !slices.Contains(Stages(), stage) {
		t.note("the stage stays as it is")
		return
	}
	c.Stage = stage
	t.changed(c, t.who(), "stage "+stage)
	if t.e.What == Quiet {
		return
	}
	t.handFacts(c)
	t.tellStage(stage)
}

func (t *turn) tellStage(stage string) { t.say("stage_" + stage) }

// say says a script that no message asked for.
func (t *turn) say(script string) {
	if text := t.script(script); text != "" {
		t.said = append(t.said, spoken{rule: script, text: text})
	}
}
