package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"xiaoer/bot/desk"
)

// A conversation keeps its last lines only. Those before them are kept here, as the page has shown them, in parts of one size; the part that is
// not full yet has the conversation's own name.
const (
	kindPast = "past"

	fullPart  = 40 // lines
	mostParts = 50 // that are kept of one conversation
	keptBack  = 10 // of the last lines, which the conversation will have for a while
	atOnce    = 10 // lines that are worth writing a part for
	longTalk  = keptBack + atOnce
)

// A part is some of the lines that were said one after the other.
type part struct {
	Number int    `json:"number"` // counts from 1
	Last   string `json:"last"`   // the id of the last line that is in this part or one before
	Lines  []line `json:"lines"`

	version int64
}

// past reads the part that is not full yet; a conversation of which nothing is kept has an empty one.
func (c *Chat) past(ctx context.Context, k *call) (part, error) {
	return c.part(ctx, k, k.who.Key, part{Number: 1})
}

func (c *Chat) part(ctx context.Context, k *call, id string, none part) (part, error) {
	d, found, err := c.Documents.Kept(ctx, k.id, kindPast, id)
	if err != nil || !found || d.Buyer != k.who.Buyer.ID {
		return none, err
	}
	p := part{version: d.Version}
	if err := json.Unmarshal(d.Body, &p); err != nil {
		return none, fmt.Errorf("read what was said before: %w", err)
	}
	return p, nil
}

func (k *call) partID(number int) string { return k.who.Key + "-" + strconv.Itoa(number) }

// keepPast writes down what the conversation will forget soon. Whoever does so at the same time writes the same. Where the buyer was erased
// meanwhile, it is gone again.
func (c *Chat) keepPast(ctx context.Context, k *call, lines []line) error {
	if len(lines) < longTalk {
		return nil
	}
	p, err := c.past(ctx, k)
	if err != nil {
		return err
	}
	fresh := lines[slices.IndexFunc(lines, func(l line) bool { return l.ID == p.Last })+1:]
	if len(fresh) < longTalk {
		return nil
	}
	ctx = context.WithoutCancel(ctx) // what has begun is looked at, too
	kept, err := c.write(ctx, k, p, fresh[:len(fresh)-keptBack])
	if err != nil {
		return err
	}
	now, err := c.Conversations.Chat(ctx, k.id, k.who.conversation())
	if err != nil || now.Version > 0 && now.Buyer == k.who.Buyer.ID {
		return err
	}
	for _, id := range kept {
		if err := c.Documents.Forget(ctx, k.id, kindPast, id); err != nil {
			return err
		}
	}
	return nil
}

// write adds lines to the past, and gives the ids of the parts that were written.
func (c *Chat) write(ctx context.Context, k *call, p part, fresh []line) (kept []string, err error) {
	p.Lines, p.Last = append(p.Lines, fresh...), fresh[len(fresh)-1].ID
	for len(p.Lines) > fullPart {
		full := part{Number: p.Number, Lines: p.Lines[:fullPart]}
		kept = append(kept, k.partID(p.Number))
		if err := c.keepPart(ctx, k, k.partID(p.Number), full); err != nil {
			return nil, err
		}
		if p.Number > mostParts {
			if err := c.Documents.Forget(ctx, k.id, kindPast, k.partID(p.Number-mostParts)); err != nil {
				return nil, err
			}
		}
		p.Number, p.Lines = p.Number+1, p.Lines[fullPart:]
	}
	return append(kept, k.who.Key), c.keepPart(ctx, k, k.who.Key, p)
}

func (c *Chat) keepPart(ctx context.Context, k *call, id string, p part) error {
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("write what was said before: %w", err)
	}
	said := p.Lines[len(p.Lines)-1].At
	err = c.Documents.Keep(ctx, desk.Document{
		Shop: k.id, Kind: kindPast, ID: id, Version: p.version, Buyer: k.who.Buyer.ID, At: said, Until: said.Add(c.Keep), Body: body,
	})
	if err != nil && !isConflict(err) { // another page of the buyer was quicker
		return err
	}
	return nil
}

// earlier is the number of the part with the lines before those that the conversation has still, 0 where there are none.
func (c *Chat) earlier(ctx context.Context, k *call, lines []line) (int, error) {
	if len(lines) < longTalk {
		return 0, nil
	}
	p, err := c.past(ctx, k)
	if err != nil {
		return 0, err
	}
	if len(p.Lines) > 0 && !slices.ContainsFunc(lines, func(l line) bool { return l.ID == p.Lines[0].ID }) {
		return p.Number, nil
	}
	return p.Number - 1, nil
}

// A told part is what the page is given of the past.
type toldPart struct {
	Lines   []line `json:"lines"`
	Earlier int    `json:"earlier"` // the number of the part before, 0 for none
}

// before reads a part by its number; one that is over, or never was, has no lines.
func (c *Chat) before(ctx context.Context, k *call, number int) (toldPart, error) {
	out := toldPart{Lines: []line{}}
	p, err := c.past(ctx, k)
	if err == nil && number != p.Number {
		p, err = c.part(ctx, k, k.partID(number), part{})
	}
	if err != nil {
		return out, err
	}
	if len(p.Lines) > 0 {
		out.Lines, out.Earlier = p.Lines, max(number-1, 0)
	}
	return out, nil
}

// getEarlier gives the lines of one part (?part=), which the page puts before those that it shows.
func (c *Chat) getEarlier(k *call) error {
	number, ok := numbered(k.r.URL.Query().Get("part"))
	if !ok {
		return refuse(http.StatusBadRequest, "malformed")
	}
	out, err := c.before(k.r.Context(), k, number)
	if err != nil {
		return err
	}
	return answer(k.w, out)
}

// numbered reads the number of a part.
func numbered(text string) (int, bool) {
	number, err := strconv.Atoi(text)
	return number, err == nil && number > 0 && number < 1_000_000
}
