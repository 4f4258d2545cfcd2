package chat

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"xiaoer/bot"
)

// An identity is who a buyer is, as the shop's site says it: base64url(JSON) + "." + base64url(HMAC-SHA256 of the part before the dot), both
// without padding. The key is what the secret holds after "whsec_", decoded from base64. The JSON:
//
//	{"buyer":"b-1","name":"小李","tier":"gold","exp":1795312800,"orders":[{"no":"…","stage":"shipped", …}]}
//
// exp (seconds since 1970) is needed and at most a day ahead; orders are as in the webhook and may be left out.
type identity struct {
	Buyer  bot.Buyer
	Orders []bot.Order
	Until  time.Time
}

// Bounds of an identity.
const (
	mostIdentity = 24 << 10 // bytes
	longestLife  = 24 * time.Hour
	mostBuyerID  = 200 // runes
	mostNameLen  = 100
	mostOrders   = 20
)

// What is wrong with an identity. The buyer is told, and is not taken for a guest of that name.
func identityOff() error     { return refuse(http.StatusForbidden, "identity-off") }
func identityWrong() error   { return refuse(http.StatusForbidden, "identity-wrong") }
func identityExpired() error { return refuse(http.StatusForbidden, "identity-expired") }

// readIdentity checks who signed an identity before anything of it is read.
func readIdentity(token string, secrets []string, now time.Time) (identity, error) {
	if len(secrets) == 0 {
		return identity{}, identityOff()
	}
	payload, signature, ok := strings.Cut(token, ".")
	if !ok || len(token) > mostIdentity || !isSigned(payload, signature, secrets) {
		return identity{}, identityWrong()
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(payload)
	if err != nil || !utf8.Valid(raw) {
		return identity{}, identityWrong()
	}
	return decodeIdentity(raw, now)
}

func isSigned(payload, signature string, secrets []string) bool {
	given, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		return false
	}
	good := false
	for _, secret := range secrets {
		if key := keyOf(secret); len(key) > 0 && hmac.Equal(given, mac(key, payload)) {
			good = true
		}
	}
	return good
}

// keyOf is the key that a secret holds, nil where it holds none.
func keyOf(secret string) []byte {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(strings.TrimSpace(secret), "whsec_"))
	if err != nil {
		return nil
	}
	return key
}

func mac(key []byte, payload string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(payload))
	return h.Sum(nil)
}

func decodeIdentity(raw []byte, now time.Time) (identity, error) {
	var told struct {
		Buyer  string            `json:"buyer"`
		Name   string            `json:"name"`
		Tier   string            `json:"tier"`
		Exp    int64             `json:"exp"`
		Orders []json.RawMessage `json:"orders"`
	}
	if err := json.Unmarshal(raw, &told); err != nil {
		return identity{}, identityWrong()
	}
	until := time.Unix(told.Exp, 0)
	switch {
	case strings.TrimSpace(told.Buyer) == "", utf8.RuneCountInString(told.Buyer) > mostBuyerID, utf8.RuneCountInString(told.Name) > mostNameLen,
		utf8.RuneCountInString(told.Tier) > mostNameLen, len(told.Orders) > mostOrders, told.Exp <= 0, until.After(now.Add(longestLife)):
		return identity{}, identityWrong()
	case !now.Before(until):
		return identity{}, identityExpired()
	}
	out := identity{Buyer: bot.Buyer{ID: told.Buyer, Name: told.Name, Tier: told.Tier}, Until: until}
	for _, one := range told.Orders {
		o, err := bot.DecodeOrder(one)
		if err != nil || o.No == "" {
			return identity{}, identityWrong()
		}
		o.BuyerID, o.SeenAt = told.Buyer, now
		out.Orders = append(out.Orders, o)
	}
	return out, nil
}
