package hasher

import (
	"go/ast"
	"go/token"
	"go/types"
	"go/version"
)

// The language version of a file decides what a program means in one place
// only: since go1.22 a loop that defines its variables gives each iteration its
// own. Every other feature that depends on the version is accepted or refused
// by the type checker, or shows in what the checker records, as inferred type
// arguments do. The shared and the separate variables can be told apart if a
// variable outlives its iteration, which takes a closure or its address.

// perIteration reports whether the file around pos has separate loop variables.
func (w *writer) perIteration(pos token.Pos) bool {
	v := w.n.pkg.Types.GoVersion()
	for _, f := range w.n.pkg.Files {
		if f.FileStart <= pos && pos < f.FileEnd {
			if fv, ok := w.info.FileVersions[f]; ok {
				v = fv
			}
			break
		}
	}
	return v == "" || version.Compare(v, "go1.22") >= 0
}

// loopVariables writes how a loop treats the variables it defines, if that can
// be observed.
func (w *writer) loopVariables(loop ast.Stmt, defined []*types.Var) {
	for _, v := range defined {
		if w.escaping[v] {
			w.enc.Bool(w.perIteration(loop.Pos()))
			return
		}
	}
	w.none()
}

// scan collects, ahead of encoding a declaration, the labels that are targets
// and the variables that a closure captures or whose address is taken.
func (w *writer) scan(root ast.Node) {
	w.usedLabels = map[*types.Label]bool{}
	w.escaping = map[*types.Var]bool{}
	var lits []*ast.FuncLit
	var stack []ast.Node
	ast.Inspect(root, func(n ast.Node) bool {
		if n == nil {
			last := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if _, ok := last.(*ast.FuncLit); ok {
				lits = lits[:len(lits)-1]
			}
			return true
		}
		stack = append(stack, n)
		switch n := n.(type) {
		case *ast.FuncLit:
			lits = append(lits, n)
		case *ast.BranchStmt:
			if n.Label != nil {
				if l, ok := w.info.Uses[n.Label].(*types.Label); ok {
					w.usedLabels[l] = true
				}
			}
		case *ast.Ident:
			if v, ok := w.info.Uses[n].(*types.Var); ok && len(lits) > 0 {
				lit := lits[len(lits)-1]
				if v.Pos() < lit.Pos() || lit.End() <= v.Pos() {
					w.escaping[v] = true
				}
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				w.addressed(n.X)
			}
		case *ast.SliceExpr:
			if _, ok := w.underlying(n.X).(*types.Array); ok {
				w.addressed(n.X)
			}
		case *ast.SelectorExpr:
			if sel := w.info.Selections[n]; sel != nil && sel.Kind() == types.MethodVal && takesAddress(sel) {
				w.addressed(n.X)
			}
		}
		return true
	})
}

// takesAddress reports whether a method selection takes the address of its
// operand, or of a field inside the operand's own memory.
func takesAddress(sel *types.Selection) bool {
	recv := sel.Obj().(*types.Func).Signature().Recv()
	if _, ok := types.Unalias(recv.Type()).(*types.Pointer); !ok {
		return false
	}
	t := sel.Recv()
	for _, i := range sel.Index()[:len(sel.Index())-1] {
		s, ok := t.Underlying().(*types.Struct)
		if !ok {
			return false
		}
		t = s.Field(i).Type()
	}
	_, pointer := t.Underlying().(*types.Pointer)
	return !pointer
}

// addressed records the variable that holds the memory an operand denotes.
func (w *writer) addressed(e ast.Expr) {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.Ident:
			if v, ok := w.info.Uses[x].(*types.Var); ok {
				w.escaping[v] = true
			}
			return
		case *ast.SelectorExpr:
			if sel := w.info.Selections[x]; sel == nil || sel.Kind() != types.FieldVal || sel.Indirect() {
				return
			}
			e = x.X
		case *ast.IndexExpr:
			if _, ok := w.underlying(x.X).(*types.Array); !ok {
				return
			}
			e = x.X
		default:
			return
		}
	}
}

func (w *writer) underlying(e ast.Expr) types.Type {
	if t := w.info.TypeOf(e); t != nil {
		return t.Underlying()
	}
	return nil
}
