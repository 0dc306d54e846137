// Press writes a brotli file beside each file of the built pages that is smaller
// so: press DIR. The server sends it to browsers that take it. It is made here,
// once, because the best compression takes a core for seconds.
package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/andybalholm/brotli"
)

// worthIt is the least size, bytes: below, a file is one TCP segment either way.
const worthIt = 1400

// pressed are the kinds of file that are text, or packed no better than text.
var pressed = map[string]bool{".html": true, ".css": true, ".js": true, ".svg": true, ".bin": true, ".ts": true, ".json": true, ".txt": true}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: press DIR")
		os.Exit(2)
	}
	if err := filepath.WalkDir(os.Args[1], press); err != nil {
		fmt.Fprintln(os.Stderr, "press:", err)
		os.Exit(1)
	}
}

// press writes path.br, if that is worth it.
func press(path string, entry fs.DirEntry, err error) error {
	if err != nil || entry.IsDir() || !pressed[filepath.Ext(path)] {
		return err
	}
	body, err := os.ReadFile(path)
	if err != nil || len(body) < worthIt {
		return err
	}
	var small bytes.Buffer
	w := brotli.NewWriterLevel(&small, brotli.BestCompression)
	if _, err = w.Write(body); err == nil {
		err = w.Close()
	}
	if err != nil || small.Len() >= len(body) {
		return err
	}
	return os.WriteFile(path+".br", small.Bytes(), 0o644)
}
