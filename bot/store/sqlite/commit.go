package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"xiaoer/bot/engine"
)

// written is a commit as texts, made by the caller's goroutine and not by the one that writes.
type written struct {
	conversation, record, trace, late string
	cases                             []writtenCase
}

func write(c engine.Commit) (w written, err error) {
	raw, err := c.ConversationJSON()
	if err != nil {
		return w, err
	}
	w.conversation = string(raw)
	if c.Record != nil {
		if w.record, err = text("record", c.Record); err != nil {
			return w, err
		}
	}
	if c.Recorded != nil {
		if raw, err = c.Recorded.JSON(); err != nil {
			return w, err
		}
		w.trace = string(raw)
	}
	if c.Late != nil {
		if w.late, err = text("late reply", c.Late); err != nil {
			return w, err
		}
	}
	w.cases, err = writeCases(c)
	return w, err
}

func text(what string, v any) (string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write a %s: %w", what, err)
	}
	return string(raw), nil
}

// Commit keeps all of a turn or nothing of it. It returns when what it kept is on the disk.
func (s *Store) Commit(ctx context.Context, c engine.Commit) error {
	w, err := write(c)
	if err != nil {
		return err
	}
	return s.writer.do(ctx, func(to *session) error { return keep(to, c, w) })
}

// keep writes what a turn did. The order is that of what is most likely stale.
func keep(to *session, c engine.Commit, w written) error {
	previous, err := keepConversation(to, c, w.conversation)
	if err != nil {
		return err
	}
	if a := c.Answered; a != nil {
		err := changed(to.exec(insertAnswer, c.Shop, a.Message, millis(a.At), a.Fingerprint, string(a.Response), turnID(c)))
		if err != nil {
			return err
		}
	}
	for _, number := range c.Numbers {
		if err := changed(to.exec(insertNumber, c.Shop, number)); err != nil {
			return err
		}
	}
	if err := keepRecord(to, c, w.record); err != nil {
		return err
	}
	if l := c.Late; l != nil {
		if _, err := to.exec(insertLate, c.Shop, c.Key.Conversation, l.ID, stateOf(l), millis(l.At), millisAfter(l.At), w.late); err != nil {
			return err
		}
	}
	if err := keepTrace(to, c, previous, w.trace); err != nil {
		return err
	}
	if c.Entry != nil {
		if err := keepEntry(to, *c.Entry); err != nil {
			return err
		}
	}
	return keepCases(to, c.Shop, w.cases)
}

// turnID is the id of the turn, "" for one that is not recorded.
func turnID(c engine.Commit) string {
	if c.Recorded == nil {
		return ""
	}
	return c.Recorded.ID
}

// keepTrace puts a turn at the end of its conversation's chain.
func keepTrace(to *session, c engine.Commit, previous, body string) error {
	if c.Recorded == nil {
		return nil
	}
	message := ""
	if c.Answered != nil {
		message = c.Answered.Message
	}
	_, err := to.exec(insertTrace, c.Shop, c.Recorded.ID, previous, message, millis(c.At), body)
	return err
}

// changed is engine.ErrStale when a statement changed nothing.
func changed(rows int64, err error) error {
	if err == nil && rows == 0 {
		return engine.ErrStale
	}
	return err
}

// keepConversation gives the id of the turn before this one.
func keepConversation(to *session, c engine.Commit, body string) (previous string, err error) {
	turn := turnID(c)
	update := func() (desk, previous string, ok bool, err error) {
		return to.returnedTwo(updateConversation, c.Shop, c.Key.Conversation, c.Buyer, c.Waiting, due(c.Due), millis(c.At), body, turn, c.Version)
	}
	var before string
	var ok bool
	if c.Version == 0 {
		before, previous, ok, err = to.returnedTwo(insertConversation,
			c.Shop, c.Key.Conversation, c.Buyer, c.Waiting, due(c.Due), millis(c.At), body, turn)
		if err == nil && ok {
			err = keepBuyer(to, c)
		}
	} else if before, previous, ok, err = update(); err == nil && !ok { // stale, or another buyer's
		if err = changed(to.exec(changeBuyer, c.Shop, c.Key.Conversation, c.Buyer, c.Version)); err == nil {
			err = keepBuyer(to, c)
		}
		if err == nil {
			before, previous, ok, err = update()
		}
	}
	switch {
	case err != nil:
		return "", err
	case !ok:
		return "", engine.ErrStale
	}
	return previous, moveDesk(to, c.Shop, before, c.Waiting)
}

// keepBuyer remembers whose conversation it is, or is now too.
func keepBuyer(to *session, c engine.Commit) error {
	if c.Buyer == "" {
		return nil
	}
	_, err := to.exec(insertBuyer, c.Shop, c.Buyer, c.Key.Conversation)
	return err
}

// moveDesk counts a conversation at the desk of another team.
func moveDesk(to *session, shop, before, after string) error {
	if before == after {
		return nil
	}
	if before != "" {
		if _, err := to.exec(leaveDesk, shop, before); err != nil {
			return err
		}
	}
	if after != "" {
		if _, err := to.exec(arriveAtDesk, shop, after); err != nil {
			return err
		}
	}
	return nil
}

func keepRecord(to *session, c engine.Commit, body string) error {
	switch {
	case c.Record == nil || c.Buyer == "":
		return nil
	case c.RecordVersion == 0:
		return changed(to.exec(insertRecord, c.Shop, c.Buyer, millis(c.At), body))
	default:
		return changed(to.exec(updateRecord, c.Shop, c.Buyer, millis(c.At), body, c.RecordVersion))
	}
}

// millis is a time as it is kept, rounded down.
func millis(t time.Time) int64 { return t.UnixMilli() }

// millisAfter is rounded up, so that nothing happens before its time.
func millisAfter(t time.Time) int64 { return t.Add(time.Millisecond - time.Nanosecond).UnixMilli() }

// due is NULL for the zero time.
func due(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return millisAfter(t)
}

// moment is the time that was kept.
func moment(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
