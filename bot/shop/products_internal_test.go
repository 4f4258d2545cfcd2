package shop

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// sheetOf reads a products.csv and gives its problems as "line:column code".
func sheetOf(csv string) (*catalogue, []string) {
	var p doc.Problems
	out := readProducts(&content{name: "products.csv", data: []byte(csv)}, &p)
	problems := []string{}
	for _, d := range p.All() {
		problems = append(problems, strings.TrimPrefix(d.Range.String(), "products.csv:")+" "+string(d.Code))
	}
	return out, problems
}

// TestColumnsOfTheManual holds the kind of each column, a value that fits, and one that does not.
func TestColumnsOfTheManual(t *testing.T) {
	for _, c := range []struct {
		column, good, printed string
		kind                  rules.Kind
		bad                   string // "" where every text is good
	}{
		{"title", "红富士 苹果", "红富士 苹果", rules.Text, ""},
		{"price", "39.90", "39.90", rules.Money, "39 元"},
		{"stock", "0", "0", rules.Int, "-1"},
		{"units", "12", "12", rules.Int, "1.5"},
		{"warranty_days", "365", "365", rules.Int, "一年"},
		{"claim_hours", "48", "48", rules.Int, "48h"},
		{"no_reason", "TRUE", "true", rules.Bool, "是"},
		{"tags", "fresh;新品 big", "", rules.Texts, ""},
	} {
		t.Run(c.column, func(t *testing.T) {
			got, problems := sheetOf("id," + c.column + "\na," + c.good + "\nb,\n")
			require.Empty(t, problems)
			require.False(t, got.spoiled)
			value := got.products["a"].Columns[c.column]
			require.Equal(t, c.kind, value.Kind())
			if c.column == "tags" {
				require.Equal(t, []string{"fresh", "新品", "big"}, got.products["a"].Tags)
				require.Equal(t, []string{"a", "b", "big", "fresh", "新品"}, got.tags, "what `for` may name: ids and tags")
			} else if c.kind != rules.Bool {
				require.Equal(t, c.printed, value.String())
			} else {
				require.True(t, value.Bool())
			}
			require.NotContains(t, got.products["b"].Columns, c.column, "an empty cell is unknown")
			require.Empty(t, got.own, "a column of the manual is none of the shop's own")
			if c.bad != "" {
				got, problems = sheetOf("id," + c.column + "\na," + c.bad + "\nb," + c.good + "\n")
				require.Equal(t, []string{"2:3 wrong-type"}, problems)
				require.True(t, got.spoiled)
				require.NotContains(t, got.products, "a")
				require.Contains(t, got.products, "b", "a bad row does not hide the others")
			}
		})
	}
}

// TestOwnColumnsAreTyped types a column of the shop's own by what stands in it.
func TestOwnColumnsAreTyped(t *testing.T) {
	for _, c := range []struct {
		name  string
		cells []string
		want  rules.Kind
	}{
		{"numbers", []string{"1", "2.5", "-3"}, rules.Number},
		{"numbers and nothing", []string{"1", ""}, rules.Number},
		{"nothing", []string{"", ""}, rules.Text},
		{"true and false", []string{"true", "False"}, rules.Bool},
		{"one word among numbers", []string{"1", "约 2"}, rules.Text},
		{"leading zeros are a code", []string{"007", "12"}, rules.Text},
		{"nought", []string{"0", "0.5"}, rules.Number},
		{"a truth among numbers", []string{"1", "true"}, rules.Text},
		{"too long for a number", []string{"1234567890123456789"}, rules.Text},
	} {
		t.Run(c.name, func(t *testing.T) {
			var csv strings.Builder
			csv.WriteString("id,origin\n")
			for i, cell := range c.cells {
				csv.WriteString(string(rune('a'+i)) + "," + cell + "\n")
			}
			got, problems := sheetOf(csv.String())
			require.Empty(t, problems)
			require.Len(t, got.own, 1)
			require.Equal(t, "origin", got.own[0].Name)
			require.Equal(t, c.want, got.own[0].Type.Kind)
		})
	}
}

// TestSheetsAsSpreadsheetsWriteThem reads what other programs save.
func TestSheetsAsSpreadsheetsWriteThem(t *testing.T) {
	for _, c := range []struct {
		name, csv string
		title     string
		problems  []string
	}{
		{"a mark at the front and Windows line ends", "\ufeffid,title\r\na,梨\r\n", "梨", []string{}},
		{"quotes, commas and line breaks", "id,title\na,\"大, \"\"甜\"\"\n梨\"\n", "大, \"甜\"\n梨", []string{}},
		{"empty lines", "id,title\n\na,梨\n\n", "梨", []string{}},
		{"blanks round a cell", "id, title\n a , 梨 \n", "梨", []string{}},
		{"a column without a name at the end", "id,title,\na,梨,\n", "梨", []string{}},
		{"a comma too many", "id,title\na,梨,甜\nb,桃\n", "", []string{"2:5 syntax"}},
		{"a comma too few", "id,title,price\na,梨\nb,桃,1\n", "", []string{"2:4 syntax"}},
		{"the same id again", "id,title\na,梨\na,桃\n", "梨", []string{"3:1 duplicate-id"}},
		{"no id in a row", "id,title\n,桃\na,梨\n", "梨", []string{"2:1 missing-key"}},
		{"no id at all", "title\n梨\n", "", []string{"1:1 missing-key"}},
		{"a column twice", "id,title,title\na,梨,桃\n", "", []string{"1:10 duplicate-key"}},
		{"a name that conditions cannot read", "id,保质 期\na,1\n", "", []string{"1:4 wrong-type"}},
		{"a name that is taken", "id,known\na,1\n", "", []string{"1:4 wrong-type"}},
		{"full-width commas", "id，title\na，梨\n", "", []string{"1:3 syntax"}},
		{"nothing", "", "", []string{"1:1 syntax"}},
		{"bytes of another encoding", "id,title\na,\xc0\xe6\n", "", []string{"2:3 syntax"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, problems := sheetOf(c.csv)
			require.Equal(t, c.problems, problems)
			require.Equal(t, len(c.problems) > 0, got.spoiled)
			if c.title == "" {
				require.NotContains(t, got.products, "a")
				return
			}
			require.Equal(t, c.title, got.products["a"].Columns["title"].String())
		})
	}
}
