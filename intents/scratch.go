package intents

import "xiaoer/intents/text"

// A scratch is the working memory of one reading. It is used again for the next, so that reading allocates little.
type scratch struct {
	text   text.Text
	plain  text.Text // of another sentence, or before masking
	ones   bool      // the message is nothing but digits 1
	shouts bool      // the message is written in capitals

	lettersTo []int32 // by place in the text, and for its end, how many letters stand before

	spans      []span // entities
	clauses    []clause
	parts      []clause          // what of the clauses lies in the core, and is read by itself
	byLexicon  [lexicons][]token // what the vocabulary finds; the four below are its parts
	tokens     []token           // words with a meaning
	cues       []token
	dangers    []token
	denyTokens []token
	shopTokens []token
	denials    []denial
	claimed    []claim

	units    []unit // of the stretch in hand
	sounds   []uint16
	features []feature
	hits     []hit
	scores   []int32
	weighed  []weighed
	margins  []float32
	guesses  []guess
	views    []view
	support  []float32 // by intent, what the whole alone says
	likeness []int32   // by example of the shop

	found []Prediction

	held   clause // the stretch whose features and hits, of the classifier's model, are at hand
	holds  bool
	length float32 // of the vector of what is held
}
