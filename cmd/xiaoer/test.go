package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"xiaoer/bot/shoptest"
)

type testCmd struct {
	Dir     string `arg:"" help:"A shop's folder, or a folder of them."`
	JSON    bool   `name:"json" help:"Write the results as one JSON object."`
	Cover   bool   `help:"List the rules that no test reached."`
	JUnit   string `name:"junit" help:"Write the results as JUnit XML too." placeholder:"FILE"`
	Pattern string `name:"run" help:"Run only the tests whose name matches this regular expression; when none does, it fails." placeholder:"PATTERN"`
}

// Help teaches the command.
func (testCmd) Help() string {
	return `Tests stand beside the rules, in tests.yaml or tests/*.yaml:

  tests:
    - name: 签收三天想退货
      now: 2026-11-21T10:00:00+08:00
      order: {no: 261118-123456789012345, stage: delivered, delivered_days: 3}
      steps:
        - buyer: 我想退货
          expect: {rule: return.in_window, reply: [7 天]}

  xiaoer test myshop
  xiaoer test --cover --run 退货 myshop

A failure shows what was expected, what came, and each rule that was read with the part of its condition that said no.

--cover counts the rules that are written in the shop's own folder. What it extends has tests of its own:

  xiaoer test base`
}

// Run runs the tests of every shop in the folder.
func (c *testCmd) Run(a *app) error {
	if _, err := regexp.Compile(c.Pattern); err != nil {
		return usageError(fmt.Sprintf("--run %s is no regular expression: %v", c.Pattern, err))
	}
	all, err := a.folders(c.Dir)
	if err != nil {
		return err
	}
	sum := shoptest.Summary{Tests: []shoptest.Result{}}
	broken := false
	for i := range all {
		f := &all[i]
		if f.errors() > 0 {
			a.writeProblems(a.err, c.Dir, f.problems, f.Sources)
			broken = true
		}
		if f.Shop == nil {
			continue
		}
		one, err := c.runShop(a, f)
		if err != nil {
			return err
		}
		sum = add(sum, one)
	}
	if err := c.finish(a, sum, len(all), broken); err != nil {
		return err
	}
	missed := c.Pattern != "" && len(sum.Tests) == 0 // a pattern that was mistyped must not look like success
	if broken || sum.Failed > 0 || missed {
		return errProblems
	}
	return nil
}

func (c *testCmd) runShop(a *app, f *folder) (shoptest.Summary, error) {
	options := shoptest.Options{Pattern: c.Pattern}
	if !c.JSON {
		options.Reporter = failures{a, c.Dir}
	}
	one, err := shoptest.Run(a.ctx, f.subject(), f.tests, options)
	if err != nil {
		return one, fmt.Errorf("run the tests: %w", err)
	}
	if c.Cover && !c.JSON {
		for _, id := range one.Coverage.Missing {
			fmt.Fprintf(a.out, "%s: no test reaches rule %s\n", f.ID, id)
		}
	}
	return one, nil
}

func add(sum, one shoptest.Summary) shoptest.Summary {
	sum.Passed += one.Passed
	sum.Failed += one.Failed
	sum.Tests = append(sum.Tests, one.Tests...)
	sum.Coverage.Rules += one.Coverage.Rules
	sum.Coverage.Total += one.Coverage.Total
	return sum
}

// finish writes the summary where it was asked for.
func (c *testCmd) finish(a *app, sum shoptest.Summary, shops int, broken bool) error {
	if c.JUnit != "" {
		if err := c.writeJUnit(sum); err != nil {
			return err
		}
	}
	if c.JSON {
		return writeJSON(a.out, sum)
	}
	_, err := fmt.Fprintln(a.out, c.verdict(sum, shops, broken))
	return err
}

// verdict is the last line for a person.
func (c *testCmd) verdict(sum shoptest.Summary, shops int, broken bool) string {
	switch {
	case len(sum.Tests) > 0:
		return fmt.Sprintf("%s: %d passed, %d failed; %d of %d rules reached in %s",
			c.Dir, sum.Passed, sum.Failed, sum.Coverage.Rules, sum.Coverage.Total, counted(shops, "shop"))
	case broken:
		return c.Dir + ": no tests were run; mend the problems first"
	case c.Pattern != "":
		return fmt.Sprintf("%s: no test has a name that matches %s", c.Dir, c.Pattern)
	}
	return c.Dir + ": no tests were run; write some in tests.yaml, see xiaoer test --help"
}

func (c *testCmd) writeJUnit(sum shoptest.Summary) error {
	file, err := os.Create(c.JUnit)
	if err != nil {
		return err
	}
	if err := shoptest.WriteJUnit(file, "xiaoer", sum); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}

// failures writes each test that failed, as it ends.
type failures struct {
	a   *app
	dir string // as it was named
}

// Report implements shoptest.Reporter.
func (f failures) Report(r shoptest.Result) {
	if r.Passed {
		return
	}
	fmt.Fprintf(f.a.out, "FAIL %s (%s:%d) at step %d\n", r.Name, r.File, r.Line, r.Step)
	for _, line := range r.Failures {
		fmt.Fprintf(f.a.out, "  %s\n", strings.ReplaceAll(line, "\n", "\n  "))
	}
	if len(r.Trace) > 0 {
		fmt.Fprintln(f.a.out, "  why:")
	}
	for _, line := range r.Trace {
		if before, file, ok := strings.Cut(line, " (../"); ok {
			line = before + " (" + fromHere(f.dir, "../"+file)
		}
		fmt.Fprintf(f.a.out, "    %s\n", strings.ReplaceAll(line, "\n", "\n      "))
	}
}
