package intents

import "xiaoer/intents/text"

// masks gives the class rune that stands for each kind of entity.
func maskOf(kind string) rune {
	switch kind {
	case Link:
		return text.Link
	case OrderNo:
		return text.Order
	case Phone:
		return text.Phone
	case TrackingNo:
		return text.Tracking
	case Date:
		return text.Date
	case Amount:
		return text.Amount
	}
	return text.Address
}

// mask puts one class rune in place of each entity and each number, and takes pasted order cards out. What is left is
// what the buyer wrote. It works in place: the plain form only gets shorter.
func (s *scratch) mask() {
	t := &s.text
	out, next := 0, 0
	for i := 0; i < len(t.Runes); {
		r, end := t.Runes[i], i+1
		switch {
		case next < len(s.spans) && i == int(s.spans[next].start):
			r, end = maskOf(s.spans[next].kind), int(s.spans[next].end)
			next++
		case isDigit(r):
			r, end = maskNumber(t.Runes, i)
		}
		if r != 0 {
			t.Runes[out], t.From[out], t.Upto[out] = r, t.From[i], t.Upto[end-1]
			out++
			i = end
			continue
		}
		for ; i < end; i++ {
			t.Runes[out], t.From[out], t.Upto[out] = t.Runes[i], t.From[i], t.Upto[i]
			out++
		}
	}
	t.Cut(out)
	s.dropCards()
}

// maskNumber gives the class of the number at i and its end; 0 for the few numbers that are names.
func maskNumber(runes []rune, i int) (class rune, end int) {
	end = i
	for end < len(runes) && isDigit(runes[end]) {
		end++
	}
	switch string(runes[i:end]) {
	case "618", "315", "12315", "12345", "1111", "1212", "12348":
		return 0, end
	}
	if end-i == 1 && runes[i] == '1' && isStar(runes, end) {
		return 0, end
	}
	switch n := end - i; {
	case n <= 2:
		return text.Short, end
	case n <= 5:
		return text.Some, end
	}
	return text.Many, end
}

// isStar tells the one star of a bad review.
func isStar(runes []rune, i int) bool {
	if i < len(runes) && (runes[i] == ' ' || runes[i] == '-') {
		i++
	}
	return i < len(runes) && (runes[i] == '星' && (i+1 == len(runes) || runes[i+1] != '期') || i+1 < len(runes) && runes[i] == 's' && runes[i+1] == 't')
}

// cardLabels are the fields of the order and goods cards that marketplaces paste into a chat, longest first.
var cardLabels = newPhrases(
	"您选择了一个订单进行咨询", "顾客通过点击web咚咚京东信息发送", "商品信息咨询", "咨询订单号", "订单编号", "订单号码", "订单金额", "下单时间", "商品编号",
	"商品id", "订单号", "单号", "订单状态", "实付款", "交易时间", "付款时间", "商品数量",
)

// dropCards takes "label: value" fields out, with the brackets and marks around them.
func (s *scratch) dropCards() {
	t := &s.text
	out, dropped := 0, false
	for i := 0; i < len(t.Runes); {
		if end := cardField(t.Runes, i); end > i {
			i, dropped = end, true
			continue
		}
		t.Runes[out], t.From[out], t.Upto[out] = t.Runes[i], t.From[i], t.Upto[i]
		out++
		i++
	}
	t.Cut(out)
	if dropped {
		s.trimMarks()
	}
}

// cardField gives the end of a card's field that begins at i, or i.
func cardField(runes []rune, i int) int {
	n := cardLabels.at(runes, i)
	if n == 0 {
		return i
	}
	at := i + n
	for at < len(runes) && (runes[at] == ':' || runes[at] == ' ' || runes[at] == '¥' || runes[at] == ';' || runes[at] == '[' || runes[at] == '(') {
		at++
	}
	if at == i+n {
		return i
	}
	for at < len(runes) && (isValueClass(runes[at]) || runes[at] == ':' || runes[at] == '-' || runes[at] == ' ' || runes[at] == '.') {
		at++
	}
	for at < len(runes) && (runes[at] == ',' || runes[at] == ']' || runes[at] == ';' || runes[at] == ')') {
		at++
	}
	return at
}

func isValueClass(r rune) bool { return r >= text.Link && r <= text.Many }

// trimMarks takes what brackets and spaces the cards left at both ends.
func (s *scratch) trimMarks() {
	t := &s.text
	n := len(t.Runes)
	for n > 0 && (t.Runes[n-1] == ' ' || t.Runes[n-1] == '[' || t.Runes[n-1] == ',') {
		n--
	}
	t.Cut(n)
	i := 0
	for i < n && (t.Runes[i] == ' ' || t.Runes[i] == '[' || t.Runes[i] == ']' || t.Runes[i] == ',') {
		i++
	}
	t.Skip(i)
}
