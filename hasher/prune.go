package hasher

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
)

// PrunePackage removes from the files of a type-checked package, in place, the
// code that constant conditions exclude: branches of if, loops that never run,
// operands of && and || that are never evaluated, and clauses of switch that are
// never chosen. The files stay well-typed, and functions that ended in a
// terminating statement still do, so that they can be given to a builder of SSA
// as well. Run it before forms are computed; a Normalizer may exist already, to
// answer p.Opaque.
//
// Conditions that depend on a constant of a generated file, of this package or
// by p.Opaque of another one, are kept.
func PrunePackage(p *Package) {
	pruner := newPruner(p.Info, newOpacity(p.Info, p.Files, p.Types, p.Opaque))
	for _, f := range p.Files {
		pruner.file(f)
	}
}

// A pruner rewrites syntax. Its methods return the replacement of what they are
// given, in most cases the same node.
type pruner struct {
	info    *types.Info
	opacity *opacity
}

func newPruner(info *types.Info, o *opacity) *pruner { return &pruner{info, o} }

func (p *pruner) file(f *ast.File) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Body != nil {
				p.block(d.Body)
			}
		case *ast.GenDecl:
			p.decl(d)
		}
	}
}

func (p *pruner) decl(d *ast.GenDecl) {
	if d.Tok != token.VAR {
		return
	}
	for _, spec := range d.Specs {
		if spec, ok := spec.(*ast.ValueSpec); ok {
			p.initializers(spec)
		}
	}
}

// initializers prunes the values of variables. Those of package level are
// listed in info.InitOrder too and must stay the same nodes there.
func (p *pruner) initializers(spec *ast.ValueSpec) {
	for i, e := range spec.Values {
		pruned := p.expr(e)
		if pruned == e {
			continue
		}
		spec.Values[i] = pruned
		for _, init := range p.info.InitOrder {
			if init.Rhs == e {
				init.Rhs = pruned
			}
		}
	}
}

func (p *pruner) block(b *ast.BlockStmt) {
	if b != nil {
		b.List = p.stmts(b.List)
	}
}

func (p *pruner) stmts(list []ast.Stmt) []ast.Stmt {
	for i, s := range list {
		list[i] = p.stmt(s)
	}
	return list
}

// optional prunes a statement that may be absent.
func (p *pruner) optional(s ast.Stmt) ast.Stmt {
	if s == nil {
		return nil
	}
	return p.stmt(s)
}

func (p *pruner) stmt(s ast.Stmt) ast.Stmt {
	switch s := s.(type) {
	case *ast.DeclStmt:
		if d, ok := s.Decl.(*ast.GenDecl); ok {
			p.decl(d)
		}
	case *ast.LabeledStmt:
		s.Stmt = p.stmt(s.Stmt)
	case *ast.ExprStmt:
		s.X = p.expr(s.X)
	case *ast.SendStmt:
		s.Chan, s.Value = p.expr(s.Chan), p.expr(s.Value)
	case *ast.IncDecStmt:
		s.X = p.expr(s.X)
	case *ast.AssignStmt:
		p.exprs(s.Lhs)
		p.exprs(s.Rhs)
	case *ast.GoStmt:
		p.operands(s.Call)
	case *ast.DeferStmt:
		p.operands(s.Call)
	case *ast.ReturnStmt:
		p.exprs(s.Results)
	case *ast.BlockStmt:
		p.block(s)
	case *ast.IfStmt:
		return p.ifStmt(s)
	case *ast.CaseClause:
		p.exprs(s.List)
		s.Body = p.stmts(s.Body)
	case *ast.SwitchStmt:
		return p.switchStmt(s)
	case *ast.TypeSwitchStmt:
		s.Init, s.Assign = p.optional(s.Init), p.stmt(s.Assign)
		p.block(s.Body)
	case *ast.CommClause:
		s.Comm = p.optional(s.Comm)
		s.Body = p.stmts(s.Body)
	case *ast.SelectStmt:
		p.block(s.Body)
	case *ast.ForStmt:
		return p.forStmt(s)
	case *ast.RangeStmt:
		s.Key, s.Value, s.X = p.expr(s.Key), p.expr(s.Value), p.expr(s.X)
		p.block(s.Body)
	case *ast.BadStmt, *ast.EmptyStmt, *ast.BranchStmt:
	}
	return s
}

