package account

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzMark lets nothing pass that was not signed for the account, and everything that was.
func FuzzMark(f *testing.F) {
	key, now := []byte(strings.Repeat("k", 32)), time.Unix(1_800_000_000, 0)
	good := mark(key, "number", strconv.FormatInt(now.Add(time.Hour).Unix(), 36), "boss") // the same in each of the processes that fuzz
	for _, text := range []string{good, "", ".", "..", "a.b.c", good + ".", "." + good, strings.Replace(good, ".", "..", 1)} {
		f.Add(text, "boss")
	}
	f.Fuzz(func(t *testing.T, text, id string) {
		if number := markOf(key, text, id, now); number != "" {
			require.Equal(t, good, text, "nobody else has the key")
			require.Equal(t, "boss", id)
		}
		own := newMark(key, id, now.Add(time.Second))
		require.NotEmpty(t, markOf(key, own, id, now))
		require.Empty(t, markOf(key, own, id+"x", now))
		require.Empty(t, markOf(key, own, id, now.Add(time.Second)))
		require.Empty(t, markOf([]byte("another key"), own, id, now))
		require.NotContains(t, own, "~")
	})
}
