package shoptest

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"

	"xiaoer/rules"
)

// Run runs tests one after the other until ctx ends; the error is a bad pattern's or ctx's.
func Run(ctx context.Context, s Subject, tests []*Test, o Options) (Summary, error) {
	sum := Summary{Tests: []Result{}}
	pattern, err := regexp.Compile(o.Pattern)
	if err != nil {
		return sum, fmt.Errorf("pattern for the names of tests: %w", err)
	}
	reached := map[string]bool{}
	for _, t := range tests {
		if err := ctx.Err(); err != nil {
			return sum, err
		}
		if !pattern.MatchString(t.Name) {
			continue
		}
		result := t.run(s, reached)
		sum.Tests = append(sum.Tests, result)
		if result.Passed {
			sum.Passed++
		} else {
			sum.Failed++
		}
		if o.Reporter != nil {
			o.Reporter.Report(result)
		}
	}
	sum.Coverage = s.cover(reached)
	return sum, nil
}

// cover counts the rules that were reached, those that are off or a base's left out.
func (s Subject) cover(reached map[string]bool) Coverage {
	c := Coverage{Missing: []string{}}
	var all []*rules.Rule
	if s.Book != nil && s.Book.Rules != nil {
		all = s.Book.Rules.Rules()
	}
	for _, rule := range all {
		switch {
		case rule.Off || !s.owns(rule.At.File):
		case reached[rule.ID]:
			c.Rules++
			c.Total++
		default:
			c.Total++
			c.Missing = append(c.Missing, rule.ID)
		}
	}
	return c
}

// owns tells whether a file of rules lies in the shop's own folder. A base's may lie anywhere, also below it.
func (s Subject) owns(file string) bool {
	rest, ok := strings.CutPrefix(file, s.Folder)
	dir := path.Dir(rest)
	return ok && (dir == "." || dir == "rules")
}

// run plays a test to its end or to the first step that fails. What rules it reached is noted in reached.
func (t *Test) run(s Subject, reached map[string]bool) Result {
	r := Result{Name: t.Name, File: t.At.File, Line: t.At.Start.Line, Passed: true, Failures: []string{}}
	p := newPlayer(s, t)
	for i := range t.steps {
		o := p.play(&t.steps[i])
		for _, rule := range o.rules {
			reached[rule] = true
		}
		for _, e := range t.steps[i].expect {
			if failure := e.check(o); failure != "" {
				r.Failures = append(r.Failures, e.key+": "+failure)
			}
		}
		if o.stuck {
			r.Failures = append(r.Failures, "the timers of this conversation come to no end")
		}
		if len(r.Failures) > 0 {
			r.Passed, r.Step, r.Trace = false, i+1, o.trace()
			return r
		}
	}
	return r
}
