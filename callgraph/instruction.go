package callgraph

import (
	"fmt"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// instruction translates one instruction into constraints and facts.
func (b *builder) instruction(instr ssa.Instruction) {
	b.mentionOperands(instr)
	b.aliases(instr)
	switch i := instr.(type) {
	case *ssa.Store:
		b.storeTo(i.Addr, b.value(i.Val))
		b.written(i.Addr, i)
		b.assigned(i)
		b.revealsSource(i)
	case *ssa.UnOp:
		switch i.Op {
		case token.MUL:
			b.loadFrom(i, i.X)
			b.globalRead(i.X)
		case token.ARROW:
			b.load(b.value(i), b.value(i.X), b.kindOf(i))
		}
	case *ssa.Phi:
		for _, e := range i.Edges {
			b.copy(b.value(i), b.value(e))
		}
	case *ssa.ChangeType:
		b.convert(i, i.X)
	case *ssa.Convert:
		b.convert(i, i.X)
		if isUnsafe(i.Type()) != isUnsafe(i.X.Type()) {
			b.caveat("unsafe", i.Pos(), "conversion through unsafe.Pointer: memory may change unseen")
		}
	case *ssa.MultiConvert:
		b.convert(i, i.X)
	case *ssa.ChangeInterface:
		b.convert(i, i.X)
	case *ssa.SliceToArrayPointer:
		b.copy(b.value(i), b.value(i.X))
	case *ssa.MakeInterface:
		b.makeInterface(i)
	case *ssa.TypeAssert:
		b.typeAssert(i)
	case *ssa.MakeClosure:
		b.makeClosure(i)
	case *ssa.MakeMap, *ssa.MakeChan, *ssa.MakeSlice:
		b.allocate(i.(ssa.Value))
	case *ssa.Extract:
		b.extract(i)
	case *ssa.Field:
		b.field(i)
	case *ssa.Index:
		b.copy(b.value(i), b.value(i.X))
		b.load(b.value(i), b.value(i.X), b.kindOf(i))
	case *ssa.Lookup:
		b.load(b.value(i), b.value(i.X), b.kindOf(i))
	case *ssa.Slice:
		b.slice(i)
	case *ssa.Range:
		b.copy(b.value(i), b.value(i.X))
	case *ssa.Next:
		b.load(b.value(i), b.value(i.Iter), "")
	case *ssa.MapUpdate:
		b.store(b.value(i.Map), b.value(i.Key))
		b.store(b.value(i.Map), b.value(i.Value))
		b.shares(i.Map, i.Key, i)
		b.shares(i.Map, i.Value, i)
		b.written(i.Map, i)
	case *ssa.Send:
		b.store(b.value(i.Chan), b.value(i.X))
		b.shares(i.Chan, i.X, i)
		b.written(i.Chan, i)
	case *ssa.Select:
		b.selectStates(i)
	case *ssa.Panic:
		b.panics(i)
	case *ssa.Return:
		for k, r := range i.Results {
			b.copy(b.sharedNode(resultKey(b.key, k)), b.value(r))
		}
	case ssa.CallInstruction:
		n := len(b.sum.Calls)
		b.call(i)
		if n < len(b.sum.Calls) {
			b.sum.Calls[n].Refs = b.callMemories(i)
		}
	case *ssa.FieldAddr:
		b.interior(i)
	case *ssa.IndexAddr:
		b.interior(i)
	case *ssa.Alloc, *ssa.BinOp, *ssa.If, *ssa.Jump, *ssa.RunDefers, *ssa.DebugRef:
		// Addresses are resolved where they are used.
	default:
		panic(fmt.Sprintf("callgraph: unknown instruction %T", instr))
	}
}

func isUnsafe(t types.Type) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Kind() == types.UnsafePointer
}

