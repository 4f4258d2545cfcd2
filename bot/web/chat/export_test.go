package chat

import "time"

// ReadIdentity gives the buyer of an identity.
func ReadIdentity(token string, secrets []string, now time.Time) (string, error) {
	told, err := readIdentity(token, secrets, now)
	return told.Buyer.ID, err
}

// DecodeIdentity gives the buyer of an identity whose signature is good.
func DecodeIdentity(raw []byte, now time.Time) (string, error) {
	told, err := decodeIdentity(raw, now)
	return told.Buyer.ID, err
}
