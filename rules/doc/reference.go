// contract

package doc

import (
	"fmt"
	"strings"
)

// Reference writes the table of a mapping as a section of Markdown: a heading, an introduction, and a row for each
// field. Mappings within are written as name.field, those in lists as name[].field.
func Reference(heading, introduction string, shape Shape) string {
	var out strings.Builder
	fmt.Fprintf(&out, "## %s\n\n", heading)
	if introduction != "" {
		fmt.Fprintf(&out, "%s\n\n", introduction)
	}
	out.WriteString("| key | value | needed | meaning |\n|---|---|---|---|\n")
	writeRows(&out, "", shape)
	return out.String()
}

func writeRows(out *strings.Builder, prefix string, shape Shape) {
	for _, f := range shape.Fields {
		needed := ""
		if f.Required {
			needed = "yes"
		}
		fmt.Fprintf(out, "| `%s%s` | %s | %s | %s |\n", prefix, f.Name, cell(f.Shape.describe()), needed, cell(f.Doc))
		writeNested(out, prefix+f.Name, f.Shape)
	}
}

func writeNested(out *strings.Builder, name string, shape Shape) {
	switch shape.Type {
	case ObjectType:
		writeRows(out, name+".", shape)
	case ListType:
		writeNested(out, name+"[]", *shape.Of)
	case MapType:
		writeNested(out, name+".NAME", *shape.Of)
	case AnyOf:
		for i, one := range shape.Any {
			if i > 0 && one.Type == ListType && shape.Any[i-1].Type == one.Of.Type {
				continue
			}
			writeNested(out, name, one)
		}
	default: // the others hold nothing
	}
}

func cell(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "|", `\|`), "\n", " ")
}

// describe names a shape in a few words.
func (s Shape) describe() string {
	switch s.Type {
	case IntegerType:
		if s.Min != nil && s.Max != nil {
			return fmt.Sprintf("whole number, %d to %d", *s.Min, *s.Max)
		}
		return "whole number"
	case OneOf:
		return "one of " + quoteAll(s.Values)
	case ListType:
		return "list of: " + s.Of.describe()
	case MapType:
		return "mapping of names to: " + s.Of.describe()
	case AnyOf:
		parts := make([]string, len(s.Any))
		for i, one := range s.Any {
			parts[i] = one.describe()
		}
		return strings.Join(parts, ", or ")
	default:
		if s.Example != "" {
			return fmt.Sprintf("%s such as `%s`", s.word(), s.Example)
		}
		return s.word()
	}
}

func quoteAll(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = "`" + v + "`"
	}
	return strings.Join(quoted, ", ")
}

func (s Shape) word() string {
	switch s.Type {
	case TextType:
		return "text"
	case NumberType:
		return "number"
	case BoolType:
		return "`true` or `false`"
	case DurationType:
		return "stretch of time (`48h`, `30m`, `3d`)"
	case DateType:
		return "day (`2026-11-20`)"
	case TimeType:
		return "moment (`2026-11-21T10:00:00+08:00`) or day"
	case ObjectType:
		return "mapping"
	default:
		return "anything"
	}
}

// example is how a value of the shape is written, for the hint about a missing key.
func (s Shape) example() string {
	if s.Example != "" {
		return s.Example
	}
	switch s.Type {
	case IntegerType:
		return "1"
	case NumberType:
		return "39.90"
	case BoolType:
		return "true"
	case DurationType:
		return "48h"
	case DateType:
		return "2026-11-20"
	case TimeType:
		return "2026-11-21T10:00:00+08:00"
	case OneOf:
		if len(s.Values) > 0 {
			return s.Values[0]
		}
	case AnyOf:
		if len(s.Any) > 0 {
			return s.Any[0].example()
		}
	default:
	}
	return "…"
}
