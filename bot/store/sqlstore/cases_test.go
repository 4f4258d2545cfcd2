package sqlstore_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlstore"
)

// TestCasesAreWrittenAsEncodingJSONDoes: with every field filled in, so that one that is new and was not written is found out, and with
// whatever texts.
func TestCasesAreWrittenAsEncodingJSONDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "您好", "<b>&\u2028\"\\", "\xff\x00"}))
		var c desk.Case
		fill(r, reflect.ValueOf(&c).Elem(), text)
		c.Change = 0 // the store counts
		rows, err := sqlstore.CaseRows(engine.Commit{Key: engine.Key{Shop: c.Shop, Conversation: c.Conversation}, Cases: []desk.Case{c}, Buyer: c.Buyer})
		require.NoError(r, err)
		want, err := json.Marshal(struct {
			Transcript []bot.Line   `json:"transcript,omitempty"`
			Images     []string     `json:"images,omitempty"`
			Order      *bot.Order   `json:"order,omitempty"`
			Product    *bot.Product `json:"product,omitempty"`
		}{c.Transcript, c.Images, c.Order, c.Product})
		require.NoError(r, err)
		require.Equal(r, string(want), rows[0].Texts)
		c.Transcript, c.Images, c.Order, c.Product = nil, nil, nil, nil
		want, err = json.Marshal(&c)
		require.NoError(r, err)
		require.Equal(r, string(want), rows[0].Body)
	})
}

// fill fills in a value of any type, or leaves it as it is.
func fill(r *rapid.T, v reflect.Value, text *rapid.Generator[string]) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.UnixMilli(rapid.Int64Range(0, 1e13).Draw(r, "time")).UTC()))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text.Draw(r, "text"))
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.Int64Range(-3, 1e6).Draw(r, "number"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(r, "flag"))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(r, v.Field(i), text)
			}
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(r, "there") {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem(), text)
		}
	case reflect.Slice:
		n := rapid.IntRange(0, 2).Draw(r, "many")
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(r, v.Index(i), text)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range rapid.IntRange(0, 2).Draw(r, "many") {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(r, key, text)
			fill(r, value, text)
			v.SetMapIndex(key, value)
		}
	default:
	}
}
