package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
)

// types runs a command on the store with something on its standard input.
func (o *operator) types(input string, args ...string) (code int, stdout, stderr string) {
	o.t.Helper()
	var out, errs bytes.Buffer
	a := &app{ctx: o.t.Context(), in: strings.NewReader(input), out: &out, err: &errs, env: os.LookupEnv, now: opened.Local}
	code = run(a, append(args, "--store", "sqlite:"+o.path))
	return code, out.String(), errs.String()
}

func TestAccountsByTheCommandLine(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	const password = "correct horse battery"
	code, stdout, stderr := o.types(password+"\n", "account", "add", "boss", "--role", "admin")
	require.Equal(t, exitOK, code, stderr)
	require.Empty(t, stdout)
	require.Equal(t, "boss may sign in now, as admin in every shop\n", stderr)
	file := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(file, []byte(password+"\r\nmore\n"), 0o600))
	code, _, stderr = o.types("", "account", "add", "老板", "--role", "admin", "--shop", "shop,other", "--password-file", file)
	require.Equal(t, exitOK, code, stderr)

	for _, c := range []struct {
		name, input string
		args        []string
		code        int
		says        string
	}{
		{"no password", "", []string{"account", "add", "x", "--role", "agent"}, exitFailed, "there is no password"},
		{"a short one", "short\n", []string{"account", "add", "x", "--role", "agent"}, exitFailed, "at least 10 characters"},
		{"the name of another", password, []string{"account", "add", "BOSS", "--role", "agent"}, exitFailed, "there is an account with this name"},
		{"a name that means something else", password, []string{"account", "add", "bot", "--role", "agent"}, exitUsage, "another meaning"},
		{"no such role", password, []string{"account", "add", "x", "--role", "king"}, exitUsage, "--role"},
		{"a file that is not there", "", []string{"account", "password", "boss", "--password-file", file + "x"}, exitFailed, "read the password"},
		{"nobody's password", password, []string{"account", "password", "nobody"}, exitFailed, "there is no account nobody"},
		{"nobody's role", "", []string{"account", "role", "nobody\x1b[31m", "--shop", "shop", "--role", "agent"}, exitFailed, "there is no account nobody"},
		{"nobody's removal", "", []string{"account", "remove", "nobody"}, exitFailed, "there is no account nobody"},
		{"a password as an argument", "", []string{"account", "add", "x", password, "--role", "agent"}, exitUsage, "unexpected argument"},
	} {
		code, _, stderr := o.types(c.input, c.args...)
		require.Equal(t, c.code, code, "%s: %s", c.name, stderr)
		require.Contains(t, stderr, c.says, c.name)
		require.NotContains(t, stderr, "\x1b", c.name)
	}

	_, _, stderr = o.types("", "account", "role", "老板", "--shop", "other", "--role", "none")
	require.Equal(t, "老板 is without a role in other now\n", stderr)
	code, stdout, _ = o.types("", "account", "list", "--json")
	require.Equal(t, exitOK, code)
	require.NotContains(t, stdout, "argon2")
	var listed []listedAccount
	require.NoError(t, json.Unmarshal([]byte(stdout), &listed))
	require.Len(t, listed, 2)
	require.Equal(t, map[string]desk.Role{"*": desk.Admin}, listed[0].Roles)
	require.Equal(t, map[string]desk.Role{"shop": desk.Admin}, listed[1].Roles)
	_, stdout, _ = o.types("", "account", "list")
	require.Contains(t, stdout, "boss  admin in every shop  on")
	_, _, stderr = o.types(password+" new", "account", "password", "老板")
	require.Equal(t, "老板 has another password now, and is signed out everywhere\n", stderr)
	_, _, stderr = o.types("", "account", "remove", "老板")
	require.Equal(t, "the account 老板 is gone, with its sessions and tokens\n", stderr)
	did := o.did()
	require.Len(t, did, 3, "%v", did)
	for i, what := range []string{"account gone", "password", "account"} {
		require.Contains(t, did[i], what+" 老板", "the audit of the shop says so")
	}
}

