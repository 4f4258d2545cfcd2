package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
)

const plainRules = head + `
rules:
  - {id: a, intent: return, reply: 甲}
  - {id: q, intent: quality, collect: [bad], reply: 乙, handoff: {team: aftersales, reason: 坏果}}
`

func withdrawn() intents.Reading {
	return with(none(), func(r *intents.Reading) { r.Withdrawn = true })
}

func chasing() intents.Reading {
	return with(none(), func(r *intents.Reading) { r.Chasing = true })
}

// weekday is open from nine to twelve and from one to nine, on Saturdays from ten to two in the night.
func weekHours(b *bot.Book) {
	b.Shop.Hours.Week = map[time.Weekday][]bot.Span{time.Saturday: {{From: 10 * 60, To: 26 * 60}}}
	for d := time.Monday; d <= time.Friday; d++ {
		b.Shop.Hours.Week[d] = []bot.Span{{From: 9 * 60, To: 12 * 60}, {From: 13 * 60, To: 21 * 60}}
	}
	b.Shop.Holidays = []bot.Days{{From: "2026-11-24", Until: "2026-11-25"}}
}

func TestHours(t *testing.T) {
	s := bot.Shop{Location: zone()}
	require.True(t, s.IsOpen(noon()))
	_, ok := s.Opens(noon())
	require.False(t, ok)
	b := &bot.Book{Shop: s}
	weekHours(b)
	day := func(d, h, m int) time.Time { return time.Date(2026, 11, d, h, m, 0, 0, zone()) }
	tests := []struct {
		name  string
		at    time.Time
		open  bool
		opens time.Time
		after time.Time // ten minutes of open time later
	}{
		{"Saturday noon", day(21, 12, 0), true, day(23, 9, 0), day(21, 12, 10)},
		{"past midnight", day(22, 1, 30), true, day(23, 9, 0), day(22, 1, 40)},
		{"Sunday at two it ends", day(22, 2, 0), false, day(23, 9, 0), day(23, 9, 10)},
		{"Monday's break", day(23, 12, 30), false, day(23, 13, 0), day(23, 13, 10)},
		{"over the break", day(23, 11, 55), true, day(23, 13, 0), day(23, 13, 5)},
		{"the evening before a holiday", day(23, 21, 0), false, day(26, 9, 0), day(26, 9, 10)},
		{"a holiday", day(24, 10, 0), false, day(26, 9, 0), day(26, 9, 10)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.open, b.Shop.IsOpen(tt.at))
			opens, ok := b.Shop.Opens(tt.at)
			require.True(t, ok)
			require.WithinDuration(t, tt.opens, opens, 0)
			require.WithinDuration(t, tt.after, b.Shop.After(tt.at, 10*time.Minute), 0)
		})
	}
}

func TestOffHours(t *testing.T) {
	k := begin(t, shop(t, plainRules, weekHours))
	k.now = time.Date(2026, 11, 23, 22, 0, 0, 0, zone())
	k.desk.Ahead = map[string]int{"presales": 2}
	got := k.says("人工", is("human"))
	require.Equal(t, []string{"客服11月26日 09:00上班"}, texts(got))
	require.Equal(t, bot.StatusWaiting, got.Conversation.Status)
	require.WithinDuration(t, time.Date(2026, 11, 26, 9, 4, 0, 0, zone()), handoff(got).Deadline, 0)
	require.WithinDuration(t, k.now, handoff(got).Waiting, 0)
	at, _ := k.c.Due()
	require.WithinDuration(t, time.Date(2026, 11, 26, 9, 2, 0, 0, zone()), at, 0, "nobody is reminded in the night")

	k = begin(t, shop(t, head+"rules: [{id: h, intent: human, reply: 稍等, handoff: {}}, {id: a, intent: return, reply: 甲}]\n", weekHours))
	k.now = time.Date(2026, 11, 23, 22, 0, 0, 0, zone())
	require.Equal(t, []string{"稍等", "客服11月26日 09:00上班"}, texts(k.says("人工", is("human"))))
}

