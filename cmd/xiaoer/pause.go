package main

import (
	"errors"
	"fmt"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/rules/doc"
)

type pauseCmd struct {
	keptState
	Shop string        `arg:"" help:"The shop's id."`
	Rule string        `arg:"" optional:"" help:"The rule's id; without it the whole shop."`
	Why  string        `help:"What for; agents see it." placeholder:"TEXT"`
	For  time.Duration `help:"How long, such as 2h; without it until xiaoer unpause." placeholder:"TIME"`

	shopFolder
}

// Help teaches the command.
func (pauseCmd) Help() string {
	return `Switches a rule off, or the whole shop: then each message is handed to a human. A server that runs knows it within a second.

  xiaoer pause --store sqlite:xiaoer.db myshop return.in_window --why "wrong price" --for 2h
  xiaoer pause --store sqlite:xiaoer.db myshop
  xiaoer pause --store sqlite:xiaoer.db --shops shops/ myshop return.in_window
  xiaoer unpause --store sqlite:xiaoer.db myshop

The store knows neither shops nor their rules: those are looked up in --shops, and where that is not known ids are taken as they are
written. Nothing is paused by one that is not there.`
}

// known is an error where the folder of shops has no such shop or rule. A shop that is not in order may be served as it was before.
func (c *pauseCmd) known(a *app) error {
	at, err := c.find(a, c.Shop)
	if err != nil || len(at) == 0 || c.Rule == "" {
		return err
	}
	all, err := a.folders(at[0].Dir)
	if err != nil {
		return err
	}
	if s := all[0].Shop; s == nil {
		fmt.Fprintf(a.err, "shop %s is not in order, so that its rules were not looked up\n", c.Shop)
	} else {
		err = c.inBook(s.Book)
	}
	return err
}

// inBook is an error where a shop has no such rule.
func (c *pauseCmd) inBook(book *bot.Book) error {
	var ids []string
	for _, r := range book.Rules.Rules() {
		if r.ID == c.Rule {
			return nil
		}
		ids = append(ids, r.ID)
	}
	hint := ""
	if near := doc.Suggest(c.Rule, ids); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Errorf("shop %s has no rule %s%s", c.Shop, c.Rule, hint)
}

// Run pauses.
func (c *pauseCmd) Run(a *app) error {
	if c.For < 0 {
		return usageError("--for must be above 0")
	}
	if err := c.known(a); err != nil {
		return err
	}
	return c.with(a, func(kept engine.Store) error {
		p := desk.Pause{Shop: c.Shop, Rule: orAll(c.Rule), By: whoami(), At: a.now(), Why: c.Why}
		if c.For > 0 {
			p.Until = p.At.Add(c.For)
		}
		by, err := a.entry(c.Shop, "pause", p.Rule, c.Why)
		if err != nil {
			return err
		}
		if err := kept.Pause(a.ctx, p, by); err != nil {
			return err
		}
		until := "until it is taken back"
		if !p.Until.IsZero() {
			until = "until " + clock(p.Until)
		}
		fmt.Fprintf(a.err, "%s is paused %s\n", paused(c.Shop, p.Rule), until)
		return nil
	})
}

type unpauseCmd struct {
	keptState
	Shop string `arg:"" help:"The shop's id."`
	Rule string `arg:"" optional:"" help:"The rule's id; without it the whole shop."`

	shopFolder
}

// Help teaches the command.
func (unpauseCmd) Help() string {
	return `Switches on again what xiaoer pause, or an agent, switched off.

  xiaoer unpause --store sqlite:xiaoer.db myshop return.in_window
  xiaoer unpause --store sqlite:xiaoer.db myshop`
}

// Run switches on again.
func (c *unpauseCmd) Run(a *app) error {
	if err := c.refuse(c.Shop); err != nil {
		return err
	}
	return c.with(a, func(kept engine.Store) error {
		rule := orAll(c.Rule)
		by, err := a.entry(c.Shop, "unpause", rule, "")
		if err != nil {
			return err
		}
		err = kept.Unpause(a.ctx, c.Shop, rule, by)
		if errors.Is(err, engine.ErrNotFound) {
			return fmt.Errorf("%s is not paused", paused(c.Shop, rule))
		}
		if err == nil {
			fmt.Fprintln(a.err, paused(c.Shop, rule), "goes on")
		}
		return err
	})
}

// orAll is a rule, or the whole shop where none is named.
func orAll(rule string) string {
	if rule == "" {
		return bot.PausedShop
	}
	return rule
}

func paused(shop, rule string) string {
	if rule == bot.PausedShop {
		return "shop " + shop
	}
	return "rule " + rule + " of shop " + shop
}
