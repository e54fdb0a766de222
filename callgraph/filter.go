package callgraph

import (
	"slices"
	"sort"
	"strings"

	"github.com/autover/autover/internal/intset"
)

// This file says which tokens a value of a type can be, or an object can hold.

// A filter tells which tokens a value of a type can be, or can be put into an
// object.
type filter struct {
	// kind is 'i' for interfaces, 'f' for functions, 'o' for pointers and the like, 'h'
	// for what can be put into an object, 't' for private types that implement an
	// interface, and 'p' for those of which a pointer does.
	kind          byte
	key           string
	asked, passes intset.Set // the tokens that were tried, and those of them that pass
}

// filter numbers the filter with a description: "i:" and the key of an
// interface type, "f:" and a signature, "o:" and the type of an object, or "h:"
// and the type of the object that is to hold the token. An empty description
// lets everything pass.
func (s *solver) filter(description string) int32 {
	if description == "" || description == "h:"+unknownObject {
		return 0
	}
	if i, ok := s.filterID[description]; ok {
		return i
	}
	if key, ok := strings.CutPrefix(description, "h:"); ok && s.holdsAll(key) {
		s.filterID[description] = 0
		return 0
	}
	i := int32(len(s.filters))
	s.filterID[description] = i
	s.filters = append(s.filters, filter{kind: description[0], key: description[2:]})
	return i
}

// holdsAll tells whether anything can be put into an object of the type. Such
// objects are one with whatever puts things into them, which keeps the problem
// small.
func (s *solver) holdsAll(key string) bool {
	typ := s.types["hold "+key]
	if isClosedObject(key) || typ == nil {
		return false
	}
	return slices.ContainsFunc(typ.Holds, func(slot string) bool {
		return slot == "" || slot[0] == 'i' && s.types[slot[2:]] != nil && len(s.types[slot[2:]].Methods) == 0
	})
}

// holdsNothing tells whether nothing can be put into an object of the type.
func (s *solver) holdsNothing(key string) bool {
	typ := s.types["hold "+key]
	return typ != nil && len(typ.Holds) == 0
}

// filtered returns the tokens that pass the filter with a number.
func (s *solver) filtered(tokens intset.Set, number int32) intset.Set {
	if number == 0 {
		return tokens
	}
	f := &s.filters[number]
	if fresh := tokens.Minus(f.asked); !fresh.IsEmpty() {
		f.asked = f.asked.Union(fresh)
		for t := range fresh.All() {
			if s.fits(f.kind, f.key, s.tokens[t]) {
				f.passes = f.passes.With(t)
			}
		}
	}
	return tokens.Intersect(f.passes)
}

func (s *solver) fits(kind byte, key string, t solved) bool {
	switch kind {
	case 't':
		return t.kind == TypeToken && s.implements(t.key, key)
	case 'p':
		typ := s.types[t.key]
		return t.kind == TypeToken && typ != nil && typ.Pointer != "" && s.implements(typ.Pointer, key)
	case 'o':
		return t.kind == ObjectToken && (t.typ == unknownObject || t.typ == key || strings.Contains(t.typ+key, "$")) // a type parameter may be any type
	case 'f':
		if t.kind == FuncToken {
			p := s.procs[t.key]
			return p == nil || fitting(p.signature, key)
		}
		return t.kind != TypeToken
	case 'i':
		switch t.kind {
		case TypeToken:
			return s.implements(t.key, key)
		case ObjectToken:
			return t.typ == unknownObject || isClosedObject(t.typ) || s.implements("hold "+t.typ, key)
		}
		return true // a function can have methods once it has an external type
	}
	if isClosedObject(key) {
		return false
	}
	typ := s.types["hold "+key]
	if typ == nil {
		return true
	}
	for _, slot := range typ.Holds {
		if slot == "" || s.fits(slot[0], slot[2:], t) {
			return true
		}
	}
	return false
}

// implements tells whether a type has the methods of an interface, as far as their
// signatures are known.
func (s *solver) implements(typ, iface string) bool {
	t, i := s.types[typ], s.types[iface]
	if t == nil || i == nil {
		return true
	}
	for _, want := range i.Methods {
		m := t.method(want.Name)
		if m == nil || m.Signature != "" && want.Signature != "" && !fitting(m.Signature, want.Signature) {
			return false
		}
	}
	return true
}

// method finds a method by its qualified name.
func (t *Type) method(name string) *Method {
	i := sort.Search(len(t.Methods), func(i int) bool { return t.Methods[i].Name >= name })
	if i < len(t.Methods) && t.Methods[i].Name == name {
		return &t.Methods[i]
	}
	return nil
}