func (p *pruner) exprs(list []ast.Expr) {
	for i, e := range list {
		list[i] = p.expr(e)
	}
}

// expr prunes an expression. What has a constant value is left alone, and so
// are types.
func (p *pruner) expr(e ast.Expr) ast.Expr {
	if e == nil {
		return nil
	}
	if tv, ok := p.info.Types[e]; ok && (tv.Value != nil || tv.IsType()) {
		return e
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		x := p.expr(e.X)
		if x != e.X {
			return x
		}
	case *ast.UnaryExpr:
		return p.unary(e)
	case *ast.BinaryExpr:
		return p.binary(e)
	default:
		p.operands(e)
	}
	return e
}

// operands prunes the parts of an expression that itself stays.
func (p *pruner) operands(e ast.Expr) {
	switch e := e.(type) {
	case *ast.FuncLit:
		p.block(e.Body)
	case *ast.CompositeLit:
		p.exprs(e.Elts)
	case *ast.SelectorExpr:
		if p.info.Selections[e] != nil {
			e.X = p.expr(e.X)
		}
	case *ast.IndexExpr:
		e.X, e.Index = p.expr(e.X), p.expr(e.Index)
	case *ast.IndexListExpr:
		e.X = p.expr(e.X)
	case *ast.SliceExpr:
		e.X, e.Low, e.High, e.Max = p.expr(e.X), p.expr(e.Low), p.expr(e.High), p.expr(e.Max)
	case *ast.TypeAssertExpr:
		e.X = p.expr(e.X)
	case *ast.CallExpr:
		e.Fun = p.expr(e.Fun)
		p.exprs(e.Args)
	case *ast.StarExpr:
		e.X = p.expr(e.X)
	case *ast.KeyValueExpr:
		e.Key, e.Value = p.expr(e.Key), p.expr(e.Value)
	}
}

func (p *pruner) unary(e *ast.UnaryExpr) ast.Expr {
	e.X = p.expr(e.X)
	if value, ok := p.decided(e.X); ok && e.Op == token.NOT {
		return p.constant(e, !value)
	}
	return e
}

func (p *pruner) binary(e *ast.BinaryExpr) ast.Expr {
	e.X, e.Y = p.expr(e.X), p.expr(e.Y)
	if e.Op != token.LAND && e.Op != token.LOR {
		return e
	}
	value, ok := p.decided(e.X)
	switch {
	case !ok:
		return e
	case value == (e.Op == token.LOR):
		return p.constant(e, value)
	}
	return e.Y
}

// decided returns the value of a boolean constant that may be relied on.
func (p *pruner) decided(e ast.Expr) (value, ok bool) {
	tv := p.info.Types[e]
	if tv.Value == nil || tv.Value.Kind() != constant.Bool || p.opacity.mentions(e) {
		return false, false
	}
	return constant.BoolVal(tv.Value), true
}

// constant returns the predeclared true or false in place of e, with its type.
func (p *pruner) constant(e ast.Expr, value bool) ast.Expr {
	name := "false"
	if value {
		name = "true"
	}
	id := &ast.Ident{NamePos: e.Pos(), Name: name}
	p.info.Types[id] = constantOf(p.info.TypeOf(e), value)
	p.info.Uses[id] = types.Universe.Lookup(name)
	return id
}

// constantOf returns what the checker records for a boolean constant. The mode
// it records is not exported, so it is taken over from an evaluated one.
func constantOf(t types.Type, value bool) types.TypeAndValue {
	tv := boolConstant
	tv.Type, tv.Value = t, constant.MakeBool(value)
	return tv
}

var boolConstant = func() types.TypeAndValue {
	tv, err := types.Eval(token.NewFileSet(), nil, token.NoPos, "true")
	if err != nil {
		panic("hasher: evaluate true: " + err.Error())
	}
	return tv
}()

