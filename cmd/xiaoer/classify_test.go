package main

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestReadLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, line, id, text, fault string }{
		{name: "a message", line: "我想退货", text: "我想退货"},
		{name: "a line end of Windows", line: "我想退货\r", text: "我想退货"},
		{name: "a mark of the byte order", line: "\ufeff我想退货", text: "我想退货"},
		{name: "an object", line: ` {"text":"我想退货","id":"m-1"}`, id: `"m-1"`, text: "我想退货"},
		{name: "an empty text", line: `{"text":""}`},
		{name: "what is only like an object", line: `{text: 我想退货}`, text: `{text: 我想退货}`},
		{name: "JSON that is no object", line: `"我想退货"`, text: `"我想退货"`},
		{name: "bytes that are no text", line: "退\xff货", text: "退\ufffd货"},
		{name: "an object without a text", line: `{"words":"退货"}`, fault: `no "text"`},
		{name: "a text that is a number", line: `{"text":7}`, fault: `no "text"`},
		{name: "a text that is nothing", line: `{"text":null}`, fault: `no "text"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := readLine([]byte(c.line))
			if c.fault != "" {
				require.ErrorContains(t, err, c.fault)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.text, got.Text)
			require.Equal(t, c.id, string(got.ID))
		})
	}
}

// Whatever a line holds, what comes out is a text that a line of JSON gives back unchanged.
func FuzzReadLine(f *testing.F) {
	for _, seed := range []string{"我想退货", `{"text":"我想退货","id":[1,{"a":null}]}`, `{"text":"\ud800"}`, "{", "\xff\xfe", "\ufeff{}", ""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		got, err := readLine(line)
		if err != nil {
			require.Empty(t, got.Text)
			return
		}
		require.True(t, utf8.ValidString(got.Text))
		encoded, err := json.Marshal(got)
		require.NoError(t, err)
		require.NotContains(t, string(encoded), "\n")
		again, err := readLine(encoded)
		require.NoError(t, err)
		require.Equal(t, got.Text, again.Text)
	})
}

// A line above the bound ends the run with a sentence, and what came before is answered.
func TestClassifyBoundsALine(t *testing.T) {
	t.Parallel()
	out, errs := newTranscript(), newTranscript()
	a := &app{ctx: t.Context(), in: strings.NewReader("我想退货\n" + strings.Repeat("退", longestLine)), out: out, err: errs}
	require.Equal(t, exitFailed, run(a, []string{"classify"}))
	require.Contains(t, out.String(), `"text":"我想退货"`)
	require.Contains(t, errs.String(), "a line of standard input is longer than 1048576 bytes")
}
