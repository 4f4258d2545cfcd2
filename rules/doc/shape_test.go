package doc

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// shapeReaders pair each shape with the reader of its values.
func shapeReaders() map[string]struct {
	shape Shape
	read  func(d *Decoder, v *Node) bool
} {
	type pair = struct {
		shape Shape
		read  func(d *Decoder, v *Node) bool
	}
	return map[string]pair{
		"text":     {TextShape(), func(d *Decoder, v *Node) bool { _, ok := d.Text(v); return ok }},
		"integer":  {IntegerShape(1, 9), func(d *Decoder, v *Node) bool { _, ok := d.Int(v, 1, 9); return ok }},
		"number":   {NumberShape(), func(d *Decoder, v *Node) bool { _, ok := d.Decimal(v); return ok }},
		"bool":     {BoolShape(), func(d *Decoder, v *Node) bool { _, ok := d.Bool(v); return ok }},
		"duration": {DurationShape(), func(d *Decoder, v *Node) bool { _, ok := d.Duration(v); return ok }},
		"date":     {DateShape(), func(d *Decoder, v *Node) bool { _, ok := d.Date(v); return ok }},
		"time":     {TimeShape(), func(d *Decoder, v *Node) bool { _, ok := d.Time(v); return ok }},
		"enum":     {EnumShape("low", "high"), func(d *Decoder, v *Node) bool { _, ok := d.Enum(v, "low", "high"); return ok }},
		"texts":    {OneOrMoreShape(TextShape()), func(d *Decoder, v *Node) bool { _, ok := d.Texts(v); return ok }},
	}
}

// What the readers take, editors do not mark as wrong, and what editors mark, the readers do not take.
func TestShapesAgreeWithTheReaders(t *testing.T) {
	values := []string{
		`"亲"`, `"low"`, `"high"`, `3`, `9`, `10`, `0`, `-5`, `1.5`, `39.90`, `"39.90"`, `true`, `false`, `"true"`, `"48h"`, `"3d"`, `"1d12h"`, `"90s"`,
		`"48"`, `"-3h"`, `"2026-11-20"`, `"2026-11-20T10:00:00+08:00"`, `"11月"`, `[]`, `["a"]`, `["a","b"]`, `[["a"]]`, `{"a":1}`, `null`,
	}
	for name, s := range shapeReaders() {
		text, err := json.Marshal(Schema(name, s.shape))
		require.NoError(t, err)
		schema := compileSchema(t, text)
		for _, value := range values {
			var plain any
			require.NoError(t, json.Unmarshal([]byte(value), &plain))
			var p Problems
			node := Parse("f", []byte("v: "+value+"\n"), &p).Root.Get("v")
			read := s.read(&Decoder{Problems: &p}, node)
			require.Equal(t, !read, p.HasErrors(), "%s of %s: what is not taken is reported", name, value)
			require.Equal(t, read, schema.Validate(plain) == nil, "%s of %s", name, value)
		}
	}
}

func compileSchema(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	var plain any
	require.NoError(t, json.Unmarshal(text, &plain))
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("s.json", plain))
	compiled, err := c.Compile("s.json")
	require.NoError(t, err)
	return compiled
}

// The example in the hint about a missing key is one that the reader takes.
func TestExamplesOfShapes(t *testing.T) {
	for name, s := range shapeReaders() {
		t.Run(name, func(t *testing.T) {
			fields := []Field[bool]{{Name: "v", Required: true, Shape: s.shape, Set: func(d *Decoder, into *bool, v *Node) { *into = s.read(d, v) }}}
			var p Problems
			var ok bool
			d := &Decoder{Problems: &p}
			Decode(d, Parse("f", []byte("w: 1\n"), &p).Root, fields, "a thing", &ok)
			require.Len(t, p.All(), 2, "an unknown key and a missing one")
			require.Equal(t, MissingKey, p.All()[0].Code)
			require.Contains(t, p.All()[0].Hint, "add `v: ")

			written := s.shape.example()
			var again Problems
			Decode(&Decoder{Problems: &again}, Parse("f", []byte("v: "+written+"\n"), &again).Root, fields, "a thing", &ok)
			require.True(t, ok, "%s: %v", written, again.All())
		})
	}
	require.Equal(t, "low", AnyShape(EnumShape("low"), BoolShape()).example())
	require.Equal(t, "cat.tom", PatternShape("^[a-z.]+$", "cat.tom").example())
}

