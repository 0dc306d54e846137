package simtest

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"slices"
)

// span is what a whole number may be: lo to hi, both included.
type span struct{ lo, hi int64 }

// far bounds the ends of a span, so that sums of them do not wrap.
const far = 1 << 61

func spanOf(lo, hi int64) span { return span{min(max(lo, -far), far), min(max(hi, -far), far)} }

func (a span) join(b span) span { return span{min(a.lo, b.lo), max(a.hi, b.hi)} }

func (a span) within(b span) bool { return a.lo >= b.lo && a.hi <= b.hi }

// cut returns what of a is in b; b when nothing is.
func (a span) cut(b span) span {
	if c := (span{max(a.lo, b.lo), min(a.hi, b.hi)}); c.lo <= c.hi {
		return c
	}
	return b
}

func (a span) times(b span) span {
	product := func(x, y int64) int64 {
		if x != 0 && (x*y/x != y || x == -1 && y == math.MinInt64) {
			if (x < 0) == (y < 0) {
				return far
			}
			return -far
		}
		return x * y
	}
	p, q, r, s := product(a.lo, b.lo), product(a.lo, b.hi), product(a.hi, b.lo), product(a.hi, b.hi)
	return spanOf(min(p, q, r, s), max(p, q, r, s))
}

// What is assumed of a number about which the source does not say more. The
// product of two, and the sum of such products, fits 32 bits: a judgement on
// every int would be nothing but noise.
const (
	mostUnknown = 1 << 14
	mostLen     = 1 << 22 // of a slice, a string, a map
	mostRows    = 1 << 20 // of a table
	// sizeRounds is how often assignments are followed. A number that grows by
	// factors in a loop grows out of 32 bits in as many; one that is counted up
	// does not.
	sizeRounds = 12
)

// sizeWalk follows what numbers of the types int, uint and uintptr may be, and
// finds those that may need more than the 32 bits which are all that these types
// have on some machines.
type sizeWalk struct {
	*source
	values map[types.Object]span // of variables, fields, parameters and results; of lists, of an element
	report bool
	result *types.Tuple // of the function that is walked
}

func (s *source) sizes() {
	w := &sizeWalk{source: s, values: map[types.Object]span{}}
	for round := 0; !w.report; round++ {
		known, sum := len(w.values), w.sum()
		w.all()
		if round == sizeRounds || len(w.values) == known && w.sum() == sum {
			w.report = true
			w.all()
		}
	}
}

// all walks all files once.
func (w *sizeWalk) all() {
	for _, file := range w.files {
		for _, decl := range file.Decls {
			w.result = nil
			if f, ok := decl.(*ast.FuncDecl); ok {
				w.result = w.info.Defs[f.Name].Type().(*types.Signature).Results()
			}
			w.walk(decl)
		}
	}
}

// sum tells whether a round has changed anything.
func (w *sizeWalk) sum() (n uint64) {
	for _, v := range w.values {
		n += uint64(v.hi) - uint64(v.lo)
	}
	return n
}

// walk takes in all assignments below a node and, in the last round, judges all
// expressions.
func (w *sizeWalk) walk(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			outer := w.result
			w.result = w.info.TypeOf(n).(*types.Signature).Results()
			w.walk(n.Body)
			w.result = outer
			return false
		case *ast.AssignStmt:
			w.assign(n)
		case *ast.IncDecStmt:
			w.take(n.X, span{-mostUnknown, mostUnknown})
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if i < len(n.Values) {
					w.take(name, w.of(n.Values[i]))
				} else if len(n.Values) == 0 {
					w.take(name, span{})
				}
			}
		case *ast.RangeStmt:
			w.ranged(n)
		case *ast.CompositeLit:
			w.composite(n)
		case *ast.ReturnStmt:
			for i, e := range n.Results {
				if w.result != nil && len(n.Results) == w.result.Len() {
					w.join(w.result.At(i), w.of(e))
				}
			}
		case *ast.CallExpr:
			w.passed(n)
		}
		if e, ok := n.(ast.Expr); ok && w.report {
			w.judge(e)
		}
		return true
	})
}

