package figures_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"xiaoer/bot"
	"xiaoer/bot/figures"
	"xiaoer/intents"
)

// anyTurn draws a turn of a day, with names that mean harm among its own.
func anyTurn(n int, at time.Time) *rapid.Generator[figures.Turn] {
	return rapid.Custom(func(t *rapid.T) figures.Turn {
		o := anyOutcome().Draw(t, "outcome")
		turn := figures.Turn{ID: fmt.Sprintf("e-%06d", n), At: at, Outcome: &o, Rule: rapid.SampledFrom([]string{"", "a", "otherwise", "guard.no_rule", "b"}).Draw(t, "rule")}
		e := &bot.Event{Kind: rapid.SampledFrom([]bot.EventKind{bot.EventMessage, bot.EventTimer}).Draw(t, "kind")}
		e.Message = &bot.Message{Kind: rapid.SampledFrom([]string{bot.KindText, bot.KindEcho, "other"}).Draw(t, "message")}
		name := rapid.SampledFrom([]string{"return", "wrong_order", intents.Other, "=1+1", "<b>"})
		e.Reading = &intents.Reading{Intents: []intents.Prediction{{Intent: name.Draw(t, "intent"), Topic: rapid.SampledFrom([]string{"", "address"}).Draw(t, "topic")}}}
		if rapid.Bool().Draw(t, "denied") {
			e.Reading.Negated = []string{name.Draw(t, "negated")}
		}
		turn.Event = e
		return turn
	})
}

// anyDay draws the turns of one day.
func anyDay(t *rapid.T) (turns []figures.Turn) {
	at := noon
	for n := range rapid.IntRange(0, 30).Draw(t, "turns") {
		at = at.Add(time.Duration(rapid.IntRange(0, 3600).Draw(t, "later")) * time.Second)
		turns = append(turns, anyTurn(n, at).Draw(t, "turn"))
	}
	return turns
}

func TestADayIsTheSameHoweverItIsSummed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		turns := anyDay(t)
		whole := figures.NewDay("2026-11-21", shanghai())
		for _, turn := range turns {
			whole.Add(turn, shanghai())
		}
		pieces := figures.NewDay("2026-11-21", shanghai())
		for _, turn := range turns {
			pieces.Add(turn, shanghai())
			if rapid.IntRange(0, 3).Draw(t, "kept") > 0 {
				continue
			}
			raw, err := json.Marshal(pieces) // written down, and read by another process
			require.NoError(t, err)
			pieces = figures.Day{}
			require.NoError(t, json.Unmarshal(raw, &pieces))
		}
		a, err := json.Marshal(whole)
		require.NoError(t, err)
		b, err := json.Marshal(pieces)
		require.NoError(t, err)
		require.JSONEq(t, string(a), string(b))
		require.Equal(t, len(turns), whole.Turns)
		require.LessOrEqual(t, whole.Answered+whole.Handed, whole.Messages)
		require.LessOrEqual(t, whole.Missed+whole.NoRule, whole.Messages)
	})
}

func TestTotalsDoNotDependOnTheOrderOfDays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var days []figures.Day
		for i := range 5 {
			d := figures.NewDay(figures.Shift("2026-11-19", i), shanghai())
			for _, turn := range anyDay(t) {
				d.Add(turn, shanghai())
			}
			days = append(days, d)
		}
		span := figures.Span{From: "2026-11-19", Until: "2026-11-22"}
		want := figures.Sum(days, span)
		require.Equal(t, 4, want.Days, "the fifth only says who came back")
		require.Equal(t, days[0].Messages+days[1].Messages+days[2].Messages+days[3].Messages, want.Messages)
		mixed := []figures.Day{days[3], days[0], days[4], days[2], days[1]}
		require.Equal(t, want, figures.Sum(mixed, span))
	})
}

func TestWhatADayCounts(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	p.says("我想退货")
	p.says("东西坏了，质量太差")
	p.says("3个")
	p.waits(3 * time.Hour)
	p.says("呜啦啦啦")
	d := sum(p.turns, shanghai())[0]
	require.Equal(t, 4, d.Messages)
	require.Equal(t, map[int]int{12: 3, 15: 1}, d.Hours)
	require.Equal(t, 3, d.Answered)
	require.Equal(t, 1, d.Handed)
	require.Equal(t, 1, d.Missed)
	require.Equal(t, map[string]int{"return": 1, "claim": 2, "otherwise": 1}, d.Rules)
	require.Equal(t, map[string]int{"otherwise": 1}, d.Calls)
	require.Equal(t, 1, d.Intents["quality"])
	require.Equal(t, "4.5", d.Offers["refund"].Sum.String())
	require.Equal(t, []string{p.turns[3].ID}, d.Asked.IDs)
	require.Equal(t, p.turns[3].ID, d.After)
}

