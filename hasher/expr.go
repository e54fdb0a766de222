package hasher

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// expr writes an expression as one item. Its type is written only where its
// parts and its place don't determine it: on constants, nil, comparisons,
// literals and conversions.
func (w *writer) expr(e ast.Expr) {
	e = ast.Unparen(e)
	w.pos = e.Pos()
	tv, known := w.info.Types[e]
	if known && tv.IsType() {
		w.enc.Node(TagTypeExpr, 1)
		w.typ(tv.Type)
		return
	}
	if known && tv.Value != nil {
		if w.foldable(e) {
			w.constant(tv.Type, tv.Value)
			return
		}
		w.enc.Node(TagOpaqueExpr, 2)
		w.typ(tv.Type)
	}
	switch e := e.(type) {
	case *ast.Ident:
		w.object(e)
	case *ast.BasicLit:
		w.literal(e)
	case *ast.FuncLit:
		w.funcLit(e)
	case *ast.CompositeLit:
		w.composite(e)
	case *ast.SelectorExpr:
		w.selector(e)
	case *ast.IndexExpr:
		w.index(e, e.X, e.Index)
	case *ast.IndexListExpr:
		w.index(e, e.X, nil)
	case *ast.SliceExpr:
		w.slice(e)
	case *ast.TypeAssertExpr:
		w.enc.Node(TagAssert, 2)
		w.expr(e.X)
		w.typ(w.typeOf(e.Type))
	case *ast.CallExpr:
		w.call(e)
	case *ast.StarExpr:
		w.enc.Node(TagDeref, 1)
		w.expr(e.X)
	case *ast.UnaryExpr:
		w.enc.Node(TagUnary, 2)
		w.enc.String(e.Op.String())
		w.expr(e.X)
	case *ast.BinaryExpr:
		w.binary(e)
	case *ast.BadExpr, *ast.ParenExpr, *ast.Ellipsis, *ast.KeyValueExpr, *ast.ArrayType, *ast.StructType,
		*ast.FuncType, *ast.InterfaceType, *ast.MapType, *ast.ChanType:
		w.fail(e, "unexpected %T in place of a value", e)
	default:
		w.fail(e, "unknown kind of expression %T", e)
	}
}

func (w *writer) typeOf(e ast.Expr) types.Type {
	t := w.info.TypeOf(e)
	if t == nil {
		w.fail(e, "expression has no type information")
	}
	return t
}

// literal writes a literal that is part of an expression that isn't folded
// although it contains no name, which leaves the declaration of an opaque
// constant, where the checker may have recorded it for several constants.
func (w *writer) literal(e *ast.BasicLit) {
	v := constant.MakeFromLiteral(e.Value, e.Kind, 0)
	if v.Kind() == constant.Unknown {
		w.fail(e, "literal %s has no value", e.Value)
	}
	w.constant(w.typeOf(e), v)
}

// object writes what an identifier denotes.
func (w *writer) object(id *ast.Ident) {
	switch obj := w.info.ObjectOf(id).(type) {
	case *types.Const:
		w.opaqueConst(obj)
	case *types.Var:
		w.variable(id, obj)
	case *types.Func:
		w.instance(w.info.Instances[id].TypeArgs, func() { w.packageLevel(RefFunc, obj) })
	case *types.Builtin:
		w.enc.Node(TagUniverse, 1)
		w.enc.String(obj.Name())
	case *types.Nil:
		w.enc.Node(TagNil, 1)
		w.typ(w.typeOf(id))
	case nil:
		w.fail(id, "identifier %s is not resolved", id.Name)
	default:
		w.fail(id, "unexpected %T in place of a value", obj)
	}
}

func (w *writer) variable(id *ast.Ident, v *types.Var) {
	if n, ok := w.locals[v]; ok {
		w.enc.Node(TagLocal, 1)
		w.enc.Uint(uint64(n))
		return
	}
	if v.Pkg() == nil || v.Parent() != v.Pkg().Scope() {
		w.fail(id, "variable %s is used before its definition", v.Name())
	}
	w.packageLevel(RefVar, v)
}

func (w *writer) funcLit(e *ast.FuncLit) {
	sig, ok := w.typeOf(e).(*types.Signature)
	if !ok {
		w.fail(e, "function literal has no signature")
	}
	l := &literal{offset: int(e.Pos() - w.start), slots: map[int]bool{}, external: map[string]bool{}}
	for _, around := range w.inside {
		around.inner++
	}
	w.literals = append(w.literals, l)
	w.inside = append(w.inside, l)
	w.enc.Node(TagFuncLit, 2)
	w.signature(sig)
	w.bindSignature(sig)
	w.block(e.Body.List)
	w.inside = w.inside[:len(w.inside)-1]
}

// composite writes a literal with its type. A literal that stands for its
// address, as the elements of []*T{{}} do, is written like &T{}.
func (w *writer) composite(e *ast.CompositeLit) {
	t := w.typeOf(e)
	if e.Type == nil {
		if p, ok := coreType(t).(*types.Pointer); ok {
			t = p.Elem()
			w.enc.Node(TagUnary, 2)
			w.enc.String(token.AND.String())
		}
	}
	w.enc.Node(TagComposite, 2)
	w.typ(t)
	w.enc.List(len(e.Elts))
	switch core := coreType(t).(type) {
	case *types.Struct:
		for i, elt := range e.Elts {
			w.fieldElement(core, i, elt)
		}
	case *types.Array, *types.Slice:
		w.indexedElements(e.Elts)
	case *types.Map:
		for _, elt := range e.Elts {
			kv, ok := elt.(*ast.KeyValueExpr)
			if !ok {
				w.fail(elt, "map element has no key")
			}
			w.enc.Node(TagElement, 2)
			w.expr(kv.Key)
			w.expr(kv.Value)
		}
	default:
		w.fail(e, "composite literal of unexpected type %s", t)
	}
}

