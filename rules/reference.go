package rules

import (
	"fmt"
	"strings"

	"xiaoer/rules/doc"
)

// Schema is the shape of a rule document. The decoder reads by the same table of fields.
func Schema() doc.Shape {
	r := newReader(&Vocabulary{}, &doc.Problems{})
	return doc.ObjectShape(r.documentFields(&shelf{}, false))
}

// RuleShape is the shape of one rule, for the reference page.
func RuleShape() doc.Shape { return doc.ObjectShape(newReader(&Vocabulary{}, &doc.Problems{}).rule) }

// LanguageReference writes the operators and functions as Markdown tables.
func LanguageReference() string {
	var b strings.Builder
	wordTable(&b, "Operators, those that bind weakest first", Operators())
	b.WriteByte('\n')
	wordTable(&b, "Functions", Functions())
	return b.String()
}

func wordTable(b *strings.Builder, heading string, words []Word) {
	fmt.Fprintf(b, "### %s\n\n| form | meaning | example |\n|---|---|---|\n", heading)
	for _, w := range words {
		fmt.Fprintf(b, "| `%s` | %s | `%s` |\n", escapeCell(w.Form), escapeCell(w.Doc), escapeCell(w.Example))
	}
}

func escapeCell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// FactsReference writes the facts of a vocabulary as a Markdown table.
func FactsReference(v *Vocabulary) string {
	var b strings.Builder
	b.WriteString("| fact | is | known | meaning |\n|---|---|---|---|\n")
	for i := range v.Facts {
		f := &v.Facts[i]
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.Name, escapeCell(factType(f.Type)), knownness(f), escapeCell(f.Doc))
	}
	return b.String()
}

func factType(t Type) string {
	if t.Kind == Enum {
		return strings.Join(t.Values, ", ")
	}
	if t.Kind == Records {
		names := make([]string, len(t.Fields))
		for i := range t.Fields {
			names[i] = t.Fields[i].Name
		}
		return "a list with " + strings.Join(names, ", ")
	}
	return describe(t)
}

func knownness(f *Fact) string {
	switch {
	case f.TextOnly:
		return "in texts only"
	case f.AlwaysKnown:
		return "always"
	default:
		return "may be unknown"
	}
}
