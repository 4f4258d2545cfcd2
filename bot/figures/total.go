package figures

import (
	"cmp"
	"slices"
	"strings"
)

// A Total is the figures of a stretch of days.
type Total struct {
	Span     Span `json:"-"`
	Days     int  `json:"days"` // that were counted
	Turns    int  `json:"turns"`
	Messages int  `json:"messages"`
	Answered int  `json:"answered"`
	Handed   int  `json:"handed_over"`
	Missed   int  `json:"not_understood"`
	NoRule   int  `json:"no_rule"`

	Visits Visits `json:"visits"`

	Hours   map[int]int    `json:"hours"`
	Intents map[string]int `json:"intents"`
	Rules   map[string]int `json:"rules"`
	Calls   map[string]int `json:"calls"`
	Tasks   int            `json:"tasks"`
	Closed  map[string]int `json:"closed"`

	Replies Replies         `json:"replies"`
	Made    int             `json:"promises_made"`
	Kept    int             `json:"promises_kept"`
	Broken  int             `json:"promises_broken"`
	Offers  map[string]Paid `json:"offers"`
	Costs   map[string]Paid `json:"costs"` // of cases that were closed, by cause
	Stars   [5]int          `json:"stars"`
}

// Sum totals the days of a stretch. Days after it may be given too: they say which of its buyers came back.
func Sum(days []Day, span Span) Total {
	t := Total{
		Span: span, Hours: map[int]int{}, Intents: map[string]int{}, Rules: map[string]int{}, Calls: map[string]int{},
		Closed: map[string]int{}, Offers: map[string]Paid{}, Costs: map[string]Paid{},
	}
	for i := range days {
		if span.Has(days[i].Date) {
			t.add(&days[i])
		}
	}
	for _, v := range VisitsByDay(days, span) {
		t.Visits = t.Visits.Add(v)
	}
	return t
}

func (t *Total) add(d *Day) {
	t.Days++
	t.Turns += d.Turns
	t.Messages += d.Messages
	t.Answered += d.Answered
	t.Handed += d.Handed
	t.Missed += d.Missed
	t.NoRule += d.NoRule
	t.Tasks += d.Tasks
	t.Made += d.Made
	t.Kept += d.Kept
	t.Broken += d.Broken
	t.Replies = t.Replies.Add(d.Replies)
	for h, n := range d.Hours {
		t.Hours[h] += n
	}
	for _, pair := range [...][2]map[string]int{{t.Intents, d.Intents}, {t.Rules, d.Rules}, {t.Calls, d.Calls}, {t.Closed, d.Closed}} {
		for name, n := range pair[1] {
			pair[0][name] += n
		}
	}
	for _, offers := range []map[string]Paid{d.Offers, d.Approved} {
		join(t.Offers, offers)
	}
	join(t.Costs, d.Costs)
	for i, n := range d.Stars {
		t.Stars[i] += n
	}
}

// join adds what was paid to what is known of it.
func join(to, more map[string]Paid) {
	for kind, p := range more {
		sum := to[kind]
		to[kind] = Paid{Count: sum.Count + p.Count, Sum: sum.Sum.Add(p.Sum), Waiting: sum.Waiting + p.Waiting, Refused: sum.Refused + p.Refused}
	}
}

// VisitsByDay is where the visits of a stretch of days are counted after all that is known. A day that was not counted itself may be
// short of visits that left it: it then has none rather than fewer.
func VisitsByDay(days []Day, span Span) map[string]Visits {
	out := map[string]Visits{}
	for i := range days {
		for date, v := range days[i].Visits {
			if span.Has(date) {
				out[date] = out[date].Add(v)
			}
		}
	}
	for date, v := range out {
		out[date] = Visits{Alone: max(v.Alone, 0), Human: max(v.Human, 0), None: max(v.None, 0)}
	}
	return out
}

// Settled is the share of visits that the bot answered alone; ok is false where there were none.
func (v Visits) Settled() (share float64, ok bool) { return Share(v.Alone, v.All()) }

// Share is a part of a whole; ok is false where there is no whole.
func Share(part, whole int) (share float64, ok bool) {
	if whole <= 0 {
		return 0, false
	}
	return float64(part) / float64(whole), true
}

// Paid is what all offers came to.
func (t *Total) Paid() Money { return sumOf(t.Offers) }

// Cost is what all closed cases have cost, as far as agents said.
func (t *Total) Cost() Money { return sumOf(t.Costs) }

func sumOf(all map[string]Paid) Money {
	sum := Money(0)
	for _, p := range all {
		sum = sum.Add(p.Sum)
	}
	return sum
}

// Unanswered is how many messages nobody had an answer to.
func (t *Total) Unanswered() int { return t.Missed + t.NoRule }

// Ratings is how many ratings there were, and their mean; ok is false where there were none.
func (t *Total) Ratings() (n int, mean float64, ok bool) {
	sum := 0
	for i, c := range t.Stars {
		n += c
		sum += (i + 1) * c
	}
	mean, ok = Share(sum, n)
	return n, mean, ok
}

// A Count is a name with how often it was counted.
type Count struct {
	Name string `json:"name"`
	N    int    `json:"count"`
}

// Ranked lists counts, the greatest first, equal ones by name.
func Ranked(counts map[string]int) []Count {
	out := make([]Count, 0, len(counts))
	for name, n := range counts {
		out = append(out, Count{name, n})
	}
	slices.SortFunc(out, func(a, b Count) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name)) })
	return out
}

// Whole sums the topics of each intent.
func Whole(counts map[string]int) map[string]int {
	out := make(map[string]int, len(counts))
	for name, n := range counts {
		intent, _, _ := strings.Cut(name, ".")
		out[intent] += n
	}
	return out
}

// Unused lists those of a shop's rules that nothing was answered by, in their order.
func Unused(rules []string, used map[string]int) []string {
	out := []string{}
	for _, id := range rules {
		if used[id] == 0 {
			out = append(out, id)
		}
	}
	return out
}
