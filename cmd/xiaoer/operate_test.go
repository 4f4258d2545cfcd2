package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlite"
)

// An operator is somebody at the command line beside a store.
type operator struct {
	t    *testing.T
	path string
	kept *sqlite.Store // as a server has it open
}

var opened = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// newOperator has a store with one buyer's conversation in it: two dead letters, one that waits behind them, and a case.
func newOperator(t *testing.T) *operator {
	t.Helper()
	o := &operator{t: t, path: filepath.Join(t.TempDir(), "xiaoer.db")}
	kept, err := sqlite.Open(t.Context(), sqlite.Options{Path: o.path})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, kept.Close()) })
	o.kept = kept
	k := engine.Key{Shop: "shop", Conversation: "c-1"}
	var standing engine.Standing
	for n := range 3 {
		id := fmt.Sprint("l-", n)
		at := opened.Add(time.Duration(n) * time.Minute)
		c := bot.NewConversation(k.Shop, k.Conversation)
		c.Buyer.ID = "buyer-1042"
		turn := engine.Commit{
			Key: k, Version: int64(n), Standing: standing, Conversation: c, Buyer: c.Buyer.ID, At: at, Waiting: "aftersales",
			Late:     &engine.Late{ID: id, Key: k, At: at, Deliver: true, Replies: []bot.Reply{{Kind: bot.KindText, Text: "您好 <b>"}}},
			Recorded: &engine.Recorded{ID: fmt.Sprint("t-", n), Key: k, At: at, Before: c, Events: []bot.Event{}},
			Cases:    []desk.Case{{State: desk.Waiting, Handoff: bot.Handoff{ID: "h-1", Number: 1, Team: "aftersales"}}},
		}
		require.NoError(t, kept.Commit(t.Context(), turn))
		standing = turn.Next()
	}
	for _, id := range []string{"l-0", "l-1"} {
		require.NoError(t, kept.Settle(t.Context(), engine.Settlement{Key: k, ID: id, State: engine.DeadLetter, Attempts: 40, Error: "500\x1b[31m", At: opened}))
	}
	return o
}

// does runs a command on the store and requires that it goes well.
func (o *operator) does(args ...string) (stdout, stderr string) {
	o.t.Helper()
	code, stdout, stderr := o.tries(append(args, "--store", "sqlite:"+o.path)...)
	require.Equal(o.t, exitOK, code, stderr)
	return stdout, stderr
}

func (o *operator) tries(args ...string) (code int, stdout, stderr string) {
	o.t.Helper()
	var out, errs bytes.Buffer
	code = run(&app{
		ctx: o.t.Context(), in: strings.NewReader(""), out: &out, err: &errs, env: os.LookupEnv, now: func() time.Time { return opened.Add(time.Hour) },
	}, args)
	return code, out.String(), errs.String()
}

// did lists the audit as WHO WHAT ON.
func (o *operator) did() []string {
	o.t.Helper()
	list, err := o.kept.Audit(o.t.Context(), "shop", "", 100)
	require.NoError(o.t, err)
	out := []string{}
	for _, e := range list {
		require.True(o.t, strings.HasPrefix(e.Who, "cli:"), e.Who)
		out = append(out, e.What+" "+e.On)
	}
	return out
}

func TestTokensByCommand(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	token, said := o.does("token", "create", "--shop", "shop", "--agent", "小王", "--role", "editor")
	token = strings.TrimSpace(token)
	require.Regexp(t, `^xot_[a-z2-7]{40}$`, token, "the token and nothing else")
	require.NotContains(t, said, token)
	grants, err := o.kept.Grants(t.Context(), desk.Hash(token))
	require.NoError(t, err)
	require.Len(t, grants, 1, "a server that runs knows it at once")
	require.Equal(t, "小王", grants[0].Agent)
	require.Equal(t, desk.Editor, grants[0].Role)

	list, _ := o.does("token", "list", "--shop", "shop")
	require.Contains(t, list, grants[0].ID)
	require.NotContains(t, list, token)
	list, _ = o.does("token", "list", "--shop", "shop", "--json")
	require.NotContains(t, list, desk.Hash(token))
	require.True(t, json.Valid([]byte(list)))

	o.does("token", "revoke", "--shop", "shop", grants[0].ID)
	grants, err = o.kept.Grants(t.Context(), desk.Hash(token))
	require.NoError(t, err)
	require.Empty(t, grants)
	code, _, stderr := o.tries("token", "revoke", "--store", "sqlite:"+o.path, "--shop", "shop", "nobody's")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "shop shop has no token nobody's")
	require.Len(t, o.did(), 2)

	early := "sqlite:" + filepath.Join(t.TempDir(), "new.db")
	code, token, stderr = o.tries("token", "--store", early, "create", "--shop", "*", "--agent", "boss", "--role", "admin")
	require.Equal(t, exitFailed, code)
	require.Empty(t, token)
	require.Contains(t, stderr, "a server makes it, xiaoer serve --store "+early)
	require.NoFileExists(t, strings.TrimPrefix(early, "sqlite:"), "a misspelled name makes no store of its own")
	code, token, stderr = o.tries("token", "--store", "sqlite:"+o.path, "create", "--shop", "*", "--agent", "boss", "--role", "admin")
	require.Equal(t, exitOK, code, stderr)
	require.NotEmpty(t, token, "with the flag before the word")
}

