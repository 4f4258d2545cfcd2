package doc

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// read parses "v: …" and hands the value to a reader.
func read(t *testing.T, value string, use func(d *Decoder, v *Node)) *Problems {
	t.Helper()
	var p Problems
	root := Parse("f", []byte("v: "+value+"\n"), &p).Root
	require.Empty(t, p.All())
	use(&Decoder{Problems: &p, Zone: time.FixedZone("", 8*3600)}, root.Get("v"))
	return &p
}

func TestReaders(t *testing.T) {
	date := func(d *Decoder, v *Node) (any, bool) {
		at, ok := d.Date(v)
		return at.Format(time.RFC3339), ok
	}
	moment := func(d *Decoder, v *Node) (any, bool) {
		at, ok := d.Time(v)
		return at.Format(time.RFC3339), ok
	}
	text := func(d *Decoder, v *Node) (any, bool) { return d.Text(v) }
	filled := func(d *Decoder, v *Node) (any, bool) { return d.FilledText(v) }
	condition := func(d *Decoder, v *Node) (any, bool) { return d.Condition(v) }
	boolean := func(d *Decoder, v *Node) (any, bool) { return d.Bool(v) }
	count := func(d *Decoder, v *Node) (any, bool) { return d.Int(v, 0, 9) }
	decimal := func(d *Decoder, v *Node) (any, bool) { return d.Decimal(v) }
	duration := func(d *Decoder, v *Node) (any, bool) { return d.Duration(v) }
	enum := func(d *Decoder, v *Node) (any, bool) { return d.Enum(v, "low", "normal", "high") }
	for _, test := range []struct {
		name, value string
		read        func(d *Decoder, v *Node) (any, bool)
		want        any
		problem     string
	}{
		{"text", "亲", text, "亲", ""},
		{"number as text", "0123", text, "0123", ""},
		{"truth value as text", "true", text, "true", ""},
		{"empty text", `""`, text, "", ""},
		{"no text", "", text, nil, "1:1: expected a text, this is empty"},
		{"text that is a comment", "#1 亲", text, nil, "1:4: everything from # on is dropped as a comment"},
		{"only a comment", "# 亲", text, nil, "1:1: expected a text, this is empty"},
		{"list for text", "[a]", text, nil, "1:4: expected a text, this is a list"},
		{"mapping for text", "{a: 1}", text, nil, "1:4: expected a text, this is a mapping"},
		{"filled", "x", filled, "x", ""},
		{"not filled", `" "`, filled, nil, `1:4: expected a text, this is ""`},
		{"condition", "order.known", condition, "order.known", ""},
		{"truth value as condition", "true", condition, "true", ""},
		{"no condition", "", condition, nil, "1:1: the condition is empty; write a condition, or delete the key [lost-text]"},
		{"empty condition", `""`, condition, nil, "1:1: the condition is empty"},
		{"condition of a comment", "  # x", condition, nil, "1:1: the condition is empty"},
		{"list as condition", "[a]", condition, nil, "1:4: expected a text, this is a list"},
		{"true", "true", boolean, true, ""},
		{"false", "False", boolean, false, ""},
		{"yes", "yes", boolean, nil, `1:4: expected true or false, this is "yes"`},
		{"quoted true", `"true"`, boolean, nil, "1:4: expected true or false"},
		{"whole number", "7", count, 7, ""},
		{"number too large", "10", count, nil, "1:4: expected a whole number from 0 to 9, this is the number 10"},
		{"number with fraction", "1.5", count, nil, "this is the number 1.5"},
		{"endless number", "99999999999999999999", func(d *Decoder, v *Node) (any, bool) { return d.Int(v, 1, math.MaxInt) }, nil, "whole number of at least 1, this is the number"},
		{"hexadecimal", "0x7", count, nil, "this is the number 0x7"},
		{"quoted number", `"7"`, count, nil, `this is "7"`},
		{"decimal", "39.90", decimal, "39.90", ""},
		{"quoted decimal", `"39.90"`, decimal, "39.90", ""},
		{"negative decimal", "-5", decimal, "-5", ""},
		{"decimal with unit", "5元", decimal, nil, `expected a number, this is "5元"`},
		{"decimal with exponent", "1e5", decimal, nil, "expected a number"},
		{"infinite decimal", ".inf", decimal, nil, "expected a number"},
		{"endless decimal", strings.Repeat("9", 20), decimal, nil, "expected a number"},
		{"hours", "48h", duration, 48 * time.Hour, ""},
		{"days", "3d", duration, 72 * time.Hour, ""},
		{"days and hours", "1d12h", duration, 36 * time.Hour, ""},
		{"minutes and seconds", "1m30s", duration, 90 * time.Second, ""},
		{"no unit", "48", duration, nil, "expected a stretch of time, this is the number 48; for example 48h, 30m or 3d [wrong-type]"},
		{"nothing", "0s", duration, nil, "expected a stretch of time"},
		{"negative", "-3h", duration, nil, "expected a stretch of time"},
		{"endless", "9999d", duration, nil, "expected a stretch of time"},
		{"chinese unit", "48 小时", duration, nil, "expected a stretch of time"},
		{"day", "2026-11-20", date, "2026-11-20T00:00:00+08:00", ""},
		{"no such day", "2026-02-30", date, nil, "expected a day"},
		{"moment for day", "2026-11-20T10:00:00Z", date, nil, "expected a day"},
		{"moment", "2026-11-20T10:00:00+09:00", moment, "2026-11-20T10:00:00+09:00", ""},
		{"moment without zone", "2026-11-20 10:00", moment, "2026-11-20T10:00:00+08:00", ""},
		{"day for moment", "2026-11-20", moment, "2026-11-20T00:00:00+08:00", ""},
		{"no moment", "tomorrow", moment, nil, "expected a moment"},
		{"word", "high", enum, "high", ""},
		{"other word", "hihg", enum, nil, `1:4: unknown value "hihg"; did you mean "high"? [unknown-value]`},
		{"strange word", "亲", enum, nil, "one of low, normal, high"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got any
			var ok bool
			p := read(t, test.value, func(d *Decoder, v *Node) { got, ok = test.read(d, v) })
			if test.problem != "" {
				require.False(t, ok)
				require.Len(t, p.All(), 1)
				require.Contains(t, p.All()[0].Line(), test.problem)
				return
			}
			require.Empty(t, p.All())
			require.True(t, ok)
			require.Equal(t, test.want, got)
		})
	}
}

