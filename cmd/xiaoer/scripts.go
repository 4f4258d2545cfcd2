package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

type scriptsCmd struct {
	Dir string `arg:"" help:"A shop's folder."`
}

// Help teaches the command.
func (scriptsCmd) Help() string {
	return `Lists every named sentence that the bot may say besides the rules' own texts, ready to be copied into the
scripts: of shop.yaml and changed there. Several lines of one name are variants that are taken in turn.

  xiaoer scripts myshop`
}

// Run lists the scripts as YAML.
func (c *scriptsCmd) Run(a *app) error {
	s, err := a.oneShop(c.Dir)
	if err != nil {
		return err
	}
	var out strings.Builder
	out.WriteString("scripts:\n")
	for _, name := range slices.Sorted(maps.Keys(s.Book.Scripts)) {
		variants := s.Book.Scripts[name]
		if len(variants) == 1 {
			fmt.Fprintf(&out, "  %s: %s\n", name, quoted(variants[0].Source()))
			continue
		}
		fmt.Fprintf(&out, "  %s:\n", name)
		for _, v := range variants {
			fmt.Fprintf(&out, "    - %s\n", quoted(v.Source()))
		}
	}
	_, err = fmt.Fprint(a.out, out.String())
	return err
}

// quoted writes a text so that YAML reads it back, whatever it holds.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(text) + `"`
}
