package shoptest

import (
	"fmt"
	"slices"
	"strings"

	"xiaoer/bot"
	"xiaoer/intents"
	"xiaoer/rules/doc"
)

// An expectation is one key under expect.
type expectation struct {
	key   string
	check func(*outcome) string // what was expected and got, "" when it holds
}

// none is how an expectation says that there must be nothing.
const none = "none"

// expectFields is the table of expect.
func (r *parser) expectFields() []doc.Field[step] {
	return slices.Concat(r.answerFields(), r.effectFields(), r.moodFields())
}

func (s *step) add(key string, check func(*outcome) string) {
	s.expect = append(s.expect, expectation{key: key, check: check})
}

// answerFields are about what the buyer reads.
func (r *parser) answerFields() []doc.Field[step] {
	list := doc.OneOrMoreShape(doc.TextShape())
	return []doc.Field[step]{
		{Name: "intents", Doc: "The accepted intents in order; intent.topic where a topic is meant.", Shape: list, Set: func(_ *doc.Decoder, s *step, v *doc.Node) {
			want := r.names(v, r.words.intents, doc.UnknownIntent, "intent")
			s.add("intents", func(o *outcome) string { return o.checkIntents(want) })
		}},
		{Name: "rule", Doc: "The rules that answered or asked, exactly.", Shape: list, Set: func(_ *doc.Decoder, s *step, v *doc.Node) {
			want := r.names(v, r.words.rules, doc.UnknownValue, "rule")
			s.add("rule", func(o *outcome) string { return checkSame(want, o.rules) })
		}},
		{Name: "reply", Doc: "Texts that are in what is sent.", Shape: list, Set: func(d *doc.Decoder, s *step, v *doc.Node) {
			want := texts(d, v)
			s.add("reply", func(o *outcome) string { return o.checkReply(want) })
		}},
		{Name: "not_reply", Doc: "Texts that are not in what is sent.", Shape: list, Set: func(d *doc.Decoder, s *step, v *doc.Node) {
			want := texts(d, v)
			s.add("not_reply", func(o *outcome) string { return o.checkNotReply(want) })
		}},
		{Name: "ask", Doc: "The slot that is asked for; none where nothing is.", Shape: doc.TextShape(), Set: func(d *doc.Decoder, s *step, v *doc.Node) {
			want := ""
			if v.Kind != doc.Null {
				if want, _ = d.Text(v); want == none {
					want = ""
				}
			}
			if want != "" {
				r.known(v, r.words.slots, doc.UnknownSlot, "slot")
			}
			s.add("ask", func(o *outcome) string { return checkWord(want, o.ask) })
		}},
		{Name: "silent", Doc: "Nothing is sent.", Shape: doc.BoolShape(), Set: func(d *doc.Decoder, s *step, v *doc.Node) {
			want, _ := d.Bool(v)
			s.add("silent", func(o *outcome) string { return o.checkSilent(want) })
		}},
	}
}

// effectFields are about what else happens.
func (r *parser) effectFields() []doc.Field[step] {
	fields := doc.AnyShape(doc.EnumShape(none), doc.MapShape(doc.AnythingShape()))
	return []doc.Field[step]{
		{Name: "handoff", Doc: "Fields of the case that is opened or changed in this step; {} for any that is opened, none for no new case.", Shape: fields, Set: func(d *doc.Decoder, s *step, v *doc.Node) {
			r.checkHandoff(v)
			want := r.record(d, v)
			s.add("handoff", func(o *outcome) string { return o.handoff(want) })
		}},
		{Name: "slots", Doc: "What slots hold.", Shape: doc.MapShape(doc.AnythingShape()), Set: func(d *doc.Decoder, s *step, v *doc.Node) {
			want := r.record(d, v)
			r.knownKeys(v, r.words.slots, doc.UnknownSlot, "slot")
			s.add("slots", func(o *outcome) string { return list{o.slots()}.check(want) })
		}},
		{Name: "tags", Doc: "Tags that are put on the conversation.", Shape: doc.ListShape(doc.TextShape()), Set: func(d *doc.Decoder, s *step, v *doc.Node) {
			want := texts(d, v)
			s.add("tags", func(o *outcome) string { return checkContains(want, o.tags) })
		}},
		{Name: "offers", Doc: "Offers that are made, by their fields.", Shape: doc.AnyShape(fields, doc.ListShape(fields)), Set: func(d *doc.Decoder, s *step, v *doc.Node) {
			s.addRecords(r, d, "offers", v, func(o *outcome) list { return o.offers })
		}},
		{Name: "promise", Doc: "The promise that is made or changes, by its fields or what it is about.", Shape: doc.AnyShape(fields, doc.TextShape()), Set: func(d *doc.Decoder, s *step, v *doc.Node) {
			s.addRecords(r, d, "promise", v, func(o *outcome) list { return o.promises })
		}},
	}
}

