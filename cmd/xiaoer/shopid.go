package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"xiaoer/bot/desk"
	"xiaoer/bot/shop"
	"xiaoer/rules/doc"
)

// A shopFolder is the flags of commands that take a shop's id. The store takes any: a mistyped one would lie there and do nothing, and look as if
// nothing were kept of the shop.
type shopFolder struct {
	Shops string `help:"The folder that the server serves, in which the shop must be. Default: this folder, where it holds shops." env:"XIAOER_SHOPS" placeholder:"DIR"`
	Force bool   `help:"Take an id that is not there, of a shop that is gone or yet to come."`
}

// find gives the shops of these ids, or says which is not there. Where no folder is known it says so, and gives nothing.
func (f shopFolder) find(a *app, ids ...string) ([]shop.Place, error) {
	found, looked, err := f.lookUp(ids...)
	if !looked {
		fmt.Fprintf(a.err, "whether there is a shop %s was not looked up; --shops DIR does that\n", printable(strings.Join(ids, ", ")))
	}
	return found, err
}

// refuse is find for commands that only look at what is there, which say that they did not look it up when they find nothing.
func (f shopFolder) refuse(id string) error {
	_, _, err := f.lookUp(id)
	return err
}

// doubt says of a shop of which nothing was found that it was not looked up, if so.
func (f shopFolder) doubt(a *app, found int, id string) error {
	if found > 0 {
		return nil
	}
	_, err := f.find(a, id)
	return err
}

// lookUp gives the shops of these ids, or says which is not there. It looks nowhere where no folder is known.
func (f shopFolder) lookUp(ids ...string) (found []shop.Place, looked bool, err error) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == desk.AllShops })
	if f.Force || len(ids) == 0 {
		return nil, true, nil
	}
	dir := f.Shops
	if dir == "" {
		dir = "."
	}
	all, err := shop.Places(dir)
	if f.Shops == "" && (err != nil || len(all) == 0) {
		return nil, false, nil
	}
	if err != nil {
		return nil, true, err
	}
	for _, id := range ids {
		at := slices.IndexFunc(all, func(p shop.Place) bool { return p.ID == id })
		if at < 0 {
			return nil, true, noShop(id, dir, all)
		}
		found = append(found, all[at])
	}
	return found, true, nil
}

// mostNamed is how many shops a message names.
const mostNamed = 5

// noShop says which shop is not there, and which are.
func noShop(id, dir string, all []shop.Place) error {
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].ID
	}
	where := "the folder " + dir
	if dir == "." {
		where = "this folder"
	}
	said := fmt.Sprintf("there is no shop %q in %s", id, where)
	if near := doc.Suggest(id, names); near != "" {
		said += fmt.Sprintf("; did you mean %q?", near)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if more := len(names) - mostNamed; more > 0 {
		names = append(names[:mostNamed], fmt.Sprintf("%d more", more))
	}
	if len(names) > 0 {
		said += "; it has " + printable(strings.Join(names, ", "))
	}
	return errors.New(said + "; --shops names another folder, and --force takes the id as it is")
}
