package engine_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// A slowDesk reads who is at the desk, and waits before it tells.
type slowDesk struct {
	engine.Store
	read, tell chan struct{}
}

func (s *slowDesk) Attending(ctx context.Context, shop string) ([]desk.Presence, error) {
	list, err := s.Store.Attending(ctx, shop)
	if s.read != nil {
		s.read <- struct{}{}
		<-s.tell
	}
	return list, err
}

func TestWhoLeavesIsNotPutBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := &slowDesk{}
		b := newBench(t, func(o *engine.Options) {
			slow.Store = o.Store
			o.Store = slow
		})
		ctx := t.Context()
		require.NoError(t, b.Stay(ctx, "s", "小陈"))
		list, err := b.Attending(ctx, "s")
		require.NoError(t, err)
		require.Empty(t, list, "who never came is not there")
		require.NoError(t, b.Attend(ctx, "s", desk.Presence{Agent: "小陈", Online: true}))
		slow.read, slow.tell = make(chan struct{}), make(chan struct{})
		stayed, left := make(chan error, 1), make(chan error, 1)
		go func() { stayed <- b.Stay(ctx, "s", "小陈") }()
		<-slow.read
		go func() { left <- b.Attend(ctx, "s", desk.Presence{Agent: "小陈"}) }()
		synctest.Wait()
		impatient, cancel := context.WithCancel(ctx)
		cancel()
		require.Equal(t, "busy", refusalOf(t, b.Stay(impatient, "s", "小陈")))
		slow.tell <- struct{}{}
		require.NoError(t, <-stayed)
		require.NoError(t, <-left)
		slow.read = nil
		list, err = b.Attending(ctx, "s")
		require.NoError(t, err)
		require.False(t, list[0].Online, "what was read before is not written after")
	})
}
