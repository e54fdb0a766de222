package callgraph

import (
	"go/types"
	"strings"
)

// This file names memory by cells and finds those that can be reached from a
// value: the fields of private structs by type and name, all other memory by
// type.

// memory returns the cells of the memory that can be reached from a value of
// the type by following references: the fields of private structs, the
// elements of maps, slices, channels and pointers by type, and the insides of
// external objects by type. What an interface holds is not included.
func (t *typeTable) memory(typ types.Type) []string {
	k := t.key(typ)
	if c, ok := t.sets[k]; ok {
		return c
	}
	w := memoryWalk{t: t, seen: map[string]bool{}, cells: map[string]bool{}}
	w.value(typ)
	c := sortedKeys(w.cells)
	t.sets[k] = c
	return c
}

// own returns the cells of which a variable of the type itself consists.
func (t *typeTable) own(typ types.Type) []string {
	w := memoryWalk{t: t, seen: map[string]bool{}, cells: map[string]bool{}}
	w.place(typ)
	return sortedKeys(w.cells)
}

type memoryWalk struct {
	t     *typeTable
	seen  map[string]bool
	cells map[string]bool
}

// value follows the references in a value of the type.
func (w *memoryWalk) value(typ types.Type) {
	typ = types.Unalias(typ)
	switch u := typ.(type) {
	case *types.Basic, *types.Signature, *types.TypeParam, *types.Interface:
		return
	case *types.Named:
		k := w.t.key(u)
		if w.seen[k] {
			return
		}
		w.seen[k] = true
		for i := range u.TypeArgs().Len() {
			w.value(u.TypeArgs().At(i))
		}
		if !w.t.isPrivate(u) {
			if referential(u.Underlying()) {
				w.cells["e:"+k] = true
			}
			if _, ok := u.Underlying().(*types.Struct); ok {
				return // its insides are one cell, reached by pointer
			}
		}
		w.value(u.Underlying())
	case *types.Pointer:
		w.place(u.Elem())
	case *types.Slice:
		w.element(typ, u.Elem())
	case *types.Chan:
		w.element(typ, u.Elem())
	case *types.Map:
		w.value(u.Key())
		w.element(typ, u.Elem())
	case *types.Array:
		w.value(u.Elem())
	case *types.Struct:
		for i := range u.NumFields() {
			w.value(u.Field(i).Type())
		}
	}
}

func (w *memoryWalk) element(typ, elem types.Type) {
	w.cells[w.t.elements(typ)] = true
	w.inner(elem)
}

// place adds the memory that a variable of the type occupies, and follows its
// value.
func (w *memoryWalk) place(typ types.Type) {
	if n, _ := w.t.privateStruct(typ); n == nil {
		w.cells[w.t.elements(typ)] = true
	}
	w.inner(typ)
}

// inner adds the parts of a variable of the type, which is a part of other
// memory itself, and follows its value.
func (w *memoryWalk) inner(typ types.Type) {
	typ = types.Unalias(typ)
	k := "&" + w.t.key(typ)
	if w.seen[k] {
		return
	}
	w.seen[k] = true
	if n, ok := typ.(*types.Named); ok {
		for i := range n.TypeArgs().Len() {
			w.value(n.TypeArgs().At(i))
		}
	}
	if n, s := w.t.privateStruct(typ); n != nil {
		for i := range s.NumFields() {
			w.cells[fieldKey(n, s.Field(i))] = true
			w.inner(s.Field(i).Type())
		}
		return
	}
	switch u := typ.Underlying().(type) {
	case *types.Array:
		w.cells[w.t.elements(typ)] = true
		w.inner(u.Elem())
	case *types.Struct:
		w.cells[w.t.elements(typ)] = true
		if _, named := typ.(*types.Named); named {
			return // an external object
		}
		for i := range u.NumFields() {
			w.inner(u.Field(i).Type())
		}
	default:
		w.value(typ)
	}
}

// anyCell is the memory behind pointers to values of type parameters, and behind
// pointers of no type.
const anyCell = "e:?"

// elements names the memory of values of the type, or of the elements of a map,
// slice, channel or array, which shares its memory with slices.
func (t *typeTable) elements(typ types.Type) string {
	k := t.key(typ)
	if a, ok := types.Unalias(typ).Underlying().(*types.Array); ok {
		k = "[]" + t.key(a.Elem())
	}
	if strings.Contains(k, "$") {
		return anyCell
	}
	return "e:" + k
}

func referential(t types.Type) bool {
	switch t.(type) {
	case *types.Pointer, *types.Slice, *types.Map, *types.Chan:
		return true
	}
	return false
}
