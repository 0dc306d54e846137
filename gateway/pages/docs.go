package pages

import (
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// docsFolder has the documentation among the built pages.
const docsFolder = "docs"

// routeDocs serves the documentation: each page of docs/ under its name without ".html",
// index.html under /docs/, and every other file under its own. All are asked for anew
// every time, since they belong together. /llms.txt leads to that of the documentation.
// Where the game has pages of its own at these places when the node starts, they win.
func routeDocs(mux *http.ServeMux, built, own fs.FS, share func(http.Handler) http.Handler) error {
	if !has(own, "llms.txt") {
		mux.Handle("GET /llms.txt", share(leadTo(docsFolder+"/llms.txt")))
	}
	if has(own, docsFolder) || has(own, docsFolder+".html") {
		return nil
	}
	mux.Handle("GET /"+docsFolder, share(leadTo(docsFolder+"/")))
	return fs.WalkDir(built, docsFolder, func(name string, at fs.DirEntry, err error) error {
		if err != nil || at.IsDir() || path.Ext(name) == pressedExt {
			return err
		}
		p, err := readPage(built, name, "no-cache", nil)
		if err != nil {
			return err
		}
		url := "/" + strings.TrimSuffix(name, ".html")
		if name == docsFolder+"/index.html" {
			url = "/" + docsFolder + "/{$}"
		}
		mux.Handle("GET "+url, share(p))
		return nil
	})
}

// has reports whether the game has something of that name; nil has nothing.
func has(own fs.FS, name string) bool {
	if own == nil {
		return false
	}
	_, err := fs.Stat(own, name)
	return err == nil
}

// leadTo leads to another address. It is relative, as the node may be below a path that
// it does not know.
func leadTo(address string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Location", address)
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
}
