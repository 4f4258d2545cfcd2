package rules

import (
	"xiaoer/rules/doc"
)

// checkConstant reports a condition, or an alternative in it, that is never or always true. It returns whether it did.
func (r *reader) checkConstant(d *draft) bool {
	if d.rule.when == nil {
		return false
	}
	c := constants{boxer: newBoxer(r.layout), x: d.when}
	return c.check(d.rule.when)
}

type constants struct {
	boxer boxer
	x     *expression
}

// check looks at a condition, then at its parts; what is found is reported once.
func (c *constants) check(cond *condition) bool {
	if cond.kind == condAtom && cond.atom.fixed {
		if cond.atom.truth {
			c.x.fail(cond.at, doc.ConstantCondition, "`%s` is always true", cond.part).WithHint("leave it out")
		} else {
			c.x.fail(cond.at, doc.ConstantCondition, "`%s` is never true", cond.part).WithHint("to switch a rule off write off: true")
		}
		return true
	}
	// A literal part explains more than the whole of which it makes nothing.
	for _, part := range cond.parts {
		if part.kind == condAtom && part.atom.fixed {
			return c.check(part)
		}
	}
	boxes, ok := c.boxer.boxes(cond)
	switch {
	case ok && len(boxes) == 0:
		c.never(cond)
		return true
	case ok && c.always(boxes):
		c.x.fail(cond.at, doc.ConstantCondition, "`%s` is always true", cond.part).WithHint("leave it out")
		return true
	}
	found := false
	for _, part := range cond.parts {
		found = c.check(part) || found
	}
	return found
}

func (c *constants) always(boxes []box) bool {
	left, ok := subtract([]box{{}}, boxes)
	return ok && len(left) == 0
}

// never reports at the part that leaves nothing of those before it.
func (c *constants) never(cond *condition) {
	if cond.kind != condAnd {
		c.x.fail(cond.at, doc.ConstantCondition, "`%s` is never true", cond.part)
		return
	}
	before := []box{{}}
	for i, part := range cond.parts {
		boxes, _ := c.boxer.boxes(part)
		if len(boxes) == 0 {
			c.never(part)
			return
		}
		met := meetAll(before, boxes)
		if len(met) == 0 {
			c.contradiction(cond, i, boxes)
			return
		}
		before = met
	}
}

func (c *constants) contradiction(cond *condition, at int, boxes []box) {
	part := cond.parts[at]
	for _, earlier := range cond.parts[:at] {
		if more, ok := c.boxer.boxes(earlier); ok && len(meetAll(more, boxes)) == 0 {
			c.x.fail(part.at, doc.ConstantCondition, "this is never true: `%s` and `%s` cannot hold together", earlier.part, part.part).
				WithHint("if either is meant, write `or` between them").
				Relate(c.x.place(earlier.at), "it contradicts this")
			return
		}
	}
	c.x.fail(part.at, doc.ConstantCondition, "this is never true: `%s` cannot hold together with what stands before it", part.part)
}
