package intents

import (
	"slices"
	"strings"
)

// chooseRemedy leaves out a return that stands beside an exchange without being asked for, and the other way round:
// "我要换货，促销时买的，退货就买不到这价了". Where both are asked for, or either would do, both stay.
func (s *scratch) chooseRemedy() {
	if !s.has("exchange") || !s.has("return") && !s.has("refund") {
		return
	}
	message := string(s.text.Runes)
	if containsAny(message, "或", "还是", "也行", "都行", "也可以", "都可以", "要么", "退换", " or ") {
		return
	}
	swap, back := wants(message, "换"), wants(message, "退")
	if swap == back {
		return
	}
	s.found = slices.DeleteFunc(s.found, func(p Prediction) bool {
		return p.Intent == "exchange" && !swap || (p.Intent == "return" || p.Intent == "refund") && !back
	})
}

// wants tells that an act is asked for in so many words.
func wants(message, act string) bool {
	for _, w := range [...]string{"要", "想", "申请", "帮我", "给我", "能", "可以", "可否", "怎么", "办"} {
		if strings.Contains(message, w+act) {
			return true
		}
	}
	return false
}

// leaveCircumstance leaves out a delay that is only told beside a fall of the price: "还没送到就降价了".
func (s *scratch) leaveCircumstance() {
	if !s.has("delay") || !slices.ContainsFunc(s.found, func(p Prediction) bool { return p.Topic == "price_drop" }) ||
		containsAny(string(s.text.Runes), "怎么还", "催", "快点", "尽快", "什么时候", "几时", "还不", "when", "hurry") {
		return
	}
	s.found = slices.DeleteFunc(s.found, func(p Prediction) bool { return p.Intent == "delay" })
}
