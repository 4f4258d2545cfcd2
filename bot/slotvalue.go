package bot

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"xiaoer/intents"
	"xiaoer/rules"
)

// How a message answers a question.
type answerState uint8

const (
	gotNone answerState = iota
	gotPart             // some of the photos
	gotAll
)

// answer is a slot's value with the place in the message that gave it, in runes.
type answer struct {
	value      Filled
	start, end int
	number     bool // the place is a bare number: an intent may share it
}

const mostSlotText = 500 // runes

// readAnswer reads the message as the answer to a question for a slot.
func (t *turn) readAnswer(slot Slot, q *Question) (answer, answerState) {
	if slot.Kind == SlotImage {
		return t.readImages(slot, q)
	}
	text := []rune(t.text())
	if len(text) == 0 {
		return answer{}, gotNone
	}
	got, ok := t.readText(slot, q, text)
	if !ok {
		return answer{}, gotNone
	}
	return got, gotAll
}

func (t *turn) readImages(slot Slot, q *Question) (answer, answerState) {
	if len(t.e.Message.Images) == 0 {
		return answer{}, gotNone
	}
	have := len(t.value(slot, q.request()).Images) + len(t.c.Photos)
	got := answer{value: Filled{Images: t.c.Photos}}
	if have >= slot.least() {
		return got, gotAll
	}
	return got, gotPart
}

func (t *turn) readText(slot Slot, q *Question, text []rune) (answer, bool) {
	whole := answer{value: Filled{Text: cut(t.text(), mostSlotText)}, end: len(text)}
	switch slot.Kind {
	case SlotChoice:
		at, span, ok := choose(t.text(), slot.Choices)
		if !ok {
			return answer{}, false
		}
		return answer{value: Filled{Text: slot.Choices[at]}, start: span[0], end: span[1]}, true
	case SlotNumber:
		return oneNumber(text, false)
	case SlotAmount:
		return t.readAmount(text)
	case SlotDate:
		return t.readDate(text)
	case SlotPhone:
		return t.readPhone(text)
	case SlotAddress:
		return t.readAddress(text, len(t.others(q, nil)) == 0)
	}
	if t.isFreeAnswer(q) {
		return whole, true
	}
	return answer{}, false
}

// isFreeAnswer tells whether any words may stand as the answer: not a nod, and no other request.
func (t *turn) isFreeAnswer(q *Question) bool {
	switch {
	case t.reading.Unavailable || t.has(intents.Thanks) || t.has(intents.Greeting) || t.reading.Chasing:
		return false
	case t.reading.Acknowledgement && !t.reading.Affirmed && !t.reading.Denied && !hasDigit(t.text()):
		return false
	}
	return len(t.others(q, nil)) == 0 || !asksSomething(t.text())
}

// asksSomething tells a request from a description: both may carry an intent.
func asksSomething(text string) bool {
	lower := strings.ToLower(text)
	for _, mark := range [...]string{
		"?", "？", "吗", "呢", "么", "什么", "怎么", "多久", "多少", "几时", "哪", "能不能", "可不可以", "是否", "我要", "我想", "想要", "帮我", "请", "麻烦", "给我", "开",
		"how", "when", "where", "what", "which", "can ", "could ", "will ", "would ", "do you", "i want", "i need", "i'd like", "please",
	} {
		if strings.Contains(lower, mark) {
			return true
		}
	}
	return false
}

// given is what the message says of a slot without having been asked.
func (t *turn) given(slot Slot, rule *rules.Rule) (Filled, bool) {
	if t.e.Message == nil || t.text() == "" {
		return Filled{}, false
	}
	text := []rune(t.text())
	switch slot.Kind {
	case SlotPhone:
		return t.entity(intents.Phone)
	case SlotAddress:
		return t.entity(intents.Address)
	case SlotAmount:
		got, ok := t.readAmountEntity()
		return got.value, ok
	case SlotDate:
		if _, ok := t.entity(intents.Date); !ok {
			return Filled{}, false
		}
		got, ok := t.readDate(text)
		return got.value, ok
	case SlotChoice:
		at, ok := named(t.text(), slot.Choices)
		if !ok {
			return Filled{}, false
		}
		return Filled{Text: slot.Choices[at]}, true
	case SlotNumber:
		if t.numberUsed || t.answered || t.numberSlots(rule) > 1 {
			return Filled{}, false
		}
		got, ok := oneNumber(text, true)
		t.numberUsed = t.numberUsed || ok
		return got.value, ok
	}
	return Filled{}, false
}

func (t *turn) numberSlots(rule *rules.Rule) int {
	n := 0
	for _, name := range rule.Collect {
		if s, ok := t.b.Slot(name); ok && s.Kind == SlotNumber {
			n++
		}
	}
	return n
}

