package workbench

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/web/photo"
)

// A line of a conversation as the desk shows it.
type line struct {
	N      int // from 1
	At     time.Time
	From   string // buyer, bot, agent
	Name   string
	Text   string
	Images []string
	Trace  string // of the turn in which the bot said it
	Rule   string
	State  string // of its delivery, "" where it left with a response or is no longer known
}

// linesOf joins a transcript with why its lines were said and how their delivery stands.
func (w *workbench) linesOf(c *desk.Case, said []desk.Reason, late []desk.Delivered) []line {
	states := map[string]string{}
	for _, d := range late {
		states[d.ID] = stateIn(c.Conversation, d.State)
	}
	out := make([]line, 0, len(c.Transcript))
	for i, l := range c.Transcript {
		one := line{N: i + 1, At: l.At, From: l.From, Name: l.Name, Text: l.Text, Images: w.pictures(c.Shop, l.Images)}
		if len(one.Images) > 0 && photo.Alone(l.Text) {
			one.Text = ""
		}
		fits := func(r desk.Reason) bool { return l.From != "buyer" && r.At.Equal(l.At) && r.Text == l.Text }
		if at := slices.IndexFunc(said, fits); at >= 0 {
			r := said[at]
			said = slices.Delete(slices.Clone(said), at, at+1) // the same may have been said twice
			if one.State = states[r.ID]; l.From == "bot" {
				one.Trace, one.Rule = r.ID, r.Rule
			}
		}
		out = append(out, one)
	}
	return out
}

// stateIn is how the delivery of a line stands in the words of its channel: in the shop's own chat a line waits for the buyer's page.
func stateIn(conversation, state string) string {
	if !bot.IsChat(conversation) {
		return state
	}
	switch state {
	case "unsent":
		return "unread"
	case "delivered":
		return "read"
	}
	return state
}

// pictures keeps the photos that a page may show: those on https, and our own by their paths.
func (w *workbench) pictures(shop string, all []string) []string {
	var out []string
	for _, at := range all {
		if own := w.Photos.Local(at, shop); own != "" {
			out = append(out, own)
		} else if isPicture(at) {
			out = append(out, at)
		}
	}
	return out
}

// isPicture is whether an address is one of https with a host, or a path of this site under which photos are served.
func isPicture(at string) bool {
	u, err := url.Parse(at)
	if err != nil || u.User != nil || len(at) > 2000 {
		return false
	}
	if u.Scheme == "https" {
		return u.Host != ""
	}
	return u.Scheme == "" && u.Host == "" && strings.HasPrefix(u.Path, "/chat/") && !strings.Contains(u.Path, "..") && !strings.Contains(at, "\\")
}

// before is the buyer's last line before another, "" where there is none.
func before(lines []bot.Line, n int) string {
	for _, l := range slices.Backward(lines[:min(n, len(lines))]) {
		if l.From == "buyer" {
			return l.Text
		}
	}
	return ""
}
