package pages

import (
	"fmt"
	"io/fs"
	"net/http"
	"path"
)

// routeSDK serves the TypeScript SDK to pages that are not of this build. Its files
// are in a folder that is named after what is in them, and kept for good; index.js
// above it leads there, so that a page need not know the name, and is kept for a
// minute, as are the types. Who comes with the name of another build, as after an
// update or by way of another node, is led to this one's.
func routeSDK(mux *http.ServeMux, built fs.FS, share func(http.Handler) http.Handler) error {
	const root = "sdk"
	fingerprint, err := onlyFolder(built, root)
	if err != nil {
		return err
	}
	if err = routeFiles(mux, built, root, "public, max-age=60, must-revalidate", share); err != nil {
		return err
	}
	if err = routeFiles(mux, built, path.Join(root, fingerprint), forGood, share); err != nil {
		return err
	}
	// Only the entry is led on: files of two builds do not go together. The address is
	// relative, as the node may be below a path that it does not know.
	mux.Handle("GET /"+root+"/{fingerprint}/index.js", share(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Location", "../"+fingerprint+"/index.js")
		w.WriteHeader(http.StatusTemporaryRedirect)
	})))
	return nil
}

// onlyFolder is the name of the one folder in another.
func onlyFolder(built fs.FS, in string) (string, error) {
	entries, err := fs.ReadDir(built, in)
	if err != nil {
		return "", err
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	if len(names) != 1 {
		return "", fmt.Errorf("%s has the folders %q, want one", in, names)
	}
	return names[0], nil
}
