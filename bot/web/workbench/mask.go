package workbench

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"xiaoer/intents"
)

// What stands in place of what would tell who a buyer is. It still reads as what it stands for, so that a test of it means something.
const (
	maskedAddress = "某省某市某区某路1号"
	maskedLink    = "https://example.com/"
	maskedName    = "某某"
)

// longNumber is every number that may be somebody's: phones, bank cards, orders, parcels, whatever the classifier took them for.
var longNumber = regexp.MustCompile(`[0-9０-９][0-9０-９ -]{5,}[0-9０-９]`)

// maskText takes out of a text what would tell who a buyer is: what the classifier finds (phones, addresses, orders, parcels, links), other
// long numbers, and the buyer's own name.
func maskText(text string, read func(string) intents.Reading, names ...string) string {
	runes := []rune(text)
	var b strings.Builder
	last := 0
	if read != nil {
		for _, e := range read(text).Entities {
			if e.Start < last || e.End > len(runes) || e.Start >= e.End {
				continue
			}
			if masked, ok := maskOf(e.Type, string(runes[e.Start:e.End])); ok {
				b.WriteString(string(runes[last:e.Start]))
				b.WriteString(masked)
				last = e.End
			}
		}
	}
	b.WriteString(string(runes[last:]))
	out := longNumber.ReplaceAllStringFunc(b.String(), zeros)
	for _, name := range names {
		if len([]rune(name)) > 1 {
			out = strings.ReplaceAll(out, name, maskedName)
		}
	}
	return out
}

func maskOf(kind, text string) (string, bool) {
	switch kind {
	case intents.Phone, intents.OrderNo, intents.TrackingNo:
		return zeros(text), true
	case intents.Address:
		return maskedAddress, true
	case intents.Link:
		return maskedLink, true
	}
	return "", false
}

// zeros keeps the form of a number and none of its digits but a leading 1 and the 3 after it, by which a phone is known.
func zeros(text string) string {
	out := []rune(text)
	for i, r := range out {
		if (r >= '0' && r <= '9' || r >= '０' && r <= '９') && (i != 0 || r != '1') && (i != 1 || out[0] != '1' || r != '3') {
			out[i] = '0'
		}
	}
	return string(out)
}

// testYAML is a mark as an entry of tests.yaml. It says what must not be answered again; what is right a person has to say.
func testYAML(m *mark) string {
	var b strings.Builder
	b.WriteString("  - name: " + quoted("机器人答错 "+m.At.UTC().Format("2006-01-02 15:04")+" "+m.Trace) + "\n")
	if m.Order != nil && m.Order.Stage != "" {
		b.WriteString("    order: {no: \"000000-000000000000000\", stage: " + quoted(m.Order.Stage))
		if m.Order.Amount != "" {
			b.WriteString(", amount: " + quoted(m.Order.Amount))
		}
		b.WriteString("}\n")
	}
	b.WriteString("    steps:\n      - buyer: " + quoted(m.Asked) + "\n")
	b.WriteString("        expect: {not_reply: [" + quoted(m.Said) + "]}   # 改成应有的 rule 和 reply · say the right rule and reply; then: " +
		strings.Map(plain, m.Rule) + "\n")
	return b.String()
}

// testsYAML is the drafts of a page as one file, "" without any.
func testsYAML(all []draft) string {
	if len(all) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("tests:\n")
	for _, d := range all {
		b.WriteString(d.YAML)
	}
	return b.String()
}

// quoted is a text as YAML reads it back, whatever is in it: JSON's strings are YAML's, once what is not to be seen is escaped.
func quoted(text string) string {
	raw, err := json.Marshal(text)
	if err != nil {
		return `""`
	}
	var b strings.Builder
	for _, r := range string(raw) {
		switch {
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// plain leaves out what would end a comment.
func plain(r rune) rune {
	if !unicode.IsPrint(r) {
		return -1
	}
	return r
}
