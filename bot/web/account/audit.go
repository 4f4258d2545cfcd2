package account

import (
	"net/http"
	"strings"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

const (
	auditPage = 50
	auditLook = 2000 // entries that are looked through for one page
)

// An auditView is a page of what was done in a shop, latest first.
type auditView struct {
	Shop, Who, What, Before string
	Shops, Deeds            []string
	Entries                 []desk.Entry
	Day                     page.Day
	Next                    string // where the next page begins, "" after the last
}

// getAudit shows who did what in a shop. The filter by person takes a part of the name.
func (a *Accounts) getAudit(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	v := auditView{Shop: q.Get("shop"), Who: cut(q.Get("who"), 100), What: cut(q.Get("what"), 100), Before: cut(q.Get("before"), 200)}
	var err error
	if v.Shop, err = a.shopOf(r, v.Shop); err == nil {
		me, _ := page.Who(r)
		v.Shops, v.Deeds, v.Day = a.managed(me), deeds(), a.day(v.Shop)
		err = a.fill(r, &v)
	}
	if err != nil {
		a.Site.Error(w, r, err)
		return
	}
	a.pages.Show(w, r, http.StatusOK, "audit.html", v)
}

// fill looks for entries from a place on until a page is full, or enough were looked through.
func (a *Accounts) fill(r *http.Request, v *auditView) error {
	ctx, cancel := inTime(r.Context())
	defer cancel()
	before := v.Before
	for looked := 0; looked < auditLook; {
		part, err := a.Book.Store.Audit(ctx, v.Shop, before, pageSize)
		if err != nil {
			return err
		}
		for _, e := range part {
			before, looked = e.ID, looked+1
			if !holds(e.Who, v.Who) || v.What != "" && e.What != v.What {
				continue
			}
			v.Entries = append(v.Entries, e)
			if len(v.Entries) == auditPage {
				v.Next = before
				return nil
			}
		}
		if len(part) < pageSize {
			return nil
		}
	}
	v.Next = before
	return nil
}

func holds(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(strings.TrimSpace(part)))
}

// deeds are what the audit may be asked for.
func deeds() []string {
	return []string{
		"login", "logout", "login failed", "account", "account gone", "password", "role", "switch off", "switch on", "end sessions", "invite", "withdraw", "join",
		"reset", "claim", "reply", "note", "stage", "transfer", "release", "close", "kept", "pause", "unpause", "grant", "revoke", "resend", "export", "erase",
	}
}
