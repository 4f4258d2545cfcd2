package engine_test

import (
	"context"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/engine"
)

func TestShopsThatAreGoneStopNobodysDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := ticking(t, func(o *engine.Options) { o.Clock = time.Now })
		gone := make([]string, 80)
		for i := range gone {
			gone[i] = "gone-" + strconv.Itoa(i)
			b.change(gone[i], func(s *engine.Shop) { *s = b.shops["s"] })
			for n := range 16 {
				_, err := b.Handle(t.Context(), gone[i], message("c-"+strconv.Itoa(n), gone[i]+strconv.Itoa(n), "转人工"))
				require.NoError(t, err)
			}
		}
		for _, shop := range gone {
			b.lose(shop)
		}
		elapse(5 * time.Minute) // all of theirs are overdue by now
		for i := range 3 {
			conversation := "c-" + strconv.Itoa(i)
			b.hand(t, conversation)
			elapse(2*time.Minute + 15*time.Second)
			require.Len(t, lateOf(t, b, conversation, ""), 1, "the holding line, in time")
		}
	})
}

// lose makes a shop go away.
func (b *bench) lose(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.shops, id)
}

// A poisoned store panics where a conversation with a bad name is loaded.
type poisoned struct {
	engine.Store
	now   atomic.Bool
	tries atomic.Int32
}

func (p *poisoned) Load(ctx context.Context, a engine.Ask) (engine.Loaded, error) {
	if p.now.Load() && strings.HasPrefix(a.Conversation, "bad-") {
		p.tries.Add(1)
		panic("as asked")
	}
	return p.Store.Load(ctx, a)
}

func TestConversationsThatCannotBeSteppedStopNoOtherOfTheirShop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &poisoned{}
		b := ticking(t, func(o *engine.Options) { p.Store, o.Store, o.Clock = o.Store, p, time.Now })
		const bad = 50
		for i := range bad {
			b.hand(t, "bad-"+strconv.Itoa(i))
		}
		p.now.Store(true)
		elapse(30 * time.Minute)
		for i := range 3 {
			conversation := "c-" + strconv.Itoa(i)
			b.hand(t, conversation)
			elapse(2*time.Minute + 15*time.Second)
			require.Len(t, lateOf(t, b, conversation, ""), 1, "the holding line, in time")
		}
		p.tries.Store(0)
		elapse(10 * time.Minute)
		require.Less(t, p.tries.Load(), int32(20*bad), "they are tried now and then")
		p.now.Store(false)
		elapse(2 * time.Minute)
		for i := range bad {
			require.NotEmpty(t, lateOf(t, b, "bad-"+strconv.Itoa(i), ""), "what was wrong was mended")
		}
	})
}
