// Package base holds the built-in sentences, one file an intent and a language, from which the shipped weights are
// made. The program itself needs only the weights; tests, and whoever learns anew, read the sentences.
package base

import "embed"

// Files holds zh/*.yaml and en/*.yaml.
//
//go:embed zh/*.yaml en/*.yaml
var Files embed.FS
