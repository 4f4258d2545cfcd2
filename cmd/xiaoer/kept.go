package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/mattn/go-runewidth"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// A keptState is the flag of commands that work on the state that a server keeps, whether it runs or not.
type keptState struct {
	Store string `help:"Where the server keeps its state: sqlite:FILE or postgres://USER@HOST/DATABASE." default:"sqlite:xiaoer.db" env:"XIAOER_STORE"`
}

// with opens the state, which a server must have made, and lets work use it.
func (k keptState) with(a *app, work func(engine.Store) error) (err error) {
	kind, file, _ := strings.Cut(k.Store, ":")
	switch {
	case kind == "memory":
		return usageError("what is kept in memory: only its server knows; --store needs sqlite:FILE or postgres://…")
	case isPostgres(k.Store):
	case kind != "sqlite" || file == "":
		return noStore("--store", k.Store)
	default:
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("there is no store %s; a server makes it, xiaoer serve --store %s", file, k.Store)
		}
	}
	kept, err := openServers(a.ctx, k.Store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	return work(kept)
}

// entry says in the audit who used a command, and for what.
func (a *app) entry(shop, what, on, detail string) (desk.Entry, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return desk.Entry{}, err
	}
	return desk.Entry{ID: id.String(), Shop: shop, At: a.now(), Who: whoami(), What: what, On: on, Detail: detail}, nil
}

// whoami names the system's user.
func whoami() string {
	if me, err := user.Current(); err == nil && me.Username != "" {
		return "cli:" + me.Username
	}
	return fmt.Sprintf("cli:%d", os.Getuid())
}

// table writes lines of cells under one another.
func table(w io.Writer, lines [][]string) error {
	narrow, wide := runewidth.Condition{}, map[int]int{} // a Chinese character takes two columns
	for _, cells := range lines {
		for i := range cells {
			cells[i] = printable(cells[i])
			wide[i] = max(wide[i], narrow.StringWidth(cells[i])+2)
		}
	}
	for _, cells := range lines {
		for i := range cells[:len(cells)-1] {
			cells[i] = narrow.FillRight(cells[i], wide[i])
		}
		if _, err := fmt.Fprintln(w, strings.Join(cells, "")); err != nil {
			return err
		}
	}
	return nil
}

// clock shows a time to a person, "" where there is none.
func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

// pageSize is how much is read from a store at once.
const pageSize = 200

// everyLetter goes through the late replies of a shop that are in a state.
func everyLetter(ctx context.Context, kept engine.Store, shop, state string, take func(desk.Letter) error) error {
	for after := ""; ; {
		page, err := kept.Letters(ctx, shop, state, after, pageSize)
		if err != nil {
			return err
		}
		for _, l := range page {
			if err := take(l); err != nil {
				return err
			}
			after = l.ID
		}
		if len(page) < pageSize {
			return nil
		}
	}
}
