package bot

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"xiaoer/intents"
	"xiaoer/rules"
)

const (
	mostSummary    = 800 // runes
	reasonLeft     = "left"
	reasonApproval = "approval"
)

// plainReason is the reason of a built-in hand-over, for agents, in the shop's language.
func (t *turn) plainReason(name string) string {
	zh, en := "信息不全，请人工跟进", "details are missing, please follow up"
	switch name {
	case guardHuman:
		zh, en = "买家要求人工", "the buyer asked for a human"
	case guardRisk:
		zh, en = "消息涉及风险", "the message names a danger"
	case guardAnger:
		zh, en = "买家情绪激动", "the buyer is angry"
	case guardRepeat:
		zh, en = "同样的回答已经给过", "the same answer again would not help"
	case guardCompliance:
		zh, en = "话术不合规，未发送", "the words broke the compliance list and were not sent"
	case guardPromise:
		zh, en = "同样的承诺已经作出过", "the same was promised before"
	case guardNoRule:
		zh, en = "没有适用的规则", "no rule fits"
	case guardPaused:
		zh, en = "机器人已暂停", "the bot is paused"
	case reasonLeft:
		zh, en = "买家没有答完就离开了", "the buyer left before the last answer"
	case saysOtherwise:
		zh, en = "未能理解买家", "not understood"
	case reasonApproval:
		zh, en = "赔付超过上限，需要批准", "offer above the cap: approval needed"
	}
	if t.chinese() {
		return zh
	}
	return en
}

// summary is one paragraph for the agent: who, what, the order, what was collected, mood and danger, what the bot said last
// and what is still open.
func (t *turn) summary(c *Handoff) string {
	w := summaryWords(t.chinese())
	who := firstOf(t.c.Buyer.Name, t.c.Buyer.ID)
	if t.c.Buyer.Tier != "" {
		who += w.within[0] + t.c.Buyer.Tier + w.within[1]
	}
	parts := []string{w.buyer + who, w.about + firstOf(t.titleOf(c.Intent), w.unclear) + w.reason + c.Reason}
	if about := t.c.About; about != nil && !c.Task && about.name() != c.Intent && !slices.Contains(c.Open, about.name()) {
		parts = append(parts, w.before+t.titleOf(about.name()))
	}
	if c.Order != nil {
		parts = append(parts, w.order+" "+t.orderInWords(c.Order, &w))
	}
	if p := c.Product; p != nil && (c.Order == nil || len(c.Order.Items) != 1) {
		parts = append(parts, w.product+firstOf(p.Title, p.ID))
	}
	if s := slotsInWords(c, &w); s != "" {
		parts = append(parts, w.collected+s)
	}
	if c.Mood == intents.Upset || c.Mood == intents.Angry {
		parts = append(parts, w.mood+w.say(string(c.Mood)))
	}
	if c.Risk != "" && c.Risk != intents.NoRisk {
		parts = append(parts, w.risk+w.say(string(c.Risk)))
	}
	if line := t.lastFrom("buyer"); line != "" {
		parts = append(parts, w.lastBuyer+shorten(line, 120))
	}
	if line := t.lastAnswer(); line != "" {
		parts = append(parts, w.lastBot+shorten(line, 120))
	}
	if len(c.Open) > 0 {
		titles := make([]string, len(c.Open))
		for i, name := range c.Open {
			titles[i] = t.titleOf(name)
		}
		parts = append(parts, w.open+strings.Join(titles, w.comma))
	}
	return shorten(visible(w.sentence(parts)), mostSummary)
}

// sentence joins parts; one that ends with a mark of its own needs none behind it.
func (w *words) sentence(parts []string) string {
	var b strings.Builder
	for i, p := range parts {
		p = strings.TrimRight(p, "。.；; ")
		b.WriteString(p)
		last, _ := utf8.DecodeLastRuneInString(p)
		marked := strings.ContainsRune("？！?!…~～", last)
		switch {
		case i == len(parts)-1 && !marked:
			b.WriteString(w.end)
		case i == len(parts)-1:
		case marked:
			b.WriteString(w.gap)
		default:
			b.WriteString(w.stop)
		}
	}
	return b.String()
}

// shorten bounds a text in runes and shows that it did. It cuts no number and no Latin word in two, unless that is all there is.
func shorten(s string, most int) string {
	short := cut(s, most)
	if len(short) == len(s) {
		return s
	}
	short = cut(s, most-1)
	inWord := func(r rune) bool {
		return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_')
	}
	if next, _ := utf8.DecodeRuneInString(s[len(short):]); inWord(next) {
		if whole := strings.TrimRightFunc(short, inWord); len(short)-len(whole) < 64 && whole != "" {
			short = whole
		}
	}
	return strings.TrimRight(short, " ") + "…"
}

