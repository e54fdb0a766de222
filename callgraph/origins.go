package callgraph

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/autover/autover/internal/symbol"
)

// An Origin is a place where code makes something that can be called without
// being named: it uses a function as a value, or converts a named type to an
// interface.
type Origin struct {
	// Of is the function or the type.
	Of  symbol.ID
	Pos token.Pos
}

// Origins lists the origins in a package. They serve to explain edges and are no
// part of its summary.
func Origins(in *Input) []Origin {
	c := &originCollector{in: in, seen: map[Origin]bool{}}
	for _, f := range in.Files {
		for _, d := range f.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok {
				if obj, ok := in.Info.Defs[fd.Name].(*types.Func); ok {
					c.function(in.SSA.Prog.FuncValue(obj))
				}
			}
		}
	}
	for _, m := range in.SSA.Members {
		if fn, ok := m.(*ssa.Function); ok {
			c.function(fn)
		}
	}
	return c.list
}

type originCollector struct {
	in   *Input
	list []Origin
	seen map[Origin]bool
}

func (c *originCollector) function(fn *ssa.Function) {
	if fn == nil {
		return
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			c.instruction(fn, instr)
		}
	}
	for _, inner := range fn.AnonFuncs {
		c.function(inner)
	}
}

func (c *originCollector) instruction(fn *ssa.Function, instr ssa.Instruction) {
	if m, ok := instr.(*ssa.MakeInterface); ok {
		if n := namedOf(m.X.Type()); n != nil && n.Obj().Pkg() != nil && n.Obj().Parent() == n.Obj().Pkg().Scope() && c.in.Private(n.Obj().Pkg()) {
			c.add(symbol.Of(n.Obj()), firstValid(m.Pos(), m.X.Pos(), fn.Pos()))
		}
	}
	var called ssa.Value
	if call, ok := instr.(ssa.CallInstruction); ok {
		called = call.Common().Value
	}
	for _, operand := range instr.Operands(nil) {
		if v := *operand; v != nil && v != called {
			c.value(v, firstValid(instr.Pos(), fn.Pos()))
		}
	}
}

// value notes that a value is used that may be a function.
func (c *originCollector) value(v ssa.Value, pos token.Pos) {
	fn, ok := v.(*ssa.Function)
	if !ok || fn.Parent() != nil { // a literal comes from the function around it
		return
	}
	obj, ok := fn.Object().(*types.Func) // nil for package initialisers
	if ok && obj.Pkg() != nil && obj.Name() != "init" && c.in.Private(obj.Pkg()) {
		c.add(symbol.Of(obj), pos)
	}
}

func (c *originCollector) add(of symbol.ID, pos token.Pos) {
	o := Origin{of, pos}
	if !c.seen[o] {
		c.seen[o] = true
		c.list = append(c.list, o)
	}
}

func firstValid(list ...token.Pos) token.Pos {
	for _, p := range list {
		if p.IsValid() {
			return p
		}
	}
	return token.NoPos
}
