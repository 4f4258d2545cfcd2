package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/figures"
)

// ActOn does what an agent wants to a case and gives the case as it is then. An act with an id that was done within the
// last seven days has no second effect; a different one under the same id is ErrConflict. It does not queue behind a
// message whose look-up is under way. What was committed is not refused for what cannot be read afterwards.
func (e *Engine) ActOn(ctx context.Context, shopID, id string, a desk.Act) (desk.Case, error) {
	shop, err := e.shop(shopID)
	if err != nil {
		return desk.Case{}, fmt.Errorf("open shop %s: %w", shopID, err)
	}
	if err := e.checkAct(ctx, shopID, shop.Book, a); err != nil {
		return desk.Case{}, err
	}
	found, err := e.findCase(ctx, shopID, id)
	if err != nil {
		return desk.Case{}, err
	}
	leave, err := e.lanes.pass(shopID)
	if err != nil {
		return desk.Case{}, err
	}
	defer leave()
	w := &acting{act: a, on: found, shop: shop, print: printOf(id, a), at: e.Clock()}
	ev := bot.Event{
		ID: e.IDs(), Kind: a.Kind, At: w.at, Agent: a.Who, Text: textOf(a), Images: a.Images, Stage: a.Stage, What: a.What, Outcome: a.Outcome, Cause: a.Cause, Cost: a.Cost,
		Team: a.Team, To: a.To, Handoff: id, Quiet: a.Kind == bot.EventApprove && a.Quiet,
	}
	if a.Kind == bot.EventStage && a.Quiet {
		ev.What = bot.Quiet
	}
	w.entry = e.entry(shopID, a.Who, wordOf(a.Kind), id, detailOf(a))
	t := &turn{key: Key{shopID, found.Conversation}, shop: shop, name: actKey(a.ID), event: ev, stop: w.mayAct, finish: w.finish(shop, ev)}
	if _, err := e.run(ctx, t); err != nil {
		return desk.Case{}, err
	}
	now, err := e.findCase(ctx, shopID, id)
	switch {
	case err == nil:
		return now, nil
	case t.kept:
		return w.done, nil
	default:
		return desk.Case{}, fmt.Errorf("read what was done before: %w: %w", ErrUnsure, err)
	}
}

// checkAct refuses what nobody can do to any case.
func (e *Engine) checkAct(ctx context.Context, shop string, book *bot.Book, a desk.Act) error {
	switch {
	case a.Who == "" || !a.Role.Covers(desk.Agent):
		return ErrForbidden
	case wordOf(a.Kind) == "":
		return malformed("kind", "is no act of an agent's")
	case a.Kind == bot.EventAgent:
		return checkReply(a)
	case a.Kind == bot.EventNote && strings.TrimSpace(a.Text) == "":
		return malformed("text", "must not be empty")
	case a.Kind == bot.EventStage && !slices.Contains(bot.Stages(), a.Stage):
		return malformed("stage", "must be one of "+strings.Join(bot.Stages(), ", "))
	case a.Kind == bot.EventResolve && a.Cause != "" && !slices.Contains(desk.Causes(), a.Cause):
		return malformed("cause", "must be one of "+strings.Join(desk.Causes(), ", "))
	case a.Kind == bot.EventResolve && !isCost(a.Cost):
		return malformed("cost", "must be yuan such as 12.50, from 0 to 100000000, with up to two decimals")
	case a.Kind == bot.EventMove:
		return e.checkMove(ctx, shop, book, a)
	}
	return nil
}

// costs are amounts as a person writes them: no sign, no exponent.
var costs = regexp.MustCompile(`^\d{1,9}(\.\d{1,2})?$`)

// isCost tells whether a text says what a case has cost, or nothing.
func isCost(text string) bool {
	if text == "" {
		return true
	}
	_, ok := figures.ParseMoney(text)
	return ok && costs.MatchString(text)
}

// longestPicture is how long the address of a photo may be, in bytes.
const longestPicture = 2000

// checkReply refuses a reply that says and shows nothing, and addresses of photos that a channel could not fetch.
func checkReply(a desk.Act) error {
	switch {
	case strings.TrimSpace(a.Text) == "" && len(a.Images) == 0:
		return malformed("text", "must not be empty where there are no images")
	case len(a.Images) > desk.MostPictures:
		return malformed("images", fmt.Sprintf("may be up to %d", desk.MostPictures))
	}
	for i, image := range a.Images {
		switch u, err := url.Parse(image); {
		case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "", u.User != nil, len(image) > longestPicture, strings.ContainsFunc(image, isNoSign):
			return malformed("images", "must be addresses that begin with http:// or https:// and have up to 2000 bytes")
		case slices.Contains(a.Images[:i], image):
			return malformed("images", "must not have the same one twice")
		}
	}
	return nil
}

