package bot

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestShortenCutsNoNumberInTwo(t *testing.T) {
	for _, test := range []struct {
		text string
		most int
		want string
	}{
		{"我的订单", 10, "我的订单"},
		{"我的订单呢", 4, "我的订…"},
		{"订单 261118-123456789012345 呢", 20, "订单…"},
		{"订单261118-123456789012345", 25, "订单261118-123456789012345"},
		{"订单261118-123456789012345在", 25, "订单261118-123456789012345在"},
		{"订单261118-123456789012345在哪", 25, "订单261118-123456789012345…"},
		{"please help me", 9, "please…"},
		{strings.Repeat("1", 200), 10, "111111111…"},
		{"", 5, ""},
	} {
		require.Equal(t, test.want, shorten(test.text, test.most), "%q in %d", test.text, test.most)
	}
	rapid.Check(t, func(t *rapid.T) {
		s, most := rapid.String().Draw(t, "text"), rapid.IntRange(1, 50).Draw(t, "most")
		got := shorten(s, most)
		require.LessOrEqual(t, utf8.RuneCountInString(got), most)
		require.True(t, got == s || strings.HasSuffix(got, "…"))
		require.True(t, strings.HasPrefix(s, strings.TrimSuffix(got, "…")) || strings.HasPrefix(s, got))
	})
}

func TestASentenceHasOneMarkAtATime(t *testing.T) {
	zh, en := summaryWords(true), summaryWords(false)
	require.Equal(t, "甲；乙？丙；丁。", zh.sentence([]string{"甲。", "乙？", "丙；", "丁"}))
	require.Equal(t, "甲！", zh.sentence([]string{"甲！"}))
	require.Equal(t, "a; b? c.", en.sentence([]string{"a.", "b?", "c."}))
	require.Empty(t, zh.sentence(nil))
}
