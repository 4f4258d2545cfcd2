// contract

package doc

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Decoder reads values out of nodes. Each reader reports wrong-type, with what was expected and an example, and then
// returns false with the zero value. A value of which Parse has reported that a part is lost is not reported again.
type Decoder struct {
	Problems *Problems
	Zone     *time.Location // where dates and times without a zone are; UTC when nil
}

// Wrong reports wrong-type at a value: expected says what it has to be ("expected a whole number"), hint how to write
// it. It reports nothing for a nil node or a value that is lost, and then returns a diagnostic that nobody sees.
func (d *Decoder) Wrong(v *Node, expected, hint string) *Diagnostic {
	if v == nil || v.Lost {
		return &Diagnostic{}
	}
	return d.wrong(v, expected, hint)
}

func (d *Decoder) wrong(v *Node, expected, hint string) *Diagnostic {
	if place, ok := v.Doubt(); ok && v.Kind == Null {
		return ReportLost(d.Problems, place)
	}
	return d.Problems.Error(v.Range(), WrongType, "%s, this is %s", expected, describe(v)).WithHint(hint)
}

// describe names what a node is, for the second half of a wrong-type message.
func describe(v *Node) string {
	switch {
	case v.Kind == Null:
		return "empty"
	case v.Kind == Sequence && len(v.Items) == 0:
		return "an empty list"
	case v.Kind == Sequence:
		return "a list"
	case v.Kind == Mapping:
		return "a mapping"
	case v.Text == "":
		return "an empty text"
	case v.Tag == "!!bool":
		return "the truth value " + v.Text
	case v.Tag == "!!int" || v.Tag == "!!float":
		return "the number " + shorten(v.Text)
	}
	return strconv.Quote(shorten(v.Text))
}

// Text reads a scalar as text. A number, a date or a truth value is a text too, as it was written. The text may be
// empty when it is quoted.
func (d *Decoder) Text(v *Node) (string, bool) {
	switch {
	case v == nil:
		return "", false
	case v.Kind == Null && v.doubt != nil:
		ReportLost(d.Problems, *v.doubt)
		return "", false
	case v.Kind != Scalar:
		d.Wrong(v, "expected a text", "write the text behind the colon; a text with : # [ { in it needs quotes")
		return "", false
	case v.Lost:
		return v.Text, v.Text != ""
	}
	if place, ok := v.Doubt(); ok {
		ReportLost(d.Problems, place)
	}
	return v.Text, true
}

// FilledText reads a text that must hold more than blanks.
func (d *Decoder) FilledText(v *Node) (string, bool) {
	text, ok := d.Text(v)
	if ok && strings.TrimSpace(text) == "" {
		d.Wrong(v, "expected a text", "write one, or delete the key")
		return "", false
	}
	return text, ok
}

// Condition reads a text that must not be empty, such as `when`; an empty one is lost-text at its key.
func (d *Decoder) Condition(v *Node) (string, bool) {
	if v == nil || v.Lost {
		return "", false
	}
	if v.Kind == Null || v.Kind == Scalar && strings.TrimSpace(v.Text) == "" {
		at := v.Range()
		if v.Kind == Scalar && v.owner != nil && v.owner.Kind == Scalar {
			at = v.owner.head()
		}
		d.Problems.Error(at, LostText, "the condition is empty").Hint = "write a condition, or delete the key"
		return "", false
	}
	return d.Text(v)
}

// Bool reads true or false.
func (d *Decoder) Bool(v *Node) (value, ok bool) {
	if v == nil {
		return false, false
	}
	if v.Kind != Scalar || v.Tag != "!!bool" || v.Quoted {
		d.Wrong(v, "expected true or false", "write true or false without quotes")
		return false, false
	}
	return strings.EqualFold(v.Text, "true"), true
}

// Int reads a whole number between least and most, both included.
func (d *Decoder) Int(v *Node, least, most int) (int, bool) {
	if v == nil {
		return 0, false
	}
	if v.Kind == Scalar && v.Tag == "!!int" {
		if i, err := strconv.Atoi(v.Text); err == nil && i >= least && i <= most {
			return i, true
		}
	}
	span := fmt.Sprintf("from %d to %d", least, most)
	if most >= math.MaxInt32 {
		span = fmt.Sprintf("of at least %d", least)
	}
	d.Wrong(v, "expected a whole number "+span, fmt.Sprintf("for example %d", min(max(least, 1), most)))
	return 0, false
}

