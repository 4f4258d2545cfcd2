package chat

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"xiaoer/bot/web/page"
	"xiaoer/bot/web/throttle"
)

//go:embed files
var embedded embed.FS

// files are the chat's templates, words and assets.
func files() fs.FS {
	inside, err := fs.Sub(embedded, "files")
	if err != nil { // only for a name that is no path
		return embedded
	}
	return inside
}

// A shownPage is what the template sees.
type shownPage struct {
	Shop  string
	Name  string
	Lang  string
	State state  // for who has no scripts
	Part  int    // the number of the part of the past that is shown, 0 for what was said last
	Hours string // when somebody is at the desk, "" for always
	Fresh string // an id for the message of who has none
	Stars []int
}

// open answers with the chat's page, or with the script that puts it into the shop's site.
func (c *Chat) open(w http.ResponseWriter, r *http.Request) {
	k := &call{w: w, r: r, id: r.PathValue("shop")}
	if id, ok := strings.CutSuffix(k.id, ".js"); ok {
		k.id = id
		c.script(k)
		return
	}
	if err := c.find(k); err != nil {
		c.failPage(k, err)
		return
	}
	data := shownPage{Shop: k.id, Name: k.shop.Name, Lang: c.language(k), Hours: hours(c.language(k), k.shop.Hours), Fresh: newSession("f"), Stars: []int{1, 2, 3, 4, 5}}
	data.State = state{Lines: []line{}, Status: "bot"}
	if who, err := c.visitor(k); err == nil && r.Method == http.MethodGet {
		k.who = who
		data.State, data.Part = c.shownState(k, data.State)
	}
	framed(w.Header(), k.shop.Origins)
	c.pages.ShowBare(w, inLanguage(r, data.Lang), http.StatusOK, "chat.html", data)
}

// shownState is what a page without scripts shows: how things stand, or a part of the past (?part=). Where it cannot be read, the page has none.
func (c *Chat) shownState(k *call, none state) (now state, number int) {
	now, err := c.state(k.r.Context(), k, "", nil)
	if err != nil {
		return none, 0
	}
	number, ok := numbered(k.r.URL.Query().Get("part"))
	if !ok {
		return now, 0
	}
	past, err := c.before(k.r.Context(), k, number)
	if err != nil {
		return none, 0
	}
	now.Lines, now.Earlier = past.Lines, past.Earlier
	return now, number
}

// framed lets the shop's sites show the page in a frame, and images come from anywhere over https: replies may have some.
func framed(h http.Header, origins []string) {
	page.Frame(h, strings.Join(append([]string{"'self'"}, origins...), " "))
	h.Set("Content-Security-Policy", strings.Replace(h.Get("Content-Security-Policy"), "img-src 'self'", "img-src 'self' https:", 1))
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

// failPage answers with an error as a page.
func (c *Chat) failPage(k *call, err error) {
	p, unmeant := problemOf(err)
	if unmeant {
		c.Logger.Error("a chat's page failed", "shop", k.id, "err", err)
	}
	c.site.Fail(k.w, k.r, &page.Problem{Status: p.status, After: p.after})
}

// language is what ?lang= says, else the shop's where pages speak it, else what the browser likes.
func (c *Chat) language(k *call) string {
	want := k.r.URL.Query().Get("lang")
	if want != "zh" && want != "en" {
		want, _, _ = strings.Cut(strings.ToLower(k.shop.Locale), "-")
	}
	if want == "zh" || want == "en" {
		return want
	}
	return page.Language(k.r)
}

// inLanguage is the request as if it asked for a language.
func inLanguage(r *http.Request, lang string) *http.Request {
	out := r.Clone(r.Context())
	query := out.URL.Query()
	query.Set("lang", lang)
	out.URL.RawQuery = query.Encode()
	return out
}

// script answers with the script that a site loads: it is the same for all shops, but for what it is told first.
func (c *Chat) script(k *call) {
	shop, ok := c.Shop(k.id)
	if !ok || shop.Broken {
		http.Error(k.w, "// this shop has no chat", map[bool]int{false: http.StatusNotFound, true: http.StatusServiceUnavailable}[shop.Broken])
		return
	}
	k.shop = shop
	body, err := embedScript(shop, k.id, c.language(k))
	if err != nil {
		c.failPage(k, err)
		return
	}
	c.tellStranger(k)
	h := k.w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // any page may load it; only the shop's sites may show the frame
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "public, max-age=300")
	h.Del("Vary")
	_, _ = k.w.Write(body) // whoever has gone needs no script
}

func embedScript(shop Shop, id, lang string) ([]byte, error) {
	script, err := fs.ReadFile(files(), "embed.js")
	if err != nil {
		return nil, fmt.Errorf("read the script: %w", err)
	}
	told, err := json.Marshal(map[string]any{"shop": id, "name": shop.Name, "lang": lang, "origins": append([]string{}, shop.Origins...)}) // escapes <, > and &, and U+2028 too
	if err != nil {
		return nil, fmt.Errorf("write the script: %w", err)
	}
	return bytes.Replace(script, []byte(`"CHAT"`), told, 1), nil
}

// sayByForm takes a message from a page without scripts, and shows the page again.
func (c *Chat) sayByForm(w http.ResponseWriter, r *http.Request) {
	k := &call{w: w, r: r, id: r.PathValue("shop")}
	if err := c.takeForm(k); err != nil {
		c.failPage(k, err)
		return
	}
	page.See(w, r, "/chat/"+k.id)
}

func (c *Chat) takeForm(k *call) error {
	if err := c.find(k); err != nil {
		return err
	}
	fields, err := page.Form(k.w, k.r)
	if err != nil {
		return refuse(http.StatusBadRequest, "malformed")
	}
	if err := take(c.held.reads, throttle.Address(k.r)); err != nil {
		return err
	}
	secret := ""
	if k.who, err = c.visitor(k); err != nil {
		if p, _ := problemOf(err); p.status != http.StatusUnauthorized {
			return err
		}
		secret = newSession(guestMark)
		k.who = guestOf(k.id, secret)
	}
	if err := c.held.meet(k, &k.who); err != nil {
		return err
	}
	if secret != "" {
		c.setCookie(k, secret, false)
	}
	if err := c.say(k, said{ID: fields.Get("id"), Text: fields.Get("text")}); err != nil {
		return err
	}
	return c.Conversations.Shown(k.r.Context(), k.id, k.who.conversation(), c.Clock()) // the page comes next, with all that was said
}
