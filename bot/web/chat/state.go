package chat

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/rules"
)

// A line is one line as the page shows it. Its id is the same whenever it is read.
type line struct {
	ID     string    `json:"id"`
	At     time.Time `json:"at"`
	From   string    `json:"from"` // buyer, bot, agent
	Name   string    `json:"name,omitempty"`
	Text   string    `json:"text,omitempty"`
	Images []string  `json:"images,omitempty"`
	Order  string    `json:"order,omitempty"` // the number of one that was picked
}

// A state is what has changed since the page last looked, and how things stand.
type state struct {
	Visitor string   `json:"visitor"`
	Version int64    `json:"version"` // grows with each turn
	Lines   []line   `json:"lines"`
	Place   string   `json:"place"` // to go on from
	Reset   bool     `json:"reset"` // these are all lines that there are: what was shown is to be thrown away
	Arrived []string `json:"arrived"`
	Status  string   `json:"status"`
	Agent   string   `json:"agent"` // who answers
	Open    bool     `json:"open"`
	Opens   string   `json:"opens"`             // when somebody is at the desk again, in words
	Choices []string `json:"choices,omitempty"` // quick answers to the last line
	Rating  *asked   `json:"rating"`            // nil: nobody asks how it was
}

// An asked is a rating that is asked for.
type asked struct {
	Episode int `json:"episode"`
	Stars   int `json:"stars"` // given before, 0 for none
}

// nowhere is the place before the first line.
const nowhere = "0"

// state reads how the conversation of a visitor stands: the lines after a place, and which of some messages were answered.
func (c *Chat) state(ctx context.Context, k *call, after string, ids []string) (state, error) {
	messages := make([]string, len(ids))
	for i, id := range ids {
		messages[i] = k.who.message(id)
	}
	now, err := c.Conversations.Chat(ctx, k.id, k.who.conversation(), messages...)
	if err != nil {
		return state{}, err
	}
	if now.Version > 0 && now.Buyer != k.who.Buyer.ID { // it was erased, or begun by who had the same key: neither is shown
		now = bot.Chat{Status: bot.StatusBot, Open: now.Open, Opens: now.Opens, Locale: now.Locale}
	}
	out := state{
		Visitor: k.who.Key, Version: now.Version, Place: nowhere, Status: string(now.Status), Agent: now.Agent, Open: now.Open, Choices: now.Choices, Arrived: []string{},
	}
	if now.Status == "" { // nobody has written yet
		out.Status = string(bot.StatusBot)
	}
	out.Lines, out.Reset = behind(linesOf(now.Lines, k.id), after)
	if n := len(now.Lines); n > 0 {
		out.Place = linesOf(now.Lines, k.id)[n-1].ID
	}
	for i, id := range ids {
		if slices.Contains(now.Arrived, messages[i]) {
			out.Arrived = append(out.Arrived, id)
		}
	}
	if !now.Opens.IsZero() {
		out.Opens = rules.Format{Locale: c.language(k), Location: k.shop.Zone, Now: c.Clock()}.Print(rules.TimeValue(now.Opens))
	}
	if now.Rates {
		if out.Rating, err = c.asked(ctx, k, now.Episode); err != nil {
			return state{}, err
		}
	}
	return out, nil
}

// linesOf gives each line an id: its time, and how many lines have that time before it. Lines that stand in the order of their times, as nearly
// all do, keep it while older ones go.
func linesOf(lines []bot.Line, shop string) []line {
	out := make([]line, 0, len(lines))
	same, before := 0, time.Time{}
	for _, l := range lines {
		if same++; !l.At.Equal(before) {
			same, before = 0, l.At
		}
		out = append(out, shown(l, strconv.FormatInt(l.At.UnixNano(), 36)+"-"+strconv.Itoa(same), shop))
	}
	return out
}

var pickedOrder = regexp.MustCompile(`^\[` + bot.KindOrderCard + ` (.{1,200})\]$`)

// imagesOnly is how photos without words stand in a transcript.
var imagesOnly = regexp.MustCompile(`^\[` + bot.KindImage + ` ×\d+\]$`)

// shown is a line as the page shows it.
func shown(l bot.Line, id, shop string) line {
	out := line{ID: id, At: l.At, From: l.From, Text: l.Text}
	if l.From == "agent" {
		out.Name = l.Name
	}
	for _, image := range l.Images {
		if safe := safeImage(image, shop); safe != "" {
			out.Images = append(out.Images, safe)
		}
	}
	if l.From != "buyer" {
		return out
	}
	if picked := pickedOrder.FindStringSubmatch(l.Text); picked != nil {
		out.Text, out.Order = "", picked[1]
	}
	if len(l.Images) > 0 && imagesOnly.MatchString(l.Text) {
		out.Text = ""
	}
	return out
}

// photoPath is where a photo of a shop's chat is read.
func photoPath(shop, id string) string { return "/chat/" + shop + "/photos/" + id }

var photoName = regexp.MustCompile(`^[a-z2-7]{26}$`)

// safeImage is the address of an image that a page may show: over https, or a photo of this chat.
func safeImage(at, shop string) string {
	if id, ok := strings.CutPrefix(at, photoPath(shop, "")); ok && photoName.MatchString(id) {
		return at
	}
	u, err := url.Parse(at)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}

// behind are the lines behind a place, and all of them where the place is not known.
func behind(lines []line, place string) (rest []line, reset bool) {
	if place == nowhere || place == "" {
		return lines, place == ""
	}
	at := slices.IndexFunc(lines, func(l line) bool { return l.ID == place })
	return lines[at+1:], at < 0
}

// Bounds of what a page asks for.
const (
	mostPlace = 40
	mostAsked = 8 // messages
)

var clientID = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

// getLines gives the lines after a place (?after=), and which of the page's messages (?ids=a,b) were answered.
func (c *Chat) getLines(k *call) error {
	after, ids := k.r.URL.Query().Get("after"), []string{}
	if list := k.r.URL.Query().Get("ids"); list != "" {
		ids = strings.Split(list, ",")
	}
	bad := func(id string) bool { return !clientID.MatchString(id) }
	if len(after) > mostPlace || len(ids) > mostAsked || slices.ContainsFunc(ids, bad) {
		return refuse(400, "malformed")
	}
	now, err := c.state(k.r.Context(), k, after, ids)
	if err != nil {
		return err
	}
	return answer(k.w, now)
}
