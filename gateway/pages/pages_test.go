package pages

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/metronome-server/metronome/web"
)

// ask answers a request with header lines "Name: value".
func ask(t *testing.T, h http.Handler, url string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func unbounded(h http.Handler) http.Handler { return h }

func builtPages(t *testing.T, files fs.FS) http.Handler {
	t.Helper()
	mux := http.NewServeMux()
	if err := Routes(mux, files, nil, "", unbounded); err != nil {
		t.Fatal(err)
	}
	return mux
}

var long = strings.Repeat("let tick = 1;\n", 200)

func samplePages() fstest.MapFS {
	files := fstest.MapFS{
		"assets/app-1234.js":  {Data: []byte(long)},
		"assets/icon-5678.js": {Data: []byte(long[:worthGzip-1])},
		"missing.html":        {Data: []byte(`<!doctype html><a href="./play"><link href="./assets/app-1234.css">nothing here`)},
		"site.webmanifest":    {Data: []byte("{}")},

		"docs/index.html":          {Data: []byte("the first page")},
		"docs/concepts/clock.html": {Data: []byte("the clock")},
		"docs/docs.css":            {Data: []byte("body{}")},
		"docs/docs.css.br":         {Data: []byte("pressed")},
		"docs/llms.txt":            {Data: []byte("all pages")},

		"sdk/index.js":           {Data: []byte(`export * from "./0123abcd/index.js";`)},
		"sdk/index.d.ts":         {Data: []byte("declare function connect(): void;")},
		"sdk/0123abcd/index.js":  {Data: []byte("the entry")},
		"sdk/0123abcd/worker.js": {Data: []byte("the worker")},
	}
	for _, name := range pageAt {
		files[name] = &fstest.MapFile{Data: []byte("<!doctype html>" + name)}
	}
	return files
}

func TestPagesHaveTheirURLs(t *testing.T) {
	h := builtPages(t, samplePages())
	rows := []struct {
		url, says string
		status    int
		cache     string
	}{
		{"/", "index.html", 200, "no-cache"},
		{"/?from=there", "index.html", 200, "no-cache"},
		{"/play?room=x", "play.html", 200, "no-cache"},
		{"/console", "console.html", 200, "no-cache"},
		{"/bench", "bench.html", 200, "no-cache"},
		{"/assets/app-1234.js", "let tick", 200, "public, max-age=31536000, immutable"},
		{"/site.webmanifest", "{}", 200, "public, max-age=86400"},
		{"/missing.html", "404", 404, ""},
		{"/assets/app-0000.js", "404", 404, ""},
		{"/assets/", "404", 404, ""},
		{"/play/", "404", 404, ""},
		{"/index.html", "404", 404, ""},
	}
	for _, row := range rows {
		w := ask(t, h, row.url)
		if w.Code != row.status || !strings.Contains(w.Body.String(), row.says) || w.Header().Get("Cache-Control") != row.cache {
			t.Errorf("%s: %d %q %.60q", row.url, w.Code, w.Header().Get("Cache-Control"), w.Body)
		}
	}
}

func TestPagesAreCompressedForWhoAsks(t *testing.T) {
	h := builtPages(t, samplePages())
	rows := []struct {
		url, accepts string
		small        bool
	}{
		{"/assets/app-1234.js", "gzip, deflate, br", true},
		{"/assets/app-1234.js", "br, GZIP", true},
		{"/assets/app-1234.js", "br", false},
		{"/assets/app-1234.js", "gzip;q=0", false},
		{"/assets/app-1234.js", "", false},
		{"/assets/icon-5678.js", "gzip", false},
	}
	for _, row := range rows {
		w := ask(t, h, row.url, "Accept-Encoding: "+row.accepts)
		body := w.Body.Bytes()
		if small := w.Header().Get("Content-Encoding") == "gzip"; small != row.small {
			t.Errorf("%s for %q: compressed %v", row.url, row.accepts, small)
		} else if small {
			body = gunzip(t, body)
		}
		if !strings.HasPrefix(long, string(body)) || len(body) < worthGzip-1 {
			t.Errorf("%s for %q: %d bytes of something else", row.url, row.accepts, len(body))
		}
	}
}

// TestPressedFilesGoToWhoTakesThem: what the build has pressed is sent as it is, to
// browsers that take it, and has no URL of its own. A page that was changed is not
// what was pressed.
func TestPressedFilesGoToWhoTakesThem(t *testing.T) {
	files := samplePages()
	files["assets/app-1234.js.br"] = &fstest.MapFile{Data: []byte("pressed")}
	files["index.html"] = &fstest.MapFile{Data: []byte(`<meta content="./og.jpg">` + long)}
	files["index.html.br"] = &fstest.MapFile{Data: []byte("pressed page")}
	for _, row := range []struct{ url, accepts, publicURL, coding string }{
		{"/assets/app-1234.js", "gzip, deflate, br, zstd", "", "br"},
		{"/assets/app-1234.js", "gzip, deflate", "", "gzip"},
		{"/assets/app-1234.js", "br;q=0", "", ""},
		{"/", "br, gzip", "", "br"},
		{"/", "br, gzip", "https://play.example", "gzip"},
	} {
		mux := http.NewServeMux()
		if err := Routes(mux, files, nil, row.publicURL, unbounded); err != nil {
			t.Fatal(err)
		}
		w := ask(t, mux, row.url, "Accept-Encoding: "+row.accepts)
		if got := w.Header().Get("Content-Encoding"); got != row.coding || strings.HasPrefix(w.Body.String(), "pressed") != (row.coding == "br") {
			t.Errorf("%s for %q at %q: %q, %.20q", row.url, row.accepts, row.publicURL, got, w.Body)
		}
		if row.coding != "" && w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s for %q: a cache would give it to everybody", row.url, row.accepts)
		}
		if w = ask(t, mux, "/assets/app-1234.js.br"); w.Code != http.StatusNotFound {
			t.Errorf("the pressed file has a URL: %d", w.Code)
		}
	}
}

