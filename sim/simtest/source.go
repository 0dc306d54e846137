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
	"slices"
	"strings"
	"testing"
)

// simPath is the package whose contract is checked, geoPath one that any game may
// use; they have their own tests.
const (
	simPath = "github.com/metronome-server/metronome/sim"
	geoPath = simPath + "/geo"
)

// CheckSource reads a game's package, "." from its own test, and what it
// imports of its own module. It fails t with file, line and remedy of everything
// that may give another result on another machine or in another run:
//
//   - floats, ranges over maps, goroutines and channels, files that are not
//     built everywhere, and imports beyond packages sim and geo and a few of the standard
//     library that compute and do nothing else;
//   - int, uint and uintptr where their value may need more than 32 bits, which
//     is all that they have on some machines;
//   - sorts that leave the order of equals to the library, unless the line or
//     the one above says //simtest:total, which is to say that no two are equal;
//   - state outside tables: package variables, variables that a closure keeps,
//     and fields of the rules, and of what they hold, that Join, Leave, Step or
//     View write, or fill when they are a grid or its like. A field with the comment //simtest:derived may be written: it
//     follows from the tables, and is made anew in each step or in Restored.
//
// Tests are not looked at. It needs the go command. Rules belong in a package
// of their own, without main, so that the server's imports are not among them.
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

// list returns the package in dir, last, and all it imports, each after what it
// imports itself.
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

// source is a game's package and what it imports of its module, parsed and
// type-checked, and the faults that were found in it.
type source struct {
	fset   *token.FileSet
	root   *listed
	known  map[string]*types.Package // by path: the packages of files
	files  []*ast.File
	info   *types.Info
	sim    *types.Package // nil where nothing imports it
	faults []string
	total  map[lineOf]bool // lines of //simtest:total
}

type lineOf struct {
	file string
	line int
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
	s := &source{
		fset: token.NewFileSet(), root: packages[len(packages)-1], known: map[string]*types.Package{}, total: map[lineOf]bool{},
		info: &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{},
			Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{},
		},
	}
	compiled := importer.ForCompiler(s.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	for _, p := range packages {
		if p.Standard || p.module() != s.root.module() || p != s.root && (p.ImportPath == simPath || p.ImportPath == geoPath) {
			continue
		}
		if err := s.read(p, compiled); err != nil {
			return s.faults, err
		}
	}
	s.walk()
	s.states()
	s.sizes()
	return s.faults, nil
}

// imports finds packages that were read before those that are compiled: an
// object must be the same one wherever it is used.
type imports struct {
	read     map[string]*types.Package
	compiled types.Importer
}

func (i imports) Import(path string) (*types.Package, error) {
	if p := i.read[path]; p != nil {
		return p, nil
	}
	return i.compiled.Import(path)
}

// read parses and type-checks one package.
func (s *source) read(p *listed, compiled types.Importer) error {
	for _, list := range [][]string{p.IgnoredGoFiles, p.CgoFiles, p.SFiles} {
		for _, name := range list {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			s.add(token.Position{Filename: filepath.Join(p.Dir, name), Line: 1}, "the file is not pure Go that is built everywhere")
		}
	}
	var files []*ast.File
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(s.fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return err
		}
		files = append(files, file)
		for _, group := range file.Comments {
			s.noteTotal(group)
		}
	}
	config := types.Config{Importer: imports{s.known, compiled}}
	checked, err := config.Check(p.ImportPath, s.fset, files, s.info)
	if err != nil {
		return err
	}
	for _, imported := range checked.Imports() {
		if imported.Path() == simPath {
			s.sim = imported
		}
	}
	s.known[p.ImportPath] = checked
	s.files = append(s.files, files...)
	return nil
}

// noteTotal notes the line that a //simtest:total speaks of: its own, and the
// one after the comment.
func (s *source) noteTotal(group *ast.CommentGroup) {
	for _, c := range group.List {
		if says(c, "total") {
			own, after := s.fset.Position(c.Pos()), s.fset.Position(group.End())
			s.total[lineOf{own.Filename, own.Line}] = true
			s.total[lineOf{after.Filename, after.Line + 1}] = true
		}
	}
}

// says reports whether a comment is the directive //simtest:word, whatever
// reason follows.
func says(c *ast.Comment, word string) bool {
	rest, ok := strings.CutPrefix(c.Text, "//simtest:"+word)
	return ok && (rest == "" || rest[0] == ' ')
}

// add notes a fault, the same one only once per line.
func (s *source) add(at token.Position, what string) {
	name := at.Filename
	if short, err := filepath.Rel(s.root.Dir, name); err == nil {
		name = short
	}
	fault := fmt.Sprintf("%s:%d: %s", filepath.ToSlash(name), at.Line, what)
	if !slices.Contains(s.faults, fault) {
		s.faults = append(s.faults, fault)
	}
}

// addAt notes a fault of a node.
func (s *source) addAt(n ast.Node, format string, args ...any) {
	s.add(s.fset.Position(n.Pos()), fmt.Sprintf(format, args...))
}

// variable is what an expression like v.field[i] begins with, or nil.
func (s *source) variable(e ast.Expr) types.Object {
	switch e := e.(type) {
	case *ast.Ident:
		if v := s.info.Defs[e]; v != nil {
			return v
		}
		return s.info.Uses[e]
	case *ast.SelectorExpr:
		if name, ok := e.X.(*ast.Ident); ok {
			if _, ok := s.info.Uses[name].(*types.PkgName); ok {
				return s.info.Uses[e.Sel]
			}
		}
		return s.variable(e.X)
	case *ast.IndexExpr:
		return s.variable(e.X)
	case *ast.SliceExpr:
		return s.variable(e.X)
	case *ast.StarExpr:
		return s.variable(e.X)
	case *ast.ParenExpr:
		return s.variable(e.X)
	}
	return nil
}

// called returns the function that a call names, or nil.
func (s *source) called(call *ast.CallExpr) *types.Func {
	fun := ast.Unparen(call.Fun)
	if index, ok := fun.(*ast.IndexExpr); ok {
		fun = index.X
	}
	if index, ok := fun.(*ast.IndexListExpr); ok {
		fun = index.X
	}
	var name *ast.Ident
	switch fun := fun.(type) {
	case *ast.Ident:
		name = fun
	case *ast.SelectorExpr:
		name = fun.Sel
	default:
		return nil
	}
	f, _ := s.info.Uses[name].(*types.Func)
	if f != nil {
		f = f.Origin()
	}
	return f
}

// builtin returns the name of the built-in function that a call names, or "".
func (s *source) builtin(call *ast.CallExpr) string {
	if name, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
		if _, ok = s.info.Uses[name].(*types.Builtin); ok {
			return name.Name
		}
	}
	return ""
}

// isSim reports whether t is the named type of package sim, or a pointer to it.
func isSim(t types.Type, name string) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Name() == name && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == simPath
}
