package workbench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/web/workbench"
)

// snapshot is a small picture; others have another shade.
func snapshot(t *testing.T, shade uint8) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 8, 6))
	for i := range img.Pix {
		img.Pix[i] = shade
	}
	img.Set(1, 1, color.White)
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, img))
	return out.Bytes()
}

type upload struct {
	name, kind string
	body       []byte
}

// send posts the form of a reply as a browser without scripts does.
func (w *world) send(who, path string, fields url.Values, files ...upload) *httptest.ResponseRecorder {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, all := range fields {
		for _, value := range all {
			require.NoError(w.t, form.WriteField(name, value))
		}
	}
	for _, f := range files {
		part, err := form.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {`form-data; name="photos"; filename="` + f.name + `"`}, "Content-Type": {f.kind},
		})
		require.NoError(w.t, err)
		_, err = part.Write(f.body)
		require.NoError(w.t, err)
	}
	require.NoError(w.t, form.Close())
	return w.bring(who, path, form.FormDataContentType(), &body, int64(body.Len()))
}

// bring posts a body as it is.
func (w *world) bring(who, path, kind string, body io.Reader, length int64, headers ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "http://desk.example"+path, body)
	r.Header.Set("Content-Type", kind)
	r.ContentLength = length
	r.AddCookie(&http.Cookie{Name: "who", Value: who})
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rw := httptest.NewRecorder()
	w.http.ServeHTTP(rw, r)
	return rw
}

// shoot uploads one photo as the page's script does, and gives its path.
func (w *world) shoot(who, id, key string, raw []byte) (path string, rw *httptest.ResponseRecorder) {
	w.t.Helper()
	rw = w.bring(who, at("fruit", id, "/photo?key=", key), "image/png", bytes.NewReader(raw), int64(len(raw)), "X-Fragment", "1")
	var told struct{ Path string }
	require.NoError(w.t, json.Unmarshal(rw.Body.Bytes(), &told), rw.Body.String())
	return told.Path, rw
}

func TestAgentsSendPhotosWithoutAScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	page := w.see("chen", at("fruit", id))
	require.Contains(t, page, `enctype="multipart/form-data"`)
	fields := url.Values{"text": {"请看照片"}, "key": {field(t, page, "key")}, "seen": {field(t, page, "seen")}}
	for range 2 {
		rw := w.send("chen", at("fruit", id, "/reply"), fields, upload{"../../etc/passwd", "image/png", snapshot(t, 10)}, upload{"b.png", "text/html", snapshot(t, 20)}, upload{"", "application/octet-stream", nil})
		require.Equal(t, http.StatusSeeOther, rw.Code, rw.Body.String())
	}
	lines := w.one("fruit", id).Transcript
	last := lines[len(lines)-1]
	require.Equal(t, 1, count(lines, "请看照片"), "the same form twice is sent once")
	require.Len(t, last.Images, 2)
	for _, image := range last.Images {
		require.Regexp(t, `^http://desk\.example/photos/fruit/[a-z2-7]{32}$`, image, "a channel can fetch it, and nothing of the file's name is in it")
		path := strings.TrimPrefix(image, "http://desk.example")
		require.Contains(t, w.see("chen", at("fruit", id)), `src="`+path+`"`, "it stands in the conversation")
		require.Equal(t, "image/png", w.ask("", http.MethodGet, path, nil).Header().Get("Content-Type"), "the shop's server may fetch it without signing in")
	}
	w.pass(2 * time.Hour)
	require.Equal(t, http.StatusOK, w.ask("", http.MethodGet, strings.TrimPrefix(last.Images[0], "http://desk.example"), nil).Code, "it is kept with the conversation")
	rw := w.send("chen", at("fruit", id, "/reply"), url.Values{"key": {"only"}}, upload{"c.png", "image/png", snapshot(t, 30)})
	require.Equal(t, http.StatusSeeOther, rw.Code, "a photo needs no words")
	n, err := w.Erase(t.Context(), "fruit", "b-c-1", "老板")
	require.NoError(t, err)
	require.Positive(t, n)
	require.Equal(t, http.StatusNotFound, w.ask("", http.MethodGet, strings.TrimPrefix(last.Images[0], "http://desk.example"), nil).Code, "it is erased with the buyer")
}

func TestPhotosThatAScriptHasSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	one, _ := w.shoot("chen", id, "k", snapshot(t, 10))
	again, _ := w.shoot("chen", id, "k", snapshot(t, 10))
	require.Equal(t, one, again)
	two, _ := w.shoot("chen", id, "k", snapshot(t, 20))
	form := url.Values{"key": {"k"}, "photo": {one, two}, "drop": {two}}
	for range 2 {
		require.Equal(t, http.StatusOK, w.ask("chen", http.MethodPost, at("fruit", id, "/reply"), form, "X-Fragment", "1").Code)
	}
	lines := w.one("fruit", id).Transcript
	require.Equal(t, []string{"http://desk.example" + one}, lines[len(lines)-1].Images)
	require.Empty(t, lines[len(lines)-1].Text)
	sent := 0
	for _, l := range lines {
		sent += len(l.Images)
	}
	require.Equal(t, 1, sent)
}

func TestPhotosThatAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	good, huge := snapshot(t, 10), make([]byte, 8<<20+1)
	copy(huge, good)
	for _, c := range []struct {
		name string
		file upload
		want int
		word string
	}{
		{"a drawing that can run", upload{"a.svg", "image/svg+xml", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)}, http.StatusUnsupportedMediaType, "只能发照片"},
		{"a page that calls itself a photo", upload{"a.png", "image/png", []byte("<html><script>alert(1)</script>")}, http.StatusUnsupportedMediaType, "只能发照片"},
		{"a page behind the first bytes of a photo", upload{"a.png", "image/png", append([]byte("\x89PNG\r\n\x1a\n"), "<script>"...)}, http.StatusUnsupportedMediaType, "只能发照片"},
		{"too large", upload{"a.png", "image/png", huge}, http.StatusRequestEntityTooLarge, "最大 8 MB"},
	} {
		fields := url.Values{"text": {"草稿 " + c.name}, "key": {c.name}}
		rw := w.send("chen", at("fruit", id, "/reply"), fields, upload{"ok.png", "image/png", good}, c.file)
		require.Equal(t, c.want, rw.Code, c.name)
		require.Contains(t, rw.Body.String(), c.word, c.name)
		require.Contains(t, rw.Body.String(), "草稿 "+c.name+"</textarea>", "the draft is kept")
		require.Contains(t, rw.Body.String(), `name="photo" value="/photos/fruit/`, "with the photo that was good")
		path, rw := w.shoot("chen", id, "k", c.file.body)
		require.Empty(t, path)
		require.Equal(t, c.want, rw.Code, c.name)
		require.Contains(t, rw.Body.String(), c.word, c.name)
	}
	endless := w.bring("chen", at("fruit", id, "/reply"), "multipart/form-data; boundary=x", strings.NewReader(""), 100<<20)
	require.Equal(t, http.StatusRequestEntityTooLarge, endless.Code)
	lying := io.MultiReader(strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n"), io.LimitReader(forever{}, 100<<20))
	require.Equal(t, http.StatusRequestEntityTooLarge, w.bring("chen", at("fruit", id, "/reply"), "multipart/form-data; boundary=x", lying, -1).Code)
	for name, body := range map[string]string{
		"cut off": "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nabc", "no boundary": "abc",
		"many fields": strings.Repeat("--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\na\r\n", 100) + "--x--\r\n",
		"no letters":  "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n\xff\r\n--x--\r\n",
	} {
		require.Equal(t, http.StatusBadRequest, w.bring("chen", at("fruit", id, "/reply"), "multipart/form-data; boundary=x", strings.NewReader(body), -1).Code, name)
	}
	many := make([]upload, 10)
	for i := range many {
		many[i] = upload{"a.png", "image/png", snapshot(t, uint8(i))}
	}
	rw := w.send("chen", at("fruit", id, "/reply"), url.Values{"key": {"many"}}, many...)
	require.Equal(t, http.StatusRequestEntityTooLarge, rw.Code)
	require.Contains(t, rw.Body.String(), "最多 9 张")
	require.Equal(t, desk.Waiting, w.one("fruit", id).State, "nothing was sent")
}

