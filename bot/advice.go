package bot

import (
	"slices"
	"strings"
	"time"

	"xiaoer/rules"
)

// A QuickReply is a sentence that agents may pick. Nothing of it is said before an agent has sent it.
type QuickReply struct {
	Name    string // by which it is found
	Text    *rules.Template
	Intents []string // of the cases in which it stands first: "return", "wrong_order.address"
}

// A Rendered text is one with its facts filled in.
type Rendered struct {
	Name    string
	Text    string   // "" where a fact is unknown
	Missing []string // the facts that are unknown
	Meant   bool     // it is for the intent of the case
}

// Advise fills in quick replies by what is known of a conversation and its case; those meant for the case's intent come first, otherwise
// they keep their order. It changes nothing. The event gives the clock, the record and the desk.
func Advise(b *Book, c Conversation, h *Handoff, e Event, quick []QuickReply) []Rendered {
	c.separate()
	t := &turn{b: b, c: c, e: e}
	defer func() { b.giveRow(t.facts) }()
	intent, request := "", Request{}
	if h != nil {
		intent = h.Intent
		request.Intent, request.Topic, _ = strings.Cut(h.Intent, ".")
		if t.c.Order == nil {
			t.c.Order = h.Order
		}
		if t.c.Product == nil {
			t.c.Product = h.Product
		}
	}
	t.current = request
	if h != nil {
		t.handFacts(h)
	}
	out := make([]Rendered, 0, len(quick))
	for _, q := range quick {
		r := Rendered{Name: q.Name, Meant: intent != "" && slices.ContainsFunc(q.Intents, func(of string) bool { return covers(of, intent) })}
		if r.Text, r.Missing = q.Text.Render(t.see(request).Facts, t.format()); len(r.Missing) > 0 {
			r.Text = ""
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(x, y Rendered) int { return rank(x) - rank(y) })
	return out
}

func rank(r Rendered) int {
	if r.Meant {
		return 0
	}
	return 1
}

// covers tells whether an intent takes another in: itself, or one of its topics.
func covers(of, intent string) bool { return of == intent || strings.HasPrefix(intent, of+".") }

// A Draft is what the rules would have answered to a buyer's message, had no human had the conversation.
type Draft struct {
	Texts    []string
	Rules    []string // that answered
	HandsOff bool     // they would have handed over, and say nothing else
}

// DraftOf works out what the rules would have answered. What kept the bot from saying a thing twice is put aside, since no buyer reads a
// draft; a rule that would promise or offer something still says so, and the agent has to keep it.
func DraftOf(b *Book, c Conversation, e Event, look LookupFunc) Draft {
	c.Status, c.Case, c.Question, c.Lapsed, c.Open, c.Pending = StatusBot, nil, nil, nil, nil, nil
	c.Answers, c.LastLine, c.Said = nil, "", nil
	c.Counts.Failures, c.Counts.Repeats = 0, 0
	out := Run(b, c, e, look)
	d := Draft{Rules: append([]string{}, out.Trace.Answered...)}
	for i := range out.Actions {
		switch a := &out.Actions[i]; a.Kind {
		case ActHandoff:
			d.HandsOff = d.HandsOff || a.Handoff != nil && !a.Handoff.Task
		case ActReply, ActAsk:
			if a.Reply != nil && a.Reply.Text != "" {
				d.Texts = append(d.Texts, a.Reply.Text)
			}
		default:
		}
	}
	if d.HandsOff {
		d.Texts = nil // words of farewell are none for an agent to say
	}
	return d
}

// A Hit is a word in a text that the shop's compliance list forbids.
type Hit struct {
	Name string `json:"name"` // of the entry
	Text string `json:"text"` // as written
}

// Forbidden finds what the compliance list forbids in words that an agent is about to say; at most one hit of each entry.
func (b *Book) Forbidden(text string) []Hit {
	out := []Hit{}
	lower := strings.ToLower(text)
	for i := range b.Compliance {
		p := &b.Compliance[i]
		if !p.near(lower) || !p.hits(text) {
			continue
		}
		if slices.ContainsFunc(out, func(h Hit) bool { return h.Name == p.Name }) {
			continue
		}
		out = append(out, Hit{Name: p.Name, Text: p.first(text)})
	}
	return out
}

// first is the first place of a text that the pattern forbids and that is not free.
func (p *Pattern) first(text string) string {
	var free [][]int
	if p.Free != nil {
		free = p.Free.FindAllStringIndex(text, -1)
	}
	for _, hit := range p.Match.FindAllStringIndex(text, -1) {
		if !slices.ContainsFunc(free, func(f []int) bool { return f[0] < hit[1] && hit[0] < f[1] }) {
			return strings.TrimSpace(text[hit[0]:hit[1]])
		}
	}
	return ""
}

// Quiet in the field What of an EventStage moves the case without telling the buyer.
const Quiet = "quiet"

// A Named value is one that a person reads.
type Named struct{ Name, Text string }

// PolicyValues are the shop's policies in words of its language, by name.
func (b *Book) PolicyValues(now time.Time) []Named {
	format := rules.Format{Locale: b.Shop.Locale, Location: b.Shop.Location, Now: now}
	out := make([]Named, 0, len(b.Policy))
	for name, v := range b.Policy {
		out = append(out, Named{Name: name, Text: format.Print(v)})
	}
	slices.SortFunc(out, func(x, y Named) int { return strings.Compare(x.Name, y.Name) })
	return out
}
