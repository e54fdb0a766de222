package hasher

import (
	"go/ast"
	"go/token"
	"go/types"
)

// block writes a list of statements as one item.
func (w *writer) block(list []ast.Stmt) {
	items := w.flatten(list, nil)
	w.enc.List(len(items))
	for _, item := range items {
		w.item(item)
	}
}

// flatten returns the statements of a list that do something: without empty
// ones, declarations of constants and types, and labels that nothing targets.
// Bare blocks dissolve, since bindings are resolved, and grouped variable
// declarations come apart into *ast.ValueSpec or, where there is no value,
// *ast.Ident items.
func (w *writer) flatten(list []ast.Stmt, items []ast.Node) []ast.Node {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.EmptyStmt:
		case *ast.BlockStmt:
			items = w.flatten(s.List, items)
		case *ast.DeclStmt:
			items = w.flattenDecl(s.Decl, items)
		case *ast.LabeledStmt:
			if w.usedLabels[w.labelOf(s.Label, w.info.Defs)] {
				items = append(items, s)
			} else {
				items = w.flatten([]ast.Stmt{s.Stmt}, items)
			}
		default:
			items = append(items, s)
		}
	}
	return items
}

func (w *writer) flattenDecl(d ast.Decl, items []ast.Node) []ast.Node {
	g, ok := d.(*ast.GenDecl)
	if !ok {
		w.fail(d, "unexpected %T in a function", d)
	}
	for _, spec := range g.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
		case *ast.ValueSpec:
			if g.Tok == token.CONST {
				continue
			}
			if len(spec.Values) > 0 {
				items = append(items, spec)
				continue
			}
			for _, id := range spec.Names {
				if id.Name != "_" {
					items = append(items, id)
				}
			}
		case *ast.ImportSpec:
			w.fail(spec, "unexpected import in a function")
		default:
			w.fail(spec, "unknown kind of declaration %T", spec)
		}
	}
	return items
}

func (w *writer) item(n ast.Node) {
	w.pos = n.Pos()
	switch n := n.(type) {
	case *ast.Ident:
		w.enc.Node(TagZero, 1)
		w.target(n)
	case *ast.ValueSpec:
		w.enc.Node(TagAssign, 2)
		w.enc.List(len(n.Names))
		for _, id := range n.Names {
			w.target(id)
		}
		w.exprs(n.Values)
	case ast.Stmt:
		w.stmt(n)
	default:
		w.fail(n, "unknown kind of statement %T", n)
	}
}

// target writes the left side of an assignment or definition.
func (w *writer) target(e ast.Expr) {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		w.expr(e)
		return
	}
	if id.Name == "_" {
		w.enc.Node(TagBlank, 0)
		return
	}
	if v, ok := w.info.Defs[id].(*types.Var); ok {
		w.newLocal(v)
		return
	}
	w.object(id)
}

func (w *writer) targets(list []ast.Expr) {
	w.enc.List(len(list))
	for _, e := range list {
		w.target(e)
	}
}

func (w *writer) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.LabeledStmt:
		w.enc.Node(TagLabeled, 2)
		w.label(s.Label, w.info.Defs)
		w.block([]ast.Stmt{s.Stmt})
	case *ast.ExprStmt:
		w.enc.Node(TagExprStmt, 1)
		w.expr(s.X)
	case *ast.SendStmt:
		w.enc.Node(TagSend, 2)
		w.expr(s.Chan)
		w.expr(s.Value)
	case *ast.IncDecStmt:
		w.incDec(s)
	case *ast.AssignStmt:
		w.assign(s)
	case *ast.GoStmt:
		w.enc.Node(TagGo, 1)
		w.expr(s.Call)
	case *ast.DeferStmt:
		w.enc.Node(TagDefer, 1)
		w.expr(s.Call)
	case *ast.ReturnStmt:
		w.enc.Node(TagReturn, 1)
		w.exprs(s.Results)
	case *ast.BranchStmt:
		w.enc.Node(TagBranch, 2)
		w.enc.String(s.Tok.String())
		if s.Label == nil {
			w.none()
		} else {
			w.label(s.Label, w.info.Uses)
		}
	case *ast.IfStmt:
		w.ifStmt(s)
	case *ast.SwitchStmt:
		w.switchStmt(s)
	case *ast.TypeSwitchStmt:
		w.typeSwitch(s)
	case *ast.SelectStmt:
		w.selectStmt(s)
	case *ast.ForStmt:
		w.forStmt(s)
	case *ast.RangeStmt:
		w.rangeStmt(s)
	case *ast.BadStmt, *ast.EmptyStmt, *ast.BlockStmt, *ast.DeclStmt, *ast.CaseClause, *ast.CommClause:
		w.fail(s, "unexpected %T in a list of statements", s)
	default:
		w.fail(s, "unknown kind of statement %T", s)
	}
}

// optionalStmt writes a simple statement that may be absent or empty.
func (w *writer) optionalStmt(s ast.Stmt) {
	if s == nil {
		w.none()
		return
	}
	if _, ok := s.(*ast.EmptyStmt); ok {
		w.none()
		return
	}
	if b, ok := s.(*ast.BlockStmt); ok {
		w.block(b.List)
		return
	}
	w.item(s)
}

// label writes the position of a label, counted at its first occurrence.
func (w *writer) label(id *ast.Ident, in map[*ast.Ident]types.Object) {
	l := w.labelOf(id, in)
	n, ok := w.labels[l]
	if !ok {
		n = len(w.labels)
		w.labels[l] = n
	}
	w.enc.Uint(uint64(n))
}

