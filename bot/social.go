package bot

import (
	"slices"
	"strings"
	"time"

	"xiaoer/intents"
)

// photoBurst is how soon a photo after a photo belongs to the same showing.
const photoBurst = time.Minute

// withdraw cancels what is open when the buyer takes back what was asked.
func (t *turn) withdraw() bool {
	if !t.reading.Withdrawn {
		return false
	}
	wants := false
	for _, r := range t.requests {
		wants = wants || isSubstantive(r)
	}
	open := t.c.Question != nil || len(t.kept) > 0
	if wants && !open {
		return false
	}
	t.cancel(wants)
	t.saysScript(saysWithdrawn, "withdrawn")
	return !wants
}

// cancel drops the open question, what was kept, and, unless the buyer goes on to something else, the open tasks.
func (t *turn) cancel(keepTasks bool) {
	t.dropQuestion()
	t.kept = nil
	if keepTasks {
		return
	}
	var others []Handoff
	for i := range t.c.Tasks {
		task := cloneCase(&t.c.Tasks[i])
		if task.Episode != t.c.Episode || !t.takenBack(task.Intent) {
			others = append(others, *task)
			continue
		}
		task.Stage, task.Outcome, task.ClosedAt = "closed", "withdrawn", t.e.At
		t.changed(task, "buyer", "withdrawn")
		t.act(Action{Kind: ActNotice, Notice: &Notice{Team: task.Team, Kind: "withdrawn", Handoff: task.ID}})
	}
	t.c.Tasks = others
}

// takenBack tells whether the buyer takes this intent back: the named ones where the message names some, else everything.
func (t *turn) takenBack(name string) bool {
	if len(t.reading.Negated) == 0 {
		return true
	}
	intent, _, _ := strings.Cut(name, ".")
	return slices.Contains(t.reading.Negated, name) || slices.Contains(t.reading.Negated, intent)
}

// dropQuestion closes the open question without an answer.
func (t *turn) dropQuestion() { t.c.Question = nil }

// acknowledge answers "嗯嗯" and 👌 by silence, and thanks as long as a question is open.
func (t *turn) acknowledge() bool {
	if len(t.requests) > 0 {
		return false
	}
	m := t.e.Message
	if n, bare := choiceNumber(t.text()); bare && n < 10 && t.c.Question == nil {
		t.note("a bare number wants no answer")
		return true
	}
	if t.reading.Acknowledgement || m.Kind == KindEmoji && t.reading.Mood != intents.Angry && !t.reading.Chasing {
		t.note("an acknowledgement wants no answer")
		return true
	}
	return false
}

// media asks for words in place of voice and video.
func (t *turn) media() bool {
	m := t.e.Message
	if t.text() != "" || m.Kind != KindVoice && m.Kind != KindVideo {
		return false
	}
	t.c.Counts.Failures++
	if t.c.Counts.Failures > 1 {
		t.giveUp()
		return true
	}
	t.name(saysAckMedia)
	t.saysScript(saysAckMedia, "ack_media")
	return true
}

// social greets and says goodbye where no rule did.
func (t *turn) social() bool {
	requests := t.requests
	if len(requests) == 0 {
		return t.reading.Chasing && t.c.Counts.Greeted < 2 && t.greet()
	}
	switch requests[0].Intent {
	case intents.Greeting:
		return t.greet()
	case intents.Thanks:
		if len(t.kept) > 0 {
			t.note("no goodbye while a request is open")
			return true
		}
		t.name(saysClosing)
		t.saysScript(saysClosing, "closing")
		return true
	}
	return false
}

// greet welcomes once in an episode, then shortly, then not again.
func (t *turn) greet() bool {
	t.c.Counts.Greeted++
	t.name(saysGreeting)
	switch t.c.Counts.Greeted {
	case 1:
		t.saysScript(saysGreeting, "greeting")
	case 2:
		t.saysScript(saysGreeting, "greeting_again")
	default:
		t.note("greeted already")
	}
	return true
}

// otherwise deals with a message that was not understood: asks once which of the closest intents was meant, then hands over.
func (t *turn) otherwise() bool {
	if t.morePhotos() {
		t.note("one more photo of the same showing")
		return true
	}
	t.c.Counts.Failures++
	if t.b.Rules.Otherwise().Clarify > 0 && t.c.Counts.Clarify == 0 && t.c.Counts.Failures == 1 {
		t.clarify()
		return true
	}
	t.giveUp()
	return true
}

// giveUp hands over what was not understood.
func (t *turn) giveUp() {
	t.name(saysOtherwise)
	give := t.b.Rules.Otherwise().Handoff
	t.dropQuestion()
	t.handOver(handing{name: saysOtherwise, give: &give})
}

// morePhotos tells whether this is one more photo after a photo that was asked about a moment ago.
func (t *turn) morePhotos() bool {
	if t.text() != "" || len(t.e.Message.Images) == 0 || t.c.Question == nil || t.c.Question.Kind != AskClarify {
		return false
	}
	return t.c.Question.Photo && t.e.At.Sub(t.c.Question.At) < photoBurst
}

const (
	mostOptions = 3
	leastOption = 0.2 // how likely an intent must be to be asked about: below it a guess says next to nothing
)

// clarify asks which of the closest intents that the shop answers was meant; with none near enough it only asks for other words.
func (t *turn) clarify() {
	var options []Request
	var titles []string
	for _, p := range t.reading.Near {
		r := Request{Intent: p.Intent, Topic: p.Topic}
		title := t.titleOf(r.name())
		if len(options) == mostOptions || p.Score < leastOption || !isSubstantive(r) || p.Intent == intents.Other || !t.b.Rules.Answers(p.Intent) || slices.Contains(titles, title) {
			continue
		}
		options, titles = append(options, r), append(titles, title)
	}
	t.name(saysOtherwise)
	t.answers(saysOtherwise)
	t.c.Counts.Clarify++
	text := t.script("clarify")
	if len(titles) > 0 {
		text += "\n" + numbered(titles)
	}
	if len(titles) == 1 { // a choice of one is none
		text += "\n" + t.orElse()
	}
	t.question = &spoken{rule: saysOtherwise, text: text, choices: titles}
	t.c.Question = &Question{
		Kind: AskClarify, Options: options, At: t.e.At, Photo: t.text() == "" && len(t.e.Message.Images) > 0,
	}
}

// orElse stands below a list of one.
func (t *turn) orElse() string {
	if t.chinese() {
		return "不是的话，请换个说法再讲一遍。"
	}
	return "If it is something else, please say it in other words."
}

// clarified reads a message as the answer to which intent was meant. A new request is read as such.
func (t *turn) clarified(q *Question) bool {
	titles := make([]string, len(q.Options))
	for i, o := range q.Options {
		titles[i] = t.titleOf(o.name())
	}
	at, ok := pick(t.text(), titles)
	if !ok && len(q.Options) == 1 && t.reading.Affirmed {
		at, ok = 0, true
	}
	if ok && (len(t.requests) == 0 || isNumberOnly(t.text()) || strings.EqualFold(t.text(), titles[at])) {
		t.dropQuestion()
		t.answer(q.Options[at])
		return true
	}
	if len(t.requests) > 0 || t.morePhotos() || t.reading.Acknowledgement {
		if len(t.requests) > 0 {
			t.dropQuestion()
		}
		return false
	}
	t.dropQuestion()
	return false
}

// numbered writes a list as buyers read it.
func numbered(lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(itoa(i + 1))
		b.WriteString(". ")
		b.WriteString(line)
	}
	return b.String()
}
