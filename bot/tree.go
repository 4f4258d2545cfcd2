package bot

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"xiaoer/rules/doc"
)

// JSON writes a YAML value as the JSON that a channel or an order source would send, for DecodeOrder and DecodeMessage.
// Numbers keep their digits, a text stays a text even where YAML would see a number (an order's number, an amount), and
// a time without a zone is in the given one (UTC when nil).
func JSON(n *doc.Node, zone *time.Location) ([]byte, error) {
	if zone == nil {
		zone = time.UTC
	}
	body, err := json.Marshal(jsonTree(n, "", zone))
	if err != nil {
		return nil, fmt.Errorf("write YAML value as JSON: %w", err)
	}
	return body, nil
}

// Find gives the node of the field that an error names within the node that was decoded, or the nearest one around it.
func (e *FieldError) Find(n *doc.Node) *doc.Node {
	for part := range strings.FieldsFuncSeq(e.Field, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		next := n.Get(part)
		if i, err := strconv.Atoi(part); err == nil && i >= 0 && i < len(n.Items) {
			next = n.Items[i]
		}
		if next == nil {
			break
		}
		n = next
	}
	return n
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?$`)

func jsonTree(n *doc.Node, key string, zone *time.Location) any {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case doc.Mapping:
		m := make(map[string]any, len(n.Pairs))
		for _, p := range n.Pairs {
			m[p.Key.Text] = jsonTree(p.Value, p.Key.Text, zone)
		}
		return m
	case doc.Sequence:
		list := make([]any, 0, len(n.Items))
		for _, item := range n.Items {
			list = append(list, jsonTree(item, key, zone))
		}
		return list
	case doc.Null:
		return nil
	default:
		return jsonScalar(n, key, zone)
	}
}

func jsonScalar(n *doc.Node, key string, zone *time.Location) any {
	switch {
	case IsMoment(key):
		if t, ok := doc.ParseTime(strings.TrimSpace(n.Text), zone); ok {
			return t.Format(time.RFC3339Nano)
		}
		return n.Text
	case n.Quoted || IsTextField(key):
		return n.Text
	case n.Tag == "!!bool":
		return strings.EqualFold(n.Text, "true")
	case jsonNumber.MatchString(n.Text):
		return json.Number(n.Text)
	default:
		return n.Text
	}
}

// IsMoment tells whether a field of an order is a moment.
func IsMoment(key string) bool { return strings.HasSuffix(key, "_at") || key == "ship_by" }

// IsTextField tells whether a field of a message or an order is a text although its value may look like a number.
func IsTextField(key string) bool {
	switch key {
	case "no", "id", "buyer_id", "sku", "title", "remark", "tracking_no", "amount", "price", "place", "signed_by", "carrier",
		"text", "name", "tier", "images", "stage", "state", "type", "kind":
		return true
	default:
		return false
	}
}
