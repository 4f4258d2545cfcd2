package chat

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"xiaoer/bot"
	"xiaoer/bot/web/throttle"
)

// Bounds of a message.
const (
	mostText   = 2000 // runes: what a conversation keeps of a line
	mostPhotos = 9
)

// A said is a message as the page sends it: words, photos that were sent before or both, or the number of an order.
type said struct {
	ID     string   `json:"id"` // the page's own, and the same when it is sent again
	Text   string   `json:"text"`
	Photos []string `json:"photos"` // the page's names of them
	Order  string   `json:"order"`
	After  string   `json:"after"` // the place from which the answer goes on
}

func (s *said) valid() bool {
	written := strings.TrimSpace(s.Text) != "" || len(s.Photos) > 0
	bad := func(name string) bool { return !clientID.MatchString(name) }
	return clientID.MatchString(s.ID) && written != (s.Order != "") && utf8.RuneCountInString(s.Text) <= mostText && len(s.Photos) <= mostPhotos &&
		len(s.After) <= mostPlace && len(s.Order) <= mostBuyerID && !slices.ContainsFunc(s.Photos, bad)
}

// postMessage takes a message and gives what was said to it. The same message again is taken once and gets the same answer.
func (c *Chat) postMessage(k *call) error {
	var s said
	if err := readJSON(k, &s); err != nil {
		return err
	}
	if err := c.say(k, s); err != nil {
		return err
	}
	now, err := c.state(k.r.Context(), k, s.After, []string{s.ID})
	if err != nil {
		return err
	}
	return answer(k.w, now)
}

// say hands a message to the engine, which may take long; it is answered even if the buyer hangs up meanwhile.
func (c *Chat) say(k *call, s said) error {
	if !s.valid() {
		return refuse(http.StatusBadRequest, "malformed")
	}
	if err := c.paced(k, c.held.messages, c.held.messagesOfAddress); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(k.r.Context()), c.TurnTimeout)
	defer cancel()
	m := bot.Message{
		ID: k.who.message(s.ID), Conversation: k.who.conversation(), Buyer: k.who.Buyer, Kind: bot.KindText, Text: plain(s.Text), SentAt: c.Clock(),
	}
	switch {
	case len(s.Photos) > 0:
		m.Kind = bot.KindImage
		for _, name := range s.Photos {
			at, err := c.sentPhoto(ctx, k, name)
			if err != nil {
				return err
			}
			m.Images = append(m.Images, at)
		}
	case s.Order != "":
		m.Kind = bot.KindOrderCard
		order, err := c.order(ctx, k, s.Order)
		if err != nil {
			return err
		}
		m.Order = &order
	}
	_, err := c.Conversations.Handle(ctx, k.id, m)
	return err
}

// paced holds buyers, addresses and shops to their paces, of messages or of photos.
func (c *Chat) paced(k *call, ofBuyer, ofAddress *throttle.Throttle) error {
	err := take(ofBuyer, k.id+" "+k.who.Key)
	if err == nil {
		err = take(ofAddress, throttle.Address(k.r))
	}
	if err == nil {
		err = c.held.takeOfShop(k.id, k.shop.Rate)
	}
	if err != nil {
		c.Counts.Throttled.Add(1)
	}
	return err
}

// plain takes out what cannot be seen and could turn a line around or end it: control characters but for line breaks, and marks that change
// the direction of what follows.
func plain(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == utf8.RuneError:
			return -1
		}
		return r
	}, strings.ReplaceAll(text, "\r\n", "\n")))
}
