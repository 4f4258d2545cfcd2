package web

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// nobody is a secret that nobody has: calls for shops that do not exist are checked against it, so that they cost what others cost.
const nobody = "whsec_bm9ib2R5LWtub3dzLXRoaXMtb25lLW5vYm9keQ=="

// verify checks a Standard Webhooks signature over the body: any of the secrets may have made it, and its time must be
// within five minutes of ours.
func verify(secrets []string, body []byte, h http.Header) error {
	err := error(newProblem(http.StatusUnauthorized, "unauthorized", "the shop has no secret yet that a call could be signed with: its connect.yaml must name one under webhook, and it must be set"))
	for _, secret := range secrets {
		key := keyOf(secret)
		if len(key) == 0 {
			continue
		}
		webhook, makeErr := standardwebhooks.NewWebhookRaw(key)
		if makeErr != nil {
			continue
		}
		failed := webhook.Verify(body, h)
		if failed == nil {
			return nil
		}
		err = unauthorized(failed)
	}
	return err
}

// keyOf reads whsec_…; a secret that is no base64 is taken as it is.
func keyOf(secret string) []byte {
	text := strings.TrimPrefix(strings.TrimSpace(secret), "whsec_")
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return []byte(text)
	}
	return key
}

// unauthorized says which header is at fault, and never what would have been right.
func unauthorized(err error) *Problem {
	say := func(header, detail string) *Problem {
		return newProblem(http.StatusUnauthorized, "unauthorized", detail).at(header)
	}
	switch {
	case errors.Is(err, standardwebhooks.ErrRequiredHeaders):
		return say("webhook-signature", "webhook-id, webhook-timestamp and webhook-signature are required")
	case errors.Is(err, standardwebhooks.ErrMessageTooOld), errors.Is(err, standardwebhooks.ErrMessageTooNew):
		return say("webhook-timestamp", "the timestamp is more than five minutes off")
	case errors.Is(err, standardwebhooks.ErrInvalidHeaders):
		return say("webhook-timestamp", "the timestamp must be whole seconds since 1970")
	default:
		return say("webhook-signature", "no v1 signature of this body by one of the shop's secrets was found")
	}
}
