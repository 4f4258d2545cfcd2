package workbench_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/shoptest"
	"xiaoer/bot/web/workbench"
	"xiaoer/rules/doc"
)

func TestAMarkIsADraftOfATestWithoutTheBuyer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	private := []string{"13912345678", "李小明", "朝阳区建国路88号", "261118-123456789012345", "SF1234567890123", "6222021234567890123"}
	first := w.say("fruit", "c-1", "我想退货，我是李小明，电话13912345678，地址北京市朝阳区建国路88号院3号楼501，订单261118-123456789012345，单号SF1234567890123，卡号6222 0212 3456 7890 123", withOrder)
	require.Equal(t, "return.in_window", *first.Rule)
	id := w.hand("fruit", "c-1")
	w.post("chen", at("fruit", id, "/mark"), "line", "2", "trace", first.TraceID)
	w.post("wang", at("fruit", id, "/mark"), "line", "2", "trace", first.TraceID) // twice is once
	docs, err := w.Documents(t.Context(), "fruit", "mark", "", 10)
	require.NoError(t, err)
	require.Len(t, docs, 1)
	require.Equal(t, "b-c-1", docs[0].Buyer, "it is exported and erased with the buyer's")
	require.False(t, docs[0].Until.IsZero())
	page := w.see("lead", "/desk/marks")
	for _, p := range private {
		require.NotContains(t, string(docs[0].Body), p)
		require.NotContains(t, page, p)
	}
	var kept struct{ Trace, Rule, Asked, Said string }
	require.NoError(t, json.Unmarshal(docs[0].Body, &kept))
	require.Equal(t, first.TraceID, kept.Trace)
	require.Equal(t, "return.in_window", kept.Rule)
	require.Contains(t, kept.Asked, "我想退货")
	require.Contains(t, page, "not_reply")
	n, err := w.Erase(t.Context(), "fruit", "b-c-1", "老板")
	require.NoError(t, err)
	require.Positive(t, n)
	require.Contains(t, w.see("lead", "/desk/marks"), "还没有标记")
}

// FuzzADraftIsReadBack makes sure that whatever was said stands in the draft as it was, and that the draft is a test.
func FuzzADraftIsReadBack(f *testing.F) {
	for _, s := range []string{"我想退货", "", "\"}]\n- name: x", "a: b # c", "\u2028\u0085\ufeff\x7f", "${order.no}", "'", "\\", "\t", "---\n...", "!!binary x", "电话 13912345678"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, asked, said string) {
		if len(asked)+len(said) > 4000 {
			return
		}
		var p doc.Problems
		text := workbench.DraftYAML(asked, said)
		file := doc.Parse("tests.yaml", []byte(text), &p)
		require.False(t, p.HasErrors(), "%s\n%v", text, p.All())
		tests := file.Root.Get("tests")
		require.Len(t, tests.Items, 1, text)
		step := tests.Items[0].Get("steps").Items[0]
		require.Equal(t, string([]rune(asked)), step.Get("buyer").Text)
		require.Equal(t, string([]rune(said)), step.Get("expect").Get("not_reply").Items[0].Text)
	})
}

func TestADraftIsATest(t *testing.T) {
	t.Parallel()
	var p doc.Problems
	file := doc.Parse("tests.yaml", []byte(workbench.DraftYAML("我想退货", "签收 7 天内支持退货。")), &p)
	tests := shoptest.Parse([]*doc.File{file}, fruitBook(t), &p)
	require.False(t, p.HasErrors(), p.All())
	require.Len(t, tests, 1)
}

func TestAMarkKeepsTheFormOfWhatItHides(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"我要退货，电话 13912345678":    "我要退货，电话 13000000000",
		"发到li.ming@example.cn谢谢": "发到someone@example.com谢谢",
		"加我微信night_owl7":         "加我微信xxxxx_xxx0",
		"收件人李小明，卡号6222 0212 34":  "收件人某某，卡号0000 0000 00",
		"微信昵称：小太阳":               "微信昵称：某某某",
	} {
		require.Equal(t, want, workbench.MaskText(in))
	}
}

func FuzzMask(f *testing.F) {
	f.Add("我电话 13912345678 住北京市朝阳区建国路88号")
	f.Add("１３９１２３４５６７８")
	f.Add("139 1234 5678")
	long := regexp.MustCompile(`[0-9０-９]{8,}`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, number := range long.FindAllString(workbench.MaskText(text), -1) {
			require.Empty(t, strings.Trim(number, "013０"), "a long number keeps no digits that tell whose it is")
		}
	})
}