// Maps and lists are walked in the order of the file.
func TestDecodeMapAndList(t *testing.T) {
	var p Problems
	d := &Decoder{Problems: &p}
	root := Parse("f", []byte("m: {b: 1, a: 2}\nl: [x, y]\nt: 亲\ne:\n"), &p).Root
	var seen []string
	require.True(t, DecodeMap(d, root.Get("m"), "teams", func(key, value *Node) { seen = append(seen, key.Text+value.Text) }))
	require.True(t, DecodeList(d, root.Get("l"), "rules", func(item *Node) { seen = append(seen, item.Text) }))
	require.Equal(t, []string{"b1", "a2", "x", "y"}, seen)
	require.Empty(t, p.All())

	nothing := func(*Node) { t.Error("there is nothing to read") }
	require.False(t, DecodeMap(d, root.Get("t"), "teams", func(key, _ *Node) { nothing(key) }))
	require.False(t, DecodeMap(d, root.Get("e"), "teams", func(key, _ *Node) { nothing(key) }))
	require.False(t, DecodeList(d, root.Get("m"), "rules", nothing))
	var found []string
	for _, one := range p.All() {
		found = append(found, one.Line())
	}
	require.Equal(t, []string{
		"f:1:4: rules is a list, this is a mapping; write each item on a line that begins with `- ` [wrong-type]",
		`f:3:4: teams is a mapping, this is "亲"; write ` + "`key: value`, one on each line [wrong-type]",
		"f:4:1: teams is a mapping, this is empty; write `key: value`, one on each line [wrong-type]",
	}, found)
}

func TestParseDuration(t *testing.T) {
	tests := []struct {
		text string
		want time.Duration // 0 where it is none
	}{
		{"48h", 48 * time.Hour},
		{"1h30m", 90 * time.Minute},
		{"3d", 72 * time.Hour},
		{"1d12h", 36 * time.Hour},
		{"3653d", 3653 * 24 * time.Hour},
		{"500ms", 500 * time.Millisecond},
		{"3654d", 0},
		{"99999d", 0},
		{"90000h", 0},
		{"d", 0},
		{"1.5d", 0},
		{"-1d", 0},
		{"12h1d", 0},
		{"48", 0},
		{"h", 0},
		{"", 0},
		{"两天", 0},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, ok := ParseDuration(tt.text)
			require.Equal(t, tt.want > 0, ok)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestParseTime(t *testing.T) {
	zone := time.FixedZone("", 8*3600)
	tests := []struct{ text, want string }{
		{"2026-11-21T10:00:00+08:00", "2026-11-21T10:00:00+08:00"},
		{"2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"},
		{"2026-11-21T10:00:00.5Z", "2026-11-21T10:00:00.5Z"},
		{"2026-11-21", "2026-11-21T00:00:00+08:00"},
		{"2026-11-21 10:00", "2026-11-21T10:00:00+08:00"},
		{"2026-11-21 10:00:01", "2026-11-21T10:00:01+08:00"},
		{"2026-11-21T10:00", "2026-11-21T10:00:00+08:00"},
		{"2026-11-21T10:00:01", "2026-11-21T10:00:01+08:00"},
		{"2026-02-30", ""},
		{"2026-11-21T25:00", ""},
		{"21.11.2026", ""},
		{"明天", ""},
		{"", ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, ok := ParseTime(tt.text, zone)
			require.Equal(t, tt.want != "", ok)
			if ok {
				require.Equal(t, tt.want, got.Format(time.RFC3339Nano))
			}
		})
	}
}