func TestReadersTakeNoNode(t *testing.T) {
	var p Problems
	d := Decoder{Problems: &p}
	for name, read := range map[string]func() bool{
		"text":      func() bool { _, ok := d.Text(nil); return ok },
		"condition": func() bool { _, ok := d.Condition(nil); return ok },
		"bool":      func() bool { _, ok := d.Bool(nil); return ok },
		"int":       func() bool { _, ok := d.Int(nil, 0, 1); return ok },
		"decimal":   func() bool { _, ok := d.Decimal(nil); return ok },
		"duration":  func() bool { _, ok := d.Duration(nil); return ok },
		"date":      func() bool { _, ok := d.Date(nil); return ok },
		"time":      func() bool { _, ok := d.Time(nil); return ok },
		"enum":      func() bool { _, ok := d.Enum(nil, "a"); return ok },
		"texts":     func() bool { _, ok := d.Texts(nil); return ok },
		"list":      func() bool { return DecodeList(&d, nil, "x", nil) },
		"map":       func() bool { return DecodeMap(&d, nil, "x", nil) },
	} {
		require.False(t, read(), name)
	}
	require.Empty(t, p.All())
}

func TestTexts(t *testing.T) {
	for _, test := range []struct {
		name, value string
		want        []string
		ok          bool
	}{
		{"one", "a", []string{"a"}, true},
		{"list", "[a, 1]", []string{"a", "1"}, true},
		{"empty list", "[]", nil, true},
		{"list with a mapping", "[a, {b: c}]", []string{"a"}, false},
		{"nothing", "", nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := read(t, test.value, func(d *Decoder, v *Node) {
				nodes, ok := d.Texts(v)
				require.Equal(t, test.ok, ok)
				var got []string
				for _, n := range nodes {
					got = append(got, n.Text)
				}
				require.Equal(t, test.want, got)
			})
			require.Equal(t, !test.ok, p.HasErrors())
		})
	}
}

func TestLostValuesAreNotReportedAgain(t *testing.T) {
	var p Problems
	root := Parse("f", []byte("a: !x\nb: !x [c]\nc: !x y\nd: >3\n"), &p).Root
	before := p.Len()
	require.Equal(t, 4, before)
	d := Decoder{Problems: &p}
	for _, key := range []string{"a", "b", "c", "d"} {
		v := root.Get(key)
		require.True(t, v.Lost)
		d.Text(v)
		d.Condition(v)
		d.Int(v, 0, 1)
		d.Duration(v)
		d.Enum(v, "q")
		DecodeMap(&d, v, "x", func(_, _ *Node) {})
	}
	require.Equal(t, before, p.Len())
}