func TestPausesByCommand(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	_, said := o.does("pause", "shop", "return.in_window", "--why", "wrong price", "--for", "2h")
	unsure := "whether there is a shop shop was not looked up; --shops DIR does that\n"
	require.Equal(t, unsure+"rule return.in_window of shop shop is paused until 2026-11-21 15:00:00Z\n", said)
	_, said = o.does("pause", "shop")
	require.Equal(t, unsure+"shop shop is paused until it is taken back\n", said)
	got, err := o.kept.Load(t.Context(), engine.Ask{Key: engine.Key{Shop: "shop"}, Now: opened.Add(2 * time.Hour)})
	require.NoError(t, err)
	require.Equal(t, []string{"*", "return.in_window"}, got.Desk.Paused)

	o.does("unpause", "shop")
	code, _, stderr := o.tries("unpause", "shop", "--store", "sqlite:"+o.path)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "shop shop is not paused")
	o.does("unpause", "shop", "return.in_window")
	require.Equal(t, []string{"unpause return.in_window", "unpause *", "pause *", "pause return.in_window"}, o.did())
	listed, _ := o.does("audit", "shop", "--limit", "3")
	require.Equal(t, 4, strings.Count(listed, "\n"), "a head and three lines")
	require.NotContains(t, listed, "wrong price")
	listed, _ = o.does("audit", "shop", "--json")
	require.Contains(t, listed, `"detail": "wrong price"`)
}

func TestDeliveriesByCommand(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	listed, _ := o.does("deliveries", "list", "shop")
	require.Equal(t, `ID   CONVERSATION  STATE    ATTEMPTS  SAID                  NEXT                  ERROR
l-0  c-1           dead     40        2026-11-21 12:00:00Z                        500 [31m
l-1  c-1           dead     40        2026-11-21 12:01:00Z                        500 [31m
l-2  c-1           pending  0         2026-11-21 12:02:00Z  2026-11-21 12:02:00Z  
`, listed, "no words of anybody, and nothing that steers the terminal")
	listed, _ = o.does("deliveries", "list", "shop", "--state", "dead", "--json")
	var dead []desk.Letter
	require.NoError(t, json.Unmarshal([]byte(listed), &dead))
	require.Len(t, dead, 2)

	_, said := o.does("deliveries", "resend", "shop", "--all")
	require.Equal(t, "2 letters to be sent again\n", said)
	states, err := o.kept.Deliveries(t.Context(), engine.Key{Shop: "shop", Conversation: "c-1"})
	require.NoError(t, err)
	require.Equal(t, []desk.Delivered{{ID: "l-0", State: "pending"}, {ID: "l-1", State: "queued"}, {ID: "l-2", State: "queued"}}, states, "in their old order")
	code, _, stderr := o.tries("deliveries", "resend", "shop", "l-0", "--store", "sqlite:"+o.path)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "no late reply l-0 that is dead or dropped")
	for _, wrong := range [][]string{{}, {"l-0", "--all"}} {
		code, _, stderr = o.tries(append([]string{"deliveries", "resend", "--store", "sqlite:" + o.path, "shop"}, wrong...)...)
		require.Equal(t, exitUsage, code)
		require.Contains(t, stderr, "name a late reply, or say --all")
	}
	require.Equal(t, []string{"resend l-1", "resend l-0"}, o.did())
}

