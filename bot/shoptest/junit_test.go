package shoptest_test

import (
	"encoding/xml"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/shoptest"
)

// A suite is what continuous integration reads of the file.
type suite struct {
	Name     string `xml:"name,attr"`
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Cases    []struct {
		Name    string `xml:"name,attr"`
		Class   string `xml:"classname,attr"`
		File    string `xml:"file,attr"`
		Line    int    `xml:"line,attr"`
		Failure *struct {
			Message string `xml:"message,attr"`
			Text    string `xml:",chardata"`
		} `xml:"failure"`
	} `xml:"testcase"`
}

func TestWriteJUnit(t *testing.T) {
	for _, c := range []struct {
		name     string
		in       shoptest.Summary
		messages []string // of the cases; "" where one passed
		text     string
	}{
		{"nothing ran", shoptest.Summary{}, nil, ""},
		{"all passed", shoptest.Summary{Passed: 1, Tests: []shoptest.Result{{Name: "一", File: "tests.yaml", Line: 3, Passed: true}}}, []string{""}, ""},
		{
			"one failed",
			shoptest.Summary{Passed: 1, Failed: 1, Tests: []shoptest.Result{
				{Name: "一", Passed: true},
				{Name: "二", Step: 2, Failures: []string{"rule: 甲", "ask: 乙"}, Trace: []string{"return: a answers", "status bot"}},
			}},
			[]string{"", "step 2: rule: 甲; ask: 乙"},
			"rule: 甲\nask: 乙\nreturn: a answers\nstatus bot",
		},
		{
			"signs that XML means something by, and bytes that it cannot hold",
			shoptest.Summary{Failed: 1, Tests: []shoptest.Result{
				{Name: "<\"&'>\x00", Step: 1, Failures: []string{"reply: ]]><x>"}},
			}},
			[]string{"step 1: reply: ]]><x>"},
			"reply: ]]><x>",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			require.NoError(t, shoptest.WriteJUnit(&out, "小店", c.in))
			require.True(t, strings.HasPrefix(out.String(), xml.Header))
			var got suite
			require.NoError(t, xml.Unmarshal([]byte(out.String()), &got))
			require.Equal(t, "小店", got.Name)
			require.Equal(t, len(c.in.Tests), got.Tests)
			require.Equal(t, c.in.Failed, got.Failures)
			require.Len(t, got.Cases, len(c.messages))
			for i, message := range c.messages {
				require.Equal(t, "小店", got.Cases[i].Class)
				require.Equal(t, c.in.Tests[i].File, got.Cases[i].File)
				require.Equal(t, c.in.Tests[i].Line, got.Cases[i].Line)
				if message == "" {
					require.Nil(t, got.Cases[i].Failure)
					continue
				}
				require.Equal(t, message, got.Cases[i].Failure.Message)
				require.Equal(t, c.text, got.Cases[i].Failure.Text)
			}
		})
	}
}

// A fullDisk takes some bytes and then none.
type fullDisk struct{ room int }

var errFull = errors.New("the disk is full")

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteJUnitTellsWhenItCannotWrite(t *testing.T) {
	var whole strings.Builder
	require.NoError(t, shoptest.WriteJUnit(&whole, "s", shoptest.Summary{}))
	for _, room := range []int{0, len(xml.Header), whole.Len() - 1} {
		require.ErrorIs(t, shoptest.WriteJUnit(&fullDisk{room: room}, "s", shoptest.Summary{}), errFull, room)
	}
}
