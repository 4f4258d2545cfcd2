package storetest

import (
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// followedChanges: who reads what changed after the last change that he saw misses none, whoever writes meanwhile.
func followedChanges(t *testing.T, s engine.Store) {
	t.Helper()
	const each = 25
	var writers, reader sync.WaitGroup
	stop := make(chan struct{})
	seen := map[string]int{} // how often each case has been seen as its last
	var followErr error
	reader.Go(func() {
		var after int64
		for last := false; ; {
			list, err := s.Changed(t.Context(), "s", after, 7)
			if err != nil {
				followErr = err
				return
			}
			for _, c := range list {
				if c.Change <= after {
					followErr = fmt.Errorf("change %d came after %d", c.Change, after)
					return
				}
				after = c.Change
				seen[c.ID+c.Stage]++
			}
			if len(list) == 0 && last {
				return
			}
			if len(list) == 0 {
				select {
				case <-stop:
					last = true
				default:
				}
			}
		}
	})
	errs := make([]error, contenders)
	for w := range contenders {
		writers.Go(func() {
			for n := range each {
				c := first(key(w))
				c.Version = int64(n)
				one := caseOf(key(w), w+1)
				one.Stage = strconv.Itoa(n)
				c.Cases = []desk.Case{one}
				if errs[w] = s.Commit(t.Context(), c); errs[w] != nil {
					return
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	reader.Wait()
	require.NoError(t, followErr)
	require.Equal(t, make([]error, contenders), errs)
	for w := range contenders {
		require.Equal(t, 1, seen[caseOf(key(w), w+1).ID+strconv.Itoa(each-1)], "each case as it stands in the end is seen, and once")
	}
	last, err := s.LastChange(t.Context(), "s")
	require.NoError(t, err)
	require.Equal(t, int64(contenders*each), last)
}

// sharedCase: of many who claim a case, one has it.
func sharedCase(t *testing.T, s engine.Store) {
	t.Helper()
	c := first(key(1))
	c.Cases = []desk.Case{caseOf(key(1), 1)}
	require.NoError(t, s.Commit(t.Context(), c))
	contend(t, func(n int) error {
		return until(t.Context(), s, engine.Ask{Key: key(1)}, func(got engine.Loaded) (engine.Commit, bool) {
			c := first(key(1))
			c.Conversation.Status = bot.StatusAgent
			one := caseOf(key(1), 1)
			one.State, one.Agent = desk.Taken, strconv.Itoa(n)
			entry := by(n, "claim")
			c.Cases, c.Entry = []desk.Case{one}, &entry
			return c, got.Conversation.Status != bot.StatusAgent
		})
	})
	entries, err := s.Audit(t.Context(), "s", "", 100)
	require.NoError(t, err)
	require.Len(t, entries, 1, "one claim is kept")
	got, err := s.Case(t.Context(), "s", caseOf(key(1), 1).ID)
	require.NoError(t, err)
	require.Equal(t, entries[0].ID, by(mustNumber(t, got.Agent), "").ID, "and it is that of the winner")
	require.Equal(t, int64(2), got.Change)
}

func mustNumber(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}

// cappedOffers: two turns of one buyer in two conversations never both pass a cap, because each changes the record that it read.
func cappedOffers(t *testing.T, s engine.Store) {
	t.Helper()
	const most, turns = 5, 4
	contend(t, func(n int) error {
		for range turns {
			err := until(t.Context(), s, engine.Ask{Key: key(n), Buyer: "b"}, func(got engine.Loaded) (engine.Commit, bool) {
				c := first(key(n))
				c.Buyer, c.Conversation.Buyer.ID = "b", "b"
				if len(got.Record.Offers) < most { // the rule with the cap fits
					c.Record = &bot.Record{Offers: append(got.Record.Offers, bot.OfferMade{ID: fmt.Sprintf("%d-%d", n, got.Version)})}
				}
				return c, true
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	got, err := s.Load(t.Context(), engine.Ask{Key: key(0), Buyer: "b"})
	require.NoError(t, err)
	require.Len(t, got.Record.Offers, most)
	made := map[string]bool{}
	for _, o := range got.Record.Offers {
		require.False(t, made[o.ID], "no offer is kept twice")
		made[o.ID] = true
	}
	for n := range contenders {
		got, err := s.Load(t.Context(), engine.Ask{Key: key(n)})
		require.NoError(t, err)
		require.Equal(t, int64(turns), got.Version, "who makes no offer is not held up by the cap")
	}
}

// erasedUnderWay: a buyer who is erased while he writes has nothing left, or only what began after it.
func erasedUnderWay(t *testing.T, s engine.Store) {
	t.Helper()
	var writer sync.WaitGroup
	began := make(chan struct{})
	var err error
	writer.Go(func() {
		n := 0
		err = turnsOf(key(1), "buyer-a", 1, 40, func(c engine.Commit) error {
			c.Record, c.Numbers = nil, nil
			failed := s.Commit(t.Context(), c)
			if n++; n == 5 {
				close(began)
			}
			return failed
		})
	})
	<-began
	_, eraseErr := s.Erase(t.Context(), "s", "buyer-a", by(1, "erase"))
	writer.Wait()
	require.NoError(t, eraseErr)
	if err != nil {
		require.ErrorIs(t, err, engine.ErrStale, "the turn that was under way finds its conversation gone")
		require.Empty(t, exported(t, s, "buyer-a"))
		return
	}
	_, err = s.Erase(t.Context(), "s", "buyer-a", by(2, "erase"))
	require.NoError(t, err)
	require.Empty(t, exported(t, s, "buyer-a"))
}
