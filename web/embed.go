// Package web holds the pages as they were built (scripts/web build), so that
// building the server needs nothing but Go.
package web

import (
	"embed"
	"io/fs"
)

//go:embed dist
var dist embed.FS

// FS has the pages (index.html, play.html, …), assets/, whose names carry the hash
// of what is in them, and in sdk/ the TypeScript SDK for pages of others.
var FS = sub()

func sub() fs.FS {
	at, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // not possible: the name is a constant and valid
	}
	return at
}
