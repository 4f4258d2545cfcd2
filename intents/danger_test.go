package intents

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/intents/text"
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

// TestRisks holds the danger found in dangerous messages, and the false alarms in ordinary ones, most of which are full of
// risky words. risk.jsonl was learned from. Nothing of risk_unseen.jsonl was: its three parts were each written before they
// were read for the first time. That found 80 of 108 dangers, told as indirectly as could be, with 13 false alarms in 217;
// after more sentences to learn from, 67 of 70 with 6 in 106; and after more again, 54 of 56 with 4 in 102.
func TestRisks(t *testing.T) {
	c := mustBuilt(t)
	for _, tt := range []struct {
		name                string
		found, kind, alarms float64
	}{
		{"risk", 0.99, 0.98, 0.01},
		{"risk_unseen", 0.95, 0.97, 0.04},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dangerous, found, right, ordinary, alarms := 0, 0, 0, 0, 0
			eachLine(t, tt.name, func(line []byte) {
				var one struct {
					Text string
					Risk Risk
				}
				require.NoError(t, json.Unmarshal(line, &one))
				got := c.Read(one.Text).Risk
				switch {
				case one.Risk == NoRisk:
					ordinary++
					if got != NoRisk {
						alarms++
						t.Logf("false %s: %s", got, one.Text)
					}
				case got == NoRisk:
					dangerous++
					t.Logf("missed: %s", one.Text)
				default:
					dangerous++
					found++
					if got == one.Risk {
						right++
					}
				}
			})
			t.Logf("%d of %d found, %d of the right kind; %d false alarms in %d", found, dangerous, right, alarms, ordinary)
			require.GreaterOrEqual(t, float64(found)/float64(dangerous), tt.found)
			require.GreaterOrEqual(t, float64(right)/float64(found), tt.kind)
			require.LessOrEqual(t, float64(alarms)/float64(ordinary), tt.alarms)
		})
	}
}

// TestRiskInStories holds that danger is found wherever in a long message it stands, and the gravest of several.
func TestRiskInStories(t *testing.T) {
	c := mustBuilt(t)
	story := strings.Repeat("上个月在你们家买了两件外套，颜色我挺喜欢的，面料也软，就是物流走了好几天。", 8)
	for name, tt := range map[string]struct {
		message string
		want    Risk
	}{
		"none":           {story, NoRisk},
		"at the end":     {story + "今天充电宝突然冒烟了", Safety},
		"at the head":    {"孩子吃完吐了一晚上。" + story, Health},
		"in the middle":  {story + "我已经找律师起诉你们了。" + story, Legal},
		"gravest of two": {"再不处理我就给差评。" + story + "充电的时候起火了，桌子都烧黑了", Safety},
		"beyond 2000":    {strings.Repeat(story, 8) + "充电宝冒烟了", NoRisk},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, tt.want, c.Read(tt.message).Risk) })
	}
}

// TestDangerParts holds what a word of danger is taken for when something stands before it.
func TestDangerParts(t *testing.T) {
	d, err := newDanger(dangerSource, text.NewTables())
	require.NoError(t, err)
	m, err := newMachine()
	require.NoError(t, err)
	const plain = 0
	for message, want := range map[string]uint32{
		"漏电": plain, "没漏电": denied, "没有过敏": denied, "会漏电": doubted, "会不会冒烟": doubted, "我怕它会突然爆炸": doubted,
		"不会用，漏电": plain, "怕麻烦，漏电": plain, "no rash": denied, "will it explode": doubted, "it exploded": plain,
	} {
		t.Run(message, func(t *testing.T) {
			s := &scratch{}
			s.prepare(message, m)
			s.dangers = d.words.find(s.text.Runes, nil)
			last := len(s.dangers) - 1
			require.GreaterOrEqual(t, last, 0)
			require.True(t, d.isAlarm(s.dangers[last]))
			require.Equal(t, want, d.part(s, last)&(denied|doubted))
		})
	}
}

func TestNewDangerRefuses(t *testing.T) {
	_, err := newDanger("no line of words", text.NewTables())
	require.Error(t, err)
}
