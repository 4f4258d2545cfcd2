package doc

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// findings writes diagnostics as "line:col code", one cause each.
func findings(p *Problems) []string {
	var out []string
	for _, d := range p.All() {
		out = append(out, fmt.Sprintf("%d:%d %s", d.Range.Start.Line, d.Range.Start.Column, d.Code))
	}
	return out
}

func TestMistakes(t *testing.T) {
	for _, test := range []struct {
		name, source, want, says string
	}{
		{"tab", "rules:\n\t- id: a\n\t  reply: b\n", "2:1 syntax", "tab"},
		{"tab after spaces", "a:\n  b: 1\n \tc: 2\n", "3:2 syntax", "tab"},
		{"colon in text", "rules:\n  - id: a\n    reply: 注意: 请看\n    silent: true\n", "3:14 syntax", `"注意: 请看"`},
		{"colon at the end", "a: 请看:\nb: 1\n", "1:6 syntax", "colon"},
		{"value twice", "key: value: value\n", "1:11 syntax", "colon"},
		{"colon behind Chinese quotes", "a: “注意: 请看”\n", "1:7 syntax", "are not quotes"},
		{"at", "a: @亲\nb: 1\n", "1:4 syntax", `"@亲"`},
		{"per cent", "a: %亲\n", "1:4 syntax", "begin with %"},
		{"ampersand", "a: & 亲\n", "1:4 syntax", "begin with &"},
		{"ampersand and Chinese", "a: &亲\n", "1:4 syntax", "begin with &"},
		{"star", "a: *亲*\n", "1:4 syntax", "begin with *"},
		{"star and name", "b: 1\na: *name\n", "2:4 syntax", "&name"},
		{"star behind anchor", "b: &n 1\na: *n 亲\n", "2:4 syntax", "begin with *"},
		{"exclamation and Chinese", "a: !亲\n", "1:4 lost-text", "tag"},
		{"negation", "when: !order.known\n", "1:7 lost-text", "not order.known"},
		{"negation and more", "when: !order.known and order.gift_due\n", "1:7 lost-text", "not order.known"},
		{"negation with blank", "when: ! order.known\n", "1:7 lost-text", "not"},
		{"negation in brackets", "a: {when: !order.known}\n", "1:11 lost-text", "not"},
		{"negation of a list", "a: !x [b]\n", "1:4 lost-text", "not x"},
		{"bar", "a: | 亲\n", "1:4 syntax", "begin with |"},
		{"greater", "when: > 3\n", "1:7 syntax", "begin with >"},
		{"greater or equal", "when: >= 3 and x\n", "1:7 syntax", "begin with >"},
		{"greater and digit", "rules:\n  - id: a\n    when: >3\n    reply: b\n", "3:11 lost-text", "comparison"},
		{"bracket and text", "reply: [亲] 您好\nb: 1\n", "1:8 syntax", `"[亲] 您好"`},
		{"brace and text", "reply: {name} 您好\nb: 1\n", "1:8 syntax", "begin with {"},
		{"question mark within braces", "a: {ask: Why?, kind: choice}\n", "1:10 syntax", `quotes: "Why?"`},
		{"address within brackets", "a: [\"b\", https://x/a.png?b=1]\n", "1:10 syntax", "ends at ?"},
		{"backtick", "a: `亲`\n", "1:4 syntax", "begin with `"},
		{"quote and text", "reply: \"亲\" 您好\nb: 1\n", "1:12 syntax", `'"亲" 您好'`},
		{"quotes in quotes", "when: \"order.stage == \"paid\"\"\nb: 1\n", "1:24 syntax", `'order.stage == "paid"'`},
		{"single quotes in single quotes", "when: 'order.stage == 'paid''\nb: 1\n", "1:24 syntax", `"order.stage == 'paid'"`},
		{"quote not closed", "rules:\n  - id: \"a\n    reply: x\n    when: \"y\"\n  - id: b\n", "2:9 syntax", "not closed"},
		{"quote not closed at all", "a: '亲\nb: 2\n", "1:4 syntax", "not closed"},
		{"quote not closed in brackets", "a: [\"亲, 您]\nb: 2\n", "1:5 syntax", "not closed"},
		{"wide colon", "rules:\n  - id：a\n    reply: b\n", "2:7 syntax", "full-width"},
		{"wide colon on lines", "id: a\nname：小果\nlocale: zh\n", "2:5 syntax", "full-width"},
		{"wide colon alone", "id：a\n", "1:3 syntax", "full-width"},
		{"wide colon within braces", "a: {team：x, priority: high}\n", "1:9 syntax", "full-width"},
		{"wide colon before braces", "handoff：{team: x, priority: high}\nb: 1\n", "1:8 syntax", "full-width"},
		{"wide colon before lines", "rules：\n  - id: a\n", "1:6 syntax", "full-width"},
		{"wide comma between names", "intents: [return，delay]\n", "1:17 syntax", "full-width"},
		{"wide comma between pairs", "a: {team: aftersales，priority: high}\n", "1:21 syntax", "full-width"},
		{"wide comma between quotes", "a: [\"亲\"，\"好\"]\n", "1:8 syntax", "full-width"},
		{"enumeration comma", "a: [return、delay]\n", "1:11 syntax", "full-width"},
		{"wide brackets", "intents: 【return，delay】\n", "1:10 syntax", "full-width"},
		{"wide quotes", "hours: {mon: “09:00-12:00,13:00-21:00”}\n", "1:38 syntax", "full-width"},
		{"no blank behind colon", "id:a\nname: b\n", "1:3 syntax", "`id: a`"},
		{"no blank behind colon of an item", "rules:\n  - id:a\n    reply: b\n", "2:7 syntax", "`id: a`"},
		{"no blank behind colon below a key", "policy:\n  days:7\n  more: 1\n", "2:7 syntax", "`days: 7`"},
		{"no blank behind colon in braces", "a: {b:c, d: e}\n", "1:6 syntax", "`b: c`"},
		{"no blank behind colon before braces", "a:{b: c}\nd: e\n", "1:2 syntax", "`a: {b: c}`"},
		{"no blank behind dash", "rules:\n  -id: x\n   reply: b\n", "2:3 syntax", "`- id: x`"},
		{"no blank behind a later dash", "rules:\n  - id: a\n  -id: b\n", "3:3 syntax", "`- id: b`"},
		{"too deep", "rules:\n  - id: a\n     reply: b\n    when: c\n", "3:6 syntax", "column 5"},
		{"not deep enough", "rules:\n  - id: a\n   reply: b\n    when: c\n", "3:4 syntax", "column 5"},
		{"between two levels", "a:\n  b: 1\n c: 2\n", "3:2 syntax", "column 1, or in column 3"},
		{"first one is odd", "a:\n   b: 1\n  c: 2\n  d: 3\n", "2:4 syntax", "column 3"},
		{"item is odd", "a:\n  - b\n - c\n", "3:2 syntax", "column 3"},
		{"item is moved", "rules:\n    - id: a\n      reply: b\n  - id: c\n    reply: d\n", "4:3 syntax", "column 5"},
		{"colon in a text in braces", "a: {b: c d: e}\n", "1:11 syntax", "write ,"},
		{"no dash", "rules:\n  - id: a\n  id: b\n", "3:3 syntax", "- "},
		{"item behind key", "a: - b\n", "1:4 syntax", "same line"},
		{"item below value", "a: b\n- c\n", "2:1 syntax", "complete"},
		{"no key", "a: 1\n亲，您好\nb: 2\n", "2:1 syntax", "`key:`"},
		{"bracket not closed", "a: [x, y\nb: 2\nc: [1]\n", "1:4 syntax", "not closed"},
		{"brace not closed", "a: {x: 1\nb: 2\n", "1:4 syntax", "not closed"},
		{"bracket never closed", "a: [x, y", "1:4 syntax", "not closed"},
		{"wrong bracket", "a: [x, y}\nb: 2\n", "1:9 syntax", "does not close"},
		{"braces of a fact in braces", "a: {reply: 亲${shop.name}好}\n", "1:12 syntax", "quotes"},
		{"text behind brackets on lines", "a: [x,\n  y] z\n", "2:6 syntax", "behind"},
		{"no comma", "a: [\"x\" \"y\"]\n", "1:9 syntax", "comma"},
		{"escape", "a: \"\\d+\"\n", "1:5 syntax", `\d`},
		{"escape in brackets", "a: [\"x\\d+\"]\n", "1:7 syntax", `\d`},
		{"second document", "a: 1\n---\nb: 2\n", "2:1 syntax", "second document"},
		{"second document in a text", "a: \"x\n---\ny\"\n", "2:1 syntax", "second document"},
		{"block text cut", "a: |\n    x\n  y\nb: 1\n", "3:3 syntax", "column 5"},
		{"full-width blanks", "rules:\n　　- id: a\n　　  reply: b\n", "2:1 syntax", "full-width blanks (and 1 lines more)"},
		{"no-break spaces", "a:\n\u00a0\u00a0b: 1\n", "2:1 syntax", "full-width blanks"},
		{"bullet", "rules:\n  • id: a\n    reply: b\n", "2:3 syntax", "• begins no list item"},
		{"long dash", "rules:\n  - id: a\n  — id: b\n    reply: c\n", "3:3 syntax", "begin it with `- `"},
		{"two dashes", "rules:\n  - id: a\n  -- id: b\n    reply: c\n", "3:3 syntax", "-- begins no list item"},
		{"dash and full-width blank", "rules:\n  -　id: a\n    reply: b\n", "2:3 syntax", "list item"},
		{"comment of other languages", "a: 1\n// 亲\nb: 2\n", "2:1 syntax", "begins no comment"},
		{"colon forgotten", "rules\n  - id: a\n", "1:1 syntax", "`rules:`"},
		{"colon forgotten below a key", "a: 1\npolicy\n  days: 7\n", "2:1 syntax", "`policy:`"},
		{"bracket too many", "a: {b: c}}\nd: 1\n", "1:10 syntax", "} closes no bracket"},
		{"question mark and blank", "a: ? 亲\n", "1:4 syntax", `"? 亲"`},
		{"windows lines and mark", "\uFEFFid: a\r\nname: b: c\r\n", "2:8 syntax", "colon"},
		{"several", "a: @x\nb: \"y\" z\nc: 1: 2\n", "1:4 syntax|2:8 syntax|3:5 syntax", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var p Problems
			f := Parse("f.yaml", []byte(test.source), &p)
			require.Equal(t, strings.Split(test.want, "|"), findings(&p))
			require.Contains(t, p.All()[0].Line(), test.says)
			if strings.Contains(test.want, "syntax") {
				require.Nil(t, f.Root)
			}
		})
	}
}

