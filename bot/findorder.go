package bot

import (
	"strings"

	"xiaoer/rules"
)

// findOrder picks the buyer's only open order, offers a list, or asks for the number. It is true when the rules have to run
// again, with an order or without.
func (t *turn) findOrder(rule *rules.Rule, r Request) (again bool) {
	slot := t.orderSlot()
	q := &Question{
		Kind: AskOrderNo, Slot: slot.Name, Rule: rule.ID, RuleAt: rule.Index, Intent: r.Intent, Topic: r.Topic, At: t.e.At,
	}
	if t.named != nil || t.c.Named != nil && t.c.Named.State == Down {
		return t.numberFailed(q, slot)
	}
	result, ok := t.look(Lookup{Buyer: t.c.Buyer.ID})
	if !ok {
		return false
	}
	if result.State == Down {
		t.c.Lookup = Down
		t.stale = true
	}
	open := openOrders(result.Orders)
	switch len(open) {
	case 1:
		t.view(open[0])
		t.c.Lookup = Found
		t.note("the buyer's only open order is taken")
		t.matter(r.Intent)
		return true
	case 0:
	default:
		q.Kind, q.Orders = AskChoice, cutList(open, mostListed)
	}
	return t.askOrder(q, slot, rule, false)
}

const mostListed = 9

// askOrder puts the question for an order. It is true when it was put often enough and reading goes on below the rule.
func (t *turn) askOrder(q *Question, slot Slot, rule *rules.Rule, retry bool) (again bool) {
	if t.askings(q) >= slot.attempts() {
		t.withoutOrder(q)
		return true
	}
	if !t.hasPlace() {
		t.keepOpen(q.request())
		return false
	}
	if rule != nil {
		t.once = append(t.once, rule)
		t.apology = t.apology || rule.Apologise
	}
	t.putAgain(q, slot, retry)
	t.countAsking(q)
	return false
}

// withoutOrder ends the search in this matter: rules that look for an order no longer fit, and in this turn reading goes on
// below the rule that did.
func (t *turn) withoutOrder(q *Question) {
	t.matter(q.Intent).NoOrder = true
	t.below = t.ruleByID(q.Rule, q.RuleAt)
	t.stale = true
	t.note("no order was found, reading goes on below %s", q.Rule)
}

// numberFailed deals with a number that was given and not confirmed: not found is an attempt; one that could not be looked
// up stays in the slot, and reading goes on.
func (t *turn) numberFailed(q *Question, slot Slot) (again bool) {
	if t.c.Named.State == Down && t.named == nil {
		// The source may be back since the buyer gave the number.
		result, ok := t.look(Lookup{Buyer: t.c.Buyer.ID, No: t.c.Named.No})
		if !ok {
			return false
		}
		t.confirm(t.c.Named.No, result)
		if result.State == Found {
			return true
		}
	}
	if t.c.Named.State == Down {
		t.withoutOrder(q)
		return true
	}
	return t.askOrder(q, slot, t.ruleByID(q.Rule, q.RuleAt), true)
}

// orderSlot is the slot by which an order number is asked for; a shop without one asks by the script `ask_order`.
func (t *turn) orderSlot() Slot {
	if s, ok := t.b.Slot(SlotOrderNo); ok {
		return s
	}
	return Slot{Name: SlotOrderNo, Kind: SlotOrderNo}
}

func openOrders(list []Order) []Order {
	var out []Order
	for _, o := range list {
		if o.Stage != "closed" {
			out = append(out, o)
		}
	}
	return out
}

// orderAnswered reads the answer to the question which order is meant.
func (t *turn) orderAnswered(q *Question) bool {
	slot := t.orderSlot()
	if q.Kind == AskChoice && t.c.Order == nil && t.named == nil {
		if o, ok := t.choosesOrder(q); ok {
			t.view(o)
			t.c.Lookup = Found
			t.answered = true
		}
	}
	return t.orderKnown(q, slot)
}

// numberAnswered reads the answer to the question of a rule that collects an order number.
func (t *turn) numberAnswered(q *Question, slot Slot) bool { return t.orderKnown(q, slot) }

