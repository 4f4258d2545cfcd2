package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
)

// How it is looked for what other processes did to a conversation that somebody listens to.
const (
	chatLook   = time.Second            // where the store is shared; …
	loneLook   = 5 * time.Second        // … where it is this process's, and others come to it by hand, or says what others do
	chatSpread = 300 * time.Millisecond // within which those look who were told the same
	fullLooks  = 10                     // in the time of so many looks at late replies, one at the conversation itself
	chatReads  = 3                      // of one state, when turns are committed meanwhile
)

// ErrReserved refuses a message of another channel that is written into the shop's own chat.
var ErrReserved = malformed("conversation", "is reserved for the shop's own chat")

// Webhook is Handle for messages from outside, which may not be written into a conversation of the shop's own chat: its buyers are
// known by what their browsers hold.
func (e *Engine) Webhook(ctx context.Context, shopID string, m bot.Message) (bot.Response, error) {
	if bot.IsChat(m.Conversation) {
		return bot.Response{}, ErrReserved
	}
	return e.Handle(ctx, shopID, m)
}

// Chat gives a conversation as its buyer sees it, and which of some messages were answered, both of one moment. A conversation that is
// not kept yet has version 0.
func (e *Engine) Chat(ctx context.Context, shopID, conversation string, messages ...string) (bot.Chat, error) {
	shop, err := e.shop(shopID)
	if err != nil {
		return bot.Chat{}, fmt.Errorf("open shop %s: %w", shopID, err)
	}
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	if len(messages) == 0 {
		messages = []string{""}
	}
	for range chatReads {
		var same bool
		var out bot.Chat
		if out, same, err = e.readChat(ctx, shop, Key{shopID, conversation}, messages); same || err != nil {
			return out, err
		}
	}
	return bot.Chat{}, ErrBusy
}

// readChat reads the conversation once with each of the messages; same is false when a turn was committed meanwhile.
func (e *Engine) readChat(ctx context.Context, shop Shop, k Key, messages []string) (out bot.Chat, same bool, err error) {
	now := e.Clock()
	var arrived []string
	for i, id := range messages {
		l, err := e.Store.Load(ctx, Ask{Key: k, Message: id, Now: now})
		if err != nil {
			return bot.Chat{}, false, storeRefusal("load", err)
		}
		if i > 0 && l.Version != out.Version {
			return bot.Chat{}, false, nil
		}
		if i == 0 {
			out = l.Conversation.Chat(shop.Book, now)
			out.Version = l.Version
		}
		if l.Answered != nil {
			arrived = append(arrived, id)
		}
	}
	out.Arrived = arrived
	return out, true, nil
}

// Shown says that the buyer's page has shown the lines of a conversation up to a moment, so that late replies up to then have arrived.
func (e *Engine) Shown(ctx context.Context, shopID, conversation string, upTo time.Time) error {
	reading, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	k := Key{shopID, conversation}
	all, err := e.Store.Deliveries(reading, k)
	if err != nil {
		return storeRefusal("list deliveries", err)
	}
	waiting := slices.IndexFunc(all, func(d desk.Delivered) bool { return d.State == "unsent" || d.State == string(DeadLetter) })
	if waiting < 0 {
		return nil
	}
	before := ""
	if waiting > 0 {
		before = all[waiting-1].ID
	}
	late, err := e.Store.Replies(reading, k, before, mostReplies)
	if err != nil {
		return storeRefusal("list replies", err)
	}
	for _, l := range slices.Backward(late) {
		if l.At.UnixMilli() <= upTo.UnixMilli() {
			return e.Acknowledge(ctx, shopID, conversation, l.ID)
		}
	}
	return nil
}

// BuyersOrders are the orders of a buyer at the shop's source; false where it has none or cannot be asked now.
func (e *Engine) BuyersOrders(ctx context.Context, shopID, buyer string) ([]bot.Order, bool) {
	shop, err := e.shop(shopID)
	if err != nil || shop.Orders == nil || buyer == "" {
		return nil, false
	}
	found := e.lookup(ctx, shop, bot.Lookup{Buyer: buyer})
	return found.Orders, found.State == bot.Found
}

// chats are those who listen to conversations of the shop's own chat, or to any other. The zero value is ready.
type chats struct {
	mu        sync.Mutex
	listening ears[Key]
	looking   ears[string] // by shop: who looks when others are said to have changed something
}

// ears are the channels of those who want to hear of something.
type ears[K comparable] map[K]map[chan struct{}]struct{}

// lend joins somebody who listens, until leave is called.
func lend[K comparable](mu *sync.Mutex, to *ears[K], k K) (mine chan struct{}, leave func()) {
	mine = make(chan struct{}, 1)
	mu.Lock()
	defer mu.Unlock()
	if *to == nil {
		*to = ears[K]{}
	}
	all := *to
	if all[k] == nil {
		all[k] = map[chan struct{}]struct{}{}
	}
	all[k][mine] = struct{}{}
	return mine, func() {
		mu.Lock()
		defer mu.Unlock()
		if delete(all[k], mine); len(all[k]) == 0 {
			delete(all, k)
		}
	}
}

