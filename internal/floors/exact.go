package floors

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"strings"
)

// Exact lists what in the simulation and its games may give another result on
// another machine or in another run: floats, whose multiply and add a compiler
// may fuse, and ranges over maps. Constants are exact and pass. It also lists
// what does not type-check, since that could not be judged.
func Exact(src *Source) []string {
	c := &typed{
		src:   src,
		std:   importer.ForCompiler(token.NewFileSet(), "source", nil),
		known: map[string]*types.Package{},
	}
	for _, f := range src.Files {
		if under(f.Dir, "sim") && !under(f.Dir, checker) {
			// The faults are kept in c.
			_, _ = c.Import(module + "/" + f.Dir)
		}
	}
	return c.faults
}

// typed type-checks packages of the module from their parsed files, each once.
type typed struct {
	src    *Source
	std    types.Importer
	known  map[string]*types.Package
	faults []string
}

// Import implements types.Importer.
func (c *typed) Import(path string) (*types.Package, error) {
	dir, ours := strings.CutPrefix(path, module+"/")
	if !ours {
		return c.std.Import(path)
	}
	if pkg := c.known[path]; pkg != nil {
		return pkg, nil
	}
	var files []*ast.File
	for _, f := range c.src.Files {
		if f.Dir == dir && f.Built {
			files = append(files, f.AST)
		}
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	config := types.Config{Importer: c, Error: func(err error) { c.faults = append(c.faults, err.Error()) }}
	pkg, err := config.Check(path, c.src.Fset, files, info)
	c.known[path] = pkg
	for _, file := range files {
		c.faults = append(c.faults, inexact(c.src.Fset, file, info)...)
	}
	return pkg, err
}

func inexact(fset *token.FileSet, file *ast.File, info *types.Info) []string {
	var faults []string
	report := func(node ast.Node, what string) {
		faults = append(faults, fmt.Sprintf("%s: %s in sim", fset.Position(node.Pos()), what))
	}
	ast.Inspect(file, func(node ast.Node) bool {
		if loop, ok := node.(*ast.RangeStmt); ok && isMap(info.Types[loop.X].Type) {
			report(loop, "a range over a map")
		}
		expr, ok := node.(ast.Expr)
		if !ok {
			return true
		}
		if tv := info.Types[expr]; tv.Value == nil && isFloat(tv.Type) {
			report(expr, "a float")
			return false
		}
		return true
	})
	return faults
}

func isMap(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Map)
	return ok
}

// isFloat tells whether values of the type are floats or complex numbers.
func isFloat(t types.Type) bool {
	if t == nil {
		return false
	}
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&(types.IsFloat|types.IsComplex) != 0
}
