package simtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// simPath is the package whose contract is checked; it has its own tests.
const simPath = "github.com/metronome-server/metronome/sim"

// CheckSource reads a game's package, "." from its own test, and what it
// imports of its own module. It fails t with file and line of everything that
// may give another result on another machine or in another run: floats, ranges
// over maps, goroutines and channels, changes of package variables, files that
// are not built everywhere, and imports beyond package sim and a few of the
// standard library that compute and do nothing else. Tests are not looked at.
// It needs the go command. Rules belong in a package of their own, without
// main, so that the server's imports are not among them.
func CheckSource(t testing.TB, dir string) {
	t.Helper()
	faults, err := readSource(dir)
	if err != nil {
		t.Errorf("simtest: %s cannot be read: %v", dir, err)
	}
	for _, fault := range faults {
		t.Errorf("simtest: %s", fault)
	}
}

// listed is what go list says of a package.
type listed struct {
	Dir, ImportPath, Export string
	Standard                bool
	Module                  *struct{ Path string }

	GoFiles, CgoFiles, SFiles, IgnoredGoFiles []string
}

func (p *listed) module() string {
	if p.Module == nil {
		return ""
	}
	return p.Module.Path
}

// list returns the package in dir, last, and all it imports.
func list(dir string) ([]*listed, error) {
	var out, words bytes.Buffer
	cmd := exec.Command("go", "list", "-deps", "-export",
		"-json=Dir,ImportPath,Export,Standard,Module,GoFiles,CgoFiles,SFiles,IgnoredGoFiles", ".")
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &words
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, strings.TrimSpace(words.String()))
	}
	var packages []*listed
	for decode := json.NewDecoder(&out); ; {
		p := &listed{}
		switch err := decode.Decode(p); {
		case errors.Is(err, io.EOF):
			return packages, nil
		case err != nil:
			return nil, fmt.Errorf("go list: %w", err)
		}
		packages = append(packages, p)
	}
}

// readSource returns the faults of the package in dir and its like.
func readSource(dir string) ([]string, error) {
	packages, err := list(dir)
	if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	for _, p := range packages {
		exports[p.ImportPath] = p.Export
	}
	fset := token.NewFileSet()
	known := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	root := packages[len(packages)-1]
	var faults []string
	for _, p := range packages {
		if p.Standard || p.module() != root.module() || p.ImportPath == simPath {
			continue
		}
		found, err := p.faults(fset, known, root)
		if err != nil {
			return faults, err
		}
		faults = append(faults, found...)
	}
	return faults, nil
}

// faults parses and type-checks one package and looks at each file.
func (p *listed) faults(fset *token.FileSet, known types.Importer, root *listed) ([]string, error) {
	w := &sourceWalk{fset: fset, root: root, info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{},
	}}
	for _, list := range [][]string{p.IgnoredGoFiles, p.CgoFiles, p.SFiles} {
		for _, name := range list {
			w.add(token.Position{Filename: filepath.Join(p.Dir, name), Line: 1}, "the file is not pure Go that is built everywhere")
		}
	}
	var files []*ast.File
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	config := types.Config{Importer: known}
	if _, err := config.Check(p.ImportPath, fset, files, w.info); err != nil {
		return nil, err
	}
	for _, file := range files {
		w.file(file)
	}
	return w.faults, nil
}
