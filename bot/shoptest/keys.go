package shoptest

import (
	"slices"
	"strings"

	"xiaoer/bot"
	"xiaoer/rules/doc"
)

// A vocabulary is the names that expectations may speak of. A nil list is not checked.
type vocabulary struct {
	rules, slots, teams, intents []string
	facts                        []string // the fields of orders, by their facts' names
}

// builtInAnswers are what `rule` may name besides the shop's rules.
func builtInAnswers() []string {
	return []string{
		"guard.human", "guard.risk", "guard.anger", "guard.repeat", "guard.compliance", "guard.promise", "guard.no_rule", "guard.paused",
		"greeting", "closing", "withdrawn", "settled", "holding", "ack_media", "otherwise",
	}
}

func wordsOf(b *bot.Book) vocabulary {
	var v vocabulary
	for _, f := range bot.Vocabulary(bot.VocabularyOptions{}).Facts {
		v.facts = append(v.facts, f.Name)
	}
	if b == nil || b.Rules == nil {
		return v
	}
	v.rules = builtInAnswers()
	for _, rule := range b.Rules.Rules() {
		v.rules = append(v.rules, rule.ID)
	}
	v.slots = []string{bot.SlotOrderNo}
	for i := range b.Slots {
		v.slots = append(v.slots, b.Slots[i].Name)
	}
	v.teams = []string{}
	for i := range b.Teams {
		v.teams = append(v.teams, b.Teams[i].Name)
	}
	for name := range b.Titles {
		v.intents = append(v.intents, name)
	}
	slices.Sort(v.intents)
	return v
}

// known reports a name that is none of a list; nil lists are not checked.
func (r *parser) known(n *doc.Node, list []string, code doc.Code, what string) {
	if list == nil || slices.Contains(list, n.Text) {
		return
	}
	r.d.Problems.Error(n.Range(), code, "unknown %s %q", what, n.Text).WithHint(nearest(n.Text, list))
}

// nearest is the hint for a misspelt word, "" where nothing of the list is near.
func nearest(word string, list []string) string {
	if near := doc.Suggest(word, list); near != "" {
		return "did you mean \"" + near + "\"?"
	}
	return ""
}

func buyerKeys() []string {
	return []string{"id", "name", "tier", "orders", "open_orders", "first_time"}
}

// checkKeys reports keys that look like a misspelt one of a list. Others are let through: an order source may send more
// than the bot reads, and a test may too.
func (r *parser) checkKeys(n *doc.Node, what string, keys []string) {
	if n == nil {
		return
	}
	for _, pair := range n.Pairs {
		if slices.Contains(keys, pair.Key.Text) {
			continue
		}
		if hint := nearest(pair.Key.Text, keys); hint != "" {
			r.d.Problems.Error(pair.Key.Range(), doc.UnknownKey, "unknown key %q in %s", pair.Key.Text, what).WithHint(hint)
		}
	}
}

func (r *parser) checkOrder(n *doc.Node) {
	keys := []string{
		"no", "buyer_id", "stage", "amount", "paid_at", "shipped_at", "delivered_at", "promised_at", "remark", "gift_due",
		"logistics", "aftersales", "items", "sent", "seen_at",
	}
	r.checkKeys(n, "order", slices.Concat(keys, r.fieldsOf("order.")))
	r.checkKeys(n.Get("logistics"), "logistics", slices.Concat([]string{"updated_at", "sent"}, r.fieldsOf("logistics.")))
	r.checkKeys(n.Get("aftersales"), "aftersales", slices.Concat([]string{"sent"}, r.fieldsOf("aftersales.")))
	if list := n.Get("items"); list != nil {
		for _, item := range list.Items {
			r.checkKeys(item, "an item", []string{"id", "title", "sku", "quantity", "price"})
		}
	}
}

func (r *parser) fieldsOf(group string) []string {
	var out []string
	for _, f := range r.words.facts {
		if field, ok := strings.CutPrefix(f, group); ok {
			out = append(out, field)
		}
	}
	return out
}