type words struct {
	buyer, about, unclear, reason, order, product, collected, mood, risk, lastBuyer, lastBot, open, comma, stop, gap, end string
	paid, delivered, photos, money, before                                                                                string
	within                                                                                                                [2]string // brackets
	plain                                                                                                                 func(value string) string
}

// say gives a value of a list as a person says it.
func (w *words) say(value string) string { return firstOf(w.plain(value), value) }

// plainChinese knows values of lists as a person says them.
func plainChinese(value string) string {
	switch value {
	case "unpaid":
		return "待付款"
	case "grouping":
		return "拼单中"
	case "paid":
		return "待发货"
	case "part_shipped":
		return "部分发货"
	case "shipped":
		return "已发货"
	case "delivered":
		return "已签收"
	case "closed":
		return "已关闭"
	case "calm":
		return "平静"
	case "upset":
		return "不满"
	case "angry":
		return "激动"
	case "review":
		return "差评"
	case "platform":
		return "平台介入"
	case "regulator":
		return "监管投诉"
	case "media":
		return "媒体曝光"
	case "legal":
		return "法律索赔"
	case "health":
		return "人身健康"
	case "safety":
		return "使用安全"
	}
	return ""
}

// plainEnglish says values of lists as they are.
func plainEnglish(value string) string { return value }

func summaryWords(chinese bool) words {
	if chinese {
		return words{
			"买家", "诉求：", "未明", "，原因：", "订单", "商品：", "已收集：", "情绪：", "风险：", "买家最后说：", "机器人最后说：",
			"尚未答复：", "、", "；", "", "。",
			"付款", "签收", "照片", "元", "此前问：",
			[2]string{"（", "）"},
			plainChinese,
		}
	}
	return words{
		"Buyer ", "wants: ", "not clear", ", reason: ", "order", "product: ", "collected: ", "mood: ", "risk: ", "last words of the buyer: ",
		"last words of the bot: ", "still open: ", ", ", "; ", " ", ".",
		"paid", "delivered", "photos", "yuan", "asked before: ",
		[2]string{" (", ")"},
		plainEnglish,
	}
}

func (t *turn) titleOf(name string) string {
	if title := t.b.Titles[name]; title != "" {
		return title
	}
	if intent, _, found := strings.Cut(name, "."); found {
		return firstOf(t.b.Titles[intent], name)
	}
	return name
}

func (t *turn) orderInWords(o *Order, w *words) string {
	format := t.format()
	parts := []string{o.No}
	for _, item := range cutList(o.Items, 3) {
		parts = append(parts, shorten(firstOf(item.Title, item.ID), 40))
	}
	if o.Stage != "" {
		parts = append(parts, w.say(o.Stage))
	}
	if o.Amount != "" {
		parts = append(parts, o.Amount+" "+w.money)
	}
	if o.PaidAt != nil {
		parts = append(parts, w.paid+" "+format.Print(rules.TimeValue(*o.PaidAt)))
	}
	if o.DeliveredAt != nil {
		parts = append(parts, w.delivered+" "+format.Print(rules.TimeValue(*o.DeliveredAt)))
	}
	return strings.Join(parts, " ")
}

func slotsInWords(c *Handoff, w *words) string {
	names := make([]string, 0, len(c.Slots))
	for name := range c.Slots {
		if name != SlotOrderNo || c.Order == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	parts := make([]string, 0, len(names)+1)
	for _, name := range names {
		parts = append(parts, name+"="+shorten(oneLine(c.Slots[name]), 80))
	}
	if n := len(c.Images); n > 0 {
		parts = append(parts, w.photos+"×"+itoa(n))
	}
	return strings.Join(parts, ", ")
}

func (t *turn) lastFrom(who string) string {
	for _, line := range slices.Backward(t.c.Transcript) {
		if line.From == who {
			return oneLine(line.Text)
		}
	}
	return ""
}

// lastAnswer is what the bot said last before the buyer's last words: what it says in handing over tells an agent nothing.
func (t *turn) lastAnswer() string {
	asked := false
	for _, line := range slices.Backward(t.c.Transcript) {
		switch {
		case line.From == "buyer":
			asked = true
		case line.From == "bot" && asked:
			return oneLine(line.Text)
		}
	}
	return ""
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
