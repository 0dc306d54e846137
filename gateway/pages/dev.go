package pages

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"hash/fnv"
	"io/fs"
	"net/http"
	"os"
	"path"
)

const (
	devScriptAt = "/dev.js"
	devStateAt  = "/dev/state"
)

// devScript has a page loaded again when its files have changed, and shows why the last
// build failed. It stands beside the page, and knows nothing of it.
const devScript = `let pages;
const note = document.createElement("pre");
note.id = "dev-error";
note.style.cssText = "position:fixed;inset:0 0 auto 0;margin:0;padding:12px;background:#5c1a1f;color:#fff;font:13px/1.4 monospace;white-space:pre-wrap;z-index:99999";
async function ask() {
  try {
    const state = await (await fetch(new URL("dev/state", import.meta.url))).json();
    if (pages !== undefined && pages !== state.pages) location.reload();
    pages = state.pages;
    note.textContent = state.error;
    if (state.error) document.body.append(note);
    else note.remove();
  } catch {
    // The server starts again.
  }
  setTimeout(ask, 500);
}
ask();
`

// Dev serves a game's own pages while it is written: each is loaded again by itself when
// one of the files has changed, and shows what stands in a file of failed builds.
func Dev(files fs.FS, failedBuild string) http.Handler {
	pages := &own{files: files, read: map[string]*ownFile{}, change: func(body []byte) []byte {
		return append(bytes.Clone(body), `<script type="module" src=".`+devScriptAt+`"></script>`...)
	}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path.Clean(r.URL.Path) {
		case devScriptAt:
			w.Header().Set("Content-Type", kinds[".js"])
			w.Header().Set("Cache-Control", "no-store")
			_, _ = w.Write([]byte(devScript))
		case devStateAt:
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Cache-Control", "no-store")
			fault, err := os.ReadFile(failedBuild) //nolint:gosec // the developer names it
			if err != nil {
				fault = nil // the last build was well
			}
			_ = json.NewEncoder(w).Encode(struct {
				Pages string `json:"pages"`
				Error string `json:"error"`
			}{fingerprintOf(files), string(fault)})
		default:
			pages.ServeHTTP(w, r)
		}
	})
}

// fingerprintOf differs when a file has changed, come or gone.
func fingerprintOf(files fs.FS) string {
	sum := fnv.New64a()
	_ = fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && name != PredictionFile { // which changes with the rules
			addFile(sum, name, e)
		}
		return nil // a file that goes meanwhile is gone the next time
	})
	return hex.EncodeToString(sum.Sum(nil))
}

func addFile(sum hash.Hash, name string, e fs.DirEntry) {
	if info, err := e.Info(); err == nil {
		_, _ = fmt.Fprintln(sum, name, info.Size(), info.ModTime().UnixNano())
	}
}
