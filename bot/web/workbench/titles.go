package workbench

import (
	"strings"

	"xiaoer/intents"
)

// in lets names be those of a page's language: of intents that are built in, and of the reasons that the bot gives of its own. What a shop
// has named itself stays as it is written.
func (n names) in(lang string) names {
	n.lang, n.titles = lang, map[string]map[string]string{}
	return n
}

// title is what an intent or "intent.topic" is called in the page's language, "" where only the shop's own name is known.
func (n names) title(shop, intent string) string {
	if n.lang == "" {
		return ""
	}
	of, known := n.titles[shop]
	if !known {
		if s, err := n.find(shop); err == nil {
			of = titlesIn(n.lang, s.Taxonomy)
		}
		n.titles[shop] = of
	}
	return of[intent]
}

func titlesIn(lang string, taxonomy []intents.Intent) map[string]string {
	out := map[string]string{}
	for i := range taxonomy {
		in := &taxonomy[i]
		if title := in.Titles[lang]; title != "" {
			out[in.Name] = title
		}
		for _, t := range in.Topics {
			if title := t.Titles[lang]; title != "" {
				out[in.Name+"."+t.Name] = title
			}
		}
	}
	return out
}

// builtIn are the keys of the reasons for which the bot hands over of its own.
func builtIn() []string {
	return []string{
		"reason.human", "reason.risk", "reason.anger", "reason.repeat", "reason.compliance", "reason.promise", "reason.norule", "reason.paused",
		"reason.left", "reason.otherwise", "reason.details", "reason.approval",
	}
}

// reason is why a case was handed over in the page's language, where the bot gave the reason.
func (n names) reason(of string) string {
	if n.lang == "" || of == "" {
		return of
	}
	for _, key := range builtIn() {
		for _, lang := range []string{"zh", "en"} {
			said := n.words(lang, key)
			rest, found := strings.CutPrefix(of, said)
			switch {
			case found && rest == "":
				return n.words(n.lang, key)
			case found && key == "reason.left": // and then what it had been about
				for _, comma := range []string{"、", ", "} {
					if before, ok := strings.CutPrefix(rest, comma); ok {
						return n.words(n.lang, key) + n.words(n.lang, "comma") + n.reason(before)
					}
				}
			}
		}
	}
	return of
}
