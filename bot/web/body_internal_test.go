package web

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
)

// FuzzDecodeFields holds the decoder to what it promises: one object, known fields only, each once, and an error that names its field.
func FuzzDecodeFields(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `{"text":"好","id":"k","online":true,"ceiling":3,"teams":["a"],"until":"2026-11-22T10:00:00+08:00"}`, `{"text":null}`,
		`{"text":1}`, `{"ceiling":1e99}`, `{"teams":[[[[`, `{"x":{}}`, `{"text":"a","text":"b"}`, `[]`, `{"text":"a"}{}`, "{\"text\":\"\xff\"}",
		`{"TEXT":"a"}`, `{"until":"2026-13-40T99:00:00Z"}`, `{"text":"\ud800"}`, strings.Repeat(`{"text":`, 50),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var (
			text, id string
			online   bool
			ceiling  int
			teams    []string
			until    time.Time
		)
		known := fields{"text": &text, "id": &id, "online": &online, "ceiling": &ceiling, "teams": &teams, "until": &until}
		given, err := decodeFields(body, known)
		if err != nil {
			var p *Problem
			require.True(t, errors.As(err, &p))
			require.Equal(t, 400, p.Status)
			require.LessOrEqual(t, utf8.RuneCountInString(p.Field), mostName)
			return
		}
		require.True(t, utf8.ValidString(text))
		if len(given) == 0 {
			return
		}
		var object map[string]any
		require.NoError(t, json.Unmarshal(body, &object), "what was taken is JSON")
		for name, value := range object {
			require.Contains(t, known, name)
			require.Equal(t, value != nil, slices.Contains(given, name), name)
		}
		if want, ok := object["text"].(string); ok {
			require.Equal(t, want, text)
		}
	})
}

func TestListenersAreBounded(t *testing.T) {
	a := &agentAPI{Server: &Server{Options: Options{DeskLimits: DeskLimits{Listeners: 5, ListenersOfShop: 4, ListenersOfOne: 2}}}}
	join := func(shop, agent string) (func(), string) {
		leave, err := a.join(caller{Person: desk.Person{Name: agent}, shop: shop})
		if err != nil {
			return nil, problemOf(err).kind()
		}
		return leave, ""
	}
	var leaves []func()
	for _, c := range []struct{ shop, agent, refused string }{
		{"a", "x", ""},
		{"a", "x", ""},
		{"a", "x", "too-many"},
		{"a", "y", ""},
		{"a", "z", ""},
		{"a", "z", "busy"},
		{"b", "x", ""},
		{"b", "x", "busy"},
	} {
		leave, refused := join(c.shop, c.agent)
		require.Equal(t, c.refused, refused, c)
		if leave != nil {
			leaves = append(leaves, leave)
		}
	}
	for _, leave := range leaves {
		leave()
	}
	require.Zero(t, a.listeners.Taken())
	_, refused := join("a", "x")
	require.Empty(t, refused)
}
