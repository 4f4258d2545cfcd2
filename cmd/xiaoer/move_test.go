package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/postgres/pgtest"
	"xiaoer/bot/store/sqlite"
	"xiaoer/bot/store/sqlstore"
)

// movedTalks is more than goes into one page of a move.
const movedTalks = 1100

// furnish puts a store with something in every table into a file.
func furnish(t *testing.T, file string) {
	t.Helper()
	whole, err := furnished()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, whole, 0o600))
}

// furnished is the file of such a store. It takes a while to write, and so is written once for all tests.
var furnished = sync.OnceValues(func() (_ []byte, err error) {
	dir, err := os.MkdirTemp("", "move")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "whole.db")
	s, err := sqlite.Open(context.Background(), sqlite.Options{Path: file})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(fill(context.Background(), s), s.Close()); err != nil {
		return nil, err
	}
	if _, err := os.Stat(file + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the file is not all of it: %w", err)
	}
	return os.ReadFile(file)
})

// fill puts something into every table.
func fill(ctx context.Context, s *sqlite.Store) error {
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	entry := func(id string) desk.Entry { return desk.Entry{ID: id, Shop: "s", At: at, Who: "我", What: "w"} }
	failures := make([]error, movedTalks)
	var group sync.WaitGroup
	for i := range movedTalks {
		group.Go(func() { failures[i] = s.Commit(ctx, movedTurn(i, at)) })
	}
	group.Wait()
	failures = append(failures,
		s.Grant(ctx, desk.Grant{ID: "g", Shop: "s", Agent: "小陈", Role: desk.Agent, Hash: "h", At: at}, entry("1")),
		s.Attend(ctx, "s", desk.Presence{Agent: "小陈", Online: true, Seen: at}),
		s.Pause(ctx, desk.Pause{Shop: "s", Rule: "r", At: at}, entry("2")))
	for i, body := range [][]byte{{}, {0, 1, 0xff}, bytes.Repeat([]byte("图"), 1<<20), bytes.Repeat([]byte("片"), 1<<20)} {
		_, err := s.PutDocument(ctx, desk.Document{Shop: "s", Kind: "photo", ID: fmt.Sprint(i), At: at, Body: body}, nil)
		failures = append(failures, err)
	}
	_, err := s.Erase(ctx, "s", "b-7", entry("3"))
	return errors.Join(append(failures, err)...)
}

func movedTurn(i int, at time.Time) engine.Commit {
	k := engine.Key{Shop: "s", Conversation: fmt.Sprintf("c-%04d ’\"%%", i)}
	if i == 5 {
		k.Conversation += "\x00" // which was not refused formerly
	}
	c := bot.NewConversation(k.Shop, k.Conversation)
	c.Buyer.ID = fmt.Sprintf("b-%d", i)
	c.Transcript = []bot.Line{{At: at, From: "buyer", Text: "我想退货 👌 <b>\u0000\n" + strings.Repeat("长", i%50)}}
	turn := engine.Commit{
		Key: k, Conversation: c, Buyer: c.Buyer.ID, At: at, Numbers: []int{i + 1}, Waiting: "aftersales", Due: at.Add(time.Hour),
		Record:   &bot.Record{},
		Recorded: &engine.Recorded{ID: fmt.Sprintf("t-%04d", i), Key: k, At: at, Before: c, Events: []bot.Event{{ID: fmt.Sprintf("t-%04d", i), Kind: bot.EventMessage, At: at}}},
		Answered: &engine.Answered{Message: fmt.Sprintf("m-%04d", i), Fingerprint: "f", Response: []byte(`{"a":1}`), At: at},
		Late:     &engine.Late{ID: fmt.Sprintf("l-%04d", i), Key: k, At: at, Deliver: i%2 == 0, Replies: []bot.Reply{{Kind: bot.KindText, Text: "您好"}}},
	}
	h := bot.Handoff{ID: fmt.Sprintf("h-%04d", i), Number: i + 1, Team: "aftersales", OpenedAt: at, Deadline: at.Add(time.Minute)}
	turn.Cases = []desk.Case{{Handoff: h, Shop: "s", Conversation: k.Conversation, State: desk.Waiting, Buyer: c.Buyer.ID}}
	return turn
}

// move runs the command.
func move(t *testing.T, from, to string) (code int, out, errs string) {
	t.Helper()
	a, stdout, stderr := testApp(t)
	code = run(a, []string{"move", "--from", from, "--to", to})
	return code, stdout.String(), stderr.String()
}

