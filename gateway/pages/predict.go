package pages

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"sync"

	"github.com/andybalholm/brotli"
)

// Prediction is the module of WebAssembly with which pages predict what their player
// does, as 'metronome wasm' builds it. It may be kept for good: its name says what is in
// it.
type Prediction struct {
	// Path is where it is, below the node's base URL.
	Path  string
	press []byte        // brotli; nil: the file is plain
	plain func() []byte // made when first asked for
	small func() []byte // gzip
}

// PredictionFile is the file of a game's pages that is such a module, or the same in
// brotli with .br after its name.
const PredictionFile = "predict.wasm"

// mostPrediction is how large a module may be, bytes: one that says it is more is none.
const mostPrediction = 64 << 20

// ReadPrediction reads a module, which is plain or, with .br after the name, in brotli.
// nil: there is none. Errors: the disk's; it is no such file.
func ReadPrediction(files fs.FS, name string) (*Prediction, error) {
	body, err := fs.ReadFile(files, name)
	p := &Prediction{}
	if errors.Is(err, fs.ErrNotExist) {
		body, err = fs.ReadFile(files, name+pressedExt)
		p.press = body
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(body)
	p.Path = "predict/" + hex.EncodeToString(hash[:12]) + ".wasm"
	p.plain = func() []byte { return body }
	if p.press != nil {
		if _, err = unpressed(body); err != nil {
			return nil, fmt.Errorf("%s%s: %w", name, pressedExt, err)
		}
		p.plain = sync.OnceValue(func() []byte {
			plain, _ := unpressed(body) // it was tried
			return plain
		})
	}
	p.small = sync.OnceValue(func() []byte { return gzipped(p.plain()) })
	return p, nil
}

func unpressed(body []byte) ([]byte, error) {
	return io.ReadAll(io.LimitReader(brotli.NewReader(bytes.NewReader(body)), mostPrediction))
}

// Route serves the module; nil does nothing.
func (p *Prediction) Route(mux *http.ServeMux, share func(http.Handler) http.Handler) {
	if p != nil {
		mux.Handle("GET /"+p.Path, share(p))
	}
}

// ServeHTTP implements http.Handler.
func (p *Prediction) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h, body := w.Header(), []byte(nil)
	switch {
	case p.press != nil && accepts(r, "br"):
		body = p.press
		h.Set("Content-Encoding", "br")
	case accepts(r, "gzip"):
		body = p.small()
		h.Set("Content-Encoding", "gzip")
	default:
		body = p.plain()
	}
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", forGood)
	h.Set("Content-Type", kinds[".wasm"])
	h.Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = w.Write(body)
}