// ifStmt replaces an if with a constant condition by the branch that is taken,
// in a block that keeps its scope.
func (p *pruner) ifStmt(s *ast.IfStmt) ast.Stmt {
	s.Init, s.Cond = p.optional(s.Init), p.expr(s.Cond)
	value, ok := p.decided(s.Cond)
	switch {
	case !ok:
		p.block(s.Body)
		s.Else = p.optional(s.Else)
		if isEmpty(s.Else) {
			s.Else = nil
		} else if _, isIf := s.Else.(*ast.IfStmt); !isIf {
			s.Else = asBlock(s.Else)
		}
		return s
	case value:
		p.block(s.Body)
		return sequence(s, s.Init, s.Body)
	}
	return sequence(s, s.Init, p.optional(s.Else))
}

// sequence returns a block in place of at with those of the statements that are
// there, the block that is the only one, or an empty statement.
func sequence(at ast.Node, stmts ...ast.Stmt) ast.Stmt {
	b := &ast.BlockStmt{Lbrace: at.Pos(), Rbrace: at.End() - 1}
	for _, s := range stmts {
		if !isEmpty(s) {
			b.List = append(b.List, s)
		}
	}
	if len(b.List) == 0 {
		return &ast.EmptyStmt{Semicolon: at.Pos(), Implicit: true}
	}
	if inner, ok := b.List[0].(*ast.BlockStmt); ok && len(b.List) == 1 {
		return inner
	}
	return b
}

func isEmpty(s ast.Stmt) bool {
	_, empty := s.(*ast.EmptyStmt)
	return s == nil || empty
}

func asBlock(s ast.Stmt) *ast.BlockStmt {
	if b, ok := s.(*ast.BlockStmt); ok {
		return b
	}
	return &ast.BlockStmt{Lbrace: s.Pos(), List: []ast.Stmt{s}, Rbrace: s.End()}
}

// forStmt replaces a loop that never runs by what its init statement does.
func (p *pruner) forStmt(s *ast.ForStmt) ast.Stmt {
	s.Init, s.Cond = p.optional(s.Init), p.expr(s.Cond)
	if s.Cond != nil {
		if value, ok := p.decided(s.Cond); ok && !value {
			return sequence(s, s.Init)
		}
	}
	s.Post = p.optional(s.Post)
	p.block(s.Body)
	return s
}

// switchStmt removes the clauses that a constant tag, or the lack of one, rules
// out. A clause that is certainly chosen unless an earlier one is becomes the
// default, so that the statement terminates if it did before.
func (p *pruner) switchStmt(s *ast.SwitchStmt) ast.Stmt {
	s.Init, s.Tag = p.optional(s.Init), p.expr(s.Tag)
	for _, c := range s.Body.List {
		if c, ok := c.(*ast.CaseClause); ok {
			p.exprs(c.List)
		}
	}
	tag, ok := p.tag(s.Tag)
	if ok {
		if !p.choose(s, tag) {
			return p.pruneClauses(s)
		}
		if only := s.Body.List; len(only) == 0 || len(only) == 1 && only[0].(*ast.CaseClause).List == nil {
			s.Tag = nil
			if len(only) == 0 {
				return sequence(s, s.Init)
			}
		}
	}
	return p.pruneClauses(s)
}

func (p *pruner) pruneClauses(s *ast.SwitchStmt) ast.Stmt {
	for _, c := range s.Body.List {
		if c, ok := c.(*ast.CaseClause); ok {
			c.Body = p.stmts(c.Body)
		}
	}
	return s
}

// tag returns the constant that a switch compares with.
func (p *pruner) tag(e ast.Expr) (types.TypeAndValue, bool) {
	if e == nil {
		return constantOf(types.Typ[types.Bool], true), true
	}
	tv := p.info.Types[e]
	return tv, tv.Value != nil && !p.opacity.mentions(e)
}

