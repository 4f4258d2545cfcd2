package intents

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestVocabularyFindsWhatItsLexiconsFind makes words and texts of few letters, so that words overlap, go on and share their heads.
func TestVocabularyFindsWhatItsLexiconsFind(t *testing.T) {
	word := rapid.StringOfN(rapid.SampledFrom([]rune("ab退货_")), 1, 5, -1)
	rapid.Check(t, func(t *rapid.T) {
		var of [lexicons]*lexicon
		for k := range of {
			of[k] = emptyLexicon()
			for i, w := range rapid.SliceOfN(word, 0, 12).Draw(t, "words") {
				if w = strings.Trim(w, "_"); w == "" {
					continue
				}
				if rapid.Bool().Draw(t, "open") {
					w += "*"
				}
				of[k].addLine(string(rune('A'+i%3)), w)
			}
		}
		v, err := newVocabulary(of)
		require.NoError(t, err)
		var found [lexicons][]token
		for range 3 { // what was found before does not count
			runes := rapid.SliceOfN(rapid.SampledFrom([]rune("abc退货换 ,")), 0, 30).Draw(t, "text")
			v.find(runes, &found)
			for k, l := range of {
				require.Equal(t, append([]token{}, l.find(runes, nil)...), append([]token{}, found[k]...))
			}
		}
	})
}

func TestVocabularyHasABound(t *testing.T) {
	l := emptyLexicon()
	l.means = make([][]uint8, maxShared+1)
	_, err := newVocabulary([lexicons]*lexicon{l, l, l, l})
	require.ErrorContains(t, err, "65537 nodes")
}
