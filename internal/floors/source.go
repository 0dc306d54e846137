// Package floors holds the rules of which package may import which, and of
// what may stand in the simulation, as functions over source files. Its tests
// apply them to this repository; nothing imports it.
package floors

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// module is the path of this repository's root package.
const module = "github.com/metronome-server/metronome"

// File is one parsed Go file that is not a test.
type File struct {
	Path string // from the root, with slashes
	Dir  string
	AST  *ast.File
	// Built tells whether the file's build constraints hold on this machine.
	Built bool
}

// Source is every Go file of one module but its tests.
type Source struct {
	Fset  *token.FileSet
	Files []File
}

// Load parses the module at the root of fsys, whatever the files' build tags.
// Nested modules, testdata and hidden folders are not part of it.
// It fails on a file that does not parse.
func Load(fsys fs.FS) (*Source, error) {
	src := &Source{Fset: token.NewFileSet()}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if foreign(fsys, name) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		return src.add(fsys, name)
	})
	return src, err
}

// foreign tells whether a folder is no part of the module.
func foreign(fsys fs.FS, dir string) bool {
	if dir == "." {
		return false
	}
	base := path.Base(dir)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "node_modules" {
		return true
	}
	_, err := fs.Stat(fsys, path.Join(dir, "go.mod"))
	return err == nil
}

func (s *Source) add(fsys fs.FS, name string) error {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	parsed, err := parser.ParseFile(s.Fset, name, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	context := build.Default
	context.JoinPath = path.Join
	context.OpenFile = func(name string) (io.ReadCloser, error) { return fsys.Open(name) }
	built, err := context.MatchFile(path.Dir(name), path.Base(name))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	s.Files = append(s.Files, File{Path: name, Dir: path.Dir(name), AST: parsed, Built: built})
	return nil
}

// Imports are the file's import paths in order.
func (f File) Imports() []string {
	var paths []string
	for _, spec := range f.AST.Imports {
		// The parser has accepted the literal.
		p, _ := strconv.Unquote(spec.Path.Value)
		paths = append(paths, p)
	}
	return paths
}

// under tells whether a path is one of dirs or below one.
func under(name string, dirs ...string) bool {
	for _, dir := range dirs {
		if name == dir || strings.HasPrefix(name, dir+"/") {
			return true
		}
	}
	return false
}
