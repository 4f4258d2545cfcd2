package main

import (
	"time"

	"xiaoer/bot"
	"xiaoer/bot/shop"
	"xiaoer/rules/doc"
)

type explainCmd struct {
	Dir   string    `arg:"" help:"A shop's folder."`
	Text  string    `arg:"" help:"What the buyer writes."`
	Order string    `help:"A YAML or JSON file with the order that the message carries, as in a webhook." placeholder:"FILE"`
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
	writeExplanation(a.out, c.Dir, explanation)
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
	a.writeProblems(a.err, "", p.All(), map[string][]byte{c.Order: data})
	return nil, errProblems
}
