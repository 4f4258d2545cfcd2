package bot

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// hardBodies are what a sender may get wrong, or do in an unusual way.
func hardBodies() []string {
	ids := `"id":"m","conversation":"c","buyer":{"id":"b"},"kind":"text"`
	bodies := []string{
		`{` + ids + `}`, ` {` + ids + `} ` + "\n\t\r", `{` + ids + `}x`, `{` + ids + `}{}`, `{` + ids + `,}`, `{,` + ids + `}`, `{` + ids, `{` + ids + `]`,
		``, ` `, `null`, `true`, `nul`, `truex`, `01`, `1x`, `-`, `1.`, `1.5`, `1e`, `1e+`, `1E-7`, `-0`, `"`, `"a`, `"a"`, `[]`, `[1 2]`, `[1,]`, `[,1]`, `{"a"}`, `{"a":}`,
		`{"a" 1}`, `{1:2}`, `{null:1}`, `{"a":1 "b":2}`, `[}`, `{]`, `{"a":1,"a"`, `{"a":1,"\u0061":`, `{"":{"":1,"":2}}`, `[[{"a":[1,{"b":1,"b":2}]}]]`, `{"a":[1x]}`, `{"a":01}`,
		"{\"id\":\"\xff\"}", "{\"id\":\"\x01\"}", `{"\u0069d":"m","conversation":"c","buyer":{"id":"b"},"kind":"text"}`, `{"id":"\x"}`, `{"id":"\u12"}`, `{"id":"\ud83d\ude00\ud83d\u0041\ude00\ud83d"}`,
		`{"id":"\"\\\/\b\f\n\r\t\u4e2d\uABcd` + "\u2028\x7f" + `"}`, `{"id":"\ud83d\ude0"}`, `{"id":"\`, `{"id":"\u`,
		`{` + ids + `,"x":` + strings.Repeat("[", 31) + strings.Repeat("]", 31) + `}`, `{` + ids + `,"x":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `}`,
		`{` + ids + `,"x":` + strings.Repeat(`[1,{"长":`, 20), strings.Repeat("[", 40), strings.Repeat(`{"a":`, 32) + `1`, `{"` + strings.Repeat("长", 300) + `":[` + strings.Repeat("[", 40),
		`{` + ids + `,"text":"` + strings.Repeat("长", 20_001) + `"}`, `{"id":"` + strings.Repeat("长", 200) + `","conversation":"` + strings.Repeat("x", 201) + `"}`,
		`{` + ids + `,"images":["a"` + strings.Repeat(`,"b"`, 250) + `]}`, `{` + ids + `,"order":{"items":[{}` + strings.Repeat(`,{}`, 200) + `]}}`,
	}
	var many, twice strings.Builder
	for i := range 80 {
		fmt.Fprintf(&many, `,"k%d":%d`, i, i)
	}
	bodies = append(bodies, `{`+ids+`,"product":{"id":"p"`+many.String()+`}}`, `{`+ids+many.String()+`}`, `{`+ids+many.String()+`,"k79":1}`, `{`+ids+many.String()+`,"\u006b3":1}`)
	for i := range 17 {
		fmt.Fprintf(&twice, `"k%d":%d,`, i, i)
	}
	return append(bodies, `{`+twice.String()+`"k16":1}`, `{`+twice.String()+`"k15":1}`, `{`+twice.String()+`"k17":1}`)
}

func TestReadsAsBefore(t *testing.T) {
	for _, body := range hardBodies() {
		requireReadAsBefore(t, []byte(body))
	}
	rapid.Check(t, func(rt *rapid.T) {
		f := &forger{rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))}
		for range 5 {
			requireReadAsBefore(t, f.body())
		}
	})
}

// A forger writes bodies that are nearly right.
type forger struct{ *rand.Rand }

func (f *forger) body() []byte {
	var b strings.Builder
	b.WriteString(`{"id":"m-1","conversation":"c-1","kind":"text"`)
	f.member(&b, "buyer", 2)
	for _, key := range f.some("text", "images", "sent_at", "order", "product", "other", "Kind") {
		f.member(&b, key, 3)
	}
	b.WriteString(`}`)
	body := []byte(b.String())
	for range f.IntN(8) / 6 {
		at := f.IntN(len(body))
		switch f.IntN(3) {
		case 0:
			body = body[:at]
		case 1:
			body = append(body[:at:at], body[at+1:]...)
		default:
			body[at] = "\"\\{}[],:0-. \x00\xffe"[f.IntN(15)]
		}
		if len(body) == 0 {
			break
		}
	}
	return body
}

func (f *forger) member(b *strings.Builder, key string, depth int) {
	b.WriteString(f.pick(",", ",", ",", " , ", "\n,"))
	b.WriteString(strconv.Quote(key) + f.pick(":", ":", " : "))
	switch {
	case f.IntN(8) == 0:
		f.value(b, depth)
	case key == "buyer":
		f.object(b, depth, "id", "name", "tier", "orders", "open_orders", "first_time", "other")
	case key == "order":
		f.object(b, depth, "no", "stage", "amount", "paid_at", "delivered_at", "remark", "gift_due", "items", "logistics", "aftersales", "late_hours", "changeable", "ship_by")
	case key == "product":
		f.object(b, depth, "id", "title", "price", "stock", "tags", "own", "", "known")
	case f.IntN(6) > 0 && goodValues()[key] != "":
		b.WriteString(f.pick(strings.Split(goodValues()[key], "|")...))
	case key == "items" || key == "images":
		f.list(b, depth, key)
	case key == "logistics":
		f.object(b, depth, "state", "carrier", "idle_hours", "updated_at", "place")
	case key == "aftersales":
		f.object(b, depth, "type", "state", "amount", "deadline_hours")
	default:
		f.value(b, depth)
	}
}

// goodValues are what fields may hold, so that not every body is refused for its first field.
func goodValues() map[string]string {
	at := `"2026-11-18T10:00:00+08:00"|"2026-11-18T02:00:00.25Z"|""|null`
	word, truth, number, money := `"小李"|"gold"|"\u5c0f \ud83d\ude00"|""|null|" x "`, `true|false|null`, `0|12|null`, `39.90|"39.90"|7|"0.1234"|""`
	return map[string]string{
		"name": word, "tier": word, "orders": number, "open_orders": number, "first_time": truth, "text": word, "sent_at": at, "no": word, "title": word,
		"amount": money, "price": money, "paid_at": at, "delivered_at": at, "ship_by": at, "updated_at": at, "remark": word, "gift_due": truth, "changeable": truth,
		"late_hours": `5|-3|0`, "idle_hours": `5`, "deadline_hours": `-0|9`, "stage": `"delivered"|"paid"|"clos\u0065d"|null`, "state": `"none"|"returning"`,
		"type": `"none"|"return"`, "carrier": word, "place": word, "sku": word, "quantity": number, "stock": `4|"4"|4.50|true|null|[]|{}`, "tags": `["a","b",3]|[]|"a"`,
	}
}

func (f *forger) list(b *strings.Builder, depth int, key string) {
	b.WriteString("[")
	for i := range f.IntN(4) {
		if i > 0 {
			b.WriteString(",")
		}
		if key == "items" && f.IntN(6) > 0 {
			f.object(b, depth, "id", "title", "sku", "quantity", "price")
			continue
		}
		if key == "images" && f.IntN(6) > 0 {
			b.WriteString(`"https://x/1.jpg"`)
			continue
		}
		f.value(b, depth)
	}
	b.WriteString("]")
}

func (f *forger) object(b *strings.Builder, depth int, keys ...string) {
	b.WriteString(`{"~":1`)
	if keys[0] == "id" && f.IntN(10) > 0 {
		b.WriteString(`,"id":"i-1"`)
		keys = keys[1:]
	}
	for _, key := range f.some(keys...) {
		f.member(b, key, depth-1)
	}
	b.WriteString("}")
}

func (f *forger) value(b *strings.Builder, depth int) {
	if depth > 0 && f.IntN(8) == 0 {
		if f.IntN(2) == 0 {
			f.list(b, depth-1, "")
		} else {
			f.object(b, depth-1, "a", "b", "id")
		}
		return
	}
	b.WriteString(f.pick(
		`null`, `true`, `false`, `""`, `" "`, `"b-1"`, `"小李"`, `"delivered"`, `"signed"`, `"return"`, `"2026-11-18T10:00:00+08:00"`, `"2026-11-18T02:00:00.5Z"`, `"1969-01-01T00:00:00Z"`,
		`0`, `3`, `-3`, `39.90`, `"39.90"`, `39.90000`, `1e3`, `1234567890`, `123456789`, `1234567890123`, `-0`, `"\u5c0f\n"`, `"deliv\u0065red"`, `"x\ud800"`, `"13."`, `"-5"`, `""`, `1000000001`,
	))
}

// some gives some of the keys, and seldom one of them twice.
func (f *forger) some(keys ...string) []string {
	f.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	out := keys[:f.IntN(len(keys)+1)]
	if len(out) > 0 && f.IntN(30) == 0 {
		out = append(slices.Clip(out), out[0])
	}
	return out
}

func (f *forger) pick(of ...string) string { return of[f.IntN(len(of))] }
