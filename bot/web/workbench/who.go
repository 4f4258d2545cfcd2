package workbench

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/page"
)

// A visitor is somebody who has signed in, and the shop of the path with their role in it.
type visitor struct {
	desk.Person
	shops []string // all in which they are somebody, by name
	shop  string   // "" on paths without one
	role  desk.Role
}

// A handler answers one request of a visitor.
type handler func(ctx context.Context, rw http.ResponseWriter, r *http.Request, who visitor) error

// as lets in who has signed in, and who is somebody in the shop of the path. A shop in which they are nobody looks as one that does not
// exist. What changes something is taken from pages of this site only.
func (w *workbench) as(answer handler) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		person, ok := page.Who(r)
		if !ok {
			w.signIn(rw, r)
			return
		}
		if w.Guard(r) != nil {
			w.site.Fail(rw, r, &page.Problem{Status: http.StatusForbidden})
			return
		}
		who := visitor{Person: person, shops: w.shopsOf(person)}
		if shop := r.PathValue("shop"); shop != "" {
			who.shop, who.role = shop, person.In(shop)
			if who.role == "" || !slices.Contains(who.shops, shop) {
				w.site.Fail(rw, r, &page.Problem{Status: http.StatusNotFound})
				return
			}
		}
		if err := answer(r.Context(), rw, r, who); err != nil {
			w.site.Error(rw, r, err)
		}
	}
}

// signIn sends a reader to the log-in and back; a script is told that it is over.
func (w *workbench) signIn(rw http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || r.Header.Get("X-Fragment") != "" || r.Header.Get("Sec-Fetch-Mode") == "cors" {
		w.site.Fail(rw, r, &page.Problem{Status: http.StatusUnauthorized})
		return
	}
	page.See(rw, r, (&url.URL{Path: "/desk/login", RawQuery: url.Values{"next": {r.URL.RequestURI()}}.Encode()}).String())
}

func (w *workbench) shopsOf(p desk.Person) []string {
	shops := slices.DeleteFunc(slices.Clone(w.Shops()), func(shop string) bool { return p.In(shop) == "" })
	slices.Sort(shops)
	return slices.Compact(shops)
}

// within bounds work in time.
func (w *workbench) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, w.Limits.Turn)
}