// isNoSign finds what no address has.
func isNoSign(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) || r == utf8.RuneError }

// textOf is what an act says; white space beside photos says nothing.
func textOf(a desk.Act) string {
	if strings.TrimSpace(a.Text) == "" {
		return ""
	}
	return a.Text
}

// checkMove refuses places that nobody would find a case in.
func (e *Engine) checkMove(ctx context.Context, shop string, book *bot.Book, a desk.Act) error {
	switch {
	case a.Team == "" && a.To == "":
		return malformed("team", "must be given, or to")
	case a.Team != "" && !hasTeam(book, a.Team):
		return malformed("team", "is no team of the shop: "+quoted(a.Team))
	case a.To == "" || a.To == a.Who:
		return nil
	}
	for _, of := range []string{shop, desk.AllShops} {
		grants, err := e.GrantsOf(ctx, of)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(grants, func(g desk.Grant) bool { return g.Agent == a.To }) {
			return nil
		}
	}
	seated, err := e.Attending(ctx, shop)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(seated, func(p desk.Presence) bool { return p.Agent == a.To }) {
		return nil
	}
	return malformed("to", "is no agent who has been at the shop's desk or has a token for it: "+quoted(a.To))
}

// An acting is what doing one act keeps beside the conversation.
type acting struct {
	act   desk.Act
	on    desk.Case
	shop  Shop
	print string
	at    time.Time
	entry desk.Entry
	done  desk.Case // as the act left it, with the number of the change before: only the store knows the new one
}

// mayAct ends a turn whose act was done before, and refuses one that may not be done to the case as it stands.
func (w *acting) mayAct(l Loaded) (bool, error) {
	switch {
	case l.Answered != nil && l.Answered.Fingerprint != w.print:
		return true, ErrConflict
	case l.Answered != nil:
		return true, nil
	case l.Version == 0:
		return true, ErrNothing
	}
	h := openCase(&l.Conversation, w.on.ID)
	if h == nil {
		return true, ErrCaseClosed
	}
	if err := w.mayTouch(&l.Conversation, h); err != nil {
		return true, err
	}
	switch w.act.Kind {
	case bot.EventAgent:
		if w.act.Seen != "" && len(desk.News(l.Conversation.Transcript, w.act.Seen, w.act.Who)) > 0 {
			return true, ErrNews
		}
		return false, withinBudget(&l.Conversation, w.shop.Book.Budget, w.at, bot.Messages(textOf(w.act), w.act.Images))
	case bot.EventApprove, bot.EventRefuse:
		return w.mayDecide(&l.Record, h)
	case bot.EventStage:
		if !h.Dispute && w.act.Stage != "closed" {
			return true, malformed("stage", "can be closed only: the case is no dispute")
		}
	default:
	}
	w.noteFormer(h)
	return false, nil
}

// mayTouch lets agents work on what is theirs or nobody's. Editors may take over and put away what others have, but take it over only from
// whom they know to have it, so that one wins a claim; anybody may leave a note. The buyer is spoken to only by who has the conversation.
func (w *acting) mayTouch(c *bot.Conversation, h *bot.Handoff) error {
	others := func(h *bot.Handoff) bool { return h != nil && h.Agent != "" && h.Agent != w.act.Who }
	switch {
	case w.act.Kind == bot.EventNote:
		return nil
	case w.act.Kind == bot.EventAgent:
		if others(h) || c.Status == bot.StatusAgent && others(c.Case) {
			return ErrClaimed
		}
		return nil
	case others(h) && (!w.act.Role.Covers(desk.Editor) || w.act.Kind == bot.EventClaim && h.Agent != w.act.From):
		return ErrClaimed
	}
	return nil
}

// mayDecide lets who has a case, and editors, decide about one of its offers, once. The same verdict of the same person again is done already.
func (w *acting) mayDecide(r *bot.Record, h *bot.Handoff) (done bool, err error) {
	if h.Agent != w.act.Who && !w.act.Role.Covers(desk.Editor) { // what another has was refused before
		return true, ErrUnclaimed
	}
	o, open := h.Undecided(w.act.What)
	if kept, there := r.Offer(w.act.What); there && kept.Verdict != "" {
		o, open = kept, false
	} else if !open {
		at := slices.IndexFunc(h.Offers, func(o bot.OfferMade) bool { return o.ID == w.act.What })
		if at < 0 {
			return true, ErrConflict
		}
		o = h.Offers[at]
	}
	if open {
		w.entry.Detail = strings.TrimSpace(o.Kind + " " + o.Amount)
		return false, nil
	}
	if o.By == w.act.Who && o.Verdict == verdictOf(w.act.Kind) {
		return true, nil
	}
	return true, ErrConflict
}