func TestHandoffHolds(t *testing.T) {
	k := begin(t, shop(t, plainRules))
	k.desk = bot.Desk{Next: 12, Ahead: map[string]int{"aftersales": 3}}
	o := apples(noA)
	k.sends(bot.Message{Kind: bot.KindText, Text: "果子坏了", Order: o, Images: []string{"p.jpg"}}, is("quality"))
	got := k.says("4个", none())
	require.Equal(t, []string{"乙"}, texts(got))
	h := handoff(got)
	require.Equal(t, 12, h.Number)
	require.Equal(t, "aftersales", h.Team)
	require.Equal(t, "normal", h.Priority)
	require.Equal(t, "坏果", h.Reason)
	require.Equal(t, "quality", h.Intent)
	require.Equal(t, map[string]string{"bad": "4", "order_no": noA}, h.Slots)
	require.Equal(t, []string{"p.jpg"}, h.Images)
	require.Equal(t, noA, h.Order.No)
	require.Equal(t, "received", h.Stage)
	require.WithinDuration(t, k.now.Add(4*time.Minute), h.Deadline, 0)
	require.Len(t, h.Transcript, 4)
	require.Equal(t, []string{"buyer", "bot", "buyer", "bot"}, []string{h.Transcript[0].From, h.Transcript[1].From, h.Transcript[2].From, h.Transcript[3].From})
	for _, part := range []string{noA, "bad=4", "坏果", "4个"} {
		require.Contains(t, h.Summary, part)
	}
	require.NotEmpty(t, h.ID)
	require.Empty(t, got.Conversation.Case.Transcript, "the conversation keeps its transcript once")
}

func TestHandoffWords(t *testing.T) {
	k := begin(t, shop(t, plainRules, script("handoff", "${handoff.team}第${handoff.number}号，${handoff.ahead}位，${handoff.wait}")))
	k.desk = bot.Desk{Next: 12, Ahead: map[string]int{"presales": 3}}
	require.Equal(t, []string{"售前第12号，3位，4 分钟"}, texts(k.says("人工", is("human"))))
	k = begin(t, shop(t, plainRules, script("handoff", "您的订单${order.no}")))
	require.Equal(t, []string{"已转人工"}, texts(k.says("人工", is("human"))), "the plain sentence where a fact is unknown")
}

func TestWaitIsHonest(t *testing.T) {
	k := begin(t, shop(t, head+"rules:\n  - id: h\n    intent: human\n    reply: 约${handoff.wait}，${handoff.deadline}前\n    handoff: {}\n", weekHours))
	k.now = time.Date(2026, 11, 23, 11, 58, 0, 0, zone())
	require.Equal(t, []string{"约1 小时 4 分钟，今天 13:02前"}, texts(k.says("人工", is("human"))), "over the break")
}

func TestASummaryReadsWell(t *testing.T) {
	k := begin(t, shop(t, plainRules))
	k.says("退货", is("return"))
	got := k.says(strings.Repeat("急", 100)+" 订单 "+noA+" 能转人工吗？", is("human"))
	summary := handoff(got).Summary
	require.Contains(t, summary, "急 订单…", "the number is not cut in two")
	k = begin(t, shop(t, plainRules))
	summary = handoff(k.says("能转人工吗？", is("human"))).Summary
	require.True(t, strings.HasSuffix(summary, "买家最后说：能转人工吗？"), summary)
}

func TestSummaryInEnglish(t *testing.T) {
	k := begin(t, shop(t, plainRules, func(b *bot.Book) { b.Shop.Locale = "en-US" }))
	k.says("rotten", is("quality"))
	got := k.says("a human please", is("human"))
	require.Contains(t, handoff(got).Summary, "Buyer b-1; wants: quality, reason: the buyer asked for a human")
	require.LessOrEqual(t, len([]rune(handoff(got).Summary)), 800)
}

