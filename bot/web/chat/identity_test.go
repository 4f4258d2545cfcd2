package chat_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/web/chat"
)

// signed is an identity as a site makes it.
func signed(tb testing.TB, of map[string]any, with string) string {
	tb.Helper()
	raw, err := json.Marshal(of)
	require.NoError(tb, err)
	payload := base64.RawURLEncoding.EncodeToString(raw)
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(with, "whsec_"))
	require.NoError(tb, err)
	h := hmac.New(sha256.New, key)
	h.Write([]byte(payload))
	return payload + "." + base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

func buyerB1() map[string]any {
	return map[string]any{"buyer": "b-1", "name": "小李", "tier": "gold", "exp": noon.Add(10 * time.Minute).Unix()}
}

func with(more map[string]any) map[string]any {
	out := buyerB1()
	for k, v := range more {
		if v == nil {
			delete(out, k)
			continue
		}
		out[k] = v
	}
	return out
}

func TestASignedBuyer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.browser()
	told := b.begin(map[string]any{"identity": signed(t, buyerB1(), secret)})
	require.Equal(t, true, told["signed"])
	require.Equal(t, "小李", told["name"])
	b.say("message-1", "我想退货", "")
	c, err := w.Conversation(t.Context(), "xiaoguo", w.conversation(b))
	require.NoError(t, err)
	require.Equal(t, "b-1", c.Buyer.ID)
	require.Equal(t, "gold", c.Buyer.Tier)

	elsewhere := w.browser()
	elsewhere.begin(map[string]any{"identity": signed(t, buyerB1(), secret)})
	require.Len(t, elsewhere.lines("").Lines, 2, "the same buyer on another machine")

	w.clock.pass(time.Hour) // the identity is over, the session is not
	require.Len(t, b.lines("").Lines, 2)
	w.clock.pass(12 * time.Hour)
	b.refused(b.do("GET", "/lines", nil), http.StatusUnauthorized, "no-session")
}

func TestASignedSessionThatHasEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.browser()
	b.begin(map[string]any{"identity": signed(t, buyerB1(), secret)})
	w.clock.pass(13 * time.Hour)
	b.refused(b.do("POST", "/session", map[string]any{}), http.StatusUnauthorized, "no-session")

	noScripts := w.browser()
	noScripts.cookie = b.cookie
	sent := noScripts.do("POST", "", []byte("id=message-1&text=hello"), "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, http.StatusSeeOther, sent.Code, sent.Body.String())
	require.Equal(t, "buyer: hello", noScripts.lines("").texts()[0], "without scripts nobody can ask, and the words count")

	require.Equal(t, false, b.begin(map[string]any{"guest": true})["signed"])
}

func TestIdentitiesThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	good := signed(t, buyerB1(), secret)
	payload, signature, _ := strings.Cut(good, ".")
	other := "whsec_" + base64.StdEncoding.EncodeToString([]byte("another secret"))
	forged := base64.RawURLEncoding.EncodeToString([]byte(`{"buyer":"b-2","exp":` + "9999999999" + `}`))
	for _, c := range []struct{ name, token, code string }{
		{"over", signed(t, with(map[string]any{"exp": noon.Unix()}), secret), "identity-expired"},
		{"another's signature", signed(t, buyerB1(), other), "identity-wrong"},
		{"another's payload", forged + "." + signature, "identity-wrong"},
		{"no signature", payload + ".", "identity-wrong"},
		{"nothing but a payload", payload, "identity-wrong"},
		{"half a signature", payload + "." + signature[:20], "identity-wrong"},
		{"something behind", good + ".x", "identity-wrong"},
		{"no buyer", signed(t, with(map[string]any{"buyer": " "}), secret), "identity-wrong"},
		{"no end", signed(t, with(map[string]any{"exp": nil}), secret), "identity-wrong"},
		{"an end in words", signed(t, with(map[string]any{"exp": "tomorrow"}), secret), "identity-wrong"},
		{"lives too long", signed(t, with(map[string]any{"exp": noon.Add(25 * time.Hour).Unix()}), secret), "identity-wrong"},
		{"a name without an end", signed(t, with(map[string]any{"name": strings.Repeat("李", 101)}), secret), "identity-wrong"},
		{"an order that is none", signed(t, with(map[string]any{"orders": []any{map[string]any{"stage": "odd"}}}), secret), "identity-wrong"},
		{"too large", signed(t, with(map[string]any{"more": strings.Repeat("x", 30_000)}), secret), "identity-wrong"},
	} {
		b := w.browser()
		b.refused(b.do("POST", "/session", map[string]any{"identity": c.token}), http.StatusForbidden, c.code)
		require.Empty(t, b.cookie, "%s: nobody is taken for a guest of that name", c.name)
	}
	w.change(func(s *chat.Shop) { s.Secrets = nil })
	b := w.browser()
	b.refused(b.do("POST", "/session", map[string]any{"identity": good}), http.StatusForbidden, "identity-off")
	w.change(func(s *chat.Shop) { s.Secrets = []string{other, secret} })
	b.begin(map[string]any{"identity": good})
}

func TestWhoIsSignedOutIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.browser()
	b.begin(map[string]any{"identity": signed(t, buyerB1(), secret)})
	b.say("message-1", "我想退货", "")
	before := b.cookie
	b.begin(map[string]any{"identity": signed(t, with(map[string]any{"name": "李小姐"}), secret)})
	require.Equal(t, before, b.cookie, "the same buyer goes on with the session")
	require.Len(t, b.lines("").Lines, 2)

	b.begin(map[string]any{"identity": signed(t, with(map[string]any{"buyer": "b-2"}), secret)})
	require.NotEqual(t, before, b.cookie)
	require.Empty(t, b.lines("").Lines, "another buyer at the same machine")
	thief := w.browser()
	thief.cookie = before
	thief.refused(thief.do("GET", "/lines", nil), http.StatusUnauthorized, "no-session")

	b.begin(map[string]any{})
	require.Equal(t, "s", strings.TrimPrefix(b.cookie, "xiaoer_chat=")[:1], "the link goes on with whoever it was")
	told := b.begin(map[string]any{"guest": true})
	require.Equal(t, false, told["signed"])
	require.Empty(t, b.lines("").Lines, "the site says that nobody is signed in")
	kept := b.cookie
	b.begin(map[string]any{"guest": true})
	require.Equal(t, kept, b.cookie, "a guest stays the same guest")
}

func TestOrdersToPick(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	guest := w.guest()
	require.Equal(t, `{"orders":[]}`, guest.do("GET", "/orders", nil).Body.String())
	guest.refused(guest.do("POST", "/messages", map[string]any{"id": "message-1", "order": orderA}), http.StatusBadRequest, "no-order")

	b := w.browser()
	b.begin(map[string]any{"identity": signed(t, buyerB1(), secret)})
	require.Contains(t, b.do("GET", "/orders", nil).Body.String(), orderA, "from the shop's source")
	got := b.state(b.do("POST", "/messages", map[string]any{"id": "message-1", "order": orderA}))
	require.Equal(t, []string{"buyer: " + orderA}, got.texts(), "a card alone answers only an open question")
	c, err := w.Conversation(t.Context(), "xiaoguo", w.conversation(b))
	require.NoError(t, err)
	require.Equal(t, orderA, c.Order.No)

	own := []any{map[string]any{"no": "260101-000000000000001", "stage": "shipped", "items": []any{map[string]any{"title": "梨"}}}}
	own = append(own, own[0])
	b.begin(map[string]any{"identity": signed(t, with(map[string]any{"orders": own}), secret)})
	list := b.do("GET", "/orders", nil).Body.String()
	require.Equal(t, 1, strings.Count(list, "梨"), "the site's own list goes before the source, and what it names again is listed once")
	require.NotContains(t, list, orderA)
	b.refused(b.do("POST", "/messages", map[string]any{"id": "message-2", "order": orderA}), http.StatusBadRequest, "no-order")
}

func TestWhereCookiesAreNotTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.browser()
	token, ok := b.begin(map[string]any{"bearer": true})["token"].(string)
	require.True(t, ok)
	b.cookie, b.bearer = "", token
	b.say("message-1", "我想退货", "")
	require.Len(t, b.lines("").Lines, 2)
	require.NotContains(t, b.begin(map[string]any{"bearer": true}), "token", "who has a session is not told its secret again")
	next := b.begin(map[string]any{"identity": signed(t, buyerB1(), secret)})
	b.cookie, b.bearer = "", next["token"].(string)
	require.Empty(t, b.lines("").Lines, "a page that keeps one session is given the next")

	byCookie := w.guest()
	byCookie.do("POST", "/session", map[string]any{"bearer": true})
	require.NotContains(t, byCookie.begin(map[string]any{"bearer": true}), "token", "a script cannot read out what the cookie holds")
}

// FuzzIdentity reads what a site has signed, and what nobody has.
func FuzzIdentity(f *testing.F) {
	f.Add(signed(f, buyerB1(), secret), []byte(`{"buyer":"b-1","exp":1795262400}`))
	f.Add("e30.e30", []byte(`{"buyer":"b","exp":1795262400,"orders":[{"no":"1"},{"no":2}]}`))
	f.Fuzz(func(t *testing.T, token string, raw []byte) {
		if _, err := chat.ReadIdentity(token, []string{"whsec_" + base64.StdEncoding.EncodeToString([]byte("of another shop"))}, noon); err == nil {
			t.Fatal("nobody can sign with a secret that is not in the input")
		}
		if buyer, err := chat.DecodeIdentity(raw, noon); err == nil {
			require.NotEmpty(t, strings.TrimSpace(buyer))
		}
	})
}
