package bot

import (
	"strconv"
	"strings"
	"unicode"
)

// found is one number in a text: its decimal digits, its place in runes and what follows it.
type found struct {
	text       string
	start, end int
	unit       string // the rest of the text after it, at most 4 runes
	ordinal    bool
}

// halfWidth turns full-width digits and signs into plain ones.
func halfWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - 0xFEE0
		}
		if r == '　' {
			return ' '
		}
		return r
	}, s)
}

// numbers finds the numbers of a text: digits with decimals, Chinese ones up to 九百九十九, English ones up to twelve.
func numbers(text []rune) []found {
	runes := []rune(halfWidth(string(text)))
	var out []found
	for i := 0; i < len(runes); {
		n, ok := digitsAt(runes, i)
		if !ok && n.end == 0 {
			n, ok = chineseAt(runes, i)
		}
		if !ok && n.end == 0 {
			n, ok = englishAt(runes, i)
		}
		if !ok {
			i = max(i+1, n.end)
			continue
		}
		n.ordinal = n.ordinal || i > 0 && runes[i-1] == '第'
		n.unit = string(runes[n.end:min(n.end+4, len(runes))])
		out = append(out, n)
		i = n.end
	}
	return out
}

// mostDigits is how long a number may be before it is something else.
const mostDigits = 18

func digitsAt(runes []rune, i int) (found, bool) {
	end := i
	dot := false
	for end < len(runes) {
		r := runes[end]
		if r >= '0' && r <= '9' {
			end++
			continue
		}
		if r == '.' && !dot && end > i && end+1 < len(runes) && runes[end+1] >= '0' && runes[end+1] <= '9' {
			dot = true
			end++
			continue
		}
		break
	}
	if end == i {
		return found{}, false
	}
	text := strings.TrimLeft(string(runes[i:end]), "0")
	if text == "" || text[0] == '.' {
		text = "0" + text
	}
	return found{text: text, start: i, end: end}, len(text) <= mostDigits
}

const chineseDigits = "零一二三四五六七八九"

// chineseAt reads a Chinese number. Bare digits in a row (三四个) say "about" and are no number.
func chineseAt(runes []rune, i int) (found, bool) {
	total, digit, digits, end := 0, -1, 0, i
	for ; end < len(runes); end++ {
		r := runes[end]
		switch {
		case r == '两':
			r = '二'
			fallthrough
		case strings.ContainsRune(chineseDigits, r):
			digit = indexOf(chineseDigits, r)
			digits++
			continue
		case r == '十' || r == '百':
			unit := 10
			if r == '百' {
				unit = 100
			}
			total += max(digit, boolInt(digit < 0)) * unit
			digit, digits = -1, 0
			continue
		}
		break
	}
	switch {
	case end == i:
		return found{}, false
	case digits > 1:
		return found{start: i, end: end}, false
	}
	return found{text: strconv.Itoa(total + max(digit, 0)), start: i, end: end}, true
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func indexOf(list string, r rune) int {
	for i, x := range []rune(list) {
		if x == r {
			return i
		}
	}
	return -1
}

func englishAt(runes []rune, i int) (found, bool) {
	if !unicode.IsLetter(runes[i]) || runes[i] > 127 || i > 0 && runes[i-1] < 128 && unicode.IsLetter(runes[i-1]) {
		return found{}, false
	}
	end := i
	for end < len(runes) && runes[end] < 128 && unicode.IsLetter(runes[end]) {
		end++
	}
	word := strings.ToLower(string(runes[i:end]))
	for n, w := range [...]string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"} {
		if w == word {
			return found{text: strconv.Itoa(n + 1), start: i, end: end}, true
		}
	}
	for n, w := range [...]string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"} {
		if w == word {
			return found{text: strconv.Itoa(n + 1), start: i, end: end, ordinal: true}, true
		}
	}
	return found{}, false
}

// oneNumber is the count that a message names: its only number, or its only one before a measure word. Unasked, it has to
// stand before a measure word ("坏了3个") and not say how many were bought.
func oneNumber(text []rune, unasked bool) (answer, bool) {
	var counts, measured []found
	for _, n := range numbers(text) {
		if n.ordinal || !isCount(n) {
			continue
		}
		counts = append(counts, n)
		if isMeasured(n) {
			measured = append(measured, n)
		}
	}
	if unasked || len(counts) > 1 {
		counts = measured
	}
	if len(counts) != 1 || unasked && wasBought(text, counts[0]) {
		return answer{}, false
	}
	n := counts[0]
	return answer{value: Filled{Text: n.text}, start: n.start, end: n.end, number: true}, true
}

// isCount leaves out days, prices and words that only look like a number ("一下").
func isCount(n found) bool {
	return !hasPrefixOf(n.unit, "天", "日", "月", "年", "号", "点", "小时", "分钟", "元", "块", "%", "day", "hour", " day", " hou",
		"下", "些", "样", "直", "起", "定", "般", "共", "旦", "切", "边", "会儿")
}

func isMeasured(n found) bool {
	return hasPrefixOf(strings.TrimLeft(n.unit, " "), "个", "只", "颗", "件", "粒", "枚", "盒", "箱", "袋", "瓶", "条", "台", "双", "包", "罐", "串",
		"piec", "pcs", "of", "item")
}

func wasBought(text []rune, n found) bool {
	before := strings.ToLower(string(text[max(n.start-8, 0):n.start]))
	if at := strings.LastIndexFunc(before, unicode.IsPunct); at >= 0 {
		before = before[at:]
	}
	for _, word := range [...]string{"买", "拍", "订", "下单", "一共", "总共", "bought", "order"} {
		if strings.Contains(before, word) {
			return true
		}
	}
	return false
}

func hasPrefixOf(s string, list ...string) bool {
	for _, p := range list {
		if strings.HasPrefix(strings.ToLower(s), p) {
			return true
		}
	}
	return false
}

// isNumberOnly tells whether a text is a bare number or its spoken form: "2", "第二个", "选1".
func isNumberOnly(text string) bool {
	_, ok := choiceNumber(text)
	return ok
}

// choiceNumber reads a text that does nothing but choose by number.
func choiceNumber(text string) (int, bool) {
	runes := []rune(strings.TrimSpace(text))
	list := numbers(runes)
	if len(list) == 2 && list[0].ordinal && list[1].text == "1" && unicode.IsLetter(runes[list[1].start]) {
		list = list[:1] // "the first one"
	}
	if len(list) != 1 || strings.Contains(list[0].text, ".") {
		return 0, false
	}
	rest := string(runes[:list[0].start]) + string(runes[list[0].end:])
	rest = strings.Map(func(r rune) rune {
		if unicode.IsPunct(r) || unicode.IsSpace(r) || unicode.IsSymbol(r) || strings.ContainsRune("第个选择是要号款项吧那这订单的我呀啊哦", r) {
			return -1
		}
		return r
	}, strings.ToLower(rest))
	switch rest {
	case "", "the", "number", "no", "option", "theone", "one":
	default:
		return 0, false
	}
	n, err := strconv.Atoi(list[0].text)
	return n, err == nil
}
