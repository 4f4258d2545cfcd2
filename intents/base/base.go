// Package base holds the built-in sentences by language, from which the shipped weights are made: after a change of
// sentences or words run XIAOER_UPDATE=1 go test ./intents -run TestWeights. The program itself needs only the weights; tests, and whoever learns anew, read the sentences.
package base

import "embed"

// Files holds zh/*.yaml and en/*.yaml.
//
//go:embed zh/*.yaml en/*.yaml
var Files embed.FS

// Risk holds risk/zh.yaml and risk/en.yaml: messages by the danger they tell of, and under none ordinary ones in the same
// words. After a change run XIAOER_UPDATE=1 go test ./intents -run TestDangerWeights.
//
//go:embed risk/*.yaml
var Risk embed.FS
