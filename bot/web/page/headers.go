package page

import (
	"net/http"
	"strings"
)

// policy lets pages use what this server sends and nothing else: no inline scripts or styles, no other sites. data: and blob: are pictures
// that a page has made or that come from the reader's own device.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-src 'self'; frame-ancestors "

// headers are sent with every page.
func (s *Site) headers(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // with no-referrer, browsers send forms with the origin "null"
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Cookie, Accept-Language")
	if s.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	Frame(h, s.FrameAncestors)
}

// Frame says who may show a page in a frame: 'none', 'self', or origins such as https://shop.example, separated by spaces. It must be called before
// anything is sent, with words of the shop's owner or the operator only.
func Frame(h http.Header, ancestors string) {
	ancestors = strings.Map(func(r rune) rune { // nothing may begin another directive
		if r == ';' || r == ',' || r < ' ' {
			return -1
		}
		return r
	}, ancestors)
	h.Set("Content-Security-Policy", policy+ancestors)
	h.Del("X-Frame-Options")
	if ancestors == "'none'" {
		h.Set("X-Frame-Options", "DENY")
	}
}
