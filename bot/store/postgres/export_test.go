package postgres

import (
	"time"

	"xiaoer/bot/store/sqlstore"
)

// CommitTogether sends each of the changes as a turn of its own, all in one transaction at first, and hands over how each of them ended.
func (s *Store) CommitTogether(changes ...string) (ended []func() error) {
	var turns []*work
	for _, sql := range changes {
		one := &work{statements: []sqlstore.Statement{{SQL: sql}}, done: make(chan struct{})}
		one.taken.Store(true)
		turns = append(turns, one)
		ended = append(ended, func() error {
			<-one.done
			return one.err
		})
	}
	s.db.commits.commit(turns)
	return ended
}

// HoldOn lets turns wait so long for what somebody else holds. It is called before the first of them.
func (s *Store) HoldOn(held time.Duration) { s.db.commits.held = held }
