package mask_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/mask"
	"xiaoer/intents"
)

func braces(kind, part string) string { return "{" + kind + " " + part + "}" }

func TestText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"能刻字吗": "能刻字吗",
		"一共 3 件，48.00 元，满 300 减 50": "一共 3 件，48.00 元，满 300 减 50",
		"发到me.too@example.com谢谢":    "发到{mail me.too@example.com}谢谢",
		"ｍｅ＠ｅｘａｍｐｌｅ.ｃｏｍ":            "{mail ｍｅ＠ｅｘａｍｐｌｅ.ｃｏｍ}",
		"卡号6222 0212 3456 7890 123": "卡号{number 6222 0212 3456 7890 123}",
		"打139\u200b1234\u200b5678":  "打{number 139\u200b1234\u200b5678}",
		"１３９１２３４５６７８":               "{number １３９１２３４５６７８}",
		"一三九一二三四五六七八":               "{number 一三九一二三四五六七八}",
		"加我微信wxabc可以吗":              "加我微信{contact wxabc}可以吗",
		"我的微信号是：night-owl":          "我的微信号是：{contact night-owl}",
		"VX: sunny_day":             "VX: {contact sunny_day}",
		"微信昵称叫小太阳，加我":               "微信昵称叫{contact 小太阳}，加我",
		"支付宝账号 li.ming":             "支付宝账号 {contact li.ming}",
		"支付宝名字李小明":                  "支付宝名字{name 李小明}",
		"微信怎么付款，支付宝可以吗":             "微信怎么付款，支付宝可以吗",
		"微信昵称怎么改":                   "微信昵称怎么改",
		"收件人李小明电话没写":                "收件人{name 李小明}电话没写",
		"收货人：月亮姐姐":                  "收货人：{name 月亮姐姐}",
		"收件人改成欧阳小明":                 "收件人改成{name 欧阳小明}",
		"收件方式和联系人方式":                "收件方式和联系人方式",
		"联系人写错了":                    "联系人写错了",
		"recipient: John Smith":     "recipient: {name John Smith}",
		"小月亮在吗，小 月亮":                "{name 小月亮}在吗，小 月亮",
		"@":                         "@",
		"\xff@a1":                   "\ufffd{mail @a1}",
	} {
		require.Equal(t, want, mask.Text(in, nil, []string{"小月亮", "吗", ""}, braces))
	}
}

func TestWhatAClassifierFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in, want string
		found          []intents.Entity
	}{
		{"in any order, overlapping", "abcdef", "{order_no abcde}f", []intents.Entity{{Type: intents.Phone, Start: 2, End: 5}, {Type: intents.OrderNo, End: 4}}},
		{"not what may stand, or is nowhere", "abcdef", "abcdef", []intents.Entity{{Type: intents.Amount, End: 3}, {Type: intents.Phone, Start: -1, End: 3}, {Type: intents.Phone, Start: 5, End: 99}, {Type: intents.Link, Start: 3, End: 3}}},
		{"all of a number", "电话13912345678", "电话{phone 13912345678}", []intents.Entity{{Type: intents.Phone, Start: 2, End: 9}}},
		{"an address with a number", "路88号13912345678", "{address 路88号13912345678}", []intents.Entity{{Type: intents.Address, End: 6}}},
	} {
		require.Equal(t, c.want, mask.Text(c.in, c.found, nil, braces), c.name)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"订单240611-123456789012345", "a\u202e1\xff2345", "微信：①②③④⑤⑥", "收件人 欧阳", "me＠x.cn", "139 (1234) 5678", "İ̇@ſ"} {
		f.Add(s, 0, 3, "小月亮")
	}
	f.Fuzz(func(t *testing.T, text string, start, end int, name string) {
		found := []intents.Entity{{Type: intents.Phone, Start: start, End: end}}
		at := 0
		for _, s := range mask.Spans(text, found, []string{name}) {
			require.True(t, s.Start >= at && s.Start < s.End && s.End <= utf8.RuneCountInString(text))
			at = s.End
		}
		row := 0
		hidden := mask.Text(text, found, []string{name}, func(string, string) string { return "，" })
		for _, r := range hidden {
			switch {
			case mask.IsDigit(r):
				row++
			case unicode.IsPrint(r):
				row = 0
			}
			require.LessOrEqual(t, row, 6, "%q", hidden)
		}
		require.NotRegexp(t, `[a-zA-Z0-9]@|@[a-zA-Z0-9]`, hidden)
		if n := strings.TrimSpace(name); len([]rune(n)) > 1 && n == "小月亮" {
			require.NotContains(t, hidden, n)
		}
	})
}
