package intents

import (
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/intents/base"
)

// TestHoldOut learns from four fifths of the sentences and reads the rest. Neighbours in a file stay together, because
// they are often variants of one another.
func TestHoldOut(t *testing.T) {
	if testing.Short() {
		t.Skip("learning takes seconds")
	}
	examples, _, err := Load(base.Files)
	require.NoError(t, err)
	words, err := newMachine()
	require.NoError(t, err)
	var train, test []Example
	for i, e := range examples {
		if i/block%5 == 0 {
			test = append(test, e)
		} else {
			train = append(train, e)
		}
	}
	r := shippedRecipe()
	r.folds = 0
	c := &Classifier{machine: words, model: learn(words, train, r), scratch: newScratchPool()}
	right, topics, topicRight, plain, invented := 0, 0, 0, 0, 0
	for _, e := range test {
		got := c.Best(e.Text)
		if got.Intent != e.Intent {
			continue
		}
		right++
		if e.Topic != "" {
			topics++
			if got.Topic == e.Topic {
				topicRight++
			}
			continue
		}
		plain++
		if got.Topic != "" {
			invented++
		}
	}
	accuracy, topicAccuracy := float64(right)/float64(len(test)), float64(topicRight)/float64(topics)
	t.Logf("%d of %d sentences, %.3f; topics of those %.3f; %d of %d without one were given one", right, len(test), accuracy, topicAccuracy, invented, plain)
	require.Greater(t, accuracy, 0.75)
	require.Greater(t, topicAccuracy, 0.85)
}

func TestTrain(t *testing.T) {
	_, err := Train(nil)
	require.Error(t, err)
	c, err := Train([]Example{{"打开客厅的灯", "light", ""}, {"把灯关了", "light", ""}, {"放首歌听", "music", ""}, {"来点音乐", "music", ""}})
	require.NoError(t, err)
	require.Equal(t, "light", c.Best("灯打开").Intent)
	require.Equal(t, "music", c.Best("放音乐").Intent)
	require.Equal(t, []Intent{{Name: "light", Titles: map[string]string{}}, {Name: "music", Titles: map[string]string{}}}, c.Taxonomy())
}

func TestUnpackRefuses(t *testing.T) {
	for name, content := range map[string][]byte{
		"nothing": nil, "long header": {255, 255, 255, 255}, "no JSON": {1, 0, 0, 0, '{'}, "no body": append([]byte{2, 0, 0, 0}, "{}x"...),
		"cut off": builtWeights[:len(builtWeights)/2],
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := unpack(content)
			require.Error(t, err)
		})
	}
}

func TestTaxonomy(t *testing.T) {
	c := mustBuilt(t)
	require.NotEmpty(t, c.Hash())
	want := map[string][]string{
		"return": nil, "exchange": nil, "refund": {"only", "refused", "where"}, "delay": {"move", "ship"}, "logistics": nil, "lost_or_damaged": {"damaged", "lost", "signed"},
		"wrong_item": {"gift", "missing", "wrong"}, "wrong_order": {"address", "cancel", "carrier", "date", "goods", "remark"}, "quality": nil,
		"coupon": {"bargain", "price_drop", "use"}, "invoice": nil, "human": nil, "complaint": nil, "greeting": nil, "thanks": nil,
		"product": {"price", "size", "stock", "warranty"}, "other": nil,
	}
	got := map[string][]string{}
	for _, i := range c.Taxonomy() {
		var topics []string
		for _, topic := range i.Topics {
			topics = append(topics, topic.Name)
			require.NotEmpty(t, topic.Titles["zh"])
			require.NotEmpty(t, topic.Titles["en"])
		}
		got[i.Name] = topics
		require.NotEmpty(t, i.Titles["zh"])
		require.NotEmpty(t, i.Titles["en"])
	}
	require.Len(t, got, len(want))
	for name, topics := range want {
		require.ElementsMatch(t, topics, got[name], name)
	}
}
