package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"xiaoer/bot"
)

// An Explained is why a turn ended as it did.
type Explained struct {
	TraceID      string        `json:"trace_id"`
	Conversation string        `json:"conversation"`
	At           time.Time     `json:"at"`
	Event        bot.EventKind `json:"event"`
	Message      string        `json:"message,omitempty"` // its id
	Answered     []Answerer    `json:"answered"`
	Book         string        `json:"book"`
	Classifier   string        `json:"classifier"`
	BookChanged  bool          `json:"book_changed"` // the book (or the program) of then is gone: this is what today's says to the same inputs
	Notes        []string      `json:"notes"`
	bot.Explanation
}

// An Answerer is a rule or a built-in answer that answered, asked, handed over or kept silent on purpose.
type Answerer struct {
	Rule string `json:"rule"`
	File string `json:"file"` // "" for a built-in answer
	Line int    `json:"line"`
}

// Trace runs a recorded turn again and explains it.
func (e *Engine) Trace(ctx context.Context, shopID, id string) (Explained, error) {
	shop, err := e.shop(shopID)
	if err != nil {
		return Explained{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	led, err := e.Store.Trace(ctx, shopID, id)
	if errors.Is(err, ErrNotFound) {
		return Explained{}, ErrNoTrace
	}
	if err != nil {
		return Explained{}, storeRefusal("load a trace", err)
	}
	r := led[len(led)-1]
	book := e.books.find(shopID, r.Book)
	out := Explained{
		TraceID: r.ID, Conversation: r.Key.Conversation, At: r.At, Book: r.Book, Classifier: r.Classifier,
	}
	if book == nil {
		book, out.BookChanged = shop.Book, shop.Book.Hash != r.Book
	}
	e.seats.take(shopID)
	defer e.seats.give()
	r, same := Remake(book, led)
	out.BookChanged = out.BookChanged || !same
	turn := r.Run(book)
	out.Explanation = turn.Explain()
	out.Notes = append([]string{}, turn.Trace.Notes...)
	out.Answered = answerers(book, turn.Trace.Answered)
	if len(r.Events) > 0 {
		out.Event = r.Events[0].Kind
		if m := r.Events[0].Message; m != nil {
			out.Message = m.ID
		}
	}
	return out, nil
}

// answerers finds where the rules that answered stand.
func answerers(b *bot.Book, names []string) []Answerer {
	out := make([]Answerer, 0, len(names))
	for _, name := range names {
		a := Answerer{Rule: name}
		for _, rule := range b.Rules.Rules() {
			if rule.ID == name {
				a.File, a.Line = rule.At.File, rule.At.Start.Line
				break
			}
		}
		out = append(out, a)
	}
	return out
}

// Remake gives the last of these turns the state before it, led there over the others by their book; same is false when it is not the
// state that was there then.
func Remake(b *bot.Book, led []Recorded) (last Recorded, same bool) {
	same = led[0].Check == 0
	for i := range led[:len(led)-1] {
		r, next := &led[i], &led[i+1]
		if next.Check == 0 {
			continue // its own state is kept
		}
		next.Before = r.run(b, false).Conversation
		raw, err := bot.AppendConversation(nil, &next.Before)
		same = same && err == nil && checkOf(raw) == next.Check
	}
	return led[len(led)-1], same
}

// Run steps the recorded inputs through a book; with the book of then the turn ends as it did.
func (r Recorded) Run(b *bot.Book) bot.Turn { return r.run(b, true) }

func (r *Recorded) run(b *bot.Book, explain bool) bot.Turn {
	if len(r.Events) == 0 {
		return bot.Turn{Conversation: r.Before}
	}
	first := r.Events[0]
	first.Explain = explain
	looked := r.Events[1:]
	return bot.Run(b, r.Before, first, func(bot.Lookup) bot.LookupResult {
		if len(looked) == 0 || looked[0].Lookup == nil {
			return bot.LookupResult{State: bot.Down} // another book asks for more than was asked then
		}
		next := *looked[0].Lookup
		looked = looked[1:]
		return next
	})
}

// oldBooks is how many earlier books of a shop are kept for traces.
const oldBooks = 3

// books remembers the last books of each shop, so that a trace from before a reload shows what was said then.
type books struct {
	mu    sync.Mutex
	shops map[string][]*bot.Book // the latest last
}

func newBooks() *books { return &books{shops: map[string][]*bot.Book{}} }

func (b *books) keep(shop string, book *bot.Book) {
	b.mu.Lock()
	defer b.mu.Unlock()
	kept := b.shops[shop]
	if n := len(kept); n > 0 && kept[n-1] == book {
		return
	}
	kept = append(kept, book)
	b.shops[shop] = append([]*bot.Book{}, kept[max(0, len(kept)-oldBooks-1):]...)
}

func (b *books) find(shop, hash string) *bot.Book {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, book := range b.shops[shop] {
		if book.Hash == hash {
			return book
		}
	}
	return nil
}
