package bot_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/intents"
)

func english(b *bot.Book) {
	b.Shop.Locale = "en-US"
	b.Titles = map[string]string{"return": "Return", "invoice": "Invoice"}
}

func TestACaseNamesWhatTheBuyerWanted(t *testing.T) {
	tests := []struct {
		name   string
		change func(*bot.Book)
		turns  []intents.Reading
		intent string
		says   string
	}{
		{"answered, then a human", nil, []intents.Reading{is("return"), is("human")}, "return", "诉求：退货，原因：买家要求人工"},
		{"in English", english, []intents.Reading{is("return"), is("human")}, "return", "wants: Return, reason: the buyer asked for a human"},
		{"the last of several", nil, []intents.Reading{is("invoice"), is("return"), is("human")}, "return", "诉求：退货"},
		{"what stands beside it first", nil, []intents.Reading{is("return"), is("human", "invoice")}, "invoice", "诉求：发票，原因：买家要求人工；此前问：退货"},
		{"in English, too", english, []intents.Reading{is("return"), is("human", "invoice")}, "invoice", "; asked before: Return"},
		{"small talk is no matter", nil, []intents.Reading{is("return"), is("thanks"), is("human")}, "return", "诉求：退货"},
		{"a complaint stays one", nil, []intents.Reading{is("return"), with(is("complaint"), func(r *intents.Reading) { r.Mood = intents.Angry })}, "complaint", "此前问：退货"},
		{"nothing before", nil, []intents.Reading{is("human")}, "human", "诉求：human，原因：买家要求人工"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var changes []func(*bot.Book)
			if tt.change != nil {
				changes = append(changes, tt.change)
			}
			k := begin(t, shop(t, head+"rules:\n  - {id: a, intent: return, reply: 甲}\n  - {id: b, intent: invoice, reply: 乙}\n", changes...))
			var got bot.Turn
			for _, r := range tt.turns {
				got = k.says("话", r)
			}
			require.NotNil(t, handoff(got))
			require.Equal(t, tt.intent, handoff(got).Intent)
			require.Contains(t, handoff(got).Summary, tt.says)
		})
	}
}

func TestWhatWasWantedEndsWithTheEpisode(t *testing.T) {
	k := begin(t, shop(t, plainRules))
	k.says("退货", is("return"))
	require.Equal(t, &bot.Request{Intent: "return"}, k.c.About)
	k.step(bot.Event{Kind: bot.EventResolve, Agent: "小林"})
	require.Equal(t, "human", handoff(k.says("人工", is("human"))).Intent)
}

func TestReasonsAreInTheShopsLanguage(t *testing.T) {
	k, _ := above(t)
	require.Equal(t, "赔付超过上限，需要批准", k.c.Case.Reason)
	require.Contains(t, k.c.Case.Summary, "原因：赔付超过上限，需要批准")
	k = begin(t, shop(t, freshRules(), english))
	k.sends(bot.Message{Kind: bot.KindOrderCard, Order: apples(noA)}, none())
	k.says("坏了9个", is("quality"))
	require.Equal(t, "offer above the cap: approval needed", k.c.Case.Reason)

	k = begin(t, shop(t, head+"rules: [{id: h, intent: human, reply: 稍等, handoff: {}}]\n"))
	require.Equal(t, "买家要求人工", handoff(k.says("人工", is("human"))).Reason, "a rule that gives no reason leaves the guard's")
}

func TestBracketsAreOfTheLanguage(t *testing.T) {
	for locale, want := range map[string]string{"zh-CN": "买家林（gold）；", "en-US": "Buyer 林 (gold); "} {
		k := begin(t, shop(t, plainRules, func(b *bot.Book) { b.Shop.Locale = locale }))
		got := k.sends(bot.Message{Kind: bot.KindText, Text: "人工", Buyer: bot.Buyer{ID: "b-1", Name: "林", Tier: "gold"}}, is("human"))
		require.Contains(t, handoff(got).Summary, want)
	}
}