func (w *writer) fieldElement(t *types.Struct, i int, elt ast.Expr) {
	if kv, ok := elt.(*ast.KeyValueExpr); ok {
		key, ok := kv.Key.(*ast.Ident)
		if !ok {
			w.fail(kv.Key, "key of a struct literal is not a field name")
		}
		i = 0
		for i < t.NumFields() && t.Field(i).Name() != key.Name {
			i++
		}
		if i == t.NumFields() {
			w.fail(key, "struct has no field %s", key.Name)
		}
		elt = kv.Value
	}
	w.enc.Node(TagElement, 2)
	w.enc.Uint(uint64(i))
	w.expr(elt)
}

// indexedElements writes the elements of an array or slice with their indices.
// After an index that must not be folded, indices count from there.
func (w *writer) indexedElements(elts []ast.Expr) {
	next := int64(0)
	for _, elt := range elts {
		w.enc.Node(TagElement, 2)
		kv, ok := elt.(*ast.KeyValueExpr)
		if !ok {
			w.enc.Int(next)
			w.expr(elt)
			next++
			continue
		}
		v := w.info.Types[kv.Key].Value
		if v == nil {
			w.fail(kv.Key, "index is not constant")
		}
		if w.foldable(kv.Key) {
			next, _ = constant.Int64Val(constant.ToInt(v))
			w.enc.Int(next)
		} else {
			next = 0
			w.expr(kv.Key)
		}
		w.expr(kv.Value)
		next++
	}
}

// coreType returns the underlying type, for a type parameter that of the first
// type it admits: literals require that all agree in kind.
func coreType(t types.Type) types.Type {
	p, ok := types.Unalias(t).(*types.TypeParam)
	if !ok {
		return t.Underlying()
	}
	_, elements := flatten(p.Underlying().(*types.Interface), nil)
	for _, e := range elements {
		if e.union == nil {
			return e.typ.Underlying()
		}
		if e.union.Len() > 0 {
			return e.union.Term(0).Type().Underlying()
		}
	}
	return p.Underlying()
}

// index writes an index expression, unless it only spells out type arguments,
// which are written with the function like inferred ones.
func (w *writer) index(e, x, index ast.Expr) {
	var id *ast.Ident
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		id = x
	case *ast.SelectorExpr:
		id = x.Sel
	}
	if id != nil {
		if _, generic := w.info.Instances[id]; generic {
			w.expr(x)
			return
		}
	}
	if index == nil {
		w.fail(e, "index list does not instantiate a function")
	}
	w.enc.Node(TagIndex, 2)
	w.expr(x)
	w.expr(index)
}

func (w *writer) slice(e *ast.SliceExpr) {
	high := e.High
	if !e.Slice3 && w.isLenOf(high, e.X) {
		high = nil
	}
	w.enc.Node(TagSliceExpr, 4)
	w.expr(e.X)
	w.optional(e.Low)
	w.optional(high)
	w.optional(e.Max)
}

func (w *writer) optional(e ast.Expr) {
	if e == nil {
		w.none()
	} else {
		w.expr(e)
	}
}

// isLenOf reports whether e is the predeclared len of x and x a plain variable,
// which gofmt -s leaves out of x[a:len(x)].
func (w *writer) isLenOf(e, x ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return false
	}
	fun, ok1 := ast.Unparen(call.Fun).(*ast.Ident)
	arg, ok2 := ast.Unparen(call.Args[0]).(*ast.Ident)
	id, ok3 := ast.Unparen(x).(*ast.Ident)
	return ok1 && ok2 && ok3 && w.info.Uses[fun] == types.Universe.Lookup("len") &&
		w.info.Uses[id] != nil && w.info.Uses[arg] == w.info.Uses[id]
}

func (w *writer) call(e *ast.CallExpr) {
	fun := w.info.Types[ast.Unparen(e.Fun)]
	switch {
	case fun.IsType():
		if len(e.Args) != 1 {
			w.fail(e, "conversion of %d values", len(e.Args))
		}
		w.enc.Node(TagConvert, 2)
		w.typ(fun.Type)
		w.expr(e.Args[0])
		return
	case fun.IsBuiltin():
		w.enc.Node(TagBuiltin, 3)
		w.enc.String(w.builtin(e.Fun))
	default:
		w.enc.Node(TagCall, 3)
		w.expr(e.Fun)
	}
	w.exprs(e.Args)
	w.enc.Bool(e.Ellipsis.IsValid())
}

// builtin returns the name of a predeclared function, qualified by unsafe for
// those of that package.
func (w *writer) builtin(e ast.Expr) string {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		if obj, ok := w.info.Uses[e].(*types.Builtin); ok {
			if obj.Pkg() != nil {
				return obj.Pkg().Path() + "." + obj.Name()
			}
			return obj.Name()
		}
	case *ast.SelectorExpr:
		return w.builtin(e.Sel)
	}
	w.fail(e, "built-in function is not named")
	return ""
}

func (w *writer) exprs(list []ast.Expr) {
	w.enc.List(len(list))
	for _, e := range list {
		w.expr(e)
	}
}

// binary writes an operation. The type of a comparison is its context's choice.
func (w *writer) binary(e *ast.BinaryExpr) {
	w.enc.Node(TagBinary, 4)
	w.enc.String(e.Op.String())
	switch e.Op {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		w.typ(w.typeOf(e))
	default:
		w.none()
	}
	w.expr(e.X)
	w.expr(e.Y)
}
