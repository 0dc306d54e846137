// Package pages serves the built pages and what they refer to.
package pages

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
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
}

// Routes serves the built pages: each under its URL, asked for anew every time,
// and what they refer to under /assets/, kept for good, since the names change
// with what is in them. Every page goes through share.
func Routes(mux *http.ServeMux, built fs.FS, share func(http.Handler) http.Handler) error {
	for url, name := range pageAt {
		page, err := readPage(built, name, "no-cache")
		if err != nil {
			return err
		}
		mux.Handle("GET "+url, share(page))
	}
	assets, err := fs.ReadDir(built, "assets")
	if err != nil {
		return err
	}
	for _, asset := range assets {
		page, err := readPage(built, "assets/"+asset.Name(), "public, max-age=31536000, immutable")
		if err != nil {
			return err
		}
		mux.Handle("GET /assets/"+asset.Name(), share(page))
	}
	return nil
}

// page is one file. It never changes while the process lives.
type page struct {
	body  []byte
	small func() []byte // gzip, made when first asked for; nil: not worth it
	kind  string
	etag  string // without the quotes
	cache string
}

// worthGzip is the least size, bytes, that is compressed: below, it is one
// TCP segment either way.
const worthGzip = 1400

func readPage(built fs.FS, name, cache string) (*page, error) {
	body, err := fs.ReadFile(built, name)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(body)
	p := &page{body: body, kind: kindOf(name), etag: hex.EncodeToString(hash[:12]), cache: cache}
	if len(body) >= worthGzip && p.kind != "image/png" {
		p.small = sync.OnceValue(func() []byte { return gzipped(body) })
	}
	return p, nil
}

// kinds are those of the files that the build writes. What package mime says
// depends on the machine.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".png":  "image/png",
	".wasm": "application/wasm",
	".bin":  "application/octet-stream",
}

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
		if acceptsGzip(r) {
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

// acceptsGzip reads Accept-Encoding as browsers write it: a list without
// weights. One with a weight for gzip gets the plain file, which is never wrong.
func acceptsGzip(r *http.Request) bool {
	for item := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		if strings.EqualFold(strings.TrimSpace(item), "gzip") {
			return true
		}
	}
	return false
}
