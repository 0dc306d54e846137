package pages

import (
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/metronome-server/metronome/web"
)

func TestSDKIsServedByItsFingerprint(t *testing.T) {
	h := builtPages(t, samplePages())
	rows := []struct {
		url, says string
		status    int
		cache     string
		kind      string
	}{
		{"/sdk/index.js", "./0123abcd/index.js", 200, "public, max-age=60, must-revalidate", "text/javascript"},
		{"/sdk/index.d.ts", "declare", 200, "public, max-age=60, must-revalidate", "text/plain"},
		{"/sdk/0123abcd/index.js", "entry", 200, "public, max-age=31536000, immutable", "text/javascript"},
		{"/sdk/0123abcd/worker.js", "worker", 200, "public, max-age=31536000, immutable", "text/javascript"},
		{"/sdk/another/worker.js", "404", 404, "", "text/plain"},
		{"/sdk/0123abcd/", "404", 404, "", "text/plain"},
		{"/sdk/", "404", 404, "", "text/plain"},
	}
	for _, row := range rows {
		w := ask(t, h, row.url)
		cache, kind := w.Header().Get("Cache-Control"), w.Header().Get("Content-Type")
		if w.Code != row.status || !strings.Contains(w.Body.String(), row.says) || cache != row.cache || !strings.HasPrefix(kind, row.kind) {
			t.Errorf("%s: %d %q %q %.60q", row.url, w.Code, cache, kind, w.Body)
		}
	}
}

// TestSDKOfAnotherBuildLeadsToThisOnes: a page may have kept an index.js, or got it
// from a node of another build.
func TestSDKOfAnotherBuildLeadsToThisOnes(t *testing.T) {
	w := ask(t, builtPages(t, samplePages()), "/sdk/another/index.js")
	if w.Code != http.StatusTemporaryRedirect || w.Header().Get("Location") != "../0123abcd/index.js" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestABuildWithoutOneSDKIsRefused(t *testing.T) {
	none, two := samplePages(), samplePages()
	for name := range none {
		if strings.HasPrefix(name, "sdk/0123abcd/") {
			delete(none, name)
		}
	}
	two["sdk/4567/index.js"] = &fstest.MapFile{Data: []byte("entry")}
	for what, files := range map[string]fs.FS{"none": none, "two": two} {
		if Routes(http.NewServeMux(), files, nil, "", unbounded) == nil {
			t.Errorf("a build with %s is served", what)
		}
	}
}

// TestBuiltSDKHasAllThatItRefersTo: its modules import each other by relative names.
func TestBuiltSDKHasAllThatItRefersTo(t *testing.T) {
	h := builtPages(t, web.FS)
	refers := regexp.MustCompile("(?:from|import|import\\(|URL\\()\\s*[\"'`](\\./[^\"'`]+)[\"'`]")
	seen := map[string]bool{}
	var follow func(url string)
	follow = func(url string) {
		if seen[url] {
			return
		}
		seen[url] = true
		w := ask(t, h, url)
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", url, w.Code)
			return
		}
		for _, to := range refers.FindAllStringSubmatch(w.Body.String(), -1) {
			follow(path.Join(path.Dir(url), to[1]))
		}
	}
	follow("/sdk/index.js")
	workers := 0
	for url := range seen {
		if path.Base(url) == "worker.js" {
			workers++
		}
	}
	if len(seen) < 4 || workers != 1 {
		t.Errorf("it leads to %v, and a page has use of an entry, a worker and what both share", seen)
	}
}
