package shop_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/shop"
	"xiaoer/bot/shoptest"
	"xiaoer/rules/doc"
)

const brokenFolder = "../../fixtures/broken"

// A wanted is one diagnostic that a folder has to give: its place, severity and code to the letter, and a part of what
// it says.
type wanted struct{ line, part string }

// TestBroken reads each folder of fixtures/broken as `check` does and compares all that is found with its want.txt.
func TestBroken(t *testing.T) {
	loader, err := shop.NewLoader(shop.Options{Secrets: noSecrets})
	require.NoError(t, err)
	cases := map[string]int{}
	for _, dir := range brokenCases(t) {
		want := readWanted(t, dir)
		code := filepath.Base(filepath.Dir(dir))
		cases[code]++
		t.Run(filepath.ToSlash(filepath.Join(code, filepath.Base(dir))), func(t *testing.T) {
			if _, known := doc.Explain(doc.Code(code)); known {
				require.True(t, slices.ContainsFunc(want, func(w wanted) bool { return strings.HasSuffix(w.line, " "+code) }),
					"a folder below %s has to show it", code)
			}
			requireWanted(t, want, problemsOf(loader, dir))
		})
	}
	for _, c := range doc.Codes() {
		if c.Code != doc.TooMany {
			require.GreaterOrEqual(t, cases[string(c.Code)], 2, "folders for %s", c.Code)
		}
	}
	require.GreaterOrEqual(t, cases["none"], 6, "folders without a mistake")
	require.GreaterOrEqual(t, cases["many"], 5, "folders with several mistakes")
}

// TestBrokenTwice makes sure that a folder gives the same findings each time, so that a check can be compared.
func TestBrokenTwice(t *testing.T) {
	first, err := shop.NewLoader(shop.Options{Secrets: noSecrets})
	require.NoError(t, err)
	second, err := shop.NewLoader(shop.Options{Secrets: noSecrets})
	require.NoError(t, err)
	for _, dir := range brokenCases(t) {
		require.Equal(t, problemsOf(first, dir), problemsOf(second, dir), dir)
		require.Equal(t, problemsOf(first, dir), problemsOf(first, dir), dir)
	}
}

func noSecrets(_, _ string) (string, error) { return "", errors.New("there is none") }

// brokenCases lists the folders two levels down, and the one that the others extend.
func brokenCases(t *testing.T) []string {
	t.Helper()
	dirs := []string{filepath.Join(brokenFolder, "good")}
	codes, err := os.ReadDir(brokenFolder)
	require.NoError(t, err)
	for _, code := range codes {
		if code.Name() == "good" {
			continue
		}
		_, known := doc.Explain(doc.Code(code.Name()))
		require.True(t, known || code.Name() == "none" || code.Name() == "many", "%s is no code", code.Name())
		folders, err := os.ReadDir(filepath.Join(brokenFolder, code.Name()))
		require.NoError(t, err)
		for _, f := range folders {
			require.True(t, f.IsDir(), "%s lies beside the folders", f.Name())
			dirs = append(dirs, filepath.Join(brokenFolder, code.Name(), f.Name()))
		}
	}
	return dirs
}

// problemsOf gives everything that `check` says of a folder: its own problems and those of its tests.
func problemsOf(l *shop.Loader, dir string) []doc.Diagnostic {
	result := l.Load(dir)
	problems := &doc.Problems{}
	for _, d := range result.Problems {
		problems.Add(d)
	}
	var book *bot.Book
	if result.Shop != nil {
		book = result.Shop.Book
	}
	shoptest.Parse(result.Tests, book, problems)
	return problems.All()
}

var wantedLine = regexp.MustCompile(`^\S+:\d+:\d+-\d+:\d+ (error|warning) [a-z-]+$`)

// readWanted reads want.txt: comments, and for each finding a line with its place and an indented part of its message.
func readWanted(t *testing.T, dir string) []wanted {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "want.txt"))
	require.NoError(t, err)
	var want []wanted
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		if strings.HasPrefix(lines[i], "#") {
			continue
		}
		require.Regexp(t, wantedLine, lines[i], dir)
		require.Less(t, i+1, len(lines), "%s: the part of the message is missing", dir)
		require.Regexp(t, `^  \S`, lines[i+1], dir)
		want = append(want, wanted{line: lines[i], part: strings.TrimSpace(lines[i+1])})
		i++
	}
	return want
}

func requireWanted(t *testing.T, want []wanted, got []doc.Diagnostic) {
	t.Helper()
	var wantLines, gotLines, said []string
	for _, w := range want {
		wantLines = append(wantLines, w.line)
	}
	for _, d := range got {
		gotLines = append(gotLines, placeOf(d))
		said = append(said, d.Line())
	}
	require.Equal(t, wantLines, gotLines, strings.Join(said, "\n"))
	for i, w := range want {
		require.Contains(t, said[i], w.part)
		require.NotEmpty(t, got[i].Message)
		require.NotContains(t, said[i], "%!", "a message that was not filled in")
	}
}

func placeOf(d doc.Diagnostic) string {
	return fmt.Sprintf("%s-%d:%d %s %s", d.Range, d.Range.End.Line, d.Range.End.Column, d.Severity, d.Code)
}
