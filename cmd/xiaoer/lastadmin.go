package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/account"
)

// keepAdmins refuses a change of somebody's roles after which a shop, or all of them, would have no admin who can sign in.
func keepAdmins(a *app, book *account.Book, name string, force bool, change func(map[string]desk.Role)) error {
	if force {
		return nil
	}
	all, err := book.List(a.ctx)
	if err != nil {
		return err
	}
	places := leftAlone(all, name, change)
	if len(places) == 0 {
		return nil
	}
	return fmt.Errorf("%s is the last admin in %s; make another first, or say --force", printable(name), printable(strings.Join(places, ", ")))
}

// leftAlone are the shops in which nobody else is admin and the one of this name would be no longer.
func leftAlone(all []desk.Account, name string, change func(map[string]desk.Role)) (places []string) {
	at := slices.IndexFunc(all, func(one desk.Account) bool { return desk.AccountID(one.Name) == desk.AccountID(name) })
	if at < 0 || all[at].Off {
		return nil
	}
	after := slices.Clone(all)
	after[at].Roles = maps.Clone(all[at].Roles)
	change(after[at].Roles)
	for _, shop := range all[at].Shops() {
		if !all[at].Person().In(shop).Covers(desk.Admin) || slices.ContainsFunc(after, func(one desk.Account) bool {
			return !one.Off && one.Person().In(shop).Covers(desk.Admin)
		}) {
			continue
		}
		if shop == desk.AllShops {
			shop = "every shop"
		}
		places = append(places, shop)
	}
	return places
}
