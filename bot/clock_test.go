package bot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
)

func in(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	require.NoError(t, err)
	return l
}

// nightShop is open from ten in the evening to six in the morning, every day, so that every change of the clock falls into its
// hours.
func nightShop(l *time.Location) func(*bot.Book) {
	return func(b *bot.Book) {
		b.Shop.Location = l
		b.Shop.Hours.Week = map[time.Weekday][]bot.Span{}
		for d := range time.Saturday + 1 {
			b.Shop.Hours.Week[d] = []bot.Span{{From: 22 * 60, To: 30 * 60}}
		}
	}
}

// TestDeadlinesAcrossZones holds that ten minutes of open time are ten minutes, whatever the wall clock does, and that a desk
// opens and closes by the wall clock.
func TestDeadlinesAcrossZones(t *testing.T) {
	for _, c := range []struct {
		name  string
		zone  string
		at    string // wall clock
		reply time.Duration
		want  string // with the offset
	}{
		{"Shanghai, no change", "Asia/Shanghai", "2026-03-29T01:55:00", 10 * time.Minute, "2026-03-29T02:05:00+08:00"},
		{"Berlin, two becomes three", "Europe/Berlin", "2026-03-29T01:55:00", 10 * time.Minute, "2026-03-29T03:05:00+02:00"},
		{"Berlin, three becomes two", "Europe/Berlin", "2026-10-25T01:55:00", 70 * time.Minute, "2026-10-25T02:05:00+01:00"},
		{"Berlin, the short night ends by the wall clock", "Europe/Berlin", "2026-03-29T01:00:00", 5 * time.Hour, "2026-03-29T23:00:00+02:00"},
		{"Berlin, the long night too", "Europe/Berlin", "2026-10-25T01:00:00", 6 * time.Hour, "2026-10-25T06:00:00+01:00"},
		{"New York, two becomes three", "America/New_York", "2026-03-08T01:55:00", 10 * time.Minute, "2026-03-08T03:05:00-04:00"},
		{"New York, two becomes one", "America/New_York", "2026-11-01T00:55:00", 70 * time.Minute, "2026-11-01T01:05:00-05:00"},
		{"New York, over the day", "America/New_York", "2026-11-01T05:55:00", 10 * time.Minute, "2026-11-01T22:05:00-05:00"},
		{"Kathmandu, a quarter of an hour off", "Asia/Kathmandu", "2026-03-29T05:55:00", 10 * time.Minute, "2026-03-29T22:05:00+05:45"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := in(t, c.zone)
			k := begin(t, shop(t, taskRules, nightShop(l), func(b *bot.Book) { b.Teams[1].FirstReply = c.reply }))
			at, err := time.ParseInLocation("2006-01-02T15:04:05", c.at, l)
			require.NoError(t, err)
			k.now = at
			h := handoff(k.says("坏了", is("quality")))
			require.Equal(t, c.want, h.Deadline.In(l).Format(time.RFC3339))
			require.WithinDuration(t, at, h.Waiting, 0)
			k.fires()
			got := k.fires()
			require.WithinDuration(t, h.Deadline, k.now, 0)
			require.Equal(t, "escalation", actions(got, bot.ActNotice)[0].Notice.Kind)
		})
	}
}

// fired counts the notices of a kind and the holding lines over a talk.
type fired struct{ reminders, escalations, idle, broken, lines int }

func (f *fired) take(t bot.Turn) {
	for _, a := range actions(t, bot.ActNotice) {
		switch a.Notice.Kind {
		case "reminder":
			f.reminders++
		case "escalation":
			f.escalations++
		case "agent_idle":
			f.idle++
		case "promise_broken":
			f.broken++
		}
	}
	f.lines += len(texts(t))
}

// run lets the timers fire until none is due at a moment, each when the server's clock has reached it.
func (k *talk) run(until time.Time) (f fired) {
	k.t.Helper()
	for range 100 {
		at, ok := k.c.Due()
		if !ok || at.After(until) {
			k.now = until
			return f
		}
		if at.After(k.now) {
			k.now = at
		}
		f.take(k.event(bot.EventTimer))
	}
	k.t.Fatal("the timers come to no end")
	return f
}

const promising = head + `
rules:
  - {id: p, intent: delay, reply: 会跟进, promise: {what: 送达, within: 48h}}
  - {id: q, intent: quality, handoff: {team: aftersales}}
  - {id: c, intent: return, collect: [reason], handoff: {team: aftersales}}
`

