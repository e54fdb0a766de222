package callgraph

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/autover/autover/internal/symbol"
)

// value returns the node of what an SSA value holds, or None if its type can't
// carry tokens.
func (b *builder) value(v ssa.Value) Node {
	if n, ok := b.values[v]; ok {
		return n
	}
	switch v := v.(type) {
	case *ssa.Const, *ssa.Builtin:
		return None
	case *ssa.Function:
		return b.functionValue(v)
	}
	if _, isRange := v.(*ssa.Range); !isRange && !b.types.carries(v.Type()) {
		b.values[v] = None
		return None
	}
	n := b.newNode()
	b.values[v] = n
	switch v := v.(type) {
	case *ssa.Global:
		b.object(n, b.place(v), b.types.variable(deref(v.Type())))
	case *ssa.Alloc:
		typ := b.types.variable(deref(v.Type()))
		if v.Comment == "varargs" {
			typ = closedObject // nothing refers to it after the call
		}
		b.object(n, b.place(v), typ)
	case *ssa.FieldAddr, *ssa.IndexAddr:
		// A pointer into an object: what it holds is not told from what the
		// object holds, but its type is another.
		if p := b.place(v); p != None {
			b.object(n, p, unknownObject)
		} else {
			b.retype(n, b.pointer(v))
		}
	}
	return n
}

// place returns the node of the content of an address that is known without
// following pointers, or None.
func (b *builder) place(addr ssa.Value) Node {
	if n, ok := b.places[addr]; ok {
		return n
	}
	n := b.placeUncached(addr)
	b.places[addr] = n
	return n
}

func (b *builder) placeUncached(addr ssa.Value) Node {
	switch a := addr.(type) {
	case *ssa.Global:
		if !b.in.Private(a.Pkg.Pkg) {
			return b.externalVariable(a)
		}
		return b.sharedNode(varKey(globalID(a)))
	case *ssa.Alloc:
		if !b.types.carries(deref(a.Type())) {
			return None
		}
		return b.newNode()
	case *ssa.FieldAddr:
		base := deref(a.X.Type())
		if n, s := b.types.privateStruct(base); n != nil {
			if !b.types.carries(s.Field(a.Field).Type()) {
				return None
			}
			return b.sharedNode(fieldKey(n, s.Field(a.Field)))
		}
		return b.place(a.X)
	case *ssa.IndexAddr:
		if _, ok := a.X.Type().Underlying().(*types.Pointer); ok {
			return b.place(a.X)
		}
	}
	return None
}

func globalID(g *ssa.Global) symbol.ID {
	return symbol.ID(g.Pkg.Pkg.Path() + "." + g.Name())
}

// externalVariable is the node of what an external variable holds. It holds
// itself as an object, so that a value read from it leads back to it.
func (b *builder) externalVariable(g *ssa.Global) Node {
	key := externalKey(string(globalID(g)))
	if n, ok := b.shared[key]; ok {
		return n
	}
	n := b.sharedNode(key)
	b.object(n, n, b.types.hold(deref(g.Type())))
	return n
}

func deref(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

func (b *builder) storeTo(addr ssa.Value, src Node) {
	if src == None {
		return
	}
	if p := b.place(addr); p != None {
		b.copy(p, src)
		return
	}
	b.store(b.pointer(addr), src)
}

func (b *builder) loadFrom(to, addr ssa.Value) {
	dst := b.value(to)
	if dst == None {
		return
	}
	if p := b.place(addr); p != None {
		b.copy(dst, p)
		return
	}
	b.load(dst, b.pointer(addr), b.kindOf(to))
}

// pointer returns the node of the pointer behind an address whose place isn't
// known: fields of external and unnamed structs and elements are one with the
// object that they belong to.
func (b *builder) pointer(addr ssa.Value) Node {
	for {
		switch a := addr.(type) {
		case *ssa.FieldAddr:
			addr = a.X
		case *ssa.IndexAddr:
			addr = a.X
		default:
			return b.value(addr)
		}
	}
}

// functionValue returns the node of a function used as a value.
func (b *builder) functionValue(fn *ssa.Function) Node {
	n := b.newNode()
	if key, private := b.procOf(fn); private {
		b.addr(n, Token{Kind: FuncToken, Key: key})
	} else {
		b.addr(n, Token{Kind: ExternalToken, Key: externalName(fn)})
		b.fact(b.owner).externals[packageOf(fn)] = true
	}
	return n
}

// procOf returns the key of the body of a function and makes sure that it is
// translated, if it belongs to private code.
func (b *builder) procOf(fn *ssa.Function) (key string, private bool) {
	if fn.Parent() != nil {
		return b.closureKey(fn), true
	}
	if o := fn.Origin(); o != nil && o != fn {
		fn = o
	}
	obj, _ := fn.Object().(*types.Func)
	if fn.Synthetic != "" && len(fn.Blocks) > 0 && fn.Pkg == nil {
		key := string(b.owner) + "~" + fn.String()
		b.enqueue(pending{fn: fn, key: key, owner: b.owner, start: b.start})
		return key, true
	}
	if obj == nil || obj.Pkg() == nil || !b.in.Private(obj.Pkg()) {
		return "", false
	}
	return string(symbol.Of(obj)), true
}

// closureKey names a function literal, or the body of a loop over a function,
// which belongs to the code around it, by the declaration around it.
func (b *builder) closureKey(fn *ssa.Function) string {
	key := symbol.Literal(symbol.Declaration(b.owner), int(fn.Syntax().Pos()-b.start))
	owner := b.owner
	if _, ok := fn.Syntax().(*ast.FuncLit); ok {
		owner = key
	}
	b.enqueue(pending{fn: fn, key: string(key), owner: owner, start: b.start})
	return string(key)
}

func externalName(fn *ssa.Function) string {
	if o := fn.Origin(); o != nil {
		fn = o
	}
	if obj, ok := fn.Object().(*types.Func); ok && obj.Pkg() != nil {
		return string(symbol.Of(obj))
	}
	return fn.String()
}

func packageOf(fn *ssa.Function) string {
	if o := fn.Origin(); o != nil {
		fn = o
	}
	if obj := fn.Object(); obj != nil && obj.Pkg() != nil {
		return obj.Pkg().Path()
	}
	return ""
}
