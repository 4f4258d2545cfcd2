package main

import "xiaoer/bot/engine"

type auditCmd struct {
	keptState
	Shop  string `arg:"" help:"The shop's id, or '*' for what was done for every shop."`
	Limit int    `help:"How many, the latest first." default:"50"`
	JSON  bool   `name:"json" help:"Write one JSON list."`

	shopFolder
}

// Help teaches the command.
func (auditCmd) Help() string {
	return `Lists who changed what in a shop, and when: cases, pauses, tokens, letters that were sent again, exports and erasures. Those who used
this command line are called cli: and the name of their system's user.

  xiaoer audit --store sqlite:xiaoer.db myshop --limit 200`
}

// Run lists.
func (c *auditCmd) Run(a *app) error {
	if c.Limit <= 0 {
		return usageError("--limit must be above 0")
	}
	if err := c.refuse(c.Shop); err != nil {
		return err
	}
	return c.with(a, func(kept engine.Store) error {
		all, err := kept.Audit(a.ctx, c.Shop, "", c.Limit)
		if err == nil {
			err = c.doubt(a, len(all), c.Shop)
		}
		if err != nil {
			return err
		}
		if c.JSON {
			return writeJSON(a.out, all)
		}
		lines := [][]string{{"AT", "WHO", "WHAT", "ON", "DETAIL"}}
		for _, e := range all {
			lines = append(lines, []string{clock(e.At), e.Who, e.What, e.On, e.Detail})
		}
		return table(a.out, lines)
	})
}
