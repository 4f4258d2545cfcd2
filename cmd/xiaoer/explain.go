package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/orders"
	"xiaoer/bot/shop"
	"xiaoer/rules/doc"
)

type explainCmd struct {
	Dir   string    `arg:"" help:"A shop's folder." type:"path"`
	Text  string    `arg:"" help:"What the buyer writes."`
	Order string    `help:"A YAML or JSON file with the order that the message carries, as in a webhook." placeholder:"FILE" type:"path"`
	JSON  bool      `name:"json" help:"Write one JSON object."`
	Buyer string    `help:"The buyer's id, for the shop's order source." default:"explain"`
	At    time.Time `help:"The clock, such as 2026-11-21T10:00:00+08:00; now when not given." placeholder:"TIME"`
}

// Help teaches the command.
func (explainCmd) Help() string {
	return `Shows the intents of one message with their evidence, every rule that was read with the part of its condition
that said no and the values seen, and the answer:

  xiaoer explain myshop 我想退货 --order order.yaml

where order.yaml is, for instance:
  {no: 261118-123456789012345, stage: delivered, delivered_days: 3, amount: "39.90"}`
}

// Run explains one message.
func (c *explainCmd) Run(a *app) error {
	s, err := a.oneShop(c.Dir)
	if err != nil {
		return err
	}
	order, err := c.order(a, s)
	if err != nil {
		return err
	}
	at := c.At
	if at.IsZero() {
		at = a.now()
	}
	look, err := lookups(a.ctx, s, func() time.Time { return at })
	if err != nil {
		return err
	}
	reading := s.Classifier.Read(c.Text)
	turn := bot.Run(s.Book, bot.NewConversation(s.ID, "explain"), bot.Event{
		ID: "explain", Kind: bot.EventMessage, At: at, Reading: &reading, Explain: true,
		Message: &bot.Message{
			ID: "explain", Conversation: "explain", Buyer: bot.Buyer{ID: c.Buyer},
			SentAt: at, Kind: bot.KindText, Text: c.Text, Order: order,
		},
	}, look)
	explanation := turn.Explain()
	if c.JSON {
		return writeJSON(a.out, explanation)
	}
	writeExplanation(a.out, explanation)
	return nil
}

// order reads the order file, if one was named.
func (c *explainCmd) order(a *app, s *shop.Shop) (*bot.Order, error) {
	if c.Order == "" {
		return nil, nil
	}
	data, err := readUpTo(c.Order, doc.MaxBytes)
	if err != nil {
		return nil, err
	}
	var p doc.Problems
	if o, ok := parseOrder(c.Order, data, s, &p); ok {
		return &o, nil
	}
	a.writeProblems(a.err, p.All(), map[string][]byte{c.Order: data})
	return nil, errProblems
}

// parseOrder reads one order, written as YAML or JSON with the webhook's fields.
func parseOrder(name string, data []byte, s *shop.Shop, p *doc.Problems) (bot.Order, bool) {
	file := doc.Parse(name, data, p)
	if file.Root == nil {
		return bot.Order{}, false
	}
	o, ok := orders.FromYAML(&doc.Decoder{Problems: p, Zone: s.Book.Shop.Location}, file.Root)
	return o, ok && !p.HasErrors()
}

// lookups answers a turn's look-ups from the source that connect.yaml names; a shop without one has no orders to look up.
func lookups(ctx context.Context, s *shop.Shop, now func() time.Time) (bot.LookupFunc, error) {
	src, err := source(s, now, slog.New(slog.DiscardHandler))
	if err != nil || src == nil {
		return nil, err
	}
	return func(l bot.Lookup) bot.LookupResult { return src(ctx, l) }, nil
}

// writeExplanation writes it for a person.
func writeExplanation(w io.Writer, e bot.Explanation) {
	if len(e.Intents) == 0 {
		fmt.Fprintln(w, "intents: none")
	}
	for _, p := range e.Intents {
		fmt.Fprintf(w, "intent %s %.2f", p.Name(), p.Score)
		for i, ev := range p.Evidence {
			if i < 5 {
				fmt.Fprintf(w, "  %s %q %+.1f", ev.Kind, ev.Text, ev.Weight)
			}
		}
		fmt.Fprintln(w)
	}
	if len(e.Negated) > 0 {
		fmt.Fprintln(w, "negated:", strings.Join(e.Negated, ", "))
	}
	for _, entity := range e.Entities {
		fmt.Fprintf(w, "%s: %s\n", entity.Type, entity.Value)
	}
	fmt.Fprintf(w, "mood %s, risk %s\n", e.Mood, e.Risk)
	for _, d := range e.Decisions {
		writeDecision(w, d)
	}
	for _, r := range e.Replies {
		fmt.Fprintf(w, "says: %s\n", replyText(r))
	}
	if e.Ask != nil {
		fmt.Fprintln(w, "asks for:", *e.Ask)
	}
	if h := e.Handoff; h != nil {
		fmt.Fprintf(w, "hands over to %s, priority %s: %s\n", h.Team, h.Priority, h.Reason)
	}
	fmt.Fprintln(w, "status:", e.Status)
}

func writeDecision(w io.Writer, d bot.DecisionExplained) {
	intent := d.Intent
	if intent == "" {
		intent = "any message"
	}
	if d.Rule == nil {
		fmt.Fprintf(w, "for %s: no rule fits\n", intent)
	} else {
		fmt.Fprintf(w, "for %s: %s", intent, *d.Rule)
		if d.File != "" {
			fmt.Fprintf(w, " (%s:%d)", d.File, d.Line)
		}
		fmt.Fprintln(w)
	}
	for _, c := range d.Considered {
		if c.Fits {
			fmt.Fprintf(w, "  yes %s\n", c.Rule)
			continue
		}
		fmt.Fprintf(w, "  no  %s because %s%s\n", c.Rule, c.Because, values(c.Values))
	}
}

// values writes the facts that a condition read, by name.
func values(v map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(v)) {
		parts = append(parts, name+" = "+v[name])
	}
	if len(parts) == 0 {
		return ""
	}
	return "  (" + strings.Join(parts, ", ") + ")"
}

// replyText is a reply in one line.
func replyText(r bot.Reply) string {
	text := r.Text
	if r.Image != "" {
		text = strings.TrimSpace(text + " [" + r.Image + "]")
	}
	for i, choice := range r.Choices {
		text += fmt.Sprintf("\n  %d. %s", i+1, choice)
	}
	return text
}
