package simtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// pureImports compute and do nothing else. math is among them for its
// constants: its functions give floats, which are found as such.
var pureImports = []string{
	"bytes", "cmp", "embed", "encoding/binary", "errors", "fmt", "iter", "math", "math/bits",
	"slices", "sort", "strconv", "strings", "unicode", "unicode/utf8", simPath, geoPath,
}

// walk looks at every node for what a single one shows.
func (s *source) walk() {
	for _, file := range s.files {
		for _, spec := range file.Imports {
			// The parser has accepted the literal.
			path, _ := strconv.Unquote(spec.Path.Value)
			own := path == s.root.module() || strings.HasPrefix(path, s.root.module()+"/")
			if !slices.Contains(pureImports, path) && !own {
				s.addAt(spec, "import of %s: rules may only compute", path)
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
				if what := s.fault(n, start); what != "" {
					s.addAt(n, "%s", what)
				}
				return true
			})
		}
	}
}

// fault says what is wrong with a node, or "".
func (s *source) fault(n ast.Node, start bool) string {
	switch n := n.(type) {
	case *ast.GoStmt, *ast.SelectStmt, *ast.SendStmt, *ast.ChanType:
		return "goroutines and channels: the order in which they run is not state"
	case *ast.RangeStmt:
		if isMap(s.info.TypeOf(n.X)) {
			return "a range over a map: its order is another one each time; keep a sorted list of its keys"
		}
		return s.changes(start, n.Key, n.Value)
	case *ast.AssignStmt:
		if n.Tok == token.DEFINE {
			return ""
		}
		return s.changes(start, n.Lhs...)
	case *ast.IncDecStmt:
		return s.changes(start, n.X)
	case *ast.UnaryExpr:
		if n.Op == token.AND && !start {
			if v := s.packageVariable(n.X); v != nil {
				return fmt.Sprintf("the address of the package variable %s: what is changed by it is no part of the state", v.Name())
			}
		}
		return s.float(n)
	case *ast.SelectorExpr:
		if what := s.method(n, start); what != "" {
			return what
		}
		return s.float(n)
	case *ast.CallExpr:
		return s.call(n, start)
	case ast.Expr:
		return s.float(n)
	}
	return ""
}

// float finds what has a float's type and is no constant.
func (s *source) float(e ast.Expr) string {
	tv := s.info.Types[e]
	if name, ok := e.(*ast.Ident); ok {
		if v, ok := s.info.Defs[name].(*types.Var); ok {
			tv.Type = v.Type()
		}
	}
	if tv.Value == nil && isFloat(tv.Type) {
		return "a float: other machines may round it otherwise; use sim.Fixed"
	}
	return ""
}

// method finds a method that may change the package variable it is called on.
func (s *source) method(n *ast.SelectorExpr, start bool) string {
	chosen := s.info.Selections[n]
	if start || chosen == nil || chosen.Kind() != types.MethodVal {
		return ""
	}
	sig, ok := chosen.Obj().Type().(*types.Signature)
	if !ok || sig.Recv() == nil {
		return ""
	}
	if _, ok := sig.Recv().Type().(*types.Pointer); !ok {
		return ""
	}
	if v := s.packageVariable(n.X); v != nil {
		return fmt.Sprintf("the package variable %s: its method %s may change it, and it is no part of the state", v.Name(), n.Sel.Name)
	}
	return ""
}

// call judges a call: of a built-in that changes its argument, of a sort, of
// what gives a float, and a conversion of a reference.
func (s *source) call(n *ast.CallExpr, start bool) string {
	if slices.Contains([]string{"clear", "copy", "delete"}, s.builtin(n)) && len(n.Args) > 0 {
		return s.changes(start, n.Args[0])
	}
	if what := s.sort(n); what != "" {
		return what
	}
	if tv := s.info.Types[n.Fun]; tv.IsType() && len(n.Args) == 1 {
		if what := s.reference(n, tv.Type); what != "" {
			return what
		}
	}
	return s.float(n)
}

// reference finds conversions that lose a part of a sim.Ref.
func (s *source) reference(n *ast.CallExpr, to types.Type) string {
	arg := s.info.Types[n.Args[0]]
	switch basic, ok := to.Underlying().(*types.Basic); {
	case arg.Type == nil || arg.Value != nil || !ok:
	case isSim(arg.Type, "Ref") && basic.Info()&types.IsInteger != 0 && basic.Kind() != types.Uint64 && basic.Kind() != types.Int64:
		return "a sim.Ref that is cut to fewer than its 64 bits names another row later; keep it whole, or keep its place in a list"
	case isSim(to, "Ref") && !isSim(arg.Type, "Ref") && !is64(arg.Type):
		return "a sim.Ref made of a number is not the name of a row; keep the one that Add or All gave"
	}
	return ""
}

func is64(t types.Type) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return ok && (basic.Kind() == types.Uint64 || basic.Kind() == types.Int64)
}

// sort finds sorts that leave the order of equals to the library.
func (s *source) sort(n *ast.CallExpr) string {
	f := s.called(n)
	if f == nil || f.Pkg() == nil || len(n.Args) == 0 {
		return ""
	}
	stable := map[string]string{
		"sort.Slice": "sort.SliceStable", "sort.Sort": "sort.Stable",
		"slices.SortFunc": "slices.SortStableFunc", "slices.SortedFunc": "slices.SortedStableFunc",
	}[f.Pkg().Path()+"."+f.Name()]
	at := s.fset.Position(n.Pos())
	if stable == "" || s.total[lineOf{at.Filename, at.Line}] || s.total[lineOf{at.Filename, s.fset.Position(n.End()).Line}] {
		return ""
	}
	if len(n.Args) == 2 && s.comparesAll(n.Args[1]) {
		return ""
	}
	return fmt.Sprintf("%s.%s: the order of equals is the library's; use %s, or say //simtest:total where no two are equal",
		f.Pkg().Name(), f.Name(), stable)
}

// comparesAll reports whether a comparison is one of whole numbers or strings:
// equals are the same then, whatever their order.
func (s *source) comparesAll(e ast.Expr) bool {
	e = ast.Unparen(e)
	if index, ok := e.(*ast.IndexExpr); ok {
		e = index.X
	}
	if named, ok := e.(*ast.SelectorExpr); ok {
		f, ok := s.info.Uses[named.Sel].(*types.Func)
		return ok && slices.Contains([]string{"cmp.Compare", "strings.Compare"}, f.FullName())
	}
	lit, ok := e.(*ast.FuncLit)
	if !ok || len(lit.Body.List) != 1 {
		return false
	}
	back, ok := lit.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(back.Results) != 1 {
		return false
	}
	call, ok := back.Results[0].(*ast.CallExpr)
	return ok && len(call.Args) == 2 && s.comparesAll(call.Fun) && isParam(s.info, call.Args[0]) && isParam(s.info, call.Args[1])
}

// isParam reports whether e is a plain name of a variable.
func isParam(info *types.Info, e ast.Expr) bool {
	name, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return false
	}
	_, ok = info.Uses[name].(*types.Var)
	return ok
}

// changes finds package variables among what is assigned to.
func (s *source) changes(start bool, targets ...ast.Expr) string {
	for _, target := range targets {
		if v := s.packageVariable(target); v != nil && !start {
			return fmt.Sprintf("a change of the package variable %s: it is no part of the state; keep it in a table", v.Name())
		}
	}
	return ""
}

// packageVariable returns the package variable that e begins with, or nil.
func (s *source) packageVariable(e ast.Expr) *types.Var {
	v, ok := s.variable(e).(*types.Var)
	if ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
		return v
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
