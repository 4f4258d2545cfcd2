package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unsafe"

	"xiaoer/bot/engine"
)

// Commit keeps all of a turn or nothing of it. It returns when what it kept is on the disk.
func (s *Store) Commit(ctx context.Context, c engine.Commit) error {
	statements, err := Statements(c)
	if err != nil {
		return err
	}
	return s.db.Commit(ctx, statements)
}

// A batch is what a turn did as statements, made by the caller's goroutine and not by the one that writes.
type batch []Statement

// must adds a statement that finds the turn stale when it changes nothing, may one that need not change anything.
func (b *batch) must(sql string, args ...any) { *b = append(*b, Statement{sql, args, true}) }
func (b *batch) may(sql string, args ...any)  { *b = append(*b, Statement{sql, args, false}) }

// mostStatements is how many a usual turn has.
const mostStatements = 8

// Statements are what a turn did. The order is that of what is most likely stale; what turns of other conversations change too comes
// last, because it is held until the end.
func Statements(c engine.Commit) ([]Statement, error) {
	b := make(batch, 0, mostStatements)
	if err := b.conversation(c); err != nil {
		return nil, err
	}
	if err := b.turn(c); err != nil {
		return nil, err
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
	if c.Entry != nil {
		b.may(insertEntry, entry(*c.Entry)...)
	}
	b.desk(c)
	return b, b.cases(c)
}

func text(what string, v any) (string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write a %s: %w", what, err)
	}
	return textOf(raw), nil
}

// textOf is bytes that nobody changes any more as a text, without a copy of them: a message's are some kilobytes.
func textOf(raw []byte) string { return unsafe.String(unsafe.SliceData(raw), len(raw)) } //nolint:gosec // see above

// conversation keeps it in the place of the version that was loaded. What else depends on how it stood is known from there: the version
// holds it.
func (b *batch) conversation(c engine.Commit) error {
	raw, err := c.ConversationJSON()
	if err != nil {
		return err
	}
	next := c.Next()
	args := []any{
		c.Shop, c.Key.Conversation, c.Buyer, c.Waiting, due(c.Due), millis(c.At), textOf(raw),
		next.Turn, next.Book, next.Steps, sinceOf(next),
	}
	switch {
	case c.Version == 0:
		b.must(insertConversation, args...)
	case !c.Due.IsZero() && c.Due.Equal(c.Standing.Due):
		b.must(continueConversation, append(args, c.Version)...)
	default:
		b.must(updateConversation, append(args, c.Version)...)
	}
	if c.Buyer != "" && (c.Version == 0 || c.Buyer != c.Standing.Buyer) {
		b.may(insertBuyer, c.Shop, c.Buyer, c.Key.Conversation)
	}
	return nil
}

// sinceOf is 0 where no stretch has begun.
func sinceOf(s engine.Standing) int64 {
	if s.Since.IsZero() {
		return 0
	}
	return millis(s.Since)
}

// desk counts a conversation at the desk of another team.
func (b *batch) desk(c engine.Commit) {
	before, after, shop := c.Standing.Waiting, c.Waiting, c.Shop
	if c.Version == 0 {
		before = ""
	}
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

// turn puts a turn at the end of its conversation's chain, with its answer.
func (b *batch) turn(c engine.Commit) error {
	r, a := c.Recorded, c.Answered
	switch {
	case r == nil && a == nil:
		return nil
	case r == nil:
		return errors.New("an answer comes without its turn")
	}
	whole := c.Whole()
	raw, err := r.JSON(whole)
	if err != nil {
		return err
	}
	message, fingerprint, response := "", any(nil), any(nil)
	if a != nil {
		message, fingerprint, response = a.Message, a.Fingerprint, textOf(a.Response)
	}
	b.must(insertTurn, c.Shop, r.ID, c.Standing.Turn, flag(whole), message, millis(c.At), fingerprint, response, textOf(raw))
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
