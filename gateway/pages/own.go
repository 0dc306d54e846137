package pages

import (
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// Own serves the pages that a game brings along: index.html at /, tag.html at /tag too,
// every other file under its path, and 404.html, if it is there, for what is not. A file
// is asked for anew every time, and read again when it has changed. Pages may run scripts
// and styles that stand in them, and WebAssembly: nobody else writes them.
func Own(files fs.FS) http.Handler {
	return &own{files: files, read: map[string]*ownFile{}}
}

type own struct {
	files  fs.FS
	change func(body []byte) []byte // is done to pages; nil: nothing
	mu     sync.Mutex
	read   map[string]*ownFile // by name
}

// ownFile is a file as it was read.
type ownFile struct {
	page    *page
	changed time.Time
	bytes   int64
}

// ownPolicy is what a game's own page may do: what it wants, with its own files and
// whatever it talks to, but not stand in a page of somebody else.
const ownPolicy = "default-src 'self' data: blob: http: https: ws: wss:; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob: http: https:; " +
	"style-src 'self' 'unsafe-inline' http: https:; worker-src 'self' blob:; frame-ancestors 'self'; base-uri 'none'"

// ServeHTTP implements http.Handler.
func (o *own) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "405 method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "" {
		name = "index.html"
	}
	w.Header().Set("Content-Security-Policy", ownPolicy)
	for _, candidate := range []string{name, name + ".html"} {
		if p := o.page(candidate); p != nil {
			p.ServeHTTP(w, r)
			return
		}
	}
	if p := o.page("404.html"); p != nil && wantsPage(r) {
		w.Header().Set("Content-Type", p.kind)
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write(p.body)
		return
	}
	http.NotFound(w, r)
}

// page returns a file as it is now; nil: there is none.
func (o *own) page(name string) *page {
	info, err := fs.Stat(o.files, name)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if f := o.read[name]; f != nil && f.changed.Equal(info.ModTime()) && f.bytes == info.Size() {
		return f.page
	}
	change := o.change
	if path.Ext(name) != ".html" {
		change = nil
	}
	p, err := readPage(o.files, name, "no-cache", change)
	if err != nil {
		return nil
	}
	o.read[name] = &ownFile{p, info.ModTime(), info.Size()}
	return p
}
