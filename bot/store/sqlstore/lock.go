package sqlstore

import (
	"context"
	"errors"

	"xiaoer/bot/engine"
)

// A Locker is a Database in which several transactions change things at once. Where one looks at what others may be about to change, it
// locks it.
type Locker interface {
	// Locking is what a query ends with that keeps the rows it finds from others until its transaction ends.
	Locking() string
}

// What is locked is the conversation: each turn of it changes its row first, and waits with all else that it does.
const (
	lockTalk   = `SELECT id FROM conversations WHERE shop_id = $1 AND id = $2`
	lockTalkOf = `
SELECT id FROM conversations WHERE shop_id = $1 AND id IN (SELECT l.conversation_id FROM late_replies l WHERE l.shop_id = $1 AND l.id = $2)`
	lockTalksOf = `
SELECT id FROM conversations WHERE shop_id = $1 AND id IN (SELECT b.conversation_id FROM buyers b WHERE b.shop_id = $1 AND b.buyer_id = $2)
ORDER BY id`
)

// locking is "" where nobody has to be kept out.
func (s *Store) locking() string {
	if l, ok := s.db.(Locker); ok {
		return l.Locking()
	}
	return ""
}

// lock keeps turns of a conversation waiting until the transaction ends.
func (s *Store) lock(to Tx, query string, args ...any) error {
	if s.locking() == "" {
		return nil
	}
	return to.Query(query+s.locking(), args, func(Row) error { return nil })
}

// settle ends the way of a late reply, and lets the next one follow. A turn that puts one more behind it comes before or after that: else
// it might see it waiting still while nothing sees the one that waits behind. That it was delivered is true whoever has taken it since;
// anything else is for that one to say.
func (s *Store) settle(ctx context.Context, e engine.Settlement) error {
	b := make(batch, 0, 3)
	if s.locking() != "" {
		b.may(lockTalk+s.locking(), e.Shop, e.Conversation)
	}
	args := []any{e.Shop, e.Conversation, e.ID, e.Attempts, e.Error, string(e.State), millis(e.At)}
	leased := e.State != engine.Delivered && !e.Taken.IsZero()
	if leased {
		b.must(settleLeased, append(args, millisAfter(e.Taken))...)
	} else {
		b.must(settleLate, args...)
	}
	b.may(promoteLate, e.Shop, e.Conversation)
	err := s.db.Commit(ctx, b)
	switch {
	case !errors.Is(err, engine.ErrStale):
		return err
	case !leased:
		return engine.ErrNotFound
	}
	return s.db.Write(ctx, func(to Tx) error { return notTaken(to, e) })
}

// notTaken says why a late reply could not be changed under a lease.
func notTaken(to Tx, e engine.Settlement) error {
	there, err := list(to, selectLate, e.Shop, e.Conversation, e.ID)
	switch {
	case err != nil:
		return err
	case len(there) == 0:
		return engine.ErrNotFound
	}
	return engine.ErrStale
}
