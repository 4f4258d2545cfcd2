package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/shop"
	"xiaoer/bot/web"
	"xiaoer/bot/web/account"
	"xiaoer/bot/web/page"
	"xiaoer/bot/web/workbench"
)

// demoAgent is who works at the demo's desk.
const demoAgent = "小陈"

// mostPlayed bounds the orders that the demo's buyer brings along, since they stand in an address.
const mostPlayed = 8

// chat gives a demo shop a chat of its own, whose buyers the demo signs.
func (d *demo) chat() shop.Chat {
	secret, _ := d.secret("", "chat") // it makes secrets up, and cannot fail
	return shop.Chat{On: true, Rate: shop.DefaultChatRate, Secrets: []string{secret}}
}

// framedBy is who may show pages in frames: the demo shows buyer and agent side by side.
func (s *service) framedBy() string {
	if s.demo == nil {
		return ""
	}
	return "'self'"
}

// stages are the demo's shops, each with a chat in which the sample buyer writes; nil for a server that is no demo.
func (s *service) stages() func() []workbench.Stage {
	if s.demo == nil {
		return nil
	}
	return func() []workbench.Stage {
		var out []workbench.Stage
		for i := range s.demo.Shops {
			one := &s.demo.Shops[i]
			out = append(out, workbench.Stage{Shop: one.ID, Name: one.Name, Locale: one.Locale, Chat: s.signedChat(one), Lines: one.Chips})
		}
		return out
	}
}

// signedChat is the address of a shop's chat with the sample buyer and their orders.
func (s *service) signedChat(of *web.DemoShop) string {
	at := "/chat/" + of.ID
	found, err := s.shops.find(of.ID)
	if err != nil || len(found.Connect.Chat.Secrets) == 0 {
		return at
	}
	orders := of.Orders(s.now())
	raw, err := json.Marshal(map[string]any{
		"buyer": of.Buyer.ID, "name": of.Buyer.Name, "tier": of.Buyer.Tier, "exp": s.now().Add(12 * time.Hour).Unix(),
		"orders": append([]bot.Order{}, orders[:min(len(orders), mostPlayed)]...),
	})
	if err != nil {
		return at
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(found.Connect.Chat.Secrets[0], "whsec_"))
	if err != nil {
		return at
	}
	payload := base64.RawURLEncoding.EncodeToString(raw)
	signature := hmac.New(sha256.New, key)
	signature.Write([]byte(payload))
	return at + "#identity=" + payload + "." + base64.RawURLEncoding.EncodeToString(signature.Sum(nil))
}

// door is what stands behind the gate of accounts: the site itself, and in the demo somebody who lets every visitor in.
func (s *service) door(site *page.Site, accounts *account.Accounts) (http.Handler, error) {
	if s.demo == nil {
		return site, nil
	}
	ctx, cancel := context.WithTimeout(s.ctx, 10*time.Second)
	defer cancel()
	if err := accounts.Book.Add(ctx, demoAgent, rand.Text(), map[string]desk.Role{desk.AllShops: desk.Admin}, "demo"); err != nil {
		return nil, fmt.Errorf("make the demo's agent: %w", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if _, signed := page.Who(r); signed || r.Method != http.MethodGet || r.URL.Path != "/desk/login" || query.Has("entered") {
			site.ServeHTTP(w, r)
			return
		}
		if err := accounts.SignIn(r, demoAgent); err != nil {
			site.Error(w, r, err)
			return
		}
		query.Set("entered", "1") // who keeps no cookies comes here again, and is not sent round for ever
		query.Set("next", page.Local(query.Get("next"), "/desk/demo"))
		page.See(w, r, "/desk/login?"+query.Encode())
	}), nil
}