// mentionOperands notes the variables an instruction refers to.
func (b *builder) mentionOperands(instr ssa.Instruction) {
	var space [8]*ssa.Value
	for _, op := range instr.Operands(space[:0]) {
		g, ok := (*op).(*ssa.Global)
		switch {
		case !ok || g.Object() == nil:
		case b.in.Private(g.Pkg.Pkg):
			b.addressUse(g, g, instr)
		default:
			b.fact(b.owner).externals[g.Pkg.Pkg.Path()] = true
		}
	}
}

func (b *builder) makeClosure(i *ssa.MakeClosure) {
	fn := i.Fn.(*ssa.Function)
	key, private := b.procOf(fn)
	if !private {
		return
	}
	b.addr(b.value(i), Token{Kind: FuncToken, Key: key})
	for k, bound := range i.Bindings {
		b.copy(b.value(fn.FreeVars[k]), b.value(bound))
	}
}

func (b *builder) allocate(v ssa.Value) {
	if n := b.value(v); n != None {
		b.object(n, b.newNode(), b.types.hold(v.Type()))
	}
}

// convert copies a value between types of the same representation. Between a
// private struct and another struct the fields are joined.
func (b *builder) convert(dst, src ssa.Value) {
	if p, ok := types.Unalias(src.Type()).(*types.TypeParam); ok {
		b.intoInterface(b.value(dst), b.value(src), p)
		return
	}
	if types.IsInterface(dst.Type()) {
		b.copy(b.value(dst), b.value(src))
		return
	}
	to, from := deref(dst.Type()), deref(src.Type())
	b.copy(b.value(dst), b.value(src))
	if b.types.hold(to) != b.types.hold(from) {
		b.retype(b.value(dst), b.value(src))
	}
	b.sameMemory(dst.Type(), src.Type())
	b.joinFields(to, from, b.value(src))
	b.joinFields(from, to, b.value(dst))
}

func (b *builder) joinFields(to, from types.Type, other Node) {
	n, s := b.types.privateStruct(to)
	m, fs := b.types.privateStruct(from)
	if n == nil || n == m {
		return
	}
	for i := range s.NumFields() {
		if !b.types.carries(s.Field(i).Type()) {
			continue
		}
		dst := b.sharedNode(fieldKey(n, s.Field(i)))
		if m != nil && i < fs.NumFields() {
			b.copy(dst, b.sharedNode(fieldKey(m, fs.Field(i))))
		} else if other != None {
			b.copy(dst, other)
			b.copy(other, dst)
		}
	}
}

func (b *builder) makeInterface(i *ssa.MakeInterface) {
	dst := b.value(i)
	b.intoInterface(dst, b.value(i.X), i.X.Type())
}

// intoInterface makes dst hold a value of a concrete type.
func (b *builder) intoInterface(dst, src Node, typ types.Type) {
	typ = types.Unalias(typ)
	if p, ok := typ.(*types.TypeParam); ok {
		b.copy(dst, src)
		b.copy(dst, b.sharedNode(b.types.paramNode(p)))
		return
	}
	if b.types.matters(typ) || referential(typ.Underlying()) || len(b.types.modules(typ)) > 0 {
		b.typeToken(dst, typ)
		b.types.mentions(typ, func(types.Type) {}, func(p *types.TypeParam) {
			b.copy(dst, b.sharedNode(b.types.paramNode(p)))
		})
	}
	if src == None {
		return
	}
	n := namedOf(typ)
	switch {
	case n != nil && b.types.isPrivate(n):
		b.copy(b.sharedNode(contentKey(b.types.key(n))), src)
	case n != nil && !referential(typ.Underlying()):
		content := b.newNode() // a value of an external type with methods
		b.copy(content, src)
		b.object(dst, content, b.types.hold(typ))
		b.copy(dst, src)
	default:
		b.copy(dst, src)
	}
}

