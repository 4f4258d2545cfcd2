package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"xiaoer/rules/doc"
)

// command runs one command in this process and gives its exit code and what it wrote.
func command(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{
		ctx: context.WithoutCancel(t.Context()), in: strings.NewReader(""), out: &stdout, err: &stderr,
		env: func(string) (string, bool) { return "", false }, now: time.Now,
	}
	code = run(a, args)
	return code, stdout.String(), stderr.String()
}

// compiled is the schema that one call of the command prints.
func compiled(t *testing.T, args ...string) *jsonschema.Schema {
	t.Helper()
	code, out, _ := command(t, append([]string{"schema"}, args...)...)
	require.Equal(t, exitOK, code)
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(out))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("mem:///schema.json", parsed))
	schema, err := compiler.Compile("mem:///schema.json")
	require.NoError(t, err, "a JSON Schema of draft 2020-12 must come out")
	return schema
}

// asJSON reads a YAML file as an editor does that checks it against a schema: dates are texts.
func asJSON(t *testing.T, data []byte) any {
	t.Helper()
	var p doc.Problems
	root := doc.Parse("file.yaml", data, &p).Root
	require.Empty(t, p.All())
	encoded, err := json.Marshal(plain(root))
	require.NoError(t, err)
	read, err := jsonschema.UnmarshalJSON(bytes.NewReader(encoded))
	require.NoError(t, err)
	return read
}

// plain is a node as JSON's own kinds of value.
func plain(n *doc.Node) any {
	switch {
	case n.Kind == doc.Mapping:
		object := make(map[string]any, len(n.Pairs))
		for _, pair := range n.Pairs {
			object[pair.Key.Text] = plain(pair.Value)
		}
		return object
	case n.Kind == doc.Sequence:
		list := make([]any, len(n.Items))
		for i, item := range n.Items {
			list[i] = plain(item)
		}
		return list
	case n.Kind == doc.Null:
		return nil
	case n.Tag == "!!bool":
		return n.Text == "true"
	case n.Tag == "!!int", n.Tag == "!!float":
		return json.Number(n.Text)
	}
	return n.Text
}

// kindOf names the schema of a file of a shop's folder, "" for what has none.
func kindOf(name string) string {
	switch parent, base := filepath.Base(filepath.Dir(name)), filepath.Base(name); {
	case filepath.Ext(base) != ".yaml" || base == "orders.yaml":
		return ""
	case parent == "rules" || parent == "tests":
		return parent
	default:
		return strings.TrimSuffix(base, ".yaml")
	}
}

// The shops that ship with the program keep to the schema that it prints, each file to its own and to the whole.
func TestSchemaOfTheShopsThatShip(t *testing.T) {
	t.Parallel()
	whole, seen := compiled(t), map[string]int{}
	each := map[string]*jsonschema.Schema{}
	for kind := range shapes() {
		each[kind] = compiled(t, kind)
	}
	for _, root := range []string{"base", "shops", "starter"} {
		err := filepath.WalkDir(filepath.Join("..", "..", "fixtures", root), func(name string, entry fs.DirEntry, err error) error {
			kind := kindOf(name)
			if err != nil || entry.IsDir() || kind == "" {
				return err
			}
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			var p doc.Problems
			if doc.Parse(name, data, &p).Root == nil { // comments only
				return nil
			}
			value := asJSON(t, data)
			require.Contains(t, each, kind, name)
			require.NoError(t, each[kind].Validate(value), name)
			require.NoError(t, whole.Validate(value), name)
			seen[kind]++
			return nil
		})
		require.NoError(t, err)
	}
	for _, kind := range []string{"shop", "rules", "tests", "connect"} {
		require.Positive(t, seen[kind], kind)
	}
}

// An editor that uses the schema marks what check would refuse.
func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, kind, text string }{
		{"a key that is none", "rules", "rules:\n  - {id: a, intent: return, replay: 您好}\notherwise: {handoff: {team: a}}\n"},
		{"a number in words", "shop", "id: a\nname: 店\nteams: {a: {title: 售后}}\nslots: {photos: {kind: image, min: two}}\n"},
		{"a kind that is none", "shop", "id: a\nname: 店\nteams: {a: {title: 售后}}\nslots: {photos: {kind: picture}}\n"},
		{"a list in place of a mapping", "connect", "webhook: [secret]\n"},
		{"an expectation that is none", "tests", "tests:\n  - name: a\n    steps: [{buyer: 您好, expect: {rpely: 您好}}]\n"},
		{"a file that is a text", "intents", "intents\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Error(t, compiled(t, c.kind).Validate(asJSON(t, []byte(c.text))))
		})
	}
}

func TestSchemaUsage(t *testing.T) {
	t.Parallel()
	code, out, errs := command(t, "schema", "menu")
	require.Equal(t, exitUsage, code)
	require.Empty(t, out)
	require.Contains(t, errs, "menu")
}
