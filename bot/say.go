package bot

import (
	"slices"
	"strconv"
	"strings"

	"xiaoer/intents"
	"xiaoer/rules"
)

// spoken is one reply as it will be sent.
type spoken struct {
	rule    string // the rule or built-in answer that says it
	text    string
	image   string
	choices []string
	ask     string // the slot that a question asks for
	variant int    // which of the rule's replies it is
}

// script renders a named script; its variants are taken in turn. A variant whose facts are not all known is passed over,
// and where none is left the plain sentence of the base pack is said.
func (t *turn) script(name string) string {
	list := t.b.Scripts[name]
	if len(list) == 0 {
		return t.b.Plain[name]
	}
	key, first := "", 0
	if len(list) > 1 {
		key = "script:" + name
		first = t.c.Variants[key]
	}
	f := t.see(t.current)
	for i := range list {
		s := list[(first+i)%len(list)]
		if s == nil {
			continue
		}
		text, missing := s.Render(f.Facts, t.format())
		if len(missing) > 0 || t.forbidden(s, text) || len(list) > 1 && text == t.lastLine() {
			continue
		}
		if len(list) > 1 {
			put(&t.c.Variants, key, (first+i+1)%len(list))
		}
		return text
	}
	return t.b.Plain[name]
}

func (t *turn) format() rules.Format {
	return rules.Format{Locale: t.b.Shop.Locale, Location: t.zone(), Now: t.e.At}
}

// chinese tells which language the shop speaks, for the few words that are not scripts: nearly all of them are read by agents.
func (t *turn) chinese() bool { return !strings.HasPrefix(strings.ToLower(t.b.Shop.Locale), "en") }

// saysScript says a script as a reply of its own, unless it is the bot's last line already.
func (t *turn) saysScript(name, script string) {
	t.answers(name)
	text := t.script(script)
	if text == "" || text == t.lastLine() {
		return
	}
	t.said = append(t.said, spoken{rule: name, text: text})
}

// speak puts the turn's words in order and gives the actions: what is recorded, at most two replies, then the one question
// or the handoff.
func (t *turn) speak() []Action {
	var room [mostReplies + 2]spoken
	lines := append(room[:0], t.said...)
	switch {
	case t.question != nil:
		lines = append(lines, *t.question)
	case t.handed != nil:
		lines = append(lines, t.parting...)
	}
	closes := t.closes()
	if closes {
		t.joinClosing(lines)
	}
	lines = t.allowed(lines)
	t.keepLines(lines)
	t.joinApology(lines)
	lines = t.fits(lines)
	for i := range lines {
		s := &lines[i]
		t.acts = s.appendActions(t.acts)
		t.record(s)
	}
	if len(lines) > 0 {
		t.botReplied()
	}
	actions := t.acts
	if t.handed != nil {
		t.finishHandoff(t.handed)
		h := t.sendCase(t.handed)
		actions = append(actions, Action{Kind: ActHandoff, Rule: h.Rule, Handoff: h})
	}
	if closes {
		t.c.Status = StatusClosed
		t.c.Clock.Idle = zeroTime()
		actions = append(actions, Action{Kind: ActClose, Rule: t.closing})
	}
	return actions
}

func (s *spoken) appendActions(out []Action) []Action {
	if s.text != "" {
		out = append(out, Action{Kind: ActReply, Rule: s.rule, Reply: &Reply{Kind: KindText, Text: s.text, Choices: s.choices}})
	}
	if s.image != "" {
		out = append(out, Action{Kind: ActReply, Rule: s.rule, Reply: &Reply{Kind: KindImage, Image: s.image}})
	}
	if s.ask != "" {
		out = append(out, Action{Kind: ActAsk, Rule: s.rule, Ask: s.ask})
	}
	return out
}

// closes tells whether a rule wants to close and nothing else is open.
func (t *turn) closes() bool {
	return t.closing != "" && t.question == nil && t.handed == nil && t.c.Question == nil &&
		len(t.c.Open) == 0 && t.c.Case == nil && t.c.Status == StatusBot
}

// joinClosing adds the closing script to the words of the rule that closes.
func (t *turn) joinClosing(lines []spoken) {
	for i := len(lines) - 1; i >= 0; i-- {
		if lines[i].rule == t.closing && lines[i].text != "" {
			lines[i].text = t.join(lines[i].text, t.script("closing"))
			return
		}
	}
}

// joinApology puts the apology before the first words of a turn whose rule apologises or whose buyer is upset.
func (t *turn) joinApology(lines []spoken) {
	if !t.apology && t.reading.Mood != intents.Upset || t.e.Kind != EventMessage {
		return
	}
	for i := range lines {
		if lines[i].text == "" {
			continue
		}
		switch lines[i].rule {
		case saysHolding, saysSettled, saysWithdrawn, saysClosing:
			return
		}
		sorry := t.script("apology")
		if sorry != "" && !strings.HasPrefix(lines[i].text, sorry) {
			lines[i].text = t.join(sorry, lines[i].text)
		}
		return
	}
}

func (t *turn) join(a, b string) string {
	switch {
	case a == "" || b == "":
		return a + b
	case t.chinese():
		return a + b
	}
	return a + " " + b
}

// lastSent is what the shop's side sent last, agents included: some channels refuse the same text twice in a row.
func (t *turn) lastSent() string {
	for _, s := range slices.Backward(t.said) {
		if s.text != "" {
			return s.text
		}
	}
	for _, line := range slices.Backward(t.c.Transcript) {
		if line.From != "buyer" {
			return line.Text
		}
	}
	return ""
}

// keepLines remembers the last words before anything is joined to them, so that they are known when they would come again.
func (t *turn) keepLines(lines []spoken) {
	for _, s := range lines {
		if s.text != "" {
			t.c.LastLine = s.text
		}
	}
}

// record adds a line of ours to the transcript and to what may come back as an echo.
func (t *turn) record(s *spoken) {
	line := Line{At: t.e.At, From: "bot", Text: s.text}
	if s.image != "" {
		line.Images = []string{s.image}
	}
	t.c.Transcript = keepLast(t.c.Transcript, MostLines, line)
	t.c.Choices = s.choices
	if s.text != "" {
		t.c.Said = keepLast(t.c.Said, mostSaid, Said{ID: t.e.ID, Text: s.text, At: t.e.At})
	}
	t.c.Clock.Any = t.e.At
	t.c.Sent += s.messages()
}

// freshID derives an id from the event's.
func (t *turn) freshID(kind string, n int) string { return t.e.ID + "-" + kind + strconv.Itoa(n+1) }
