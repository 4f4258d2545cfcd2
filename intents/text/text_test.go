package text

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSet(t *testing.T) {
	tables := NewTables()
	for _, tt := range []struct{ name, in, want string }{
		{"full width", "ＡＢＣ１２３！？", "abc123!?"},
		{"traditional", "退貨運費誰出", "退货运费谁出"},
		{"spaces", "  你好 \t\n 在吗  ", "你好 在吗"},
		{"repeats", "急急急急急！！！！", "急急!!"},
		{"digits are kept", "111111", "111111"},
		{"emoji", "👌😡😂👍🏻", string([]rune{Okay, Angry, Joy, Okay})},
		{"unknown emoji", "🦄", string([]rune{Emoji})},
		{"sticker", "[微笑]好[OK]", string([]rune{Joy, '好', Okay})},
		{"no sticker", "[订单]", "[订单]"},
		{"circled", "①②", "12"},
		{"ligature", "ﬁne", "fine"},
		{"private use is ours", "\uE000a", "a"},
		{"no UTF-8", "a\xffb", "a b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var x Text
			x.Set(tt.in, tables)
			require.Equal(t, tt.want, string(x.Runes))
		})
	}
}

func TestSounds(t *testing.T) {
	tables := NewTables()
	require.Equal(t, tables.Sound('货'), tables.Sound('或'))
	require.Equal(t, tables.Sound('券'), tables.Sound('劝'))
	require.Equal(t, tables.Sound('是'), tables.Sound('四'), "sh and s are one for many speakers")
	require.NotEqual(t, tables.Sound('退'), tables.Sound('换'))
	require.Zero(t, tables.Sound('a'))
	require.Equal(t, []uint16{tables.Sound('退'), tables.Sound('货')}, tables.Spell([]rune("tuihuo"), nil))
	require.Empty(t, tables.Spell([]rune("thanks"), nil))
}

func FuzzSet(f *testing.F) {
	tables := NewTables()
	for _, s := range []string{"退貨！！！", "[微笑", "👍🏻👍🏻", "\xff", "ﷺ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var x Text
		x.Set(s, tables)
		n := int32(len([]rune(s)))
		last := int32(0)
		require.Len(t, x.From, len(x.Runes))
		for i := range x.Runes {
			require.True(t, last <= x.From[i] && x.From[i] < x.Upto[i] && x.Upto[i] <= n)
			last = x.From[i]
		}
	})
}