// listen joins those who want to hear of a conversation.
func (c *chats) listen(k Key) (mine chan struct{}, leave func()) { return lend(&c.mu, &c.listening, k) }

// look joins those who look when others are said to have changed something in a shop.
func (c *chats) look(shop string) (said <-chan struct{}, leave func()) {
	return lend(&c.mu, &c.looking, shop)
}

// changed signals all who listen to a conversation, and waits for none.
func (c *chats) changed(k Key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for l := range c.listening[k] {
		wake(l)
	}
}

// said lets those look who listen to conversations of a shop, "" for any.
func (c *chats) said(shop string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, all := range c.looking {
		if shop != "" && name != shop {
			continue
		}
		for l := range all {
			wake(l)
		}
	}
}

// ListenChat signals whenever a conversation may have changed, until stop is called: at once for what this engine commits; for what
// other processes on a shared store do, within a second for late replies and within ten for the rest; where the store says what they do, and
// the line to it is cut, within five. A signal that nobody has taken yet stands for all that come after it.
func (e *Engine) ListenChat(shop, conversation string) (changed <-chan struct{}, stop func()) {
	k := Key{shop, conversation}
	mine, leave := e.chats.listen(k)
	ctx, cancel := context.WithCancel(context.Background())
	var looking sync.WaitGroup
	looking.Go(func() { e.lookAtChat(ctx, k, mine) })
	return mine, func() {
		cancel()
		looking.Wait()
		leave()
	}
}

// lookAtChat looks for what other processes did to a conversation until ctx ends: when the store says that they did something in the shop,
// but no more often than where it says nothing, and now and then.
func (e *Engine) lookAtChat(ctx context.Context, k Key, mine chan struct{}) {
	said, leave := e.chats.look(k.Shop)
	defer leave()
	pause, full := loneLook, fullLooks*loneLook
	if e.Shared {
		full = fullLooks * chatLook
	}
	if e.Shared && e.signals == nil {
		pause = chatLook
	}
	var last string
	var seen time.Time
	version := int64(-1)
	for restUntil(ctx, said, pause) {
		if time.Since(seen) >= full {
			seen = time.Now()
			if v, err := e.chatVersion(ctx, k); err == nil && v != version {
				version = v
				wake(mine)
			}
		}
		if id, err := e.lastLate(ctx, k, last); err == nil && id != last {
			last = id
			wake(mine)
		}
		if e.signals != nil && !rest(ctx, chatLook-chatSpread) {
			return
		}
	}
}

// restUntil is rest that ends a little after somebody has said something, not at the same moment for all to whom it was said.
func restUntil(ctx context.Context, said <-chan struct{}, d time.Duration) bool {
	sleep := time.NewTimer(d)
	defer sleep.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-sleep.C:
		return true
	case <-said:
		return rest(ctx, rand.N(chatSpread)) //nolint:gosec // spreading needs no secrecy
	}
}

func (e *Engine) chatVersion(ctx context.Context, k Key) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	l, err := e.Store.Load(ctx, Ask{Key: k, Now: e.Clock()})
	return l.Version, err
}

// lastLate is the last late reply after one that is known.
func (e *Engine) lastLate(ctx context.Context, k Key, after string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	late, err := e.Store.Replies(ctx, k, after, mostReplies)
	if err != nil || len(late) == 0 {
		return after, err
	}
	return late[len(late)-1].ID, nil
}

// Kept gives a document; false where there is none.
func (e *Engine) Kept(ctx context.Context, shop, kind, id string) (desk.Document, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	d, err := e.Store.Document(ctx, shop, kind, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return desk.Document{}, false, nil
	case err != nil:
		return desk.Document{}, false, storeRefusal("read a document", err)
	case e.over(&d):
		return desk.Document{}, false, nil
	}
	return d, true, nil
}

// over is whether a document only waits to be swept: it is there for nobody.
func (e *Engine) over(d *desk.Document) bool { return !d.Until.IsZero() && !e.Clock().Before(d.Until) }

// Keep keeps a document that was read before, or a new one; ErrConflict where somebody else has changed it since.
func (e *Engine) Keep(ctx context.Context, d desk.Document) error {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	if d.At.IsZero() {
		d.At = e.Clock()
	}
	_, err := e.Store.PutDocument(ctx, d, nil)
	if errors.Is(err, ErrStale) && d.Version == 0 {
		if old, found := e.Store.Document(ctx, d.Shop, d.Kind, d.ID); found == nil && e.over(&old) {
			d.Version = old.Version
			_, err = e.Store.PutDocument(ctx, d, nil)
		}
	}
	if errors.Is(err, ErrStale) {
		return fmt.Errorf("keep a document: %w", ErrConflict)
	}
	if err != nil {
		return writeRefusal("keep a document", err)
	}
	return nil
}

// Forget forgets a document, if it is there.
func (e *Engine) Forget(ctx context.Context, shop, kind, id string) error {
	ctx, cancel := context.WithTimeout(ctx, e.StoreTimeout)
	defer cancel()
	if err := e.Store.DropDocument(ctx, shop, kind, id, nil); err != nil && !errors.Is(err, ErrNotFound) {
		return writeRefusal("forget a document", err)
	}
	return nil
}
