package analyzer

import (
	"cmp"
	"go/types"
	"slices"
	"strings"

	"github.com/autover/autover/internal/store"
	"github.com/autover/autover/internal/wire"
)

// apiWriter writes what importers can see of a package, in a form that is the same
// however the types came about and wherever the source lies: the exported declarations,
// and those others of the package that these mention. Of constants that is the value, of
// types all that selectors, method sets, conversions and reflection depend on. What is
// mentioned of other packages enters by its name, and these packages by the digests of
// their own APIs.
type apiWriter struct {
	wire.Writer
	pkg     *types.Package
	queued  map[types.Object]bool
	queue   []types.Object
	foreign map[*types.Package]bool
	// local says that a type is declared in a function, for which there is no name.
	local bool
}

// apiDigest returns the digest of the API of a package, given that of others; false if
// there is none.
func apiDigest(p *types.Package, of func(*types.Package) (store.ID, bool)) (store.ID, bool) {
	w := &apiWriter{pkg: p, queued: make(map[types.Object]bool), foreign: make(map[*types.Package]bool)}
	w.String(p.Name())
	for _, name := range p.Scope().Names() {
		if o := p.Scope().Lookup(name); o.Exported() {
			w.enqueue(o)
		}
	}
	for len(w.queue) > 0 {
		o := w.queue[0]
		w.queue = w.queue[1:]
		w.object(o)
	}
	others := make([]*types.Package, 0, len(w.foreign))
	for q := range w.foreign {
		others = append(others, q)
	}
	slices.SortFunc(others, func(a, b *types.Package) int { return strings.Compare(a.Path(), b.Path()) })
	for _, q := range others {
		id, ok := of(q)
		if !ok {
			return store.ID{}, false
		}
		w.String(q.Path())
		w.Raw(id[:])
	}
	return store.Digest(w.Bytes()), !w.local
}

func (w *apiWriter) enqueue(o types.Object) {
	if !w.queued[o] {
		w.queued[o] = true
		w.queue = append(w.queue, o)
	}
}

// object writes a declaration.
func (w *apiWriter) object(o types.Object) {
	w.String(o.Name())
	switch o := o.(type) {
	case *types.Const:
		w.String("const")
		w.typ(o.Type())
		w.Uint(uint64(o.Val().Kind()))
		w.String(o.Val().ExactString())
	case *types.Var:
		w.String("var")
		w.typ(o.Type())
	case *types.Func:
		w.String("func")
		w.signature(o.Signature())
	case *types.TypeName:
		switch t := o.Type().(type) {
		case *types.Alias:
			w.String("alias")
			w.typeParams(t.TypeParams())
			w.typ(t.Rhs())
		case *types.Named:
			w.String("type")
			w.typeParams(t.TypeParams())
			w.typ(t.Underlying())
			w.methods(t)
		default: // an alias of the time before there was a type for them
			w.String("name")
			w.typ(t)
		}
	}
}

// methods writes the methods that a type declares, which have an order only in source.
func (w *apiWriter) methods(t *types.Named) {
	methods := slices.Collect(t.Methods())
	slices.SortFunc(methods, func(a, b *types.Func) int { return cmp.Compare(a.Id(), b.Id()) })
	w.Uint(uint64(len(methods)))
	for _, m := range methods {
		w.String(m.Id())
		_, pointer := types.Unalias(m.Signature().Recv().Type()).(*types.Pointer)
		w.Bool(pointer)
		w.typeParams(m.Signature().RecvTypeParams())
		w.signature(m.Signature())
	}
}

func (w *apiWriter) typeParams(list *types.TypeParamList) {
	w.Uint(uint64(list.Len()))
	for p := range list.TypeParams() {
		w.String(p.Obj().Name())
	}
	for p := range list.TypeParams() {
		w.typ(p.Constraint())
	}
}

func (w *apiWriter) signature(s *types.Signature) {
	w.typeParams(s.TypeParams())
	w.Bool(s.Variadic())
	w.tuple(s.Params())
	w.tuple(s.Results())
}

func (w *apiWriter) tuple(t *types.Tuple) {
	w.Uint(uint64(t.Len()))
	for v := range t.Variables() {
		w.String(v.Name())
		w.typ(v.Type())
	}
}

// name writes the name of a declared type and its type arguments.
func (w *apiWriter) name(o *types.TypeName, args *types.TypeList) {
	switch {
	case o.Pkg() == nil:
		w.String("")
	case o.Pkg() == w.pkg:
		w.local = w.local || o.Parent() != w.pkg.Scope()
		w.enqueue(o)
		w.String(".")
	default:
		w.foreign[o.Pkg()] = true
		w.String(o.Pkg().Path())
	}
	w.String(o.Name())
	w.Uint(uint64(args.Len()))
	for t := range args.Types() {
		w.typ(t)
	}
}

// typ writes a type as it is written in source, aliases by their names.
func (w *apiWriter) typ(t types.Type) {
	switch t := t.(type) {
	case *types.Basic:
		w.String("basic")
		w.String(t.Name())
	case *types.Alias:
		w.String("alias")
		w.name(t.Obj(), t.TypeArgs())
	case *types.Named:
		w.String("named")
		w.name(t.Obj(), t.TypeArgs())
	case *types.TypeParam:
		w.String("param")
		w.String(t.Obj().Name())
		w.Uint(uint64(t.Index()))
	case *types.Pointer:
		w.String("pointer")
		w.typ(t.Elem())
	case *types.Slice:
		w.String("slice")
		w.typ(t.Elem())
	case *types.Array:
		w.String("array")
		w.Int(t.Len())
		w.typ(t.Elem())
	case *types.Map:
		w.String("map")
		w.typ(t.Key())
		w.typ(t.Elem())
	case *types.Chan:
		w.String("chan")
		w.Uint(uint64(t.Dir()))
		w.typ(t.Elem())
	case *types.Signature:
		w.String("func")
		w.signature(t)
	case *types.Struct:
		w.String("struct")
		w.fields(t)
	case *types.Interface:
		w.String("interface")
		w.interfaceType(t)
	case *types.Union:
		w.String("union")
		w.Uint(uint64(t.Len()))
		for term := range t.Terms() {
			w.Bool(term.Tilde())
			w.typ(term.Type())
		}
	default: // a new sort of type: its package has no API that could be relied on
		w.local = true
	}
}

func (w *apiWriter) fields(t *types.Struct) {
	w.Uint(uint64(t.NumFields()))
	for i := range t.NumFields() {
		f := t.Field(i)
		w.String(f.Id())
		w.Bool(f.Embedded())
		w.String(t.Tag(i))
		w.typ(f.Type())
	}
}

func (w *apiWriter) interfaceType(t *types.Interface) {
	methods := slices.Collect(t.ExplicitMethods())
	slices.SortFunc(methods, func(a, b *types.Func) int { return cmp.Compare(a.Id(), b.Id()) })
	w.Bool(t.IsImplicit())
	w.Uint(uint64(len(methods)))
	for _, m := range methods {
		w.String(m.Id())
		w.signature(m.Signature())
	}
	w.Uint(uint64(t.NumEmbeddeds()))
	for e := range t.EmbeddedTypes() {
		w.typ(e)
	}
}