func TestLostComments(t *testing.T) {
	for _, test := range []struct{ name, source, want string }{
		{"one before, none after", "a: 满 100 #1 优惠\n", "1:10 lost-text"},
		{"one before and after", "a: 亲 # 优惠\n", "1:6 lost-text"},
		{"many before, none after", "a: 亲   #优惠\n", "1:8 lost-text"},
		{"nothing behind", "a: 亲 #", "1:6 lost-text"},
		{"in a list", "- 亲 #优惠\n", "1:5 lost-text"},
		{"in brackets", "a: [x, y # z\n ]\n", "1:10 lost-text"},
		{"text over lines", "a: 亲\n  您好 #优惠\n", "2:6 lost-text"},
		{"in a broken file", "a: 亲 #优惠\nb: @x\n", "1:6 lost-text|2:4 syntax"},
		{"two before, one after", "a: 亲  # why\n", ""},
		{"tab before", "a: 亲\t# why\n", ""},
		{"many before", "a: 亲       # why\n", ""},
		{"no text", "a: 1 # why\nb: true #why\nc: # why\nd: [] # why\n", ""},
		{"quoted", "a: \"亲\" # why\nb: '亲' #why\n", ""},
		{"block", "a: | # why\n  亲 #1\n", ""},
		{"own line", "a: 亲\n#- id: b\nc: 1\n", ""},
		{"no comment", "a: 亲#1\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var p Problems
			f := Parse("f.yaml", []byte(test.source), &p)
			var want []string
			if test.want != "" {
				want = strings.Split(test.want, "|")
			}
			require.Equal(t, want, findings(&p))
			if !strings.Contains(test.want, "syntax") {
				require.NotNil(t, f.Root, "lost text does not keep the rest from being checked")
			}
		})
	}
}