func (b *builder) typeAssert(i *ssa.TypeAssert) {
	dst, src := b.value(i), b.value(i.X)
	if types.IsInterface(i.AssertedType) {
		if dst == None { // only the success of the assertion is used
			dst = b.newNode()
		}
		if p, ok := types.Unalias(i.AssertedType).(*types.TypeParam); ok {
			b.copy(dst, src)
			b.copy(dst, b.sharedNode(b.types.paramNode(p)))
			return
		}
		b.filter(dst, src, i.AssertedType)
		return
	}
	if dst == None {
		return
	}
	n := namedOf(i.AssertedType)
	if n != nil && b.types.isPrivate(n) {
		b.copy(dst, b.sharedNode(contentKey(b.types.key(n))))
		return
	}
	if src == None {
		return
	}
	kind := b.types.kind(i.AssertedType)
	within := b.newNode() // what is found in an object of external code
	b.sum.Loads = append(b.sum.Loads, Load{Dst: within, Ptr: src, Kind: kind, Asserted: hasMethods(i.AssertedType)})
	for _, from := range []Node{src, within} {
		b.sum.Filters = append(b.sum.Filters, Filter{Dst: dst, Src: from, Kind: kind, Owner: b.owner})
	}
}

// hasMethods tells whether a value of a type can be an error or a context, for it has
// methods.
func hasMethods(typ types.Type) bool {
	return types.NewMethodSet(typ).Len() > 0
}

func (b *builder) filter(dst, src Node, typ types.Type) {
	if src == None {
		return
	}
	b.sum.Filters = append(b.sum.Filters, Filter{Dst: dst, Src: src, Kind: "i:" + b.types.describe(typ), Owner: b.owner})
}

func (b *builder) extract(i *ssa.Extract) {
	if list, ok := b.tuples[i.Tuple]; ok {
		b.copy(b.value(i), list[i.Index])
		return
	}
	if call, ok := i.Tuple.(*ssa.Call); ok {
		b.copy(b.value(i), b.results(call, call.Call.Signature())[i.Index])
		return
	}
	b.copy(b.value(i), b.value(i.Tuple))
}

func (b *builder) field(i *ssa.Field) {
	if n, s := b.types.privateStruct(i.X.Type()); n != nil {
		if b.types.carries(i.Type()) {
			b.copy(b.value(i), b.sharedNode(fieldKey(n, s.Field(i.Field))))
		}
		return
	}
	b.copy(b.value(i), b.value(i.X))
	b.load(b.value(i), b.value(i.X), b.kindOf(i)) // the struct may be one that external code made
}

// kindOf describes what a value can be.
func (b *builder) kindOf(v ssa.Value) string {
	if _, ok := v.Type().(*types.Tuple); ok {
		return ""
	}
	return b.types.kind(v.Type())
}

func (b *builder) slice(i *ssa.Slice) {
	if _, ok := i.X.Type().Underlying().(*types.Pointer); ok {
		if p := b.place(i.X); p != None {
			b.object(b.value(i), p, b.types.hold(i.Type()))
			return
		}
		b.copy(b.value(i), b.pointer(i.X))
		return
	}
	b.copy(b.value(i), b.value(i.X))
}

func (b *builder) selectStates(i *ssa.Select) {
	for _, s := range i.States {
		if s.Dir == types.SendOnly {
			b.store(b.value(s.Chan), b.value(s.Send))
			b.shares(s.Chan, s.Send, i)
			b.written(s.Chan, i)
		} else {
			b.load(b.value(i), b.value(s.Chan), "")
		}
	}
}

// panics records that a panic value may be recovered anywhere, and that the
// runtime calls its Error or String method when it isn't.
func (b *builder) panics(i *ssa.Panic) {
	n := b.value(i.X)
	b.copy(b.sharedNode("panic"), n)
	b.sum.Calls = append(b.sum.Calls, Call{
		Kind: ExternalCall, Owner: b.owner, Callee: None, Method: "runtime.panic", Package: "runtime",
		Args: []Node{n}, Content: b.newNode(), Position: b.in.Position(i.Pos()),
		Refs: CallMemory{Args: []int32{b.memoryOf(i.X)}},
	})
}
