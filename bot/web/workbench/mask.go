package workbench

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"xiaoer/bot/mask"
	"xiaoer/intents"
)

// What stands in place of what would tell who a buyer is. It still reads as what it stands for, so that a test of it means something.
const (
	maskedAddress = "某省某市某区某路1号"
	maskedLink    = "https://example.com/"
	maskedMail    = "someone@example.com"
	maskedName    = "某某"
)

// maskText takes out of a text what would tell who a buyer is (see the package mask), the buyer's own names included.
func maskText(text string, read func(string) intents.Reading, names ...string) string {
	var found []intents.Entity
	if read != nil {
		found = read(text).Entities
	}
	return mask.Text(text, found, names, maskOf)
}

func maskOf(kind, part string) string {
	switch kind {
	case intents.Address:
		return maskedAddress
	case intents.Link:
		return maskedLink
	case mask.Mail:
		return maskedMail
	case mask.Name:
		return maskedName
	}
	return zeros(part)
}

// zeros keeps the form of a number or of a name in another program, and nothing of it but a leading 13, by which a phone is known.
func zeros(part string) string {
	out := []rune(part)
	phone := strings.HasPrefix(part, "13")
	for i, r := range out {
		switch {
		case phone && i < 2:
		case mask.IsDigit(r):
			out[i] = '0'
		case unicode.In(r, unicode.Han):
			out[i] = '某'
		case !unicode.IsPunct(r) && r != ' ':
			out[i] = 'x'
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
