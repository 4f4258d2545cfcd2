package shop

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNeeds(t *testing.T) {
	for _, c := range []struct {
		pattern string
		want    []string
	}{
		{"微信", []string{"微信"}},
		{"(请|麻烦)[^，]{0,10}确认收货", []string{"确认收货"}},
		{"(返现|红包)好?", []string{"红包", "返现"}},
		{`\bWhatsApp\b`, []string{"whatsapp"}},
		{`\d+`, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}},
		{`(好评)?`, nil},
		{`.*`, nil},
		{`a|b*`, nil},
	} {
		t.Run(c.pattern, func(t *testing.T) { require.Equal(t, c.want, needs(c.pattern)) })
	}
}

// FuzzNeeds makes sure that no text is passed over that a pattern of the base pack matches.
func FuzzNeeds(f *testing.F) {
	p, err := readPack()
	require.NoError(f, err)
	for _, text := range []string{
		"请尽快确认收货", "加我微信 100% 正品", "see wa.me/1", "CALL us at +1 234 567 8901", "five-star review for a VOUCHER", "最好的", "a@b.co",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, b := range p.banned {
			for i := range b.compiled {
				if pattern := &b.compiled[i]; !strings.ContainsAny(text, "ſK") && pattern.Match.MatchString(text) {
					require.True(t, pattern.Near(text), "%s is near %q", pattern.Match, text)
				}
			}
		}
	})
}