func TestWaiting(t *testing.T) {
	start := func(t *testing.T) *talk {
		t.Helper()
		k := begin(t, shop(t, plainRules))
		k.says("果子坏了，人工", is("quality", "human"))
		require.Equal(t, bot.StatusWaiting, k.c.Status)
		return k
	}
	t.Run("is silent", func(t *testing.T) {
		got := start(t).says("退货", is("return"))
		require.Empty(t, texts(got))
		require.Empty(t, rulesOf(got))
		require.Equal(t, []string{"return"}, got.Conversation.Case.Open)
	})
	t.Run("details fill the case", func(t *testing.T) {
		k := start(t)
		o := order(noA, "paid")
		r := none()
		r.Entities = []intents.Entity{{Type: intents.Phone, Value: "13812345678"}}
		got := k.sends(bot.Message{Kind: bot.KindText, Text: "13812345678", Images: []string{"x.jpg"}, Order: &o}, r)
		require.Empty(t, texts(got))
		c := actions(got, bot.ActCase)[0].Handoff
		require.Equal(t, "13812345678", c.Slots["phone"])
		require.Equal(t, noA, c.Slots["order_no"])
		require.Equal(t, noA, c.Order.No)
		require.Equal(t, []string{"x.jpg"}, c.Images)
		require.Nil(t, got.Response("").Handoff, "no new handoff")
		require.Equal(t, "details", actions(got, bot.ActNotice)[0].Notice.Kind)
	})
	t.Run("a typed order is looked up", func(t *testing.T) {
		k := start(t)
		k.orders = []bot.Order{order(noA, "paid")}
		got := k.says(noA, named(noA))
		require.Equal(t, noA, got.Conversation.Case.Order.No)
	})
	t.Run("the holding line once per half deadline", func(t *testing.T) {
		k := start(t)
		got := k.says("人呢", chasing())
		require.Equal(t, []string{"请再等等"}, texts(got))
		require.Equal(t, []string{"holding"}, rulesOf(got))
		require.Equal(t, "high", got.Conversation.Case.Priority)
		require.Empty(t, texts(k.says("人工", is("human"))))
		require.Equal(t, "high", k.c.Case.Priority)
		k.after(2 * time.Minute)
		got = k.says("人呢", chasing())
		require.Equal(t, []string{"请再等等"}, texts(got), "who asks gets an answer, in the same words if there are no others")
		require.Equal(t, []string{"holding"}, rulesOf(got))
		require.Equal(t, "urgent", k.c.Case.Priority)
	})
	t.Run("holding lines take turns", func(t *testing.T) {
		k := begin(t, shop(t, plainRules, script("holding", "请再等等", "还在排队")))
		k.says("人工", is("human"))
		for _, want := range []string{"请再等等", "还在排队", "请再等等"} {
			require.Equal(t, []string{want}, texts(k.says("人呢", chasing())))
			k.after(3 * time.Minute)
		}
	})
	t.Run("settles", func(t *testing.T) {
		k := start(t)
		got := k.says("好了不用了", withdrawn())
		require.Equal(t, []string{"好的已取消排队"}, texts(got))
		require.Equal(t, []string{"settled"}, rulesOf(got))
		require.Nil(t, got.Conversation.Case)
		require.Equal(t, "closed", actions(got, bot.ActCase)[0].Handoff.Stage)
		_, set := k.c.Due()
		require.False(t, set)
		require.Equal(t, []string{"甲"}, texts(k.says("退", is("return"))))
	})
}

