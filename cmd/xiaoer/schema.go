package main

import (
	"maps"
	"slices"
	"strings"

	"xiaoer/bot/shop"
	"xiaoer/bot/shoptest"
	"xiaoer/intents"
	"xiaoer/rules"
	"xiaoer/rules/doc"
)

type schemaCmd struct {
	File string `arg:"" optional:"" help:"One kind of file: ${enum}; all of them when not given." enum:"all,shop,rules,intents,tests,connect" default:"all"`
}

// Help teaches the command.
func (schemaCmd) Help() string {
	return `Prints a JSON Schema (2020-12) that editors use to complete and check the YAML files while you type:

  xiaoer schema > xiaoer.schema.json
  # then, as the first line of a file:  # yaml-language-server: $schema=xiaoer.schema.json`
}

// shapes are the files of a shop folder, each described by the table that it is read with.
func shapes() map[string]doc.Shape {
	return map[string]doc.Shape{
		"shop":    shop.Shape(),
		"rules":   rules.Schema(),
		"intents": intents.Shape(),
		"tests":   shoptest.Shape(),
		"connect": shop.ConnectShape(),
	}
}

// Run prints the schema.
func (c *schemaCmd) Run(a *app) error {
	all := shapes()
	if c.File != "all" {
		return writeJSON(a.out, doc.Schema(c.File+".yaml", all[c.File]))
	}
	definitions, refs := map[string]any{}, []any{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		one := doc.Schema(name+".yaml", all[name])
		delete(one, "$schema")
		definitions[name] = one
		refs = append(refs, map[string]any{"$ref": "#/$defs/" + name})
	}
	return writeJSON(a.out, map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": strings.Join(slices.Sorted(maps.Keys(all)), ", "),
		"$defs": definitions, "anyOf": refs,
	})
}
