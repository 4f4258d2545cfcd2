package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlite"
	"xiaoer/bot/store/storetest"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(crashPath); path != "" {
		os.Exit(commitUntilKilled(path)) //nolint:forbidigo // it is the main of a process of its own
	}
	flag.Parse()
	if few := flag.Lookup("rapid.checks"); few.Value.String() == few.DefValue {
		_ = few.Value.Set("25") // each is a file with synced commits
	}
	goleak.VerifyTestMain(m)
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// open makes a store in a new file, closed when the test ends.
func open(tb testing.TB, o sqlite.Options) *sqlite.Store {
	tb.Helper()
	if o.Path == "" {
		o.Path = filepath.Join(tb.TempDir(), "xiaoer.db")
	}
	s, err := sqlite.Open(tb.Context(), o)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

// openNew is open as the suites of package storetest want it.
func openNew(t *testing.T) engine.Store {
	t.Helper()
	return open(t, sqlite.Options{})
}

func TestSQLiteIsAStore(t *testing.T) {
	t.Parallel()
	storetest.Exercise(t, openNew)
}

func TestSQLiteHoldsUnderContention(t *testing.T) {
	t.Parallel()
	storetest.Contend(t, openNew)
}

// full is a commit that fills every table.
func full(k engine.Key) engine.Commit {
	c := bot.NewConversation(k.Shop, k.Conversation)
	c.Buyer.ID = "b"
	return engine.Commit{
		Key: k, Conversation: c, Buyer: "b", At: noon, Numbers: []int{1}, Waiting: "aftersales", Due: noon.Add(time.Hour),
		Record:   &bot.Record{Offers: []bot.OfferMade{{ID: "o", Kind: "coupon", Amount: "3.50", At: noon}}},
		Late:     &engine.Late{ID: "r", Key: k, At: noon, Deliver: true, Replies: []bot.Reply{{Kind: "text", Text: "您好"}}},
		Answered: &engine.Answered{Message: "m", Fingerprint: "f", Response: []byte(`{"a":1}`), At: noon},
		Recorded: &engine.Recorded{ID: "t", Key: k, At: noon, Before: c, Events: []bot.Event{}},
	}
}

// all is everything that a store tells about one conversation.
type all struct {
	Loaded  engine.Loaded
	Trace   []engine.Recorded
	Replies []engine.Late
	Due     []engine.Timer
	Pending []engine.Delivery
}

func tell(t *testing.T, s *sqlite.Store, k engine.Key) (out all) {
	t.Helper()
	ctx := t.Context()
	q := engine.Query{Now: noon.Add(24 * time.Hour), Limit: 10, PerShop: 10}
	var errs [5]error
	out.Loaded, errs[0] = s.Load(ctx, engine.Ask{Key: k, Message: "m"})
	out.Trace, errs[1] = s.Trace(ctx, k.Shop, "t")
	out.Replies, errs[2] = s.Replies(ctx, k, "", 10)
	out.Due, errs[3] = s.Due(ctx, q)
	out.Pending, errs[4] = s.Pending(ctx, q)
	require.Equal(t, [5]error{}, errs)
	return out
}

func TestReopenedFileHasEverything(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "xiaoer.db")
	k := engine.Key{Shop: "s", Conversation: "c"}
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	require.NoError(t, err)
	require.NoError(t, s.Commit(t.Context(), full(k)))
	require.NoError(t, s.Settle(t.Context(), engine.Settlement{Key: k, ID: "r", State: engine.TryLater, Attempts: 3, Next: noon.Add(time.Minute), At: noon}))
	before := tell(t, s, k)
	require.NoError(t, s.Close())

	after := tell(t, open(t, sqlite.Options{Path: path}), k)
	require.Equal(t, before, after)
	require.Equal(t, int64(1), after.Loaded.Version)
	require.Equal(t, bot.Desk{Next: 2, Ahead: map[string]int{"aftersales": 1}}, after.Loaded.Desk)
	require.Equal(t, []engine.Timer{{Key: k, At: noon.Add(time.Hour)}}, after.Due)
	require.Equal(t, 3, after.Pending[0].Attempts)
}

func TestNamesAreKeptToTheLetter(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Options{})
	names := []string{"a", "A", "a ", "\u00e1", "a\u0301", "买家👌", "it's", `"; DROP TABLE conversations; --`, "%", "a\x00b", "a\x00c", strings.Repeat("长", 5000)}
	for i, name := range names {
		c := full(engine.Key{Shop: name, Conversation: name})
		c.Answered.Fingerprint = fmt.Sprint(i)
		require.NoError(t, s.Commit(t.Context(), c), "%q", name)
	}
	for i, name := range names {
		k := engine.Key{Shop: name, Conversation: name}
		got, err := s.Load(t.Context(), engine.Ask{Key: k, Message: "m"})
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(i), got.Answered.Fingerprint, "%q", name)
		replies, err := s.Replies(t.Context(), k, "", 2)
		require.NoError(t, err)
		require.Equal(t, []engine.Late{*full(k).Late}, replies, "%q", name)
	}
}

