package main

import (
	"errors"
	"fmt"
	"strconv"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

type deliveriesCmd struct {
	keptState

	List   deliveriesListCmd   `cmd:"" help:"List late replies and how their delivery stands. 列出异步回复的投递情况。"`
	Resend deliveriesResendCmd `cmd:"" help:"Send dead late replies again. 重新投递。"`
}

type deliveriesListCmd struct {
	Shop  string `arg:"" help:"The shop's id."`
	State string `help:"Only those that are ${enum}." enum:"any,pending,queued,unsent,delivered,dropped,dead" default:"any"`
	JSON  bool   `name:"json" help:"Write one JSON list."`

	shopFolder
}

// Help teaches the command.
func (deliveriesListCmd) Help() string {
	return `Lists the late replies of a shop, oldest first: what is to be sent (pending), waits behind it (queued), is read by the caller because the
shop has no callback (unsent), was delivered, was dropped because a human took over, or was given up (dead). It shows no
words of anybody.

  xiaoer deliveries list --store sqlite:xiaoer.db myshop --state dead`
}

// Run lists.
func (c *deliveriesListCmd) Run(a *app, of *deliveriesCmd) error {
	if err := c.refuse(c.Shop); err != nil {
		return err
	}
	return of.with(a, func(kept engine.Store) error {
		state := c.State
		if state == "any" {
			state = ""
		}
		all := []desk.Letter{}
		err := everyLetter(a.ctx, kept, c.Shop, state, func(l desk.Letter) error {
			all = append(all, l)
			return nil
		})
		if err == nil {
			err = c.doubt(a, len(all), c.Shop)
		}
		if err != nil {
			return err
		}
		if c.JSON {
			return writeJSON(a.out, all)
		}
		lines := [][]string{{"ID", "CONVERSATION", "STATE", "ATTEMPTS", "SAID", "NEXT", "ERROR"}}
		for _, l := range all {
			lines = append(lines, []string{l.ID, l.Conversation, l.State, strconv.Itoa(l.Attempts), clock(l.At), clock(l.Next), l.Error})
		}
		return table(a.out, lines)
	})
}

type deliveriesResendCmd struct {
	Shop string `arg:"" help:"The shop's id."`
	ID   string `arg:"" optional:"" help:"The late reply, as the list names it."`
	All  bool   `help:"All that are dead."`

	shopFolder
}

// Help teaches the command.
func (deliveriesResendCmd) Help() string {
	return `Puts a late reply that is dead or was dropped into its conversation's queue again, in its old place; a server that runs sends it soon.

  xiaoer deliveries resend --store sqlite:xiaoer.db myshop 0193b0c8-…
  xiaoer deliveries resend --store sqlite:xiaoer.db myshop --all`
}

// Run sends again.
func (c *deliveriesResendCmd) Run(a *app, of *deliveriesCmd) error {
	if (c.ID == "") == !c.All {
		return usageError("name a late reply, or say --all")
	}
	if err := c.refuse(c.Shop); err != nil {
		return err
	}
	return of.with(a, func(kept engine.Store) error {
		ids := []string{c.ID}
		if c.All {
			ids = nil
			err := everyLetter(a.ctx, kept, c.Shop, string(engine.DeadLetter), func(l desk.Letter) error {
				ids = append(ids, l.ID)
				return nil
			})
			if err != nil {
				return err
			}
		}
		sent := 0
		for _, id := range ids {
			switch err := a.resend(kept, c.Shop, id); {
			case c.All && errors.Is(err, engine.ErrNotFound): // somebody else was quicker
			case errors.Is(err, engine.ErrNotFound):
				return fmt.Errorf("shop %s has no late reply %s that is dead or dropped", c.Shop, id)
			case err != nil:
				return err
			default:
				sent++
			}
		}
		fmt.Fprintln(a.err, counted(sent, "letter"), "to be sent again")
		return c.doubt(a, sent, c.Shop)
	})
}

func (a *app) resend(kept engine.Store, shop, id string) error {
	by, err := a.entry(shop, "resend", id, "")
	if err != nil {
		return err
	}
	return kept.Resend(a.ctx, shop, id, a.now(), by)
}