// Decimal reads a plain decimal number, quoted or not, and returns its text (such as "39.90"). It has at most 19 digits.
func (d *Decoder) Decimal(v *Node) (string, bool) {
	if v == nil {
		return "", false
	}
	if v.Kind == Scalar && isDecimal(v.Text) {
		return v.Text, true
	}
	d.Wrong(v, "expected a number", "write digits only, for example 39.90")
	return "", false
}

func isDecimal(s string) bool {
	whole, part, dotted := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return isDigits(whole) && (!dotted || isDigits(part)) && len(whole)+len(part) <= 19
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// Duration reads a stretch of time that is longer than nothing: 48h, 30m, 90s, 1h30m, 3d.
func (d *Decoder) Duration(v *Node) (time.Duration, bool) {
	if v == nil {
		return 0, false
	}
	if v.Kind == Scalar {
		if t, ok := ParseDuration(v.Text); ok && t > 0 {
			return t, true
		}
	}
	d.Wrong(v, "expected a stretch of time", "for example 48h, 30m or 3d")
	return 0, false
}

// ParseDuration reads a stretch of time as Duration does, with d for days of 24 hours in front of the other units. It
// refuses what is negative or longer than ten years.
func ParseDuration(text string) (time.Duration, bool) {
	var days time.Duration
	if i := strings.IndexByte(text, 'd'); i > 0 && isDigits(text[:i]) && i <= 4 {
		n, _ := strconv.Atoi(text[:i])
		if days, text = time.Duration(n)*24*time.Hour, text[i+1:]; text == "" {
			text = "0s"
		}
	}
	rest, err := time.ParseDuration(text)
	const longest = 3653 * 24 * time.Hour
	if err != nil || rest < 0 || rest > longest || days > longest {
		return 0, false
	}
	return days + rest, true
}

var datePattern = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

// Date reads a day such as 2026-11-20 and returns its beginning in the decoder's zone.
func (d *Decoder) Date(v *Node) (time.Time, bool) {
	if v == nil {
		return time.Time{}, false
	}
	if v.Kind == Scalar && datePattern.MatchString(v.Text) {
		if t, err := time.ParseInLocation(time.DateOnly, v.Text, d.zone()); err == nil {
			return t, true
		}
	}
	d.Wrong(v, "expected a day", "for example 2026-11-20")
	return time.Time{}, false
}

// Time reads a moment (RFC 3339), or a day, which stands for its beginning in the decoder's zone.
func (d *Decoder) Time(v *Node) (time.Time, bool) {
	if v == nil {
		return time.Time{}, false
	}
	if v.Kind == Scalar {
		if t, ok := ParseTime(v.Text, d.zone()); ok {
			return t, true
		}
	}
	d.Wrong(v, "expected a moment", "for example 2026-11-21T10:00:00+08:00")
	return time.Time{}, false
}

// ParseTime reads a moment or a day. What names no zone is taken to be in zone.
func ParseTime(text string, zone *time.Location) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t, true
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04:05", time.DateTime, "2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func (d *Decoder) zone() *time.Location {
	if d.Zone == nil {
		return time.UTC
	}
	return d.Zone
}

// Enum reads one of a list of words and reports unknown-value with a suggestion for another.
func (d *Decoder) Enum(v *Node, values ...string) (string, bool) {
	text, ok := d.Text(v)
	if !ok || v.Lost {
		return "", false
	}
	if slices.Contains(values, text) {
		return text, true
	}
	hint := "one of " + strings.Join(values, ", ")
	if near := Suggest(text, values); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	d.Problems.Error(v.Range(), UnknownValue, "unknown value %q", shorten(text)).Hint = hint
	return "", false
}

// Texts reads a text, or a list of texts, and returns a node for each. Items that are no text are reported and left out.
func (d *Decoder) Texts(v *Node) ([]*Node, bool) {
	if v == nil {
		return nil, false
	}
	if v.Kind != Sequence {
		if _, ok := d.Text(v); !ok {
			return nil, false
		}
		return []*Node{v}, true
	}
	texts := make([]*Node, 0, len(v.Items))
	for _, item := range v.Items {
		if _, ok := d.Text(item); ok {
			texts = append(texts, item)
		}
	}
	return texts, len(texts) == len(v.Items)
}
