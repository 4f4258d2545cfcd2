package shop

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"xiaoer/bot"
	"xiaoer/rules/doc"
)

//go:embed base/*.yaml
var basePack embed.FS

// A language is the base pack's sentences in one language.
type language struct {
	scripts map[string][]*doc.Node
	plain   map[string]string // said where a sentence reads a fact that is unknown
}

// A pack is everything that the base pack holds.
type pack struct {
	zh, en language
	banned []*bannedWords
	hash   string // of all its files
}

// language gives the sentences for a locale: Chinese for zh…, English for everything else.
func (p *pack) language(locale string) *language {
	if strings.HasPrefix(strings.ToLower(locale), "zh") {
		return &p.zh
	}
	return &p.en
}

// readPack reads the embedded files. An error is a mistake of the program, which its tests find.
func readPack() (*pack, error) {
	var problems doc.Problems
	p := &pack{}
	for _, name := range []string{"scripts.zh.yaml", "scripts.en.yaml", "compliance.zh.yaml", "compliance.en.yaml", "holidays.cn.yaml"} {
		p.hash = hashOf(p.hash, baseFile(name))
	}
	p.zh = readLanguage(&problems, "scripts.zh.yaml")
	p.en = readLanguage(&problems, "scripts.en.yaml")
	d := &doc.Decoder{Problems: &problems}
	for _, name := range []string{"compliance.zh.yaml", "compliance.en.yaml"} {
		root := doc.Parse(name, baseFile(name), &problems).Root
		p.banned = joinBanned(p.banned, readBanned(d, root.Get("compliance")))
	}
	if problems.HasErrors() {
		return nil, fmt.Errorf("read base pack: %s: %s", problems.All()[0].Range, problems.All()[0].Message)
	}
	return p, nil
}

// joinBanned makes one entry of those with the same name in several languages: a text may be in both, and what one
// language frees is free.
func joinBanned(all, more []*bannedWords) []*bannedWords {
	for _, b := range more {
		at := slices.IndexFunc(all, func(a *bannedWords) bool { return a.name == b.name })
		if at < 0 {
			all = append(all, b)
			continue
		}
		a := all[at]
		a.words = append(a.words, b.words...)
		a.patterns = append(a.patterns, b.patterns...)
		a.except = append(a.except, b.except...)
		a.compile()
	}
	return all
}

func readLanguage(p *doc.Problems, name string) language {
	l := language{scripts: map[string][]*doc.Node{}, plain: map[string]string{}}
	root := doc.Parse(name, baseFile(name), p).Root
	for _, s := range readScripts(&doc.Decoder{Problems: p}, root.Get("scripts")) {
		l.scripts[s.node.Text] = s.texts
	}
	if plain := root.Get("plain"); plain != nil {
		for _, pair := range plain.Pairs {
			l.plain[pair.Key.Text] = pair.Value.Text
		}
	}
	for _, script := range bot.ScriptNames() {
		if len(l.scripts[script]) == 0 {
			p.Error(doc.WholeFile(name), doc.MissingKey, "the script %q is missing", script)
		}
	}
	return l
}

// baseFile is a file of the embedded base pack.
func baseFile(name string) []byte {
	data, err := basePack.ReadFile("base/" + name)
	if err != nil {
		return nil
	}
	return data
}
