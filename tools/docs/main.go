// Docs builds the site that every node serves at /docs/, from Markdown:
//
//	docs site ROOT DIST       writes DIST/docs, with DIST/assets there already
//	docs reference ROOT DIR   writes the pages of DIR that come from doc comments and tables
//
// ROOT is the folder of the repository. What it writes depends on nothing else. A link
// that leads nowhere is an error.
package main

import (
	"fmt"
	"os"
)

func main() {
	err := fmt.Errorf("usage: docs site ROOT DIST | docs reference ROOT DIR")
	if len(os.Args) == 4 {
		switch root, to := os.Args[2], os.Args[3]; os.Args[1] {
		case "site":
			err = writeSite(root, to)
		case "reference":
			err = writeReference(root, to)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}
