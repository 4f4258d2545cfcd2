package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// readmeShop is a starter shop with the rules and the tests that README.md shows.
func readmeShop(t *testing.T) (dir, readme string) {
	t.Helper()
	raw, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	readme, dir = string(raw), filepath.Join(t.TempDir(), "myshop")
	code, _, errs := command(t, "init", dir)
	require.Equal(t, exitOK, code, errs)
	blocks := regexp.MustCompile("(?ms)^```yaml\n(# (rules|tests)\\.yaml\n.*?)^```$").FindAllStringSubmatch(readme, -1)
	require.Len(t, blocks, 2)
	for _, b := range blocks {
		writeFile(t, filepath.Join(dir, b[2]+".yaml"), b[1])
	}
	return dir, readme
}

// Whoever copies the README's rules finds nothing to mend.
func TestTheReadmesShopIsClean(t *testing.T) {
	t.Parallel()
	dir, _ := readmeShop(t)
	code, out, errs := command(t, "check", dir)
	require.Equal(t, exitOK, code, errs)
	require.Equal(t, dir+": no problems in 1 shop\n", out)
	code, out, _ = command(t, "test", dir)
	require.Equal(t, exitOK, code, out)
	require.Contains(t, out, "1 passed, 0 failed")
}

func TestTheReadmesMistakeIsSaidAsItSays(t *testing.T) {
	t.Parallel()
	dir, readme := readmeShop(t)
	said := regexp.MustCompile("(?s)```\n(rules\\.yaml:[^;]*; did you mean[^;]*;)[^\n]*\n(.*?)```").FindStringSubmatch(readme)
	require.Len(t, said, 3)
	rules, err := os.ReadFile(filepath.Join(dir, "rules.yaml"))
	require.NoError(t, err)
	writeFile(t, filepath.Join(dir, "rules.yaml"), strings.Replace(string(rules), "delivered_days <=", "delivered_dys <=", 1))
	code, out, _ := command(t, "check", dir)
	require.Equal(t, exitProblems, code)
	require.True(t, strings.HasPrefix(out, said[1]), out)
	require.Contains(t, out, "[unknown-field]\n"+said[2])
}

func TestTheReadmesConversation(t *testing.T) {
	t.Parallel()
	dir, readme := readmeShop(t)
	var input, want []string
	for _, line := range regexp.MustCompile(`(?m)^(买家|小二)  .*$`).FindAllString(readme, -1) {
		who, text, _ := strings.Cut(line, "  ")
		if who == "小二" {
			text, _, _ = strings.Cut(strings.ReplaceAll(text, "→", "←"), "←")
			want = append(want, strings.TrimSpace(text))
			continue
		}
		if _, rest, card := strings.Cut(text, "]"); card {
			input, text = append(input, "/order {no: 261118-123456789012345, stage: delivered, delivered_days: 3}"), rest
		}
		input = append(input, strings.TrimSpace(text))
	}
	require.Len(t, want, 3)
	a, out, errs := testApp(t)
	a.in = strings.NewReader(strings.Join(input, "\n") + "\n")
	require.Equal(t, exitOK, run(a, []string{"chat", dir, "--at", "2026-11-21T10:00:00+08:00"}), errs.String())
	var got []string
	for line := range strings.Lines(out.String()) {
		if _, text, ok := strings.Cut(line, "我的小店: "); ok {
			got = append(got, strings.TrimSpace(text))
		}
	}
	require.Len(t, got, len(want))
	for i := range want {
		said, _, _ := strings.Cut(want[i], "，请稍候") // how many wait before is said where it is known
		require.True(t, strings.HasPrefix(got[i], said), "%q begins like %q", got[i], said)
	}

	out.Reset()
	writeFile(t, filepath.Join(dir, "order.yaml"), "{no: 261118-123456789012345, stage: delivered, delivered_days: 3}\n")
	require.Equal(t, exitOK, run(a, []string{"explain", dir, "我想退货", "--order", filepath.Join(dir, "order.yaml")}), errs.String())
	place := regexp.MustCompile(`← (rules\.yaml:\d+)`).FindStringSubmatch(readme)
	require.Len(t, place, 2)
	require.True(t, bytes.Contains(out.Bytes(), []byte("return.in_window ("+place[1]+")")), out.String())
}

// Each link within the README leads to a heading.
func TestTheReadmesLinks(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	anchors := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(string(raw), -1) {
		plain := regexp.MustCompile(`[^\pL\pN _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		anchors[strings.ReplaceAll(plain, " ", "-")] = true
	}
	links := regexp.MustCompile(`\]\(([^)#]*)(?:#([^)]*))?\)`).FindAllStringSubmatch(string(raw), -1)
	require.NotEmpty(t, links)
	for _, m := range links {
		switch {
		case strings.Contains(m[1], "://"):
		case m[1] != "":
			_, err := os.Stat(filepath.Join("../..", m[1]))
			require.NoError(t, err)
		default:
			require.True(t, anchors[m[2]], "no heading for %s", m[0])
		}
	}
}
