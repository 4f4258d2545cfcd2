package engine

import (
	"fmt"
	"hash/crc32"
	"strconv"
	"time"

	"xiaoer/bot"
)

// A turn writes each conversation once: as what is kept now, which is what the next turn's trace begins with.

// ConversationJSON is the conversation as it is to be kept.
func (c *Commit) ConversationJSON() ([]byte, error) {
	if c.JSON != nil {
		return c.JSON, nil
	}
	size := usualConversation
	if c.Recorded != nil {
		size = max(size, len(c.Recorded.BeforeJSON)+usualGrowth)
	}
	raw, err := bot.AppendConversation(make([]byte, 0, size), &c.Conversation)
	if err != nil {
		return nil, fmt.Errorf("write a conversation: %w", err)
	}
	return raw, nil
}

// What a short conversation takes, what a turn adds to it, and what its inputs take, in bytes.
const (
	usualConversation = 1 << 10
	usualGrowth       = 512
	usualInputs       = 2 << 10
)

// When a turn is kept with the whole state before it, so that no trace has to be led to over many turns or long ago.
const (
	mostSteps = 8

	// LongestStretch is how much younger a turn may be than the one with whose state it is made again.
	LongestStretch = time.Hour
)

// Whole says whether the turn is to be kept with the state before it; else it is made again from the turns that lead there: all
// of them were run by the same book.
func (c *Commit) Whole() bool {
	s, r := &c.Standing, c.Recorded
	age := c.At.Sub(s.Since)
	return s.Turn == "" || s.Book == "" || s.Book != r.Book || s.Steps >= mostSteps || len(r.Events) == 0 || age < 0 || age >= LongestStretch
}

// Next is how the conversation stands when the commit is kept.
func (c *Commit) Next() Standing {
	next := c.Standing
	next.Buyer, next.Waiting, next.Due = c.Buyer, c.Waiting, c.Due
	r := c.Recorded
	switch {
	case r == nil:
		next.Book = "" // nothing makes again what this one did
		return next
	case c.Whole():
		next.Book, next.Steps, next.Since = r.Book, 1, time.UnixMilli(c.At.UnixMilli()).UTC()
	default:
		next.Steps++
	}
	if len(r.Events) == 0 {
		next.Book = ""
	}
	next.Turn = r.ID
	return next
}

// JSON is the inputs as they are kept, with the whole state before them or without, and without writing again what is written already.
func (r *Recorded) JSON(whole bool) ([]byte, error) {
	at, err := r.At.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("write a trace: %w", err)
	}
	before := r.BeforeJSON
	if before == nil {
		if before, err = bot.AppendConversation(nil, &r.Before); err != nil {
			return nil, fmt.Errorf("write a conversation: %w", err)
		}
	}
	size := usualInputs
	if whole {
		size += len(before)
	}
	out := make([]byte, 0, size)
	out = bot.AppendText(append(out, `{"id":`...), r.ID)
	out = bot.AppendText(append(out, `,"key":{"Shop":`...), r.Key.Shop)
	out = bot.AppendText(append(out, `,"Conversation":`...), r.Key.Conversation)
	out = append(append(out, `},"at":`...), at...)
	if whole {
		out = append(append(out, `,"before":`...), before...)
	} else {
		out = strconv.AppendUint(append(out, `,"check":`...), uint64(checkOf(before)), 10)
	}
	if out, err = bot.AppendEvents(append(out, `,"events":`...), r.Events); err != nil {
		return nil, fmt.Errorf("write a trace: %w", err)
	}
	out = bot.AppendText(append(out, `,"book":`...), r.Book)
	out = bot.AppendText(append(out, `,"classifier":`...), r.Classifier)
	out = bot.AppendText(append(out, `,"rule":`...), r.Rule)
	if !r.Outcome.IsZero() {
		out = r.Outcome.AppendJSON(append(out, `,"outcome":`...))
	}
	return append(out, '}'), nil
}

// checkOf tells one state from another, by its JSON. It is never 0, which is for turns whose own state is kept.
func checkOf(before []byte) uint32 { return max(1, crc32.ChecksumIEEE(before)) }
