package bot

import (
	"time"

	"xiaoer/intents"
	"xiaoer/rules"
)

// VocabularyOptions is what one shop adds to the facts that every shop has.
type VocabularyOptions struct {
	Intents        []rules.Intent // those of its classifier; "other" is left out
	Policy         []rules.Fact   // Name is without "policy."
	Slots          []Slot
	ProductColumns []rules.Fact // the catalogue's own columns; Name is without "product."
	Teams          []string
	Tags           []string
	Location       *time.Location
}

// Vocabulary is what the rules of a shop may speak of.
func Vocabulary(o VocabularyOptions) *rules.Vocabulary {
	v := &rules.Vocabulary{
		Teams: o.Teams, Tags: o.Tags, Location: o.Location,
	}
	var names, topics []string
	for _, i := range o.Intents {
		if i.Name != intents.Other {
			v.Intents = append(v.Intents, i)
			names = append(names, i.Name)
			topics = append(topics, i.Topics...)
		}
	}
	v.Facts = append(topFacts(names, topics), Facts()...)
	for _, p := range o.Policy {
		p.Name = "policy." + p.Name
		v.Facts = append(v.Facts, p)
	}
	for i := range o.Slots {
		s := &o.Slots[i]
		v.Slots = append(v.Slots, s.Name)
		v.Facts = append(v.Facts, rules.Fact{Name: "slots." + s.Name, Type: slotType(s), Doc: "What was collected in the slot; the number of photos for images."})
	}
	for _, c := range o.ProductColumns {
		c.Name = "product." + c.Name
		v.Facts = append(v.Facts, c)
	}
	return v
}

func slotType(s *Slot) rules.Type {
	switch s.Kind {
	case SlotImage:
		return rules.Type{Kind: rules.Int}
	case SlotChoice:
		return rules.Type{Kind: rules.Enum, Values: s.Choices}
	case SlotNumber:
		return rules.Type{Kind: rules.Number}
	case SlotAmount:
		return rules.Type{Kind: rules.Money}
	case SlotDate:
		return rules.Type{Kind: rules.Date}
	}
	return rules.Type{Kind: rules.Text}
}

func moods() []string {
	return []string{string(intents.Calm), string(intents.Upset), string(intents.Angry)}
}

func risks() []string {
	return []string{
		string(intents.NoRisk), string(intents.Review), string(intents.Platform), string(intents.Regulator),
		string(intents.Media), string(intents.Legal), string(intents.Health), string(intents.Safety),
	}
}

// topFacts are the facts without a group.
func topFacts(names, topics []string) []rules.Fact {
	return []rules.Fact{
		fact("intent", rules.Enum, "The intent that the rules are read for.", names...),
		fact("topic", rules.Enum, "Its topic, unknown when it has none.", topics...),
		always("intents", rules.Texts, "Every accepted intent of the message, the primary first.", names...),
		always("negated", rules.Texts, "The intents that the message denies or withdraws."),
		always("mood", rules.Enum, "How the buyer sounds.", moods()...),
		always("risk", rules.Enum, "The gravest danger that the message names.", risks()...),
	}
}

func fact(name string, kind rules.Kind, doc string, values ...string) rules.Fact {
	return rules.Fact{Name: name, Type: rules.Type{Kind: kind, Values: values}, Doc: doc}
}

func always(name string, kind rules.Kind, doc string, values ...string) rules.Fact {
	f := fact(name, kind, doc, values...)
	f.AlwaysKnown = true
	return f
}

func textOnly(name string, kind rules.Kind, doc string) rules.Fact {
	f := fact(name, kind, doc)
	f.TextOnly = true
	return f
}
