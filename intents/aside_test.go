package intents

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAsides pins that what was only thought of, done by mistake, done by others or only heard of is not answered, and
// that the same words are where they ask.
func TestAsides(t *testing.T) {
	c := mustBuilt(t)
	for text, not := range map[string]string{
		"本来想退的，试了下又挺喜欢":                                     "return",
		"之前想换大一码，现在觉得刚好":                                    "exchange",
		"手滑点了退款，不是真要退":                                      "return",
		"我同事买的那双退了，我想问这双偏大吗":                                "return",
		"退货好麻烦，不折腾了":                                        "return",
		"别取消，我还等着用":                                         "wrong_order",
		"看评论说有异味，真的吗":                                       "quality",
		"不好意思，发错啦":                                          "wrong_item",
		"充的话费一直没到账":                                         "refund",
		"我已经取消了，怎么还给我派送":                                    "delay",
		"不退货也不换货":                                           "exchange",
		"不换货":                                               "exchange",
		"不退款":                                               "refund",
		"not returning it, just asking about the guarantee": "return",
		"I was going to return the hat but it fits":         "return",
		"forget the exchange, I'll keep it":                 "exchange",
		"I'd rather swap it than return it":                 "return",
	} {
		t.Run(text, func(t *testing.T) {
			for _, p := range c.Read(text).Intents {
				require.NotEqual(t, not, p.Intent)
			}
		})
	}
	for text, want := range map[string]string{
		"本来想退货的，能换一件吗":     "exchange",
		"我朋友退了，我的也要退货":     "return",
		"不折腾换货了，直接退货吧":     "return",
		"我收到是坏的，看评论说都这样":   "lost_or_damaged",
		"鼠标还在路上没到呢，昨晚就降价了": "coupon",
		"我要换货 现在退货就没这价了":   "exchange",
		"拍错了，不小心点了两份，取消吧":  "wrong_order",
	} {
		t.Run(text, func(t *testing.T) {
			r := c.Read(text)
			require.Len(t, r.Intents, 1)
			require.Equal(t, want, r.Intents[0].Intent)
		})
	}
}

// TestVary pins that variants keep the label of their sentence and tell where they come from, and are the same each time.
func TestVary(t *testing.T) {
	sentences := []Example{
		{"我想把这双鞋退了", "return", ""},
		{"where is my parcel", "logistics", ""},
		{"你好", "greeting", ""},
		{"我再想想", "other", ""},
	}
	v, again := asTheyAre(sentences), asTheyAre(sentences)
	v.vary()
	again.vary()
	require.Equal(t, v, again)
	require.Greater(t, len(v.examples), len(sentences))
	require.Equal(t, sentences, v.examples[:len(sentences)])
	for i, e := range v.examples {
		require.Equal(t, sentences[v.origin[i]].Intent, e.Intent)
		require.NotEmpty(t, e.Text)
		if i >= len(sentences) {
			require.NotEqual(t, sentences[v.origin[i]].Text, e.Text)
			require.True(t, v.origin[i] == 0 || v.origin[i] == 3, "only Chinese sentences that are no small talk vary")
		}
	}
}
