// Package pages serves the built pages and what they refer to.
package pages

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

// pageAt says under which URL each page is found.
var pageAt = map[string]string{
	"/{$}":     "index.html",
	"/play":    "play.html",
	"/console": "console.html",
	"/bench":   "bench.html",
	"/inspect": "inspect.html",
}

// Routes serves the built pages: each under its URL, asked for anew every time;
// what they refer to under /assets/, kept for good, since the names change with
// what is in them; files whose names others know, such as icons, for a day; and the
// SDK under /sdk/; and the documentation under /docs/. publicURL is where clients reach
// the node; "" if that is not known. Every page goes through share. own are the game's own
// pages, nil for none: with them, of ours only the console, the inspector and the
// documentation are shown, and that only where the game has nothing.
func Routes(mux *http.ServeMux, built, own fs.FS, publicURL string, share func(http.Handler) http.Handler) error {
	for url, name := range pageAt {
		if own != nil && name != "console.html" && name != "inspect.html" {
			continue
		}
		page, err := readPage(built, name, "no-cache", func(body []byte) []byte { return withWholeAddresses(body, publicURL) })
		if err != nil {
			return err
		}
		mux.Handle("GET "+url, share(page))
	}
	if own == nil {
		if err := routeFiles(mux, built, ".", "public, max-age=86400", share); err != nil {
			return err
		}
	}
	if err := routeFiles(mux, built, "assets", forGood, share); err != nil {
		return err
	}
	if err := routeSDK(mux, built, share); err != nil {
		return err
	}
	return routeDocs(mux, built, own, share)
}

// forGood is how long a file may be kept whose name says what is in it.
const forGood = "public, max-age=31536000, immutable"

// routeFiles serves the files of a folder under their own names, pages apart.
func routeFiles(mux *http.ServeMux, built fs.FS, folder, cache string, share func(http.Handler) http.Handler) error {
	files, err := fs.ReadDir(built, folder)
	if err != nil {
		return err
	}
	for _, file := range files {
		name := path.Join(folder, file.Name())
		if file.IsDir() || path.Ext(name) == ".html" || path.Ext(name) == pressedExt {
			continue
		}
		page, err := readPage(built, name, cache, nil)
		if err != nil {
			return err
		}
		mux.Handle("GET /"+name, share(page))
	}
	return nil
}

// withWholeAddresses makes relative addresses in a page's meta elements whole:
// who shows a picture of a link elsewhere wants it so.
func withWholeAddresses(body []byte, publicURL string) []byte {
	if publicURL == "" {
		return body
	}
	root := html.EscapeString(strings.TrimSuffix(publicURL, "/") + "/")
	return bytes.ReplaceAll(body, []byte(`content="./`), []byte(`content="`+root))
}

// page is one file. It never changes while the process lives.
type page struct {
	body  []byte
	press []byte        // brotli, as the build made it; nil: not worth it
	small func() []byte // gzip, made when first asked for; nil: not worth it
	kind  string
	etag  string // without the quotes
	cache string
}

// pressedExt is what the build adds to the name of a file for the same in brotli.
const pressedExt = ".br"

// worthGzip is the least size, bytes, that is compressed: below, it is one
// TCP segment either way.
const worthGzip = 1400

// readPage reads one file. change, unless nil, is done to it first.
func readPage(built fs.FS, name, cache string, change func([]byte) []byte) (*page, error) {
	body, err := fs.ReadFile(built, name)
	if err != nil {
		return nil, err
	}
	press, err := fs.ReadFile(built, name+pressedExt)
	if err != nil {
		press = nil // not worth it
	}
	if change != nil {
		if changed := change(body); !bytes.Equal(changed, body) {
			body, press = changed, nil
		}
	}
	hash := sha256.Sum256(body)
	p := &page{body: body, press: press, kind: kindOf(name), etag: hex.EncodeToString(hash[:12]), cache: cache}
	if len(body) >= worthGzip && !dense[path.Ext(name)] {
		p.small = sync.OnceValue(func() []byte { return gzipped(body) })
	}
	return p, nil
}

// kinds are those of the files that the build writes. What package mime says
// depends on the machine.
var kinds = map[string]string{
	".html":        "text/html; charset=utf-8",
	".css":         "text/css; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".ts":          "text/plain; charset=utf-8", // types, for people and their editors
	".svg":         "image/svg+xml",
	".png":         "image/png",
	".jpg":         "image/jpeg",
	".woff2":       "font/woff2",
	".webmanifest": "application/manifest+json",
	".wasm":        "application/wasm",
	".bin":         "application/octet-stream",
	".webp":        "image/webp",
	".json":        "application/json",
	".txt":         "text/plain; charset=utf-8",
	".yaml":        "text/plain; charset=utf-8", // to be read in the browser
}

// dense are compressed as they are.
var dense = map[string]bool{".png": true, ".jpg": true, ".webp": true, ".woff2": true}

func kindOf(name string) string {
	if kind, ok := kinds[path.Ext(name)]; ok {
		return kind
	}
	return "application/octet-stream"
}

func gzipped(body []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(err) // not possible: the level is one of gzip's
	}
	_, _ = w.Write(body) // a bytes.Buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// ServeHTTP implements http.Handler.
func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h, body, etag := w.Header(), p.body, `"`+p.etag+`"`
	if p.small != nil {
		h.Set("Vary", "Accept-Encoding")
		switch {
		case p.press != nil && accepts(r, "br"):
			body, etag = p.press, `"`+p.etag+`-br"`
			h.Set("Content-Encoding", "br")
		case accepts(r, "gzip"):
			body, etag = p.small(), `"`+p.etag+`-gz"`
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("Cache-Control", p.cache)
	h.Set("Etag", etag)
	if strings.Contains(r.Header.Get("If-None-Match"), etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", p.kind)
	h.Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = w.Write(body)
}

// accepts reads Accept-Encoding as browsers write it: a list without weights. One
// with a weight for the coding gets the plain file, which is never wrong.
func accepts(r *http.Request, coding string) bool {
	for item := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		if strings.EqualFold(strings.TrimSpace(item), coding) {
			return true
		}
	}
	return false
}
