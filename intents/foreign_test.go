package intents

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNamesOf(t *testing.T) {
	got := namesOf([]Example{{"a", "Export Data", ""}, {"b", "card_arrival", ""}, {"c", "FindConnection", ""}, {"d", "card_arrival", ""}, {"e", "None", ""}, {"f", Other, ""}})
	require.Equal(t, []Example{{"Export Data", "Export Data", ""}, {"card arrival", "card_arrival", ""}, {"Find Connection", "FindConnection", ""}}, got)
}

// errands are a small set of unequal classes of which one has a single sentence.
func errands() []Example {
	var out []Example
	for _, room := range []string{"kitchen", "hall", "bedroom", "cellar", "garden"} {
		out = append(out, Example{"switch on the lamp in the " + room, "light_on", ""}, Example{"is the door of the " + room + " locked", "lock_check", ""})
	}
	return append(out, Example{"how warm is it outside", "weather", ""}, Example{"play some jazz in the hall", "music", ""}, Example{"I want to hear the news in the kitchen", "music", ""})
}

func TestSmallSets(t *testing.T) {
	c, err := Train(errands())
	require.NoError(t, err)
	for text, want := range map[string]string{
		"lamp in the attic, please":   "light_on",
		"did I lock the garage":       "lock_check",
		"what's the weather like":     "weather", // a word of the name alone
		"could you put on some music": "music",
	} {
		require.Equal(t, want, c.Best(text).Intent, text)
	}
	require.Len(t, c.Taxonomy(), 4, "names are no labels of their own")
	again, err := Train(errands())
	require.NoError(t, err)
	require.Equal(t, c.model, again.model, "the same sentences give the same weights")
}

// TestSmallSetsAreSure holds that probabilities of clear sentences are high and of strangers low however few were learned from.
func TestSmallSetsAreSure(t *testing.T) {
	c, err := Train(errands())
	require.NoError(t, err)
	require.Greater(t, c.Best("switch on the lamp in the bathroom").Score, 0.6)
	require.Less(t, c.Best("zymurgy").Score, c.Best("is the door of the bathroom locked").Score)
}

func TestTrainOnVeryLittle(t *testing.T) {
	for name, examples := range map[string][]Example{
		"one sentence": {{"hello", "greeting", ""}}, "one label": {{"hello", "greeting", ""}, {"good day", "greeting", ""}},
		"no letters": {{"", "a", ""}, {"?!", "b", ""}}, "no name": {{"hello", "", ""}, {"bye", "end", ""}}, "topics": {{"send it there", "change", "place"}, {"send it later", "change", "date"}},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Train(examples)
			require.NoError(t, err)
			p := c.Best(examples[0].Text)
			require.Contains(t, examples, Example{p0(examples, p.Intent), p.Intent, p.Topic})
			require.Greater(t, p.Score, 0.0)
			require.LessOrEqual(t, p.Score, 1.0)
		})
	}
}

// p0 gives the first sentence of an intent.
func p0(examples []Example, intent string) string {
	for _, e := range examples {
		if e.Intent == intent {
			return e.Text
		}
	}
	return ""
}

// BenchmarkTrained grows the number of intents that a set of a shop's own making has: 20 sentences each.
func BenchmarkTrained(b *testing.B) {
	for _, n := range []int{2, 20, 100, 500} {
		var examples []Example
		for i := range n {
			for k := range 20 {
				examples = append(examples, Example{fmt.Sprintf("我要办%c%c号套餐第%c种", rune('一'+i%64), rune('丁'+i/64), rune('上'+k)), fmt.Sprint("own", i), ""})
			}
		}
		c, err := Train(examples)
		require.NoError(b, err)
		b.Run(fmt.Sprintf("intents=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Read("我要办一丁号套餐第七种可以吗麻烦了亲")
			}
		})
	}
}
