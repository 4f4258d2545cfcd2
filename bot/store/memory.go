// Package store keeps conversations, answers, the inputs of turns, late replies and timers behind the interface of bot/engine.
// It holds the memory store, which forgets everything when the program ends; the suite in storetest says
// what every store must do. It decides nothing and calls nobody.
package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/engine"
)

// Memory is a store in memory. What it keeps is bounded: the inputs of old turns make room for new ones, and when
// answers and conversations fill their share, new messages are refused (engine.ErrFull) and nothing is lost.
type Memory struct {
	limits Limits

	mu       sync.Mutex
	talks    map[engine.Key]*talk
	buyers   map[buyerKey]*buyer
	parts    map[buyerKey]map[string]bool // conversations in which a buyer took part
	shops    map[string]*shop
	answers  map[messageKey]*answer
	byAge    queue[messageKey] // answers, oldest first
	recorded map[turnKey]*turn
	turnAge  queue[turnKey]      // recorded, oldest first
	spoken   map[engine.Key]bool // conversations with late replies
	timers   agenda
	outbox   agenda
	kept     int // bytes of conversations, records and answers
	traced   int // bytes of recorded turns
	sweptOld time.Time
}

var _ engine.Store = (*Memory)(nil)

// Limits bound a memory store, in bytes.
type Limits struct {
	Kept   int // conversations, records, answers and late replies; default 1 GiB
	Traced int // recorded turns; default 256 MiB

	Keep engine.Retention // how long what is kept; it must be valid
}

type (
	buyerKey   struct{ shop, id string }
	messageKey struct{ shop, id string }
	turnKey    struct{ shop, id string }
)

// A talk is a conversation as it is kept: as JSON, so that nothing inside is shared with a caller.
type talk struct {
	json     []byte
	version  int64
	standing engine.Standing
	touched  time.Time
	late     []*late
}

// An answer is kept with the conversation that it belongs to, and so is a turn.
type answer struct {
	engine.Answered
	of engine.Key
}

type turn struct {
	json []byte
	of   engine.Key
	at   time.Time
	nth  int64 // of its conversation
}

type buyer struct {
	json    []byte
	version int64
	touched time.Time
}

// NewMemory makes an empty store. Limits of zero take their defaults.
func NewMemory(l Limits) *Memory {
	if l.Kept <= 0 {
		l.Kept = 1 << 30
	}
	if l.Traced <= 0 {
		l.Traced = 256 << 20
	}
	l.Keep = l.Keep.WithDefaults()
	return &Memory{
		limits:   l,
		talks:    map[engine.Key]*talk{},
		buyers:   map[buyerKey]*buyer{},
		parts:    map[buyerKey]map[string]bool{},
		shops:    map[string]*shop{},
		answers:  map[messageKey]*answer{},
		recorded: map[turnKey]*turn{},
		spoken:   map[engine.Key]bool{},
	}
}

// Ready always says yes: memory is there.
func (m *Memory) Ready(context.Context) error { return nil }

// Load reads what a turn needs.
func (m *Memory) Load(_ context.Context, a engine.Ask) (engine.Loaded, error) {
	var out engine.Loaded
	talkJSON, recordJSON := m.load(a, &out)
	if out.JSON = talkJSON; talkJSON != nil {
		if err := json.Unmarshal(talkJSON, &out.Conversation); err != nil {
			return engine.Loaded{}, fmt.Errorf("read conversation: %w", err)
		}
	}
	if recordJSON != nil {
		if err := json.Unmarshal(recordJSON, &out.Record); err != nil {
			return engine.Loaded{}, fmt.Errorf("read record: %w", err)
		}
	}
	return out, nil
}

// load copies what needs the lock. Bytes that are kept are never changed in place, so they may be read outside of it.
func (m *Memory) load(a engine.Ask, out *engine.Loaded) (talkJSON, recordJSON []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	who := a.Buyer
	if t := m.talks[a.Key]; t != nil {
		talkJSON, out.Version, out.Standing = t.json, t.version, t.standing
		out.Standing.Due = m.timers.of(a.Key)
		if who == "" {
			who = t.standing.Buyer
		}
	}
	if b := m.buyers[buyerKey{a.Shop, who}]; b != nil && who != "" {
		recordJSON, out.RecordVersion = b.json, b.version
	}
	out.Desk = m.desk(a.Shop, a.Now)
	if got := m.answers[messageKey{a.Shop, a.Message}]; got != nil && a.Message != "" {
		copied := got.Answered
		out.Answered = &copied
	}
	return talkJSON, recordJSON
}

func (m *Memory) desk(shop string, now time.Time) bot.Desk {
	d := m.shops[shop]
	if d == nil {
		return bot.Desk{Next: 1}
	}
	ahead := make(map[string]int, len(d.ahead))
	maps.Copy(ahead, d.ahead)
	return bot.Desk{Next: d.highest + 1, Ahead: ahead, Online: d.seats(now), Paused: d.paused(now)}
}

// Trace gives the recorded inputs of one turn. All are kept with the state before them.
func (m *Memory) Trace(_ context.Context, shop, id string) ([]engine.Recorded, error) {
	m.mu.Lock()
	kept := m.recorded[turnKey{shop, id}]
	m.mu.Unlock()
	if kept == nil {
		return nil, engine.ErrNotFound
	}
	return readTurns([][]byte{kept.json})
}

// Turns lists the recorded inputs of a shop's turns of a time.
func (m *Memory) Turns(_ context.Context, shop string, from, until time.Time, after string, limit int) ([]engine.Recorded, error) {
	var ids []string
	m.mu.Lock()
	for k, t := range m.recorded {
		if k.shop == shop && k.id > after && !t.at.Before(from) && t.at.Before(until) {
			ids = append(ids, k.id)
		}
	}
	slices.Sort(ids)
	var bodies [][]byte
	for _, id := range ids[:min(len(ids), max(limit, 0))] {
		bodies = append(bodies, m.recorded[turnKey{shop, id}].json)
	}
	m.mu.Unlock()
	return readTurns(bodies)
}

// Lately lists the last turns of a conversation.
func (m *Memory) Lately(_ context.Context, k engine.Key, since time.Time, limit int) ([]engine.Recorded, error) {
	var found []*turn
	m.mu.Lock()
	for id, t := range m.recorded {
		if id.shop == k.Shop && t.of == k && !t.at.Before(rounded(since)) {
			found = append(found, t)
		}
	}
	m.mu.Unlock()
	slices.SortFunc(found, func(a, b *turn) int { return cmp.Compare(b.nth, a.nth) })
	out := []engine.Recorded{}
	for _, t := range found[:min(len(found), max(limit, 0))] {
		var b engine.Brief
		if err := json.Unmarshal(t.json, &b); err != nil {
			return nil, fmt.Errorf("read a turn: %w", err)
		}
		out = append(out, b.Recorded())
	}
	return out, nil
}

func readTurns(bodies [][]byte) ([]engine.Recorded, error) {
	out := make([]engine.Recorded, len(bodies))
	for i, body := range bodies {
		if err := json.Unmarshal(body, &out[i]); err != nil {
			return nil, fmt.Errorf("read a turn: %w", err)
		}
	}
	return out, nil
}
