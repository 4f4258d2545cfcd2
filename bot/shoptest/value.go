package shoptest

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/govalues/decimal"

	"xiaoer/rules/doc"
)

// A list is records of which one must hold.
type list []map[string]any

// check tells what was expected and got, "" when some record has all the wanted fields. Nil wants that there is none.
func (l list) check(want map[string]any) string {
	if want == nil {
		if len(l) == 0 {
			return ""
		}
		return differ(none, l.String())
	}
	for _, got := range l {
		if holds(want, got, "") {
			return ""
		}
	}
	return differ(printed(want), l.only(want))
}

// only shows of the records what was asked about, since a whole case is long.
func (l list) only(want map[string]any) string {
	if len(l) == 0 {
		return none
	}
	var out []string
	for _, got := range l {
		part := map[string]any{}
		for key := range want {
			part[key] = got[key]
		}
		if len(want) == 0 {
			part = got
		}
		out = append(out, printed(part))
	}
	return strings.Join(out, " and ")
}

func (l list) String() string {
	out := make([]string, 0, len(l))
	for _, got := range l {
		out = append(out, printed(got))
	}
	return strings.Join(out, " and ")
}

// valueOf gives the value of a node as texts, lists and mappings; nil for nothing.
func valueOf(n *doc.Node) any {
	switch n.Kind {
	case doc.Mapping:
		m := make(map[string]any, len(n.Pairs))
		for _, p := range n.Pairs {
			m[p.Key.Text] = valueOf(p.Value)
		}
		return m
	case doc.Sequence:
		items := make([]any, 0, len(n.Items))
		for _, item := range n.Items {
			items = append(items, valueOf(item))
		}
		return items
	case doc.Null:
		return nil
	default:
		return n.Text
	}
}

// holds tells whether got has what want names: a mapping its fields, a list its items in order, a text its value. Of a
// summary or a transcript the wanted text need only be a part. A number for a list is its length.
func holds(want, got any, key string) bool {
	switch w := want.(type) {
	case nil:
		return isEmpty(got)
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return len(w) == 0 && !isEmpty(got)
		}
		for k, v := range w {
			if !holds(v, g[k], k) {
				return false
			}
		}
		return true
	case []any:
		return holdsList(w, got, key)
	default:
		return holdsText(fmt.Sprint(want), got, key)
	}
}

func holdsList(want []any, got any, key string) bool {
	g, ok := got.([]any)
	if !ok {
		return len(want) == 0 && isEmpty(got)
	}
	if len(g) != len(want) {
		return false
	}
	for i := range want {
		if !holds(want[i], g[i], key) {
			return false
		}
	}
	return true
}

func holdsText(want string, got any, key string) bool {
	switch g := got.(type) {
	case nil:
		return want == none || want == ""
	case []any:
		if want == strconv.Itoa(len(g)) || want == none && len(g) == 0 {
			return true
		}
		for _, item := range g {
			if holds(want, item, key) {
				return true
			}
		}
		return false
	case map[string]any:
		return false
	default:
		return sameText(want, fmt.Sprint(g), key)
	}
}

// sameText compares texts, numbers by their value and moments by the instant.
func sameText(want, got, key string) bool {
	if want == got || want == none && got == "" {
		return true
	}
	if key == "summary" || key == "text" {
		return strings.Contains(got, want)
	}
	if a, err := decimal.Parse(want); err == nil {
		b, err := decimal.Parse(got)
		return err == nil && a.Cmp(b) == 0
	}
	if a, err := time.Parse(time.RFC3339, want); err == nil {
		b, err := time.Parse(time.RFC3339, got)
		return err == nil && a.Equal(b)
	}
	return false
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	default:
		return false
	}
}

// tree gives a value as JSON would hold it, numbers as they are written.
func tree(v any) map[string]any {
	body, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	var out map[string]any
	if d.Decode(&out) != nil {
		return nil
	}
	return out
}

// printed writes a value in one short line with its keys in order.
func printed(v any) string {
	switch v := v.(type) {
	case nil:
		return none
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		parts := make([]string, 0, len(keys))
		for _, k := range keys {
			parts = append(parts, k+": "+printed(v[k]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := make([]string, 0, len(v))
		for _, item := range v {
			parts = append(parts, printed(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}
