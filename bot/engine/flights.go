package engine

import "sync"

// flights are the conversations whose late replies are on their way: one at a time for each, so that they arrive in order,
// and only so many of one shop.
type flights struct {
	mu    sync.Mutex
	keys  map[Key]bool
	shops map[string]int
}

func newFlights() *flights { return &flights{keys: map[Key]bool{}, shops: map[string]int{}} }

// board is false when one of the conversation's is on its way already, or when there is no place.
func (f *flights) board(k Key) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.keys[k] || f.shops[k.Shop] >= deliveriesAShop || len(f.keys) >= mostDeliveries {
		return false
	}
	f.keys[k] = true
	f.shops[k.Shop]++
	return true
}

func (f *flights) land(k Key) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.keys, k)
	if f.shops[k.Shop]--; f.shops[k.Shop] == 0 {
		delete(f.shops, k.Shop)
	}
}

func (f *flights) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.keys)
}