func TestTimersNeverFireEarly(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Options{})
	c := full(engine.Key{Shop: "s", Conversation: "c"})
	c.Due = noon.Add(time.Nanosecond)
	require.NoError(t, s.Commit(t.Context(), c))
	at, ok, err := s.NextDue(t.Context())
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, noon.Add(time.Millisecond), at)
	for _, step := range []struct {
		now  time.Time
		want int
	}{{noon, 0}, {noon.Add(time.Millisecond - 1), 0}, {at, 1}} {
		due, err := s.Due(t.Context(), engine.Query{Now: step.now, Limit: 1, PerShop: 1})
		require.NoError(t, err)
		require.Len(t, due, step.want, step.now)
	}
}

func TestOpenCreatesTheFileForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b?c%20d#店.db")
	s := open(t, sqlite.Options{Path: path})
	require.NoError(t, s.Commit(t.Context(), full(engine.Key{Shop: "s", Conversation: "c"})))
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), suffix)
	}
	files, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, files, 3, "the name is taken as it is")
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	// change opens the file of a store as any program would.
	change := func(t *testing.T, path, statement string) {
		t.Helper()
		db, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		_, err = db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
		require.NoError(t, db.Close())
	}
	for _, test := range []struct {
		name string
		make func(t *testing.T, path string)
		want string
	}{
		{"text", func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.WriteFile(path, []byte("hello, this is no database"), 0o600))
		}, "no database"},
		{"one byte", func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.WriteFile(path, []byte{7}, 0o600))
		}, "no database"},
		{"damaged", func(t *testing.T, path string) {
			t.Helper()
			raw := append([]byte("SQLite format 3\x00"), strings.Repeat("\xff\x00garbage", 1000)...)
			require.NoError(t, os.WriteFile(path, raw, 0o600))
		}, "no database, or a damaged one"},
		{"folder", func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.Mkdir(path, 0o700))
		}, "is a directory"},
		{"another program's", func(t *testing.T, path string) {
			t.Helper()
			change(t, path, `CREATE TABLE songs (id text)`)
		}, "the database of another program"},
		{"newer", func(t *testing.T, path string) {
			t.Helper()
			s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
			require.NoError(t, err)
			require.NoError(t, s.Close())
			change(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
		}, "it is of version 9999 and this program knows up to 8; use a newer program"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "x.db")
			test.make(t, path)
			before, _ := os.ReadFile(path)
			_, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
			require.ErrorContains(t, err, test.want)
			require.ErrorContains(t, err, path)
			after, _ := os.ReadFile(path)
			require.True(t, bytes.Equal(before, after), "what is refused is left as it is")
		})
	}
	for _, path := range []string{"", ":memory:", filepath.Join(t.TempDir(), "nowhere", "x.db")} {
		_, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
		require.Error(t, err, path)
	}
	if runtime.GOOS == "linux" {
		_, err := sqlite.Open(t.Context(), sqlite.Options{Path: "/proc/xiaoer.db"})
		require.Error(t, err, "a folder that takes no files, not even root's")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := sqlite.Open(gone, sqlite.Options{Path: filepath.Join(t.TempDir(), "x.db")})
	require.ErrorIs(t, err, context.Canceled)
}

func TestOpenRefusesAFileItMayNotWrite(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may write everything")
	}
	path := filepath.Join(t.TempDir(), "x.db")
	require.NoError(t, os.WriteFile(path, nil, 0o400))
	_, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	require.ErrorIs(t, err, os.ErrPermission)
}

func TestManyMayOpenANewFileAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	stores := make([]*sqlite.Store, 4)
	errs := make([]error, len(stores))
	var wait sync.WaitGroup
	for i := range stores {
		wait.Go(func() {
			stores[i], errs[i] = sqlite.Open(t.Context(), sqlite.Options{Path: path, LockWait: 10 * time.Second})
		})
	}
	wait.Wait()
	require.Equal(t, make([]error, len(stores)), errs)
	for i, s := range stores {
		wait.Go(func() { errs[i] = s.Commit(t.Context(), full(engine.Key{Shop: fmt.Sprint(i), Conversation: "c"})) })
	}
	wait.Wait()
	require.Equal(t, make([]error, len(stores)), errs)
	for i, s := range stores {
		got, err := s.Load(t.Context(), engine.Ask{Key: engine.Key{Shop: fmt.Sprint((i + 1) % len(stores)), Conversation: "c"}})
		require.NoError(t, err)
		require.Equal(t, int64(1), got.Version, "each reads what the others wrote")
		require.NoError(t, s.Close())
	}
}

func FuzzOpen(f *testing.F) {
	path := filepath.Join(f.TempDir(), "seed.db")
	s, err := sqlite.Open(f.Context(), sqlite.Options{Path: path})
	require.NoError(f, err)
	require.NoError(f, s.Close())
	whole, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(whole[:4096])
	f.Add([]byte{})
	f.Add([]byte("SQLite format 3\x00"))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "x.db")
		require.NoError(t, os.WriteFile(path, content, 0o600))
		s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
		if err != nil {
			return // whatever it is, it is said and not crashed on
		}
		_, _ = s.Load(t.Context(), engine.Ask{Key: engine.Key{Shop: "s", Conversation: "c"}})
		require.NoError(t, s.Close())
	})
}