// TestTheLastAdminStays: without an admin nobody manages a shop's people any more.
func TestTheLastAdminStays(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	add := func(name, role string, in ...string) {
		require.NoError(t, codeOf(o.types("correct horse battery", append([]string{"account", "add", name, "--role", role}, in...)...)))
	}
	refused := func(says string, args ...string) {
		code, _, stderr := o.types("", append([]string{"account"}, args...)...)
		require.Equal(t, exitFailed, code, args)
		require.Contains(t, stderr, says+"; make another first, or say --force", args)
	}
	add("小王", "agent", "--shop", "shop")
	add("老板", "admin", "--shop", "shop,other")
	add("二老板", "admin", "--shop", "other")
	refused("老板 is the last admin in shop", "remove", "老板")
	refused("老板 is the last admin in shop", "role", "老板", "--shop", "shop", "--role", "editor")
	require.NoError(t, codeOf(o.types("", "account", "role", "老板", "--shop", "shop", "--role", "admin")), "what changes nothing")
	require.NoError(t, codeOf(o.types("", "account", "role", "老板", "--shop", "other", "--role", "none")), "there is another")
	require.NoError(t, codeOf(o.types("", "account", "remove", "小王")), "who was no admin")
	add("boss", "admin")
	require.NoError(t, codeOf(o.types("", "account", "remove", "老板")), "the admin of every shop stays")
	refused("BOSS is the last admin in every shop", "remove", "BOSS")
	refused("boss is the last admin in every shop", "role", "boss", "--shop", "*", "--role", "none")
	require.NoError(t, codeOf(o.types("", "account", "remove", "boss", "--force")))
}

func codeOf(code int, _, stderr string) error {
	if code != exitOK {
		return fmt.Errorf("exit code %d: %s", code, stderr)
	}
	return nil
}

// The first admin is made beside a running server, signs in, and works through the API by the same session.
func TestAnAdminIsMadeBesideARunningServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := "sqlite:" + filepath.Join(dir, "state.db")
	writeShop(t, dir, "open", "请在订单页面申请", "webhook: {unsigned: true}\n")
	server := start(t, nil, "serve", "--shops", dir, "--addr", "127.0.0.1:0", "--store", store)
	base := "http://" + server.errs.until(t, `msg=serving addr=(\S+)`)[1]
	var out, errs bytes.Buffer
	a := &app{ctx: t.Context(), in: strings.NewReader("correct horse battery"), out: &out, err: &errs, env: os.LookupEnv, now: opened.Local}
	require.Equal(t, exitOK, run(a, []string{"account", "add", "boss", "--role", "admin", "--store", store}), errs.String())

	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := &http.Client{Jar: jar}
	get := func(at string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+at, nil)
		require.NoError(t, err)
		answer, err := client.Do(r)
		require.NoError(t, err)
		defer func() { _ = answer.Body.Close() }()
		raw, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return answer.StatusCode, string(raw)
	}
	_, body := get("/desk/people")
	require.Contains(t, body, `name="password"`)
	code, _ := get("/v1/me")
	require.Equal(t, http.StatusUnauthorized, code)
	form := url.Values{"name": {"boss"}, "password": {"correct horse battery"}, "next": {"/desk/people"}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/desk/login", strings.NewReader(form.Encode()))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := client.Do(r)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Equal(t, "/desk/people", answer.Request.URL.Path)
	code, body = get("/v1/me")
	require.Equal(t, http.StatusOK, code)
	require.JSONEq(t, `{"name":"boss","roles":{"*":"admin"}}`, body)
	require.NoError(t, codeOf(run(&app{ctx: t.Context(), in: strings.NewReader(""), out: &out, err: &errs, env: os.LookupEnv, now: opened.Local},
		[]string{"account", "remove", "boss", "--force", "--store", store}), "", errs.String()))
	code, _ = get("/v1/me")
	require.Equal(t, http.StatusUnauthorized, code, "the server knows it at once")
	require.Equal(t, exitOK, server.stop())
	require.NotContains(t, server.errs.String()+errs.String()+out.String(), "correct horse", "no log has a password")
}

func TestAPublicAddressThatIsNone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeShop(t, dir, "open", "请在订单页面申请", "webhook: {unsigned: true}\n")
	for _, bad := range []string{"desk.example", "ftp://desk.example", "https://desk.example/path"} {
		var out, errs bytes.Buffer
		a := &app{ctx: t.Context(), in: strings.NewReader(""), out: &out, err: &errs, env: os.LookupEnv, now: opened.Local}
		require.Equal(t, exitUsage, run(a, []string{"serve", "--shops", dir, "--addr", "127.0.0.1:0", "--store", "memory:", "--public-url", bad}), errs.String())
		require.Contains(t, errs.String(), "--public-url: the public address")
	}
}
