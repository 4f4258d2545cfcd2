package doc

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

type pet struct {
	ID    string
	Kind  string
	Age   int
	Nap   time.Duration
	Toys  []string
	Owner owner
}

type owner struct{ Name string }

func ownerFields() []Field[owner] {
	return []Field[owner]{
		{Name: "name", Required: true, Doc: "What people call them.", Shape: TextShape(), Set: func(d *Decoder, into *owner, v *Node) {
			into.Name, _ = d.Text(v)
		}},
	}
}

func petFields() []Field[pet] {
	return []Field[pet]{
		{Name: "id", Required: true, Doc: "Its name in tests.", Shape: PatternShape(`^[a-z.]+$`, "cat.tom"), Set: func(d *Decoder, into *pet, v *Node) {
			into.ID, _ = d.Text(v)
		}},
		{Name: "kind", Required: true, Doc: "What it is: a | b.", Shape: EnumShape("cat", "dog"), Set: func(d *Decoder, into *pet, v *Node) {
			into.Kind, _ = d.Enum(v, "cat", "dog")
		}},
		{Name: "age", Doc: "In years.", Shape: IntegerShape(0, 40), Set: func(d *Decoder, into *pet, v *Node) {
			into.Age, _ = d.Int(v, 0, 40)
		}},
		{Name: "nap", Doc: "How long it sleeps.", Shape: DurationShape(), Set: func(d *Decoder, into *pet, v *Node) {
			into.Nap, _ = d.Duration(v)
		}},
		{Name: "toys", Doc: "What it plays with.", Shape: OneOrMoreShape(TextShape()), Set: func(d *Decoder, into *pet, v *Node) {
			nodes, _ := d.Texts(v)
			for _, n := range nodes {
				into.Toys = append(into.Toys, n.Text)
			}
		}},
		{Name: "owner", Doc: "Whose it is.", Shape: ObjectShape(ownerFields()), Set: func(d *Decoder, into *pet, v *Node) {
			Decode(d, v, ownerFields(), "an owner", &into.Owner)
		}},
	}
}

func decodePets(source string) ([]pet, *Problems) {
	var p Problems
	d := &Decoder{Problems: &p}
	var pets []pet
	root := Parse("pets.yaml", []byte(source), &p).Root
	DecodeList(d, root.Get("pets"), "pets", func(item *Node) {
		var one pet
		if Decode(d, item, petFields(), "a pet", &one) {
			pets = append(pets, one)
		}
	})
	return pets, &p
}

func TestDecode(t *testing.T) {
	pets, p := decodePets("pets:\n  - {id: tom, kind: cat, age: 3, nap: 18h, toys: ball, owner: {name: 小李}}\n  - id: rex\n    kind: dog\n    toys: [a, b]\n")
	require.Empty(t, p.All())
	require.Equal(t, []pet{
		{ID: "tom", Kind: "cat", Age: 3, Nap: 18 * time.Hour, Toys: []string{"ball"}, Owner: owner{Name: "小李"}},
		{ID: "rex", Kind: "dog", Toys: []string{"a", "b"}},
	}, pets)
}

func TestDecodeReportsEverything(t *testing.T) {
	for _, test := range []struct{ name, source, want string }{
		{"unknown key", "pets:\n  - {id: a, kind: cat, aeg: 3}\n", `pets.yaml:2:24: unknown key "aeg" in a pet; did you mean "age"? [unknown-key]`},
		{"strange key", "pets:\n  - {id: a, kind: cat, 颜色: 3}\n", `pets.yaml:2:24: unknown key "颜色" in a pet; known keys: id, kind, age, nap, toys, owner [unknown-key]`},
		{"missing key", "pets:\n  - age: 1\n    id: a\n", "pets.yaml:2:5: \"kind\" is missing in a pet; add `kind: cat` [missing-key]"},
		{"missing key in nothing", "pets: [{}, {id: a, kind: cat}]\n", ""},
		{"misspelt is not missing", "pets:\n  - {id: a, kidn: cat}\n", `pets.yaml:2:13: unknown key "kidn" in a pet; did you mean "kind"? [unknown-key]`},
		{"no list", "pets: {id: a}\n", "pets.yaml:1:7: pets is a list, this is a mapping; write each item on a line that begins with `- ` [wrong-type]"},
		{"no mapping", "pets: [tom]\n", "pets.yaml:1:8: a pet is a mapping, this is \"tom\"; write `key: value`, one on each line [wrong-type]"},
		{"empty item", "pets:\n  -\n", "pets.yaml:2:3: a pet is a mapping, this is empty; write `key: value`, one on each line [wrong-type]"},
		{"tight colon", "pets:\n  - id:tom\n", "pets.yaml:2:7: a blank is missing after :; write `id: …` [syntax]"},
		{"wide colon", "pets:\n  - id：tom\n", "pets.yaml:2:7: ： is a full-width colon, so this is no key; type : and a blank with the keyboard in English [syntax]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, p := decodePets(test.source)
			if test.want == "" {
				require.Len(t, p.All(), 2)
				return
			}
			require.Len(t, p.All(), 1)
			require.Equal(t, test.want, p.All()[0].Line())
		})
	}
}

func petsSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema := Schema("pets", Shape{Type: ObjectType, Fields: []Property{{Name: "pets", Required: true, Shape: ListShape(ObjectShape(petFields()))}}})
	text, err := json.Marshal(schema)
	require.NoError(t, err)
	var plain any
	require.NoError(t, json.Unmarshal(text, &plain))
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("pets.json", plain))
	compiled, err := c.Compile("pets.json")
	require.NoError(t, err)
	return compiled
}

func TestSchemaAgreesWithTheDecoder(t *testing.T) {
	schema := petsSchema(t)
	for _, test := range []struct {
		name, pet string
		ok        bool
	}{
		{"all", `{"id":"tom","kind":"cat","age":3,"nap":"18h","toys":["a",1],"owner":{"name":"x"}}`, true},
		{"one toy", `{"id":"tom","kind":"cat","toys":"a"}`, true},
		{"missing", `{"id":"tom"}`, false},
		{"unknown", `{"id":"tom","kind":"cat","x":1}`, false},
		{"wrong word", `{"id":"tom","kind":"bird"}`, false},
		{"wrong duration", `{"id":"tom","kind":"cat","nap":"18"}`, false},
		{"wrong number", `{"id":"tom","kind":"cat","age":41}`, false},
		{"wrong owner", `{"id":"tom","kind":"cat","owner":{}}`, false},
		{"list in list", `{"id":"tom","kind":"cat","toys":[["a"]]}`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var value any
			require.NoError(t, json.Unmarshal([]byte(`{"pets":[`+test.pet+`]}`), &value))
			err := schema.Validate(value)
			_, p := decodePets("pets:\n  - " + test.pet + "\n")
			require.Equal(t, test.ok, err == nil, "%v", err)
			require.Equal(t, test.ok, !p.HasErrors(), "%v", p.All())
		})
	}
}

func TestSchemaOfEveryShape(t *testing.T) {
	shapes := []Property{
		{Name: "anything", Shape: AnythingShape()},
		{Name: "number", Shape: NumberShape()},
		{Name: "bool", Shape: BoolShape()},
		{Name: "date", Shape: DateShape()},
		{Name: "time", Shape: TimeShape()},
		{Name: "map", Shape: MapShape(DurationShape())},
		{Name: "any", Shape: AnyShape(BoolShape(), DateShape())},
	}
	text, err := json.MarshalIndent(Schema("shapes", Shape{Type: ObjectType, Fields: shapes}), "", "  ")
	require.NoError(t, err)
	golden(t, "schema.golden", string(text)+"\n")
}

func TestReference(t *testing.T) {
	shape := ObjectShape(petFields())
	shape.Fields = append(shape.Fields,
		Property{Name: "friends", Shape: OneOrMoreShape(ObjectShape(ownerFields()))},
		Property{Name: "rooms", Shape: MapShape(ObjectShape(ownerFields()))},
		Property{Name: "born", Shape: DateShape()}, Property{Name: "fed", Shape: TimeShape()},
		Property{Name: "price", Shape: NumberShape()}, Property{Name: "loud", Shape: BoolShape()}, Property{Name: "more", Shape: AnythingShape()})
	golden(t, "reference.golden", Reference("A pet", "One animal.", shape))
}
