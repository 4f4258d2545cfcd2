package intents

import (
	_ "embed"

	"xiaoer/intents/text"
)

//go:embed base/words.txt
var wordsSource string

//go:embed base/cues.txt
var cuesSource string

//go:embed base/negation.txt
var negationSource string

//go:embed base/places.txt
var placesSource string

// newMachine reads the embedded tables and words.
func newMachine() (*machine, error) {
	m := &machine{tables: text.NewTables(), places: newPlaces(placesSource), values: defaultValues}
	var err error
	if m.words, err = newLexicon(wordsSource); err != nil {
		return nil, err
	}
	m.hello, m.thanks, m.okword = uint8(m.words.number["hello"]), uint8(m.words.number["thanks"]), uint8(m.words.number["okword"])
	if m.cues, err = newCues(cuesSource); err != nil {
		return nil, err
	}
	if m.danger, err = builtDanger(m.tables); err != nil {
		return nil, err
	}
	if m.denials, err = newDenier(negationSource); err != nil {
		return nil, err
	}
	if m.calls, err = newCallWords(callsSource); err != nil {
		return nil, err
	}
	if m.vocabulary, err = newVocabulary([lexicons]*lexicon{m.words, m.cues, m.denials.words, m.danger.words}); err != nil {
		return nil, err
	}
	return m, nil
}