func TestACommentBehindANumberIsLostWhereATextIsRead(t *testing.T) {
	var p Problems
	root := Parse("f", []byte("a: 100 #1 优惠\n"), &p).Root
	require.Empty(t, p.All())
	d := Decoder{Problems: &p}
	d.Int(root.Get("a"), 0, 1000)
	require.Empty(t, p.All())
	d.Text(root.Get("a"))
	require.Equal(t, []string{"1:8 lost-text"}, findings(&p))
}

func TestGoodDocumentsAreLeftAlone(t *testing.T) {
	good, err := os.ReadFile("testdata/good.yaml")
	require.NoError(t, err)
	for _, test := range []struct{ name, source string }{
		{"all forms", string(good)},
		{"windows", byteOrderMark + strings.ReplaceAll(string(good), "\n", "\r\n")},
		{"wide punctuation in texts", "a: 亲，您好：请看“说明”、【公告】。\nb: [您好，亲, 在的：请说]\nc: 【公告】您好\nn: 【New Arrival】\nd: {e: 亲：好}\n"},
		{"text below its key", "a:\n  QQ：123456\nb:\n  time:10:30\n"},
		{"web address", "a: https://x.example/a:b#c\nb: [https://x.example/]\n"},
		{"list at the key's column", "a:\n- b: 1\n  c: 2\n- d: 3\ne: 4\n"},
		{"nested lists", "a:\n  - - 1\n    - 2\n  -\n    - 3\n"},
		{"first marker", "---\na: 1\n"},
		{"end marker", "a: 1\n...\n"},
		{"directive", "%YAML 1.1\n---\na: 1\n"},
		{"quoted text over lines", "a: \"x\n  b: y\n\n  z\"\nb: 'x\n  y'\n"},
		{"brackets over lines", "a: [x,\n  y, # why\n  {b: 1,\n   c: 2}\n]\nd: 1\n"},
		{"block texts", "a: |\n\n   b: @c\n  # d\ne: >-\n  \"f\n  - [g\nh: 1\n"},
		{"block text with digit", "a: |2\n    b\n  c\nd: 1\n"},
		{"aliases", "a: &x {b: 1}\nc: *x\nd: [*x, *x]\n"},
		{"core tags", "a: !!str 1\nb: !!int 2\n"},
		{"quoted keys", "\"a: b\": 1\n'c': 2\n\"d\" : 3\n"},
		{"keys with blanks", "a b : 1\n不退 差价吗: coupon\n"},
		{"values with colons", "a: 10:30\nb: x:y\nc: ::x\n"},
		{"dashes in texts", "a: -x\nb: - \nc: a - b\n"},
		{"tab between", "a:\t1\nb: 1\t\n"},
		{"plain over lines", "a: x\n  y\n\n  z\nb: 1\n"},
		{"empty values", "a:\nb:\n  c:\n  d: 1\n"},
		{"escapes", `a: "\\d \u4EB2 \" \
  x"` + "\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.name == "dashes in texts" {
				test.source = strings.ReplaceAll(test.source, "b: - \n", "")
			}
			var p Problems
			f := Parse("f.yaml", []byte(test.source), &p)
			require.Empty(t, p.All())
			require.NotNil(t, f.Root)
		})
	}
}

