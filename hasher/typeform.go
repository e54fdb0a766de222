package hasher

import (
	"bytes"
	"go/types"
	"slices"
	"strings"
)

// basicNames spells the predeclared types. byte and rune are the types uint8
// and int32 and share their spelling.
var basicNames = map[types.BasicKind]string{
	types.Bool: "bool", types.Int: "int", types.Int8: "int8", types.Int16: "int16", types.Int32: "int32",
	types.Int64: "int64", types.Uint: "uint", types.Uint8: "uint8", types.Uint16: "uint16",
	types.Uint32: "uint32", types.Uint64: "uint64", types.Uintptr: "uintptr",
	types.Float32: "float32", types.Float64: "float64", types.Complex64: "complex64",
	types.Complex128: "complex128", types.String: "string", types.UnsafePointer: "unsafe.Pointer",
	types.UntypedBool: "untyped bool", types.UntypedInt: "untyped int", types.UntypedRune: "untyped rune",
	types.UntypedFloat: "untyped float", types.UntypedComplex: "untyped complex",
	types.UntypedString: "untyped string", types.UntypedNil: "untyped nil",
}

// typ writes a type. Named types are references, so the recursion ends: only a
// named type can refer to itself, with the exception that interfaceType treats.
func (w *writer) typ(t types.Type) {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		name, ok := basicNames[t.Kind()]
		if !ok {
			w.failAt(w.pos, "invalid type")
		}
		w.enc.Node(TagBasic, 1)
		w.enc.String(name)
	case *types.Pointer:
		w.enc.Node(TagPointer, 1)
		w.typ(t.Elem())
	case *types.Slice:
		w.enc.Node(TagSlice, 1)
		w.typ(t.Elem())
	case *types.Array:
		w.enc.Node(TagArray, 2)
		w.enc.Int(t.Len())
		w.typ(t.Elem())
	case *types.Map:
		w.enc.Node(TagMap, 2)
		w.typ(t.Key())
		w.typ(t.Elem())
	case *types.Chan:
		w.enc.Node(TagChan, 2)
		w.enc.String(chanDirs[t.Dir()])
		w.typ(t.Elem())
	case *types.Signature:
		w.signature(t)
	case *types.Tuple:
		w.enc.Node(TagTuple, 1)
		w.tuple(t)
	case *types.Struct:
		w.structType(t)
	case *types.Interface:
		w.interfaceType(t)
	case *types.Union:
		w.elements([]element{{union: t}})
	case *types.TypeParam:
		w.enc.Node(TagTypeParam, 1)
		w.enc.Uint(uint64(t.Index()))
	case *types.Named:
		w.instance(t.TypeArgs(), func() { w.typeName(t) })
	default:
		w.failAt(w.pos, "unknown kind of type %T", t)
	}
}

var chanDirs = map[types.ChanDir]string{
	types.SendRecv: "chan", types.SendOnly: "chan<-", types.RecvOnly: "<-chan",
}

func (w *writer) typeName(t *types.Named) {
	obj := t.Obj()
	switch {
	case obj.Pkg() == nil:
		w.enc.Node(TagUniverse, 1)
		w.enc.String(obj.Name())
	case obj.Parent() == obj.Pkg().Scope():
		w.packageLevel(RefType, obj)
	default:
		w.localType(t.Origin())
	}
}

// localType writes a type declared in a function. Its definition comes with the
// first use, so that an unused declaration leaves no trace.
func (w *writer) localType(t *types.Named) {
	obj := t.Obj()
	ordinal, known := w.localTypes[obj]
	if known {
		w.enc.Node(TagLocalType, 1)
		w.enc.Uint(uint64(ordinal))
		return
	}
	ordinal = len(w.localTypes)
	w.localTypes[obj] = ordinal
	w.enc.Node(TagLocalTypeDef, 4)
	w.enc.Uint(uint64(ordinal))
	w.enc.String(pkgPath(obj.Pkg()))
	w.enc.String(obj.Name())
	w.typ(t.Underlying())
}

func (w *writer) typeParams(list *types.TypeParamList) {
	w.enc.List(list.Len())
	for p := range list.TypeParams() {
		w.typ(p.Constraint())
	}
}

func (w *writer) signature(sig *types.Signature) {
	w.enc.Node(TagSignature, 3)
	w.tuple(sig.Params())
	w.tuple(sig.Results())
	w.enc.Bool(sig.Variadic())
}

func (w *writer) tuple(t *types.Tuple) {
	w.enc.List(t.Len())
	for v := range t.Variables() {
		w.typ(v.Type())
	}
}

