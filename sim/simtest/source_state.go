package simtest

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// stateWalk finds state that is kept outside tables: fields of the rules, and
// of what they hold, that a running match writes, and variables that closures
// keep.
type stateWalk struct {
	*source
	bodies  map[*types.Func]*ast.FuncDecl
	holders map[*types.TypeName]bool // the rules' types and what their fields are made of
	derived map[*types.Var]bool      // fields with //simtest:derived
	rows    map[*types.TypeName]bool // what tables, inputs and events are made of
	runs    map[*types.Func]bool     // may run in a match, after New
	queue   []ast.Node               // bodies of those that are still to be looked at
}

func (s *source) states() {
	if s.sim == nil {
		return
	}
	w := &stateWalk{
		source: s, bodies: map[*types.Func]*ast.FuncDecl{}, holders: map[*types.TypeName]bool{},
		derived: map[*types.Var]bool{}, rows: map[*types.TypeName]bool{}, runs: map[*types.Func]bool{},
	}
	for _, file := range s.files {
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil {
				if obj, ok := s.info.Defs[f.Name].(*types.Func); ok {
					w.bodies[obj] = f
				}
			}
		}
		ast.Inspect(file, w.fields)
	}
	for _, tv := range s.info.Types {
		w.noteRows(tv.Type)
	}
	w.rules()
	for _, file := range s.files {
		w.closures(file)
	}
	for len(w.queue) > 0 {
		body := w.queue[0]
		w.queue = w.queue[1:]
		w.calls(body)
		w.writes(body)
	}
}

// fields notes the fields that say that they follow from the tables.
func (w *stateWalk) fields(n ast.Node) bool {
	field, ok := n.(*ast.Field)
	if !ok {
		return true
	}
	for _, group := range []*ast.CommentGroup{field.Doc, field.Comment} {
		if group != nil && slices.ContainsFunc(group.List, func(c *ast.Comment) bool { return says(c, "derived") }) {
			for _, name := range field.Names {
				if v, ok := w.info.Defs[name].(*types.Var); ok {
					w.derived[v] = true
				}
			}
		}
	}
	return true
}

// noteRows notes what the tables, single rows, inputs and events are made of.
func (w *stateWalk) noteRows(t types.Type) {
	if t == nil {
		return
	}
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.TypeArgs() == nil || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != simPath {
		return
	}
	for i := range n.TypeArgs().Len() {
		if row, ok := types.Unalias(n.TypeArgs().At(i)).(*types.Named); ok {
			w.rows[row.Origin().Obj()] = true
		}
	}
}

// rules finds the types that are a game's rules and what runs in a match.
func (w *stateWalk) rules() {
	contract, ok := w.sim.Scope().Lookup("Rules").Type().Underlying().(*types.Interface)
	if !ok {
		return
	}
	for _, pkg := range w.known {
		for _, name := range pkg.Scope().Names() {
			typeName, ok := pkg.Scope().Lookup(name).(*types.TypeName)
			if !ok || typeName.IsAlias() {
				continue
			}
			pointer := types.NewPointer(typeName.Type())
			if types.IsInterface(typeName.Type()) || !types.Implements(pointer, contract) {
				continue
			}
			w.hold(typeName.Type())
			for _, method := range []string{"Join", "Leave", "Step", "View", "Spectate", "Restored"} {
				if f, _, _ := types.LookupFieldOrMethod(pointer, true, pkg, method); f != nil {
					w.run(f)
				}
			}
		}
	}
}

// hold notes a type whose fields are kept from step to step, and what they are
// made of.
func (w *stateWalk) hold(t types.Type) {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		name := t.Origin().Obj()
		if w.holders[name] || w.rows[name] || name.Pkg() == nil || w.known[name.Pkg().Path()] == nil {
			return
		}
		w.holders[name] = true
		w.hold(t.Origin().Underlying())
	case *types.Struct:
		for field := range t.Fields() {
			if !w.derived[field] {
				w.hold(field.Type())
			}
		}
	case *types.Pointer:
		w.hold(t.Elem())
	case *types.Slice:
		w.hold(t.Elem())
	case *types.Array:
		w.hold(t.Elem())
	case *types.Map:
		w.hold(t.Elem())
	}
}

