package chat

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"xiaoer/bot"
	"xiaoer/rules"
)

// A state is what has changed since the page last looked, and how things stand.
type state struct {
	Visitor string   `json:"visitor"`
	Version int64    `json:"version"` // grows with each turn
	Lines   []line   `json:"lines"`
	Earlier int      `json:"earlier"` // where these are all lines: the part with those before them, 0 for none
	Place   string   `json:"place"`   // to go on from
	Reset   bool     `json:"reset"`   // these are all lines that there are: what was shown is to be thrown away
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
	if err := c.fill(ctx, k, &out, c.linesOf(now.Lines, k.id), after); err != nil {
		return state{}, err
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

// fill gives a state its lines, and sees to it that those which the conversation forgets soon are kept.
func (c *Chat) fill(ctx context.Context, k *call, out *state, all []line, after string) (err error) {
	out.Lines, out.Reset = behind(all, after)
	if len(all) > 0 {
		out.Place = all[len(all)-1].ID
	}
	if len(out.Lines) == 0 {
		return nil
	}
	if err := c.keepPast(ctx, k, all); err != nil && ctx.Err() == nil { // the buyer can go on without
		c.Logger.Warn("keep what was said before", "shop", k.id, "conversation", k.who.conversation(), "err", err)
	}
	if len(out.Lines) == len(all) {
		out.Earlier, err = c.earlier(ctx, k, all)
	}
	return err
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