// A turn from before outcomes were kept still has its winner and its reading.
func TestOldTurnsCountForWhatTheyHave(t *testing.T) {
	t.Parallel()
	d := figures.NewDay("2026-11-21", time.UTC)
	e := bot.Event{Kind: bot.EventMessage, Message: &bot.Message{Kind: bot.KindText}, Reading: &intents.Reading{Intents: []intents.Prediction{{Intent: "return"}}}}
	d.Add(figures.Turn{ID: "1", At: noon, Event: &e, Rule: "return.ok", Outcome: &figures.Outcome{}}, time.UTC)
	require.Equal(t, 1, d.Messages)
	require.Equal(t, map[string]int{"return.ok": 1}, d.Rules)
	require.Equal(t, map[string]int{"return": 1}, d.Intents)
}

func TestWhatNobodyAnswered(t *testing.T) {
	t.Parallel()
	d := figures.NewDay("2026-11-21", time.UTC)
	e := bot.Event{Kind: bot.EventMessage, Message: &bot.Message{Kind: bot.KindText}}
	for n, rule := range []string{"otherwise", "guard.no_rule", "product.unknown", "unknown.product", "a"} {
		d.Add(figures.Turn{ID: fmt.Sprint(n), At: noon, Event: &e, Rule: rule, Outcome: &figures.Outcome{}}, time.UTC)
	}
	d.Add(figures.Turn{ID: "9", At: noon, Event: &e, Rule: "a", Outcome: &figures.Outcome{Rules: []string{"a", "guard.no_rule"}, Handoff: 3}}, time.UTC)
	require.Equal(t, 1, d.Missed)
	require.Equal(t, 3, d.NoRule)
	require.Equal(t, 4, d.Asked.All)
	require.Equal(t, 2, d.Answered)
	require.Equal(t, 1, d.Handed)
}

func TestADayStaysSmall(t *testing.T) {
	t.Parallel()
	d := figures.NewDay("2026-11-21", time.UTC)
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 20_000 {
		name := strings.Repeat("长", 200) + fmt.Sprint(n)
		o := figures.Outcome{
			Rules: []string{fmt.Sprint("rule-", n), "otherwise"}, Closed: []string{fmt.Sprint("cause-", n)}, Offers: []figures.Offer{{Kind: fmt.Sprint(n, name), Amount: "1"}},
			Visit: &figures.Visit{Was: figures.Human, Since: r.Int64N(2e9), Is: figures.Human, Now: true}, Handoff: 1,
		}
		e := bot.Event{Kind: bot.EventMessage, Message: &bot.Message{Kind: bot.KindText}, Reading: &intents.Reading{Intents: []intents.Prediction{{Intent: fmt.Sprint(n, name)}}}}
		d.Add(figures.Turn{ID: fmt.Sprintf("e-%06d", n), At: noon, Event: &e, Rule: fmt.Sprint("rule-", n), Outcome: &o}, time.UTC)
	}
	raw, err := json.Marshal(d)
	require.NoError(t, err)
	require.Less(t, len(raw), 2<<20)
	require.Equal(t, 20_000, d.Missed)
	require.Equal(t, 20_000, d.Asked.All)
	require.Len(t, d.Asked.IDs, 128)
	require.Equal(t, 18_000, d.Intents[figures.OtherName])
}

func BenchmarkDay(b *testing.B) {
	p := newPlayer(b)
	for n := range 100 {
		q := p.with(fmt.Sprint("c-", n))
		q.says("我想退货")
		q.says("转人工")
		p.turns = append(p.turns, q.turns...)
	}
	b.ReportAllocs()
	for b.Loop() {
		d := figures.NewDay("2026-11-21", shanghai())
		for i := range 10_000 {
			d.Add(p.turns[i%len(p.turns)], shanghai())
		}
	}
}
