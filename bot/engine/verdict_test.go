package engine_test

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/figures"
)

const offerRules = `
rules:
  - id: claim
    intent: return
    offer: {refund: 20, cap: {amount: 10, per_buyer_per_day: 1}, above: aftersales}
    reply: 给您退 ${offer.amount} 元。
otherwise: {clarify: 0, handoff: {team: aftersales, reason: 没听懂}}
`

// claimed is a case whose offer waits for a verdict.
func claimed(t *testing.T, b *bench) (id, offer string) {
	t.Helper()
	b.change("s", func(s *engine.Shop) { s.Book = book(t, offerRules) })
	r := b.say(t, message("c", "claim", "我要退货"))
	require.NotNil(t, r.Handoff)
	require.Len(t, r.Offers, 1)
	require.True(t, r.Offers[0].Approval)
	return r.Handoff.ID, r.Offers[0].ID
}

func TestAVerdict(t *testing.T) {
	t.Parallel()
	for name, open := range everyStore() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			id, offer := claimed(t, b)
			lead := desk.Act{ID: "k", Who: "小林", Role: desk.Editor, Kind: bot.EventApprove, What: offer}
			c := b.does(t, id, lead)
			require.Equal(t, bot.OfferApproved, c.Offers[0].Verdict)
			b.does(t, id, lead)
			lead.ID = "another"
			b.does(t, id, lead)
			late := lateOf(t, b, "c", "")
			require.Len(t, late, 1, "it is done once")
			require.Equal(t, []string{"给您退 20 元。"}, texts(late[0].Replies))
			require.Equal(t, c.Offers, late[0].Offers)
			audit, err := b.Audit(t.Context(), "s", "", 10)
			require.NoError(t, err)
			require.Len(t, audit, 1)
			require.Equal(t, []string{"小林", "approve", id, "refund 20"}, []string{audit[0].Who, audit[0].What, audit[0].On, audit[0].Detail})
			trace, err := b.Trace(t.Context(), "s", late[0].ID)
			require.NoError(t, err)
			require.False(t, trace.BookChanged)

			lead.Kind = bot.EventRefuse
			_, err = b.ActOn(t.Context(), "s", id, lead)
			require.Equal(t, "conflict", refusalOf(t, err), "a verdict stands")
			lead.Who, lead.Kind = "老板", bot.EventApprove
			_, err = b.ActOn(t.Context(), "s", id, lead)
			require.Equal(t, "conflict", refusalOf(t, err), "another's is another's")

			if name != "memory" { // the bench's ids are no UUIDs, by which the others find the turns of a day
				return
			}
			days := lookAt(t, b, today, today).Days
			total := figures.Sum(days, figures.Span{From: today, Until: today})
			require.Equal(t, figures.Paid{Count: 1, Sum: 200_000, Waiting: 1}, total.Offers["refund"])
		})
	}
}

func TestWhoMayDecide(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	id, offer := claimed(t, b)
	decide := func(who string, role desk.Role, kind bot.EventKind, what string) error {
		_, err := b.ActOn(t.Context(), "s", id, desk.Act{Who: who, Role: role, Kind: kind, What: what})
		return err
	}
	require.Equal(t, "unclaimed", refusalOf(t, decide("小陈", desk.Agent, bot.EventApprove, offer)), "nobody has it yet")
	b.does(t, id, desk.Act{Kind: bot.EventClaim})
	require.Equal(t, "claimed", refusalOf(t, decide("小王", desk.Agent, bot.EventApprove, offer)))
	require.Equal(t, "conflict", refusalOf(t, decide("小陈", desk.Agent, bot.EventApprove, "nonsense")))
	require.Equal(t, "conflict", refusalOf(t, decide("小陈", desk.Agent, bot.EventApprove, "")))
	require.NoError(t, decide("小陈", desk.Agent, bot.EventRefuse, offer))
	require.Empty(t, lateOf(t, b, "c", ""), "nothing is said of a refusal")
	require.NoError(t, decide("小陈", desk.Agent, bot.EventRefuse, offer))
	b.does(t, id, desk.Act{Kind: bot.EventResolve, Cause: "us", Cost: "12.50"})
	require.Equal(t, "closed", refusalOf(t, decide("小陈", desk.Agent, bot.EventRefuse, offer)))
	total := figures.Sum(lookAt(t, b, today, today).Days, figures.Span{From: today, Until: today})
	require.Equal(t, figures.Paid{Waiting: 1, Refused: 1}, total.Offers["refund"])
	require.Equal(t, "0", total.Paid().String())
	require.Equal(t, map[string]figures.Paid{"us": {Count: 1, Sum: 125_000}}, total.Costs)
	require.Len(t, b.say(t, message("c", "again", "我要退货")).Offers, 1, "what was refused counts against no cap")
}

func TestTwoWhoDecideAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	id, offer := claimed(t, b)
	var all sync.WaitGroup
	won := make(chan string, 8)
	for _, who := range []string{"甲", "乙", "丙", "丁"} {
		for _, kind := range []bot.EventKind{bot.EventApprove, bot.EventRefuse} {
			all.Go(func() {
				if _, err := b.ActOn(t.Context(), "s", id, desk.Act{Who: who, Role: desk.Editor, Kind: kind, What: offer}); err == nil {
					won <- who
				}
			})
		}
	}
	all.Wait()
	require.Len(t, won, 1)
	c, _, err := b.Case(t.Context(), "s", id)
	require.NoError(t, err)
	require.Equal(t, <-won, c.Offers[0].By)
}

func TestCostsThatAreNone(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	id := b.hand(t, "c")
	for _, cost := range []string{"-1", "1.234", "x", "1e3", ".5", "1.", " 1", "１", "NaN", "100000001", "1,5", "0x1"} {
		_, err := b.ActOn(t.Context(), "s", id, by(desk.Act{Kind: bot.EventResolve, Cost: cost}))
		require.Equal(t, "malformed", refusalOf(t, err), cost)
	}
	require.Equal(t, "100000000.00", b.does(t, id, desk.Act{Kind: bot.EventResolve, Cost: "100000000.00"}).Cost)
}

// An approved offer is told to the shop's system with the words, and without them where the buyer is not told.
func TestAnApprovedOfferIsDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		live := &callback{}
		b := delivering(t, func(o *engine.Options) { o.Client = &http.Client{Transport: live} })
		id, offer := claimed(t, b)
		b.change("s", func(s *engine.Shop) {
			s.Book = book(t, offerRules)
			s.Book.Budget = bot.Budget{Messages: 1, Within: time.Hour}
		})
		b.does(t, id, desk.Act{Who: "小林", Role: desk.Editor, Kind: bot.EventApprove, What: offer, Quiet: true})
		elapse(5 * time.Second)
		live.mu.Lock()
		defer live.mu.Unlock()
		require.Len(t, live.bodies, 1, "it is no message of the channel's, whose budget is used up")
		require.Contains(t, live.bodies[0], `"replies":[]`)
		require.Contains(t, live.bodies[0], `"offers":[{"id":"`+offer+`"`)
		require.Equal(t, bot.OfferApproved, live.got[0].Offers[0].Verdict)
		late := lateOf(t, b, "c", "")
		require.Equal(t, live.got[0].Offers[0].ID, late[0].Offers[0].ID, "who asks reads the same")
	})
}
