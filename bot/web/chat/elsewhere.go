package chat

import (
	"net/url"
	"slices"
	"sync"
)

// mostStrangers bounds how many origins are told in the log while the server runs: anybody may make some up.
const mostStrangers = 100

// strangers are the shops and origins that the log has been told of.
type strangers struct {
	mu   sync.Mutex
	told map[string]bool
}

// first is whether the log has not been told of this one yet, and has room for it.
func (s *strangers) first(one string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.told[one] || len(s.told) >= mostStrangers {
		return false
	}
	if s.told == nil {
		s.told = map[string]bool{}
	}
	s.told[one] = true
	return true
}

// tellStranger says once in the log that a page loads a shop's chat which the shop does not list: its frame stays empty there. Of the page's
// address only the origin is told.
func (c *Chat) tellStranger(k *call) {
	from, err := url.Parse(k.r.Referer())
	if err != nil || from.Scheme != "https" && from.Scheme != "http" || from.Host == "" || len(from.Host) > 255 || from.Host == k.r.Host {
		return
	}
	origin := from.Scheme + "://" + from.Host
	if slices.Contains(k.shop.Origins, origin) || !c.strangers.first(k.id+" "+origin) {
		return
	}
	c.Logger.Warn("a page shows no chat, since its origin is not listed; if it is the shop's, add it to chat.origins in connect.yaml",
		"shop", k.id, "origin", origin)
}
