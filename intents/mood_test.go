package intents

import (
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
