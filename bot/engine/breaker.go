package engine

import (
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
)

// How a dead destination is left alone.
const (
	failuresToOpen = 5                // one after the other
	probeEvery     = 30 * time.Second // give or take a quarter
	mostBreakers   = 4096
	looksForRoom   = 32
)

// breakers remember which destinations do not answer, so that their letters wait for one probe now and then instead of
// each for a time-out of its own.
type breakers struct {
	mu   sync.Mutex
	held map[string]circuitbreaker.CircuitBreaker[any]
}

func newBreakers() *breakers {
	return &breakers{held: map[string]circuitbreaker.CircuitBreaker[any]{}}
}

// A permit is the leave to try a destination once. One of its methods is called when the attempt is over.
type permit struct {
	breaker circuitbreaker.CircuitBreaker[any]
}

// answered says that the destination is alive, whatever it answered; failed that it is not.
func (p *permit) answered() { p.breaker.RecordSuccess() }
func (p *permit) failed()   { p.breaker.RecordFailure() }

// unused gives a permit back without a word about the destination, so that another may probe it.
func (p *permit) unused() {
	if p.breaker.IsHalfOpen() { // its one permit is ours
		p.breaker.Open()
		p.breaker.HalfOpen()
	}
}

// enter asks for leave to try a destination; without it, try later.
func (b *breakers) enter(destination string) (*permit, bool) {
	p := &permit{b.of(destination)}
	return p, p.breaker.TryAcquirePermit()
}

func (b *breakers) of(destination string) circuitbreaker.CircuitBreaker[any] {
	b.mu.Lock()
	defer b.mu.Unlock()
	if found, ok := b.held[destination]; ok {
		return found
	}
	if len(b.held) >= mostBreakers {
		b.makeRoom()
	}
	made := circuitbreaker.NewBuilder[any]().WithFailureThreshold(failuresToOpen).WithSuccessThreshold(1).
		WithDelay(probeEvery).WithJitterFactor(0.25).Build()
	b.held[destination] = made
	return made
}

// makeRoom forgets some destination: one that answers, if there is one among those that are looked at. The lock is held.
func (b *breakers) makeRoom() {
	looked, last := 0, ""
	for destination, breaker := range b.held { // in no order
		last = destination
		if looked++; looked == looksForRoom || breaker.IsClosed() {
			break
		}
	}
	delete(b.held, last)
}

// open counts the destinations that do not answer.
func (b *breakers) open() (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, breaker := range b.held {
		if !breaker.IsClosed() {
			n++
		}
	}
	return n
}