// orderKnown goes on with the rule that asked for the order: with the order, without it, or by asking again.
func (t *turn) orderKnown(q *Question, slot Slot) bool {
	t.current = q.request()
	switch {
	case t.c.Order != nil:
		t.note("the order that was asked for is known")
		t.stale = true
		t.matter(q.Intent)
		t.orderGiven(q)
	case t.named != nil && t.named.State == Down:
		if q.Kind == AskSlot {
			t.orderGiven(q)
			break
		}
		t.exhausted(q)
	case t.named != nil:
		t.putAgain(t.numberQuestion(q), slot, true)
		t.countAsking(q)
	case q.Kind == AskChoice && (t.reading.Denied || t.reading.Unavailable) && len(t.others(q, nil)) == 0:
		t.putAgain(t.numberQuestion(q), slot, false)
		t.countAsking(q)
	default:
		t.noAnswer(q, slot)
	}
	return true
}

// numberQuestion turns a list to choose from into the question for the number.
func (t *turn) numberQuestion(q *Question) *Question {
	if q.Kind != AskChoice {
		return q
	}
	next := *q
	next.Kind, next.Orders = AskOrderNo, nil
	return &next
}

// orderGiven lets the rules run again once the order is known, or goes on with the rule that collects.
func (t *turn) orderGiven(q *Question) {
	others := t.others(q, nil)
	if q.Kind == AskSlot {
		t.goOnWith(q, others)
		return
	}
	t.dropQuestion()
	t.answer(q.request())
	for _, r := range others {
		if t.asked != nil {
			return
		}
		t.answer(r)
	}
}

// choosesOrder finds which of the listed orders a message chooses: by place, by the tail of its number, by product.
func (t *turn) choosesOrder(q *Question) (Order, bool) {
	text := t.text()
	if n, ok := choiceNumber(text); ok && n >= 1 && n <= len(q.Orders) {
		return q.Orders[n-1], true
	}
	if o, ok := byTail(text, q.Orders); ok {
		return o, true
	}
	titles := make([]string, len(q.Orders))
	for i := range q.Orders {
		titles[i] = orderTitle(&q.Orders[i])
	}
	if at, ok := named(text, titles); ok {
		return q.Orders[at], true
	}
	return byTitlePart(text, q.Orders)
}

func byTail(text string, orders []Order) (o Order, ok bool) {
	for _, n := range numbers([]rune(text)) {
		tail := string([]rune(halfWidth(text))[n.start:n.end])
		if len(tail) < 4 {
			continue
		}
		for i := range orders {
			if strings.HasSuffix(bareNo(orders[i].No), tail) {
				if ok {
					return Order{}, false
				}
				o, ok = orders[i], true
			}
		}
	}
	return o, ok
}

// byTitlePart finds the one order whose product shares the longest stretch of words with the text, of two runes at least.
func byTitlePart(text string, orders []Order) (o Order, ok bool) {
	best := 1
	for i := range orders {
		switch n := sharedRun(text, orderTitle(&orders[i])); {
		case n > best:
			o, ok, best = orders[i], true, n
		case n == best && n > 1:
			ok = false
		}
	}
	return o, ok
}

// sharedRun is the length in runes of the longest stretch that both texts hold; texts are bounded before.
func sharedRun(a, b string) int {
	x, y := []rune(strings.ToLower(cut(a, 60))), []rune(strings.ToLower(cut(b, 200)))
	row, best := make([]int, len(y)+1), 0
	for i := range x {
		before := 0
		for j := range y {
			was := row[j+1]
			row[j+1] = 0
			if x[i] == y[j] && x[i] != ' ' {
				row[j+1] = before + 1
				best = max(best, row[j+1])
			}
			before = was
		}
	}
	return best
}

func orderTitle(o *Order) string {
	titles := make([]string, 0, 2)
	for _, item := range cutList(o.Items, 2) {
		if item.Title != "" {
			titles = append(titles, cut(oneLine(item.Title), 40))
		}
	}
	return strings.Join(titles, "、")
}

// orderLines write the orders of a list as a buyer tells them apart.
func (t *turn) orderLines(orders []Order) []string {
	out := make([]string, len(orders))
	for i := range orders {
		o := &orders[i]
		out[i] = o.No
		if title := orderTitle(o); title != "" {
			out[i] = title + " " + o.No
		}
	}
	return out
}
