package shoptest

import (
	"slices"

	"xiaoer/bot"
	"xiaoer/rules/doc"
)

const (
	maxSeats = 1000
	maxLoad  = 100_000
)

// readPause reads the ids of rules that are paused. One that the shop does not have is a misspelt one.
func (r *parser) readPause(v *doc.Node) []string {
	if v.Kind == doc.Null {
		return nil
	}
	var known []string
	if r.words.rules != nil {
		known = append(slices.Clone(r.words.rules), bot.PausedShop)
	}
	return r.names(v, known, doc.UnknownValue, "rule")
}

// readOnline reads who is at the desk: names, or mappings with teams and load.
func (r *parser) readOnline(v *doc.Node) []bot.Seat {
	var out []bot.Seat
	if v.Kind == doc.Null {
		return out
	}
	doc.DecodeList(r.d, v, "online", func(item *doc.Node) {
		var s bot.Seat
		if item.Kind == doc.Scalar {
			s.Agent, _ = r.d.FilledText(item)
		} else {
			doc.Decode(r.d, item, r.seatFields(), "an agent", &s)
		}
		if s.Agent != "" && len(out) < maxSeats {
			out = append(out, s)
		}
	})
	return out
}

func (r *parser) seatFields() []doc.Field[bot.Seat] {
	return []doc.Field[bot.Seat]{
		{
			Name: "agent", Required: true, Doc: "The agent's name.", Shape: doc.TextShape(),
			Set: func(d *doc.Decoder, s *bot.Seat, v *doc.Node) { s.Agent, _ = d.FilledText(v) },
		},
		{
			Name: "teams", Doc: "The teams that the agent works for; all, when left out.", Shape: doc.OneOrMoreShape(doc.TextShape()),
			Set: func(_ *doc.Decoder, s *bot.Seat, v *doc.Node) {
				s.Teams = r.names(v, r.words.teams, doc.UnknownTeam, "team")
			},
		},
		{
			Name: "load", Doc: "How many open cases the agent has besides this conversation's.", Shape: doc.IntegerShape(0, maxLoad),
			Set: func(d *doc.Decoder, s *bot.Seat, v *doc.Node) { s.Load, _ = d.Int(v, 0, maxLoad) },
		},
		{
			Name: "ceiling", Doc: "How many the agent may have at once; 0 for no limit.", Shape: doc.IntegerShape(0, maxLoad),
			Set: func(d *doc.Decoder, s *bot.Seat, v *doc.Node) { s.Ceiling, _ = d.Int(v, 0, maxLoad) },
		},
	}
}

func (r *parser) moveFields() []doc.Field[stepReading] {
	return []doc.Field[stepReading]{
		{
			Name: "team", Doc: "The team; its own, when left out.", Shape: doc.TextShape(),
			Set: func(d *doc.Decoder, s *stepReading, v *doc.Node) {
				if s.team, _ = d.FilledText(v); s.team != "" {
					r.known(v, r.words.teams, doc.UnknownTeam, "team")
				}
			},
		},
		{
			Name: "to", Doc: "The agent; whoever the desk chooses, when left out.", Shape: doc.TextShape(),
			Set: func(d *doc.Decoder, s *stepReading, v *doc.Node) { s.to, _ = d.FilledText(v) },
		},
	}
}
