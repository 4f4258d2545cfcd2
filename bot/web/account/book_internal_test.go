package account

import (
	"context"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/store"
)

func newBook(t *testing.T, cost Cost) *Book {
	t.Helper()
	b, err := NewBook(BookOptions{Store: store.NewMemory(store.Limits{}), Cost: cost})
	require.NoError(t, err)
	return b
}

const pass = "correct horse battery"

// A name that nobody has costs as much as one that somebody has: the same hash at the same price, in the same queue.
func TestTheSameWorkForNamesThatNobodyHas(t *testing.T) {
	t.Parallel()
	b := newBook(t, Cost{Memory: 64, Rounds: 1, AtOnce: 1, Queue: 1})
	require.NoError(t, b.Add(t.Context(), "boss", pass, map[string]desk.Role{"*": desk.Admin}, "x"))
	require.NoError(t, b.Add(t.Context(), "off", pass, map[string]desk.Role{"*": desk.Admin}, "x"))
	require.NoError(t, b.Switch(t.Context(), "off", true, "x"))
	kept, err := b.Find(t.Context(), "boss")
	require.NoError(t, err)
	real, _, _, err := argon2id.DecodeHash(kept.Password)
	require.NoError(t, err)
	nobody, _, _, err := argon2id.DecodeHash(b.nobody)
	require.NoError(t, err)
	require.Equal(t, real, nobody)

	b.hasher.seats <- struct{}{} // nothing can be hashed now
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, name := range []string{"boss", "off", "nobody", "", strings.Repeat("x", 1000)} {
		_, ok, err := b.Check(gone, name, pass)
		require.ErrorIs(t, err, errBusy, "%q waits for the hasher, too", name)
		require.False(t, ok)
	}
	<-b.hasher.seats
	_, ok, err := b.Check(t.Context(), "boss", pass)
	require.NoError(t, err)
	require.True(t, ok)
	require.Empty(t, b.hasher.queue, "every place in the queue is given back")
}

func TestAFloodOfPasswordsIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHasher(Cost{Memory: 64, Rounds: 1, AtOnce: 2, Queue: 3})
		var leaves []func()
		for range 2 {
			leave, err := h.enter(t.Context())
			require.NoError(t, err)
			leaves = append(leaves, leave)
		}
		in := make(chan func(), 3)
		for range 3 {
			go func() {
				leave, err := h.enter(context.Background())
				if err == nil {
					in <- leave
				}
			}()
		}
		synctest.Wait()
		_, err := h.enter(t.Context())
		require.ErrorIs(t, err, errBusy, "whoever finds the queue full is sent away")
		require.Empty(t, in, "only two at once")
		for _, leave := range leaves {
			leave()
		}
		synctest.Wait()
		require.Len(t, in, 2)
		(<-in)()
		(<-in)()
		synctest.Wait()
		(<-in)()
		require.Empty(t, h.seats)
		require.Empty(t, h.queue)
	})
}

func TestPasswordsAreKeptAtTodaysCost(t *testing.T) {
	t.Parallel()
	kept := store.NewMemory(store.Limits{})
	old, err := NewBook(BookOptions{Store: kept, Cost: Cost{Memory: 32, Rounds: 1}})
	require.NoError(t, err)
	require.NoError(t, old.Add(t.Context(), "boss", pass, map[string]desk.Role{"*": desk.Admin}, "x"))
	dearer, err := NewBook(BookOptions{Store: kept, Cost: Cost{Memory: 64, Rounds: 2}})
	require.NoError(t, err)
	_, ok, err := dearer.Check(t.Context(), "boss", "wrong password")
	require.NoError(t, err)
	require.False(t, ok)
	for range 2 {
		_, ok, err = dearer.Check(t.Context(), "boss", pass)
		require.NoError(t, err)
		require.True(t, ok)
		a, err := dearer.Find(t.Context(), "boss")
		require.NoError(t, err)
		require.Contains(t, a.Password, "m=64,t=2,p=1")
	}
}

func TestTheCostIsWhatOWASPAsksFor(t *testing.T) {
	t.Parallel()
	var c Cost
	c.fill()
	require.GreaterOrEqual(t, c.Memory, uint32(19<<10))
	require.GreaterOrEqual(t, c.Rounds, uint32(2))
	require.LessOrEqual(t, c.AtOnce, 2)
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for password, word := range map[string]string{
		"correct horse battery": "", "一句只有我自己才知道的话": "", "Tr0ub4dor&3x": "", "boss": "password.short", "短密码": "password.short",
		"aaaaaaaaaaaa": "password.common", "1234567890": "password.common", "password123456": "password.common", "Password2026!": "password.common",
		"qwertyuiop": "password.common", "woaini1314520": "password.common", "abcdefghijk": "password.common", "i am anna-maria!": "password.name",
		strings.Repeat("abcdef", 50): "password.long",
	} {
		err := judge("Anna-Maria", password)
		if word == "" {
			require.NoError(t, err, password)
			continue
		}
		var f *Fault
		require.ErrorAs(t, err, &f, password)
		require.Equal(t, word, f.Word, password)
	}
}

