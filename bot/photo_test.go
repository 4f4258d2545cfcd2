package bot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
)

const leaf, stem = "https://img.example/leaf.jpg", "https://img.example/stem.jpg"

func TestAnAgentShowsPhotos(t *testing.T) {
	tests := []struct {
		name   string
		text   string
		images []string
		says   []bot.Reply
	}{
		{"text alone", "您好", nil, []bot.Reply{{Kind: "text", Text: "您好"}}},
		{"photos alone", "", []string{leaf, stem}, []bot.Reply{{Kind: "image", Image: leaf}, {Kind: "image", Image: stem}}},
		{"both", "看这里", []string{leaf}, []bot.Reply{{Kind: "text", Text: "看这里"}, {Kind: "image", Image: leaf}}},
		{"neither", "", nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := waits(t)
			before := len(k.c.Transcript)
			sent := k.c.Sent
			got := k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: tt.text, Images: tt.images})
			require.Equal(t, append([]bot.Reply{}, tt.says...), got.Response("x").Replies)
			require.Equal(t, bot.StatusAgent, k.c.Status)
			require.Equal(t, len(tt.says), k.c.Sent-sent, "each is a message on the channel")
			if len(tt.says) == 0 {
				require.Len(t, k.c.Transcript, before)
				return
			}
			line := k.c.Transcript[len(k.c.Transcript)-1]
			require.Len(t, k.c.Transcript, before+1, "it is one line")
			require.Equal(t, []string{"agent", "小陈", tt.text}, []string{line.From, line.Name, line.Text})
			require.Equal(t, tt.images, line.Images)
			require.True(t, k.c.Case.Deadline.IsZero(), "a photo is an answer, too")
		})
	}
}

func TestOurOwnPhotosComeBack(t *testing.T) {
	shows := head + `
rules:
  - {id: a, intent: return, reply: {text: 请看, image: pictures/leaf.jpg}}
`
	echo := func(k *talk, text string, images ...string) bot.Turn {
		k.n++
		return k.sends(bot.Message{Kind: bot.KindEcho, Text: text, Images: images}, none())
	}
	t.Run("a rule's", func(t *testing.T) {
		k := begin(t, shop(t, shows))
		got := k.says("退货", is("return"))
		image := got.Response("x").Replies[1].Image
		require.NotEmpty(t, image)
		echo(k, "", image)
		require.Equal(t, bot.StatusBot, k.c.Status, "nobody has taken over")
		k.after(3 * time.Minute)
		echo(k, "", image)
		require.Equal(t, bot.StatusAgent, k.c.Status, "later somebody sends it by hand")
	})
	t.Run("an agent's", func(t *testing.T) {
		k := waits(t)
		k.step(bot.Event{Kind: bot.EventAgent, Agent: "小陈", Text: "看", Images: []string{leaf, stem}})
		lines := len(k.c.Transcript)
		echo(k, "看")
		echo(k, "", leaf)
		echo(k, "", stem, leaf)
		require.Len(t, k.c.Transcript, lines)
		echo(k, "", leaf, "https://img.example/other.jpg")
		require.Len(t, k.c.Transcript, lines+1, "one of them is not ours")
		require.Len(t, k.c.Transcript[lines].Images, 2)
		echo(k, "看这个", leaf)
		require.Len(t, k.c.Transcript, lines+2, "these words were not ours")
	})
	t.Run("a buyer's is not ours", func(t *testing.T) {
		k := waits(t)
		k.sends(bot.Message{Kind: bot.KindImage, Images: []string{leaf}}, none())
		echo(k, "", leaf)
		require.Equal(t, bot.StatusAgent, k.c.Status)
	})
}
