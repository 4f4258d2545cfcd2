package shop

import (
	"regexp"
	"strings"
	"time"

	"github.com/govalues/decimal"

	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// nameForm is what a name that conditions read has to look like.
var nameForm = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_]*$`)

// checkName reports a name that no condition could read, and tells whether it is one.
func checkName(p *doc.Problems, key *doc.Node, what string) bool {
	if nameForm.MatchString(key.Text) {
		return true
	}
	p.Error(key.Range(), doc.WrongType, "%q cannot be the name of a %s", key.Text, what).
		WithHint("a name has letters, digits and _ only and does not begin with a digit, such as " + plainName(key.Text))
	return false
}

// plainName is a name that is near the given one and legal.
func plainName(text string) string {
	name := strings.Map(func(r rune) rune {
		if nameForm.MatchString("_" + string(r)) {
			return r
		}
		return '_'
	}, strings.TrimSpace(text))
	if !nameForm.MatchString(name) {
		return "return_days"
	}
	return name
}

func readPolicy(d *doc.Decoder, n *doc.Node) []policy {
	var all []policy
	doc.DecodeMap(d, n, "policy", func(key, value *doc.Node) {
		if !checkName(d.Problems, key, "policy") {
			return
		}
		if p, ok := policyOf(d, key, value); ok {
			warnOfShipWithin(d.Problems, p, value)
			all = append(all, p)
		}
	})
	return all
}

// warnOfShipWithin tells of the one policy that the program reads itself: as anything but a duration it makes order.ship_by
// unknown, and rules that ask for it never fit.
func warnOfShipWithin(problems *doc.Problems, p policy, v *doc.Node) {
	if p.node.Text == "ship_within" && p.kind != rules.Duration {
		problems.Warn(v.Range(), doc.WrongType, "ship_within is no length of time, so nobody knows by when an order has to be shipped").
			WithHint("write it as 48h or 2d")
	}
}

var durationForm = regexp.MustCompile(`^\d+(d|h|m|s)(\d+(h|m|s))*$`)

// policyOf types one value by how it is written: a number, a duration such as 48h, true or false, else a text.
func policyOf(d *doc.Decoder, key, v *doc.Node) (policy, bool) {
	p := policy{node: key}
	switch {
	case v.Kind != doc.Scalar:
		d.Wrong(v, "expected a number, a text or a duration", "for example 7, 48h or a text")
		return p, false
	case !v.Quoted && v.Tag == "!!bool":
		truth, ok := d.Bool(v)
		p.value, p.kind = rules.BoolValue(truth), rules.Bool
		return p, ok
	case !v.Quoted && (v.Tag == "!!int" || v.Tag == "!!float"):
		text, ok := d.Decimal(v)
		number, err := decimal.Parse(text)
		p.value, p.kind = rules.NumberValue(number), rules.Number
		return p, ok && err == nil
	case durationForm.MatchString(v.Text):
		var span time.Duration
		span, ok := d.Duration(v)
		p.value, p.kind = rules.DurationValue(span), rules.Duration
		return p, ok
	default:
		text, ok := d.FilledText(v)
		p.value, p.kind, p.text = rules.TextValue(text), rules.Text, v
		return p, ok
	}
}
