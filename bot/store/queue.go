package store

import "time"

// A queue holds keys in the order of their coming, each with its time.
type queue[K any] struct {
	items []waiting[K]
	head  int
}

type waiting[K any] struct {
	key K
	at  time.Time
}

func (q *queue[K]) len() int { return len(q.items) - q.head }

func (q *queue[K]) push(k K, at time.Time) { q.items = append(q.items, waiting[K]{k, at}) }

// olderThan says whether the oldest key came before this time.
func (q *queue[K]) olderThan(t time.Time) bool { return q.len() > 0 && q.items[q.head].at.Before(t) }

// pop takes the oldest key; the queue must not be empty.
func (q *queue[K]) pop() K {
	k := q.items[q.head].key
	q.items[q.head] = waiting[K]{}
	q.head++
	if q.head*2 > len(q.items) {
		q.items = append(q.items[:0:0], q.items[q.head:]...)
		q.head = 0
	}
	return k
}
