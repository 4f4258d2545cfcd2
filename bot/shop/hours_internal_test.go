package shop

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/rules/doc"
)

func TestParseSpans(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []span
		problem    string
	}{
		{name: "one", text: "09:00-18:00", want: []span{{540, 1080}}},
		{name: "two", text: "09:00-12:00,13:00-21:00", want: []span{{540, 720}, {780, 1260}}},
		{name: "past midnight", text: "10:00-02:00", want: []span{{600, 1560}}},
		{name: "all day", text: "00:00-24:00", want: []span{{0, 1440}}},
		{name: "one digit and full width", text: "9：00 - 18：00，19:00~20:00", want: []span{{540, 1080}, {1140, 1200}}},
		{name: "no time of day", text: "25:00-26:00", problem: `"25:00-26:00" is no time of day`},
		{name: "minutes", text: "09:60-10:00", problem: `"09:60-10:00" is no time of day`},
		{name: "no time at all", text: "09:00-09:00", problem: `"09:00-09:00" is open for no time at all`},
		{name: "words", text: "早上九点", problem: `"早上九点" is no stretch of hours`},
		{name: "empty", text: " ,", problem: `"" is no stretch of hours`},
		{name: "nothing", text: "", problem: "hours are missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, problem := parseSpans(c.text)
			require.Equal(t, c.want, got)
			require.Equal(t, c.problem, problem)
		})
	}
}

func readWeek(t *testing.T, yaml string) week {
	t.Helper()
	var p doc.Problems
	w := readHours(&doc.Decoder{Problems: &p}, doc.Parse("h.yaml", []byte(yaml), &p).Root)
	require.Empty(t, p.All())
	return w
}

func TestReadHours(t *testing.T) {
	day := []span{{540, 1080}}
	require.Equal(t, week{nil, day, day, day, day, day, nil}, readWeek(t, `mon-fri: "09:00-18:00"`))
	require.Equal(t, week{day, day, nil, nil, nil, nil, day}, readWeek(t, `sat-mon: 09:00-18:00`), "days may go round the week")
	require.Equal(t, week{nil, day, nil, day, nil, nil, nil}, readWeek(t, `"mon, wed": [09:00-18:00]`))
	require.Equal(t, week{nil, day, nil, nil, nil, nil, nil}, readWeek(t, "mon: 09:00-18:00\nsun: closed"))
}

func TestMainlandHolidays(t *testing.T) {
	c := calendar{closed: map[day]bool{}, works: map[day]bool{}}
	addMainland(&c)
	count := map[int]int{}
	for d := range c.closed {
		count[d.year]++
	}
	require.Equal(t, map[int]int{2025: 28, 2026: 33, 2027: 13}, count)
	require.True(t, c.closed[day{2026, time.October, 1}])
	require.True(t, c.works[day{2026, time.February, 14}])
	require.Len(t, c.works, 11)
}

func TestDaysOf(t *testing.T) {
	c := calendar{closed: map[day]bool{}, works: map[day]bool{}}
	from, until, problem := parseDays("2027-02-27 .. 2027-03-02")
	require.Empty(t, problem)
	c.close(from, until)
	c.close(day{2027, 5, 1}.time(), day{2027, 5, 1}.time())
	require.Equal(t, []bot.Days{{From: "2027-02-27", Until: "2027-03-02"}, {From: "2027-05-01", Until: "2027-05-01"}}, daysOf(c.closed))
	_, _, problem = parseDays("2020-01-01..2027-01-01")
	require.Contains(t, problem, "longer than 400 days")
}

func FuzzHours(f *testing.F) {
	for _, s := range []string{"09:00-12:00,13:00-21:00", "10:00-02:00", "2027-02-05..2027-02-11", "cn", "24:00-24:00", ",,,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		spans, problem := parseSpans(s)
		require.Equal(t, problem == "", len(spans) > 0)
		for _, one := range spans {
			require.Less(t, one.from, minutesOfDay)
			require.Greater(t, one.until, one.from)
			require.LessOrEqual(t, one.until, 2*minutesOfDay)
		}
		if from, until, problem := parseDays(s); problem == "" {
			require.False(t, until.Before(from))
		}
	})
}

// TestProductsAreBounded reads a file that is nothing but commas.
func TestProductsAreBounded(t *testing.T) {
	commas := strings.Repeat(",", 1<<20)
	var p doc.Problems
	readProducts(&content{name: "products.csv", data: []byte("id" + commas)}, &p)
	require.Equal(t, doc.TooCostly, p.All()[0].Code)
	var q doc.Problems
	readProducts(&content{name: "products.csv", data: []byte("id,title\n" + commas + "\na,b\n")}, &q)
	require.Equal(t, "products.csv:2:3", q.All()[0].Range.String())
}

func FuzzProducts(f *testing.F) {
	f.Add([]byte("id,title,price,stock,tags,own\na,\"一,二\",39.90,1,x;y,true\n"))
	f.Add([]byte("\ufeffid\n\"\n"))
	f.Add([]byte("id,id\n\xff,\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p doc.Problems
		got := readProducts(&content{name: "products.csv", data: data}, &p)
		for id, product := range got.products {
			require.Equal(t, id, product.ID)
			require.NotEmpty(t, id)
		}
		for _, d := range p.All() {
			require.True(t, d.Range.Start.IsValid(), d.Message)
			require.True(t, utf8.ValidString(d.Message))
		}
	})
}
