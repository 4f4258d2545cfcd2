package bot_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"xiaoer/bot"
	"xiaoer/intents"
)

// filler sets every field of a value, or leaves some of them empty, by chance.
type filler struct {
	*rand.Rand
	full bool // no field stays empty
}

func (f *filler) chance(in int) bool { return !f.full && f.IntN(in) == 0 }

func (f *filler) text() string {
	if f.full {
		return "x"
	}
	hostile := []string{
		"", "a", "签收 7 天内支持退货", "<script>&\"\\/", "\x00\x01\b\f\n\r\t\x1f\x7f", "\xff", "中\xe4\xb8", "\xe2\x80", "\u2028\u2029\ufffd", "😀",
		"é", "\xed\xa0\x80", "\xe3\x41\x80", "\xec\x80", "{", "[", "\U0010ffff", "\xf4\x90\x80\x80", "\xc0\x80",
	}
	out := ""
	for range f.IntN(4) {
		out += hostile[f.IntN(len(hostile))]
	}
	return out
}

func (f *filler) moment() time.Time {
	zones := []*time.Location{time.UTC, time.FixedZone("", 8*60*60), time.FixedZone("", -90*60), time.Local}
	if f.chance(4) {
		return time.Time{}
	}
	return time.Unix(f.Int64N(1<<32), f.Int64N(1e9)).In(zones[f.IntN(len(zones))])
}

func (f *filler) fill(v reflect.Value) {
	switch into := v.Addr().Interface().(type) {
	case *time.Time:
		*into = f.moment()
		return
	case *any:
		*into = f.anything()
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.text())
	case reflect.Int:
		v.SetInt(int64(f.IntN(2000) - 1000*f.IntN(2)))
		if f.full {
			v.SetInt(7)
		}
	case reflect.Bool:
		v.SetBool(f.full || f.IntN(2) == 0)
	case reflect.Float64:
		v.SetFloat([]float64{0, 0.97, 1, -3.25, 1e-7, 1.5e-9, 1e21, math.MaxFloat64, math.Pi, math.Copysign(0, -1)}[f.IntN(10)])
	case reflect.Pointer:
		if !f.chance(3) {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem())
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			if field.CanSet() {
				f.fill(field)
			}
		}
	case reflect.Slice:
		f.fillList(v)
	case reflect.Map:
		f.fillMap(v)
	default:
		panic("a field of a kind that the test does not know: " + v.Type().String())
	}
}

func (f *filler) fillList(v reflect.Value) {
	if f.chance(3) {
		return
	}
	n := f.IntN(3)
	if f.full {
		n = 2
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		f.fill(v.Index(i))
	}
}

func (f *filler) fillMap(v reflect.Value) {
	if f.chance(3) {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	n := 1 + f.IntN(3)
	if f.chance(10) {
		n = 40
	}
	for range n {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(key)
		f.fill(value)
		v.SetMapIndex(key, value)
	}
}

func (f *filler) anything() any {
	order := bot.Order{}
	f.fill(reflect.ValueOf(&order).Elem())
	list := []any{
		nil, struct{}{}, &order, (*bot.Order)(nil), f.text(), []string{f.text()}, []string(nil), json.RawMessage(`{ "no" : "<1>" }`), 7, map[string]any{"a": f.text()},
	}
	return list[f.IntN(len(list))]
}

// someOf gives values of a type: one with every field set, then random ones.
func someOf[T any](t *rapid.T) *T {
	v := new(T)
	seed := rapid.Uint64().Draw(t, "seed")
	f := &filler{Rand: rand.New(rand.NewPCG(seed, 1)), full: rapid.IntRange(0, 4).Draw(t, "full") == 0}
	f.fill(reflect.ValueOf(v).Elem())
	return v
}

func sameAsMarshal[T any](t *rapid.T, write func([]byte, *T) ([]byte, error)) {
	v := someOf[T](t)
	want, err := json.Marshal(v)
	require.NoError(t, err)
	got, err := write([]byte("before"), v)
	require.NoError(t, err)
	require.Equal(t, "before"+string(want), string(got))
}

func TestWritesAsEncodingJSONDoes(t *testing.T) {
	tests := []struct {
		name  string
		check func(*rapid.T)
	}{
		{"conversation", func(t *rapid.T) { sameAsMarshal(t, bot.AppendConversation) }},
		{"events", func(t *rapid.T) {
			sameAsMarshal(t, func(to []byte, events *[]bot.Event) ([]byte, error) { return bot.AppendEvents(to, *events) })
		}},
		{"response", func(t *rapid.T) { sameAsMarshal(t, bot.AppendResponse) }},
		{"record", func(t *rapid.T) { sameAsMarshal(t, bot.AppendRecord) }},
		{"case", func(t *rapid.T) { sameAsMarshal(t, bot.AppendHandoff) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { rapid.Check(t, tt.check) })
	}
}

// TestWritesTimesOfOneDay writes times as a conversation has them: one after the other, most of the same day.
func TestWritesTimesOfOneDay(t *testing.T) {
	zones := []*time.Location{time.UTC, time.FixedZone("", 8*60*60), time.FixedZone("", -90*60), time.FixedZone("", 0), time.FixedZone("", 61)}
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		c := bot.NewConversation("s", "c")
		from := []int64{0, -1, 1_763_000_000}[r.IntN(3)]
		for range 20 {
			at := time.Unix(from+r.Int64N(100_000)-50_000, []int64{0, 1, 120_000_000, 999_999_999, r.Int64N(1e9)}[r.IntN(5)])
			c.Said = append(c.Said, bot.Said{At: at.In(zones[r.IntN(1+r.IntN(len(zones)))])})
		}
		want, err := json.Marshal(&c)
		require.NoError(rt, err)
		got, err := bot.AppendConversation(nil, &c)
		require.NoError(rt, err)
		require.Equal(rt, string(want), string(got))
	})
}

func TestWritesNothingThatJSONCannotHold(t *testing.T) {
	never := time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	_, err := bot.AppendConversation(nil, &bot.Conversation{Clock: bot.Clock{Any: never}})
	require.Error(t, err)
	_, err = bot.AppendEvents(nil, []bot.Event{{At: never}})
	require.Error(t, err)
	_, err = bot.AppendEvents(nil, []bot.Event{{Reading: &intents.Reading{Near: []intents.Prediction{{Score: math.NaN()}}}}})
	require.Error(t, err)
	_, err = bot.AppendResponse(nil, &bot.Response{Handoff: &bot.HandoffResponse{Slots: map[string]any{"a": math.Inf(1)}}})
	require.Error(t, err)
}

func FuzzWriteText(f *testing.F) {
	f.Add("签收 <7> 天\u2028\xff")
	f.Fuzz(func(t *testing.T, text string) {
		want, err := json.Marshal(bot.Reply{Text: text})
		require.NoError(t, err)
		got, err := bot.AppendResponse(nil, &bot.Response{Replies: []bot.Reply{{Text: text}}})
		require.NoError(t, err)
		require.Contains(t, string(got), string(want))
	})
}

func TestWhatMakesMessagesTheSameStaysAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := someOf[bot.Message](t)
		same := struct {
			Conversation, Buyer, Kind, Text string
			Images                          []string
			Order                           string
		}{Conversation: m.Conversation, Buyer: m.Buyer.ID, Kind: m.Kind, Text: m.Text}
		if len(m.Images) > 0 {
			same.Images = m.Images
		}
		if m.Order != nil {
			same.Order = m.Order.No
		}
		want, err := json.Marshal(same)
		require.NoError(t, err)
		require.Equal(t, string(want), string(bot.AppendSame(nil, m)))
	})
}
