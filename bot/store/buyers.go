package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// A piece is something that is kept of a buyer.
type piece struct {
	kind string
	body []byte
}

// Export hands out everything that is kept of a buyer.
func (m *Memory) Export(_ context.Context, shop, buyer string, take func(kind string, body []byte) error) error {
	m.mu.Lock()
	pieces, err := m.pieces(buyerKey{shop, buyer})
	m.mu.Unlock()
	if err != nil {
		return err
	}
	for _, p := range pieces {
		if err := take(p.kind, p.body); err != nil {
			return err
		}
	}
	return nil
}

// pieces collects what is kept of a buyer: the record, then each conversation with what belongs to it.
func (m *Memory) pieces(k buyerKey) (out []piece, err error) {
	add := func(kind string, v any) {
		raw, failed := json.Marshal(v)
		if failed != nil && err == nil {
			err = fmt.Errorf("write a %s: %w", kind, failed)
		}
		out = append(out, piece{kind, raw})
	}
	if b := m.buyers[k]; b != nil {
		out = append(out, piece{"record", b.json})
	}
	for _, name := range m.talksOf(k) {
		key := engine.Key{Shop: k.shop, Conversation: name}
		t := m.talks[key]
		if t != nil {
			out = append(out, piece{"conversation", t.json})
		}
		for _, h := range m.casesOf(key) {
			c, err := h.read(true)
			if err != nil {
				return nil, err
			}
			add("case", c)
		}
		if t != nil {
			for _, l := range t.late {
				add("late_reply", l.Late)
			}
		}
		for _, turn := range m.turnsOf(key) {
			out = append(out, piece{"turn", m.recorded[turn].json})
		}
		for _, a := range m.answersOf(key) {
			add("answer", engine.Exported{Message: a.Message, At: rounded(a.At), Response: a.Response})
		}
	}
	if d := m.shops[k.shop]; d != nil {
		for _, doc := range d.documentsOf(k.id) {
			add("document", engine.ExportDocument(&doc))
		}
	}
	return out, err
}

// talksOf names the conversations in which a buyer took part.
func (m *Memory) talksOf(k buyerKey) []string {
	return slices.Sorted(maps.Keys(m.parts[k]))
}

func (m *Memory) casesOf(k engine.Key) (out []*handoff) {
	if d := m.shops[k.Shop]; d != nil {
		for _, h := range d.cases {
			if h.Conversation == k.Conversation {
				out = append(out, h)
			}
		}
	}
	slices.SortFunc(out, func(a, b *handoff) int { return a.Number - b.Number })
	return out
}

func (m *Memory) turnsOf(k engine.Key) (out []turnKey) {
	for id, t := range m.recorded {
		if id.shop == k.Shop && t.of == k {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b turnKey) int { return strings.Compare(a.id, b.id) })
	return out
}

func (m *Memory) answersOf(k engine.Key) (out []*answer) {
	for _, a := range m.answers {
		if a.of == k {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b *answer) int { return strings.Compare(a.Message, b.Message) })
	return out
}

// Erase forgets everything of a buyer.
func (m *Memory) Erase(_ context.Context, shop, buyer string, by desk.Entry) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := buyerKey{shop, buyer}
	pieces, err := m.pieces(k)
	if err != nil {
		return 0, err
	}
	for _, name := range m.talksOf(k) {
		m.eraseTalk(engine.Key{Shop: shop, Conversation: name})
	}
	if d := m.shops[shop]; d != nil {
		for _, h := range d.cases {
			if h.Buyer == buyer {
				m.forgetCase(h)
			}
		}
		for _, doc := range d.documentsOf(buyer) {
			m.forgetDocument(d, documentKey{doc.Kind, doc.ID})
		}
	}
	delete(m.parts, k)
	if b := m.buyers[k]; b != nil {
		d := m.shop(shop)
		d.erased = max(d.erased, b.version)
	}
	m.forgetBuyer(k)
	for i := range m.shop(shop).audit {
		if e := &m.shop(shop).audit[i]; e.On == buyer {
			e.On = ""
		}
	}
	by.On, by.Detail = "", strconv.Itoa(len(pieces))+" pieces"
	m.keepEntry(by)
	return len(pieces), nil
}

// eraseTalk forgets a conversation and all that belongs to it.
func (m *Memory) eraseTalk(k engine.Key) {
	for _, a := range m.answersOf(k) {
		m.forgetAnswer(messageKey{k.Shop, a.Message})
	}
	for _, id := range m.turnsOf(k) {
		m.forgetTurn(id)
	}
	for _, h := range m.casesOf(k) {
		m.forgetCase(h)
	}
	m.timers.set(k, noTime)
	m.outbox.set(k, noTime)
	if t := m.talks[k]; t != nil {
		d := m.shop(k.Shop)
		d.erased = max(d.erased, t.version)
	}
	m.forgetTalk(k)
}
