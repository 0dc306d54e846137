package pages

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestOwnPages(t *testing.T) {
	files := fstest.MapFS{
		"index.html":   {Data: []byte("<p>the game")},
		"about.html":   {Data: []byte("about it")},
		"img/ship.svg": {Data: []byte("<svg/>")},
		"404.html":     {Data: []byte("nowhere")},
	}
	h := Own(files)
	rows := []struct {
		url, accept string
		status      int
		says, kind  string
	}{
		{"/", browser, http.StatusOK, "<p>the game", "text/html"},
		{"/index.html", browser, http.StatusOK, "<p>the game", "text/html"},
		{"/about", browser, http.StatusOK, "about it", "text/html"},
		{"/img/ship.svg", "Accept: */*", http.StatusOK, "<svg/>", "image/svg+xml"},
		{"/img", browser, http.StatusNotFound, "nowhere", "text/html"},
		{"/../own_test.go", browser, http.StatusNotFound, "nowhere", "text/html"},
		{"/nothing", "Accept: */*", http.StatusNotFound, "404 page not found", "text/plain"},
	}
	for _, row := range rows {
		w := ask(t, h, row.url, row.accept)
		if w.Code != row.status || !strings.Contains(w.Body.String(), row.says) || !strings.HasPrefix(w.Header().Get("Content-Type"), row.kind) {
			t.Errorf("%s for %q: %d %s %s", row.url, row.accept, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
		if !strings.Contains(w.Header().Get("Content-Security-Policy"), "'unsafe-inline'") {
			t.Errorf("%s may not run what stands in it", row.url)
		}
	}
}

// TestOwnPageThatChanges: who writes a page sees it without a restart.
func TestOwnPageThatChanges(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "index.html")
	h := Own(os.DirFS(dir))
	for i, text := range []string{"one", "two"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, time.Unix(int64(i), 0), time.Unix(int64(i), 0)); err != nil {
			t.Fatal(err)
		}
		if w := ask(t, h, "/", browser); w.Body.String() != text {
			t.Errorf("%q is shown, want %q", w.Body, text)
		}
	}
}
