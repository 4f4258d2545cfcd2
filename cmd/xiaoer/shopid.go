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

// A shopFolder is the flags of commands that write a shop's id into the store, which takes any: a mistyped one would lie there and do nothing.
type shopFolder struct {
	Shops string `help:"The folder that the server serves, in which the shop must be. Default: this folder, where it holds shops." env:"XIAOER_SHOPS" placeholder:"DIR"`
	Force bool   `help:"Take an id that is not there, of a shop that is yet to come."`
}

// find gives the shops of these ids, or says which is not there. Where no folder is known it says so, and gives nothing.
func (f shopFolder) find(a *app, ids ...string) ([]shop.Place, error) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == desk.AllShops })
	if f.Force || len(ids) == 0 {
		return nil, nil
	}
	dir := f.Shops
	if dir == "" {
		dir = "."
	}
	all, err := shop.Places(dir)
	if f.Shops == "" && (err != nil || len(all) == 0) {
		fmt.Fprintf(a.err, "whether there is a shop %s was not looked up; --shops DIR does that\n", printable(strings.Join(ids, ", ")))
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var found []shop.Place
	for _, id := range ids {
		at := slices.IndexFunc(all, func(p shop.Place) bool { return p.ID == id })
		if at < 0 {
			return nil, noShop(id, dir, all)
		}
		found = append(found, all[at])
	}
	return found, nil
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
