package shop

import (
	"slices"
	"strings"

	"xiaoer/bot"
	"xiaoer/rules"
	"xiaoer/rules/doc"
)

const maxVariants = 50

// readScripts reads the shop's own sentences. Only names that the base pack has are legal: no other is ever said.
func readScripts(d *doc.Decoder, n *doc.Node) []script {
	var all []script
	doc.DecodeMap(d, n, "scripts", func(key, value *doc.Node) {
		if !slices.Contains(bot.ScriptNames(), key.Text) {
			d.Problems.Error(key.Range(), doc.UnknownScript, "unknown script %q", key.Text).
				WithHint(didYouMean(key.Text, bot.ScriptNames(), "the scripts are "+strings.Join(bot.ScriptNames(), ", ")))
			return
		}
		s := script{node: key}
		texts := []*doc.Node{value}
		if value.Kind == doc.Sequence {
			texts = value.Items
			if len(texts) == 0 || len(texts) > maxVariants {
				d.Wrong(value, "expected a text or a list of at most 50 texts", "leave the script out to keep the base pack's")
				return
			}
		}
		for _, t := range texts {
			if n := filled(d, t); n != nil {
				s.texts = append(s.texts, n)
			}
		}
		if len(s.texts) > 0 {
			all = append(all, s)
		}
	})
	return all
}

// compileScripts compiles the shop's scripts, and the base pack's for all other names.
func compileScripts(own []script, pack *language, v *rules.Vocabulary, p *doc.Problems) (scripts map[string][]*rules.Template, plain map[string]string) {
	scripts, plain = map[string][]*rules.Template{}, map[string]string{}
	for _, name := range bot.ScriptNames() {
		texts := pack.scripts[name]
		for _, s := range own {
			if s.node.Text == name {
				texts = s.texts
			}
		}
		for _, t := range texts {
			template := rules.CompileTemplate(t, v, p)
			if template == nil {
				continue
			}
			scripts[name] = append(scripts[name], template)
			if plain[name] == "" && len(template.Facts()) == 0 {
				plain[name] = template.Source()
			}
		}
		if plain[name] == "" {
			plain[name] = pack.plain[name]
		}
	}
	return scripts, plain
}