// moodFields are about how the message was read and how the conversation stands.
func (r *parser) moodFields() []doc.Field[step] {
	word := func(name, about string, values []string, got func(*outcome) string) doc.Field[step] {
		return doc.Field[step]{Name: name, Doc: about, Shape: doc.EnumShape(values...), Set: func(d *doc.Decoder, s *step, v *doc.Node) {
			want, _ := d.Enum(v, values...)
			s.add(name, func(o *outcome) string { return checkWord(want, got(o)) })
		}}
	}
	moods := []string{string(intents.Calm), string(intents.Upset), string(intents.Angry)}
	risks := []string{
		string(intents.NoRisk), string(intents.Review), string(intents.Platform), string(intents.Regulator),
		string(intents.Media), string(intents.Legal), string(intents.Health), string(intents.Safety),
	}
	statuses := []string{string(bot.StatusBot), string(bot.StatusWaiting), string(bot.StatusAgent), string(bot.StatusClosed)}
	return []doc.Field[step]{
		word("mood", "How the buyer sounds.", moods, func(o *outcome) string { return o.mood }),
		word("risk", "The danger that the message names.", risks, func(o *outcome) string { return o.risk }),
		word("status", "Who has the conversation.", statuses, func(o *outcome) string { return string(o.conversation.Status) }),
	}
}

// names reads a name or a list of names; nothing, none and [] mean that there must be none.
func (r *parser) names(v *doc.Node, known []string, code doc.Code, what string) []string {
	if v.Kind == doc.Null || v.Kind == doc.Scalar && v.Text == none {
		return nil
	}
	nodes, _ := r.d.Texts(v)
	var out []string
	for _, n := range nodes {
		r.known(n, known, code, what)
		out = append(out, n.Text)
	}
	return out
}

func texts(d *doc.Decoder, v *doc.Node) []string {
	if v.Kind == doc.Null {
		return nil
	}
	nodes, _ := d.Texts(v)
	var out []string
	for _, n := range nodes {
		out = append(out, n.Text)
	}
	return out
}

// record reads fields that must hold; nil means that there must be no record at all.
func (r *parser) record(d *doc.Decoder, v *doc.Node) map[string]any {
	switch {
	case v.Kind == doc.Null, v.Kind == doc.Scalar && v.Text == none:
		return nil
	case v.Kind != doc.Mapping:
		d.Wrong(v, "expected none, or fields that must hold", "for example {team: aftersales}")
		return map[string]any{}
	}
	want, _ := valueOf(v).(map[string]any)
	return want
}

// addRecords adds an expectation about records: fields of one, a list of several, none, or a text for what.
func (s *step) addRecords(r *parser, d *doc.Decoder, key string, v *doc.Node, got func(*outcome) list) {
	if v.Kind == doc.Sequence && len(v.Items) > 0 {
		for _, item := range v.Items {
			want := r.record(d, item)
			s.add(key, func(o *outcome) string { return got(o).check(want) })
		}
		return
	}
	var want map[string]any
	switch {
	case v.Kind == doc.Sequence:
	case v.Kind == doc.Scalar && v.Text != none && key == "promise":
		want = map[string]any{"what": v.Text}
	default:
		want = r.record(d, v)
	}
	s.add(key, func(o *outcome) string { return got(o).check(want) })
}