func TestBrowsersInAFewWords(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0": "Edge, Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0":          "WeChat, iPhone",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":    "Safari, macOS",
		"Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0":                                                "Firefox, Linux",
		"Mozilla/5.0 (Linux; Android 14; x) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36":           "Chrome, Android",
		"curl/8.5": "curl/8.5", "": "",
	} {
		require.Equal(t, want, brief(agent))
	}
}

func FuzzJudge(f *testing.F) {
	f.Add("boss", "correct horse battery")
	f.Add("", "\xff\xfe")
	f.Fuzz(func(t *testing.T, name, password string) {
		if judge(name, password) == nil {
			require.GreaterOrEqual(t, len([]rune(password)), shortest)
			require.LessOrEqual(t, len(password), longest)
		}
	})
}

func FuzzSessions(f *testing.F) {
	f.Add([]byte(`{"deadline":"2026-11-22T00:00:00Z","values":{"account":"boss"}}`))
	f.Add([]byte(`{"values":{"account":7}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		deadline, values, err := plainCodec{}.Decode(raw)
		if err != nil {
			return
		}
		again, err := plainCodec{}.Encode(deadline, values)
		if err != nil { // a year that JSON does not have
			return
		}
		_, same, err := plainCodec{}.Decode(again)
		require.NoError(t, err)
		require.Equal(t, values, same)
	})
}

func TestTheCodecTakesTextsOnly(t *testing.T) {
	t.Parallel()
	_, err := plainCodec{}.Encode(time.Time{}, map[string]any{"account": 7})
	require.ErrorContains(t, err, "texts only")
}

func TestNamesThatLookTheSameAreOne(t *testing.T) {
	t.Parallel()
	b := newBook(t, Cost{Memory: 64, Rounds: 1})
	role := map[string]desk.Role{"s": desk.Agent}
	require.NoError(t, b.Add(t.Context(), "Ａnna", pass, role, "x"))
	for _, name := range []string{"anna", "ANNA", "Ａｎｎａ"} {
		var f *Fault
		require.ErrorAs(t, b.Add(t.Context(), name, pass, role, "x"), &f, name)
		require.Equal(t, "name.taken", f.Word)
	}
	for _, c := range []struct {
		name  string
		roles map[string]desk.Role
		word  string
	}{
		{"x", map[string]desk.Role{"s": "king"}, "role.bad"},
		{"x", map[string]desk.Role{"": "agent"}, "shop.bad"},
		{"a\u202eb", role, "name.bad"},
		{"a\u200bb", role, "name.bad"},
		{"x", many(51), "shop.many"},
	} {
		var f *Fault
		require.ErrorAs(t, b.Add(t.Context(), c.name, pass, c.roles, "x"), &f)
		require.Equal(t, c.word, f.Word)
	}
	require.NoError(t, b.Add(t.Context(), "merchant", pass, many(50), "x"))
	all, err := b.List(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 2)
}

func many(n int) map[string]desk.Role {
	out := map[string]desk.Role{}
	for i := range n {
		out["shop"+string(rune('A'+i))] = desk.Agent
	}
	return out
}

// Changes of one account by many at once are all kept.
func TestChangesDoNotGetLost(t *testing.T) {
	t.Parallel()
	b := newBook(t, Cost{Memory: 64, Rounds: 1})
	require.NoError(t, b.Add(t.Context(), "boss", pass, map[string]desk.Role{"*": desk.Admin}, "x"))
	const n = 5 // fewer than the tries that each has
	done := make(chan error, n)
	for i := range n {
		go func() { done <- b.SetRole(context.Background(), "boss", "shop"+string(rune('a'+i)), desk.Agent, "x") }()
	}
	for range n {
		require.NoError(t, <-done)
	}
	a, err := b.Find(t.Context(), "boss")
	require.NoError(t, err)
	require.Len(t, a.Roles, n+1)
}

// Whatever can be wrong is said in both languages, and every key that a template names is there.
func TestEveryWordIsThere(t *testing.T) {
	t.Parallel()
	known := map[string]string{}
	raw, err := os.ReadFile("files/words/zh.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &known))
	for word := range maps.Keys(faults()) {
		require.Contains(t, known, "fault."+word)
	}
	for _, what := range deeds() {
		require.Contains(t, known, "deed."+what)
	}
	layout := map[string]string{}
	raw, err = os.ReadFile("../page/files/words/zh.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &layout))
	used := regexp.MustCompile(`\{\{t "([a-z.]+)"`)
	seen := 0
	require.NoError(t, fs.WalkDir(embedded, "files", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".html") {
			return err
		}
		text, err := fs.ReadFile(embedded, path)
		for _, m := range used.FindAllStringSubmatch(string(text), -1) {
			seen++
			require.True(t, known[m[1]] != "" || layout[m[1]] != "", "%s says %s", path, m[1])
		}
		return err
	}))
	require.Greater(t, seen, 50)
}