// assign takes in what variables become.
func (w *sizeWalk) assign(n *ast.AssignStmt) {
	if len(n.Lhs) != len(n.Rhs) {
		if call, ok := ast.Unparen(n.Rhs[0]).(*ast.CallExpr); ok {
			if f := w.called(call); f != nil {
				for i, target := range n.Lhs {
					w.take(target, w.resultOf(f, i))
				}
			}
		}
		return
	}
	for i, target := range n.Lhs {
		if n.Tok == token.ASSIGN || n.Tok == token.DEFINE {
			w.take(target, w.of(n.Rhs[i]))
			continue
		}
		v := w.binary(n.Tok+(token.ADD-token.ADD_ASSIGN), target, n.Rhs[i])
		if limit, ok := limitOf(w.info.TypeOf(target)); ok && w.report && !v.within(limit) {
			w.tooLarge(target)
		}
		w.take(target, v)
	}
}

// ranged takes in the variables of a range.
func (w *sizeWalk) ranged(n *ast.RangeStmt) {
	switch t := w.info.TypeOf(n.X).Underlying().(type) {
	case *types.Basic:
		if n.Key != nil && t.Info()&types.IsInteger != 0 {
			w.take(n.Key, span{0, max(w.of(n.X).hi, 0)})
		} else if n.Key != nil {
			w.take(n.Key, span{0, mostLen})
		}
	case *types.Slice, *types.Array, *types.Pointer:
		if n.Key != nil {
			w.take(n.Key, span{0, mostLen})
		}
		if n.Value != nil {
			w.take(n.Value, w.element(n.X))
		}
	}
}

// composite takes in fields and elements.
func (w *sizeWalk) composite(n *ast.CompositeLit) {
	t := w.info.TypeOf(n).Underlying()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem().Underlying()
	}
	fields, ok := t.(*types.Struct)
	for i, e := range n.Elts {
		pair, keyed := e.(*ast.KeyValueExpr)
		switch {
		case !ok:
		case keyed:
			if name, ok := pair.Key.(*ast.Ident); ok && w.info.Uses[name] != nil {
				w.join(w.info.Uses[name], w.of(pair.Value))
			}
		case i < fields.NumFields():
			w.join(fields.Field(i), w.of(e))
		}
	}
}

// passed takes in the arguments of a call as parameters.
func (w *sizeWalk) passed(n *ast.CallExpr) {
	f := w.called(n)
	if f == nil || f.Pkg() == nil || w.known[f.Pkg().Path()] == nil {
		return
	}
	params := f.Signature().Params()
	for i, arg := range n.Args {
		if params.Len() > 0 {
			w.join(params.At(min(i, params.Len()-1)), w.of(arg))
		}
	}
}

// take joins a span to what an expression that is assigned to may be.
func (w *sizeWalk) take(target ast.Expr, v span) { w.join(w.holder(target), v) }

// join joins a span to what an object may be, if it is of a type that is
// followed.
func (w *sizeWalk) join(o types.Object, v span) {
	if variable, ok := o.(*types.Var); ok {
		o = variable.Origin()
	}
	if o == nil || o.Type() == nil || !followed(o.Type()) {
		return
	}
	if was, ok := w.values[o]; ok {
		v = v.join(was)
	}
	if limit, ok := limitOf(o.Type()); ok {
		v = v.cut(limit)
	}
	w.values[o] = v
}

// followed reports whether t is int, uint, uintptr, or a list of them.
func followed(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return followed(u.Elem())
	case *types.Array:
		return followed(u.Elem())
	}
	_, ok := limitOf(t)
	return ok
}

// holder returns the variable or field that e is, or is an element of; or nil.
func (w *sizeWalk) holder(e ast.Expr) types.Object {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		if d := w.info.Defs[e]; d != nil {
			return d
		}
		return w.info.Uses[e]
	case *ast.SelectorExpr:
		return w.info.Uses[e.Sel]
	case *ast.IndexExpr:
		return w.holder(e.X)
	case *ast.SliceExpr:
		return w.holder(e.X)
	}
	return nil
}