func testApp(t *testing.T) (a *app, out, errs *bytes.Buffer) {
	t.Helper()
	out, errs = &bytes.Buffer{}, &bytes.Buffer{}
	return &app{ctx: t.Context(), in: strings.NewReader(""), out: out, err: errs, now: time.Now, env: func(string) (string, bool) { return "", false }}, out, errs
}

// exported is all that a store has of a buyer, as JSON.
func exported(t *testing.T, name, buyer string) string {
	t.Helper()
	s, err := openServers(t.Context(), name)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	var all []string
	require.NoError(t, s.Export(t.Context(), "s", buyer, func(kind string, body []byte) error {
		all = append(all, kind+" "+string(body))
		return nil
	}))
	require.NotEmpty(t, all)
	return strings.Join(all, "\n")
}

// ownDatabase is a database whose connections are told apart from those of other tests.
func ownDatabase(t *testing.T) string {
	t.Helper()
	return pgtest.Database(t) + "&application_name=" + t.Name()
}

func TestMoveThereAndBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, last := "sqlite:"+filepath.Join(dir, "first.db"), "sqlite:"+filepath.Join(dir, "last.db")
	between := ownDatabase(t)
	furnish(t, filepath.Join(dir, "first.db"))
	code, there, errs := move(t, first, between)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, errs, "both sides are the same")
	require.Contains(t, there, fmt.Sprintf("conversations  %d rows", movedTalks-1), "one was erased")
	code, back, errs := move(t, between, last)
	require.Equal(t, exitOK, code, errs)
	require.Equal(t, there, back)
	for _, buyer := range []string{"b-0", "b-1099"} {
		want := exported(t, first, buyer)
		require.Equal(t, want, exported(t, between, buyer))
		require.Equal(t, want, exported(t, last, buyer))
	}
	code, again, errs := move(t, first, between)
	require.Equal(t, exitOK, code, errs)
	require.Equal(t, there, again)
	require.Contains(t, errs, "nothing is left to move")
}

// ends opens two files as the ends of a move.
func ends(t *testing.T, from, to string) (*sqlite.Store, *sqlite.Store) {
	t.Helper()
	source, err := sqlite.Open(t.Context(), sqlite.Options{Path: from})
	require.NoError(t, err)
	target, err := sqlite.Open(t.Context(), sqlite.Options{Path: to})
	require.NoError(t, err)
	return source, target
}

func TestMoveGoesOnWhereItWasCutShort(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from.db"), filepath.Join(dir, "to.db")
	furnish(t, from)
	source, target := ends(t, from, to)
	cuts := 0
	for {
		ctx, cancel := context.WithCancel(t.Context())
		pages := 0
		report, err := sqlstore.Move(ctx, source.Tables(), target.Tables(), sqlstore.MoveOptions{From: "sqlite:" + from, Progress: func(sqlstore.MoveProgress) {
			if pages++; pages == 7 {
				cancel()
			}
		}})
		cancel()
		if err == nil {
			require.Equal(t, cuts > 0, report.Resumed)
			break
		}
		require.ErrorIs(t, err, context.Canceled)
		if cuts++; cuts == 3 {
			break
		}
	}
	require.NoError(t, source.Close())
	require.NoError(t, target.Close())
	require.Equal(t, 3, cuts, "there are more pages than that")

	a, _, errs := testApp(t)
	require.Equal(t, exitFailed, run(a, []string{"serve", "--shops", dir, "--addr", "127.0.0.1:0", "--store", "sqlite:" + to}))
	require.Contains(t, errs.String(), "a move to this store is not done")
	furnish(t, filepath.Join(dir, "other.db"))
	code, _, said := move(t, "sqlite:"+filepath.Join(dir, "other.db"), "sqlite:"+to)
	require.Equal(t, exitFailed, code)
	require.Contains(t, said, "part of another move")

	code, _, said = move(t, "sqlite:"+from, "sqlite:"+to)
	require.Equal(t, exitOK, code, said)
	require.Contains(t, said, "an earlier move went on")
	require.Equal(t, exported(t, "sqlite:"+from, "b-1"), exported(t, "sqlite:"+to, "b-1"))
	kept, err := openServers(t.Context(), "sqlite:"+to)
	require.NoError(t, err)
	require.NoError(t, refuseHalfMoved(t.Context(), kept, nil), "it may be served")
	require.NoError(t, kept.Close())
}

