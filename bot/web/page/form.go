package page

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Bounds of a form.
const (
	mostForm   = 64 << 10
	mostFields = 100
)

// Form reads a form that was posted: up to 64 KiB and 100 fields of valid UTF-8, as application/x-www-form-urlencoded. Errors are Problems.
func Form(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, &Problem{Status: http.StatusUnsupportedMediaType}
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostForm))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, &Problem{Status: http.StatusRequestEntityTooLarge}
	}
	if err != nil {
		return nil, &Problem{Status: http.StatusBadRequest}
	}
	if strings.Count(string(raw), "&") >= mostFields {
		return nil, &Problem{Status: http.StatusBadRequest}
	}
	values, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, &Problem{Status: http.StatusBadRequest}
	}
	for key, all := range values {
		for _, v := range append(all, key) {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return nil, &Problem{Status: http.StatusBadRequest}
			}
		}
	}
	return values, nil
}

// See sends the browser on to another page of this site, after a form was posted.
func See(w http.ResponseWriter, r *http.Request, to string) {
	http.Redirect(w, r, Local(to, "/"), http.StatusSeeOther)
}

// Local is a path of this site, with its query, if it is one, else the fallback: whoever makes a link may not send people to other sites.
func Local(to, fallback string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") || len(to) > 2000 {
		return fallback
	}
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") ||
		strings.Contains(u.Path, "\\") {
		return fallback
	}
	return (&url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery, Fragment: u.Fragment}).String()
}
