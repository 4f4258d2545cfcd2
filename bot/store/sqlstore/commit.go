package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"xiaoer/bot/engine"
)

// Commit keeps all of a turn or nothing of it. It returns when what it kept is on the disk.
func (s *Store) Commit(ctx context.Context, c engine.Commit) error {
	w, err := write(c)
	if err != nil {
		return err
	}
	return s.db.Commit(ctx, w)
}

// A batch is what a turn did as statements, made by the caller's goroutine and not by the one that writes.
type batch []Statement

// must adds a statement that finds the turn stale when it changes nothing, may one that need not change anything.
func (b *batch) must(sql string, args ...any) { *b = append(*b, Statement{sql, args, true}) }
func (b *batch) may(sql string, args ...any)  { *b = append(*b, Statement{sql, args, false}) }

// mostStatements is how many a usual turn has.
const mostStatements = 8

// write makes the statements of a turn. The order is that of what is most likely stale.
func write(c engine.Commit) (batch, error) {
	b := make(batch, 0, mostStatements)
	if err := b.conversation(c); err != nil {
		return nil, err
	}
	if a := c.Answered; a != nil {
		b.must(insertAnswer, c.Shop, a.Message, millis(a.At), a.Fingerprint, string(a.Response), turnID(c))
	}
	for _, number := range c.Numbers {
		b.must(insertNumber, c.Shop, number)
	}
	if err := b.record(c); err != nil {
		return nil, err
	}
	if l := c.Late; l != nil {
		body, err := text("late reply", l)
		if err != nil {
			return nil, err
		}
		b.may(insertLate, c.Shop, c.Key.Conversation, l.ID, stateOf(l), millis(l.At), millisAfter(l.At), body)
	}
	if err := b.trace(c); err != nil {
		return nil, err
	}
	if c.Entry != nil {
		b.may(insertEntry, entry(*c.Entry)...)
	}
	return b, b.cases(c)
}

func text(what string, v any) (string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write a %s: %w", what, err)
	}
	return string(raw), nil
}

// turnID is the id of the turn, "" for one that is not recorded.
func turnID(c engine.Commit) string {
	if c.Recorded == nil {
		return ""
	}
	return c.Recorded.ID
}

// conversation keeps it in the place of the version that was loaded. What else depends on how it stood is known from there: the version
// holds it.
func (b *batch) conversation(c engine.Commit) error {
	raw, err := c.ConversationJSON()
	if err != nil {
		return err
	}
	last := turnID(c)
	if last == "" {
		last = c.Standing.Turn
	}
	args := []any{c.Shop, c.Key.Conversation, c.Buyer, c.Waiting, due(c.Due), millis(c.At), string(raw), last}
	if c.Version == 0 {
		b.must(insertConversation, args...)
	} else {
		b.must(updateConversation, append(args, c.Version)...)
	}
	if c.Buyer != "" && (c.Version == 0 || c.Buyer != c.Standing.Buyer) {
		b.may(insertBuyer, c.Shop, c.Buyer, c.Key.Conversation)
	}
	before := c.Standing.Waiting
	if c.Version == 0 {
		before = ""
	}
	b.desk(c.Shop, before, c.Waiting)
	return nil
}

// desk counts a conversation at the desk of another team.
func (b *batch) desk(shop, before, after string) {
	if before == after {
		return
	}
	if before != "" {
		b.may(leaveDesk, shop, before)
	}
	if after != "" {
		b.may(arriveAtDesk, shop, after)
	}
}

func (b *batch) record(c engine.Commit) error {
	if c.Record == nil || c.Buyer == "" {
		return nil
	}
	body, err := text("record", c.Record)
	if err != nil {
		return err
	}
	if c.RecordVersion == 0 {
		b.must(insertRecord, c.Shop, c.Buyer, millis(c.At), body)
	} else {
		b.must(updateRecord, c.Shop, c.Buyer, millis(c.At), body, c.RecordVersion)
	}
	return nil
}

// trace puts a turn at the end of its conversation's chain.
func (b *batch) trace(c engine.Commit) error {
	if c.Recorded == nil {
		return nil
	}
	message := ""
	if c.Answered != nil {
		message = c.Answered.Message
	}
	raw, err := c.Recorded.JSON()
	if err != nil {
		return err
	}
	b.may(insertTrace, c.Shop, c.Recorded.ID, c.Standing.Turn, message, millis(c.At), string(raw))
	return nil
}

// changed is engine.ErrStale when a statement changed nothing.
func changed(rows int64, err error) error {
	if err == nil && rows == 0 {
		return engine.ErrStale
	}
	return err
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