func gunzip(t *testing.T, body []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func TestPageIsNotSentTwice(t *testing.T) {
	h := builtPages(t, samplePages())
	plain := ask(t, h, "/assets/app-1234.js").Header().Get("Etag")
	small := ask(t, h, "/assets/app-1234.js", "Accept-Encoding: gzip").Header().Get("Etag")
	if plain == "" || plain == small {
		t.Fatalf("the plain file is %s, the compressed one %s", plain, small)
	}
	rows := []struct {
		has, accepts string
		status       int
	}{
		{plain, "", 304},
		{`"other", W/` + plain, "", 304},
		{small, "gzip", 304},
		{plain, "gzip", 200},
		{small, "", 200},
		{`"other"`, "", 200},
	}
	for _, row := range rows {
		w := ask(t, h, "/assets/app-1234.js", "If-None-Match: "+row.has, "Accept-Encoding: "+row.accepts)
		if w.Code != row.status || (w.Code == 304) != (w.Body.Len() == 0) {
			t.Errorf("has %s, accepts %q: %d with %d bytes", row.has, row.accepts, w.Code, w.Body.Len())
		}
	}
}

// TestPicturesOfLinksHaveWholeAddresses: who shows a link elsewhere looks for them.
func TestPicturesOfLinksHaveWholeAddresses(t *testing.T) {
	const said = `<meta property="og:image" content="./og.jpg"><link href="./site.webmanifest">`
	rows := []struct{ publicURL, want string }{
		{"", said},
		{"https://play.example/game/", strings.Replace(said, "./og.jpg", "https://play.example/game/og.jpg", 1)},
	}
	for _, row := range rows {
		files, mux := samplePages(), http.NewServeMux()
		files["index.html"] = &fstest.MapFile{Data: []byte(said)}
		if err := Routes(mux, files, nil, row.publicURL, unbounded); err != nil {
			t.Fatal(err)
		}
		if got := ask(t, mux, "/").Body.String(); got != row.want {
			t.Errorf("at %q: %s", row.publicURL, got)
		}
	}
}

func TestPagesAreMissed(t *testing.T) {
	for _, name := range []string{"index.html", "play.html", "console.html", "bench.html"} {
		files := samplePages()
		delete(files, name)
		if Routes(http.NewServeMux(), files, nil, "", unbounded) == nil {
			t.Errorf("a build without %s is served", name)
		}
	}
}

// TestBuiltPagesNeedNothingElse holds the built files to the policy: no inline
// script or style, no other server, nothing that is not there.
func TestBuiltPagesNeedNothingElse(t *testing.T) {
	h := builtPages(t, web.FS)
	inline := regexp.MustCompile(`<style|\sstyle=|\son[a-z]+=|javascript:|<script[^>]*>[^<]`)
	refers := regexp.MustCompile(`<(?:link|script|img)[^>]*(?:href|src)="([^"]*)"`)
	rooted := regexp.MustCompile(`(?:href|src|action)="/[^"]*"`)
	missing, err := Missing(web.FS, h)
	if err != nil {
		t.Fatal(err)
	}
	bodies := map[string]string{"/nothing": ask(t, missing, "/nothing", "Accept: text/html").Body.String()}
	for url := range pageAt {
		bodies[url] = ask(t, h, strings.TrimSuffix(url, "{$}")).Body.String()
	}
	for url, body := range bodies {
		if found := inline.FindString(body); found != "" {
			t.Errorf("%s has %q inline", url, found)
		}
		for _, to := range refers.FindAllStringSubmatch(body, -1) {
			name, relative := strings.CutPrefix(to[1], "./")
			if !relative || ask(t, h, "/"+name).Code != 200 {
				t.Errorf("%s refers to %s, which is not there", url, to[1])
			}
		}
		// The server may be below a path of its host.
		if found := rooted.FindString(body); found != "" {
			t.Errorf("%s has %s, which is not relative", url, found)
		}
	}
	err = fs.WalkDir(web.FS, ".", func(name string, at fs.DirEntry, err error) error {
		// A pressed file is sent as what it was pressed from.
		if err == nil && !at.IsDir() && kinds[path.Ext(strings.TrimSuffix(name, pressedExt))] == "" {
			t.Errorf("%s has no content type", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
