package bot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
)

// above is a talk in which an offer above its cap waits for a verdict.
func above(t *testing.T) (k *talk, offer string) {
	t.Helper()
	k = begin(t, shop(t, freshRules()))
	k.sends(bot.Message{Kind: bot.KindOrderCard, Order: apples(noA)}, none())
	got := k.says("坏了9个", is("quality"))
	offers := got.Response("").Offers
	require.Len(t, offers, 1)
	require.True(t, offers[0].Approval)
	return k, offers[0].ID
}

func (k *talk) verdict(kind bot.EventKind, offer string) bot.Turn {
	k.t.Helper()
	return k.step(bot.Event{Kind: kind, Agent: "小林", What: offer, Handoff: k.c.Case.ID})
}

func TestAnOfferIsApproved(t *testing.T) {
	k, id := above(t)
	got := k.verdict(bot.EventApprove, id)
	require.Equal(t, []string{"已登记赔付 35.91 元"}, texts(got), "the buyer reads what the rule says below the cap")
	require.Equal(t, []string{"claim"}, rulesOf(got))
	made := actions(got, bot.ActOffer)
	require.Len(t, made, 1)
	require.Equal(t, []string{id, "35.91", bot.OfferApproved, "小林"}, []string{made[0].Offer.ID, made[0].Offer.Amount, made[0].Offer.Verdict, made[0].Offer.By})
	require.Len(t, k.record.Offers, 1, "it is the same offer")
	require.Equal(t, *made[0].Offer, k.record.Offers[0])
	require.Equal(t, k.record.Offers, k.c.Offers)
	require.Equal(t, k.record.Offers, caseOf(got).Offers)
	require.Equal(t, []string{"bot opened", "小林 approved refund 35.91"}, did(caseOf(got)))
	require.Equal(t, bot.StatusWaiting, k.c.Status, "the case is where it was")
	line := k.c.Transcript[len(k.c.Transcript)-1]
	require.Equal(t, "bot", line.From)

	for _, again := range []bot.EventKind{bot.EventApprove, bot.EventRefuse} {
		require.Empty(t, k.verdict(again, id).Actions, "a verdict stands")
	}
	k.step(bot.Event{Kind: bot.EventRelease, Agent: "小林"})
	require.Equal(t, []string{"claim.more"}, rulesOf(k.says("又坏了1个", is("quality"))), "one per order")
}

func TestAnOfferIsRefused(t *testing.T) {
	k, id := above(t)
	got := k.verdict(bot.EventRefuse, id)
	require.Empty(t, texts(got), "nothing is said")
	require.Equal(t, bot.OfferRefused, k.record.Offers[0].Verdict)
	require.Equal(t, []string{"bot opened", "小林 refused refund 35.91"}, did(caseOf(got)))
	k.step(bot.Event{Kind: bot.EventRelease, Agent: "小林"})
	require.Equal(t, []string{"claim"}, rulesOf(k.says("坏了1个", is("quality"))), "it counts against no cap any more")
}

func TestWhatIsNotSaidOfAnApproval(t *testing.T) {
	const untold = "bot could not tell the buyer of the offer: an agent has to"
	tests := []struct {
		name   string
		change func(k *talk, e *bot.Event)
		says   []string
		untold bool
	}{
		{"as it is", func(*talk, *bot.Event) {}, []string{"已登记赔付 35.91 元"}, false},
		{"quietly", func(_ *talk, e *bot.Event) { e.Quiet = true }, nil, false},
		{"the rule is gone", func(k *talk, _ *bot.Event) { k.book = shop(k.t, taskRules) }, nil, true},
		{"the rule is switched off", func(k *talk, _ *bot.Event) { k.desk.Paused = []string{"claim"} }, nil, true},
		{"the bot is", func(k *talk, _ *bot.Event) { k.desk.Paused = []string{bot.PausedShop} }, nil, true},
		{"a fact is unknown now", func(k *talk, _ *bot.Event) {
			k.book = shop(k.t, head+"rules:\n  - {id: claim, intent: quality, offer: {refund: 99, cap: {amount: 1}, above: lead}, reply: '${logistics.place} ${offer.amount}'}\n")
		}, nil, true},
		{"words of its own are missing", func(k *talk, _ *bot.Event) {
			k.book = shop(k.t, head+"rules:\n  - {id: claim, intent: quality, offer: {refund: 99, cap: {amount: 1}, above: lead}}\n")
		}, nil, true},
		{"the channel takes no more", func(k *talk, _ *bot.Event) { k.book.Budget = bot.Budget{Messages: 2} }, nil, true},
		{"the buyer is at another order now", func(k *talk, _ *bot.Event) { k.sends(bot.Message{Kind: bot.KindOrderCard, Order: apples(noB)}, none()) }, []string{"已登记赔付 35.91 元"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k, id := above(t)
			e := bot.Event{Kind: bot.EventApprove, Agent: "小林", What: id}
			tt.change(k, &e)
			inView := k.c.Order
			got := k.step(e)
			require.Equal(t, append([]string{}, tt.says...), texts(got))
			require.Equal(t, bot.OfferApproved, k.record.Offers[0].Verdict, "it is approved all the same")
			require.Equal(t, tt.untold, did(caseOf(got))[len(did(caseOf(got)))-1] == untold, "%v", did(caseOf(got)))
			require.Equal(t, inView, k.c.Order, "what the buyer is at stays")
		})
	}
}

