package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOneNumber(t *testing.T) {
	tests := []struct {
		text           string
		asked, unasked string
	}{
		{"3", "3", ""},
		{"坏了3个", "3", "3"},
		{"麻烦看一下，坏了3个", "3", "3"},
		{"买了10个苹果有的坏了", "10", ""},
		{"买了10个坏了3个", "", ""},
		{"大概三四个", "", ""},
		{"十二颗", "12", "12"},
		{"一百零五个", "", ""},
		{"半个月前买的，坏了两箱", "2", "2"},
		{"3天前收到", "", ""},
		{"this one has 4 pcs broken", "4", "4"},
		{"twelve", "12", ""},
		{"someone", "", ""},
		{"２０个", "20", "20"},
		{"007", "7", ""},
		{"2.5", "2.5", ""},
		{"12345678901234567890", "", ""},
		{"", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, ok := oneNumber([]rune(tt.text), false)
			require.Equal(t, tt.asked != "", ok)
			require.Equal(t, tt.asked, got.value.Text)
			got, _ = oneNumber([]rune(tt.text), true)
			require.Equal(t, tt.unasked, got.value.Text)
		})
	}
}

func TestChoiceNumber(t *testing.T) {
	for text, want := range map[string]int{
		"1": 1, "2.": 2, "第二个": 2, "选3": 3, "我要第一个": 1, "the first one": 1, "option 2": 2, "second": 2, "②": 0, "2号吧": 2,
		"坏了2个果子": 0, "2 and 3": 0, "1.5": 0, "": 0, "发票": 0,
	} {
		n, ok := choiceNumber(text)
		require.Equal(t, want != 0, ok, text)
		require.Equal(t, want, n, text)
	}
}

func TestPick(t *testing.T) {
	sizes := []string{"S", "M", "L", "XL"}
	reasons := []string{"不喜欢", "质量问题", "发错货", "其他"}
	tests := []struct {
		text string
		list []string
		want int // -1 for none
	}{
		{"XL", sizes, 3},
		{"要l码", sizes, 2},
		{"please", sizes, -1},
		{"small", sizes, -1},
		{"S或者M", sizes, -1},
		{"4", sizes, 3},
		{"9", sizes, -1},
		{"就是不喜欢", reasons, 0},
		{"没有质量问题", reasons, -1},
		{"不是发错货，是质量问题", reasons, 1},
		{"质量", reasons, 1},
		{"", reasons, -1},
		{"37", []string{"36", "37"}, 1},
		{"2", []string{"36", "37"}, 1},
		{"不是", []string{"是", "不是"}, 1},
		{"没有", []string{"有", "没有"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			at, ok := pick(tt.text, tt.list)
			if tt.want < 0 {
				require.False(t, ok)
				return
			}
			require.True(t, ok)
			require.Equal(t, tt.want, at)
		})
	}
}

func TestAmountIn(t *testing.T) {
	for text, want := range map[string]string{
		"39.90元": "39.90", "39块9": "39.9", "¥5": "5", "五块": "5", "3元到5元": "", "没多少": "", "39块99": "", "1.5块5": "",
	} {
		got, ok := amountIn([]rune(text))
		require.Equal(t, want != "", ok, text)
		require.Equal(t, want, got, text)
	}
}

func TestFindDay(t *testing.T) {
	now := time.Date(2026, 12, 30, 10, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"2026-11-20": "2026-11-20", "2026年2月3日收到": "2026-02-03", "1月2日": "2027-01-02", "12/25": "2026-12-25", "后天": "2027-01-01",
		"day before yesterday": "2026-12-28", "25号": "2026-12-25", "2026-02-30": "", "13月40日": "", "没有": "", "99号": "",
	} {
		day, span, ok := findDay(text, now)
		require.Equal(t, want != "", ok, text)
		if ok {
			require.Equal(t, want, day.Format(time.DateOnly), text)
			require.Less(t, span[0], span[1])
		}
	}
}

func TestWholeHours(t *testing.T) {
	for d, want := range map[time.Duration]int{
		59 * time.Minute: 0, time.Hour: 1, 119 * time.Minute: 1, -time.Minute: -1, -time.Hour: -1, -61 * time.Minute: -2, 0: 0,
	} {
		require.Equal(t, want, wholeHours(d), d)
	}
}

func TestSharedRun(t *testing.T) {
	require.Equal(t, 2, sharedRun("芒果那个", "台农芒果 5斤"))
	require.Equal(t, 0, sharedRun("", "x"))
	require.Equal(t, 5, sharedRun("the MANGO", "mango box"))
}

func TestCutCountsRunes(t *testing.T) {
	require.Equal(t, "一二", cut("一二三", 2))
	require.Equal(t, "abc", cut("abc", 3))
	require.Equal(t, "", cut("abc", 0))
}

func TestRaise(t *testing.T) {
	require.Equal(t, "high", raise("normal", ""))
	require.Equal(t, "urgent", raise("urgent", ""))
	require.Equal(t, "high", raise("low", "high"))
	require.Equal(t, "urgent", raise("urgent", "high"))
}

func FuzzReadNumbers(f *testing.F) {
	for _, s := range []string{"坏了3个", "三四个", "2.5", "第一百二十", "one two", "\x00", "１２"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		runes := []rune(s)
		last := 0
		for _, n := range numbers(runes) {
			require.GreaterOrEqual(t, n.start, last)
			require.Greater(t, n.end, n.start)
			require.LessOrEqual(t, n.end, len(runes))
			require.NotEmpty(t, n.text)
			require.Empty(t, strings.Trim(n.text, "0123456789."))
			last = n.end
		}
		choose(s, []string{s, "质量问题", "L", ""})
		findDay(halfWidth(s), time.Unix(0, 0))
	})
}