// run notes that a function may run in a match.
func (w *stateWalk) run(f types.Object) {
	fun, ok := f.(*types.Func)
	if !ok {
		return
	}
	fun = fun.Origin()
	if recv := fun.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
		for other := range w.bodies { // whichever type it is
			if other.Name() == fun.Name() && other.Signature().Recv() != nil && !w.runs[other] {
				w.run(other)
			}
		}
		return
	}
	if decl := w.bodies[fun]; decl != nil && !w.runs[fun] {
		w.runs[fun] = true
		w.queue = append(w.queue, decl.Body)
	}
}

// calls notes every function that a body names.
func (w *stateWalk) calls(body ast.Node) {
	ast.Inspect(body, func(n ast.Node) bool {
		if name, ok := n.(*ast.Ident); ok {
			if f, ok := w.info.Uses[name].(*types.Func); ok {
				w.run(f)
				w.notInMatch(name, f.Origin())
			}
		}
		return true
	})
}

// declares are the functions of package sim that declare what there is; worldOf
// are the methods of a world that the room calls.
var (
	declares = []string{
		"NewTable", "NewSingle", "NewPerSeat", "NewEvent", "NewInput", "NewCommand", "NewHistory", "NewHistoryOf", "NewParams", "NewEffect", "NewOutcome",
	}
	worldOf = []string{"Join", "Leave", "Step", "SetInput", "GiveCommand", "SkipTo", "Rest", "Restore"}
)

// notInMatch finds what is for New alone, and what the room does with a world.
func (w *stateWalk) notInMatch(at ast.Node, f *types.Func) {
	if f.Pkg() != w.sim {
		return
	}
	recv := f.Signature().Recv()
	switch name := f.Name(); {
	case recv == nil && slices.Contains(declares, name):
		w.addAt(at, "sim.%s while the match runs: what there is, New declares", name)
	case recv == nil || !isSim(recv.Type(), "World"):
	case name == "Refuse":
		w.addAt(at, "World.Refuse while the match runs: only New can refuse")
	case slices.Contains(worldOf, name):
		w.addAt(at, "World.%s while the match runs: the room calls it, and knows of no other call", name)
	}
}

// closures looks at the function literals that outlive the function in which
// they are written: those that package sim is given, and those that are kept in
// a field or returned. One that returns rules is a New.
func (w *stateWalk) closures(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if f := w.called(n); f != nil && f.Pkg() == w.sim && !w.stepwise(f) {
				w.keep(n.Args...)
			}
		case *ast.CompositeLit:
			for _, e := range n.Elts {
				if pair, ok := e.(*ast.KeyValueExpr); ok {
					e = pair.Value
				}
				w.keep(e)
			}
		case *ast.ReturnStmt:
			w.keep(n.Results...)
		case *ast.AssignStmt:
			for i, target := range n.Lhs {
				if _, ok := ast.Unparen(target).(*ast.SelectorExpr); ok && i < len(n.Rhs) {
					w.keep(n.Rhs[i])
				}
			}
		}
		return true
	})
}

// stepwise reports whether a function of package sim calls what it is given
// before it returns, and does not keep it.
func (w *stateWalk) stepwise(f *types.Func) bool {
	return slices.Contains([]string{"Near", "Block", "All"}, f.Name())
}

// keep looks at those of some expressions that are function literals.
func (w *stateWalk) keep(list ...ast.Expr) {
	for _, e := range list {
		lit, ok := ast.Unparen(e).(*ast.FuncLit)
		if !ok {
			continue
		}
		w.captured(lit)
		results := w.info.TypeOf(lit).(*types.Signature).Results()
		if results.Len() != 1 || !isSim(results.At(0).Type(), "Rules") {
			w.queue = append(w.queue, lit.Body)
		}
	}
}

// captured finds changes of variables from outside of a function literal.
func (w *stateWalk) captured(lit *ast.FuncLit) {
	w.targets(lit.Body, func(target ast.Expr) {
		v, ok := w.variable(target).(*types.Var)
		if !ok || v.IsField() || v.Pkg() == nil || v.Parent() == v.Pkg().Scope() || w.leads(target, isPointer) {
			return
		}
		if v.Pos() < lit.Pos() || v.Pos() >= lit.End() {
			w.addAt(target, "a change of the variable %s, which a closure keeps: it is no part of the state; keep it in a table", v.Name())
		}
	})
}