func TestDeadlines(t *testing.T) {
	k := begin(t, shop(t, plainRules))
	t0 := k.now
	k.says("人工", is("human"))
	k.after(time.Minute)
	k.says("快点", none())
	got := k.fires()
	require.WithinDuration(t, t0.Add(2*time.Minute), k.now, 0, "half-way, from the oldest message")
	require.Equal(t, []string{"请再等等"}, texts(got))
	require.Equal(t, bot.Notice{Team: "presales", Kind: "reminder", Handoff: k.c.Case.ID}, *actions(got, bot.ActNotice)[0].Notice)
	got = k.fires()
	require.WithinDuration(t, t0.Add(4*time.Minute), k.now, 0)
	require.Equal(t, bot.Notice{Team: "lead", Kind: "escalation", Handoff: k.c.Case.ID}, *actions(got, bot.ActNotice)[0].Notice)
	require.Equal(t, "lead", k.c.Case.Team)
	require.WithinDuration(t, t0.Add(14*time.Minute), k.c.Case.Deadline, 0)
	require.Empty(t, texts(got))
	k.fires()
	got = k.fires()
	require.Equal(t, "escalation", actions(got, bot.ActNotice)[0].Notice.Kind, "nobody is above the lead")
	_, set := k.c.Due()
	require.False(t, set)
}

func TestAgents(t *testing.T) {
	start := func(t *testing.T) *talk {
		t.Helper()
		k := begin(t, shop(t, plainRules))
		k.says("果子坏了，人工", is("quality", "human"))
		k.step(bot.Event{Kind: bot.EventClaim, Agent: "小陈"})
		require.Equal(t, bot.StatusAgent, k.c.Status)
		require.Equal(t, "小陈", k.c.Case.Agent)
		return k
	}
	t.Run("an agent's word is sent and stops the clock", func(t *testing.T) {
		k := start(t)
		got := k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
		require.Equal(t, []string{"您好"}, texts(got))
		require.Empty(t, rulesOf(got))
		at, _ := k.c.Due()
		require.WithinDuration(t, k.now.Add(30*time.Minute), at, 0)
	})
	t.Run("next_reply runs for each later message, and the buyer is not held", func(t *testing.T) {
		k := start(t)
		k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
		k.after(time.Minute)
		require.Empty(t, texts(k.says("好的", nod())))
		got := k.fires()
		require.WithinDuration(t, noon().Add(3*time.Minute), k.now, 0, "half of presales' four minutes")
		require.Empty(t, texts(got))
		require.Equal(t, "reminder", actions(got, bot.ActNotice)[0].Notice.Kind)
		got = k.fires()
		require.Equal(t, bot.Notice{Team: "lead", Kind: "escalation", Handoff: k.c.Case.ID}, *actions(got, bot.ActNotice)[0].Notice)
		require.Equal(t, bot.StatusAgent, k.c.Status)
	})
	t.Run("release", func(t *testing.T) {
		k := start(t)
		got := k.event(bot.EventRelease)
		require.Equal(t, bot.StatusBot, got.Conversation.Status)
		require.Equal(t, []string{"甲"}, texts(k.says("退", is("return"))))
	})
	t.Run("resolve closes, and the next message begins an episode", func(t *testing.T) {
		k := start(t)
		got := k.step(bot.Event{Kind: bot.EventResolve, Agent: "小陈", Outcome: "赔付", Cause: "goods"})
		require.Equal(t, bot.StatusClosed, got.Conversation.Status)
		h := actions(got, bot.ActCase)[0].Handoff
		require.Equal(t, []string{"closed", "赔付", "goods"}, []string{h.Stage, h.Outcome, h.Cause})
		require.Equal(t, "小陈", h.History[len(h.History)-1].Who)
		got = k.says("退", is("return"))
		require.Equal(t, 2, got.Conversation.Episode)
		require.Equal(t, []string{"甲"}, texts(got))
	})
	t.Run("silent for long with an open case: the lead is told", func(t *testing.T) {
		k := start(t)
		k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "您好"})
		got := k.fires()
		require.Equal(t, bot.Notice{Team: "lead", Kind: "agent_idle", Handoff: k.c.Case.ID}, *actions(got, bot.ActNotice)[0].Notice)
		require.Equal(t, bot.StatusAgent, k.c.Status)
	})
	t.Run("stages are for disputes", func(t *testing.T) {
		k := start(t)
		require.Empty(t, k.step(bot.Event{Kind: bot.EventStage, Stage: "investigating"}).Actions)
		k = begin(t, shop(t, plainRules))
		k.says("投诉", with(none(), func(r *intents.Reading) { r.Mood = intents.Angry }))
		got := k.step(bot.Event{Kind: bot.EventStage, Stage: "investigating", Agent: "小陈"})
		require.Equal(t, []string{"正在核实"}, texts(got))
		require.Equal(t, "investigating", k.c.Case.Stage)
		got = k.step(bot.Event{Kind: bot.EventStage, Stage: "closed"})
		require.Equal(t, []string{"处理完了"}, texts(got))
		require.Equal(t, bot.StatusClosed, got.Conversation.Status)
	})
}

