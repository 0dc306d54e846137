package pages

import (
	"bytes"
	"io/fs"
	"net/http"
	"strings"
)

// deepest is how many folders down an address may be for a page to be made for
// it: each makes the page longer.
const deepest = 32

// Missing answers as plain does, which serves everything that there is, but in
// place of its 404 shows browsers a page with a way back.
func Missing(built fs.FS, plain http.Handler) (http.Handler, error) {
	body, err := fs.ReadFile(built, "missing.html")
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept")
		depth := strings.Count(r.URL.EscapedPath(), "/") - 1
		if !wantsPage(r) || depth > deepest || !isMissing(plain, r) {
			plain.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", kinds[".html"])
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusNotFound)
		// The node may be below a path that it does not know, so the way back is relative.
		up := []byte(`="./` + strings.Repeat("../", max(depth, 0)))
		_, _ = w.Write(bytes.ReplaceAll(body, []byte(`="./`), up))
	}), nil
}

// wantsPage says whether somebody looks at the answer, as browsers say it when
// they go to an address, and only then.
func wantsPage(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// isMissing asks plain in vain.
func isMissing(plain http.Handler, r *http.Request) bool {
	var p probe
	plain.ServeHTTP(&p, r)
	return p.status == http.StatusNotFound
}

// probe takes the status of an answer and nothing else.
type probe struct {
	header http.Header
	status int
}

// Header implements http.ResponseWriter.
func (p *probe) Header() http.Header {
	if p.header == nil {
		p.header = http.Header{}
	}
	return p.header
}

// WriteHeader implements http.ResponseWriter.
func (p *probe) WriteHeader(status int) {
	if p.status == 0 {
		p.status = status
	}
}

// Write implements http.ResponseWriter.
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
