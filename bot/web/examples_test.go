package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
)

// operations gives each endpoint of the agents' API the name that it has in the description, which is its example's, too.
func operations(t *testing.T, d *described) map[string]string {
	t.Helper()
	out := map[string]string{}
	for path, all := range d.doc["paths"].(map[string]any) {
		for method, one := range all.(map[string]any) {
			out[strings.ToUpper(method)+" "+parameter.ReplaceAllString(path, "{}")] = one.(map[string]any)["operationId"].(string)
		}
	}
	return out
}

// pathOf is a path as the description has it.
func (d *described) pathOf(route string) string {
	for path := range d.doc["paths"].(map[string]any) {
		if parameter.ReplaceAllString(path, "{}") == parameter.ReplaceAllString(route, "{}") {
			return path
		}
	}
	return ""
}

// TestExamplesAreRealAnswers asks for everything that the description shows, and holds both against the schemas. XIAOER_UPDATE=1
// writes what was answered into the description.
func TestExamplesAreRealAnswers(t *testing.T) {
	d := describe(t, setUp(t))
	names := operations(t, d)
	got := map[string]any{"getLive": liveExample(t)}
	keep := func(name string, w *httptest.ResponseRecorder) {
		switch {
		case w.Code == http.StatusNoContent:
		case w.Header().Get("Content-Type") == "application/x-ndjson":
			got[name] = w.Body.String()
		default:
			var v any
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &v))
			got[name] = v
		}
	}
	for _, e := range endpoints() {
		w := ask(t, setUp(t), adminToken, e.method, e.url, e.body)
		require.Equal(t, e.status, w.Code, w.Body.String())
		d.holds(d.pathOf(e.path), e.method, w)
		keep(names[e.method+" "+parameter.ReplaceAllString(e.path, "{}")], w)
		d.accepts(d.pathOf(e.path), e.method, e.body)
	}
	claim := "/v1/shops/{shop}/cases/{case}/claim"
	taken := setUp(t)
	asked(t, taken, rivalToken, "POST", "/v1/shops/xiaoguo/cases/h-1/claim", "", 200)
	for name, w := range map[string]*httptest.ResponseRecorder{
		"malformed":    ask(t, taken, agentToken, "POST", "/v1/shops/xiaoguo/cases/h-1/claim", `{"agent":"小陈"}`),
		"unauthorised": ask(t, taken, "xot_unknown", "POST", "/v1/shops/xiaoguo/cases/h-1/claim", ""),
		"forbidden":    ask(t, taken, agentToken, "GET", "/v1/shops/xiaoguo/audit", ""),
		"noSuchShop":   ask(t, taken, otherToken, "POST", "/v1/shops/xiaoguo/cases/h-1/claim", ""),
		"claimed":      ask(t, taken, agentToken, "POST", "/v1/shops/xiaoguo/cases/h-1/claim", ""),
	} {
		d.holds(claim, "POST", w)
		keep(name, w)
	}
	if os.Getenv("XIAOER_UPDATE") != "" {
		writeExamples(t, got)
		return
	}
	shown := map[string]any{}
	for name, example := range d.doc["components"].(map[string]any)["examples"].(map[string]any) {
		shown[name] = example.(map[string]any)["value"]
	}
	want, err := json.Marshal(got)
	require.NoError(t, err)
	have, err := json.Marshal(shown)
	require.NoError(t, err)
	require.JSONEq(t, string(want), string(have), "run it with XIAOER_UPDATE=1 if the answers are as they should be")
}

// accepts checks that the description takes a body that the server takes.
func (d *described) accepts(path, method, body string) {
	d.t.Helper()
	if body == "" {
		return
	}
	pointer := d.pointer("paths", path, strings.ToLower(method), "requestBody", "content", "application/json", "schema")
	require.NotEmpty(d.t, pointer, "%s %s", method, path)
	schema, err := d.compiler.Compile("openapi.json#" + pointer)
	require.NoError(d.t, err)
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	require.NoError(d.t, err)
	require.NoError(d.t, schema.Validate(value))
	value.(map[string]any)["nonsense"] = true
	require.Error(d.t, schema.Validate(value), "and refuses what the server refuses")
}

// liveExample is the first second of a stream.
func liveExample(t *testing.T) (text string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h, _ := newDesk(t, nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req := httptest.NewRequestWithContext(ctx, http.MethodGet, "/v1/shops/xiaoguo/live?after=2", nil)
		req.Header.Set("Authorization", "Bearer "+agentToken)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		require.Equal(t, http.StatusOK, w.Code)
		text = w.Body.String()
	})
	return text
}

// writeExamples replaces the examples, which stand last in the document.
func writeExamples(t *testing.T, got map[string]any) {
	t.Helper()
	raw, err := os.ReadFile("openapi.json")
	require.NoError(t, err)
	head, _, found := bytes.Cut(raw, []byte("\n  \"examples\": {"))
	require.True(t, found)
	examples := map[string]any{}
	for name, value := range got {
		examples[name] = map[string]any{"value": value}
	}
	var tail bytes.Buffer
	enc := json.NewEncoder(&tail)
	enc.SetEscapeHTML(false)
	enc.SetIndent("  ", " ")
	require.NoError(t, enc.Encode(examples))
	out := string(head) + "\n  \"examples\": " + strings.TrimSpace(tail.String()) + "\n }\n}\n"
	require.True(t, json.Valid([]byte(out)))
	require.NoError(t, os.WriteFile("openapi.json", []byte(out), 0o600))
}

// TestEveryFieldOfACaseIsDescribed finds what was added to a case and not to the description.
func TestEveryFieldOfACaseIsDescribed(t *testing.T) {
	t.Parallel()
	h, _ := newDesk(t, nil)
	d := describe(t, h)
	schemas := d.doc["components"].(map[string]any)["schemas"].(map[string]any)
	described := schemas["Case"].(map[string]any)["properties"].(map[string]any)
	var fields []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[desk.Case]()) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			fields = append(fields, name)
		}
	}
	require.Len(t, described, len(fields))
	for _, name := range fields {
		require.Contains(t, described, name)
	}
}
