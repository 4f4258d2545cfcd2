package engine

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
)

// How long what was read or written before stands for what is kept.
const (
	// talksFresh bounds what another process may do unseen to a buyer's record. A conversation's own version, and that of a record
	// that a turn changes, is checked by each commit however old they are here.
	talksFresh = time.Minute
	// deskFresh is within which a pause, an agent's coming and going, and the queue of another process are seen.
	deskFresh = time.Second

	recentMessages = 8 // ids of a conversation's last messages, which are likely to come again
)

// A cache lies before a store and remembers what the last turns left behind, so that the next message of a conversation that
// goes on reads nothing. It may be wrong: then the commit is stale, what was remembered is forgotten, and the turn runs again
// on what the store says. Whoever could end without a commit (an agent's act, a timer) asks the store (see Ask.Recent).
type cache struct {
	Store

	mu         sync.Mutex
	most       int // bytes, about, of one generation
	bytes      int // of the young generation
	young, old *generation
	desks      map[string]*recentDesk
	later      map[string]bool // shops in which what is new may begin at a later version than 1, since somebody was erased there
	doubts     map[string]int  // by shop: counts what makes unsure that a read or a commit that is under way may be remembered
}

// A generation is what was used since the one before it was full. What is found among the old ones becomes young again; those
// that nobody asked for go all at once.
type generation struct {
	talks   map[Key]*recentTalk
	records map[buyerKey]*recentRecord
}

type buyerKey struct{ shop, buyer string }

// What is remembered is never changed in place: turns share it.
type (
	recentTalk struct {
		conversation bot.Conversation
		json         []byte // as it is kept, nil when nobody has said
		version      int64
		standing     Standing
		at           time.Time
		messages     []string // the last ids
	}
	recentRecord struct {
		record  bot.Record
		version int64 // 0: there is none
		at      time.Time
	}
	recentDesk struct {
		desk bot.Desk
		at   time.Time
	}
)

// newCache remembers so many bytes, about, of what goes through it to a store.
func newCache(s Store, bytes int) *cache {
	return &cache{Store: s, most: bytes / 2, young: newGeneration(), old: newGeneration(), desks: map[string]*recentDesk{}, doubts: map[string]int{}, later: map[string]bool{}}
}

func newGeneration() *generation {
	return &generation{talks: map[Key]*recentTalk{}, records: map[buyerKey]*recentRecord{}}
}

