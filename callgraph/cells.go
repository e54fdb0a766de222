package callgraph

import (
	"go/types"
	"slices"
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
	c := inOrder(w.cells)
	t.sets[k] = c
	return c
}

// exposed returns the cells of the memory that code which finds a value of the
// type in an interface can change by reflection: what exported and embedded
// fields lead to, and whole elements.
func (t *typeTable) exposed(typ types.Type) []string {
	w := memoryWalk{t: t, reflects: true, seen: map[string]bool{}, cells: map[string]bool{}}
	w.value(typ)
	return inOrder(w.cells)
}

// own returns the cells of which a variable of the type itself consists.
func (t *typeTable) own(typ types.Type) []string {
	w := memoryWalk{t: t, seen: map[string]bool{}, cells: map[string]bool{}}
	w.place(typ)
	return inOrder(w.cells)
}

// parts visits the cells of the private structs that a value of the type
// consists of, which a store of the whole value changes.
func (t *typeTable) parts(typ types.Type, visit func(cell string)) {
	private, _ := t.privateStruct(typ)
	switch u := types.Unalias(typ).Underlying().(type) {
	case *types.Array:
		t.parts(u.Elem(), visit)
	case *types.Struct:
		for f := range u.Fields() {
			if private != nil {
				visit(fieldKey(private, f))
			}
			t.parts(f.Type(), visit)
		}
	}
}

type memoryWalk struct {
	t        *typeTable
	reflects bool // follow only what reflection can set
	seen     map[string]bool
	cells    map[string]bool
}

// heldKey names a field of a private struct that is no memory itself, for the
// struct is but a value, but leads to memory.
func heldKey(field string) string { return "h:" + field }

// fieldOf returns the key of the node of the field that a cell or held field
// is.
func fieldOf(cell string) (key string, ok bool) {
	key = strings.TrimPrefix(cell, "h:")
	return key, strings.HasPrefix(key, "f:")
}

// follows tells whether what a field refers to counts.
func (w *memoryWalk) follows(f *types.Var) bool {
	return !w.reflects || f.Exported() || f.Embedded()
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
		if n, s := w.t.privateStruct(u); n != nil {
			for f := range s.Fields() {
				if refers(f.Type()) && w.follows(f) {
					w.cells[heldKey(fieldKey(n, f))] = true
				}
			}
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
		for f := range u.Fields() {
			if w.follows(f) {
				w.value(f.Type())
			}
		}
	}
}

func (w *memoryWalk) element(typ, elem types.Type) {
	w.cells[w.t.elements(typ)] = true
	w.inner(elem, true)
}

// place adds the memory that a variable of the type occupies, and follows its
// value.
func (w *memoryWalk) place(typ types.Type) {
	if n, _ := w.t.privateStruct(typ); n == nil {
		w.cells[w.t.elements(typ)] = true
	}
	w.inner(typ, !w.reflects)
}

// inner adds the parts of a variable of the type, which is a part of other
// memory itself, and follows its value. Whole says that it can be replaced.
func (w *memoryWalk) inner(typ types.Type, whole bool) {
	typ = types.Unalias(typ)
	k := "&" + w.t.key(typ)
	if !whole {
		k = "&!" + w.t.key(typ)
	}
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
		for f := range s.Fields() {
			if whole || w.follows(f) {
				w.cells[fieldKey(n, f)] = true
			}
			if w.follows(f) {
				w.inner(f.Type(), true)
			}
		}
		return
	}
	switch u := typ.Underlying().(type) {
	case *types.Array:
		w.cells[w.t.elements(typ)] = true
		w.inner(u.Elem(), true)
	case *types.Struct:
		w.cells[w.t.elements(typ)] = true
		if _, named := typ.(*types.Named); named {
			return // an external object
		}
		for f := range u.Fields() {
			if w.follows(f) {
				w.inner(f.Type(), true)
			}
		}
	default:
		w.value(typ)
	}
}

// anyCell is the memory behind pointers to values of type parameters, and behind
// pointers of no type. With a shape behind it, it is that of the elements of
// slices, maps or channels whose type has type parameters.
const anyCell = "e:?"

// shapes are the beginnings of the keys of types by whose elements memory is
// told apart.
var shapes = []string{"[]", "map[", "chan("}

// elements names the memory of values of the type, or of the elements of a map,
// slice, channel or array, which shares its memory with slices. Types that
// convert into each other share it too, see sameMemory for the others.
func (t *typeTable) elements(typ types.Type) string {
	var k string
	switch u := types.Unalias(typ).Underlying().(type) {
	case *types.Array:
		k = "[]" + t.key(u.Elem())
	case *types.Slice, *types.Map, *types.Chan:
		k = t.key(u)
	default:
		k = t.key(typ)
	}
	if strings.Contains(k, "$") {
		return anyCell + t.shape(typ)
	}
	return "e:" + k
}

// elementsOf names the memory of an object by its type, see objectKey.
func elementsOf(object string) string {
	if !strings.Contains(object, "$") {
		return "e:" + object
	}
	for _, shape := range shapes {
		if strings.HasPrefix(object, shape) {
			return anyCell + shape
		}
	}
	return anyCell
}

// shape returns the shape of a type, or that of all types that a type parameter
// can be.
func (t *typeTable) shape(typ types.Type) string {
	switch u := types.Unalias(typ).Underlying().(type) {
	case *types.Array, *types.Slice:
		return "[]"
	case *types.Map:
		return "map["
	case *types.Chan:
		return "chan("
	case *types.Interface:
		common := ""
		for i := range u.NumEmbeddeds() {
			common = max(common, t.shape(u.EmbeddedType(i))) // a type is in all of the embedded sets
		}
		return common
	case *types.Union:
		for i := range u.Len() {
			if t.shape(u.Term(i).Type()) != t.shape(u.Term(0).Type()) {
				return ""
			}
		}
		return t.shape(u.Term(0).Type())
	}
	return ""
}

// sameMemory records that two types name the same memory by different cells:
// those of structs that are converted into each other by pointer, say.
func (b *builder) sameMemory(x, y types.Type) {
	one, two := b.types.memory(x), b.types.memory(y)
	for _, c := range one {
		if slices.Contains(two, c) || c[0] == 'h' {
			continue
		}
		for _, d := range two {
			if !slices.Contains(one, d) && d[0] != 'h' {
				b.interiors[Interior{c, d}] = true
				b.interiors[Interior{d, c}] = true
			}
		}
	}
}

// refers tells whether a value of the type can lead to memory.
func refers(typ types.Type) bool {
	switch u := typ.Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.UnsafePointer
	case *types.Signature:
		return false
	case *types.Array:
		return refers(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if refers(f.Type()) {
				return true
			}
		}
		return false
	}
	return true
}

func referential(t types.Type) bool {
	switch t.(type) {
	case *types.Pointer, *types.Slice, *types.Map, *types.Chan:
		return true
	}
	return false
}