// element returns what the elements of a list may be.
func (w *sizeWalk) element(list ast.Expr) span { return w.object(w.holder(list), w.info.TypeOf(list)) }

func (w *sizeWalk) object(o types.Object, t types.Type) span {
	if v, ok := o.(*types.Var); ok {
		if s, ok := w.values[v.Origin()]; ok {
			return s
		}
	}
	return unknown(t)
}

// unknown is what a number may be of which nothing is known but its type.
func unknown(t types.Type) span {
	if basic, ok := t.Underlying().(*types.Basic); ok {
		switch basic.Kind() {
		case types.Int8:
			return span{math.MinInt8, math.MaxInt8}
		case types.Int16:
			return span{math.MinInt16, math.MaxInt16}
		case types.Int32:
			return span{math.MinInt32, math.MaxInt32}
		case types.Int64:
			return span{-far, far}
		case types.Uint8:
			return span{0, math.MaxUint8}
		case types.Uint16:
			return span{0, math.MaxUint16}
		case types.Uint32:
			return span{0, math.MaxUint32}
		case types.Uint64:
			return span{0, far}
		case types.Uint, types.Uintptr:
			return span{0, mostUnknown}
		default:
		}
	}
	return span{-mostUnknown, mostUnknown}
}

// limitOf returns what a type holds on every machine that has another size on
// some; false for the other types.
func limitOf(t types.Type) (span, bool) {
	if t == nil {
		return span{}, false
	}
	basic, ok := t.Underlying().(*types.Basic)
	if !ok {
		return span{}, false
	}
	switch basic.Kind() {
	case types.Int:
		return span{math.MinInt32, math.MaxInt32}, true
	case types.Uint, types.Uintptr:
		return span{0, math.MaxUint32}, true
	default:
	}
	return span{}, false
}

// of returns what a number may be, cut to what its type holds everywhere.
func (w *sizeWalk) of(e ast.Expr) span {
	v := w.raw(e)
	if limit, ok := limitOf(w.info.TypeOf(e)); ok {
		return v.cut(limit)
	}
	return v
}

// raw returns what a number would be if its type held all of it.
func (w *sizeWalk) raw(e ast.Expr) span {
	e = ast.Unparen(e)
	tv := w.info.Types[e]
	if tv.Value != nil {
		if n := constant.ToInt(tv.Value); n.Kind() == constant.Int {
			if v, ok := constant.Int64Val(n); ok {
				return spanOf(v, v)
			}
		}
		return span{-far, far}
	}
	t := w.info.TypeOf(e)
	if t == nil {
		return span{-mostUnknown, mostUnknown}
	}
	switch e := e.(type) {
	case *ast.BinaryExpr:
		v := w.binary(e.Op, e.X, e.Y)
		if _, ok := limitOf(t); !ok { // of a size of its own it wraps
			return v.cut(unknown(t))
		}
		return v
	case *ast.UnaryExpr:
		if v := w.of(e.X); e.Op == token.SUB {
			return span{-v.hi, -v.lo}
		}
	case *ast.CallExpr:
		return w.call(e, t)
	case *ast.IndexExpr:
		return w.element(e.X)
	case *ast.CompositeLit: // of a list
		v := span{}
		for _, element := range e.Elts {
			v = v.join(w.of(element))
		}
		return v
	case *ast.Ident, *ast.SelectorExpr, *ast.SliceExpr:
		return w.object(w.holder(e), t)
	}
	return unknown(t)
}