// writes finds changes of the fields of what the rules hold.
func (w *stateWalk) writes(body ast.Node) {
	w.targets(body, func(target ast.Expr) {
		if field := w.kept(target); field != nil {
			w.addAt(target, "a change of the field %s while the match runs: it is no part of the state; keep it in a table, "+
				"or say //simtest:derived where it follows from them", field.Name())
		}
	})
}

// targets calls visit for every expression in a body that is assigned to.
func (w *stateWalk) targets(body ast.Node, visit func(ast.Expr)) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, target := range n.Lhs {
				if name, ok := target.(*ast.Ident); !ok || w.info.Defs[name] == nil {
					visit(target)
				}
			}
		case *ast.IncDecStmt:
			visit(n.X)
		case *ast.RangeStmt:
			for _, target := range []ast.Expr{n.Key, n.Value} {
				if target != nil && n.Tok == token.ASSIGN {
					visit(target)
				}
			}
		case *ast.CallExpr:
			if slices.Contains([]string{"clear", "copy", "delete"}, w.builtin(n)) && len(n.Args) > 0 {
				visit(n.Args[0])
			}
			if filled := w.filled(n); filled != nil {
				visit(filled)
			}
		case *ast.UnaryExpr: // who has the address of a field may change it
			if _, basic := w.info.TypeOf(n.X).Underlying().(*types.Basic); n.Op == token.AND && basic {
				visit(n.X)
			}
		}
		return true
	})
}

// fills are the methods that change what holds no state of the match.
var fills = []string{
	simPath + ".Grid.Reset", simPath + ".Grid.Put", simPath + ".Grid.Build",
	geoPath + ".Plane.Reset", geoPath + ".Plane.Put", geoPath + ".Plane.Build", geoPath + ".Marks.Clear", geoPath + ".Marks.Mark",
}

// filled returns what a call fills, or nil.
func (w *stateWalk) filled(call *ast.CallExpr) ast.Expr {
	method, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	chosen := w.info.Selections[method]
	if chosen == nil || chosen.Kind() != types.MethodVal {
		return nil
	}
	owner := ownerOf(chosen.Recv())
	if owner == nil || owner.Pkg() == nil || !slices.Contains(fills, owner.Pkg().Path()+"."+owner.Name()+"."+method.Sel.Name) {
		return nil
	}
	return method.X
}

// kept returns the field of a holder that an assignment to e changes, or nil.
func (w *stateWalk) kept(e ast.Expr) (field *types.Var) {
	whole := e
	for {
		switch x := e.(type) {
		case *ast.SelectorExpr:
			chosen := w.info.Selections[x]
			if chosen == nil || chosen.Kind() != types.FieldVal {
				return nil
			}
			v := chosen.Obj().(*types.Var).Origin()
			if w.derived[v] {
				return nil
			}
			if field == nil && w.holders[ownerOf(w.info.TypeOf(x.X))] {
				field = v
			}
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.Ident:
			if !w.leads(whole, isShared) || w.packageVariable(x) != nil {
				return nil // a copy; what walk reports
			}
			return field
		default:
			return field
		}
	}
}

// leads reports whether the way from what e begins with to e leads through a
// value of such a type.
func (s *source) leads(e ast.Expr, through func(types.Type) bool) bool {
	var x ast.Expr
	switch e := e.(type) {
	case *ast.SelectorExpr:
		if s.info.Selections[e] == nil {
			return false // of a package
		}
		x = e.X
	case *ast.IndexExpr:
		x = e.X
	case *ast.SliceExpr:
		x = e.X
	case *ast.StarExpr:
		x = e.X
	case *ast.ParenExpr:
		x = e.X
	default:
		return false
	}
	return through(s.info.TypeOf(x)) || s.leads(x, through)
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

// isShared reports whether copies of a value of type t share what they lead to.
func isShared(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Slice, *types.Map:
		return true
	}
	return false
}

// ownerOf returns the name of a struct type or of what points to it, or nil.
func ownerOf(t types.Type) *types.TypeName {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.Origin().Obj()
	}
	return nil
}
