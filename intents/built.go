package intents

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// Built returns the classifier that the program ships with, from weights that were learned from the embedded
// sentences. It takes some tens of milliseconds and keeps nothing: the caller keeps what it returns.
func Built() (*Classifier, error) {
	words, err := newMachine()
	if err != nil {
		return nil, err
	}
	m, h, err := unpack(builtWeights)
	if err != nil {
		return nil, err
	}
	return &Classifier{machine: words, model: m, taxonomy: h.Taxonomy, hash: builtHash(h.Hash), scratch: newScratchPool()}, nil
}

// Train learns a classifier from labelled sentences alone, in place of the built-in ones. Labels may be any names. It
// fails when there are none.
func Train(examples []Example) (*Classifier, error) {
	if len(examples) == 0 {
		return nil, errors.New("learn intents: there are no examples")
	}
	words, err := newMachine()
	if err != nil {
		return nil, err
	}
	if len(examples) < fewSentences {
		words.values = fewValues()
	}
	m := learnForeign(words, examples)
	return &Classifier{machine: words, model: m, taxonomy: taxonomyOf(examples), hash: hashOf(examples), scratch: newScratchPool()}, nil
}

// taxonomyOf names the labels of examples, in the order of their first use.
func taxonomyOf(examples []Example) []Intent {
	var t []Intent
	number := map[string]int{}
	for _, e := range examples {
		at, ok := number[e.Intent]
		if !ok {
			at = len(t)
			number[e.Intent] = at
			t = append(t, Intent{Name: e.Intent, Titles: map[string]string{}})
		}
		if e.Topic != "" && !hasTopic(t[at].Topics, e.Topic) {
			t[at].Topics = append(t[at].Topics, Topic{Name: e.Topic, Titles: map[string]string{}})
		}
	}
	return t
}

func hasTopic(topics []Topic, name string) bool {
	for _, t := range topics {
		if t.Name == name {
			return true
		}
	}
	return false
}

// hashOf identifies what is learned from: the sentences, and the words that features are made of.
func hashOf(examples []Example) string {
	h := sha256.New()
	for _, source := range [...]string{wordsSource, negationSource} {
		fmt.Fprintf(h, "%d\n%s", len(source), source)
	}
	for _, e := range examples {
		fmt.Fprintf(h, "%q %q %q\n", e.Text, e.Intent, e.Topic)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// builtHash identifies what is read beside the intents too.
func builtHash(sentences string) string {
	h := sha256.New()
	for _, source := range [...]string{sentences, cuesSource, callsSource, dangerSource, string(builtDangers)} {
		fmt.Fprintf(h, "%d\n%s", len(source), source)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
