package shop

import (
	"time"

	"xiaoer/rules/doc"
)

const maxTeams = 100

func teamFields() []doc.Field[team] {
	duration := func(name, about string, into func(*team) *time.Duration) doc.Field[team] {
		return doc.Field[team]{Name: name, Doc: about, Shape: doc.DurationShape(), Set: func(d *doc.Decoder, t *team, v *doc.Node) {
			*into(t), _ = d.Duration(v)
		}}
	}
	return []doc.Field[team]{
		{
			Name: "title", Doc: "How buyers read the team's name.", Shape: doc.TextShape(),
			Set: func(d *doc.Decoder, t *team, v *doc.Node) {
				t.Title, _ = d.FilledText(v)
				t.title = v
			},
		},
		duration("first_reply", "How long a buyer may wait for the first human word.", func(t *team) *time.Duration { return &t.FirstReply }),
		{
			Name: "next_reply", Doc: "How long for each later word; first_reply when left out, none for no deadline.",
			Shape: doc.AnyShape(doc.EnumShape(noDeadline), doc.IntegerShape(0, 0), doc.DurationShape()),
			Set:   func(d *doc.Decoder, t *team, v *doc.Node) { t.NextReply = readNextReply(d, v) },
		},
		{
			Name: "escalate_to", Doc: "The team that is told when the time is over.", Shape: doc.TextShape(),
			Set: func(d *doc.Decoder, t *team, v *doc.Node) {
				t.EscalateTo, _ = d.FilledText(v)
				t.escalate = v
			},
		},
	}
}

// readTeams reads the teams in their order; the first is the default.
func readTeams(d *doc.Decoder, n *doc.Node) []team {
	var all []team
	var names []string
	doc.DecodeMap(d, n, "teams", func(key, value *doc.Node) {
		t := team{node: key}
		t.Name = key.Text
		if value.Kind != doc.Null {
			doc.Decode(d, value, teamFields(), "a team", &t)
		}
		if len(all) == maxTeams {
			d.Problems.Error(key.Range(), doc.TooCostly, "a shop has at most %d teams", maxTeams)
		}
		if len(all) < maxTeams {
			all, names = append(all, t), append(names, t.Name)
		}
	})
	for i := range all {
		checkEscalation(d.Problems, &all[i], names)
	}
	return all
}

func checkEscalation(p *doc.Problems, t *team, names []string) {
	if t.EscalateTo == "" {
		return
	}
	for _, name := range names {
		if name == t.EscalateTo && name != t.Name {
			return
		}
	}
	if t.EscalateTo == t.Name {
		p.Error(t.escalate.Range(), doc.UnknownTeam, "the team %q escalates to itself", t.Name).WithHint("name another team, or leave escalate_to out")
		return
	}
	p.Error(t.escalate.Range(), doc.UnknownTeam, "unknown team %q", t.EscalateTo).
		WithHint(didYouMean(t.EscalateTo, names, "describe it under `teams`"))
}
