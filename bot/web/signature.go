package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// nobody is a secret that nobody has: calls for shops that do not exist are checked against it, so that they cost what others cost.
const nobody = "whsec_bm9ib2R5LWtub3dzLXRoaXMtb25lLW5vYm9keQ=="

// Seals check Standard Webhooks signatures, and keep what belongs to a secret for its next call. The zero value is ready.
type seals struct {
	mu   sync.Mutex
	made map[string]*seal // by secret
}

// A seal is one secret, read.
type seal struct {
	key     []byte
	presses sync.Pool // of *press with the key
}

// A press makes one signature after another. What it writes into is part of it, because whatever a hash.Hash is given is on the heap.
type press struct {
	hash hash.Hash
	room [256]byte
}

// mostSeals bounds how many secrets are remembered; those of shops that were changed are never asked for again.
const mostSeals = 10_000

func (s *seals) of(secret string) *seal {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.made[secret]
	if one == nil {
		if s.made == nil || len(s.made) >= mostSeals {
			s.made = map[string]*seal{}
		}
		one = &seal{key: keyOf(secret)}
		s.made[secret] = one
	}
	return one
}

// verify checks a Standard Webhooks signature over the body: any of the secrets may have made it, and its time must be
// within five minutes of ours.
func (s *seals) verify(secrets []string, body []byte, h http.Header) error {
	for _, secret := range secrets {
		if one := s.of(secret); len(one.key) > 0 && one.made(body, h, time.Now()) {
			return nil
		}
	}
	err := error(nil)
	for _, secret := range secrets { // now to what is wrong
		key := s.of(secret).key
		webhook, makeErr := standardwebhooks.NewWebhookRaw(key)
		if makeErr != nil || len(key) == 0 {
			continue
		}
		failed := webhook.Verify(body, h)
		if failed == nil {
			return nil
		}
		err = unauthorized(failed)
	}
	if err == nil {
		return newProblem(http.StatusUnauthorized, "unauthorized", "the shop has no secret yet that a call could be signed with: its connect.yaml must name one under webhook, and it must be set")
	}
	return err
}

// stale is how far a signature's time may be from ours.
const stale = 5 * time.Minute

// made tells quickly, and without a copy of the body, that the signature is this secret's and fresh. What it does not take may still
// be right, in a form that the library knows.
func (s *seal) made(body []byte, h http.Header, now time.Time) bool {
	id, signature, at := h.Get("Webhook-Id"), h.Get("Webhook-Signature"), h.Get("Webhook-Timestamp")
	version, sum, _ := strings.Cut(signature, ",")
	seconds, err := strconv.ParseInt(at, 10, 64)
	if id == "" || version != "v1" || err != nil || len(sum) != sealLength {
		return false
	}
	if made := time.Unix(seconds, 0); now.Sub(made) > stale || made.After(now.Add(stale)) {
		return false
	}
	p, _ := s.presses.Get().(*press)
	if p == nil {
		p = &press{hash: hmac.New(sha256.New, s.key)}
	}
	defer s.presses.Put(p)
	want := p.sign(id, seconds, body)
	return hmac.Equal(want[:], []byte(sum))
}

// sign makes the v1 signature of a call, in base64.
func (p *press) sign(id string, seconds int64, body []byte) (sum [sealLength]byte) {
	p.hash.Reset()
	head := append(p.room[:0], id...)
	head = append(head, '.')
	head = strconv.AppendInt(head, seconds, 10)
	_, _ = p.hash.Write(append(head, '.'))
	_, _ = p.hash.Write(body)
	base64.StdEncoding.Encode(sum[:], p.hash.Sum(p.room[:0]))
	return sum
}

// sealLength is how long a signature is, in base64.
const sealLength = (sha256.Size + 2) / 3 * 4

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
