package intents

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/rules/doc"
)

func TestPatternsAreBounded(t *testing.T) {
	_, problems := extended(t, "intents:\n  return:\n    patterns: ['(退|换|修|.){1,900}货']\n")
	require.Len(t, problems, 1)
	require.Equal(t, doc.TooCostly, problems[0].Code)
	require.Equal(t, 3, problems[0].Range.Start.Line)
	require.Equal(t, 16, problems[0].Range.Start.Column)
	require.Regexp(t, `^this pattern takes \d+ steps`, problems[0].Message)

	many := "intents:\n  return:\n    patterns:\n" + strings.Repeat("      - '(退|换|修|.){1,25}货'\n", 60)
	_, problems = extended(t, many)
	require.NotEmpty(t, problems)
	require.Contains(t, problems[0].Message, "all patterns together")
	require.Greater(t, problems[0].Range.Start.Line, 10)
}

func TestPatternsOfManyAreCheap(t *testing.T) {
	c, _ := extended(t, "intents:\n  return:\n    patterns:\n"+strings.Repeat("      - '(退|换|修|.){1,25}货'\n", 60))
	message := strings.Repeat("退换修", 700)
	began := time.Now()
	c.Read(message)
	require.Less(t, time.Since(began), 20*time.Second) // some 60 ms, but the machine may be busy and the race detector on
}

func TestPatternsSeeTheBeginning(t *testing.T) {
	c, _ := extended(t, "intents:\n  human:\n    patterns: ['芝麻开门']\n")
	require.Equal(t, []string{"human"}, accepted(c.Read("芝麻开门"+strings.Repeat("。", 1500))))
	require.Empty(t, c.Read(strings.Repeat("。", 1500)+"芝麻开门").Intents)
	require.Equal(t, "短", shortened("短", 1))
	require.Equal(t, "短", shortened("短信", 1))
}

func TestBadPattern(t *testing.T) {
	_, problems := extended(t, "intents:\n  human:\n    patterns: ['专(票']\n")
	require.Len(t, problems, 1)
	require.Equal(t, "this pattern cannot be read: missing closing ): `专(票`", problems[0].Message)
}

// TestBaseOfShop checks that what a shop's base adds stays beside what the shop adds, which wins.
func TestBaseOfShop(t *testing.T) {
	p := &doc.Problems{}
	base := mustBuilt(t).Extend(doc.Parse("base.yaml", []byte("intents:\n  human: {keywords: [团长, 掌柜]}\n  storage: {keywords: [冷藏], examples: [买来放哪里好]}\n"), p), p)
	c := base.Extend(doc.Parse("shop.yaml", []byte("intents:\n  complaint: {keywords: [掌柜]}\n"), p), p)
	require.Empty(t, p.All())
	require.Equal(t, []string{"human"}, accepted(c.Read("团长在吗")))
	require.Equal(t, []string{"complaint"}, accepted(c.Read("掌柜在吗")))
	require.Equal(t, []string{"storage"}, accepted(c.Read("买来放哪里好")))
	require.Equal(t, []string{"human", "storage"}, accepted(c.Read("团长在吗，要冷藏吗")))
}
