package intents

import (
	"slices"
	"strings"

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
	no, _ := d.meaning(what, denyAct)
	return slices.ContainsFunc(tokens, func(t token) bool {
		yes, isAct := d.meaning(t, denyAct)
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
		return t.end <= act.start && act.start-t.end <= 1 && d.is(t, refusals)
	})
}

// isUnwished tells that English "not" before an act refuses it: "no refund please", "not returning it". What "you" or "they"
// do not do is no refusal of the buyer's.
func (s *scratch) isUnwished(deny, what token) bool {
	if s.startsWith(int(what.end), " please", " thanks", " thank you", " pls") {
		return true
	}
	runes := s.text.Runes
	if !isLatin(runes[deny.start]) || !strings.HasSuffix(string(runes[what.start:what.end]), "ing") || what.start != deny.end+1 {
		return false
	}
	before := strings.TrimRight(string(runes[s.clauseStart(int(deny.start)):deny.start]), " ")
	return before == "" || before == "i'm" || before == "im" || before == "i am" || strings.HasSuffix(before, " i'm") || strings.HasSuffix(before, " i am")
}
