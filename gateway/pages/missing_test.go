package pages

import (
	"net/http"
	"strings"
	"testing"
)

const browser = "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"

func withMissing(t *testing.T, plain http.Handler) http.Handler {
	t.Helper()
	h, err := Missing(samplePages(), plain)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestBrowsersAreShownAWayBack(t *testing.T) {
	h := withMissing(t, builtPages(t, samplePages()))
	rows := []struct{ url, accept, says string }{
		{"/nothing", browser, `href="./play"`},
		{"/a/b/c", browser, `href="./../../play"`},
		{"/play/", browser, `href="./../play"`},
		{"/a%2Fb", browser, `href="./play"`}, // no folder to a browser
		{"/nothing", "Accept: */*", "404 page not found"},
		{"/nothing", "Accept: application/json", "404 page not found"},
		{strings.Repeat("/a", 2*deepest), browser, "404 page not found"},
	}
	for _, row := range rows {
		w := ask(t, h, row.url, row.accept)
		if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), row.says) || w.Header().Get("Vary") != "Accept" {
			t.Errorf("%s for %q: %d %q %s", row.url, row.accept, w.Code, w.Header().Get("Vary"), w.Body)
		}
		page := strings.Contains(row.says, "href")
		if kind := w.Header().Get("Content-Type"); page != strings.HasPrefix(kind, "text/html") {
			t.Errorf("%s for %q is %s", row.url, row.accept, kind)
		}
	}
}

// TestOnlyWhatIsMissingIsSaidToBe: other refusals stay as they are.
func TestOnlyWhatIsMissingIsSaidToBe(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /only-post", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /there", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("here")) })
	h := withMissing(t, mux)
	if w := ask(t, h, "/only-post", browser); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "POST" {
		t.Errorf("another method: %d %v", w.Code, w.Header())
	}
	if w := ask(t, h, "/there", browser); w.Code != http.StatusOK || w.Body.String() != "here" {
		t.Errorf("what is there: %d %s", w.Code, w.Body)
	}
}

func TestABuildWithoutThePageIsRefused(t *testing.T) {
	files := samplePages()
	delete(files, "missing.html")
	if _, err := Missing(files, http.NotFoundHandler()); err == nil {
		t.Error("it is served")
	}
}
