package chat

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"xiaoer/bot/desk"
)

const (
	kindRating = "rating"
	mostWords  = 500 // runes
)

// A Rating is how a buyer found it, as it is kept: one for each time that a human closed the conversation.
type Rating struct {
	Stars        int       `json:"stars"` // 1 to 5
	Words        string    `json:"words,omitempty"`
	Conversation string    `json:"conversation"`
	Episode      int       `json:"episode"`
	Agent        string    `json:"agent,omitempty"` // who wrote last
	At           time.Time `json:"at"`
}

func (k *call) ratingID(episode int) string { return k.who.Key + "-" + strconv.Itoa(episode) }

// asked says for which rating the buyer is asked.
func (c *Chat) asked(ctx context.Context, k *call, episode int) (*asked, error) {
	d, found, err := c.Documents.Kept(ctx, k.id, kindRating, k.ratingID(episode))
	if err != nil || !found {
		return &asked{Episode: episode}, err
	}
	var given Rating
	if err := json.Unmarshal(d.Body, &given); err != nil {
		return nil, err
	}
	return &asked{Episode: episode, Stars: given.Stars}, nil
}

// postRating keeps a rating, in place of one that was given before, whose time it keeps.
func (c *Chat) postRating(k *call) error {
	var given struct {
		Stars   int    `json:"stars"`
		Words   string `json:"words"`
		Episode int    `json:"episode"`
	}
	if err := readJSON(k, &given); err != nil {
		return err
	}
	if given.Stars < 1 || given.Stars > 5 || utf8.RuneCountInString(given.Words) > mostWords {
		return refuse(http.StatusBadRequest, "malformed")
	}
	if err := take(c.held.messages, k.id+" "+k.who.Key); err != nil {
		return err
	}
	now, err := c.Conversations.Chat(k.r.Context(), k.id, k.who.conversation())
	if err != nil {
		return err
	}
	if !now.Rates || now.Episode != given.Episode || now.Buyer != k.who.Buyer.ID {
		return refuse(http.StatusConflict, "not-asked")
	}
	r := Rating{
		Stars: given.Stars, Words: strings.TrimSpace(plain(given.Words)), Conversation: k.who.conversation(), Episode: given.Episode, At: c.Clock(),
	}
	for _, l := range now.Lines {
		if l.From == "agent" {
			r.Agent = l.Name
		}
	}
	if err := c.keepRating(k, r); err != nil {
		return err
	}
	return answer(k.w, asked{Episode: r.Episode, Stars: r.Stars})
}

func (c *Chat) keepRating(k *call, r Rating) error {
	before, found, err := c.Documents.Kept(k.r.Context(), k.id, kindRating, k.ratingID(r.Episode))
	if err != nil {
		return err
	}
	if found {
		r.At = before.At // it counts once, on its first day
	}
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return c.Documents.Keep(k.r.Context(), desk.Document{
		Shop: k.id, Kind: kindRating, ID: k.ratingID(r.Episode), Version: before.Version, Buyer: k.who.Buyer.ID,
		At: r.At, Until: r.At.Add(c.Keep), Body: body,
	})
}
