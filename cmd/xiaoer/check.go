package main

import (
	"fmt"

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

  rules.yaml:12:39: unknown field "age_dys" in order; did you mean "age_days"? [unknown-field]

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
	problems := []doc.Diagnostic{}
	failed := 0
	for i := range all {
		problems = append(problems, all[i].problems...)
		failed += all[i].errors()
	}
	if c.JSON {
		err = writeJSON(a.out, problems)
	} else {
		err = c.write(a, all, failed)
	}
	if err == nil && failed > 0 {
		err = errProblems
	}
	return err
}

func (c *checkCmd) write(a *app, all []folder, failed int) error {
	warnings := 0
	for i := range all {
		a.writeProblems(a.out, all[i].problems, all[i].Sources)
		warnings += len(all[i].problems)
	}
	warnings -= failed
	verdict := "no problems"
	if failed+warnings > 0 {
		verdict = counted(failed, "error") + ", " + counted(warnings, "warning")
	}
	_, err := fmt.Fprintf(a.out, "%s: %s in %s\n", c.Dir, verdict, counted(len(all), "shop"))
	return err
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