// Load gives what is remembered where the turn may build on it, and reads the rest.
func (c *cache) Load(ctx context.Context, a Ask) (Loaded, error) {
	c.mu.Lock()
	l, known, deskKnown := c.recall(a)
	doubts := c.doubts[a.Shop]
	c.mu.Unlock()
	if known && deskKnown {
		return l, nil
	}
	remembered := l.Desk
	a.WithoutDesk = deskKnown
	l, err := c.Store.Load(ctx, a)
	if err != nil {
		return l, err
	}
	if deskKnown {
		l.Desk = remembered
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.doubts[a.Shop] == doubts {
		c.learn(a, l)
	}
	return l, nil
}

// recall finds what is fresh enough: the desk, and with it the conversation and the buyer's record.
func (c *cache) recall(a Ask) (l Loaded, known, deskKnown bool) {
	if !a.Recent {
		return l, false, false
	}
	if d := c.desks[a.Shop]; d != nil && fresh(d.at, a.Now, deskFresh) {
		l.Desk, deskKnown = d.desk, true
		l.Desk.Online = slices.Clone(d.desk.Online)
	}
	t, r := c.talk(a.Key), c.record(buyerKey{a.Shop, a.Buyer})
	if t == nil || r == nil || a.Buyer == "" || !fresh(t.at, a.Now, talksFresh) || !fresh(r.at, a.Now, talksFresh) {
		return l, false, deskKnown
	}
	if slices.Contains(t.messages, a.Message) {
		return l, false, deskKnown // it was answered: the store has the response
	}
	l.Conversation, l.JSON, l.Version, l.Standing = t.conversation, t.json, t.version, t.standing
	l.Record, l.RecordVersion = r.record, r.version
	return l, true, deskKnown
}

// fresh is false too when the clock was put back.
func fresh(at, now time.Time, most time.Duration) bool {
	age := now.Sub(at)
	return age >= 0 && age < most
}

// learn remembers what the store said. Where that is older than what is remembered, either a commit has left something newer meanwhile
// or another process has erased it: neither is believed, and the next turn asks.
func (c *cache) learn(a Ask, l Loaded) {
	if t := c.talk(a.Key); t != nil && t.version > l.Version {
		c.forgetTalk(a.Key)
	} else if l.Version > 0 && (t == nil || t.version < l.Version) {
		c.keepTalk(a.Key, &recentTalk{
			conversation: l.Conversation, json: l.JSON, version: l.Version, standing: l.Standing, at: a.Now,
		})
	}
	if k := (buyerKey{a.Shop, a.Buyer}); a.Buyer != "" {
		if r := c.record(k); r != nil && r.version > l.RecordVersion {
			c.forgetRecord(k)
		} else {
			c.keepRecord(k, &recentRecord{record: l.Record, version: l.RecordVersion, at: a.Now})
		}
	}
	if !a.WithoutDesk {
		d := l.Desk
		d.Online = slices.Clone(d.Online)
		c.desks[a.Shop] = &recentDesk{desk: d, at: a.Now}
	}
}

// Commit passes a turn on and remembers what it leaves; when the store does not keep it, what it was built on is forgotten.
func (c *cache) Commit(ctx context.Context, turn Commit) error {
	c.mu.Lock()
	doubts := c.doubts[turn.Shop]
	c.mu.Unlock()
	err := c.Store.Commit(ctx, turn)
	c.mu.Lock()
	defer c.mu.Unlock()
	if errors.Is(err, ErrStale) && (turn.Version == 1 || turn.RecordVersion == 1) {
		c.later[turn.Shop] = true
	}
	if err != nil || c.doubts[turn.Shop] != doubts {
		c.forget(turn)
		return err
	}
	c.moveDesk(turn)
	next := &recentTalk{
		conversation: turn.Conversation, json: turn.JSON, version: turn.Version + 1, standing: turn.Next(), at: turn.At,
	}
	before := c.talk(turn.Key)
	if before != nil {
		next.messages = before.messages
	}
	if turn.Answered != nil {
		last := next.messages[max(0, len(next.messages)+1-recentMessages):]
		next.messages = append(slices.Clone(last), turn.Answered.Message)
	}
	if turn.Version == 0 && c.later[turn.Shop] {
		c.forgetTalk(turn.Key) // the store knows in which version it was kept
	} else if before == nil || before.version < next.version { // another turn may have been kept since, and told of before this one
		c.keepTalk(turn.Key, next)
	}
	if k := (buyerKey{turn.Shop, turn.Buyer}); turn.Record != nil && turn.Buyer != "" {
		if turn.RecordVersion == 0 && c.later[turn.Shop] {
			c.forgetRecord(k)
		} else if r := c.record(k); r == nil || r.version <= turn.RecordVersion {
			c.keepRecord(k, &recentRecord{record: *turn.Record, version: turn.RecordVersion + 1, at: turn.At})
		}
	}
	return nil
}

// moveDesk carries to the desk what a turn changed there: who waits, who has how much to do, which numbers are taken. Where
// nobody knows how it was before, the store is asked by the next turn.
func (c *cache) moveDesk(turn Commit) {
	d := c.desks[turn.Shop]
	if d == nil {
		return
	}
	before := &recentTalk{}
	if turn.Version > 0 {
		if before = c.talk(turn.Key); before == nil || before.version != turn.Version {
			delete(c.desks, turn.Shop)
			return
		}
	}
	next := &recentDesk{desk: d.desk, at: d.at}
	for _, n := range turn.Numbers {
		next.desk.Next = max(next.desk.Next, n+1)
	}
	if before.standing.Waiting != turn.Waiting {
		next.desk.Ahead = moved(d.desk.Ahead, before.standing.Waiting, turn.Waiting)
	}
	if len(d.desk.Online) > 0 {
		next.desk.Online = slices.Clone(d.desk.Online)
		count(next.desk.Online, &before.conversation, -1)
		count(next.desk.Online, &turn.Conversation, 1)
	}
	c.desks[turn.Shop] = next
}

// moved is how many wait when one has gone from one team to another; "" is none.
func moved(ahead map[string]int, from, to string) map[string]int {
	out := make(map[string]int, len(ahead)+1)
	maps.Copy(out, ahead)
	if from != "" {
		if out[from]--; out[from] <= 0 {
			delete(out, from)
		}
	}
	if to != "" {
		out[to]++
	}
	return out
}

// count adds to everybody's load what a conversation holds for them.
func count(online []bot.Seat, conversation *bot.Conversation, n int) {
	add := func(h *bot.Handoff) {
		who := h.Agent
		if who == "" {
			who = h.Assigned
		}
		for i := range online {
			if who != "" && online[i].Agent == who {
				online[i].Load = max(0, online[i].Load+n)
			}
		}
	}
	if conversation.Case != nil {
		add(conversation.Case)
	}
	for i := range conversation.Tasks {
		add(&conversation.Tasks[i])
	}
}

// forget lets go of all that a turn was built on.
func (c *cache) forget(turn Commit) {
	c.forgetTalk(turn.Key)
	c.forgetRecord(buyerKey{turn.Shop, turn.Buyer})
	delete(c.desks, turn.Shop)
}

func (c *cache) forgetTalk(k Key) {
	delete(c.young.talks, k)
	delete(c.old.talks, k)
}

func (c *cache) forgetRecord(k buyerKey) {
	delete(c.young.records, k)
	delete(c.old.records, k)
}

// talk finds a conversation and keeps it young.
func (c *cache) talk(k Key) *recentTalk {
	if t := c.young.talks[k]; t != nil {
		return t
	}
	t := c.old.talks[k]
	if t != nil {
		delete(c.old.talks, k)
		c.keepTalk(k, t)
	}
	return t
}

func (c *cache) record(k buyerKey) *recentRecord {
	if r := c.young.records[k]; r != nil {
		return r
	}
	r := c.old.records[k]
	if r != nil {
		delete(c.old.records, k)
		c.keepRecord(k, r)
	}
	return r
}

// What an entry takes, in bytes, about: a conversation in memory is some times its JSON.
const (
	sizeOfEntry = 1 << 10
	timesJSON   = 3
	unknownJSON = 4 << 10
)

func (t *recentTalk) size() int {
	n := len(t.json)
	if n == 0 {
		n = unknownJSON
	}
	return sizeOfEntry + timesJSON*n
}

func (r *recentRecord) size() int {
	return sizeOfEntry/2 + 128*(len(r.record.Uses)+len(r.record.Offers)+len(r.record.Promises))
}

func (c *cache) keepTalk(k Key, t *recentTalk) {
	if before := c.young.talks[k]; before != nil {
		c.bytes -= before.size()
	}
	c.young.talks[k] = t
	c.grow(t.size())
}

func (c *cache) keepRecord(k buyerKey, r *recentRecord) {
	if before := c.young.records[k]; before != nil {
		c.bytes -= before.size()
	}
	c.young.records[k] = r
	c.grow(r.size())
}

// grow makes room when the young have become too many.
func (c *cache) grow(n int) {
	if c.bytes += n; c.bytes <= c.most {
		return
	}
	c.old, c.young, c.bytes = c.young, newGeneration(), 0
	clear(c.desks) // those of shops where nothing happens would stay for ever
}

// forgetDesk lets the next turn ask who is there and what is switched off.
func (c *cache) forgetDesk(shop string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.doubts[shop]++
	delete(c.desks, shop)
}

// Attend is seen by the next turn.
func (c *cache) Attend(ctx context.Context, shop string, p desk.Presence) error {
	defer c.forgetDesk(shop)
	return c.Store.Attend(ctx, shop, p)
}

// Pause is seen by the next turn.
func (c *cache) Pause(ctx context.Context, p desk.Pause, by desk.Entry) error {
	defer c.forgetDesk(p.Shop)
	return c.Store.Pause(ctx, p, by)
}

// Unpause is seen by the next turn.
func (c *cache) Unpause(ctx context.Context, shop, rule string, by desk.Entry) error {
	defer c.forgetDesk(shop)
	return c.Store.Unpause(ctx, shop, rule, by)
}

// Erase forgets here too, whatever the store says. A turn that is under way cannot bring anything back: its commit is stale.
func (c *cache) Erase(ctx context.Context, shop, buyer string, by desk.Entry) (int, error) {
	n, err := c.Store.Erase(ctx, shop, buyer, by)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.doubts[shop]++
	c.later[shop] = true
	for _, g := range []*generation{c.young, c.old} {
		delete(g.records, buyerKey{shop, buyer})
		maps.DeleteFunc(g.talks, func(k Key, t *recentTalk) bool {
			return k.Shop == shop && (t.standing.Buyer == buyer || t.conversation.Buyer.ID == buyer)
		})
	}
	delete(c.desks, shop)
	return n, err
}
