package bot

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"
)

// mostDepth bounds how deep objects and lists may lie in each other.
const mostDepth = 32

// parseJSON reads one JSON value into maps, lists, texts, truth values and json.Numbers. A key that is given twice is an error,
// since the sender and we might mean different ones.
func parseJSON(body []byte) (any, error) {
	if !utf8.Valid(body) {
		return nil, &FieldError{Problem: "the body is not valid UTF-8"}
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	v, err := parseValue(dec, field{}, 0)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, &FieldError{Problem: "the body must be one JSON object"}
	}
	return v, nil
}

func parseValue(dec *json.Decoder, at field, depth int) (any, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, malformed()
	}
	delim, ok := token.(json.Delim)
	switch {
	case !ok:
		return token, nil
	case depth == mostDepth:
		return nil, &FieldError{Field: cut(at.name, mostID), Problem: "lies too deep"}
	case delim == '{':
		return parseObject(dec, at, depth)
	case delim == '[':
		return parseList(dec, at, depth)
	}
	return nil, malformed()
}

func malformed() error { return &FieldError{Problem: "the body is not valid JSON"} }

func parseObject(dec *json.Decoder, at field, depth int) (any, error) {
	out := map[string]any{}
	for dec.More() {
		token, err := dec.Token()
		key, ok := token.(string)
		if err != nil || !ok {
			return nil, malformed()
		}
		here := at.at(key)
		if _, twice := out[key]; twice {
			return nil, &FieldError{Field: cut(here.name, mostID), Problem: "is given twice"}
		}
		v, err := parseValue(dec, here, depth+1)
		if err != nil {
			return nil, err
		}
		out[key] = v
	}
	if _, err := dec.Token(); err != nil {
		return nil, malformed()
	}
	return out, nil
}

func parseList(dec *json.Decoder, at field, depth int) (any, error) {
	out := []any{}
	for dec.More() {
		v, err := parseValue(dec, field{name: at.name + "[" + itoa(len(out)) + "]"}, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	if _, err := dec.Token(); err != nil {
		return nil, malformed()
	}
	return out, nil
}
