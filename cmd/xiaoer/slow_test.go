//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/store/postgres/pgtest"
)

const (
	slowCallers = 300
	mayGrow     = 192 << 20 // bytes, of a server in trouble: its callers' connections, and what they wait for
)

// A flood is callers who send one message after the other, each again until it is answered, and what they were told.
type flood struct {
	w       *killWorld
	client  *http.Client
	mu      sync.Mutex
	told    map[int]int // by status
	hasty   int         // refusals that do not say when to come back
	answers map[string]string
	bodies  map[string][]byte
}

func (f *flood) call(ctx context.Context, caller int) {
	for n := 0; ctx.Err() == nil; n++ {
		name := fmt.Sprintf("c-%d-%d", caller, n)
		m := bot.Message{ID: name, Conversation: name, Buyer: bot.Buyer{ID: "b-" + strconv.Itoa(caller)}, Kind: bot.KindText, Text: "你好"}
		body, err := json.Marshal(m)
		if err != nil {
			return
		}
		for ctx.Err() == nil && !f.try(ctx, m.ID, body) {
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
}

func (f *flood) try(ctx context.Context, id string, body []byte) (answered bool) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+f.w.one()+"/v1/shops/k/messages", strings.NewReader(string(body)))
	if err != nil || sign(r, body) != nil {
		return false
	}
	r.Header.Set("content-type", "application/json")
	res, err := f.client.Do(r)
	if err != nil {
		if ctx.Err() == nil {
			f.count(0, false)
		}
		return false
	}
	defer func() { _ = res.Body.Close() }()
	read, err := io.ReadAll(res.Body)
	f.count(res.StatusCode, res.StatusCode != http.StatusOK && res.Header.Get("Retry-After") == "")
	if err != nil || res.StatusCode != http.StatusOK {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[id], f.bodies[id] = string(read), body
	return true
}

func (f *flood) count(status int, hasty bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told[status]++
	if hasty {
		f.hasty++
	}
}

// TestADatabaseThatIsTooSlow floods a server whose database takes its time over every turn, then one that says nothing at all: callers are
// told to come back, the server does not grow, and when the database is well again so is the server, with all that was acknowledged.
func TestADatabaseThatIsTooSlow(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute, and says nothing about memory where the race detector takes some too")
	}
	t.Parallel()
	trouble := 4 * time.Second
	if os.Getenv(killsVariable) != "" {
		trouble = 30 * time.Second
	}
	server := pgtest.Start(t)
	where := server.Database(t)
	line := server.Line(t)
	w := newKillWorld(t, line.Through(t, where))
	child := w.serve(t)
	before, err := child.used(t.Context())
	require.NoError(t, err)

	// Each caller keeps its connection: new ones for every call would use up the ports of the machine.
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: slowCallers}}
	defer client.CloseIdleConnections()
	f := &flood{w: w, client: client, told: map[int]int{}, answers: map[string]string{}, bodies: map[string][]byte{}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var callers sync.WaitGroup
	for caller := range slowCallers {
		callers.Go(func() { f.call(ctx, caller) })
	}
	do(t, where, `CREATE FUNCTION slow() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END' LANGUAGE plpgsql`,
		`CREATE TRIGGER slow BEFORE INSERT ON turns FOR EACH ROW EXECUTE FUNCTION slow()`)
	<-time.After(trouble)
	line.Hold()
	<-time.After(trouble)
	most, err := child.used(t.Context())
	require.NoError(t, err)
	line.Heal()
	do(t, where, `DROP TRIGGER slow ON turns`)
	began := time.Now()
	m := bot.Message{ID: "after", Conversation: "after", Buyer: bot.Buyer{ID: "b-after"}, Kind: bot.KindText, Text: "你好"}
	require.True(t, w.tell(m))
	took := time.Since(began)
	cancel()
	callers.Wait()

	t.Logf("told %v; answered again within %v; resident %d MiB before, %d MiB in trouble",
		f.told, took.Round(time.Millisecond), before.resident>>20, most.resident>>20)
	require.Zero(t, f.hasty, "whoever is refused is told when to come back")
	for status := range f.told {
		require.Contains(t, []int{http.StatusOK, http.StatusServiceUnavailable, http.StatusTooManyRequests}, status)
	}
	require.Less(t, most.resident-before.resident, int64(mayGrow))
	require.NotEmpty(t, f.answers)
	again := 0
	for id, body := range f.bodies {
		if again++; again > 100 {
			break
		}
		status, response, err := call(t.Context(), w.one(), http.MethodPost, "/v1/shops/k/messages", body, sign)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, f.answers[id], response, "what was acknowledged is there")
	}
	require.NoError(t, child.stop())
}

// do runs statements as an operator.
func do(t *testing.T, where string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), where)
	require.NoError(t, err)
	for _, one := range statements {
		_, failed := conn.Exec(t.Context(), one)
		err = errors.Join(err, failed)
	}
	require.NoError(t, errors.Join(err, conn.Close(t.Context())))
}