func TestOneMistakeGivesOneDiagnostic(t *testing.T) {
	good, err := os.ReadFile("testdata/good.yaml")
	require.NoError(t, err)
	lines := strings.Split(string(good), "\n")
	total, exact := 0, 0
	for name, spoil := range spoilers() {
		for i, line := range lines {
			spoilt := spoil(line)
			if spoilt == line || strings.HasPrefix(strings.TrimSpace(line), "#") {
				continue
			}
			source := strings.Join(lines[:i], "\n") + "\n" + spoilt + "\n" + strings.Join(lines[i+1:], "\n")
			source = strings.TrimPrefix(source, "\n")
			var p Problems
			f := Parse("f", []byte(source), &p)
			all := p.All()
			if len(all) == 0 {
				require.NotNil(t, f.Root)
				continue
			}
			total++
			require.LessOrEqual(t, len(all), 3, "%s in line %d: %s", name, i+1, spoilt)
			if len(all) == 1 && all[0].Range.Start.Line == i+1 {
				exact++
			}
		}
	}
	require.Greater(t, total, 300)
	t.Logf("%d of %d at the very line", exact, total)
	require.GreaterOrEqual(t, exact*100/total, 90, "%d of %d", exact, total)
}

// spoilers are the mistakes people make, each made on one line.
func spoilers() map[string]func(string) string {
	replace := func(from, to string) func(string) string {
		return func(s string) string { return strings.Replace(s, from, to, 1) }
	}
	without := func(chars string) func(string) string {
		return func(s string) string {
			if i := strings.LastIndexAny(s, chars); i >= 0 {
				return s[:i] + s[i+1:]
			}
			return s
		}
	}
	return map[string]func(string) string{
		"tab": replace("  ", "\t"), "no blank": replace(": ", ":"), "wide colon": replace(": ", "："), "no colon": replace(":", ""),
		"at": replace(": ", ": @"), "star": replace(": ", ": *"), "exclamation": replace(": ", ": !"), "per cent": replace(": ", ": %"),
		"no dash": replace("- ", "  "), "tight dash": replace("- ", "-"), "wide comma": replace(", ", "，"),
		"no quote": without(`"'`), "no bracket": without(`]}`),
		"deeper":   func(s string) string { return " " + s },
		"less":     func(s string) string { return strings.TrimPrefix(s, " ") },
		"colon":    func(s string) string { return s + " 注意: x" },
		"text":     func(s string) string { return s + " 注意" },
		"document": func(s string) string { return "---\n" + s },
	}
}
