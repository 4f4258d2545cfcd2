package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlite"
)

type backupCmd struct {
	keptState
	Out string `arg:"" help:"The file to write; it must not be there yet."`
}

// Help teaches the command.
func (backupCmd) Help() string {
	return `Writes all that a server keeps to one file, while the server goes on. The file holds what buyers wrote: only you may read it,
keep it so.

  xiaoer backup --store sqlite:/var/lib/xiaoer/state.db /backup/xiaoer-$(date +%F).db

It is read again before it gets its name; a command that was cut short leaves nothing of that name. See xiaoer restore --help.`
}

// Run backs up.
func (c *backupCmd) Run(a *app) error {
	return c.with(a, func(kept engine.Store) error {
		store, ok := kept.(interface {
			Backup(ctx context.Context, path string) error
		})
		if !ok {
			return usageError("such a store is backed up by the tools of its database")
		}
		err := store.Backup(a.ctx, c.Out)
		if errors.Is(err, os.ErrExist) {
			return fmt.Errorf("%s is there already; a backup replaces nothing", c.Out)
		}
		if err == nil {
			fmt.Fprintln(a.err, "backed up to", c.Out)
		}
		return err
	})
}

type restoreCmd struct {
	keptState
	Backup string `arg:"" help:"The file that xiaoer backup wrote."`
	Force  bool   `help:"Replace the store that is there."`
}

// Help teaches the command.
func (restoreCmd) Help() string {
	return `Puts a backup in the place of a server's state. Stop the server first: a store that is open is not replaced.

  xiaoer restore --store sqlite:/var/lib/xiaoer/state.db /backup/xiaoer-2026-11-21.db
  xiaoer restore --force --store sqlite:/var/lib/xiaoer/state.db /backup/xiaoer-2026-11-21.db

The backup is read through first: one that is damaged, another program's or of a newer version is refused, and the store stays
as it was. What was kept after the backup is lost with --force.`
}

// Run restores.
func (c *restoreCmd) Run(a *app) error {
	file, ok := strings.CutPrefix(c.Store, "sqlite:")
	if !ok || file == "" {
		return usageError("restore needs --store sqlite:FILE")
	}
	if _, err := os.Stat(c.Backup); err != nil {
		return fmt.Errorf("there is no backup %s to restore: %w", c.Backup, errors.Unwrap(err))
	}
	err := sqlite.Restore(a.ctx, c.Backup, file, c.Force)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already; --force replaces it", file)
	}
	if err == nil {
		fmt.Fprintln(a.err, "restored", file)
	}
	return err
}