func TestBuyerByCommand(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	exported, said := o.does("buyer", "export", "shop", "buyer-1042")
	require.Equal(t, "8 pieces\n", said)
	kinds := map[string]int{}
	for line := range strings.Lines(exported) {
		var piece exportedPiece
		require.NoError(t, json.Unmarshal([]byte(line), &piece), line)
		require.NotEmpty(t, piece.Data, line)
		kinds[piece.Kind]++
	}
	require.Equal(t, map[string]int{"conversation": 1, "case": 1, "turn": 3, "late_reply": 3, "end": 1}, kinds)
	const end = `{"kind":"end","data":{"pieces":8}}` + "\n"
	require.True(t, strings.HasSuffix(exported, end), "whoever has the end has all of it")
	mark := "export " + engine.MarkOf("shop", "buyer-1042")
	require.Equal(t, []string{mark}, o.did(), "as the agents' API writes it down")

	code, _, stderr := o.tries("buyer", "erase", "shop", "buyer-1042", "--store", "sqlite:"+o.path)
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "8 pieces would be forgotten for ever; say --yes")
	exported, _ = o.does("buyer", "export", "shop", "buyer-1042")
	require.NotEmpty(t, exported, "nothing is forgotten without --yes")

	_, said = o.does("buyer", "erase", "shop", "buyer-1042", "--yes")
	require.Equal(t, "forgot 8 pieces\n", said)
	exported, said = o.does("buyer", "export", "shop", "buyer-1042")
	require.Equal(t, `{"kind":"end","data":{"pieces":0}}`+"\n", exported)
	require.Equal(t, "0 pieces\nwhether there is a shop shop was not looked up; --shops DIR does that\n", said, "since a mistyped id looks like that too")
	require.Equal(t, []string{mark, "erase ", mark, mark}, o.did(), "the audit keeps that it happened, and no name")
}

func TestBackupByCommand(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	folder := t.TempDir()
	backup, other := filepath.Join(folder, "backup.db"), filepath.Join(folder, "other.db")
	o.does("backup", backup)
	code, _, stderr := o.tries("backup", "--store", "sqlite:"+o.path, backup)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "a backup replaces nothing")

	code, _, stderr = o.tries("restore", "--force", backup, "--store", "sqlite:"+o.path)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "stop the server first")
	code, _, stderr = o.tries("restore", backup, "--store", "sqlite:"+other)
	require.Equal(t, exitOK, code, stderr)
	code, _, stderr = o.tries("restore", backup, "--store", "sqlite:"+other)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "--force replaces it")
	code, _, stderr = o.tries("restore", "--force", backup, "--store", "sqlite:"+other)
	require.Equal(t, exitOK, code, stderr)
	again := &operator{t: t, path: other}
	exported, _ := again.does("buyer", "export", "shop", "buyer-1042")
	require.Regexp(t, regexp.MustCompile(`(?m)^{"kind":"conversation"`), exported)
}

func TestPausesLookTheRuleUp(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	folder := filepath.Join(t.TempDir(), "shop")
	code, _, stderr := o.tries("init", folder)
	require.Equal(t, exitOK, code, stderr)
	for _, test := range []struct {
		name, shop, rule, want string
	}{
		{"no such rule", "shop", "return.in_windw", "shop shop has no rule return.in_windw; did you mean \"return.in_window\"?"},
		{"no such shop", "shp", "", "there is no shop \"shp\" in the folder " + folder + "; did you mean \"shop\"?"},
	} {
		code, _, stderr := o.tries("pause", "--store", "sqlite:"+o.path, "--shops", folder, test.shop, test.rule)
		require.Equal(t, exitFailed, code, test.name)
		require.Contains(t, stderr, test.want, test.name)
	}
	require.Empty(t, o.did(), "nothing is paused")
	_, said := o.does("pause", "--shops", folder, "shop", "return.in_window")
	require.Equal(t, "rule return.in_window of shop shop is paused until it is taken back\n", said)
}

// TestCommandsLeaveTheVersionToTheServer: a server that runs does not find its tables changed by a newer command.
func TestCommandsLeaveTheVersionToTheServer(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	db, err := sql.Open("sqlite", o.path)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), `DELETE FROM goose_db_version WHERE version_id > 2`)
	require.NoError(t, err)
	before := o.tables(db)
	for _, args := range [][]string{
		{"token", "list", "--shop", "shop"}, {"audit", "shop"}, {"pause", "shop"}, {"deliveries", "list", "shop"}, {"backup", o.path + ".copy"},
	} {
		code, _, stderr := o.tries(append(args, "--store", "sqlite:"+o.path)...)
		require.Equal(t, exitFailed, code, args)
		require.Contains(t, stderr, "start the server of this version first", args)
	}
	require.Equal(t, before, o.tables(db))
	require.NoError(t, db.Close())
}

// tables is the version of the file's tables.
func (o *operator) tables(db *sql.DB) (version int) {
	o.t.Helper()
	require.NoError(o.t, db.QueryRowContext(o.t.Context(), `SELECT max(version_id) FROM goose_db_version`).Scan(&version))
	return version
}
