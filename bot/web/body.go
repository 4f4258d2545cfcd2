package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
)

// Bounds of what agents send.
const (
	mostDeskBody = 64 << 10 // bytes
	mostText     = 2000     // runes: what a conversation keeps of a line
	mostWords    = 500      // runes of an outcome, a reason, a promise's words
	mostName     = 100      // runes
	mostKey      = 200      // bytes of an idempotency key
	mostTeams    = 50
	mostCeiling  = 10_000
)

// fields are the fields that a body may have, each with a pointer to where its value goes: *string, *bool, *int, *[]string or *time.Time.
type fields map[string]any

// readFields reads the body of a call. No body is a body without fields.
func (s *Server) readFields(c echo.Context, f fields) (given []string, err error) {
	body, held, err := s.readBody(c.Request(), mostDeskBody, nil)
	defer func() { s.bodies.Add(-held) }()
	if err != nil {
		c.Response().Header().Set("Connection", "close") // what is left of the body is not read
		return nil, err
	}
	return decodeFields(body, f)
}

// decodeFields reads one JSON object with no other fields than these, each at most once, and says which were given. Null is
// a field that was not given.
func decodeFields(body []byte, f fields) (given []string, err error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	if !utf8.Valid(body) {
		return nil, wrong("", "the body is not valid UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		return nil, wrong("", "the body must be one JSON object")
	}
	var seen []string
	for dec.More() {
		token, err := dec.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, wrong("", "the body is not valid JSON")
		}
		if slices.Contains(seen, name) {
			return nil, wrong(name, "is given twice")
		}
		seen = append(seen, name)
		set, err := decodeField(dec, name, f)
		if err != nil {
			return nil, err
		}
		if set {
			given = append(given, name)
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, wrong("", "the body is not valid JSON")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, wrong("", "the body must be one JSON object")
	}
	return given, nil
}

// decodeField reads the value of one field.
func decodeField(dec *json.Decoder, name string, f fields) (set bool, err error) {
	into, known := f[name]
	if !known {
		return false, wrong(name, "is no field of this call")
	}
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return false, wrong("", "the body is not valid JSON")
	}
	if string(raw) == "null" {
		return false, nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return false, wrong(name, mustBe(into))
	}
	return true, nil
}

// mustBe says what a field takes.
func mustBe(into any) string {
	switch into.(type) {
	case *bool:
		return "must be true or false"
	case *int:
		return "must be a whole number"
	case *[]string:
		return "must be a list of texts"
	case *time.Time:
		return "must be a time such as 2026-11-22T10:00:00+08:00"
	default:
		return "must be a text"
	}
}

// wrong is a 400 that names the field.
func wrong(field, problem string) error {
	if field = cutRunes(field, mostName); field != "" {
		problem = field + " " + problem
	}
	return newProblem(http.StatusBadRequest, "malformed", problem).at(field)
}

func cutRunes(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most])
}

// needText refuses a text that says nothing or is too long. Nothing is cut: the buyer would read half of a sentence.
func needText(field, text string, most int) error {
	if strings.TrimSpace(text) == "" {
		return wrong(field, "must not be empty")
	}
	return boundText(field, text, most)
}

// boundText refuses a text that is too long.
func boundText(field, text string, most int) error {
	if utf8.RuneCountInString(text) > most {
		return wrong(field, "may have up to "+strconv.Itoa(most)+" characters")
	}
	return nil
}

// needName refuses what cannot be the name of a person or a team.
func needName(field, name string) error {
	if err := needText(field, name, mostName); err != nil {
		return err
	}
	if strings.TrimSpace(name) != name || strings.ContainsFunc(name, unicode.IsControl) {
		return wrong(field, "must not have control characters, or spaces at its ends")
	}
	return nil
}

// oneOf refuses a word that is none of those that are known.
func oneOf[T ~string](field string, word T, known ...T) error {
	if slices.Contains(known, word) {
		return nil
	}
	words := make([]string, len(known))
	for i, k := range known {
		words[i] = string(k)
	}
	return wrong(field, "must be one of "+strings.Join(words, ", "))
}

// query reads the parameters of a call, each of which is asked for once; what is left over is a mistake of the caller's.
type query struct {
	values map[string][]string
	failed error
}

func readQuery(c echo.Context) *query { return &query{values: c.QueryParams()} }

// list is all values of a parameter.
func (q *query) list(name string) []string {
	all := q.values[name]
	delete(q.values, name)
	for _, v := range all {
		q.check(boundText(name, v, mostWords))
	}
	return slices.DeleteFunc(all, func(v string) bool { return v == "" })
}

// one is the value of a parameter, "" where there is none.
func (q *query) one(name string) string {
	all := q.list(name)
	if len(all) > 1 {
		q.check(wrong(name, "is given twice"))
	}
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

// time is a point in time, zero where there is none.
func (q *query) time(name string) time.Time {
	text := q.one(name)
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		q.check(wrong(name, mustBe(&at)))
	}
	return at
}

// Bounds of a page of a list.
const (
	usualPage = 50
	mostPage  = 200
)

// limit is how many entries of a list are asked for.
func (q *query) limit() int {
	text := q.one("limit")
	if text == "" {
		return usualPage
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > mostPage {
		q.check(wrong("limit", "must be from 1 to "+strconv.Itoa(mostPage)))
	}
	return n
}

// check keeps the first thing that is wrong.
func (q *query) check(err error) {
	if q.failed == nil {
		q.failed = err
	}
}

// err is what is wrong with the parameters, those that nobody asked for too.
func (q *query) err() error {
	if q.failed != nil {
		return q.failed
	}
	names := make([]string, 0, len(q.values))
	for name := range q.values {
		names = append(names, name)
	}
	if len(names) == 0 {
		return nil
	}
	return wrong(slices.Min(names), "is no parameter of this call")
}
