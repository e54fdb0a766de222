package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/autover/autover/callgraph"
	"github.com/autover/autover/internal/symbol"
)

// A counter or logger in a variable is named by all who count or log. If all
// that a function does with a variable is to hand it to ignored functions, as
// receiver or argument, the variable's value makes no difference to the function.
// What is ignored is known only when packages are linked, so a summary says to
// whom each variable is handed.

// handedVariables returns the package-level variables that a function body uses
// as operands of static calls and in no other way, with the callees.
func handedVariables(info *types.Info, body *ast.BlockStmt) map[symbol.ID][]symbol.ID {
	uses, handed := map[*types.Var]int{}, map[*types.Var][]symbol.ID{}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if v := packageVariable(info, n); v != nil {
				uses[v]++
			}
		case *ast.CallExpr:
			callee := staticCallee(info, n)
			if callee == nil {
				return true
			}
			for _, operand := range operands(info, n) {
				if v := handedVariable(info, operand); v != nil {
					handed[v] = append(handed[v], symbol.Of(callee))
				}
			}
		}
		return true
	})
	var list map[symbol.ID][]symbol.ID
	for v, callees := range handed {
		if uses[v] != len(callees) {
			continue
		}
		if list == nil {
			list = map[symbol.ID][]symbol.ID{}
		}
		list[symbol.Of(v)] = callees
	}
	return list
}

// lentVariable is a local variable whose address a function hands to another.
type lentVariable struct {
	name   string
	callee symbol.ID
	at     string
}

// lentVariables returns the local variables that a body hands over by address,
// for the caveat that what an ignored function writes there is not followed.
func (s *declSummarizer) lentVariables(body *ast.BlockStmt) []lentVariable {
	info := s.p.info
	var list []lentVariable
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		callee := staticCallee(info, call)
		if callee == nil || !s.w.isPrivatePackage(callee.Pkg()) {
			return true
		}
		for _, arg := range call.Args {
			addr, ok := ast.Unparen(arg).(*ast.UnaryExpr)
			if !ok || addr.Op != token.AND {
				continue
			}
			id, ok := ast.Unparen(addr.X).(*ast.Ident)
			if !ok {
				continue
			}
			if v, ok := info.Uses[id].(*types.Var); ok && packageVariable(info, id) == nil {
				list = append(list, lentVariable{v.Name(), symbol.Of(callee), s.w.position(arg.Pos())})
			}
		}
		return true
	})
	return list
}

// packageVariable returns the package-level variable that an identifier denotes,
// or nil.
func packageVariable(info *types.Info, id *ast.Ident) *types.Var {
	v, ok := info.Uses[id].(*types.Var)
	if !ok || v.Pkg() == nil || v.Parent() != v.Pkg().Scope() {
		return nil
	}
	return v
}

// staticCallee returns the declared function or method that is called, or nil.
func staticCallee(info *types.Info, call *ast.CallExpr) *types.Func {
	name := calleeName(call)
	if name == nil {
		return nil
	}
	fn, ok := info.Uses[name].(*types.Func)
	if !ok || fn.Pkg() == nil {
		return nil
	}
	if recv := fn.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
		return nil
	}
	return fn.Origin()
}

// operands returns the arguments of a call, and the receiver if calling needs no
// memory behind it, which may be missing.
func operands(info *types.Info, call *ast.CallExpr) []ast.Expr {
	list := call.Args
	x, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return list
	}
	sel := info.Selections[x]
	if sel == nil || sel.Kind() != types.MethodVal {
		return list
	}
	_, fromPointer := types.Unalias(sel.Recv()).Underlying().(*types.Pointer)
	_, toPointer := types.Unalias(sel.Obj().(*types.Func).Signature().Recv().Type()).(*types.Pointer)
	if direct := len(sel.Index()) == 1; direct && fromPointer && !toPointer || !direct && sel.Indirect() {
		return list
	}
	return append([]ast.Expr{x.X}, list...)
}

// handedVariable returns the package-level variable that an operand is, or
// contains, or is the address of; nil if evaluating the operand does anything
// else.
func handedVariable(info *types.Info, e ast.Expr) *types.Var {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.Ident:
			return packageVariable(info, x)
		case *ast.UnaryExpr:
			if x.Op != token.AND {
				return nil
			}
			e = x.X
		case *ast.SelectorExpr:
			sel := info.Selections[x]
			if sel == nil { // a variable of another package
				return packageVariable(info, x.Sel)
			}
			if sel.Kind() != types.FieldVal || sel.Indirect() {
				return nil
			}
			e = x.X
		default:
			return nil
		}
	}
}

// lentToIgnored returns a caveat for each local variable that a function hands to
// an ignored one by address.
func (g *graph) lentToIgnored(d *decl) []callgraph.Caveat {
	var list []callgraph.Caveat
	for _, l := range d.lent {
		if g.ignored[l.callee] {
			list = append(list, callgraph.Caveat{Kind: "ignore", Position: l.at, Message: "what an ignored function writes to " + l.name + " does not count"})
		}
	}
	return list
}

// onlyIgnored tells whether a function hands a variable to ignored functions and
// does nothing else with it.
func (g *graph) onlyIgnored(d *decl, variable symbol.ID) bool {
	callees := d.handed[variable]
	for _, id := range callees {
		if !g.ignored[id] {
			return false
		}
	}
	return len(callees) > 0
}