// handoffKeys are the fields of a case that a test may name.
func handoffKeys() []string {
	return []string{
		"id", "number", "team", "priority", "reason", "task", "rule", "intent", "mood", "risk", "slots", "images", "order", "product",
		"summary", "open", "promises", "offers", "stage", "deadline", "opened_at", "waiting", "agent", "assigned",
		"notes", "in_time", "late", "outcome", "cause",
		"history", "closed_at", "dispute", "episode", "transcript",
	}
}

func (r *parser) checkHandoff(v *doc.Node) {
	if v.Kind != doc.Mapping {
		return
	}
	r.strictKeys(v, "handoff", handoffKeys())
	if team := v.Get("team"); team != nil && team.Kind == doc.Scalar {
		r.known(team, r.words.teams, doc.UnknownTeam, "team")
	}
	if priority := v.Get("priority"); priority != nil {
		r.d.Enum(priority, "low", "normal", "high", "urgent")
	}
	if rule := v.Get("rule"); rule != nil && rule.Kind == doc.Scalar {
		r.known(rule, r.words.rules, doc.UnknownValue, "rule")
	}
	r.knownKeys(v.Get("slots"), r.words.slots, doc.UnknownSlot, "slot")
}

func (r *parser) knownKeys(v *doc.Node, list []string, code doc.Code, what string) {
	if v == nil || v.Kind != doc.Mapping {
		return
	}
	for _, pair := range v.Pairs {
		r.known(pair.Key, list, code, what)
	}
}

// checkIntents compares names in order; an intent without a topic holds for every topic of it.
func (o *outcome) checkIntents(want []string) string {
	same := len(want) == len(o.intents)
	for i := 0; same && i < len(want); i++ {
		got := o.intents[i]
		intent, _, _ := strings.Cut(got, ".")
		same = want[i] == got || want[i] == intent
	}
	if same {
		return ""
	}
	return differ(orNone(want), orNone(o.intents))
}

func (o *outcome) checkReply(want []string) string {
	if len(want) == 0 && len(o.sent) > 0 {
		return differ("no reply", quoted(o.sent))
	}
	var missing []string
	for _, w := range want {
		if !strings.Contains(strings.Join(o.sent, "\n"), w) {
			missing = append(missing, w)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return differ(quoted(missing), quoted(o.sent))
}

func (o *outcome) checkNotReply(want []string) string {
	for _, w := range want {
		if strings.Contains(strings.Join(o.sent, "\n"), w) {
			return differ(fmt.Sprintf("no %q", w), quoted(o.sent))
		}
	}
	return ""
}

func (o *outcome) checkSilent(want bool) string {
	switch {
	case want && len(o.sent) > 0:
		return differ("silence", quoted(o.sent))
	case !want && len(o.sent) == 0:
		return differ("an answer", "silence")
	default:
		return ""
	}
}

// checkSame compares lists of names whatever their order.
func checkSame(want, got []string) string {
	a, b := slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))
	if slices.Equal(a, b) {
		return ""
	}
	return differ(orNone(want), orNone(got))
}

func checkContains(want, got []string) string {
	if len(want) == 0 && len(got) > 0 {
		return differ(none, orNone(got))
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			return differ(orNone(want), orNone(got))
		}
	}
	return ""
}

func checkWord(want, got string) string {
	if want == got {
		return ""
	}
	return differ(orNone(nonEmpty(want)), orNone(nonEmpty(got)))
}

func nonEmpty(word string) []string {
	if word == "" {
		return nil
	}
	return []string{word}
}

func orNone(list []string) string {
	if len(list) == 0 {
		return none
	}
	return strings.Join(list, ", ")
}

func quoted(list []string) string {
	if len(list) == 0 {
		return "silence"
	}
	out := make([]string, 0, len(list))
	for _, s := range list {
		out = append(out, fmt.Sprintf("%q", s))
	}
	return strings.Join(out, ", ")
}

func differ(want, got string) string { return "expected " + want + ", got " + got }
