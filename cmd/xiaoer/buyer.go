package main

import (
	"context"
	"encoding/json"
	"fmt"

	"xiaoer/bot/engine"
)

type buyerCmd struct {
	keptState

	Export buyerExportCmd `cmd:"" help:"Write everything that is kept of a buyer, as JSON lines. 导出一位买家的数据。"`
	Erase  buyerEraseCmd  `cmd:"" help:"Forget everything that is kept of a buyer. 删除一位买家的数据。"`
}

type buyerExportCmd struct {
	Shop  string `arg:"" help:"The shop's id."`
	Buyer string `arg:"" help:"The buyer's id, as the channel gives it."`

	shopFolder
}

// Help teaches the command.
func (buyerExportCmd) Help() string {
	return `Writes one JSON object a line, {"kind": …, "data": …}: conversations, cases, the inputs of each turn, responses, late replies and the
record of offers and promises. The last has the kind end and the number of those before it; an export without it is not whole. It is
what the agents' API gives.

  xiaoer buyer export --store sqlite:xiaoer.db myshop b-1042 > b-1042.jsonl

The audit notes that it was done, and by whom, and of the buyer a mark that tells the name to nobody who does not know it.`
}

// An exportedPiece is one line of an export.
type exportedPiece struct {
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data"`
}

// Run exports.
func (c *buyerExportCmd) Run(a *app, of *buyerCmd) error {
	if err := c.refuse(c.Shop); err != nil {
		return err
	}
	return of.with(a, func(kept engine.Store) error {
		by, err := a.entry(c.Shop, "export", engine.MarkOf(c.Shop, c.Buyer), "")
		if err != nil {
			return err
		}
		if err := kept.Note(a.ctx, by); err != nil {
			return err
		}
		encoder := json.NewEncoder(a.out)
		encoder.SetEscapeHTML(false)
		pieces := 0
		err = kept.Export(a.ctx, c.Shop, c.Buyer, func(kind string, body []byte) error {
			pieces++
			return encoder.Encode(exportedPiece{kind, body})
		})
		if err != nil {
			return err
		}
		if err := encoder.Encode(exportedPiece{"end", fmt.Appendf(nil, `{"pieces":%d}`, pieces)}); err != nil {
			return err
		}
		fmt.Fprintln(a.err, counted(pieces, "piece"))
		return c.doubt(a, pieces, c.Shop)
	})
}

type buyerEraseCmd struct {
	Shop  string `arg:"" help:"The shop's id."`
	Buyer string `arg:"" help:"The buyer's id, as the channel gives it."`
	Yes   bool   `help:"Really forget it: it cannot be brought back."`

	shopFolder
}

// Help teaches the command.
func (buyerEraseCmd) Help() string {
	return `Forgets a buyer's conversations, cases, turns, responses, late replies and record, and overwrites where they stood. A case that waits
is taken off the desk. Without --yes it only says how much there is.

  xiaoer buyer export --store sqlite:xiaoer.db myshop b-1042 > b-1042.jsonl
  xiaoer buyer erase  --store sqlite:xiaoer.db myshop b-1042 --yes

The server may run meanwhile. The audit keeps that it happened, not to whom. Backups keep what they hold: make new ones.`
}

// Run erases.
func (c *buyerEraseCmd) Run(a *app, of *buyerCmd) error {
	if err := c.refuse(c.Shop); err != nil {
		return err
	}
	return of.with(a, func(kept engine.Store) error {
		if !c.Yes {
			pieces := 0
			count := func(string, []byte) error {
				pieces++
				return nil
			}
			if err := kept.Export(a.ctx, c.Shop, c.Buyer, count); err != nil {
				return err
			}
			if err := c.doubt(a, pieces, c.Shop); err != nil {
				return err
			}
			return usageError(counted(pieces, "piece") + " would be forgotten for ever; say --yes")
		}
		by, err := a.entry(c.Shop, "erase", "", "")
		if err != nil {
			return err
		}
		pieces, err := kept.Erase(a.ctx, c.Shop, c.Buyer, by)
		if err != nil {
			return err
		}
		fmt.Fprintln(a.err, "forgot", counted(pieces, "piece"))
		store, ok := kept.(interface {
			Scrub(ctx context.Context) error
		})
		if !ok {
			return nil
		}
		if err := store.Scrub(a.ctx); err != nil {
			return fmt.Errorf("nothing of it is found any more, but the file holds traces still, which a server overwrites later: %w", err)
		}
		return nil
	})
}
