package rules

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"xiaoer/rules/doc"
)

// A promiseFinder finds words that promise a time or money. It looks at the shop's own words only: a number that comes
// from a fact, such as ${policy.return_days}, states what is so.
type promiseFinder struct {
	times  []*regexp.Regexp
	money  []*regexp.Regexp
	asking *regexp.Regexp // the words in front of a time in which the buyer should do something
	right  *regexp.Regexp // words in it that make it what the buyer may do
}

func newPromiseFinder() *promiseFinder {
	const (
		number = `[0-9０-９一二两三四五六七八九十半几]+`
		span   = number + `(?:\s*[-~～—到至]\s*` + number + `)?\s*(?:个)?(?:小时|分钟|工作日|天|日|周)`
		doing  = `(?:送达|送到|到货|发货|发出|寄出|退款|到账|补发|退回|返还|赔付|打款|解决|处理|回复|回电|联系您|给您[^，。！？；,.!?;\n]{0,4})`
		soon   = `(?:今天|今日|今晚|明天|明日|后天)(?:之?内|之?前|一定|就|会|能|可以)*`
		then   = `(?:之?内|之?前|以内|左右|一定|就|便|会|能|可以)*`
		here   = `到(?:家|货|您|你|达|手)?(?:[，。！？；、,.!?;~～\s哦呢啦喔]|$)`
		now    = `(?:马上|立即|立刻|即刻)(?:就|会|给|为|帮|您|你|安排)*`
		sent   = `(?:退款|到账|发货|发出|寄出|补发|退回|返还|赔付|打款|送达|送到|到货)`
		yuan   = `\s*[¥￥]?\s*` + number + `(?:\.[0-9]+)?\s*(?:元|块)`
		amount = `(?:[¥￥$€£]\s?[0-9]+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?\s*(?:yuan|rmb|dollars?|euros?|pounds?))`
		within = `(?:within|in)\s+(?:the\s+next\s+)?[0-9]+(?:\s*(?:-|to)\s*[0-9]+)?\s*(?:working\s+|business\s+)?(?:hours?|days?|minutes?|weeks?)`
		act    = `(?:ship|dispatch|deliver|refund|arrive|reply|respond|send|sent|resolv|process|reship|pay|paid|credit)\w*`
	)
	times := []string{
		span + `(?:之内|以内|内)?[^，。！？；,.!?;\n]{0,12}?` + doing,
		soon + `[^，。！？；,.!?;\n]{0,6}?` + doing,
		span + then + here,
		soon + here,
		now + sent,
		`(?i)\b` + act + `\b[^.!?;\n]{0,40}?\b` + within,
		`(?i)\b` + within + `\b[^.!?;\n]{0,20}?\b` + act,
	}
	money := []string{
		`(?:赔偿|赔付|赔|补偿|补给|补|退还|退给|退款|退|返还|返现|返)(?:给)?(?:您|你|亲)?` + yuan,
		number + `\s*(?:元|块)(?:的)?(?:无门槛)?(?:优惠券|红包|补偿|赔偿|代金券|现金券)`,
		`(?i)\b(?:refund|compensat|reimburs)\w*\b[^.!?;\n]{0,20}?` + amount,
		`(?i)` + amount + `\s*(?:coupon|refund|voucher|back\b|compensation)`,
	}
	return &promiseFinder{
		times:  compileAll(times),
		money:  compileAll(money),
		asking: regexp.MustCompile(`(?i)(?:请|麻烦|您可以|您可|您需|买家|签收|收货|收到|please|you (?:can|may|must|should|have to))[^，。！？；,.!?;\n]{0,12}$`),
		right:  regexp.MustCompile(`支持|申请|可以?退|可选|无理由`),
	}
}

func compileAll(patterns []string) []*regexp.Regexp {
	list := make([]*regexp.Regexp, len(patterns))
	for i, p := range patterns {
		list[i] = regexp.MustCompile(p)
	}
	return list
}

// find gives the place of the first promise in runes. What the buyer is asked or free to do
// within a time is none.
func (f *promiseFinder) find(text string) (at span, found bool) {
	if !strings.ContainsAny(text, "0123456789０１２３４５６７８９一二两三四五六七八九十半几今明后马立即") {
		return span{}, false
	}
	for _, p := range f.times {
		for _, m := range p.FindAllStringIndex(text, -1) {
			if !f.asking.MatchString(text[:m[0]]) && !f.right.MatchString(text[m[0]:m[1]]) {
				return runes(text, m), true
			}
		}
	}
	for _, p := range f.money {
		if m := p.FindStringIndex(text); m != nil {
			return runes(text, m), true
		}
	}
	return span{}, false
}

// runes turns a place in bytes into one in runes, without what only ends the sentence.
func runes(text string, m []int) span {
	m[1] = m[0] + len(strings.TrimRight(text[m[0]:m[1]], "，。！？；、,.!?;~～ \t\n哦呢啦喔"))
	from := utf8.RuneCountInString(text[:m[0]])
	return span{from, from + utf8.RuneCountInString(text[m[0]:m[1]])}
}

// ownWords blanks the values out of a text, so that places stay what they are.
func ownWords(text string) string {
	blanked := []rune(text)
	for _, part := range splitTemplate(blanked) {
		for i := part.at.from; part.value && i < part.at.to; i++ {
			blanked[i] = '$'
		}
	}
	return string(blanked)
}

// checkPromises warns of texts that promise a time or money which nothing records.
func (r *reader) checkPromises(d *draft, finder *promiseFinder) {
	if d.rule.Promise != nil || d.rule.Offer != nil {
		return
	}
	for _, n := range d.replies {
		words := ownWords(n.Text)
		if at, found := finder.find(words); found {
			r.problems.Warn(n.Part(at.from, at.to), doc.UnsafePromise, "%q promises a time or money, and nothing records it",
				strings.TrimSpace(string([]rune(n.Text)[at.from:at.to]))).
				WithHint("add `promise: {what: …, within: …}` or `offer:`, or read the number from a fact such as ${policy.…}")
		}
	}
}
