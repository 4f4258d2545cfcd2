package bot

import (
	"slices"

	"github.com/govalues/decimal"

	"xiaoer/rules"
)

// offerGate keeps a rule from fitting whose caps on the number of offers are used up.
func (t *turn) offerGate(rule *rules.Rule) string {
	limits := rule.Offer.Cap
	perOrder, perDay := 0, 0
	for _, o := range t.ledger() {
		if o.Rule != rule.ID || o.Verdict == OfferRefused {
			continue
		}
		if o.OrderNo == t.orderNo() {
			perOrder++
		}
		if t.sameDay(o.At, t.e.At) {
			perDay++
		}
	}
	switch {
	case limits.PerOrder > 0 && perOrder >= limits.PerOrder:
		return "offer.cap.per_order"
	case limits.PerBuyerPerDay > 0 && perDay >= limits.PerBuyerPerDay:
		return "offer.cap.per_buyer_per_day"
	}
	return ""
}

// ledger is every offer to this buyer, those of this turn included.
func (t *turn) ledger() []OfferMade {
	if len(t.offers) == 0 {
		return t.e.Record.Offers
	}
	return append(slices.Clip(t.e.Record.Offers), t.offers...)
}

// reckon works a rule's offer out. offer is nil for a rule without one; ok is false when an amount is unknown, not above
// zero, or when a cap was used up while the slots were collected.
func (t *turn) reckon(rule *rules.Rule) (offer *OfferMade, ok bool) {
	if rule.Offer == nil {
		return nil, true
	}
	f := t.see(t.current)
	offer = &OfferMade{
		ID: t.freshID("o", len(t.offers)), Rule: rule.ID, Kind: rule.Offer.Kind, OrderNo: t.orderNo(), At: t.e.At,
	}
	f.set(factOfferKind, rules.TextValue(rule.Offer.Kind))
	if rule.Offer.Amount != nil {
		amount, known := t.amount(rule.Offer.Amount, f.Facts)
		if !known {
			return nil, false
		}
		offer.Amount = amount.Trim(0).String()
		offer.Approval = t.aboveCap(rule.Offer, amount)
		f.set(factOfferAmount, rules.MoneyValue(amount.Trim(0), ""))
	}
	return offer, t.offerGate(rule) == ""
}

func (t *turn) amount(e *rules.Expr, f *rules.Facts) (decimal.Decimal, bool) {
	v, missing, err := e.Eval(f)
	if err != nil || len(missing) > 0 {
		return decimal.Decimal{}, false
	}
	amount, ok := v.Decimal()
	return amount, ok && amount.IsPos()
}

// aboveCap tells whether a human has to approve: above the cap's amount, or a refund of more than was paid.
func (t *turn) aboveCap(o *rules.Offer, amount decimal.Decimal) bool {
	if most, err := decimal.Parse(o.Cap.Amount); o.Cap.Amount != "" && err == nil && amount.Cmp(most) > 0 {
		return true
	}
	if o.Kind != "refund" || t.c.Order == nil {
		return false
	}
	paid, err := decimal.Parse(t.c.Order.Amount)
	return err == nil && amount.Cmp(paid) > 0
}

// forApproval hands an offer that is above its cap to the team that may approve it.
func (t *turn) forApproval(rule *rules.Rule, r Request, offer *OfferMade) {
	team := rule.Offer.Above
	if team == "" && rule.Handoff != nil {
		team = rule.Handoff.Team
	}
	h := handing{name: rule.ID, rule: rule, give: rule.Handoff, team: team, request: r, reason: t.plainReason(reasonApproval)}
	if t.handOver(h) {
		t.effects(rule, offer)
		t.closing = ""
	}
}

func (t *turn) makeOffer(rule *rules.Rule, o OfferMade) {
	t.offers = append(t.offers, o)
	t.c.Offers = keepLast(t.c.Offers, mostRecorded, o)
	t.act(Action{Kind: ActOffer, Rule: rule.ID, Offer: &o})
}
