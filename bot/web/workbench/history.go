package workbench

import (
	"strings"

	"xiaoer/bot"
)

// untold stands in a case's history where an approved offer could not be told to the buyer.
const untold = "could not tell the buyer of the offer: an agent has to"

// happened is an entry of a case's history, or an outcome that nobody has written, in the page's language. What is known by no such name
// stays as it is.
func (n names) happened(shop, what string) string {
	key := "history." + what
	if what == untold {
		key = "history.untold"
	}
	if said := n.words(n.lang, key); said != key {
		return said
	}
	for _, begins := range []string{"stage ", "assigned to ", "moved to ", "escalated to ", "approved ", "refused "} {
		rest, found := strings.CutPrefix(what, begins)
		if !found {
			continue
		}
		verb, _, _ := strings.Cut(begins, " ")
		switch verb {
		case "stage":
			rest = n.known("stage."+rest, rest)
		case "moved", "escalated":
			rest = n.team(shop, rest)
		case "approved", "refused":
			kind, amount, _ := strings.Cut(rest, " ")
			rest = strings.TrimSpace(n.known("offer.kind."+kind, kind) + " " + amount)
		}
		return n.words(n.lang, "history."+verb, rest)
	}
	return what
}

// known are the words of a key, or else other words.
func (n names) known(key, or string) string {
	if said := n.words(n.lang, key); said != key {
		return said
	}
	return or
}

// history is what happened to a case, in the page's language.
func (n names) history(shop string, all []bot.Change) []bot.Change {
	out := make([]bot.Change, len(all))
	for i, c := range all {
		c.What = n.happened(shop, c.What)
		if c.Who == "bot" || c.Who == "buyer" || c.Who == "agent" {
			c.Who = n.words(n.lang, "from."+c.Who)
		}
		out[i] = c
	}
	return out
}