func TestOnlyOffersThatWaitAreDecided(t *testing.T) {
	k, id := above(t)
	require.Empty(t, k.verdict(bot.EventApprove, "nonsense").Actions)
	require.Empty(t, k.verdict(bot.EventApprove, "").Actions)
	require.Empty(t, k.step(bot.Event{Kind: bot.EventApprove, Agent: "小林", What: id, Handoff: "nonsense"}).Actions)
	k.record.Offers[0].Verdict = bot.OfferRefused
	require.Empty(t, k.verdict(bot.EventApprove, id).Actions, "it was decided in another conversation")

	k = begin(t, shop(t, freshRules()))
	k.sends(bot.Message{Kind: bot.KindOrderCard, Order: apples(noA)}, none())
	small := k.says("坏了1个", is("quality")).Response("").Offers[0]
	require.False(t, small.Approval)
	k.says("转人工", is("human"))
	require.Empty(t, k.verdict(bot.EventRefuse, small.ID).Actions, "one below the cap is given")
}

func TestTheOrderOfAnOfferIsLookedUpAgain(t *testing.T) {
	k, id := above(t)
	k.after(2 * time.Hour)
	k.orders = []bot.Order{*apples(noA)}
	k.looked = nil
	require.Equal(t, []string{"已登记赔付 35.91 元"}, texts(k.verdict(bot.EventApprove, id)))
	require.Len(t, k.looked, 1, "a snapshot of two hours ago tells no buyer anything")
}

func TestACaseShowsTheLatestOffers(t *testing.T) {
	k := begin(t, shop(t, freshRules()))
	for i := range 60 {
		k.record.Offers = append(k.record.Offers, bot.OfferMade{ID: string(rune('0' + i)), Rule: "old", Kind: "coupon", At: k.now})
	}
	k.sends(bot.Message{Kind: bot.KindOrderCard, Order: apples(noA)}, none())
	h := handoff(k.says("坏了9个", is("quality")))
	require.Len(t, h.Offers, 40)
	require.True(t, h.Offers[39].Approval)
}

func TestWhatACaseHasCost(t *testing.T) {
	k := waits(t)
	got := k.step(bot.Event{Kind: bot.EventResolve, Agent: "小陈", Cause: "goods", Cost: "12.50"})
	require.Equal(t, "12.50", caseOf(got).Cost)
	k = tasked(t)
	got = k.step(bot.Event{Kind: bot.EventResolve, Agent: "小陈", Cost: "3", Handoff: k.c.Tasks[0].ID})
	require.Equal(t, "3", caseOf(got).Cost)
}

func TestAnApprovalThatSpeaksAnswersTheBuyer(t *testing.T) {
	tests := []struct {
		name    string
		claimed bool
		kind    bot.EventKind
		quiet   bool
		owed    bool // the buyer still waits for a human
	}{
		{"words, by who has it", true, bot.EventApprove, false, false},
		{"words, by an editor while it waits", false, bot.EventApprove, false, false},
		{"quietly", true, bot.EventApprove, true, true},
		{"quietly while it waits", false, bot.EventApprove, true, true},
		{"a refusal says nothing", true, bot.EventRefuse, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k, id := above(t)
			if tt.claimed {
				k.step(bot.Event{Kind: bot.EventClaim, Agent: "小林"})
			}
			k.after(time.Minute)
			k.step(bot.Event{Kind: tt.kind, Agent: "小林", What: id, Handoff: k.c.Case.ID, Quiet: tt.quiet})
			require.Equal(t, tt.owed, !k.c.Case.Waiting.IsZero())
			require.Equal(t, tt.owed, !k.c.Clock.Waiting.IsZero())
			require.Equal(t, tt.owed, !k.c.Clock.Hold.IsZero(), "nobody is held who was answered")
			want := [2]int{1, 0}
			if tt.owed {
				want = [2]int{}
			}
			require.Equal(t, want, counted(k))
			require.Equal(t, tt.owed || !tt.claimed, !k.c.Case.Deadline.IsZero(), "one that nobody has claimed is not forgotten")
			if !tt.owed && tt.claimed {
				require.WithinDuration(t, k.now.Add(bot.DefaultAgentIdle), k.c.Clock.Idle, 0, "it was the agent's word")
			}
		})
	}
}

func TestALateApprovalIsLate(t *testing.T) {
	k, id := above(t)
	k.step(bot.Event{Kind: bot.EventClaim, Agent: "小林"})
	k.after(time.Hour)
	k.verdict(bot.EventApprove, id)
	require.Equal(t, [2]int{0, 1}, counted(k))
}

func TestAVerdictStandsInEveryCase(t *testing.T) {
	k, id := above(t)
	other := *k.c.Case
	other.ID, other.Task = "task", true
	k.c.Tasks = []bot.Handoff{other}
	got := k.verdict(bot.EventApprove, id)
	require.Equal(t, bot.OfferApproved, k.c.Tasks[0].Offers[0].Verdict)
	var shown []string
	for _, a := range actions(got, bot.ActCase) {
		if a.Handoff.Offers[0].Verdict == bot.OfferApproved {
			shown = append(shown, a.Handoff.ID)
		}
	}
	require.Contains(t, shown, "task")
	require.Empty(t, other.Offers[0].Verdict, "what was given to the step stays as it was")

	k, id = above(t)
	k.record.Offers[0].Verdict, k.record.Offers[0].By = bot.OfferRefused, "老板"
	got = k.step(bot.Event{Kind: bot.EventNote, Agent: "小林", Text: "看过了"})
	require.Equal(t, []string{id, bot.OfferRefused, "老板"}, []string{caseOf(got).Offers[0].ID, caseOf(got).Offers[0].Verdict, caseOf(got).Offers[0].By}, "one that was given in another conversation")
}
