package eval

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/intents"
)

func TestLoad(t *testing.T) {
	for _, tt := range []struct {
		name, file, content string
		train, test         []Case
	}{
		{
			"lines", "a.jsonl", `{"text":"改地址","intents":["wrong_order.address"],"acceptable":["logistics"]}` + "\n\n" + `{"text":"hi","intent":"greeting"}`,
			[]Case{{Text: "改地址", Intents: []string{"wrong_order"}, Acceptable: []string{"logistics"}, Topic: "address"}, {Text: "hi", Intents: []string{"greeting"}, Intent: "greeting"}},
			nil,
		},
		{"table", "a.csv", "text,category\n\"a, b\",x\n", []Case{{Text: "a, b", Intents: []string{"x"}}}, nil},
		{
			"sigdial", "a.json", `{"sentences":[{"text":"a","intent":"x","training":true},{"text":"b","intent":"y","training":false}]}`,
			[]Case{{Text: "a", Intents: []string{"x"}}},
			[]Case{{Text: "b", Intents: []string{"y"}}},
		},
		{"clinc", "a.json", `{"train":[["a","x"]],"test":[["b","y"]]}`, []Case{{Text: "a", Intents: []string{"x"}}}, []Case{{Text: "b", Intents: []string{"y"}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set, err := Load(tt.file, strings.NewReader(tt.content))
			require.NoError(t, err)
			require.Equal(t, tt.train, set.Train)
			if tt.test == nil {
				tt.test = tt.train
			}
			require.Equal(t, tt.test, set.Test)
		})
	}
}

func TestLoadErrors(t *testing.T) {
	for file, content := range map[string]string{"a.jsonl": "{\"text\":\"a\",\"intent\":\"x\"}\n{", "b.jsonl": "{\"text\":\"a\"}", "c.json": "[]", "d.json": "{}", "e.csv": "\"a"} {
		t.Run(file, func(t *testing.T) {
			_, err := Load(file, strings.NewReader(content))
			require.ErrorContains(t, err, file)
		})
	}
}

func TestRun(t *testing.T) {
	c, err := intents.Built()
	require.NoError(t, err)
	r := Run(c, []Case{
		{Text: "我想退货", Intents: []string{"return"}},
		{Text: "改地址", Intents: []string{"wrong_order"}, Topic: "address", Tags: []string{"short"}},
		{Text: "那个不用退了", Intents: []string{"other"}, Not: []string{"return"}},
		{Text: "转人工", Intents: []string{"invoice"}, Not: []string{"human"}},
		{Text: "谢谢", Intents: []string{"other"}, Acceptable: []string{"thanks"}},
	}, Options{})
	require.Equal(t, Slice{Name: "all", Cases: 5, Strict: 3, Lenient: 4, Traps: 2, Trapped: 1, Answered: 4, Wrong: 1, Wanted: 3, Covered: 2, Topics: 1, TopicRight: 1}, r.Total)
	require.Equal(t, []Confusion{{Gold: "invoice", Got: "human", Count: 1}}, r.Confusion)
	require.Len(t, r.Mistakes, 1)
	require.True(t, r.Mistakes[0].Trap)
	require.NotEmpty(t, r.Mistakes[0].Evidence)
	slices := map[string]Slice{}
	for _, s := range r.Slices {
		slices[s.Name] = s
	}
	require.Equal(t, Slice{Name: "intent:human", Named: 1}, slices["intent:human"], "an answer to another label")
	require.Equal(t, 1, slices["intent:return"].NamedRight)
	require.Equal(t, 1, slices["tag:short"].Cases)

	var out bytes.Buffer
	require.NoError(t, r.WriteText(&out))
	require.Contains(t, out.String(), "human, not invoice TRAP: 转人工")
	encoded, err := json.Marshal(r)
	require.NoError(t, err)
	require.Contains(t, string(encoded), `"trapped":1`)
}

func TestRunOnOtherLabels(t *testing.T) {
	cases := []Case{
		{Text: "when does the train leave", Intents: []string{"time"}},
		{Text: "when is the next bus", Intents: []string{"time"}},
		{Text: "how do I get to the station", Intents: []string{"way"}},
		{Text: "what is the way to the harbour", Intents: []string{"way"}},
	}
	c, err := intents.Train(Examples(cases))
	require.NoError(t, err)
	r := Run(c, cases, Options{})
	require.Equal(t, len(cases), r.Total.Strict, "every message has an intent, so the best guess counts")
}

// TestReports holds that both ways of measuring tell everything there is to tell, as text and as JSON.
func TestReports(t *testing.T) {
	built, err := intents.Built()
	require.NoError(t, err)
	cases := []Case{
		{ID: "1", Text: "我想退货", Intents: []string{"return"}},
		{ID: "2", Text: "要退货", Intents: []string{"return"}},
		{ID: "3", Text: "转人工", Intents: []string{"human"}},
		{ID: "4", Text: "要真人客服", Intents: []string{"human"}},
	}
	trained, err := intents.Train(Examples(cases))
	require.NoError(t, err)
	measured := append([]Case{{ID: "5", Text: "退货找人工", Intents: []string{"invoice"}, Not: []string{"return", "human"}, Tags: []string{"trap"}}}, cases...)
	for name, c := range map[string]*intents.Classifier{"built-in": built, "trained": trained} {
		t.Run(name, func(t *testing.T) {
			r := Run(c, measured, Options{})
			var out bytes.Buffer
			require.NoError(t, r.WriteText(&out))
			for _, part := range []string{
				"strict", "lenient", "traps", "wrong", "coverage", "intent:invoice", "intent:return", "tag:trap", "answers from score", "wrong rate",
				"calibration", "mean score", "\nerror", "confused", "worst mistakes", "not invoice TRAP: 退货找人工\n      \"",
			} {
				require.Contains(t, out.String(), part)
			}
			encoded, err := json.Marshal(r)
			require.NoError(t, err)
			var got struct {
				Total, Calibration, Curve, Confusion any
				Error                                *float64 `json:"calibration_error"`
				Slices                               []Slice
				Mistakes                             []struct {
					ID, Text string
					Trap     bool
					Evidence []struct{ Kind, Text string }
				}
			}
			require.NoError(t, json.Unmarshal(encoded, &got))
			require.NotEmpty(t, got.Total)
			require.Len(t, got.Calibration, 10)
			require.Len(t, got.Curve, len(thresholds))
			require.NotEmpty(t, got.Confusion)
			require.NotNil(t, got.Error)
			require.NotEmpty(t, got.Slices)
			require.Equal(t, "5", got.Mistakes[0].ID)
			require.True(t, got.Mistakes[0].Trap)
			require.NotEmpty(t, got.Mistakes[0].Evidence)
		})
	}
}

func TestCurve(t *testing.T) {
	answers := []scored{{0.95, true, true}, {0.7, false, true}, {0.2, true, true}, {0.5, true, false}}
	require.Equal(t, Point{Score: 0.6, Answered: 2, Wrong: 1, WrongRate: 0.5, Coverage: 0.25}, point(0.6, answers, 4))
	bins := calibration(answers)
	require.Equal(t, Bin{From: 0.7, To: 0.8, Count: 1, MeanScore: 0.7}, bins[7])
	require.Equal(t, 1.0, bins[9].Accuracy)
	require.InDelta(t, (0.05+0.7+0.8+0.5)/4, misjudged(bins), 1e-9)
	require.Zero(t, misjudged(nil))
}