func (t *turn) entity(kind string) (Filled, bool) {
	for _, e := range t.reading.Entities {
		if e.Type == kind && e.Value != "" {
			return Filled{Text: cut(e.Value, mostSlotText)}, true
		}
	}
	return Filled{}, false
}

func (t *turn) readAmountEntity() (answer, bool) {
	for _, e := range t.reading.Entities {
		if e.Type != intents.Amount {
			continue
		}
		if text, ok := amountIn([]rune(e.Value)); ok {
			return answer{value: Filled{Text: text}, start: e.Start, end: e.End, number: true}, true
		}
	}
	return answer{}, false
}

// amountIn reads one amount: "39.90元", or as it is spoken, "39块9".
func amountIn(text []rune) (string, bool) {
	list := numbers(text)
	switch {
	case len(list) == 1:
		return list[0].text, true
	case len(list) == 2 && list[1].start == list[0].end+1 && strings.HasPrefix(list[0].unit, "块") &&
		len(list[1].text) == 1 && !strings.Contains(list[0].text, "."):
		return list[0].text + "." + list[1].text, true
	}
	return "", false
}

func (t *turn) readAmount(text []rune) (answer, bool) {
	if got, ok := t.readAmountEntity(); ok {
		return got, true
	}
	amount, ok := amountIn(text)
	return answer{value: Filled{Text: amount}, end: len(text), number: true}, ok
}

// Forms of phone numbers: any number long enough to call, and what a mainland mobile number begins with.
var (
	phonePattern  = regexp.MustCompile(`\+?\d[\d \-]{6,16}\d`)
	mobilePattern = regexp.MustCompile(`^1[3-9]\d+$`)
)

const mobileDigits = 11

func (t *turn) readPhone(text []rune) (answer, bool) {
	for _, e := range t.reading.Entities {
		if e.Type == intents.Phone {
			return answer{value: Filled{Text: e.Value}, start: e.Start, end: e.End, number: true}, true
		}
	}
	s := halfWidth(string(text))
	at := phonePattern.FindStringIndex(s)
	if at == nil || mobilePattern.MatchString(s[at[0]:at[1]]) && at[1]-at[0] != mobileDigits {
		return answer{}, false // None, or a mobile number with a digit too few or too many.
	}
	start := len([]rune(s[:at[0]]))
	return answer{value: Filled{Text: s[at[0]:at[1]]}, start: start, end: start + len([]rune(s[at[0]:at[1]])), number: true}, true
}

// readAddress takes an address with what follows it (a door, a name), or a text that reads like one.
func (t *turn) readAddress(text []rune, alone bool) (answer, bool) {
	for _, e := range t.reading.Entities {
		if e.Type != intents.Address || e.Value == "" {
			continue
		}
		if alone && e.Start >= 0 && e.Start < len(text) {
			value := strings.TrimSpace(string(text[e.Start:]))
			return answer{value: Filled{Text: cut(value, mostSlotText)}, start: e.Start, end: len(text)}, true
		}
		return answer{value: Filled{Text: e.Value}, start: e.Start, end: e.End}, true
	}
	if !alone || !looksLikeAddress(string(text)) {
		return answer{}, false
	}
	return answer{value: Filled{Text: cut(string(text), mostSlotText)}, end: len(text)}, true
}

// looksLikeAddress asks for two marks of a place: levels of it, or one and a number.
func looksLikeAddress(s string) bool {
	lower := strings.ToLower(s)
	marks := 0
	for _, mark := range [...]string{
		"省", "市", "区", "县", "镇", "乡", "村", "路", "街", "巷", "弄", "号", "栋", "幢", "楼", "室", "单元", "小区", "花园", "大厦", "广场", "公寓", "学校", "大学",
		"street", " st", "road", " rd", "avenue", " ave", "lane", "drive", "floor", "apt", "suite", "city", "zip",
	} {
		if strings.Contains(lower, mark) {
			marks++
		}
	}
	return marks >= 2 || marks == 1 && hasDigit(s)
}

func hasDigit(s string) bool { return strings.IndexFunc(s, unicode.IsDigit) >= 0 }

// readDate finds a day in the message and writes it as 2006-01-02 in the shop's timezone. A day without a year is the
// nearest one.
func (t *turn) readDate(text []rune) (answer, bool) {
	s := halfWidth(string(text))
	day, span, ok := findDay(s, t.e.At.In(t.zone()))
	if !ok {
		return answer{}, false
	}
	start := len([]rune(s[:span[0]]))
	return answer{
		value: Filled{Text: day.Format(time.DateOnly)}, start: start, end: start + len([]rune(s[span[0]:span[1]])), number: true,
	}, true
}
