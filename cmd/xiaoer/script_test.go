package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/store/sqlite"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"xiaoer": main})
}

// TestScripts runs the whole command line, a process for each command. XIAOER_UPDATE=1 rewrites what the scripts compare.
func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("two hundred processes, of commands that do one thing after the other: the long look has them, and the race detector would find nothing")
	}
	t.Parallel()
	fixtures, err := filepath.Abs(filepath.Join("..", "..", "fixtures"))
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: os.Getenv("XIAOER_UPDATE") == "1",
		Setup: func(e *testscript.Env) error {
			e.Setenv("FIXTURES", fixtures)
			e.Setenv("LANG", "C.UTF-8")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "shape": shape, "hostile": hostile, "store": newStore},
	})
}

// exits runs a command that must end with one exit code: exits 2 xiaoer check.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGUMENT…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, not %d", got, want)
	}
}

// shape writes the keys and types of a JSON file: shape stdout shape.txt. Contracts name keys; values vary.
func shape(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: shape FROM TO")
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader([]byte(ts.ReadFile(args[0]))))
	ts.Check(decoder.Decode(&value))
	if decoder.More() {
		ts.Fatalf("more than one JSON value")
	}
	out, err := json.MarshalIndent(typesOf(value), "", "  ")
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), append(out, '\n'), 0o600))
}

// typesOf puts the name of its type in the place of each scalar, and leaves the first entry of a list that is not empty.
func typesOf(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key := range v {
			v[key] = typesOf(v[key])
		}
		return v
	case []any:
		if len(v) > 1 {
			v = v[:1]
		}
		for i := range v {
			v[i] = typesOf(v[i])
		}
		return v
	case string:
		return "text"
	case float64:
		return "number"
	case bool:
		return "truth"
	}
	return value
}

// hostile writes a file of bytes that no honest sender would send: hostile FILE.
func hostile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hostile FILE")
	}
	var b bytes.Buffer
	for i := range 256 {
		if i != '\n' {
			b.WriteByte(byte(i))
		}
	}
	b.WriteString("\n\xff\xfe\xfd我想退货\x00\x1b[31m\n")
	b.WriteString("{\"text\":\n{\"text\":\"\\ud800\"}\n\u202e\u2066反\n")
	b.Write(bytes.Repeat([]byte("退"), 50_000))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}

// newStore makes what a server keeps its state in: store FILE.
func newStore(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: store FILE")
	}
	s, err := sqlite.Open(context.Background(), sqlite.Options{Path: ts.MkAbs(args[0])})
	ts.Check(err)
	ts.Check(s.Close())
}
