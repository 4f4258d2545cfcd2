package shop

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// packed is one base pack for all texts: it takes longer to read than they do.
var packed = sync.OnceValues(readPack)

// hitsOf gives the banned words of the base pack in a text, as "name: word".
func hitsOf(t *testing.T, text string) []string {
	t.Helper()
	p, err := packed()
	require.NoError(t, err)
	out := []string{}
	own := ownWords(text)
	for _, b := range p.banned {
		for _, h := range b.hits(own) {
			out = append(out, b.name+": "+own[h[0]:h[1]])
		}
	}
	return out
}

func TestBannedWords(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"加我微信领券", "off_platform: 微信"},
		{"有事请加微信", "off_platform: 加微"},
		{"VX：abc123", "off_platform: VX"},
		{"加QQ 12345678", "off_platform: 加QQ"},
		{"请拨打 13812345678 联系我们", "off_platform: 拨打 13812345678"},
		{"我们私下交易更便宜", "off_platform: 私下交易"},
		{"WhatsApp me", "off_platform: WhatsApp"},
		{"Contact us on Telegram", "off_platform: Telegram"},
		{"You can call us at +44 20 7946 0000", "off_platform: call us at +44 20 7946 0000"},
		{"这是最好的苹果", "superlative: 最好"},
		{"全网最低价", "superlative: 全网最低价"},
		{"国家级品质", "superlative: 国家级"},
		{"销量第一的品牌", "superlative: 销量第一"},
		{"the best tea in town", "superlative: the best"},
		{"our prices are unbeatable", "superlative: unbeatable"},
		{"保证正品", "absolute: 保证正品"},
		{"100% 正品", "absolute: 100% 正品"},
		{"百分百新鲜", "absolute: 百分百新鲜"},
		{"绝对不会坏", "absolute: 绝对不会坏"},
		{"保证不掉色", "absolute: 保证不掉色"},
		{"我们确保不变形", "absolute: 确保不变形"},
		{"We guarantee it", "absolute: We guarantee"},
		{"好评返现 5 元", "review_rebate: 好评返现 5 元"},
		{"五星好评截图送红包", "review_rebate: 五星好评截图送红包"},
		{"a $5 voucher for a five-star review", "review_rebate: voucher for a five"},
		{"请尽快确认收货", "urging: 请尽快确认收货"},
		{"麻烦您先撤销退款申请", "urging: 麻烦您先撤销退款"},
		{"麻烦修改评价", "urging: 麻烦修改评价"},
		{"please confirm receipt today", "urging: please confirm receipt"},
		{"kindly withdraw your claim", "urging: kindly withdraw your claim"},
	} {
		t.Run(c.text, func(t *testing.T) {
			require.Contains(t, hitsOf(t, c.text), c.want)
		})
	}
}

func TestFreeWords(t *testing.T) {
	for _, text := range []string{
		"最新的物流是昨天", "最近有点忙", "最晚明天发出", "最后一件", "第一时间联系您", "第一次下单", "最多两张", "最少三天",
		"确认收货后 7 天内可以申请售后", "请在「确认收货」后再评价", "没收到的话请先不要点确认收货", "自确认收货之日起算",
		"退款会原路退回您的微信支付", "支持微信支付", "请勿相信加微信的要求", "QQ糖", "面料是 100% 棉", "百分百羊毛",
		"我们不能保证明天送到", "不能保证不掉色，请分开洗", "深色衣服不一定不掉色", "最好拍一张快递面单", "最好当面验货", "如需取消退款申请，可以在订单页面操作",
		"取消退款申请后不能再次申请", "感谢您的好评", "没有好评返现", "订单 261118-123456789012345 已发货",
		"${buyer.name} 您好", "best wishes", "Please pack it as best you can", "We do our best", "I cannot guarantee a date",
		"After you confirm receipt you have 7 days", "The last update was this morning", "as soon as possible",
		"WeChat Pay is fine", "签收次日起 7 天内，最长不超过 15 天", "单号 1234567890123", "在订单页面点「申请售后」",
		"If you want to cancel the refund, open the order page", "a 100% cotton shirt", "退款 1 到 3 个工作日到账",
	} {
		t.Run(text, func(t *testing.T) { require.Empty(t, hitsOf(t, text)) })
	}
}

func TestOwnWordsHideExpressions(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"plain", "加微信", "加微信"},
		{"expression", "给${buyer.name}的", "给#############的"},
		{"brace in a text", `a${lower("}")}b`, "a#############b"},
		{"not closed", "a${b", "a###"},
		{"literal", "$${微信}", "$${微信}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, strings.ReplaceAll(ownWords(c.text), string(hidden), "#"))
		})
	}
}

// TestBasePackSaysNothingForbidden holds the base scripts to the list that they come with.
func TestBasePackSaysNothingForbidden(t *testing.T) {
	p, err := readPack()
	require.NoError(t, err)
	for _, l := range []*language{&p.zh, &p.en} {
		require.GreaterOrEqual(t, len(l.scripts["greeting"]), 2)
		require.GreaterOrEqual(t, len(l.scripts["holding"]), 2)
		for name, texts := range l.scripts {
			for _, n := range texts {
				require.Empty(t, hitsOf(t, n.Text), name)
			}
		}
		for name, text := range l.plain {
			require.NotContains(t, text, "${", name)
			require.Empty(t, hitsOf(t, text), name)
		}
	}
}
