package engine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

var errDisk = errors.New("disk I/O error")

// A doubtful store keeps what it is told, and fails at what it is told to fail at.
type doubtful struct {
	engine.Store
	unread bool // cases cannot be read once something was committed
	unsaid bool // nobody hears that something was kept
	commit bool // something was
}

func (d *doubtful) Commit(ctx context.Context, c engine.Commit) error {
	d.commit = true
	return d.said(d.Store.Commit(ctx, c))
}

func (d *doubtful) Erase(ctx context.Context, shop, buyer string, by desk.Entry) (int, error) {
	n, err := d.Store.Erase(ctx, shop, buyer, by)
	return n, d.said(err)
}

func (d *doubtful) Grant(ctx context.Context, g desk.Grant, by desk.Entry) error {
	return d.said(d.Store.Grant(ctx, g, by))
}

func (d *doubtful) said(err error) error {
	if d.unsaid {
		return errors.Join(err, errDisk)
	}
	return err
}

func (d *doubtful) Case(ctx context.Context, shop, id string) (desk.Case, error) {
	if d.unread && d.commit {
		return desk.Case{}, errDisk
	}
	return d.Store.Case(ctx, shop, id)
}

// onDoubtful makes a bench on such a store, with a case that waits.
func onDoubtful(t *testing.T) (b *bench, d *doubtful, id string) {
	t.Helper()
	d = &doubtful{}
	b = newBench(t, func(o *engine.Options) { d.Store, o.Store = o.Store, d })
	id = b.hand(t, "c")
	d.commit = false
	return b, d, id
}

func TestAnActThatWasCommittedIsNotRefused(t *testing.T) {
	t.Parallel()
	b, d, id := onDoubtful(t)
	d.unread = true
	for _, a := range []desk.Act{
		{Kind: bot.EventAgent, Text: "您好"}, {Kind: bot.EventNote, Text: "老客户"}, {ID: "act-1", Kind: bot.EventResolve, Cause: "us"},
	} {
		d.commit = false
		given := b.does(t, id, a)
		d.commit = false
		kept, _, err := b.Case(t.Context(), "s", id)
		require.NoError(t, err)
		require.Greater(t, kept.Change, given.Change)
		given.Change = kept.Change
		require.Equal(t, asJSON(t, kept), asJSON(t, given), "it is the case as it was kept")
	}
	require.Equal(t, desk.Closed, b.does(t, id, desk.Act{ID: "act-1", Kind: bot.EventResolve, Cause: "us"}).State)
	require.Len(t, lateOf(t, b, "c", ""), 1, "said once")
}

func TestWhatMayHaveBeenKeptIsNotCalledRefused(t *testing.T) {
	t.Parallel()
	b, d, id := onDoubtful(t)
	d.unsaid = true
	_, err := b.Handle(t.Context(), "s", message("c-2", "m-2", "有券吗"))
	require.ErrorIs(t, err, engine.ErrUnsure)
	require.ErrorIs(t, err, errDisk)
	act := by(desk.Act{ID: "act-1", Kind: bot.EventAgent, Text: "您好"})
	_, err = b.ActOn(t.Context(), "s", id, act)
	require.Equal(t, "unsure", refusalOf(t, err))
	_, _, err = b.Grant(t.Context(), "s", "小陈", desk.Agent, "老板")
	require.Equal(t, "unsure", refusalOf(t, err))

	d.unsaid = false
	require.Equal(t, "coupon.once", *b.say(t, message("c-2", "m-2", "有券吗")).Rule, "the same again has one effect")
	b.does(t, id, act)
	require.Len(t, lateOf(t, b, "c", ""), 1)

	d.unsaid = true
	_, err = b.Erase(t.Context(), "s", "b-c", "老板")
	require.Equal(t, "unsure", refusalOf(t, err))
}
