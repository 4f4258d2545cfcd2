package intents

import (
	"slices"

	"xiaoer/intents/text"
)

// refusers stand before a denial that tells what the shop does, and takes nothing back.
var refusers = [...]rune{'们', '店', '家', '服', '你', '您', '台', '他', '都', '说', '也'}

// isAlternative tells that a bare 不 chooses between taking goods back and exchanging them: "不换货，我要退货". By itself
// "不换货" may as well complain of the shop.
func (d *denier) isAlternative(s *scratch, tokens []token, deny, what token) bool {
	if deny.start > 0 && slices.Contains(refusers[:], s.text.Runes[deny.start-1]) || s.hasBetween(deny.end, what.start, '给', '让', '肯', '能') {
		return false
	}
	no, _ := d.meaning(what, "act")
	return slices.ContainsFunc(tokens, func(t token) bool {
		yes, isAct := d.meaning(t, "act")
		return isAct && (t.start >= what.end || t.end <= deny.start) && isExchange(no) != isExchange(yes) && isSendingBack(no) != isSendingBack(yes) &&
			text.IsHan(s.text.Runes[t.start]) && !d.isDenied(tokens, t)
	})
}

func isExchange(names []string) bool { return slices.Contains(names, "exchange") }

func isSendingBack(names []string) bool {
	return slices.Contains(names, "return") || slices.Contains(names, "refund")
}

// isDenied tells that a word of denial stands right before an act.
func (d *denier) isDenied(tokens []token, act token) bool {
	return slices.ContainsFunc(tokens, func(t token) bool {
		return t.end <= act.start && act.start-t.end <= 1 && (d.is(t, "strong") || d.is(t, "contrast") || d.is(t, "weak") || d.is(t, "absent") || d.is(t, "revoke"))
	})
}
