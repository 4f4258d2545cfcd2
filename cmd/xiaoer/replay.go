package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/schollz/progressbar/v3"

	"xiaoer/bot"
	"xiaoer/bot/shop"
	"xiaoer/bot/shoptest"
)

type replayCmd struct {
	Dir     string `arg:"" help:"The folder that answers: the edited one."`
	Log     string `required:"" help:"Recorded messages, one webhook body a line." placeholder:"FILE"`
	Against string `help:"The folder to compare with: the one that is live." placeholder:"DIR2"`
	JSON    bool   `name:"json" help:"Write one JSON object."`
}

// Help teaches the command.
func (replayCmd) Help() string {
	return `Runs yesterday's messages through a folder and shows every message whose answer would change:

  xiaoer replay edited --log yesterday.jsonl --against live

"before" is what the folder of --against answers, "after" what DIR answers. The clock of each message is its sent_at.
Without --against each message is answered twice by the same folder, which shows that nothing in it depends on chance.`
}

// Run replays the log.
func (c *replayCmd) Run(a *app) error {
	after, err := a.oneShop(c.Dir)
	if err != nil {
		return err
	}
	before := after
	if c.Against != "" {
		if before, err = a.oneShop(c.Against); err != nil {
			return err
		}
	}
	log, err := os.Open(c.Log)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	bar := a.progress("messages")
	changes, err := shoptest.Replay(a.ctx, log, subject(before), subject(after), func(n int) { _ = bar.Set(n) })
	_ = bar.Finish()
	if err != nil {
		return fmt.Errorf("replay %s: %w", c.Log, err)
	}
	if c.JSON {
		return writeJSON(a.out, changes)
	}
	return writeChanges(a.out, changes)
}

// subject is a shop as tests and replays take it.
func subject(s *shop.Shop) shoptest.Subject {
	return shoptest.Subject{Book: s.Book, Read: s.Classifier.Read}
}

// progress shows how far long work has come, on the error stream, and only where a person looks at it.
func (a *app) progress(what string) *progressbar.ProgressBar {
	w := io.Discard
	if f, ok := a.err.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			w = f
		}
	}
	return progressbar.NewOptions(-1, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetSpinnerChangeInterval(0)) // the library's own ticker reads what it does not lock
}

func writeChanges(w io.Writer, changes shoptest.Changes) error {
	for _, change := range changes.Changes {
		fmt.Fprintf(w, "%s: %s\n", printable(change.Message.ID), printable(change.Message.Text))
		fmt.Fprintln(w, "  before:", answerLine(change.Before))
		fmt.Fprintln(w, "  after: ", answerLine(change.After))
	}
	if changes.Skipped > 0 {
		fmt.Fprintf(w, "%s of the log could not be read as a webhook body\n", counted(changes.Skipped, "line"))
	}
	_, err := fmt.Fprintf(w, "%s, %d would be answered differently\n", counted(changes.Messages, "message"), changes.Changed)
	return err
}

// printable shows a buyer's words in one line, and lets them not steer the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, text)
}

// answerLine is what a message got, in one line: the rules, the words, the question, the case.
func answerLine(r bot.Response) string {
	parts := []string{"no rule"}
	if len(r.Rules) > 0 {
		parts[0] = strings.Join(r.Rules, ", ")
	}
	for _, reply := range r.Replies {
		parts = append(parts, "says "+printable(replyText(reply)))
	}
	if r.Ask != nil {
		parts = append(parts, "asks "+*r.Ask)
	}
	for _, offer := range r.Offers {
		parts = append(parts, fmt.Sprintf("offers %s %s", offer.Kind, offer.Amount))
	}
	if h := r.Handoff; h != nil {
		parts = append(parts, fmt.Sprintf("hands over to %s, priority %s: %s", h.Team, h.Priority, printable(h.Reason)))
	}
	return strings.Join(append(parts, "status "+string(r.Status)), " | ")
}
