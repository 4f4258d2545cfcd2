package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	sums "xiaoer/bot/figures"
	"xiaoer/intents"
)

// keepTurns adds four messages of a buyer to an operator's store, the last of them a day later.
func keepTurns(t *testing.T, o *operator) {
	t.Helper()
	for n, text := range []string{"我想退货", "有券吗", "呜啦啦", "我想退货"} {
		k := engine.Key{Shop: "counted", Conversation: "c"}
		at := opened.Add(time.Duration(n)*time.Minute - 24*time.Hour)
		rule, intent, outcome := "return.ok", "return", sums.Outcome{}
		switch n {
		case 1:
			rule, intent, outcome.Offers = "coupon", "coupon", []sums.Offer{{Kind: "coupon", Amount: "2.50"}}
		case 2:
			rule, intent, outcome.Handoff = "otherwise", "other", 1
		case 3:
			at = opened
			outcome.Costs = []sums.Cost{{Cause: "courier", Amount: "7.25"}, {Amount: "1"}}
		}
		outcome.Visit = &sums.Visit{Is: sums.Alone, Now: true}
		c := bot.NewConversation(k.Shop, k.Conversation)
		c.Buyer.ID = "b"
		require.NoError(t, o.kept.Commit(t.Context(), engine.Commit{
			Key: k, Version: int64(n), Conversation: c, Buyer: "b", At: at,
			Recorded: &engine.Recorded{
				ID: fmt.Sprint("t-", n), Key: k, At: at, Before: c, Rule: rule, Outcome: outcome,
				Events: []bot.Event{{
					Kind: bot.EventMessage, At: at, Message: &bot.Message{ID: fmt.Sprint("m-", n), Kind: bot.KindText, Text: text},
					Reading: &intents.Reading{Intents: []intents.Prediction{{Intent: intent, Score: 1}}},
				}},
			},
		}))
	}
}

func TestFiguresOnTheCommandLine(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	keepTurns(t, o)
	out, notes := o.does("figures", "--shop", "counted", "--until", "2026-11-21")
	require.Contains(t, notes, "Asia/Shanghai")
	for _, want := range []string{
		"2026-11-15 to 2026-11-21", "messages +4 +0", "handed over +1 +0", `offers \(yuan\) +2.5 +0`, `cost of cases \(yuan\) +8.25 +0`, "- +1 +1\n", "courier +1 +7.25", "return +2", "coupon +1", `return.ok +2`, "visits settled by the bot +4",
	} {
		require.Regexp(t, want, out)
	}
	out, _ = o.does("figures", "--shop", "counted", "--days", "1", "--until", "2026-11-21")
	require.Regexp(t, "messages +1 +3", out, "beside the day before")
}

func TestFiguresForMachines(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	keepTurns(t, o)
	out, _ := o.does("figures", "--shop", "counted", "--until", "2026-11-21", "--days", "3", "--json")
	var got struct {
		Shop, Zone, From, Until string
		Total                   sums.Total
		Days                    []struct {
			Date     string
			Messages int
			Offers   map[string]sums.Paid
		}
		Unused []string `json:"unused_rules"`
	}
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	require.Equal(t, 4, got.Total.Messages)
	require.Len(t, got.Days, 3)
	require.Equal(t, "2026-11-20", got.Days[1].Date)
	require.Equal(t, 3, got.Days[1].Messages)
	require.Equal(t, "2.5", got.Days[1].Offers["coupon"].Sum.String())
	require.NotNil(t, got.Unused)

	out, _ = o.does("figures", "--shop", "counted", "--until", "2026-11-21", "--days", "3", "--csv")
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out, "\ufeff"))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, "date", lines[0][0])
	require.Equal(t, []string{"2026-11-20", "3", "2", "1", "1"}, lines[2][:5])
}

func TestFiguresNameRulesThatWereNeverUsed(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	keepTurns(t, o)
	dir := filepath.Join(t.TempDir(), "counted")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	for name, text := range map[string]string{
		"shop.yaml":  "id: counted\nname: 小店\ntimezone: America/Santiago\nteams: {aftersales: {title: 售后}}\n",
		"rules.yaml": "rules:\n  - {id: return.ok, intent: return, reply: 可以退。}\n  - {id: size, intent: product, reply: 均码。}\notherwise: {handoff: {team: aftersales, reason: 没听懂}}\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	out, notes := o.does("figures", "--shop", "counted", "--shops", dir, "--until", "2026-11-21")
	require.Empty(t, notes)
	require.Contains(t, out, "小店, 2026-11-15 to 2026-11-21 (America/Santiago)")
	require.Contains(t, out, "NEVER USED\nsize\n")
}

func TestFiguresRefuse(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	for name, args := range map[string][]string{
		"too many days":       {"--days", "91"},
		"no days":             {"--days", "0"},
		"a day that is none":  {"--until", "yesterday"},
		"two forms":           {"--json", "--csv"},
		"a folder without it": {"--shops", t.TempDir()},
	} {
		var out, notes strings.Builder
		a := &app{ctx: t.Context(), in: strings.NewReader(""), out: &out, err: &notes, env: func(string) (string, bool) { return "", false }, now: time.Now}
		require.NotZero(t, run(a, append([]string{"figures", "--store", "sqlite:" + o.path, "--shop", "counted"}, args...)), name)
		require.NotEmpty(t, notes.String(), name)
	}
}
