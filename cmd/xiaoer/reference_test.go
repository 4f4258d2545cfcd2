package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/shop"
	"xiaoer/bot/shoptest"
	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// exampleShop is the shop of the examples in README.md and rules/REFERENCE.md.
const exampleShop = `
id: example
name: 示例店
policy: {return_days: 7, ship_within: 48h, late_coupon: 5}
teams:
  aftersales: {title: 售后, first_reply: 3m}
  presales: {title: 售前, first_reply: 2m}
  lead: {title: 主管, first_reply: 10m}
slots:
  order_no: {ask: 麻烦您提供一下订单编号哦, attempts: 2}
  photos: {kind: image, min: 2, ask: 麻烦拍两张能看清问题的照片}
  reason: {kind: choice, ask: 请问退货原因是？, choices: [不喜欢, 质量问题, 发错货]}
  bad: {kind: number, ask: 请问坏了几个？}
  address: {ask: 请发一下新的收货地址}
`

// An example is the files of one shop that stand under one another in a manual.
type example struct {
	line  int
	files map[string]string
}

var fence = regexp.MustCompile("(?ms)^```yaml\n# ([a-z]+\\.yaml)\n(.*?)^```$")

// examples finds the blocks of a manual. A block of a file that the example has already begins the next example.
func examples(manual string) []example {
	var all []example
	for _, at := range fence.FindAllStringSubmatchIndex(manual, -1) {
		name, text := manual[at[2]:at[3]], manual[at[4]:at[5]]
		if len(all) == 0 || all[len(all)-1].files[name] != "" || name == "connect.yaml" {
			all = append(all, example{line: 1 + strings.Count(manual[:at[0]], "\n"), files: map[string]string{}})
		}
		all[len(all)-1].files[name] = text
	}
	return all
}

func TestExamplesOfTheManuals(t *testing.T) {
	t.Parallel()
	for manual, least := range map[string]int{"../../README.md": 2, "../../rules/REFERENCE.md": 11} {
		text, err := os.ReadFile(manual)
		require.NoError(t, err)
		found := examples(string(text))
		require.GreaterOrEqual(t, len(found), least, manual)
		for _, e := range found {
			t.Run(fmt.Sprintf("%s:%d", manual[6:], e.line), func(t *testing.T) {
				t.Parallel()
				runExample(t, e)
			})
		}
	}
}

// runExample loads the shop of an example and runs its tests. Rules that are not tested would be prose that nobody runs.
func runExample(t *testing.T, e example) {
	t.Helper()
	tree := fstest.MapFS{"shop/shop.yaml": {Data: []byte(exampleShop)}}
	if e.files["rules.yaml"] == "" {
		e.files["rules.yaml"] = "rules: []\notherwise: {handoff: {team: presales, reason: 没有听懂}}\n"
	}
	for name, text := range e.files {
		tree["shop/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	loader, err := shop.NewLoader(shop.Options{})
	require.NoError(t, err)
	f := withTests(loader.LoadFS(tree, "shop"))
	for _, d := range f.problems {
		require.NotEqual(t, "error", string(d.Severity), d.Line())
	}
	require.NotNil(t, f.Shop)
	if e.files["tests.yaml"] == "" {
		require.NotEmpty(t, e.files["connect.yaml"], "an example of rules needs its tests")
		return
	}
	sum, err := shoptest.Run(t.Context(), subject(f.Shop), f.tests, shoptest.Options{})
	require.NoError(t, err)
	for _, r := range sum.Tests {
		require.Truef(t, r.Passed, "%s, step %d: %s\n%s", r.Name, r.Step, strings.Join(r.Failures, "\n"), strings.Join(r.Trace, "\n"))
	}
	require.Positive(t, sum.Passed)
}

// The tables of the reference are written from the tables of fields that the program reads with.
func TestReferenceTables(t *testing.T) {
	const manual = "../../rules/REFERENCE.md"
	text, err := os.ReadFile(manual)
	require.NoError(t, err)
	prose, _, found := strings.Cut(string(text), tablesMark)
	require.True(t, found, "the manual has lost its mark")
	want := prose + tablesMark + "\n\n" + referenceTables()
	if os.Getenv("XIAOER_UPDATE") == "1" {
		require.NoError(t, os.WriteFile(manual, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(text), "run XIAOER_UPDATE=1 go test ./cmd/xiaoer -run TestReferenceTables")
}

const tablesMark = "<!-- tables -->"

// referenceTables writes the generated part of the reference.
func referenceTables() string {
	var b strings.Builder
	b.WriteString(doc.Reference("Keys of a rule", "A rule needs `id` and one of `find_order`, `reply`, `silent`, `offer`, `handoff`.", rules.RuleShape()))
	b.WriteString("\n## Language\n\n" + rules.LanguageReference())
	b.WriteString("\n## Facts\n\nPolicy, slots and the catalogue's own columns are facts too, by the names that the shop gives them.\n\n")
	b.WriteString(rules.FactsReference(bot.Vocabulary(bot.VocabularyOptions{Location: time.UTC})))
	b.WriteString("\n## Diagnostics\n\n| code | severity | meaning |\n|---|---|---|\n")
	for _, c := range doc.Codes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s %s |\n", c.Code, c.Severity, c.English, c.Chinese)
	}
	return b.String()
}
