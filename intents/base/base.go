// Package base holds the built-in sentences by language, from which the shipped weights are made: after a change of
// sentences or words run XIAOER_UPDATE=1 go test ./intents -run TestWeights. The program itself needs only the weights; tests, and whoever learns anew, read the sentences.
package base

import "embed"

// Files holds zh/*.yaml and en/*.yaml.
//
//go:embed zh/*.yaml en/*.yaml
var Files embed.FS
