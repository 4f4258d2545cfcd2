package intents

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func accepted(r Reading) []string {
	out := []string{}
	for _, p := range r.Intents {
		out = append(out, p.Name())
	}
	return out
}

func TestReadShortRequests(t *testing.T) {
	c := mustBuilt(t)
	for text, want := range map[string]string{
		"我想退货": "return", "我要退款": "return", "什么时候发货": "logistics", "怎么还没到": "delay.move", "怎么还不发货": "delay.ship",
		"改地址": "wrong_order.address", "转人工": "human", "有优惠券吗": "coupon.use", "开发票": "invoice", "发错货了": "wrong_item.wrong",
		"少发了一件": "wrong_item.missing", "坏了": "quality", "质量太差": "quality", "换个大一码": "exchange", "取消订单": "wrong_order.cancel",
		"包邮吗": "product", "你好": "greeting", "谢谢": "thanks", "在吗": "greeting", "快递丢了": "lost_or_damaged.lost", "赠品呢": "wrong_item.gift",
		"显示签收了但是我没收到": "lost_or_damaged.signed", "收到就是碎的": "lost_or_damaged.damaged", "退款什么时候到账": "refund.where",
		"为什么拒绝我的退款": "refund.refused", "刚买就降价了": "coupon.price_drop", "能便宜点吗": "coupon.bargain", "我穿多大码": "product.size",
		"有货吗": "product.stock", "保修多久": "product.warranty", "垃圾店": "complaint",
		"I want to return this": "return", "refund please": "return", "when will it ship": "logistics", "where is my order": "logistics",
		"change my address": "wrong_order.address", "talk to a human": "human", "any coupons?": "coupon.use", "I need an invoice": "invoice",
		"you sent the wrong item": "wrong_item.wrong", "poor quality": "quality", "exchange for a bigger size": "exchange",
		"cancel my order": "wrong_order.cancel", "hi": "greeting", "thanks": "thanks", "where is my refund": "refund.where",
	} {
		t.Run(text, func(t *testing.T) {
			r := c.Read(text)
			require.Equal(t, want, strings.TrimSuffix(first(accepted(r)), ".price"))
			require.Greater(t, r.Intents[0].Score, 0.6)
			require.NotEmpty(t, r.Intents[0].Evidence)
			require.Equal(t, NoRisk, r.Risk)
		})
	}
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func TestReadDenials(t *testing.T) {
	c := mustBuilt(t)
	for _, tt := range []struct {
		text      string
		want      []string
		negated   string
		withdrawn bool
	}{
		{"那个不用退了", []string{}, "return", true},
		{"先不退了", []string{}, "return", true},
		{"不退了谢谢", []string{}, "return", true},
		{"不换了，穿着还行", []string{}, "exchange", true},
		{"我把退货申请撤销了", []string{}, "return", true},
		{"取消退货", []string{}, "return", true},
		{"早上提了换货，后来又不需要了", []string{}, "exchange", true},
		{"不是要退货，是要换货", []string{"exchange"}, "return", false},
		{"不要换货 直接给我退货吧", []string{"return"}, "exchange", false},
		{"I don't want to return it anymore", []string{}, "return", true},
		{"I don't want a refund, I want a replacement", []string{"exchange"}, "refund", false},
	} {
		t.Run(tt.text, func(t *testing.T) {
			r := c.Read(tt.text)
			require.Equal(t, tt.want, accepted(r))
			require.Contains(t, r.Negated, tt.negated)
			require.Equal(t, tt.withdrawn, r.Withdrawn)
		})
	}
	for _, text := range []string{"算了", "不用了", "never mind", "算了不麻烦了"} {
		t.Run(text, func(t *testing.T) {
			r := c.Read(text)
			require.Empty(t, r.Intents)
			require.True(t, r.Withdrawn)
		})
	}
	for _, text := range []string{"为什么不退款", "能不能不退货只退款", "不退款我就投诉", "颜色不搭，退了算了", "怎么不能退", "我不要了退货", "不要这个 要退货", "页面上找不到申请退款这项"} {
		t.Run(text, func(t *testing.T) { require.False(t, c.Read(text).Withdrawn) })
	}
}

func TestReadTraps(t *testing.T) {
	c := mustBuilt(t)
	for text, not := range map[string]string{
		"扫地机器人的尘盒坏了":                                  Human,
		"安装师傅说要加人工费":                                  Human,
		"降价了退差价吗":                                     "return",
		"能把差价退给我吗":                                    "return",
		"发票抬头改一下":                                     "wrong_order",
		"APP在哪里下载":                                    "wrong_order",
		"银行卡丢了怎么办":                                    "lost_or_damaged",
		"千万别给我发错啊":                                    "wrong_item",
		"应该不会压坏吧":                                     "lost_or_damaged",
		"收货地址换一个":                                     "exchange",
		"话费充了两小时还没到":                                  "delay",
		"smart speaker can't connect to my agent app": Human,
	} {
		t.Run(text, func(t *testing.T) {
			for _, p := range c.Read(text).Intents {
				require.NotEqual(t, not, p.Intent)
			}
		})
	}
}

func TestReadSeveral(t *testing.T) {
	c := mustBuilt(t)
	for text, want := range map[string][]string{
		"我要退货，另外发票也开一下":                                         {"return", "invoice"},
		"你好，我想退货":                                               {"return"},
		"好的，那什么时候发货呢，谢谢":                                        {"logistics"},
		"我要退货，还有我的芒果到哪了":                                        {"return", "logistics"},
		"什么时候发货呢可以开发票吗":                                         {"logistics", "invoice"},
		"什么时候发货？可以开发票吗？":                                        {"logistics", "invoice"},
		"I want to return the shoes and I also need an invoice": {"return", "invoice"},
	} {
		t.Run(text, func(t *testing.T) { require.Equal(t, want, accepted(c.Read(text))) })
	}
}

func TestReadAcknowledgements(t *testing.T) {
	c := mustBuilt(t)
	for _, text := range []string{"嗯嗯", "收到", "好的", "ok", "OK", "👌", "👍👍", "1", "嗯", "哦", "知道了", "行", "没事", "好的👌", "嗯嗯好的", "got it", "Okay!", "好滴～", "[OK]", "恩恩 好", "明白了", "好吧"} {
		t.Run(text, func(t *testing.T) {
			r := c.Read(text)
			require.True(t, r.Acknowledgement)
			require.Empty(t, r.Intents)
		})
	}
	for _, text := range []string{"你好", "好的谢谢", "2", "可以退吗", "行不行", "好了吗", "收到货坏了", "okay where is it", "😡", "可以吗", "", "。"} {
		t.Run("not "+text, func(t *testing.T) { require.False(t, c.Read(text).Acknowledgement) })
	}
}

func TestReadAnswers(t *testing.T) {
	c := mustBuilt(t)
	for _, text := range []string{"没有订单号", "找不到", "不知道在哪看", "忘记了", "I don't have it", "没有", "单号删了找不到了", "I can't find it"} {
		t.Run(text, func(t *testing.T) { require.True(t, c.Read(text).Unavailable) })
	}
	for _, text := range []string{"人呢", "有人吗", "在吗", "怎么不回", "hello? anyone there", "怎么没人回我"} {
		t.Run(text, func(t *testing.T) { require.True(t, c.Read(text).Chasing) })
	}
	for _, text := range []string{"是的", "对", "可以", "嗯，就是这个", "yes", "yes please", "是的，麻烦了"} {
		t.Run(text, func(t *testing.T) {
			r := c.Read(text)
			require.True(t, r.Affirmed)
			require.False(t, r.Denied)
		})
	}
	for _, text := range []string{"不是", "不用", "不用了", "no", "nope", "不是，是另一个"} {
		t.Run(text, func(t *testing.T) {
			r := c.Read(text)
			require.True(t, r.Denied)
			require.False(t, r.Affirmed)
		})
	}
	for _, text := range []string{"可以退吗", "对了我想问下发票", "什么时候发货", "no idea when it ships?"} {
		t.Run("neither "+text, func(t *testing.T) {
			r := c.Read(text)
			require.False(t, r.Affirmed)
		})
	}
}

func TestReadNothing(t *testing.T) {
	c := mustBuilt(t)
	for _, text := range []string{"", " ", "。。。", "😂😂", "13800138000", "https://example.com/item/1", "¥¥¥", "Пожалуйста", "ありがとう", "\x00\xff\xfe", "????"} {
		t.Run(text, func(t *testing.T) { require.Empty(t, c.Read(text).Intents) })
	}
}

func TestReadIsTheSameForAll(t *testing.T) {
	c := mustBuilt(t)
	texts := []string{"我想退货", "不是要退货，是要换货", "快递丢了，气死我了！！", "where is my order 40012"}
	want := make([]Reading, len(texts))
	for i, text := range texts {
		want[i] = c.Read(text)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i, text := range texts {
				require.Equal(t, want[i], c.Read(text))
			}
		})
	}
	wg.Wait()
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"我想退货", "订单编号: 240611-123456789012345 怎么还没到", "不是要退货，是要换货", "👌", "\xff\xfe坏", "广州市天河区天寿路88号", "+86 138-0013-8000", "aaaaaaaaaaaaaaaa", "[微笑][OK]", "申请了换货，后来不需要了"} {
		f.Add(s)
	}
	c := mustBuilt(f)
	f.Fuzz(func(t *testing.T, text string) {
		r := c.Read(text)
		require.Equal(t, r, c.Read(text))
		runes := []rune(text)
		for _, e := range r.Entities {
			require.True(t, 0 <= e.Start && e.Start < e.End && e.End <= len(runes))
			require.Equal(t, string(runes[e.Start:e.End]), string([]rune(e.Value)), "each byte that is no text counts as one rune")
		}
		for _, p := range append(r.Intents, r.Near...) {
			require.True(t, p.Score > 0 && p.Score <= 1)
			require.NotEqual(t, Other, p.Intent)
			require.True(t, p.Start >= 0 && p.Start <= len(runes))
		}
	})
}
