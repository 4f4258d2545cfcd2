// Package doc reads a shop's YAML with positions, collects diagnostics and renders them, and decodes documents by
// tables of fields from which the JSON Schema and the reference page are made too.
//
// It knows nothing of rules, intents or shops: what a key means is said by the tables of the packages above it. It is
// the only package that imports yaml.v3, and it does no I/O: callers hand it the bytes of a file.
package doc
