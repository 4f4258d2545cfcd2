package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/shop"
	"xiaoer/rules/doc"
)

type chatCmd struct {
	Dir   string    `arg:"" help:"A shop's folder."`
	Buyer string    `help:"The buyer's id, for the shop's order source." default:"demo"`
	At    time.Time `help:"Where the clock starts, such as 2026-11-21T10:00:00+08:00; now when not given." placeholder:"TIME"`
}

const chatHelp = `Write as a buyer would. Lines that begin with a slash are for you:
  /why            why the last answer was given
  /order YAML     put an order in view: /order {no: 261118-123456789012345, stage: paid}
  /photo NAME     send a photo
  /after 30m      move the clock; timers that fall due fire
  /claim NAME     an agent takes the conversation     /agent TEXT  the agent writes
  /release        back to the bot                     /resolve     the agent closes the case
  /quit`

// Help teaches the command.
func (chatCmd) Help() string { return chatHelp }

// A chatter is one conversation in the terminal.
type chatter struct {
	a      *app
	dir    string // as it was named
	shop   *shop.Shop
	look   bot.LookupFunc
	buyer  string
	shift  time.Duration // of the clock
	talk   bot.Conversation
	record bot.Record
	last   bot.Turn
	cases  int
	events int
	order  *bot.Order // to be sent with the next message
}

// Run talks until the input ends.
func (c *chatCmd) Run(a *app) error {
	s, err := a.oneShop(c.Dir)
	if err != nil {
		return err
	}
	t := &chatter{a: a, dir: c.Dir, shop: s, buyer: c.Buyer, talk: bot.NewConversation(s.ID, "chat")}
	if !c.At.IsZero() {
		t.shift = c.At.Sub(a.now())
	}
	if t.look, err = lookups(a.ctx, s, t.now); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s  (/help)\n", s.Book.Shop.Name)
	lines := bufio.NewScanner(a.in)
	lines.Buffer(nil, longestLine)
	for t.prompt(); lines.Scan() && a.ctx.Err() == nil; t.prompt() {
		if err := t.line(strings.TrimSpace(lines.Text())); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			fmt.Fprintln(a.out, " ", err)
		}
	}
	if err := lines.Err(); err != nil {
		return tooLong(err)
	}
	return nil
}

func (t *chatter) now() time.Time { return t.a.now().Add(t.shift) }

// prompt invites a line where a person sits in front of it.
func (t *chatter) prompt() {
	if f, ok := t.a.in.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			fmt.Fprint(t.a.out, "> ")
		}
	}
}

// line takes one line: a message, or a command.
func (t *chatter) line(line string) error {
	if line == "" {
		return nil
	}
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "/help":
		fmt.Fprintln(t.a.out, chatHelp)
	case "/quit":
		return io.EOF
	case "/why":
		writeExplanation(t.a.out, t.dir, t.last.Explain())
	case "/order":
		return t.setOrder(rest)
	case "/photo":
		t.say(&bot.Message{Kind: bot.KindImage, Images: []string{orDefault(rest, "photo.jpg")}})
	case "/after":
		return t.after(rest)
	case "/claim":
		t.step(bot.Event{Kind: bot.EventClaim, Agent: orDefault(rest, "agent")})
	case "/agent":
		t.step(bot.Event{Kind: bot.EventAgent, Agent: "agent", Text: rest})
	case "/release":
		t.step(bot.Event{Kind: bot.EventRelease, Agent: "agent"})
	case "/resolve":
		t.step(bot.Event{Kind: bot.EventResolve, Agent: "agent"})
	default:
		if strings.HasPrefix(line, "/") {
			return fmt.Errorf("there is no %s; /help lists what there is", word)
		}
		t.say(&bot.Message{Kind: bot.KindText, Text: line})
	}
	return nil
}

func orDefault(s, d string) string {
	if s == "" {
		return d
	}
	return s
}

// setOrder keeps an order for the next message.
func (t *chatter) setOrder(text string) error {
	var p doc.Problems
	o, ok := parseOrder("order", []byte(text), t.shop, &p)
	if !ok {
		t.a.writeProblems(t.a.out, "", p.All(), map[string][]byte{"order": []byte(text)})
		return nil
	}
	t.order = &o
	fmt.Fprintf(t.a.out, "  order %s goes with your next message\n", o.No)
	return nil
}

// after moves the clock, stopping at each timer that falls due on the way.
func (t *chatter) after(text string) error {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return errors.New("write a time such as /after 30m or /after 24h")
	}
	end := t.now().Add(d)
	for range mostTimers {
		due, ok := t.talk.Due()
		if !ok || due.After(end) {
			break
		}
		t.shift += max(0, due.Sub(t.now()))
		t.step(bot.Event{Kind: bot.EventTimer})
	}
	t.shift += max(0, end.Sub(t.now()))
	fmt.Fprintf(t.a.out, "  it is %s\n", t.now().In(t.shop.Book.Shop.Location).Format("2006-01-02 15:04"))
	return nil
}

// mostTimers bounds the timers that one /after fires.
const mostTimers = 1000

// say steps a buyer's message.
func (t *chatter) say(m *bot.Message) {
	m.ID, m.Conversation = fmt.Sprintf("m-%d", t.events+1), t.talk.ID
	m.Buyer, m.SentAt, m.Order = bot.Buyer{ID: t.buyer}, t.now(), t.order
	t.order = nil
	reading := t.shop.Classifier.Read(m.Text)
	t.step(bot.Event{Kind: bot.EventMessage, Message: m, Reading: &reading})
}

// step runs one event and writes what comes of it.
func (t *chatter) step(e bot.Event) {
	t.events++
	e.ID, e.At, e.Record, e.Explain = fmt.Sprintf("e-%d", t.events), t.now(), t.record, true
	e.Desk = bot.Desk{Next: t.cases + 1}
	t.last = bot.Run(t.shop.Book, t.talk, e, t.look)
	t.talk = t.last.Conversation
	t.record = t.record.Apply(t.last.Actions)
	for i := range t.last.Actions {
		t.show(&t.last.Actions[i])
	}
	if len(t.last.Actions) == 0 && e.Kind == bot.EventMessage {
		fmt.Fprintf(t.a.out, "  (silent, status %s)\n", t.talk.Status)
	}
}

// show writes one action.
func (t *chatter) show(act *bot.Action) {
	switch act.Kind {
	case bot.ActReply:
		fmt.Fprintf(t.a.out, "%s: %s\n", t.shop.Book.Shop.Name, replyText(*act.Reply))
	case bot.ActHandoff:
		h := act.Handoff
		t.cases = max(t.cases, h.Number)
		fmt.Fprintf(t.a.out, "  [case %d for %s, priority %s: %s]\n  [%s]\n", h.Number, h.Team, h.Priority, h.Reason, h.Summary)
	case bot.ActOffer:
		fmt.Fprintf(t.a.out, "  [offer: %s %s]\n", act.Offer.Kind, act.Offer.Amount)
	case bot.ActPromise:
		fmt.Fprintf(t.a.out, "  [promise %q is %s]\n", act.Promise.What, act.Promise.State)
	case bot.ActTag:
		fmt.Fprintf(t.a.out, "  [tag %s]\n", act.Tag)
	case bot.ActClose:
		fmt.Fprintln(t.a.out, "  [closed]")
	case bot.ActNotice:
		fmt.Fprintf(t.a.out, "  [notice to %s: %s]\n", act.Notice.Team, act.Notice.Kind)
	default:
	}
}
