package callgraph

import (
	"go/types"
	"sort"
)

// This file describes what can be put into objects, by their types.

// The types of objects of which more or less is known.
const (
	unknownObject = ""  // it may be of any type and hold anything
	closedObject  = "!" // nothing can be put into it
	// immutableObject is the type of errors and contexts that external code made, into
	// which nothing can be put either.
	immutableObject = "!immutable"
)

// isClosedObject tells whether nothing can be put into an object of a type.
func isClosedObject(typ string) bool { return typ == closedObject || typ == immutableObject }

// objectKey names the type of an object: a pointer by what it points to, and
// types that convert into each other freely by what they have in common.
func (t *typeTable) objectKey(typ types.Type) string {
	typ = types.Unalias(typ)
	if p, ok := typ.Underlying().(*types.Pointer); ok {
		typ = types.Unalias(p.Elem())
	}
	switch u := typ.Underlying().(type) {
	case *types.Struct, *types.Interface:
		return t.key(typ)
	case *types.Array:
		return "[]" + t.key(u.Elem())
	default:
		return t.key(u)
	}
}

// hold describes the type of an object, so that linking knows what can be put
// into it, and returns its key.
func (t *typeTable) hold(typ types.Type) string {
	typ = types.Unalias(typ)
	if _, ok := typ.(*types.TypeParam); ok {
		return unknownObject
	}
	if types.IsInterface(typ) {
		if immutable(typ) {
			return immutableObject
		}
		return unknownObject
	}
	k := t.objectKey(typ)
	if t.seen["hold "+k] {
		return k
	}
	t.seen["hold "+k] = true
	h := holdWalk{t: t, seen: map[string]bool{}, slots: map[string]bool{}}
	if p, ok := typ.Underlying().(*types.Pointer); ok {
		typ = p.Elem()
	}
	h.inside(typ)
	d := Type{Key: "hold " + k, Holds: inOrder(h.slots), Nested: t.arguments(types.Unalias(typ))}
	if _, ok := types.Unalias(typ).(*types.Named); ok {
		for _, base := range []types.Type{typ, types.NewPointer(typ)} {
			set := types.NewMethodSet(base)
			for i := range set.Len() {
				if f := set.At(i).Obj(); d.method(memberName(f)) == nil {
					d.Methods = append(d.Methods, Method{Name: memberName(f)})
					sort.Slice(d.Methods, func(i, j int) bool { return d.Methods[i].Name < d.Methods[j].Name })
				}
			}
		}
	}
	t.out = append(t.out, d)
	return k
}

// variable describes a variable of a type, to which there are pointers. Whatever the
// interface in one holds, another value can be assigned to it.
func (t *typeTable) variable(typ types.Type) string {
	if types.IsInterface(typ) {
		return unknownObject
	}
	return t.hold(typ)
}

// immutable tells the interface types whose values are never changed by code
// that is handed one: errors and contexts, by convention of their packages.
func immutable(typ types.Type) bool {
	n, ok := types.Unalias(typ).(*types.Named)
	if !ok {
		return false
	}
	name := typeName(n.Obj())
	return name == "error" || name == "context.Context"
}

// sealed are the types of the standard library that hold nothing that other code
// gave them, whatever their fields look like.
var sealed = map[string]bool{
	"encoding/base32.Encoding": true,
	"encoding/base64.Encoding": true,
	"os.File":                  true,
	"os.Process":               true,
	"os.ProcessState":          true,
	"os.Root":                  true,
	"regexp.Regexp":            true,
	"strings.Replacer":         true,
	"time.Location":            true,
	"unicode.RangeTable":       true,
}

// holdWalk collects the places of a type into which something can be put, as
// descriptions for filters: interfaces, functions and objects. What an
// interface in it holds is another object.
type holdWalk struct {
	t     *typeTable
	seen  map[string]bool
	slots map[string]bool
}

func (w *holdWalk) inside(typ types.Type) {
	typ = types.Unalias(typ)
	k := w.t.key(typ)
	if w.seen[k] {
		return
	}
	w.seen[k] = true
	if sealed[k] {
		return
	}
	if n, ok := typ.(*types.Named); ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "sync/atomic" && n.TypeArgs().Len() == 1 {
		w.slots["o:"+w.t.objectKey(n.TypeArgs().At(0))] = true
		w.inside(n.TypeArgs().At(0))
		return
	}
	if n, ok := typ.(*types.Named); ok { // they may be hidden behind unsafe pointers
		for arg := range n.TypeArgs().Types() {
			w.inside(arg)
		}
	}
	switch u := typ.Underlying().(type) {
	case *types.Basic:
		if u.Kind() == types.UnsafePointer {
			w.slots[""] = true
		}
	case *types.Interface:
		if _, ok := typ.(*types.TypeParam); ok {
			w.slots[""] = true
			return
		}
		w.slots["i:"+w.t.describe(typ)] = true
	case *types.Signature:
		w.slots["f:"+w.t.key(signatureOnly(u))] = true
	case *types.Pointer:
		w.slots["o:"+w.t.objectKey(typ)] = true
		w.inside(u.Elem())
	case *types.Slice:
		w.slots["o:"+w.t.objectKey(typ)] = true
		w.inside(u.Elem())
	case *types.Chan:
		w.slots["o:"+w.t.objectKey(typ)] = true
		w.inside(u.Elem())
	case *types.Map:
		w.slots["o:"+w.t.objectKey(typ)] = true
		w.inside(u.Key())
		w.inside(u.Elem())
	case *types.Array:
		w.inside(u.Elem())
	case *types.Struct:
		for i := range u.NumFields() {
			w.inside(u.Field(i).Type())
		}
	}
}