// TestClockJumps holds that a clock that is put back or ahead makes nothing fire twice, loses nothing, and that putting it back
// moves no deadline.
func TestClockJumps(t *testing.T) {
	b := shop(t, promising)
	t.Run("back by an hour while a case waits", func(t *testing.T) {
		k := begin(t, b)
		k.says("坏了", is("quality"))
		clock := k.c.Clock
		k.now = noon().Add(-time.Hour)
		require.Empty(t, k.event(bot.EventTimer).Actions, "a timer that is not due any more does nothing")
		require.Equal(t, clock, k.c.Clock)
		k.says("照片在这", none())
		require.Equal(t, clock.Deadline, k.c.Clock.Deadline)
		require.Equal(t, clock.Waiting, k.c.Clock.Waiting)
		require.Equal(t, fired{reminders: 1, lines: 1}, k.run(noon().Add(3*time.Minute)))
		require.Equal(t, fired{escalations: 1}, k.run(noon().Add(4*time.Minute)))
	})
	t.Run("back after the reminder: it comes once", func(t *testing.T) {
		k := begin(t, b)
		k.says("坏了", is("quality"))
		require.Equal(t, 1, k.run(noon().Add(2*time.Minute)).reminders)
		k.now = noon().Add(-58 * time.Minute)
		require.Equal(t, fired{escalations: 1}, k.run(noon().Add(5*time.Minute)))
	})
	t.Run("back: whoever asks again is not left without a word for an hour", func(t *testing.T) {
		k := begin(t, shop(t, promising, script("holding", "请再等等", "还在排队")))
		k.says("坏了", is("quality"))
		k.says("人呢", chasing())
		k.now = noon().Add(-time.Hour)
		require.Equal(t, []string{"还在排队"}, texts(k.says("人呢", chasing())))
	})
	t.Run("ahead by a day while a case waits: each once", func(t *testing.T) {
		k := begin(t, b)
		k.says("坏了", is("quality"))
		k.now = noon().Add(24 * time.Hour)
		var f fired
		f.take(k.event(bot.EventTimer))
		require.Equal(t, fired{reminders: 1, escalations: 1, lines: 1}, f)
		require.Equal(t, "lead", k.c.Case.Team)
		require.WithinDuration(t, k.now.Add(10*time.Minute), k.c.Case.Deadline, 0, "the lead has time of its own")
		require.WithinDuration(t, noon(), k.c.Case.Waiting, 0)
		require.Empty(t, k.event(bot.EventTimer).Actions)
		require.Equal(t, 1, k.c.Case.Late)
	})
	t.Run("ahead and back again", func(t *testing.T) {
		k := begin(t, b)
		k.says("退", is("return"))
		k.now = noon().Add(24 * time.Hour)
		require.Len(t, actions(k.event(bot.EventTimer), bot.ActHandoff), 1)
		k.now = noon().Add(time.Minute)
		require.Empty(t, k.event(bot.EventTimer).Actions)
		require.Len(t, k.c.Tasks, 1)
	})
	t.Run("the silent agent", func(t *testing.T) {
		k := begin(t, b)
		k.says("坏了", is("quality"))
		k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
		k.now = noon().Add(-time.Hour)
		require.Equal(t, fired{}, k.run(noon().Add(29*time.Minute)))
		k.now = noon().Add(24 * time.Hour)
		require.Equal(t, fired{idle: 1}, k.run(k.now.Add(time.Hour)))
		require.Equal(t, bot.StatusAgent, k.c.Status)
	})
	t.Run("a promise", func(t *testing.T) {
		k := begin(t, b)
		o := order(noA, "shipped")
		k.orders = []bot.Order{o}
		k.sends(bot.Message{Kind: bot.KindText, Text: "还没到", Order: &o}, is("delay"))
		k.now = noon().Add(-time.Hour)
		require.Equal(t, fired{}, k.run(noon().Add(47*time.Hour)))
		k.now = noon().Add(96 * time.Hour)
		require.Equal(t, fired{broken: 1}, k.run(k.now.Add(time.Hour)))
		k.now = noon()
		require.Equal(t, fired{}, k.run(noon().Add(200*time.Hour)), "it is broken once")
	})
	t.Run("the morning's queue keeps its order", func(t *testing.T) {
		night := shop(t, promising, weekHours)
		var deadlines []time.Time
		for _, jump := range []time.Duration{0, -time.Hour, 30 * time.Minute} {
			k := begin(t, night)
			k.now = time.Date(2026, 11, 23, 22, 0, 0, 0, zone()).Add(jump)
			deadlines = append(deadlines, handoff(k.says("坏了", is("quality"))).Deadline)
			require.Equal(t, fired{}, k.run(time.Date(2026, 11, 26, 9, 0, 0, 0, zone())), "nobody is reminded before the desk opens")
			require.WithinDuration(t, time.Date(2026, 11, 23, 22, 0, 0, 0, zone()).Add(jump), k.c.Case.Waiting, 0)
		}
		for _, d := range deadlines {
			require.WithinDuration(t, time.Date(2026, 11, 26, 9, 4, 0, 0, zone()), d, 0)
		}
	})
}

// TestOldestMessageRunsTheClock holds that later messages of the buyer's do not put a deadline off, and an answer ends it.
func TestOldestMessageRunsTheClock(t *testing.T) {
	k := waits(t)
	k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
	k.after(time.Minute)
	k.says("在吗", none())
	by := k.c.Case.Deadline
	require.WithinDuration(t, k.now.Add(6*time.Minute), by, 0, "next_reply of after-sales")
	k.after(2 * time.Minute)
	k.says("喂", none())
	require.WithinDuration(t, by, k.c.Case.Deadline, 0)
	require.WithinDuration(t, noon().Add(time.Minute), k.c.Case.Waiting, 0)
	k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "在"})
	require.Equal(t, fired{idle: 1}, k.run(noon().Add(2*time.Hour)))
}