func TestHumansOnTheChannel(t *testing.T) {
	line := func(kind, id, text string) bot.Event {
		return bot.Event{Kind: bot.EventMessage, Message: &bot.Message{ID: id, Conversation: "c-1", Buyer: bot.Buyer{ID: "b-1"}, Kind: kind, Text: text}}
	}
	t.Run("a human's line is a claim even without a handoff", func(t *testing.T) {
		for _, kind := range []string{bot.KindAgent, bot.KindEcho} {
			k := begin(t, shop(t, plainRules))
			k.says("退", is("return"))
			got := k.step(line(kind, "x", "我来处理"))
			require.Equal(t, bot.StatusAgent, got.Conversation.Status)
			require.Empty(t, got.Actions)
			require.Empty(t, texts(k.says("退", is("return"))))
			got = k.fires()
			require.Equal(t, bot.StatusBot, got.Conversation.Status, "back to the bot without an open case")
			require.Equal(t, bot.Notice{Team: "presales", Kind: "agent_idle"}, *actions(got, bot.ActNotice)[0].Notice, "the buyer was left waiting")
			require.WithinDuration(t, noon().Add(30*time.Minute), k.now, 0)
		}
	})
	t.Run("our own words are none", func(t *testing.T) {
		tests := []struct {
			name  string
			id    string
			text  string
			after time.Duration
			want  bot.Status
		}{
			{"the same text", "x", " 甲 ", 2 * time.Minute, bot.StatusBot},
			{"by its id", "e1", "别的", time.Hour, bot.StatusBot},
			{"too late", "x", "甲", 2*time.Minute + time.Second, bot.StatusAgent},
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				k := begin(t, shop(t, plainRules))
				k.says("退", is("return"))
				k.after(tt.after)
				require.Equal(t, tt.want, k.step(line(bot.KindEcho, tt.id, tt.text)).Conversation.Status)
			})
		}
	})
	t.Run("system lines and withdrawn messages start nothing", func(t *testing.T) {
		for _, kind := range []string{bot.KindSystem, bot.KindWithdraw} {
			k := begin(t, shop(t, plainRules))
			e := line(kind, "x", "退货")
			r := is("return", "human")
			e.Reading = &r
			require.Empty(t, k.step(e).Actions)
			require.Equal(t, bot.StatusBot, k.c.Status)
		}
	})
}

// Danger that comes up while a case waits takes the case to the team and the priority of the shop's rule for it.
func TestDangerWhileWaitingGoesToItsTeam(t *testing.T) {
	const rules = head + `rules:
  - {id: danger, when: risk == "health", reply: 请停用, handoff: {team: lead, priority: urgent, reason: 健康}}
`
	k := begin(t, shop(t, rules))
	k.says("转人工", is("human"))
	require.NotEqual(t, "lead", k.c.Case.Team)
	r := none()
	r.Risk = intents.Health
	got := k.says("吃完进医院了", r)
	require.Empty(t, texts(got))
	require.Equal(t, bot.StatusWaiting, got.Conversation.Status)
	require.Equal(t, "lead", got.Conversation.Case.Team)
	require.Equal(t, "urgent", got.Conversation.Case.Priority)
}