func (w *sizeWalk) binary(op token.Token, x, y ast.Expr) span {
	a, b := w.of(x), w.of(y)
	switch op {
	case token.ADD:
		return spanOf(a.lo+b.lo, a.hi+b.hi)
	case token.SUB:
		return spanOf(a.lo-b.hi, a.hi-b.lo)
	case token.MUL:
		return a.times(b)
	case token.SHL:
		if b.hi > 60 {
			return span{-far, far}
		}
		return a.times(span{1, 1 << max(b.hi, 0)})
	case token.SHR:
		if b.lo == b.hi && b.lo >= 0 && b.lo < 63 {
			return span{a.lo >> b.lo, a.hi >> b.lo}
		}
		return a.join(span{})
	case token.QUO:
		if b.lo == b.hi && b.lo > 0 {
			return span{a.lo / b.lo, a.hi / b.lo}
		}
		return a.join(span{-a.hi, -a.lo}).join(span{})
	case token.REM:
		most := max(b.hi, -b.lo, 1) - 1
		return span{max(min(a.lo, 0), -most), min(max(a.hi, 0), most)}
	case token.AND:
		if a.lo >= 0 || b.lo >= 0 {
			most := int64(far)
			if a.lo >= 0 {
				most = a.hi
			}
			if b.lo >= 0 {
				most = min(most, b.hi)
			}
			return span{0, most}
		}
	case token.AND_NOT:
		if a.lo >= 0 {
			return span{0, a.hi}
		}
	case token.OR, token.XOR:
		if a.lo >= 0 && b.lo >= 0 {
			return spanOf(0, a.hi+b.hi)
		}
	default:
	}
	return a.join(b).join(span{-a.hi - 1, -a.lo}).join(span{-b.hi - 1, -b.lo})
}

func (w *sizeWalk) call(n *ast.CallExpr, t types.Type) span {
	if w.info.Types[n.Fun].IsType() && len(n.Args) == 1 {
		v := w.of(n.Args[0])
		if _, ok := limitOf(t); !ok {
			return v.cut(unknown(t))
		}
		return v
	}
	switch w.builtin(n) {
	case "len", "cap", "copy":
		return span{0, mostLen}
	case "min", "max":
		v := w.of(n.Args[0])
		for _, arg := range n.Args[1:] {
			o := w.of(arg)
			if w.builtin(n) == "min" {
				v = span{min(v.lo, o.lo), min(v.hi, o.hi)}
			} else {
				v = span{max(v.lo, o.lo), max(v.hi, o.hi)}
			}
		}
		return v
	case "append":
		v := w.element(n.Args[0])
		for _, arg := range n.Args[1:] {
			v = v.join(w.of(arg))
		}
		return v
	case "make", "new":
		return span{}
	}
	if f := w.called(n); f != nil {
		return w.resultOf(f, 0)
	}
	return unknown(t)
}

// resultOf returns what a result of a function may be.
func (w *sizeWalk) resultOf(f *types.Func, i int) span {
	results := f.Signature().Results()
	if i >= results.Len() {
		return span{}
	}
	if f.Pkg() != nil && f.Pkg().Path() == simPath && slices.Contains([]string{"Len", "Cap", "Since"}, f.Name()) {
		return span{-mostRows, mostRows}
	}
	if f.Pkg() != nil && f.Pkg().Path() == simPath && f.Name() == "Seen" {
		return span{0, math.MaxUint16}
	}
	return w.object(results.At(i), results.At(i).Type())
}

// judge reports a number that may need more than 32 bits where it comes to be.
func (w *sizeWalk) judge(e ast.Expr) {
	limit, ok := limitOf(w.info.TypeOf(e))
	if !ok {
		return
	}
	switch x := e.(type) {
	case *ast.BinaryExpr, *ast.UnaryExpr:
	case *ast.CallExpr:
		if !w.info.Types[x.Fun].IsType() {
			return
		}
	case *ast.Ident, *ast.SelectorExpr, *ast.BasicLit:
		if w.info.Types[e].Value == nil {
			return
		}
	default:
		return
	}
	if !w.raw(e).within(limit) {
		w.tooLarge(e)
	}
}

func (w *sizeWalk) tooLarge(e ast.Expr) {
	w.addAt(e, "%s may need more than the 32 bits that it has on some machines; use int32, or int64 where it is so large", w.info.TypeOf(e))
}
