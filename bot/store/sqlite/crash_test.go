package sqlite_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlite"
)

const (
	crashPath  = "XIAOER_CRASH_PATH" // set in the process that is killed: the store's file
	crashKills = "XIAOER_KILLS"      // how often it is killed, for the long form
	crashers   = 16                  // goroutines that commit
	crashShare = 4                   // of them commit to one conversation
)

// A sent is one message of one worker: every other goes to a conversation that workers share.
type sent struct{ worker, n int }

func (m sent) id() string { return fmt.Sprintf("m-%d-%d", m.worker, m.n) }

func (m sent) key() engine.Key {
	if m.n%2 == 0 {
		return engine.Key{Shop: "s", Conversation: fmt.Sprintf("shared-%d", m.worker/crashShare)}
	}
	return engine.Key{Shop: "s", Conversation: fmt.Sprintf("own-%d", m.worker)}
}

func (m sent) opensCase() bool { return m.n%5 == 0 }

// commitUntilKilled is the process that is killed. It writes a line for each acknowledged message.
func commitUntilKilled(path string) int {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, sqlite.Options{Path: path})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	failed := make(chan error)
	for worker := range crashers {
		go func() { failed <- sendUntilKilled(ctx, s, worker) }()
	}
	fmt.Fprintln(os.Stderr, <-failed)
	return 1
}

func sendUntilKilled(ctx context.Context, s *sqlite.Store, worker int) error {
	own, err := s.Load(ctx, engine.Ask{Key: sent{worker, 1}.key()})
	if err != nil {
		return err
	}
	// As a channel does, it sends again what may not have been answered before the kill.
	for n := max(1, 2*own.Conversation.Counts.Turns-4); ; n++ {
		m := sent{worker, n}
		if err := m.send(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", m.id(), err)
		}
		if _, err := fmt.Fprintf(os.Stdout, "%d %d\n", worker, n); err != nil {
			return err
		}
	}
}

// send takes the way of a turn: load, look whether it was answered, commit, and again when others were quicker.
func (m sent) send(ctx context.Context, s *sqlite.Store) error {
	for {
		got, err := s.Load(ctx, engine.Ask{Key: m.key(), Message: m.id()})
		if err != nil || got.Answered != nil {
			return err
		}
		c := got.Conversation
		c.Shop, c.ID = "s", m.key().Conversation
		c.Counts.Turns++
		commit := engine.Commit{
			Key: m.key(), Version: got.Version, Standing: got.Standing, Conversation: c, Buyer: "b-" + c.ID, At: noon,
			Record: &bot.Record{Uses: append(got.Record.Uses, bot.Use{Rule: m.id(), At: noon})}, RecordVersion: got.RecordVersion,
			Late:     &engine.Late{ID: m.id(), Key: m.key(), At: noon},
			Answered: &engine.Answered{Message: m.id(), Response: []byte("0"), At: noon},
			Recorded: &engine.Recorded{ID: m.id(), Key: m.key(), At: noon},
		}
		if n := len(commit.Record.Uses); n > 20 {
			commit.Record.Uses = commit.Record.Uses[n-20:]
		}
		if m.opensCase() {
			commit.Numbers = []int{got.Desk.Next}
			commit.Answered.Response = []byte(strconv.Itoa(got.Desk.Next))
		}
		if err := s.Commit(ctx, commit); !errors.Is(err, engine.ErrStale) {
			return err
		}
	}
}

// TestKilledAtRandom kills a process that commits, again and again, and looks each time whether all that was
// acknowledged is there, and in the end whether everything is there once.
func TestKilledAtRandom(t *testing.T) {
	t.Parallel()
	kills := 5
	if long, err := strconv.Atoi(os.Getenv(crashKills)); err == nil {
		kills = long
	}
	path := filepath.Join(t.TempDir(), "xiaoer.db")
	acknowledged := map[sent]bool{}
	for kill := range kills {
		fresh := killOnce(t, path)
		require.NotEmpty(t, fresh, "kill %d", kill)
		s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
		require.NoError(t, err)
		for _, m := range fresh {
			acknowledged[m] = true
			got, err := s.Load(t.Context(), engine.Ask{Key: m.key(), Message: m.id()})
			require.NoError(t, err)
			require.NotNil(t, got.Answered, "kill %d lost %s", kill, m.id())
		}
		require.NoError(t, s.Close())
	}
	t.Logf("%d kills, %d messages acknowledged", kills, len(acknowledged))
	requireOnce(t, path, acknowledged)
}

// killOnce lets the process work for a while after its first commit and gives what it acknowledged before it was killed.
func killOnce(t *testing.T, path string) (out []sent) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	child := exec.CommandContext(t.Context(), self)
	child.Env = append(os.Environ(), crashPath+"="+path)
	var complaints strings.Builder
	child.Stderr = &complaints
	lines, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	var kill *time.Timer
	for scan := bufio.NewScanner(lines); scan.Scan(); {
		var m sent
		if _, err := fmt.Sscanf(scan.Text(), "%d %d", &m.worker, &m.n); err == nil {
			out = append(out, m)
		}
		if kill == nil {
			kill = time.AfterFunc(rand.N(300*time.Millisecond), func() { _ = child.Process.Kill() })
		}
	}
	err = child.Wait()
	require.ErrorContains(t, err, "killed", complaints.String())
	return out
}

// requireOnce: what a conversation counts, its version, its answers, its late replies and its traces are the same messages.
func requireOnce(t *testing.T, path string, acknowledged map[sent]bool) {
	t.Helper()
	requireSound(t, path)
	s := open(t, sqlite.Options{Path: path})
	ctx := t.Context()
	kept := map[engine.Key]int{}
	numbers := map[string]sent{}
	for worker := range crashers {
		for n := 1; ; n++ {
			m := sent{worker, n}
			got, err := s.Load(ctx, engine.Ask{Key: m.key(), Message: m.id()})
			require.NoError(t, err)
			if got.Answered == nil {
				require.NotContains(t, acknowledged, m)
				break
			}
			delete(acknowledged, m)
			kept[m.key()]++
			_, err = s.Trace(ctx, "s", m.id())
			require.NoError(t, err, m.id())
			if m.opensCase() {
				number := string(got.Answered.Response)
				require.NotContains(t, numbers, number, "number %s of %s", number, m.id())
				numbers[number] = m
			}
		}
	}
	require.Empty(t, acknowledged, "acknowledged, but not in the order they were sent")
	for k, want := range kept {
		got, err := s.Load(ctx, engine.Ask{Key: k})
		require.NoError(t, err)
		require.Equal(t, want, got.Conversation.Counts.Turns, "turns of %s", k.Conversation)
		require.Equal(t, int64(want), got.Version)
		require.Equal(t, int64(want), got.RecordVersion)
		require.Equal(t, len(numbers)+1, got.Desk.Next)
		replies, err := s.Replies(ctx, k, "", want*2)
		require.NoError(t, err)
		ids := map[string]bool{}
		for _, r := range replies {
			ids[r.ID] = true
		}
		require.Len(t, replies, want)
		require.Len(t, ids, want)
	}
}

// requireSound lets SQLite itself look through the file.
func requireSound(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	var verdict string
	require.NoError(t, db.QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&verdict))
	require.Equal(t, "ok", verdict)
	require.NoError(t, db.Close())
}
