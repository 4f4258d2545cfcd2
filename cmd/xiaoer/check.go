package main

import (
	"fmt"
	"maps"

	"xiaoer/rules/doc"
)

type checkCmd struct {
	Dir     string `arg:"" optional:"" help:"A shop's folder, or a folder of them."`
	JSON    bool   `name:"json" help:"Write the problems as a JSON list."`
	Explain string `help:"Say what a code such as unknown-field means, and do nothing else." placeholder:"CODE"`
}

// Help teaches the command.
func (checkCmd) Help() string {
	return `Every problem is reported in one run, with its file, line, column and a stable code:

  rules.yaml:5:48: unknown field "delivered_dys" in order; did you mean "delivered_days"? [unknown-field]

  xiaoer check myshop
  xiaoer check --explain unreachable-rule

Errors end with exit code 1, warnings do not. A finding that you have thought about is silenced in shop.yaml:
  allow: [{code: unsafe-promise, text: 24 小时内, why: 平台规则}]`
}

// Run checks the folder.
func (c *checkCmd) Run(a *app) error {
	if c.Explain != "" {
		return c.explain(a)
	}
	if c.Dir == "" {
		return usageError("check needs a folder: xiaoer check DIR")
	}
	all, err := a.folders(c.Dir)
	if err != nil {
		return err
	}
	problems, sources := together(all)
	failed := countErrors(problems)
	if c.JSON {
		err = writeJSON(a.out, problems)
	} else {
		a.writeProblems(a.out, c.Dir, problems, sources)
		_, err = fmt.Fprintf(a.out, "%s: %s in %s\n", c.Dir, verdict(len(problems), failed), counted(len(all), "shop"))
	}
	if err == nil && failed > 0 {
		err = errProblems
	}
	return err
}

// together joins the problems of several shops. What shops have from one base folder is told once.
func together(all []folder) ([]doc.Diagnostic, map[string][]byte) {
	type cause struct {
		at      doc.Range
		code    doc.Code
		message string
	}
	problems, sources, told := []doc.Diagnostic{}, map[string][]byte{}, map[cause]bool{}
	for i := range all {
		maps.Copy(sources, all[i].Sources)
		for _, d := range all[i].problems {
			if one := (cause{d.Range, d.Code, d.Message}); !told[one] {
				told[one] = true
				problems = append(problems, d)
			}
		}
	}
	return problems, sources
}

// verdict counts problems, of which some are errors.
func verdict(all, failed int) string {
	if all == 0 {
		return "no problems"
	}
	return counted(failed, "error") + ", " + counted(all-failed, "warning")
}

// explain says what one code means, in both languages.
func (c *checkCmd) explain(a *app) error {
	info, ok := doc.Explain(doc.Code(c.Explain))
	if !ok {
		var names []string
		for _, i := range doc.Codes() {
			names = append(names, string(i.Code))
		}
		hint := ""
		if near := doc.Suggest(c.Explain, names); near != "" {
			hint = fmt.Sprintf("; did you mean %q?", near)
		}
		return usageError(fmt.Sprintf("there is no code %q%s", c.Explain, hint))
	}
	_, err := fmt.Fprintf(a.out, "%s (%s)\n%s\n%s\n", info.Code, info.Severity, info.English, info.Chinese)
	return err
}

// counted writes a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