// forever is a body without an end.
type forever struct{}

func (forever) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func TestPhotosOfOthersAreNotSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id, second := w.hand("fruit", "c-1"), w.hand("fruit", "c-2")
	theirs, _ := w.shoot("chen", second, "k", snapshot(t, 10))
	mine, _ := w.shoot("chen", id, "k", snapshot(t, 20))
	for name, path := range map[string]string{
		"another buyer's": theirs, "another shop's": strings.Replace(mine, "/fruit/", "/tea/", 1), "elsewhere": "https://evil.example/a.png", "a path": "/photos/fruit/../../desk", "none": "/photos/fruit/" + strings.Repeat("a", 32),
		"a script": "javascript:alert(1)",
	} {
		rw := w.ask("chen", http.MethodPost, at("fruit", id, "/reply"), url.Values{"text": {"好"}, "key": {name}, "photo": {path}}, "X-Fragment", "1")
		require.Equal(t, http.StatusBadRequest, rw.Code, name)
		require.Contains(t, rw.Body.String(), `"no-photo"`, name)
	}
	w.pass(2 * time.Hour)
	rw := w.ask("chen", http.MethodPost, at("fruit", id, "/reply"), url.Values{"text": {"好"}, "key": {"late"}, "photo": {mine}})
	require.Equal(t, http.StatusBadRequest, rw.Code, "it was not sent within the hour")
	require.Contains(t, rw.Body.String(), "照片已经过期")
	require.Contains(t, rw.Body.String(), "好</textarea>")
	require.NotContains(t, rw.Body.String(), mine)
	require.Zero(t, count(w.one("fruit", id).Transcript, "好"))

	require.Equal(t, http.StatusBadRequest, w.bring("chen", at("fruit", id, "/photo"), "image/png", bytes.NewReader(snapshot(t, 1)), 1).Code, "no key")
	w.post("chen", at("fruit", id, "/act/close"))
	_, rw = w.shoot("chen", id, "k", snapshot(t, 20))
	require.Equal(t, http.StatusConflict, rw.Code)
	require.Contains(t, rw.Body.String(), "已经关闭")
	require.Equal(t, http.StatusConflict, w.send("chen", at("fruit", id, "/reply"), url.Values{"key": {"k"}}, upload{"a.png", "image/png", snapshot(t, 20)}).Code)
	_, rw = w.shoot("chen", "h-none", "k", snapshot(t, 20))
	require.Equal(t, http.StatusNotFound, rw.Code)
}

func TestOneAgentUploadsAtAPace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	for range 200 {
		if _, rw := w.shoot("chen", id, "k", []byte("<svg>")); rw.Code == http.StatusTooManyRequests {
			require.Contains(t, rw.Body.String(), "请稍等")
			_, rw = w.shoot("wang", id, "k", snapshot(t, 1))
			require.Equal(t, http.StatusOK, rw.Code, "colleagues do not wait for it")
			return
		}
	}
	t.Fatal("one agent may upload without end")
}

// FuzzTheFormOfAReply makes sure that whatever a browser sends is taken or refused, and nothing of it is an error of the server's.
func FuzzTheFormOfAReply(f *testing.F) {
	const field = "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n您好\r\n"
	const file = "--x\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"../a.svg\"\r\nContent-Type: image/svg+xml\r\n\r\n<svg/>\r\n"
	for _, s := range []string{"", field, field + "--x--\r\n", field + file + "--x--\r\n", file + field + "--x--", "--x--", "--x\r\n\r\n--x\r\n\r\n", strings.Repeat(field, 50)} {
		f.Add(s, "x")
	}
	w := newWorld(f, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	f.Fuzz(func(t *testing.T, body, boundary string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://desk.example"+at("fruit", id, "/reply"), strings.NewReader(body))
		r.Header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
		r.AddCookie(&http.Cookie{Name: "who", Value: "chen"})
		rw := httptest.NewRecorder()
		w.http.ServeHTTP(rw, r)
		require.Less(t, rw.Code, http.StatusInternalServerError, rw.Body.String())
		require.GreaterOrEqual(t, rw.Code, http.StatusSeeOther)
	})
}
