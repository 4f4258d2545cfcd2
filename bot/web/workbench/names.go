package workbench

import (
	"cmp"
	"net/url"
	"time"

	"xiaoer/bot"
)

// Names are what shops, teams and intents are called, each shop asked for once on a page. Of a shop that cannot be read its own names are
// shown: its cases are there all the same.
type names struct {
	find  func(string) (Shop, error)
	shops map[string]*bot.Book
	words func(lang, key string, args ...any) string

	lang   string                       // of the page, "" where names stay as the shops write them; see in
	titles map[string]map[string]string // in that language, by shop
}

func (w *workbench) names() names {
	return names{find: w.Shop, shops: map[string]*bot.Book{}, words: w.pages.Words}
}

func (n names) book(shop string) *bot.Book {
	b, known := n.shops[shop]
	if !known {
		if s, err := n.find(shop); err == nil {
			b = s.Book
		}
		n.shops[shop] = b
	}
	return b
}

func (n names) shop(shop string) string {
	if b := n.book(shop); b != nil {
		return cmp.Or(b.Shop.Name, shop)
	}
	return shop
}

func (n names) team(shop, team string) string {
	if b := n.book(shop); b != nil {
		for _, t := range b.Teams {
			if t.Name == team {
				return cmp.Or(t.Title, team)
			}
		}
	}
	return team
}

func (n names) intent(shop, intent string) string {
	if title := n.title(shop, intent); title != "" {
		return title
	}
	if b := n.book(shop); b != nil {
		return cmp.Or(b.Titles[intent], intent)
	}
	return intent
}

func (n names) row(c *openCase, who visitor, f filter, current string, now time.Time) row {
	has := c.holder()
	return row{
		ID: c.ID, ShopID: c.Shop, Number: c.Number, State: c.State, Priority: c.Priority, Agent: c.Agent, Holder: has, Why: n.reason(c.Why),
		Since: c.Waiting, Deadline: c.Deadline, Clock: clockOf("reply", "", c.Deadline, now), URL: f.At(caseAt(c.Shop, c.ID)),
		Shop: n.shop(c.Shop), Team: n.team(c.Shop, c.Team), Intent: n.intent(c.Shop, c.Intent), Mine: has != "" && has == who.Name, Current: c.ID == current,
		Missed: c.Missed && !c.Deadline.Before(now),
	}
}

// caseAt is the address of a case.
func caseAt(shop, id string) string {
	return home + "/" + url.PathEscape(shop) + "/" + url.PathEscape(id)
}
