package doc

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func place(file string, line, column int) Range {
	return Range{File: file, Start: Position{line, column}, End: Position{line, column + 3}}
}

func TestProblemsAreSortedAndUnique(t *testing.T) {
	var p Problems
	require.False(t, p.HasErrors())
	p.Warn(place("b", 1, 1), Unused, "unused %s", "x")
	require.False(t, p.HasErrors())
	p.Error(place("a", 2, 1), WrongType, "b")
	p.Error(place("a", 1, 9), WrongType, "100% plain")
	p.Error(place("a", 2, 1), UnknownKey, "c")
	p.Error(place("a", 2, 1), WrongType, "b")
	p.Error(place("a", 2, 1), WrongType, "b").Hint = "but another hint"
	require.True(t, p.HasErrors())
	require.Equal(t, 6, p.Len())
	var got []string
	for _, d := range p.All() {
		got = append(got, d.Line())
	}
	require.Equal(t, []string{
		"a:1:9: 100% plain [wrong-type]",
		"a:2:1: c [unknown-key]",
		"a:2:1: b [wrong-type]",
		"a:2:1: b; but another hint [wrong-type]",
		"b:1:1: warning: unused x [unused]",
	}, got)
}

func TestProblemsAreBounded(t *testing.T) {
	var p Problems
	for i := range MaxKept + 7 {
		p.Error(place("a", i+1, 1), Syntax, "x")
	}
	all := p.All()
	require.Len(t, all, MaxKept+1)
	last := all[MaxKept]
	require.Equal(t, TooMany, last.Code)
	require.Equal(t, Error, last.Severity)
	require.Equal(t, "7 more problems are not listed", last.Message)
}

func TestProblemsTakeOverDiagnostics(t *testing.T) {
	var from, to Problems
	from.Error(place("a", 1, 1), Syntax, "x")
	for _, d := range from.All() {
		to.Add(d)
	}
	require.True(t, to.HasErrors())
	require.Equal(t, from.All(), to.All())
}

func TestDiagnosticAsJSON(t *testing.T) {
	var p Problems
	p.Error(place("rules.yaml", 3, 4), UnknownField, "unknown field %q", "亲")
	p.Error(place("rules.yaml", 9, 1), DuplicateID, "twice").WithHint("rename <one>").Relate(place("rules.yaml", 2, 5), "the first")
	got, err := json.Marshal(p.All())
	require.NoError(t, err)
	require.JSONEq(t, `[
		{"file":"rules.yaml","line":3,"column":4,"end_line":3,"end_column":7,"severity":"error","code":"unknown-field","message":"unknown field \"亲\"","hint":"","related":[]},
		{"file":"rules.yaml","line":9,"column":1,"end_line":9,"end_column":4,"severity":"error","code":"duplicate-id","message":"twice","hint":"rename <one>",
		 "related":[{"file":"rules.yaml","line":2,"column":5,"message":"the first"}]}]`, string(got))
}

func TestCodes(t *testing.T) {
	seen := map[Code]bool{}
	for _, c := range Codes() {
		require.False(t, seen[c.Code], c.Code)
		seen[c.Code] = true
		require.Regexp(t, `^[a-z]+(-[a-z]+)*$`, string(c.Code))
		require.Regexp(t, `^[A-Z].*\.$`, c.English)
		require.Regexp(t, `。$`, c.Chinese)
		info, ok := Explain(c.Code)
		require.True(t, ok)
		require.Equal(t, c, info)
	}
	require.Len(t, seen, 29)
	_, ok := Explain("nothing")
	require.False(t, ok)
	unsafe, _ := Explain(UnsafePromise)
	require.Equal(t, Warning, unsafe.Severity)
}

func TestPositions(t *testing.T) {
	require.False(t, Position{}.IsValid())
	require.True(t, Position{1, 1}.IsValid())
	require.Equal(t, "f:1:1", WholeFile("f").String())
	require.Negative(t, Position{1, 9}.Compare(Position{2, 1}))
	require.Positive(t, Position{2, 2}.Compare(Position{2, 1}))
}

func ExampleParse() {
	source := []byte("rules:\n  - id: return\n    reply: 注意: 请先看说明\n")
	var problems Problems
	Parse("rules.yaml", source, &problems)
	for _, d := range problems.All() {
		fmt.Print(Render(d, source))
	}
	// Output:
	// rules.yaml:3:14: a colon with a blank after it stands inside an unquoted text; put the text in quotes: "注意: 请先看说明" [syntax]
	// 3 |     reply: 注意: 请先看说明
	//   |                ^
}
