package figures_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/figures"
)

func TestWhatATurnCameTo(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	require.Equal(t, figures.Outcome{Visit: &figures.Visit{Is: figures.Alone, Now: true}}, p.says("我想退货"))
	p.waits(time.Minute)
	began := p.now.Add(-time.Minute).Unix()
	o := p.says("东西坏了，质量太差")
	require.Equal(t, "bad", o.Ask)
	require.Equal(t, &figures.Visit{Was: figures.Alone, Since: began, Now: true}, o.Visit)
	require.Equal(t, []figures.Offer{{Kind: "refund", Amount: "4.5"}}, p.says("3个").Offers)
	require.Equal(t, 1, p.says("怎么还不发货").Made)
	require.Equal(t, 1, p.happens(bot.Event{Kind: bot.EventKept}).Kept)

	o = p.says("转人工")
	require.Equal(t, 1, o.Handoff)
	require.Equal(t, "waiting", o.Status)
	require.Equal(t, figures.Human, o.Visit.Is)
	require.Nil(t, p.happens(bot.Event{Kind: bot.EventClaim, Agent: "小陈"}).Visit, "the visit is where it was")
	p.waits(time.Minute)
	require.Equal(t, &figures.Replies{FirstInTime: 1}, p.happens(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"}).Replies)
	p.waits(time.Minute)
	p.says("嗯")
	p.waits(6 * time.Minute)
	o = p.happens(bot.Event{Kind: bot.EventTimer})
	require.Equal(t, &figures.Replies{NextLate: 1}, o.Replies, "it is late when its time has passed")
	require.Nil(t, p.happens(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "久等了"}).Replies, "and is counted once")
	o = p.happens(bot.Event{Kind: bot.EventResolve, Agent: "小陈", Cause: "goods"})
	require.Equal(t, []string{"goods"}, o.Closed)
	require.Equal(t, "closed", o.Status)
}

func TestOffersAreCountedByTheirVerdicts(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	claim := func(c string) string {
		one := p.with(c)
		one.says("东西坏了，质量太差")
		o := one.says("30个")
		require.Equal(t, []figures.Offer{{Kind: "refund", Amount: "45", Approval: true}}, o.Offers)
		*p = player{tb: p.tb, shop: p.shop, c: one.c, rec: one.rec, now: one.now, n: one.n, turns: append(p.turns, one.turns...)}
		return one.rec.Offers[0].ID
	}
	id := claim("c-1")
	p.waits(24 * time.Hour)
	require.Equal(t, []figures.Offer{{Kind: "refund", Amount: "45", Approval: true, Verdict: "approved"}}, p.happens(bot.Event{Kind: bot.EventApprove, Agent: "小林", What: id}).Offers)
	o := p.happens(bot.Event{Kind: bot.EventResolve, Agent: "小林", Cause: "goods", Cost: "45"})
	require.Equal(t, []figures.Cost{{Cause: "goods", Amount: "45"}}, o.Costs)
	id = claim("c-2")
	p.happens(bot.Event{Kind: bot.EventRefuse, Agent: "小林", What: id})
	require.Empty(t, p.happens(bot.Event{Kind: bot.EventResolve, Agent: "小林"}).Costs)

	days := sum(p.turns, shanghai())
	first := figures.Sum(days, figures.Span{From: "2026-11-21", Until: "2026-11-21"})
	require.Equal(t, map[string]figures.Paid{"refund": {Waiting: 1}}, first.Offers)
	second := figures.Sum(days, figures.Span{From: "2026-11-22", Until: "2026-11-22"})
	require.Equal(t, map[string]figures.Paid{"refund": {Count: 1, Sum: 450_000, Waiting: 1, Refused: 1}}, second.Offers, "paid on the day of the approval")
	require.Equal(t, []string{"45", "45"}, []string{second.Paid().String(), second.Cost().String()})
}

func TestATaskIsAHumansPart(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	o := p.says("能开发票吗")
	require.Equal(t, 1, o.Tasks)
	require.Zero(t, o.Handoff)
	require.Equal(t, &figures.Visit{Is: figures.Human, Now: true}, o.Visit)
}

func TestWhereAVisitIsCounted(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		play func(p *player)
		want map[string]figures.Visits
	}{
		"once however much is said": {
			func(p *player) { p.says("我想退货"); p.waits(time.Hour); p.says("怎么还不发货") },
			map[string]figures.Visits{"2026-11-21": {Alone: 1}},
		},
		"on the day of the last message": {
			func(p *player) { p.says("我想退货"); p.waits(20 * time.Hour); p.says("怎么还不发货") },
			map[string]figures.Visits{"2026-11-22": {Alone: 1}},
		},
		"twice after a day of silence": {
			func(p *player) { p.says("我想退货"); p.waits(25 * time.Hour); p.says("我想退货") },
			map[string]figures.Visits{"2026-11-21": {Alone: 1}, "2026-11-22": {Alone: 1}},
		},
		"once where the bot had closed and the buyer is back": {
			func(p *player) {
				p.says("谢谢")
				require.Equal(p.tb, bot.StatusClosed, p.c.Status)
				p.waits(14 * time.Hour)
				p.says("我想退货")
			},
			map[string]figures.Visits{"2026-11-22": {Alone: 1}},
		},
		"as a human's from then on": {
			func(p *player) {
				p.says("我想退货")
				p.waits(13 * time.Hour)
				p.says("转人工")
				p.waits(72 * time.Hour)
				p.says("人呢")
			},
			map[string]figures.Visits{"2026-11-25": {Human: 1}},
		},
		"anew when a human had closed it": {
			func(p *player) {
				p.says("转人工")
				p.happens(bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
				p.happens(bot.Event{Kind: bot.EventResolve, Agent: "小陈"})
				p.waits(time.Hour)
				p.says("我想退货")
			},
			map[string]figures.Visits{"2026-11-21": {Alone: 1, Human: 1}},
		},
		"as a human's who writes on the channel and leaves": {
			func(p *player) {
				p.says("我想退货")
				p.waits(time.Minute)
				p.happens(bot.Event{Kind: bot.EventMessage, Message: &bot.Message{ID: "a", Kind: bot.KindAgent, Text: "我来处理"}})
				p.waits(time.Hour)
				p.happens(bot.Event{Kind: bot.EventTimer})
				require.Equal(p.tb, bot.StatusBot, p.c.Status)
			},
			map[string]figures.Visits{"2026-11-21": {Human: 1}},
		},
		"where it was when an agent comes afterwards": {
			func(p *player) {
				p.says("谢谢")
				p.waits(time.Hour)
				p.happens(bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
			},
			map[string]figures.Visits{"2026-11-21": {Alone: 1}},
		},
		"as nobody's where the bot only greeted": {
			func(p *player) { p.says("你好") },
			map[string]figures.Visits{"2026-11-21": {None: 1}},
		},
		"as nobody's where the bot only asked back": {
			func(p *player) { p.says("东西坏了，质量太差") },
			map[string]figures.Visits{"2026-11-21": {None: 1}},
		},
		"as the bot's once what it asked back was answered": {
			func(p *player) {
				p.says("东西坏了，质量太差")
				p.waits(time.Minute)
				p.says("3个")
				p.waits(time.Minute)
				p.says("你好")
			},
			map[string]figures.Visits{"2026-11-21": {Alone: 1}},
		},
		"as the bot's where the buyer is back to say thanks": {
			func(p *player) {
				p.says("谢谢")
				require.Equal(p.tb, bot.StatusClosed, p.c.Status)
				p.waits(time.Minute)
				p.says("你好")
				p.waits(time.Minute)
				p.says("在吗")
			},
			map[string]figures.Visits{"2026-11-21": {Alone: 1}},
		},
		"as nobody's where a human had answered the one before": {
			func(p *player) {
				p.says("我想退货")
				p.says("转人工")
				p.happens(bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
				p.happens(bot.Event{Kind: bot.EventResolve, Agent: "小陈"})
				p.waits(time.Hour)
				p.says("你好")
			},
			map[string]figures.Visits{"2026-11-21": {Human: 1, None: 1}},
		},
		"not where only a human wrote": {
			func(p *player) {
				p.happens(bot.Event{Kind: bot.EventMessage, Message: &bot.Message{ID: "a", Kind: bot.KindAgent, Text: "在吗"}})
			},
			map[string]figures.Visits{},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlayer(t)
			test.play(p)
			got := figures.VisitsByDay(sum(p.turns, shanghai()), figures.Span{From: "2026-11-01", Until: "2026-12-31"})
			for date, v := range got {
				if v == (figures.Visits{}) {
					delete(got, date)
				}
			}
			require.Equal(t, test.want, got)
		})
	}
}

// Whatever happens, no day has fewer than no visits, and there are as many as conversations were begun or taken up again.
func TestVisitsNeverGetLost(t *testing.T) {
	t.Parallel()
	shop := newPlayer(t)
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		p := shop.with("c")
		visits := map[int]bool{} // episodes in which the buyer has written
		merged := 0              // that went on with the one before
		for range 40 {
			before := p.c
			play(p, r)
			if after := &p.c; after.Counts.Turns > 0 && !visits[after.Episode] {
				visits[after.Episode] = true
				alone := before.Counts.Turns > 0 && before.Counts.Handoffs == 0 && before.Status != bot.StatusWaiting && before.Status != bot.StatusAgent
				for _, line := range before.Transcript {
					alone = alone && line.From != "agent"
				}
				if alone && p.now.Sub(before.Clock.Buyer) < 24*time.Hour {
					merged++
				}
			}
			p.waits(time.Duration(r.IntN(int(30 * time.Hour))))
		}
		total := 0
		for date, v := range figures.VisitsByDay(sum(p.turns, shanghai()), figures.Span{From: "2026-01-01", Until: "2027-12-31"}) {
			total += v.All()
			require.LessOrEqual(t, v.All(), 40, date)
		}
		if agentless(p) {
			require.Equal(t, len(visits)-merged, total, "seed %d", seed)
		} else {
			require.LessOrEqual(t, total, len(visits), "seed %d", seed)
			require.Positive(t, total+merged, "seed %d", seed)
		}
	}
}

func agentless(p *player) bool {
	for _, t := range p.turns {
		if t.Event.Kind == bot.EventAgent || t.Event.Message != nil && t.Event.Message.Kind == bot.KindAgent {
			return false
		}
	}
	return true
}

// play does one thing at random.
func play(p *player, r *rand.Rand) {
	switch r.IntN(12) {
	case 0:
		p.says("转人工")
	case 1:
		p.happens(bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
	case 2:
		p.happens(bot.Event{Kind: bot.EventResolve, Agent: "小陈", Cause: "us"})
	case 3:
		p.happens(bot.Event{Kind: bot.EventRelease, Agent: "小陈"})
	case 4:
		p.happens(bot.Event{Kind: bot.EventTimer})
	case 5:
		p.says("谢谢")
	case 6:
		p.says("能开发票吗")
	case 7:
		if r.IntN(3) == 0 {
			p.happens(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
			return
		}
		fallthrough
	default:
		p.says([]string{"我想退货", "东西坏了", "3个", "怎么还不发货", "呜啦啦"}[r.IntN(5)])
	}
}

// What each turn pays for being counted later.
func BenchmarkOutcome(b *testing.B) {
	p := newPlayer(b)
	p.says("我想退货")
	before := p.c
	r := p.shop.Classifier.Read("怎么还不发货")
	m := &bot.Message{ID: "m", Conversation: "c", Buyer: bot.Buyer{ID: "b"}, Kind: bot.KindText, Text: "怎么还不发货"}
	turn := bot.Run(p.shop.Book, before, bot.Event{ID: "e", Kind: bot.EventMessage, At: p.now.Add(time.Minute), Message: m, Reading: &r}, nil)
	out := make([]byte, 0, 1<<10)
	b.ReportAllocs()
	for b.Loop() {
		o := figures.Of(&before, &turn)
		out = o.AppendJSON(out[:0])
	}
	b.ReportMetric(float64(len(out)), "bytes")
}
