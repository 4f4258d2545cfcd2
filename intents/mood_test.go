package intents

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

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

// TestMoods holds how often the mood is told right. The first 150 lines were read rightly 100 times when they were new; of
// the last 60, written after more words had been added, 48. What is missed is mostly an upset buyer without a word for it.
func TestMoods(t *testing.T) {
	c := mustBuilt(t)
	right, all, alarmed := 0, 0, 0
	eachLine(t, "mood", func(line []byte) {
		var one struct {
			Text string
			Mood Mood
		}
		require.NoError(t, json.Unmarshal(line, &one))
		got := c.Read(one.Text).Mood
		all++
		switch {
		case got == one.Mood:
			right++
		case one.Mood == Calm:
			alarmed++
			fallthrough
		default:
			t.Logf("%s for %s: %s", got, one.Mood, one.Text)
		}
	})
	require.Equal(t, 210, all)
	require.GreaterOrEqual(t, right, 193)
	require.LessOrEqual(t, alarmed, 1)
}

// TestAcknowledgements holds that what wants no answer is never taken for a request, and that no request is taken for it.
func TestAcknowledgements(t *testing.T) {
	c := mustBuilt(t)
	acks, known := 0, 0
	eachLine(t, "acks", func(line []byte) {
		var one struct {
			Text string
			Ack  bool
		}
		require.NoError(t, json.Unmarshal(line, &one))
		got := c.Read(one.Text)
		if !one.Ack {
			require.False(t, got.Acknowledgement, one.Text)
			return
		}
		acks++
		if got.Acknowledgement {
			known++
		}
		for _, p := range got.Intents {
			require.True(t, isSmallTalk(p.Intent), "%s is taken for %s", one.Text, p.Name())
		}
	})
	require.Greater(t, acks, 120)
	require.GreaterOrEqual(t, known, acks-5, "thanks may stand beside it")
}

func eachLine(t *testing.T, name string, do func(line []byte)) {
	t.Helper()
	file, err := os.Open("testdata/" + name + ".jsonl")
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		do(lines.Bytes())
	}
	require.NoError(t, lines.Err())
}
