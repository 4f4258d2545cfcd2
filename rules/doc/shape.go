// contract

package doc

// A ShapeType is the basic form of a value.
type ShapeType uint8

// The basic forms. OneOf is a text out of a list; AnyOf is any of several shapes; Anything is not described further.
const (
	Anything ShapeType = iota
	TextType
	IntegerType
	NumberType
	BoolType
	DurationType
	DateType
	TimeType
	OneOf
	ListType
	MapType
	ObjectType
	AnyOf
)

// A Shape describes a value for the JSON Schema and the reference page. Use the functions below to make one.
type Shape struct {
	Type     ShapeType
	Values   []string   // of OneOf
	Of       *Shape     // the items of a ListType, the values of a MapType
	Fields   []Property // of an ObjectType
	Any      []Shape    // of AnyOf
	Pattern  string     // a regular expression that a text has to match, for the schema
	Min, Max *int       // bounds of an IntegerType
	Example  string     // how it is written, for messages and the reference page
}

// A Property is one field of an ObjectType.
type Property struct {
	Name     string
	Required bool
	Doc      string
	Shape    Shape
}

// AnythingShape is a value that is not described.
func AnythingShape() Shape { return Shape{} }

// TextShape is a text.
func TextShape() Shape { return Shape{Type: TextType} }

// PatternShape is a text that matches a regular expression, with an example of one that does.
func PatternShape(pattern, example string) Shape {
	return Shape{Type: TextType, Pattern: pattern, Example: example}
}

// IntegerShape is a whole number between least and most, both included.
func IntegerShape(least, most int) Shape {
	return Shape{Type: IntegerType, Min: &least, Max: &most}
}

// NumberShape is a decimal number, quoted or not.
func NumberShape() Shape { return Shape{Type: NumberType} }

// BoolShape is true or false.
func BoolShape() Shape { return Shape{Type: BoolType} }

// DurationShape is a stretch of time such as 48h or 3d.
func DurationShape() Shape { return Shape{Type: DurationType} }

// DateShape is a day such as 2026-11-20.
func DateShape() Shape { return Shape{Type: DateType} }

// TimeShape is a moment (RFC 3339) or a day.
func TimeShape() Shape { return Shape{Type: TimeType} }

// EnumShape is one of a list of words.
func EnumShape(values ...string) Shape { return Shape{Type: OneOf, Values: values} }

// ListShape is a sequence of values of one shape.
func ListShape(of Shape) Shape { return Shape{Type: ListType, Of: &of} }

// OneOrMoreShape is a value, or a sequence of such values.
func OneOrMoreShape(of Shape) Shape { return AnyShape(of, ListShape(of)) }

// MapShape is a mapping with free keys and values of one shape.
func MapShape(of Shape) Shape { return Shape{Type: MapType, Of: &of} }

// AnyShape is a value of any of the shapes.
func AnyShape(shapes ...Shape) Shape { return Shape{Type: AnyOf, Any: shapes} }

// ObjectShape is a mapping that is described by a table of fields.
func ObjectShape[T any](fields []Field[T]) Shape {
	s := Shape{Type: ObjectType}
	for _, f := range fields {
		s.Fields = append(s.Fields, Property{Name: f.Name, Required: f.Required, Doc: f.Doc, Shape: f.Shape})
	}
	return s
}
