// contract

package doc

// Schema gives the JSON Schema (2020-12) of a document, for editors.
func Schema(title string, shape Shape) map[string]any {
	schema := shape.schema()
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = title
	return schema
}

// The forms of texts, as regular expressions for the schema. The readers of Decoder decide; these help while typing.
const (
	durationPattern = `^(\d+d)?(\d+(\.\d+)?(h|m|s|ms))*$`
	dayPattern      = `^\d{4}-\d{2}-\d{2}$`
	momentPattern   = `^\d{4}-\d{2}-\d{2}([T ].+)?$`
	numberPattern   = `^-?\d+(\.\d+)?$`
)

func (s Shape) schema() map[string]any {
	switch s.Type {
	case TextType:
		// An unquoted number or truth value is a text where a text is read.
		if s.Pattern == "" {
			return map[string]any{"type": []any{"string", "number", "boolean"}}
		}
		return map[string]any{"type": "string", "pattern": s.Pattern}
	case IntegerType:
		return s.integerSchema()
	case NumberType:
		return anyOf(map[string]any{"type": "number"}, map[string]any{"type": "string", "pattern": numberPattern})
	case BoolType:
		return map[string]any{"type": "boolean"}
	case DurationType:
		return map[string]any{"type": "string", "pattern": durationPattern}
	case DateType:
		return map[string]any{"type": "string", "pattern": dayPattern}
	case TimeType:
		return map[string]any{"type": "string", "pattern": momentPattern}
	case OneOf:
		return map[string]any{"enum": texts(s.Values)}
	case ListType:
		return map[string]any{"type": "array", "items": s.Of.schema()}
	case MapType:
		return map[string]any{"type": "object", "additionalProperties": s.Of.schema()}
	case ObjectType:
		return s.objectSchema()
	case AnyOf:
		return s.anySchema()
	default:
		return map[string]any{}
	}
}

func (s Shape) integerSchema() map[string]any {
	out := map[string]any{"type": "integer"}
	if s.Min != nil {
		out["minimum"] = *s.Min
	}
	if s.Max != nil {
		out["maximum"] = *s.Max
	}
	return out
}

func (s Shape) objectSchema() map[string]any {
	properties := make(map[string]any, len(s.Fields))
	var required []string
	for _, f := range s.Fields {
		property := f.Shape.schema()
		if f.Doc != "" {
			property["description"] = f.Doc
		}
		properties[f.Name] = property
		if f.Required {
			required = append(required, f.Name)
		}
	}
	out := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = texts(required)
	}
	return out
}

func (s Shape) anySchema() map[string]any {
	all := make([]map[string]any, 0, len(s.Any))
	for _, one := range s.Any {
		all = append(all, one.schema())
	}
	return anyOf(all...)
}

func anyOf(schemas ...map[string]any) map[string]any {
	list := make([]any, len(schemas))
	for i, s := range schemas {
		list[i] = s
	}
	return map[string]any{"anyOf": list}
}

func texts(words []string) []any {
	list := make([]any, len(words))
	for i, w := range words {
		list[i] = w
	}
	return list
}