func (w *writer) labelOf(id *ast.Ident, in map[*ast.Ident]types.Object) *types.Label {
	l, ok := in[id].(*types.Label)
	if !ok {
		w.fail(id, "label %s is not resolved", id.Name)
	}
	return l
}

func (w *writer) incDec(s *ast.IncDecStmt) {
	op := token.ADD_ASSIGN
	if s.Tok == token.DEC {
		op = token.SUB_ASSIGN
	}
	w.enc.Node(TagOpAssign, 3)
	w.enc.String(op.String())
	w.expr(s.X)
	w.constant(w.typeOf(s.X), unit)
}

func (w *writer) assign(s *ast.AssignStmt) {
	if s.Tok == token.ASSIGN || s.Tok == token.DEFINE {
		w.enc.Node(TagAssign, 2)
		w.targets(s.Lhs)
		w.exprs(s.Rhs)
		return
	}
	if len(s.Lhs) != 1 || len(s.Rhs) != 1 {
		w.fail(s, "operation on several variables")
	}
	w.enc.Node(TagOpAssign, 3)
	w.enc.String(s.Tok.String())
	w.expr(s.Lhs[0])
	w.expr(s.Rhs[0])
}

func (w *writer) ifStmt(s *ast.IfStmt) {
	w.enc.Node(TagIf, 4)
	w.optionalStmt(s.Init)
	w.expr(s.Cond)
	w.block(s.Body.List)
	if s.Else == nil {
		w.block(nil)
	} else {
		w.block([]ast.Stmt{s.Else})
	}
}

func (w *writer) forStmt(s *ast.ForStmt) {
	w.enc.Node(TagFor, 5)
	w.optionalStmt(s.Init)
	if s.Cond != nil && w.isTrue(s.Cond) {
		w.none()
	} else {
		w.optional(s.Cond)
	}
	w.optionalStmt(s.Post)
	var defined []*types.Var
	if init, ok := s.Init.(*ast.AssignStmt); ok && init.Tok == token.DEFINE {
		defined = w.defined(init.Lhs)
	}
	w.loopVariables(s, defined)
	w.block(s.Body.List)
}

// isTrue reports whether e is the constant true of type bool.
func (w *writer) isTrue(e ast.Expr) bool {
	tv := w.info.Types[ast.Unparen(e)]
	if tv.Value == nil || tv.Type == nil || !w.foldable(e) {
		return false
	}
	basic, ok := types.Unalias(tv.Type).(*types.Basic)
	return ok && basic.Info()&types.IsBoolean != 0 && boolVal(tv.Value)
}

func (w *writer) defined(list []ast.Expr) []*types.Var {
	var vars []*types.Var
	for _, e := range list {
		if id, ok := e.(*ast.Ident); ok {
			if v, ok := w.info.Defs[id].(*types.Var); ok {
				vars = append(vars, v)
			}
		}
	}
	return vars
}

func (w *writer) rangeStmt(s *ast.RangeStmt) {
	w.enc.Node(TagRange, 5)
	var defined []*types.Var
	for _, e := range []ast.Expr{s.Key, s.Value} {
		if id, ok := e.(*ast.Ident); e == nil || ok && id.Name == "_" {
			w.none()
			continue
		}
		w.target(e)
		if s.Tok == token.DEFINE {
			defined = append(defined, w.defined([]ast.Expr{e})...)
		}
	}
	w.expr(s.X)
	w.loopVariables(s, defined)
	w.block(s.Body.List)
}

// switchStmt writes a switch without a tag like one on true, which it is.
func (w *writer) switchStmt(s *ast.SwitchStmt) {
	w.enc.Node(TagSwitch, 3)
	w.optionalStmt(s.Init)
	if s.Tag != nil && w.isTrue(s.Tag) {
		w.none()
	} else {
		w.optional(s.Tag)
	}
	w.enc.List(len(s.Body.List))
	for _, c := range s.Body.List {
		c, ok := c.(*ast.CaseClause)
		if !ok {
			w.fail(s, "switch has a clause of another kind")
		}
		w.caseClause(c)
	}
}

func (w *writer) caseClause(c *ast.CaseClause) {
	w.enc.Node(TagCase, 2)
	if c.List == nil {
		w.none()
	} else {
		w.exprs(c.List)
	}
	w.block(c.Body)
}

// typeSwitch writes a type switch. A bound name is a variable of its own in
// each clause.
func (w *writer) typeSwitch(s *ast.TypeSwitchStmt) {
	var x ast.Expr
	bound := false
	switch a := s.Assign.(type) {
	case *ast.ExprStmt:
		x = a.X
	case *ast.AssignStmt:
		x, bound = a.Rhs[0], true
	}
	assert, ok := ast.Unparen(x).(*ast.TypeAssertExpr)
	if !ok {
		w.fail(s, "type switch has no operand")
	}
	w.enc.Node(TagTypeSwitch, 4)
	w.optionalStmt(s.Init)
	w.expr(assert.X)
	w.enc.Bool(bound)
	w.enc.List(len(s.Body.List))
	for _, c := range s.Body.List {
		c, ok := c.(*ast.CaseClause)
		if !ok {
			w.fail(s, "type switch has a clause of another kind")
		}
		if v, ok := w.info.Implicits[c].(*types.Var); ok {
			w.bind(v)
		}
		w.caseClause(c)
	}
}

func (w *writer) selectStmt(s *ast.SelectStmt) {
	w.enc.Node(TagSelect, 1)
	w.enc.List(len(s.Body.List))
	for _, c := range s.Body.List {
		c, ok := c.(*ast.CommClause)
		if !ok {
			w.fail(s, "select has a clause of another kind")
		}
		w.enc.Node(TagComm, 2)
		w.optionalStmt(c.Comm)
		w.block(c.Body)
	}
}
