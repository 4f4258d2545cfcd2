package intents

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRisk(t *testing.T) {
	c := mustBuilt(t)
	for text, want := range map[string]Risk{
		"再不处理我就给差评": Review, "等着一星吧": Review, "leave you a one star review": Review,
		"我已经申请平台介入了": Platform, "那就让平台来处理": Platform, "I opened a dispute with PayPal": Platform,
		"我打12315了": Regulator, "明天去市监局反映": Regulator, "找消费者协会评评理": Regulator, "I'll report this to trading standards": Regulator,
		"我是记者，想了解一下": Media, "信不信我曝光你们": Media, "I'm a journalist": Media,
		"请按十倍赔偿": Legal, "法院见": Legal, "我要起诉": Legal, "已经找律师了": Legal, "see you in court": Legal, "退一赔三": Legal,
		"孩子吃完进医院了": Health, "吃了拉肚子一晚上": Health, "用了之后脸过敏了": Health, "杯子裂了划伤手": Health, "my son got food poisoning": Health,
		"插上就漏电": Safety, "充电宝冒烟": Safety, "半夜起火了": Safety, "手机爆炸了怎么说": Safety, "the charger caught fire": Safety, "被它电到了": Safety,
	} {
		t.Run(text, func(t *testing.T) { require.Equal(t, want, c.Read(text).Risk) })
	}
	for _, text := range []string{
		"会不会过敏", "敏感肌用会过敏吗", "孕妇吃了会不会拉肚子", "平台有活动吗", "平台优惠券怎么用", "这个手套防烫吗", "防触电的插座有吗", "充电会不会爆炸",
		"会漏电吗", "地址是人民医院门诊楼", "医院用的那种口罩", "律师证封皮有吗", "工商银行卡可以付吗", "怎么那么多差评啊", "空气炸锅多少钱", "曝光度怎么调",
		"我在法院上班，送法院门口", "假一赔十吗", "电池能用一星期吗", "smoke detector in stock?", "is it safe for kids, could it catch fire?", "amazon fire tablet case",
		"tennis court shoes", "will it cause a rash", "火锅底料辣吗", "最少要1星期吧", "你家没有差评吧", "退烧贴有吗",
	} {
		t.Run("none: "+text, func(t *testing.T) { require.Equal(t, NoRisk, c.Read(text).Risk) })
	}
}

func TestMood(t *testing.T) {
	c := mustBuilt(t)
	for text, want := range map[string]Mood{
		"气死我了": Angry, "什么垃圾店": Angry, "你们就是骗子！": Angry, "什么破快递啊！！！烦死了": Angry, "你们有病吧": Angry, "😡😡": Angry, "this is bullshit": Angry,
		"THIS IS RIDICULOUS WHERE IS MY PARCEL": Angry,
		"太失望了":                                  Upset, "质量太差": Upset, "服务态度真差": Upset, "无语": Upset, "等了好久😭": Upset, "very disappointed": Upset,
		"我想退货": Calm, "怎么还没到": Calm, "怎么投诉": Calm, "什么时候发货？？": Calm, "太好了！！": Calm, "垃圾袋多少钱": Calm, "这是给我妈妈的": Calm, "为什么拒绝我的退款": Calm,
		"WHERE IS MY ORDER": Upset, "滚筒洗衣机能用吗": Calm, "I'd like to return this": Calm,
	} {
		t.Run(text, func(t *testing.T) { require.Equal(t, want, c.Read(text).Mood) })
	}
}
