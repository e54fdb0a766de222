package hasher

import (
	"go/ast"
	"go/types"
)

// selector writes a qualified identifier like a plain one, and any other by
// what the checker resolved it to, with the embedded fields on the way.
func (w *writer) selector(e *ast.SelectorExpr) {
	sel, ok := w.info.Selections[e]
	if !ok {
		w.object(e.Sel)
		return
	}
	switch sel.Kind() {
	case types.FieldVal:
		w.enc.Node(TagSelectField, 2)
		w.expr(e.X)
		w.path(sel.Recv(), sel.Index())
	case types.MethodVal:
		w.enc.Node(TagSelectFunc, 3)
		w.expr(e.X)
		w.method(sel)
	case types.MethodExpr:
		w.enc.Node(TagMethodExpr, 3)
		w.typ(sel.Recv())
		w.method(sel)
	default:
		w.fail(e, "unknown kind of selection")
	}
}

// path writes the names of the fields that an index path goes through and
// returns the type at its end. An indirection on the way shows in the types.
func (w *writer) path(t types.Type, index []int) types.Type {
	w.enc.List(len(index))
	for _, i := range index {
		s, ok := coreType(deref(t)).(*types.Struct)
		if !ok || i >= s.NumFields() {
			w.failAt(w.pos, "selection does not follow the fields of %s", t)
		}
		f := s.Field(i)
		w.mention(f.Pkg())
		w.enc.String(f.Name())
		t = f.Type()
	}
	return t
}

func deref(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// method writes two items: the path to the method and the method itself. A
// method of an interface is known by its name and the interface, one of a
// constraint by its name and the type parameter, any other is a function.
func (w *writer) method(sel *types.Selection) {
	fn := sel.Obj().(*types.Func)
	index := sel.Index()
	recv := types.Unalias(w.path(sel.Recv(), index[:len(index)-1]))
	if _, ok := recv.(*types.TypeParam); ok {
		w.enc.Node(TagConstrained, 3)
		w.typ(recv)
		w.name(fn)
		return
	}
	if types.IsInterface(recv) {
		w.enc.Node(TagDynamic, 3)
		w.typ(recv)
		w.name(fn)
		return
	}
	w.enc.Node(TagStatic, 4)
	w.methodObject(fn)
	if named, ok := types.Unalias(deref(recv)).(*types.Named); ok {
		w.typeArgs(named.TypeArgs())
	} else {
		w.typeArgs(nil)
	}
	_, pointerRecv := types.Unalias(fn.Signature().Recv().Type()).(*types.Pointer)
	_, pointer := recv.(*types.Pointer)
	w.enc.Bool(pointerRecv)
	w.enc.Bool(pointer)
}

func (w *writer) typeArgs(args *types.TypeList) {
	w.enc.List(args.Len())
	for t := range args.Types() {
		w.typ(t)
	}
}

func (w *writer) methodObject(fn *types.Func) {
	fn = fn.Origin()
	if w.n.private(fn.Pkg()) {
		w.slot(RefFunc, fn)
		return
	}
	w.mention(fn.Pkg())
	named, ok := types.Unalias(deref(fn.Signature().Recv().Type())).(*types.Named)
	if !ok {
		w.failAt(w.pos, "method %s has no receiver type", fn.Name())
	}
	w.enc.Node(TagExternalMethod, 3)
	w.enc.String(pkgPath(fn.Pkg()))
	w.enc.String(named.Obj().Name())
	w.enc.String(fn.Name())
}
