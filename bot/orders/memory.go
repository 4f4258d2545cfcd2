package orders

import (
	"context"
	"sync"
	"time"

	"xiaoer/bot"
)

// Memory is a source that is filled by hand: for tests and for the demo. The zero value is an empty source.
type Memory struct {
	// Now gives the time that snapshots are stamped with; time.Now when nil. It is set before the first look-up.
	Now func() time.Time

	mu     sync.RWMutex
	orders []bot.Order
	down   bool
}

// Put adds an order, or replaces the one with the same number. The order needs its buyer_id.
func (m *Memory) Put(o bot.Order) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.orders {
		if m.orders[i].No == o.No {
			m.orders[i] = o
			return
		}
	}
	m.orders = append(m.orders, o)
}

// SetDown makes the source fail from now on, or work again.
func (m *Memory) SetDown(down bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = down
}

// Lookup is the Source.
func (m *Memory) Lookup(_ context.Context, l bot.Lookup) bot.LookupResult {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.down {
		return down()
	}
	now := time.Now
	if m.Now != nil {
		now = m.Now
	}
	return own(l, m.orders, false, now())
}
