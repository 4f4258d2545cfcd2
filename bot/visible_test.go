package bot_test

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
)

const hiddenRules = head + `
rules:
  - id: sick
    intent: product
    collect: [symptom]
    handoff: {team: aftersales, reason: "症状 ${slots.symptom}，${buyer.name}"}
`

// leaks is a talk in which a symptom is asked for.
func leaks(t *testing.T) *talk {
	t.Helper()
	k := begin(t, shop(t, hiddenRules))
	got := k.sends(bot.Message{Kind: bot.KindText, Text: "坏了", Buyer: bot.Buyer{ID: "b-1", Name: "林\u202e小"}}, is("product"))
	require.Equal(t, "symptom", asked(got))
	return k
}

func TestAgentsAreShownNoHiddenMarks(t *testing.T) {
	const written = "会\x00漏\u202e电\u2066了\x1b[31m\r\n真的\u2069"
	k := leaks(t)
	h := handoff(k.says(written, none()))
	require.NotNil(t, h)
	require.Equal(t, "会漏电了[31m\n真的", h.Slots["symptom"])
	require.Equal(t, "症状 会漏电了[31m\n真的，林小", h.Reason)
	for _, text := range []string{h.Summary, h.Reason, h.Slots["symptom"]} {
		for _, r := range "\x00\x1b\r\u202e\u2066\u2069" {
			require.NotContains(t, text, string(r))
		}
	}
	require.Contains(t, h.Summary, "林小")
	require.Equal(t, written, h.Transcript[2].Text, "the transcript keeps what was written")

	got := k.says("电话13800138000\u202e", with(none(), func(r *intents.Reading) {
		r.Entities = []intents.Entity{{Type: intents.Phone, Value: "13800138000\u202e", Start: 2, End: 14}}
	}))
	require.Equal(t, "13800138000", caseOf(got).Slots["phone"])
	require.Equal(t, "13800138000", k.c.Slots["phone"].Text)
}

func TestAnAnswerOfHiddenMarksAloneIsNone(t *testing.T) {
	k := leaks(t)
	got := k.says("\u202e\u202d", none())
	require.Nil(t, handoff(got))
	require.Equal(t, "symptom", asked(got), "it is asked for once more")
	require.NotNil(t, handoff(k.says("\u202e\u202d", none())), "and then a human comes")
}

func FuzzWhatAgentsAreShown(f *testing.F) {
	f.Add("漏电\u202e")
	f.Add("\x00\x01\u2066\xff")
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return // no JSON has it
		}
		k := leaks(t)
		k.says(text, none())
		h := handoff(k.says("人工", is("human")))
		if h == nil {
			h = k.c.Case
		}
		require.NotNil(t, h)
		for _, r := range h.Summary + h.Reason + h.Slots["symptom"] {
			require.False(t, r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069, "%q", r)
		}
	})
}
