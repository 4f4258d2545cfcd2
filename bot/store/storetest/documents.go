package storetest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

func documents(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	put := func(d desk.Document, by *desk.Entry) int64 {
		version, err := s.PutDocument(ctx, d, by)
		require.NoError(t, err)
		return version
	}
	entry := by(1, "make an account")
	account := desk.Document{Shop: "s", Kind: "account", ID: "小王", At: noon, Body: []byte(`{"name":"小王"}`)}
	require.EqualValues(t, 1, put(account, &entry))
	require.Equal(t, []string{"make an account"}, done(t, s))
	_, err := s.PutDocument(ctx, account, &entry)
	require.ErrorIs(t, err, engine.ErrStale, "a new one does not take the place of one that is kept")

	account.Version, account.Body = 1, []byte("\x00\xff no text")
	require.EqualValues(t, 2, put(account, nil))
	_, err = s.PutDocument(ctx, account, nil)
	require.ErrorIs(t, err, engine.ErrStale, "nor does one that was read before another change")
	gone := account
	gone.ID = "nobody"
	_, err = s.PutDocument(ctx, gone, nil)
	require.ErrorIs(t, err, engine.ErrStale, "nor does a change of one that is not kept make it")
	account.Version = 2
	got, err := s.Document(ctx, "s", "account", "小王")
	require.NoError(t, err)
	require.Equal(t, account, got)

	for _, d := range []desk.Document{
		{Shop: "s", Kind: "account", ID: "a", At: noon, Body: []byte("1")},
		{Shop: "s", Kind: "account", ID: "b", At: noon, Body: []byte("2")},
		{Shop: "s", Kind: "session", ID: "a", At: noon, Body: []byte{}},
		{Shop: desk.AllShops, Kind: "account", ID: "a", At: noon, Body: []byte("3")},
	} {
		put(d, nil)
	}
	require.Equal(t, []string{"a", "b", "小王"}, documentIDs(t, s, "", 10))
	require.Equal(t, []string{"b"}, documentIDs(t, s, "a", 1))
	require.Empty(t, documentIDs(t, s, "小王", 10))

	_, err = s.Document(ctx, "other", "account", "a")
	require.ErrorIs(t, err, engine.ErrNotFound, "another shop's")
	require.ErrorIs(t, s.DropDocument(ctx, "other", "account", "a", nil), engine.ErrNotFound)
	dropped := by(2, "drop an account")
	require.NoError(t, s.DropDocument(ctx, "s", "account", "a", &dropped))
	require.ErrorIs(t, s.DropDocument(ctx, "s", "account", "a", &dropped), engine.ErrNotFound)
	require.Equal(t, []string{"b", "小王"}, documentIDs(t, s, "", 10))
	require.Equal(t, []string{"drop an account", "make an account"}, done(t, s))
	all, err := s.Document(ctx, desk.AllShops, "account", "a")
	require.NoError(t, err)
	require.Equal(t, []byte("3"), all.Body)
}

func documentIDs(t *testing.T, s engine.Store, after string, limit int) []string {
	t.Helper()
	list, err := s.Documents(t.Context(), "s", "account", after, limit)
	require.NoError(t, err)
	out := []string{}
	for _, d := range list {
		out = append(out, d.ID)
	}
	return out
}

// oldDocuments are forgotten when their time is over, and a buyer's with the buyer.
func oldDocuments(t *testing.T, s engine.Store) {
	t.Helper()
	ctx := t.Context()
	for _, d := range []desk.Document{
		{Shop: "s", Kind: "account", ID: "for ever", At: noon, Body: []byte("1")},
		{Shop: "s", Kind: "account", ID: "later", At: noon, Until: noon.Add(time.Hour), Body: []byte("2")},
		{Shop: "s", Kind: "account", ID: "old", At: noon, Until: noon.Add(-time.Minute), Body: []byte("3")},
		{Shop: "s", Kind: "account", ID: "of a buyer", Buyer: "b-1", At: noon, Body: []byte(`{"stars":5}`)},
		{Shop: "s", Kind: "photo", ID: "of a buyer", Buyer: "b-1", At: noon, Body: []byte("\xff")},
		{Shop: "s", Kind: "photo", ID: "of another", Buyer: "b-2", At: noon, Body: []byte("\xff")},
	} {
		_, err := s.PutDocument(ctx, d, nil)
		require.NoError(t, err)
	}
	require.NoError(t, s.Sweep(ctx, noon))
	require.Equal(t, []string{"for ever", "later", "of a buyer"}, documentIDs(t, s, "", 10))

	var bodies []any
	err := s.Export(ctx, "s", "b-1", func(kind string, body []byte) error {
		require.Equal(t, "document", kind)
		var e engine.ExportedDocument
		require.NoError(t, json.Unmarshal(body, &e))
		require.Equal(t, "of a buyer", e.ID)
		bodies = append(bodies, e.Body)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []any{map[string]any{"stars": 5.0}, "/w=="}, bodies)
	n, err := s.Erase(ctx, "s", "b-1", by(1, "erase"))
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Equal(t, []string{"for ever", "later"}, documentIDs(t, s, "", 10))
	_, err = s.Document(ctx, "s", "photo", "of a buyer")
	require.ErrorIs(t, err, engine.ErrNotFound)
	_, err = s.Document(ctx, "s", "photo", "of another")
	require.NoError(t, err)
}
