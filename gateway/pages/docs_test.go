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

// TestDocsHaveTheirURLs, also beside a game's own pages, but for those that it has itself.
func TestDocsHaveTheirURLs(t *testing.T) {
	game := fstest.MapFS{"index.html": {Data: []byte("the game")}}
	withDocs := fstest.MapFS{"docs/index.html": {Data: []byte("the game's")}, "llms.txt": {Data: []byte("its own")}}
	withPage := fstest.MapFS{"docs.html": {Data: []byte("the game's")}}
	rows := []struct {
		own    fs.FS
		url    string
		status int
		says   string // the body, or where it leads
	}{
		{nil, "/docs/", 200, "the first page"},
		{nil, "/docs", 307, "docs/"},
		{nil, "/docs/concepts/clock", 200, "the clock"},
		{nil, "/docs/concepts/clock.html", 404, "404"},
		{nil, "/docs/index", 404, "404"},
		{nil, "/docs/docs.css", 200, "body{}"},
		{nil, "/docs/docs.css.br", 404, "404"},
		{nil, "/docs/nothing", 404, "404"},
		{nil, "/docs/llms.txt", 200, "all pages"},
		{nil, "/llms.txt", 307, "docs/llms.txt"},
		{game, "/docs/concepts/clock", 200, "the clock"},
		{game, "/llms.txt", 307, "docs/llms.txt"},
		{withDocs, "/docs/", 404, "404"}, // nothing of ours: what is not routed is the game's
		{withDocs, "/docs/concepts/clock", 404, "404"},
		{withDocs, "/llms.txt", 404, "404"},
		{withPage, "/docs", 404, "404"},
		{withPage, "/llms.txt", 307, "docs/llms.txt"},
	}
	for _, row := range rows {
		mux := http.NewServeMux()
		if err := Routes(mux, samplePages(), row.own, "", unbounded); err != nil {
			t.Fatal(err)
		}
		w := ask(t, mux, row.url)
		if said := w.Body.String() + w.Header().Get("Location"); w.Code != row.status || !strings.Contains(said, row.says) {
			t.Errorf("%s beside %v: %d %q, want %d %q", row.url, row.own, w.Code, said, row.status, row.says)
		}
		if cached := w.Header().Get("Cache-Control"); row.status != 404 && cached != "no-cache" {
			t.Errorf("%s may be kept: %q", row.url, cached)
		}
	}
}

// TestBuiltDocsNeedNothingElse holds the built documentation to the policy, and follows
// every link of it that stays on the node.
func TestBuiltDocsNeedNothingElse(t *testing.T) {
	h := builtPages(t, web.FS)
	inline := regexp.MustCompile(`<style|\sstyle=|<[^>]*\son[a-z]+=|javascript:|<script[^>]*>[^<]`)
	refers := regexp.MustCompile(`(?:href|src)="([^"#]*)`)
	pages := 0
	err := fs.WalkDir(web.FS, docsFolder, func(name string, at fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".html" {
			return err
		}
		pages++
		body, err := fs.ReadFile(web.FS, name)
		if found := inline.FindString(string(body)); found != "" {
			t.Errorf("%s has %q inline", name, found)
		}
		for _, to := range refers.FindAllStringSubmatch(string(body), -1) {
			address := to[1]
			if address == "" || strings.Contains(address, "://") {
				continue
			}
			target := "/" + path.Join(path.Dir(name), address)
			if strings.HasSuffix(address, "/") {
				target += "/"
			}
			if !strings.HasPrefix(address, ".") || ask(t, h, target).Code != 200 {
				t.Errorf("%s refers to %s, which is not there", name, address)
			}
		}
		return err
	})
	if err != nil || pages < 10 {
		t.Errorf("%d pages, %v", pages, err)
	}
}
