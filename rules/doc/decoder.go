// contract

package doc

import "time"

// A Decoder reads values out of nodes. Each reader reports wrong-type, with what was expected and an example, and then
// returns false with the zero value.
type Decoder struct {
	Problems *Problems
	Zone     *time.Location // where dates and times without a zone are; UTC when nil
}

// Text reads a scalar as text. A number or a truth value is a text too, as it was written.
func (d *Decoder) Text(v *Node) (string, bool) { return v.Text, v.Kind == Scalar }

// Bool reads true or false.
func (d *Decoder) Bool(v *Node) (value, ok bool) { return v.Text == "true", v.Kind == Scalar }

// Int reads a whole number between least and most, both included.
func (d *Decoder) Int(v *Node, least, most int) (int, bool) { return 0, false }

// Decimal reads a plain decimal number, quoted or not, and returns its text (such as "39.90").
func (d *Decoder) Decimal(v *Node) (string, bool) { return v.Text, v.Kind == Scalar }

// Duration reads a stretch of time that is longer than nothing: 48h, 30m, 90s, 1h30m, 3d.
func (d *Decoder) Duration(v *Node) (time.Duration, bool) { return 0, false }

// Time reads a moment (RFC 3339), or a day, which stands for its beginning in the decoder's zone.
func (d *Decoder) Time(v *Node) (time.Time, bool) { return time.Time{}, false }

// Date reads a day such as 2026-11-20 and returns its beginning in the decoder's zone.
func (d *Decoder) Date(v *Node) (time.Time, bool) { return time.Time{}, false }

// Enum reads one of a list of words and reports unknown-value with a suggestion for another.
func (d *Decoder) Enum(v *Node, values ...string) (string, bool) { return v.Text, v.Kind == Scalar }

// Texts reads a text, or a list of texts, and returns a node for each.
func (d *Decoder) Texts(v *Node) ([]*Node, bool) { return v.Items, true }

// Condition reads a text that must not be empty, such as `when`; an empty one is lost-text at its key.
func (d *Decoder) Condition(v *Node) (string, bool) { return v.Text, v.Kind == Scalar }
