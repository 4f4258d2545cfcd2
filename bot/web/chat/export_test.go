package chat

import (
	"time"

	"xiaoer/bot"
)

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

// Links finds the addresses in a text.
func Links(text string) []string { return links(text) }

// Joined puts the pieces of a line together again, and gives those that are links.
func Joined(text string, of []string) (whole string, linked []string) {
	for _, p := range (line{Text: text, Links: of}).Pieces() {
		whole += p.Text
		if p.URL != "" {
			linked = append(linked, p.URL)
		}
	}
	return whole, linked
}

// Hours writes a shop's hours.
func Hours(lang string, h bot.Hours) string { return hours(lang, h) }
