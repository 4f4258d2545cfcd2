package intents_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/intents"
)

func TestCallForPerson(t *testing.T) {
	c, err := intents.Built()
	require.NoError(t, err)
	for _, tt := range []struct {
		name, message, want string
	}{
		{"fetched", "来个人啊", "human"},
		{"named", "客服", "human"},
		{"asked for", "有没有客服", "human"},
		{"looked for", "人呢？", "human"},
		{"not there", "怎么没人", "human"},
		{"bare and asked", "没人?", "human"},
		{"English", "customer care", "human"},
		{"English without order", "help me please someone", "human"},
		{"English agent", "agent please", "human"},
		{"in another clause", "机器讲不通，叫个真人", "human"},
		{"whether anybody is there", "有没有人", "greeting"},
		{"addressed", "客服在吗", "greeting"},
		{"greeted", "你好客服", "greeting"},
		{"of somebody's home", "没人", ""},
		{"of an invoice", "要个人的", ""},
		{"refused", "不要转人工", ""},
		{"refused in English", "don't connect me to an agent", ""},
		{"nothing is lacking", "没有啦 ", ""},
		{"with a number", "客服 3", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := c.Read(tt.message)
			if tt.want == "" {
				require.Empty(t, r.Intents)
				return
			}
			require.Len(t, r.Intents, 1)
			require.Equal(t, tt.want, r.Intents[0].Name())
		})
	}
}

func TestCallKeepsRequest(t *testing.T) {
	c, err := intents.Built()
	require.NoError(t, err)
	r := c.Read("东西少发了 快来人")
	require.Len(t, r.Intents, 2)
	require.Equal(t, "wrong_item", r.Intents[0].Intent)
	require.Equal(t, intents.Human, r.Intents[1].Intent)
	require.Equal(t, 6, r.Intents[1].Start)
	r = c.Read("想退货，人呢")
	require.Len(t, r.Intents, 1)
	require.Equal(t, "return", r.Intents[0].Intent)
	require.True(t, r.Chasing)
}

func TestCallEvidence(t *testing.T) {
	c, err := intents.Built()
	require.NoError(t, err)
	r := c.Read(" 来个人啊！")
	require.Len(t, r.Intents, 1)
	require.Equal(t, []intents.Evidence{{Kind: "word", Text: "来个人啊！", Weight: 1}}, r.Intents[0].Evidence)
	require.Equal(t, 1, r.Intents[0].Start)
}

// TestRefusedPerson keeps the refusal of a person from taking back what else was asked for.
func TestRefusedPerson(t *testing.T) {
	c, err := intents.Built()
	require.NoError(t, err)
	for message, withdrawn := range map[string]bool{
		"不要转人工": false, "别给我转人工": false, "先别找客服": false, "please don't transfer me to an agent": false,
		"不用转人工了": true, "不退货了": true,
	} {
		t.Run(message, func(t *testing.T) {
			r := c.Read(message)
			require.NotEmpty(t, r.Negated)
			require.Empty(t, r.Intents)
			require.Equal(t, withdrawn, r.Withdrawn)
		})
	}
}

// TestCallOfOthers holds that who learns labels of his own is told of no others.
func TestCallOfOthers(t *testing.T) {
	c, err := intents.Train([]intents.Example{{"打开灯", "light", ""}, {"关灯", "light", ""}, {"放首歌", "music", ""}, {"来点音乐", "music", ""}})
	require.NoError(t, err)
	for _, p := range c.Read("来个人").Intents {
		require.NotEqual(t, intents.Human, p.Intent)
	}
}

// TestNoise holds that what says nothing comes near to nothing.
func TestNoise(t *testing.T) {
	c, err := intents.Built()
	require.NoError(t, err)
	for _, message := range []string{"x", "a", "？？", "...", "asdf", "q w", " ", "!", "2", "啥"} {
		t.Run(message, func(t *testing.T) {
			r := c.Read(message)
			require.Empty(t, r.Intents)
			require.Empty(t, r.Near)
		})
	}
}
