package chat

import (
	"fmt"
	"hash/crc32"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/web/photo"
)

// A line is one line as the page shows it. Its id is the same whenever it is read.
type line struct {
	ID     string    `json:"id"`
	At     time.Time `json:"at"`
	From   string    `json:"from"` // buyer, bot, agent
	Name   string    `json:"name,omitempty"`
	Text   string    `json:"text,omitempty"`
	Links  []string  `json:"links,omitempty"` // addresses that stand in the text, in their order
	Images []string  `json:"images,omitempty"`
	Order  string    `json:"order,omitempty"` // the number of one that was picked
}

// linesOf gives each line an id, by its time and what is said. The same said twice at the same time is counted.
func (c *Chat) linesOf(lines []bot.Line, shop string) []line {
	out, same := make([]line, 0, len(lines)), map[string]int{}
	for _, l := range lines {
		id := idOf(l)
		if same[id]++; same[id] > 1 {
			id += "-" + strconv.Itoa(same[id])
		}
		out = append(out, c.shown(l, id, shop))
	}
	return out
}

func idOf(l bot.Line) string {
	sum := crc32.NewIEEE()
	_, _ = fmt.Fprintf(sum, "%s %q %q", l.From, l.Text, l.Images) // a sum takes everything
	return strconv.FormatInt(l.At.UnixNano(), 36) + "-" + strconv.FormatUint(uint64(sum.Sum32()), 36)
}

var pickedOrder = regexp.MustCompile(`^\[` + bot.KindOrderCard + ` (.{1,200})\]$`)

// shown is a line as the page shows it.
func (c *Chat) shown(l bot.Line, id, shop string) line {
	out := line{ID: id, At: l.At, From: l.From, Text: l.Text}
	for _, image := range l.Images {
		if safe := c.safeImage(image, shop); safe != "" {
			out.Images = append(out.Images, safe)
		}
	}
	if len(l.Images) > 0 && photo.Alone(l.Text) {
		out.Text = ""
	}
	if l.From == "agent" {
		out.Name = l.Name
	}
	if l.From != "buyer" {
		out.Links = links(out.Text)
		return out
	}
	if picked := pickedOrder.FindStringSubmatch(l.Text); picked != nil {
		out.Text, out.Order = "", picked[1]
	}
	return out
}

// photoPath is where a photo of a shop's chat is read.
func photoPath(shop, id string) string { return "/chat/" + shop + "/photos/" + id }

var photoName = regexp.MustCompile(`^[a-z2-7]{26}$`)

// safeImage is the address of an image that a page may show: over https, a photo of this chat, or one that an agent sent.
func (c *Chat) safeImage(at, shop string) string {
	if id, ok := strings.CutPrefix(at, photoPath(shop, "")); ok && photoName.MatchString(id) {
		return at
	}
	if path := c.Photos.Local(at, shop); path != "" {
		return path
	}
	u, err := url.Parse(at)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}

// mostLinks is of one line: nobody means to send more.
const mostLinks = 20

// address is what may be an address: it ends before whatever is not ASCII, so that Chinese words may follow it at once.
var address = regexp.MustCompile(`(?i)\bhttps?://[!#$%&'()*+,./:;=?@A-Z\[\]_a-z~0-9-]{1,1000}`)

// links are the addresses in a text that a reader may follow: of web pages, and without a name or password in them, which would hide whose
// they are.
func links(text string) []string {
	var out []string
	for _, found := range address.FindAllString(text, mostLinks) {
		found = strings.TrimRight(found, `.,;:!?'*]`)
		if strings.HasSuffix(found, ")") && !strings.Contains(found, "(") {
			found = strings.TrimRight(found, `).,;:!?'*]`)
		}
		if u, err := url.Parse(found); err == nil && u.Hostname() != "" && u.User == nil {
			out = append(out, found)
		}
	}
	return out
}

// A piece is a part of a line's text; one with an address is a link.
type piece struct{ Text, URL string }

// Pieces are the text of a line and the links in it, for pages without scripts.
func (l line) Pieces() []piece {
	var out []piece
	rest := l.Text
	for _, link := range l.Links {
		before, after, found := strings.Cut(rest, link)
		if !found {
			continue
		}
		out, rest = append(out, piece{Text: before}, piece{Text: link, URL: link}), after
	}
	return append(out, piece{Text: rest})
}

// nowhere is the place before the first line.
const nowhere = "0"

// behind are the lines behind a place, and all of them where the place is not known.
func behind(lines []line, place string) (rest []line, reset bool) {
	if place == nowhere || place == "" {
		return lines, place == ""
	}
	at := slices.IndexFunc(lines, func(l line) bool { return l.ID == place })
	return lines[at+1:], at < 0
}
