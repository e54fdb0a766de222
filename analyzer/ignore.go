package analyzer

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/symbol"
)

// A function marked //autover:ignore has two nodes in the graph: its own one,
// for its own version and for the variables that it changes, and one leaf that
// all such functions share, to which everything else refers. So what it calls
// enters no other version, nor do effects of initialisation that take place
// through it. Its arguments still count: they are the caller's code.
//
// That is safe only as long as no caller can see what it returns. Its results
// must be dropped, and one that has any must not be called through a function
// value or interface, where nobody can tell.

// ignoredFunctions returns the functions that are marked.
func ignoredFunctions(units []*unit) map[symbol.ID]bool {
	ignored := map[symbol.ID]bool{}
	for _, u := range units {
		for i := range u.decls {
			if u.decls[i].ignored {
				ignored[u.decls[i].id] = true
			}
		}
	}
	return ignored
}

// addLeaf makes the node that stands for ignored functions.
func (g *graph) addLeaf() {
	if len(g.ignored) > 0 {
		g.leaf = g.add(node{kind: ignoredNode, local: hasher.NewEncoder("ignored").Sum()})
	}
}

// ignoredResult is an ignored function that returns something.
type ignoredResult struct {
	at     string // its directive
	method bool
}

func (w *world) ignoredResults() map[symbol.ID]ignoredResult {
	list := map[symbol.ID]ignoredResult{}
	for _, p := range w.usable() {
		for fd, d := range p.directives {
			if d.ignored && fd.Type.Results.NumFields() > 0 {
				list[symbol.Of(p.info.Defs[fd.Name])] = ignoredResult{d.at, fd.Recv != nil}
			}
		}
	}
	return list
}

// refuseResults makes every use of an ignored function's result, and every use
// of the function as a value, a problem of the package.
func (w *world) refuseResults() {
	ignored := w.ignoredResults()
	if len(ignored) == 0 {
		return
	}
	broken := map[string]bool{}
	for _, p := range w.usable() {
		for _, f := range p.files {
			for _, d := range f.Decls {
				w.refuseResultsIn(p, d, ignored)
			}
		}
		if len(p.errs) > 0 {
			broken[p.id] = true
		}
	}
	for id := range w.importers(broken) {
		if p := w.privateByID[id]; p != nil {
			p.types = nil // as if it had not been type-checked
		}
	}
}

func (w *world) refuseResultsIn(p *privatePackage, decl ast.Decl, ignored map[symbol.ID]ignoredResult) {
	self := symbol.ID("") // a recursive call is part of the function's own code
	if fd, ok := decl.(*ast.FuncDecl); ok && p.info.Defs[fd.Name] != nil {
		self = symbol.Of(p.info.Defs[fd.Name])
	}
	dropped := map[*ast.Ident]bool{}
	ast.Inspect(decl, func(n ast.Node) bool {
		if call := droppedCall(n); call != nil {
			dropped[calleeName(call)] = true
		}
		id, ok := n.(*ast.Ident)
		if !ok || dropped[id] {
			return true
		}
		fn, ok := p.info.Uses[id].(*types.Func)
		if !ok || fn.Pkg() == nil {
			return true
		}
		key := symbol.Of(fn.Origin())
		if f, ok := ignored[key]; ok && key != self {
			p.errs = append(p.errs, problem{pkg: p.path, pos: w.position(id.Pos()), msg: fmt.Sprintf(
				"uses what %s returns, but that is marked //autover:ignore (%s): drop the result here, or remove the directive", fn.Name(), f.at)})
		}
		return true
	})
}

// droppedCall returns the call whose results the statement n drops, if it is
// one.
func droppedCall(n ast.Node) *ast.CallExpr {
	var e ast.Expr
	switch n := n.(type) {
	case *ast.ExprStmt:
		e = n.X
	case *ast.GoStmt:
		e = n.Call
	case *ast.DeferStmt:
		e = n.Call
	case *ast.AssignStmt:
		blank := func(e ast.Expr) bool { id, ok := e.(*ast.Ident); return ok && id.Name == "_" }
		if len(n.Rhs) == 1 && !slices.ContainsFunc(n.Lhs, func(e ast.Expr) bool { return !blank(e) }) {
			e = n.Rhs[0]
		}
	}
	if e == nil {
		return nil
	}
	call, _ := ast.Unparen(e).(*ast.CallExpr)
	return call
}

// calleeName returns the identifier of the function or method that is called,
// nil for a function value without name.
func calleeName(call *ast.CallExpr) *ast.Ident {
	fun := ast.Unparen(call.Fun)
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = ast.Unparen(x.X)
	case *ast.IndexListExpr:
		fun = ast.Unparen(x.X)
	}
	switch x := fun.(type) {
	case *ast.Ident:
		return x
	case *ast.SelectorExpr:
		return x.Sel
	}
	return nil
}

// checkIgnored refuses calls through interfaces, and from external code, that
// may reach an ignored method with results. Plain functions reach such calls
// only as values, which refuseResults has refused.
func (g *graph) checkIgnored(w *world) error {
	var faults []problem
	for id, f := range w.ignoredResults() {
		if !f.method {
			continue
		}
		refuse := func(pos, how string) {
			faults = append(faults, problem{pos: pos, msg: fmt.Sprintf(
				"%s a method that returns something and is marked //autover:ignore (%s): remove the directive or the results", how, f.at)})
		}
		boundaries := g.boundariesOf(id)
		for caller, l := range g.program.Functions {
			if caller == id {
				continue // calls a closure inside
			}
			if pos, ok := l.Callees[id]; ok {
				refuse(pos, "may call")
			}
			for b, reason := range l.Boundaries {
				if boundaries[b] {
					pos, _, _ := strings.Cut(reason, " ")
					refuse(pos, "lets external code call")
				}
			}
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return join(faults)
}

// boundariesOf returns the boundaries from which a function may be called.
func (g *graph) boundariesOf(id symbol.ID) map[int]bool {
	found := map[int]bool{}
	for more := true; more; {
		more = false
		for i, b := range g.program.Boundaries {
			if !found[i] && (slices.Contains(b.Callees, id) || slices.ContainsFunc(b.Inner, func(j int) bool { return found[j] })) {
				found[i], more = true, true
			}
		}
	}
	return found
}