func (w *writer) structType(t *types.Struct) {
	w.enc.Node(TagStruct, t.NumFields())
	for i := range t.NumFields() {
		f := t.Field(i)
		w.enc.Node(TagField, 5)
		w.name(f)
		w.enc.Bool(f.Embedded())
		w.typ(f.Type())
		w.enc.String(t.Tag(i))
	}
}

// name writes two items: the name of a field or method and, since an unexported
// name differs from the same name of another package, its package.
func (w *writer) name(obj types.Object) {
	w.enc.String(obj.Name())
	if obj.Exported() || obj.Pkg() == nil {
		w.none()
	} else {
		w.enc.String(pkgPath(obj.Pkg()))
	}
}

// interfaceType writes an interface by its method set and type elements,
// whatever it embeds. An interface literal that embeds a named interface can
// contain itself, as in
//
//	type N interface{ M() interface{ N } }
//
// so a literal within itself is written as its distance.
func (w *writer) interfaceType(t *types.Interface) {
	for i := len(w.interfaces) - 1; i >= 0; i-- {
		if w.interfaces[i] == t || types.Identical(w.interfaces[i], t) {
			w.enc.Node(TagCycle, 1)
			w.enc.Uint(uint64(len(w.interfaces) - i))
			return
		}
	}
	w.interfaces = append(w.interfaces, t)
	defer func() { w.interfaces = w.interfaces[:len(w.interfaces)-1] }()

	methods := make([]*types.Func, 0, t.NumMethods())
	for m := range t.Methods() {
		methods = append(methods, m)
	}
	slices.SortFunc(methods, func(a, b *types.Func) int { return strings.Compare(methodKey(a), methodKey(b)) })
	comparable, elements := flatten(t, nil)
	w.enc.Node(TagInterface, 3)
	w.enc.List(len(methods))
	for _, m := range methods {
		w.enc.Node(TagMethod, 3)
		w.name(m)
		w.signature(m.Signature())
	}
	w.enc.Bool(comparable)
	w.elements(elements)
}

func methodKey(m *types.Func) string {
	if m.Exported() || m.Pkg() == nil {
		return m.Name()
	}
	return m.Name() + "\x00" + pkgPath(m.Pkg())
}

// An element is a type element of an interface: a union or a single type.
type element struct {
	union *types.Union
	typ   types.Type
}

// flatten collects the type elements of an interface and of those it embeds.
// Type elements can't be recursive.
func flatten(t *types.Interface, elements []element) (bool, []element) {
	isComparable := false
	for e := range t.EmbeddedTypes() {
		e = types.Unalias(e)
		if named, ok := e.(*types.Named); ok && named.Obj().Pkg() == nil && named.Obj().Name() == "comparable" {
			isComparable = true
			continue
		}
		if union, ok := e.(*types.Union); ok {
			elements = append(elements, element{union: union})
			continue
		}
		if inner, ok := e.Underlying().(*types.Interface); ok {
			var c bool
			c, elements = flatten(inner, elements)
			isComparable = isComparable || c
			continue
		}
		elements = append(elements, element{typ: e})
	}
	return isComparable, elements
}

// elements writes type elements, and the terms of each, in the order of their
// bytes, without duplicates.
func (w *writer) elements(list []element) {
	writers := make([]func(*writer), len(list))
	for i, e := range list {
		writers[i] = func(w *writer) { w.terms(e) }
	}
	w.sorted(writers)
}

func (w *writer) terms(e element) {
	if e.union == nil {
		w.sorted([]func(*writer){func(w *writer) { w.term(false, e.typ) }})
		return
	}
	var writers []func(*writer)
	for term := range e.union.Terms() {
		writers = append(writers, func(w *writer) { w.term(term.Tilde(), term.Type()) })
	}
	w.sorted(writers)
}

func (w *writer) term(tilde bool, t types.Type) {
	w.enc.Node(TagTerm, 2)
	w.enc.Bool(tilde)
	w.typ(t)
}

// sorted writes a list of items ordered by their bytes with private objects
// named, since the slots depend on the order.
func (w *writer) sorted(writers []func(*writer)) {
	type keyed struct {
		key   []byte
		write func(*writer)
	}
	items := make([]keyed, len(writers))
	for i, write := range writers {
		key := newWriter(w.n, &Encoder{})
		key.byName = true
		key.interfaces = slices.Clone(w.interfaces)
		key.pos = w.pos
		write(key)
		items[i] = keyed{key.enc.buf, write}
	}
	slices.SortFunc(items, func(a, b keyed) int { return bytes.Compare(a.key, b.key) })
	items = slices.CompactFunc(items, func(a, b keyed) bool { return bytes.Equal(a.key, b.key) })
	w.enc.List(len(items))
	for _, item := range items {
		item.write(w)
	}
}