func verdictOf(kind bot.EventKind) string {
	if kind == bot.EventApprove {
		return bot.OfferApproved
	}
	return bot.OfferRefused
}

// noteFormer writes down from whom a case was taken.
func (w *acting) noteFormer(h *bot.Handoff) {
	if w.act.Kind == bot.EventClaim && h.Agent != "" && h.Agent != w.act.Who {
		w.entry.Detail = "from " + h.Agent
	}
}

// openCase finds a case that is still open in its conversation; nil when it is closed by now.
func openCase(c *bot.Conversation, id string) *bot.Handoff {
	if c.Case != nil && c.Case.ID == id {
		return c.Case
	}
	for i := range c.Tasks {
		if c.Tasks[i].ID == id && c.Tasks[i].ClosedAt.IsZero() {
			return &c.Tasks[i]
		}
	}
	return nil
}

// withinBudget refuses an agent's reply of so many messages that the channel would not let through whole.
func withinBudget(c *bot.Conversation, b bot.Budget, now time.Time, messages int) error {
	left, until := c.MaySend(b, now)
	switch {
	case left >= messages:
		return nil
	case left > 0:
		return &Refusal{code: "budget", detail: fmt.Sprintf("the channel lets through %d more of its %d messages until the buyer writes again, and each photo is one", left, b.Messages)}
	case until.IsZero() || now.Before(until):
		return &Refusal{code: "budget", detail: fmt.Sprintf("the %d messages that the channel lets through are used up until the buyer writes again", b.Messages)}
	}
	return &Refusal{code: "budget", detail: "the channel let messages through until " + until.UTC().Format(time.RFC3339) + "; it does again when the buyer writes"}
}

// finish keeps that the act was done, by whom, and what the buyer is to read of it.
func (w *acting) finish(shop Shop, ev bot.Event) func(*Commit, bot.Turn) error {
	say := late(shop, ev)
	return func(c *Commit, out bot.Turn) error {
		w.entry.At = c.At
		c.Entry = &w.entry
		if key := actKey(w.act.ID); key != "" {
			raw, err := json.Marshal(map[string]string{"case": w.on.ID})
			if err != nil {
				return err
			}
			c.Answered = &Answered{Message: key, Fingerprint: w.print, Response: raw, At: c.At}
		}
		w.done = w.on
		for i := range c.Cases {
			if c.Cases[i].ID == w.on.ID {
				w.done = c.Cases[i]
				w.done.Change = w.on.Change
			}
		}
		return say(c, out)
	}
}

// beyondMessages is longer than the id of any message may be.
const beyondMessages = 201

// actKey is what an act is kept under, which no message can have as its id.
func actKey(id string) string {
	if id == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(id))
	return "act" + strings.Repeat("-", beyondMessages) + hex.EncodeToString(sum[:])
}

// printOf is equal for acts that are the same.
func printOf(id string, a desk.Act) string {
	a.ID, a.Role, a.Seen, a.From = "", "", "", ""
	raw, _ := json.Marshal(struct { // texts only: it cannot fail
		Case string
		desk.Act
	}{id, a})
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16])
}

// wordOf is what the audit calls an act; "" for what is none.
func wordOf(kind bot.EventKind) string {
	switch kind {
	case bot.EventAgent:
		return "reply"
	case bot.EventMove:
		return "transfer"
	case bot.EventResolve:
		return "close"
	case bot.EventClaim, bot.EventNote, bot.EventStage, bot.EventRelease, bot.EventKept, bot.EventApprove, bot.EventRefuse:
		return string(kind)
	case bot.EventMessage, bot.EventLookup, bot.EventTimer:
	}
	return ""
}

// detailOf says more of an act, in words that no buyer wrote.
func detailOf(a desk.Act) string {
	switch a.Kind {
	case bot.EventStage:
		return "stage " + a.Stage
	case bot.EventMove:
		return strings.TrimSpace("to " + a.Team + " " + a.To)
	case bot.EventResolve:
		var words []string
		for _, w := range [][2]string{{"cause", a.Cause}, {"cost", a.Cost}} {
			if w[1] != "" {
				words = append(words, w[0]+" "+w[1])
			}
		}
		return strings.Join(words, " ")
	default:
	}
	return ""
}