// choose drops the clauses of s that can't be reached and reports whether it
// understood all of them.
func (p *pruner) choose(s *ast.SwitchStmt, tag types.TypeAndValue) bool {
	clauses := make([]*ast.CaseClause, len(s.Body.List))
	for i, c := range s.Body.List {
		var ok bool
		if clauses[i], ok = c.(*ast.CaseClause); !ok {
			return false
		}
	}
	reachable := make([]bool, len(clauses))
	certain := -1
	for i, c := range clauses {
		if c.List == nil {
			continue
		}
		if certain >= 0 {
			c.List = c.List[:0]
			continue
		}
		var matched bool
		c.List, matched = p.cases(c.List, tag)
		reachable[i] = len(c.List) > 0
		if matched {
			certain = i
		}
	}
	for i, c := range clauses {
		if c.List == nil {
			reachable[i] = certain < 0
		}
	}
	if certain >= 0 {
		clauses, reachable = makeDefault(clauses, reachable, certain)
	}
	s.Body.List = join(clauses, reachable)
	return true
}

// cases drops from a list of cases those that the tag certainly differs from
// and those after one that it certainly equals, and reports whether there is
// one, which is then the last.
func (p *pruner) cases(list []ast.Expr, tag types.TypeAndValue) ([]ast.Expr, bool) {
	kept := make([]ast.Expr, 0, len(list))
	for _, e := range list {
		tv := p.info.Types[e]
		if tv.Value == nil || p.opacity.mentions(e) || tv.Value.Kind() == constant.Unknown {
			kept = append(kept, e)
			continue
		}
		if p.equal(tag, tv) {
			return append(kept, e), true
		}
	}
	return kept, false
}

func (p *pruner) equal(a, b types.TypeAndValue) bool {
	return constant.Compare(normalize(a.Type, a.Value), token.EQL, normalize(a.Type, b.Value))
}

// makeDefault turns the clause that is chosen if no earlier one is into the
// default clause. Cases before the certain one in its list go to a clause of
// their own, which falls through.
func makeDefault(clauses []*ast.CaseClause, reachable []bool, certain int) ([]*ast.CaseClause, []bool) {
	c := clauses[certain]
	for _, d := range clauses {
		if d.List == nil {
			d.List = []ast.Expr{}
		}
	}
	earlier := c.List[:len(c.List)-1]
	c.List = nil
	if len(earlier) == 0 {
		return clauses, reachable
	}
	before := &ast.CaseClause{
		Case: c.Case, List: earlier, Colon: c.Colon,
		Body: []ast.Stmt{&ast.BranchStmt{TokPos: c.Colon, Tok: token.FALLTHROUGH}},
	}
	return slices.Insert(clauses, certain, before), slices.Insert(reachable, certain, true)
}

// join returns the reachable clauses. The body of an unreachable one that a
// reachable one falls through to takes the place of the fallthrough.
func join(clauses []*ast.CaseClause, reachable []bool) []ast.Stmt {
	var list []ast.Stmt
	for i := len(clauses) - 1; i >= 0; i-- {
		if reachable[i] {
			list = append(list, clauses[i])
			continue
		}
		if i > 0 {
			if at := fallthroughOf(&clauses[i-1].Body); at != nil {
				*at = &ast.BlockStmt{Lbrace: clauses[i].Colon, List: clauses[i].Body, Rbrace: clauses[i].End()}
			}
		}
	}
	slices.Reverse(list)
	return list
}

// fallthroughOf returns the place of the fallthrough statement that ends a
// clause, or nil.
func fallthroughOf(body *[]ast.Stmt) *ast.Stmt {
	for i := len(*body) - 1; i >= 0; i-- {
		at := &(*body)[i]
		if _, ok := (*at).(*ast.EmptyStmt); ok {
			continue
		}
		for {
			l, ok := (*at).(*ast.LabeledStmt)
			if !ok {
				break
			}
			at = &l.Stmt
		}
		if b, ok := (*at).(*ast.BranchStmt); ok && b.Tok == token.FALLTHROUGH {
			return at
		}
		return nil
	}
	return nil
}