// A move that is done may be given again: both sides are compared, and nothing else is done.
func TestMoveAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from.db"), filepath.Join(dir, "to.db")
	furnish(t, from)
	code, first, said := move(t, "sqlite:"+from, "sqlite:"+to)
	require.Equal(t, exitOK, code, said)
	require.Contains(t, said, "moved to sqlite:"+to+"; both sides are the same\n")
	code, second, said := move(t, "sqlite:"+from, "sqlite:"+to)
	require.Equal(t, exitOK, code, said)
	require.Equal(t, first, second, "the same sums")
	require.Contains(t, said, "nothing is left to move to sqlite:"+to+"; both sides are the same\n")

	served, err := sqlite.Open(t.Context(), sqlite.Options{Path: to})
	require.NoError(t, err)
	require.NoError(t, served.Commit(t.Context(), movedTurn(movedTalks+1, time.Date(2026, 11, 21, 13, 0, 0, 0, time.UTC))))
	require.NoError(t, served.Close())
	code, stdout, said := move(t, "sqlite:"+from, "sqlite:"+to)
	require.Equal(t, exitFailed, code)
	require.Empty(t, stdout)
	require.Contains(t, said, "the target holds something already, in the table")
}

func TestMoveFindsThatItsSourceHasChanged(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 13, 0, 0, 0, time.UTC)
	for name, change := range map[string]func(context.Context, *sqlite.Store) error{
		"more rows": func(ctx context.Context, s *sqlite.Store) error { return s.Commit(ctx, movedTurn(movedTalks+1, at)) },
		"another text": func(ctx context.Context, s *sqlite.Store) error {
			_, err := s.PutDocument(ctx, desk.Document{Shop: "s", Kind: "photo", ID: "1", At: at, Version: 1, Body: []byte("新")}, nil)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			furnish(t, filepath.Join(dir, "from.db"))
			source, target := ends(t, filepath.Join(dir, "from.db"), filepath.Join(dir, "to.db"))
			changed := false
			_, err := sqlstore.Move(t.Context(), source.Tables(), target.Tables(), sqlstore.MoveOptions{From: "x", Progress: func(p sqlstore.MoveProgress) {
				if !changed && p.Table == "waiting" { // the last one
					changed = true
					require.NoError(t, change(t.Context(), source))
				}
			}})
			require.ErrorIs(t, err, sqlstore.ErrChanged)
			require.NoError(t, source.Close())
			require.NoError(t, target.Close())
		})
	}
}

func TestMoveRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name string) string { return "sqlite:" + filepath.Join(dir, name) }
	furnish(t, filepath.Join(dir, "full.db"))
	open, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(dir, "open.db")})
	require.NoError(t, err)
	defer func() { require.NoError(t, open.Close()) }()
	for _, c := range []struct{ name, from, to, want string }{
		{"the same", file("full.db"), file("full.db"), "are the same store"},
		{"no source", file("none.db"), file("to.db"), "there is no store"},
		{"no store", "memory:", file("to.db"), "--from memory:… is none of"},
		{"no file", "sqlite:", file("to.db"), "--from sqlite:… is none of"},
		{"no target", file("full.db"), "foo:", "--to foo:… is none of"},
		{"a source that somebody has open", file("open.db"), file("to.db"), "stop the server first"},
		{"a target that somebody has open", file("full.db"), file("open.db"), "stop the server first"},
		{"a database that is not there", file("full.db"), "postgres://u:geheim@127.0.0.1:1/x", "open the store postgres://127.0.0.1:1/x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, _, errs := move(t, c.from, c.to)
			require.NotEqual(t, exitOK, code)
			require.Contains(t, errs, c.want)
			require.NotContains(t, errs, "geheim")
			require.NotContains(t, errs, "too much is waiting", "that is another cause")
		})
	}
}

func TestMoveRefusesADatabaseThatIsServed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	furnish(t, filepath.Join(dir, "from.db"))
	where := ownDatabase(t)
	s, closeStore, err := openStore(t.Context(), where, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, closeStore()) }()
	require.NoError(t, s.Ready(t.Context()))
	code, _, errs := move(t, "sqlite:"+filepath.Join(dir, "from.db"), where)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "stop the servers first")
}

func TestMoveShowsHowFarItIs(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	p := &moveProgress{out: &out, now: func() time.Time { return now }}
	for i := range 7 {
		p.show(sqlstore.MoveProgress{Step: "copy", Table: "turns", Rows: int64(500 * i), About: 2000})
		now = now.Add(time.Second)
	}
	p.show(sqlstore.MoveProgress{Step: "copy", Table: "waiting", Rows: 1, About: -1})
	now = now.Add(2 * time.Second)
	p.show(sqlstore.MoveProgress{Step: "compare", Table: "audit", Rows: 2, About: -1})
	require.Equal(t, "copy turns: 1000 rows of about 2000 (50 %), 500 a second\ncopy turns: 2000 rows of about 2000 (100 %), 500 a second\n"+
		"copy turns: 3000 rows of about 2000 (100 %), 500 a second\ncompare audit: 2 rows\n", out.String())
}
