package callgraph

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// This file gives the values of a package nodes in its alias graph. A value that
// comes from one place only shares the node of that place.

// aliasing is the alias graph of a package while it is built.
type aliasing struct {
	namedAliases
	values  map[ssa.Value]int32
	results map[*ssa.Call][]int32
	refers  map[types.Type]bool
}

func newAliasing() aliasing {
	return aliasing{
		namedAliases: newNamedAliases(), values: map[ssa.Value]int32{},
		results: map[*ssa.Call][]int32{}, refers: map[types.Type]bool{},
	}
}

// hasRefs tells whether a value of the type refers to memory other than by
// fields of private structs.
func (b *builder) hasRefs(typ types.Type) bool {
	typ = types.Unalias(typ)
	if r, ok := b.alias.refers[typ]; ok {
		return r
	}
	r := true
	switch u := typ.Underlying().(type) {
	case *types.Basic:
		r = u.Kind() == types.UnsafePointer
	case *types.Array:
		r = b.hasRefs(u.Elem())
	case *types.Struct:
		r = false
		if n, _ := b.types.privateStruct(typ); n == nil {
			for f := range u.Fields() {
				r = r || b.hasRefs(f.Type())
			}
		}
	case *types.Tuple:
		r = false
		for v := range u.Variables() {
			r = r || b.hasRefs(v.Type())
		}
	}
	b.alias.refers[typ] = r
	return r
}

// memoryOf returns the alias node of a value.
func (b *builder) memoryOf(v ssa.Value) int32 {
	if n, ok := b.alias.values[v]; ok {
		return n
	}
	switch v.(type) {
	case *ssa.Const, *ssa.Builtin, *ssa.Function:
		return noMemory
	}
	n := noMemory
	if _, iter := v.(*ssa.Range); iter || b.hasRefs(v.Type()) {
		n = b.memoryFrom(v)
	}
	b.alias.values[v] = n
	return n
}

// memoryFrom returns the node of the place that a value comes from, or a new
// one for a value that has several or is made here.
func (b *builder) memoryFrom(v ssa.Value) int32 {
	a := &b.alias
	from := noMemory
	switch x := v.(type) {
	case *ssa.Global:
		return b.globalMemory(x)
	case *ssa.FieldAddr:
		return b.fieldMemory(x)
	case *ssa.Field:
		if n, s := b.types.privateStruct(x.X.Type()); n != nil {
			return a.shared(fieldKey(n, s.Field(x.Field)))
		}
		from = b.memoryOf(x.X)
	case *ssa.UnOp:
		if x.Op == token.ARROW {
			return a.inside(b.memoryOf(x.X))
		}
		return b.stored(x.X)
	case *ssa.Range:
		return b.memoryOf(x.X)
	case *ssa.Next:
		return a.inside(b.memoryOf(x.Iter))
	case *ssa.Lookup:
		return a.inside(b.memoryOf(x.X))
	case *ssa.Extract:
		if call, ok := x.Tuple.(*ssa.Call); ok {
			return b.returned(call)[x.Index]
		}
		return b.memoryOf(x.Tuple)
	case *ssa.Call:
		return b.callMemory(x)
	case *ssa.IndexAddr:
		from = b.memoryOf(x.X)
	case *ssa.Index:
		from = b.memoryOf(x.X)
	case *ssa.ChangeType:
		from = b.memoryOf(x.X)
	case *ssa.Convert:
		if isUnsafe(x.Type()) != isUnsafe(x.X.Type()) {
			return a.shared(outsideKey)
		}
		from = b.memoryOf(x.X)
	case *ssa.MultiConvert:
		from = b.memoryOf(x.X)
	case *ssa.ChangeInterface:
		from = b.memoryOf(x.X)
	case *ssa.SliceToArrayPointer:
		from = b.memoryOf(x.X)
	case *ssa.MakeInterface:
		from = b.memoryOf(x.X)
	case *ssa.TypeAssert:
		from = b.memoryOf(x.X)
	case *ssa.Slice:
		from = b.memoryOf(x.X)
	}
	if from == noMemory {
		return a.add()
	}
	return from
}

// globalMemory returns the node of the address of a package-level variable.
func (b *builder) globalMemory(g *ssa.Global) int32 {
	if !b.in.Private(g.Pkg.Pkg) {
		return b.alias.shared(outsideKey)
	}
	n := b.alias.shared(memoryKey(globalID(g)))
	if b.hasRefs(deref(g.Type())) {
		b.alias.holds(n, b.alias.shared(varKey(globalID(g))))
	}
	return n
}

// fieldMemory returns the node of the address of a field.
func (b *builder) fieldMemory(x *ssa.FieldAddr) int32 {
	if n, _ := b.types.privateStruct(deref(x.X.Type())); n == nil {
		return b.memoryOf(x.X)
	}
	n := b.alias.add()
	b.alias.part(n, b.memoryBehind(x))
	if b.hasRefs(deref(x.Type())) {
		b.alias.holds(n, b.stored(x))
	}
	return n
}

// memoryBehind returns the node of the memory that an address or reference
// leads to, all parts included.
func (b *builder) memoryBehind(v ssa.Value) int32 {
	for {
		switch x := v.(type) {
		case *ssa.FieldAddr:
			v = x.X
		case *ssa.IndexAddr:
			v = x.X
		default:
			return b.memoryOf(v)
		}
	}
}

// stored returns the node of what is stored at an address.
func (b *builder) stored(addr ssa.Value) int32 {
	switch x := addr.(type) {
	case *ssa.Global:
		if b.in.Private(x.Pkg.Pkg) {
			b.memoryOf(x)
			return b.alias.shared(varKey(globalID(x)))
		}
	case *ssa.FieldAddr:
		if n, s := b.types.privateStruct(deref(x.X.Type())); n != nil {
			return b.alias.shared(fieldKey(n, s.Field(x.Field)))
		}
		return b.stored(x.X)
	case *ssa.IndexAddr:
		if _, ok := x.X.Type().Underlying().(*types.Pointer); ok {
			return b.stored(x.X)
		}
		return b.alias.inside(b.memoryOf(x.X))
	}
	return b.alias.inside(b.memoryOf(addr))
}

// callMemory returns the node of the only result of a call.
func (b *builder) callMemory(call *ssa.Call) int32 {
	from := noMemory
	if fn, ok := call.Call.Value.(*ssa.Builtin); ok {
		switch fn.Name() {
		case "append", "ssa:wrapnilchk":
			from = b.memoryOf(call.Call.Args[0])
		case "recover":
			from = b.alias.shared(panicKey)
		case "Add", "Slice", "SliceData", "String", "StringData":
			from = b.alias.shared(outsideKey)
		}
	} else if list := b.returned(call); len(list) == 1 {
		from = list[0]
	}
	if from == noMemory {
		return b.alias.add()
	}
	return from
}

// returned returns the nodes of the results of a call, one for each.
func (b *builder) returned(call *ssa.Call) []int32 {
	if call == nil {
		return nil
	}
	if list, ok := b.alias.results[call]; ok {
		return list
	}
	key, private := "", false
	if fn := call.Call.StaticCallee(); fn != nil && !call.Call.IsInvoke() {
		key, private = b.procOf(fn)
	}
	res := call.Call.Signature().Results()
	list := make([]int32, res.Len())
	for i := range list {
		switch {
		case !b.hasRefs(res.At(i).Type()):
		case private:
			list[i] = b.alias.shared(resultKey(key, i))
		default:
			list[i] = b.alias.add()
		}
	}
	b.alias.results[call] = list
	return list
}
