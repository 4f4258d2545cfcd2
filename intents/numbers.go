package intents

var (
	orderLabels    = []string{"订单编号", "订单号", "订单号码", "订单", "单子", "order number", "order no.", "order no", "order #", "order", "purchase", "invoice"}
	trackingLabels = []string{"快递单号", "运单号", "物流单号", "快递号", "快递", "运单", "物流", "tracking number", "tracking no", "tracking"}
	amountLabels   = []string{"金额", "付款", "实付", "支付", "价格", "退款", "amount", "total", "price"}
	amountUnits    = []string{"元", "块", "圆", "rmb", "dollar", "usd", "bucks", "pounds", "euro", "yuan"}
	goodsLabels    = []string{"商品编号", "商品id", "编号", "税号", "识别号", "账号", "尾号", "验证码"}
)

// number reads what begins with a digit: a phone, a date, an amount, an order or tracking number, or nothing.
func (r *spanReader) number(i int) int {
	if end := r.date(i); end > i {
		return r.add(Date, i, end)
	}
	if start, end := r.phone(i); end > i {
		return r.add(Phone, start, end)
	}
	if r.runes[i] == '+' {
		return i + 1
	}
	end := r.digitRun(i)
	n := end - i
	switch {
	case isLatin(r.rune(end)) && n >= 4 && r.rune(end) != 'y':
		return r.mixed(i, end)
	case n == 6 && r.rune(end) == '-' && r.digitRun(end+1)-end-1 == 15:
		return r.add(OrderNo, i, end+16)
	case n >= 9 || n >= 4 && r.before(i, 3, orderLabels...) && !r.after(end, amountUnits...):
		return r.long(i, end)
	}
	if stop := r.decimal(i); r.isAmount(i, stop) {
		return r.add(Amount, i, stop)
	}
	return end
}

// mixed passes over a word of digits and letters, such as a tax number.
func (r *spanReader) mixed(i, end int) int {
	for end < len(r.runes) && (isDigit(r.runes[end]) || isLatin(r.runes[end])) {
		end++
	}
	return max(end, i+1)
}

// long says what a long run of digits is: the label before it decides, then its length.
func (r *spanReader) long(i, end int) int {
	n := end - i
	switch {
	case n > 24, r.before(i, 2, goodsLabels...) && !r.before(i, 2, orderLabels...):
		return end
	case r.before(i, 4, "订单编号", "订单号", "order number", "order no"):
	case n >= 10 && n <= 20 && (r.before(i, 4, trackingLabels...) ||
		n >= 12 && n <= 15 && (r.ofParcel() || r.before(i, 2, "单号")) && !r.before(i, 4, orderLabels...)):
		return r.add(TrackingNo, i, end)
	}
	return r.add(OrderNo, i, end)
}

// phone reads a mobile or landline number, with its spaces and dashes, and gives where the number itself stands.
func (r *spanReader) phone(i int) (start, end int) {
	start = i
	if r.runes[i] == '+' {
		i++
	}
	if r.is(i, "86") && (i > start || r.digitRun(i)-i == 13 || r.rune(i+2) == '-' || r.rune(i+2) == ' ') {
		i += 2
		for r.rune(i) == ' ' || r.rune(i) == '-' {
			i++
		}
	}
	if end = r.mobile(i); end > i && !r.before(i, 4, "订单编号", "订单号", "单号", "order") {
		return start, end
	}
	if end = r.landline(start); end > start {
		return start, end
	}
	return start, start
}

// mobile reads eleven digits from 13 to 19, in one run or as 3-4-4.
func (r *spanReader) mobile(i int) int {
	if r.rune(i) != '1' || r.rune(i+1) < '3' || r.rune(i+1) > '9' {
		return i
	}
	at := i
	for _, group := range [...]int{3, 4, 4} {
		if at > i && (r.rune(at) == ' ' || r.rune(at) == '-') {
			at++
		}
		for range group {
			if !r.digitAt(at) {
				return i
			}
			at++
		}
	}
	if r.digitAt(at) {
		return i
	}
	return at
}

// landline reads 010-12345678 and the like.
func (r *spanReader) landline(i int) int {
	area := r.digitRun(i)
	if r.rune(i) != '0' || area-i < 3 || area-i > 4 || r.rune(area) != '-' {
		return i
	}
	end := r.digitRun(area + 1)
	if n := end - area - 1; n < 7 || n > 8 {
		return i
	}
	return end
}

// isAmount tells whether the number is money: by a unit behind it or a label before it. Terms such as "满300减20"
// name no amount of the buyer's.
func (r *spanReader) isAmount(i, end int) bool {
	if end == i || end-i > 10 || r.before(i, 1, "满", "减") {
		return false
	}
	if r.after(end, amountUnits...) && !r.after(end, "元素", "块大", "块小") {
		return end-i > 1 || r.rune(i-1) != '满'
	}
	return r.before(i, 3, amountLabels...) && !r.after(end, "天", "个", "件", "次", "日", "月", "号", "年", "小时", "点", "day", "hour", "%", "折")
}

// date reads 2026-11-21, 2026/11/21, 2026.11.21, 2026年11月21日 and 11月21日.
func (r *spanReader) date(i int) int {
	year := r.digitRun(i)
	if year-i == 4 && (r.is(i, "20") || r.is(i, "19")) {
		sep := r.rune(year)
		if sep == '-' || sep == '/' || sep == '.' || sep == '年' {
			return r.dayOfMonth(i, year+1, sep)
		}
		return i
	}
	if year-i <= 2 && r.rune(year) == '月' {
		return r.dayOfMonth(i, i, '年')
	}
	if year-i <= 2 && r.rune(year) == '/' {
		return r.slashes(i, year+1)
	}
	return i
}

// dayOfMonth reads the month and day that follow a year.
func (r *spanReader) dayOfMonth(start, at int, sep rune) int {
	month := r.digitRun(at)
	if !r.within(at, month, 12) {
		return start
	}
	if sep == '年' {
		sep = '月'
	}
	if r.rune(month) != sep {
		return start
	}
	day := r.digitRun(month + 1)
	if !r.within(month+1, day, 31) {
		return start
	}
	if sep == '月' {
		if c := r.rune(day); c != '日' && c != '号' {
			return start
		}
		day++
	}
	return day
}

// slashes reads the rest of 11/21/2026.
func (r *spanReader) slashes(start, at int) int {
	day := r.digitRun(at)
	if !r.within(at, day, 31) || r.rune(day) != '/' {
		return start
	}
	if end := r.digitRun(day + 1); end-day-1 == 4 {
		return end
	}
	return start
}

// within tells whether the one or two digits in [i, end) are a number from 1 to most.
func (r *spanReader) within(i, end int, most int) bool {
	if end-i < 1 || end-i > 2 {
		return false
	}
	n := 0
	for _, c := range r.runes[i:end] {
		n = n*10 + int(c-'0')
	}
	return n >= 1 && n <= most
}
