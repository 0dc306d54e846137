package simtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// pureImports compute and do nothing else. math is among them for its
// constants: its functions give floats, which are found as such.
var pureImports = []string{
	"bytes", "cmp", "embed", "encoding/binary", "errors", "fmt", "iter", "math", "math/bits",
	"slices", "sort", "strconv", "strings", "unicode", "unicode/utf8", simPath,
}

// sourceWalk collects the faults of one package.
type sourceWalk struct {
	fset   *token.FileSet
	info   *types.Info
	root   *listed
	faults []string
}

// add notes a fault, the same one only once per line.
func (w *sourceWalk) add(at token.Position, what string) {
	name := at.Filename
	if short, err := filepath.Rel(w.root.Dir, name); err == nil {
		name = short
	}
	fault := fmt.Sprintf("%s:%d: %s", filepath.ToSlash(name), at.Line, what)
	if !slices.Contains(w.faults, fault) {
		w.faults = append(w.faults, fault)
	}
}

func (w *sourceWalk) file(file *ast.File) {
	for _, spec := range file.Imports {
		// The parser has accepted the literal.
		path, _ := strconv.Unquote(spec.Path.Value)
		own := path == w.root.module() || strings.HasPrefix(path, w.root.module()+"/")
		if !slices.Contains(pureImports, path) && !own {
			w.add(w.fset.Position(spec.Pos()), fmt.Sprintf("import of %s: rules may only compute", path))
		}
	}
	for _, decl := range file.Decls {
		start := false // what init does is done in every run
		if f, ok := decl.(*ast.FuncDecl); ok {
			start = f.Recv == nil && f.Name.Name == "init"
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			if n == nil {
				return false
			}
			if what := w.fault(n, start); what != "" {
				w.add(w.fset.Position(n.Pos()), what)
			}
			return true
		})
	}
}

// fault says what is wrong with a node, or "".
func (w *sourceWalk) fault(n ast.Node, start bool) string {
	switch n := n.(type) {
	case *ast.GoStmt, *ast.SelectStmt, *ast.SendStmt, *ast.ChanType:
		return "goroutines and channels: the order in which they run is not state"
	case *ast.RangeStmt:
		if isMap(w.info.TypeOf(n.X)) {
			return "a range over a map: its order is another one each time"
		}
		return w.changes(start, n.Key, n.Value)
	case *ast.AssignStmt:
		if n.Tok == token.DEFINE {
			return ""
		}
		return w.changes(start, n.Lhs...)
	case *ast.IncDecStmt:
		return w.changes(start, n.X)
	case *ast.CallExpr:
		return w.call(n, start)
	case ast.Expr:
		return w.float(n)
	}
	return ""
}

// float finds what has a float's type and is no constant.
func (w *sourceWalk) float(e ast.Expr) string {
	tv := w.info.Types[e]
	if name, ok := e.(*ast.Ident); ok {
		if v, ok := w.info.Defs[name].(*types.Var); ok {
			tv.Type = v.Type()
		}
	}
	if tv.Value == nil && isFloat(tv.Type) {
		return "a float: other machines may round it otherwise"
	}
	return ""
}

// call judges a call: of a built-in that changes its argument, or of what
// gives a float.
func (w *sourceWalk) call(n *ast.CallExpr, start bool) string {
	if name, ok := ast.Unparen(n.Fun).(*ast.Ident); ok && len(n.Args) > 0 {
		if _, ok = w.info.Uses[name].(*types.Builtin); ok && slices.Contains([]string{"clear", "copy", "delete"}, name.Name) {
			return w.changes(start, n.Args[0])
		}
	}
	return w.float(n)
}

// changes finds package variables among what is assigned to.
func (w *sourceWalk) changes(start bool, targets ...ast.Expr) string {
	for _, target := range targets {
		v, ok := w.variable(target).(*types.Var)
		if ok && !start && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
			return fmt.Sprintf("a change of the package variable %s: it is no part of the state", v.Name())
		}
	}
	return ""
}

// variable is what an expression like v.field[i] begins with, or nil.
func (w *sourceWalk) variable(e ast.Expr) types.Object {
	switch e := e.(type) {
	case *ast.Ident:
		return w.info.Uses[e]
	case *ast.SelectorExpr:
		if name, ok := e.X.(*ast.Ident); ok {
			if _, ok := w.info.Uses[name].(*types.PkgName); ok {
				return w.info.Uses[e.Sel]
			}
		}
		return w.variable(e.X)
	case *ast.IndexExpr:
		return w.variable(e.X)
	case *ast.SliceExpr:
		return w.variable(e.X)
	case *ast.StarExpr:
		return w.variable(e.X)
	case *ast.ParenExpr:
		return w.variable(e.X)
	}
	return nil
}

func isMap(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Map)
	return ok
}

func isFloat(t types.Type) bool {
	if t == nil {
		return false
	}
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&(types.IsFloat|types.IsComplex) != 0
}
