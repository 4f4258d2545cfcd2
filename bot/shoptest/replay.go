package shoptest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"xiaoer/bot"
)

// maxLine is the longest line of a log: the longest body that the webhook takes.
const maxLine = 1 << 20

// Changes is the object of `replay --json`.
type Changes struct {
	Messages int      `json:"messages"`
	Changed  int      `json:"changed"`
	Changes  []Change `json:"changes"`
	Skipped  int      `json:"-"` // lines that are no webhook body, or a message that was there before
}

// A Change is one message that the two versions answer differently. Before and after are what the webhook would answer.
type Change struct {
	Message bot.Message  `json:"message"`
	Before  bot.Response `json:"before"`
	After   bot.Response `json:"after"`
}

// Replay runs recorded messages, a webhook body a line, through two versions of a shop. sent_at is the clock. Orders are
// those that messages carried. Progress may be nil; it is told the number of messages done. The error is log's or ctx's.
func Replay(ctx context.Context, log io.Reader, before, after Subject, progress func(int)) (Changes, error) {
	out := Changes{Changes: []Change{}}
	a, b := newTheatre(before), newTheatre(after)
	seen := map[string]bool{}
	lines := bufio.NewReaderSize(log, 64<<10)
	for {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		line, tooLong, err := readLine(lines)
		if len(bytes.TrimSpace(line)) > 0 || tooLong {
			m, bad := bot.DecodeMessage(line)
			switch {
			case tooLong || bad != nil || seen[m.ID]:
				out.Skipped++
			default:
				seen[m.ID] = true
				out.compare(m, a.answer(m), b.answer(m))
			}
			if progress != nil {
				progress(out.Messages)
			}
		}
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, fmt.Errorf("read recorded messages: %w", err)
		}
	}
}

// readLine reads a line of any length; of one that is too long only that is told.
func readLine(r *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			tooLong, line = true, nil
		}
		if !tooLong {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, tooLong, err
		}
	}
}

func (c *Changes) compare(m bot.Message, before, after bot.Response) {
	c.Messages++
	if essence(before) != essence(after) {
		c.Changed++
		c.Changes = append(c.Changes, Change{Message: m, Before: before, After: after})
	}
}

// essence is what of an answer buyers and agents notice: no scores, no ids, no clocks.
func essence(r bot.Response) string {
	type handoff struct{ Team, Priority, Reason string }
	type offer struct{ Kind, Amount string }
	out := struct {
		Status  bot.Status
		Rules   []string
		Replies []bot.Reply
		Ask     *string
		Tags    []string
		Offers  []offer
		Handoff *handoff
	}{Status: r.Status, Rules: r.Rules, Replies: r.Replies, Ask: r.Ask, Tags: r.Tags}
	for i := range r.Offers {
		out.Offers = append(out.Offers, offer{r.Offers[i].Kind, r.Offers[i].Amount})
	}
	if h := r.Handoff; h != nil {
		out.Handoff = &handoff{h.Team, h.Priority, h.Reason}
	}
	body, err := json.Marshal(out)
	if err != nil {
		return ""
	}
	return string(body)
}

// A theatre plays all conversations of a log through one version.
type theatre struct {
	subject  Subject
	players  map[string]*player
	records  map[string]bot.Record  // by buyer
	orders   map[string][]bot.Order // that a buyer's messages carried
	now      time.Time
	handoffs int
}

func newTheatre(s Subject) *theatre {
	return &theatre{subject: s, players: map[string]*player{}, records: map[string]bot.Record{}, orders: map[string][]bot.Order{}}
}

// answer plays one message at its time; what falls due before fires first. A message without a time comes at the time
// of the one before.
func (t *theatre) answer(m bot.Message) bot.Response {
	if m.SentAt.After(t.now) {
		t.now = m.SentAt
	}
	p := t.player(m)
	p.buyer, p.record, p.handoffs = m.Buyer, t.records[m.Buyer.ID], t.handoffs
	at := t.now
	if !m.SentAt.IsZero() && m.SentAt.After(p.now) {
		at = m.SentAt
	}
	ignored := &outcome{}
	p.move(later(at, p.now), ignored)
	t.remember(m)
	p.orders = t.orders[m.Buyer.ID]
	o := &outcome{}
	id := m.ID
	e := p.said(&m)
	m.ID = id
	p.step(e, o)
	t.records[m.Buyer.ID], t.handoffs = p.record, p.handoffs
	return o.turns[0].Response("")
}

func (t *theatre) player(m bot.Message) *player {
	p := t.players[m.Conversation]
	if p == nil {
		p = &player{subject: t.subject, now: m.SentAt, buyer: m.Buyer, conversation: bot.NewConversation(t.subject.Book.Shop.ID, m.Conversation)}
		t.players[m.Conversation] = p
	}
	return p
}

// remember keeps the orders that messages carried, so that a look-up finds them.
func (t *theatre) remember(m bot.Message) {
	if m.Order == nil || m.Order.No == "" {
		return
	}
	known := t.orders[m.Buyer.ID]
	for i := range known {
		if known[i].No == m.Order.No {
			known[i] = *m.Order
			return
		}
	}
	t.orders[m.Buyer.ID] = append(known, *m.Order)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
