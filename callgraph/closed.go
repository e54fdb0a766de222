package callgraph

import (
	"slices"
	"strings"

	"github.com/autover/autover/internal/intset"
)

// This file says which calls external objects can answer. An interface that only
// private types can implement is closed: external code can hand out such values,
// but their methods are found in private code.

// isClosed tells whether no external type can have the methods of an interface:
// one of them is private and not exported, has a name that no external type has for
// a method, or has private types in its signature. Generic types can have the last, when
// they are instantiated with private types.
func (s *solver) isClosed(iface string) bool {
	closed, known := s.closed[iface]
	if !known {
		if t := s.types[iface]; t != nil {
			for i := range t.Methods {
				closed = closed || !s.elsewhere(&t.Methods[i])
			}
		}
		s.closed[iface] = closed
	}
	return closed
}

// standardCanCall tells whether the standard library can call the method that a call
// calls through an interface.
func (s *solver) standardCanCall(c *linkedCall) bool {
	t := s.types[c.Interface]
	if t == nil {
		return false
	}
	m := t.method(c.Method)
	return m != nil && namedInStandard(m)
}

// elsewhere tells whether an external type can have a method of an interface.
func (s *solver) elsewhere(m *Method) bool {
	if strings.Contains(m.Name, ".") { // it isn't exported
		return !m.Private
	}
	standard, inStandard := standardMethods[m.Name]
	module, inModules := s.methods[m.Name]
	return (inStandard || inModules) && (!m.Private || standard.Generic || module.Generic)
}

// ofFunctions tells whether an external function type has a method of a name, so
// that a function can have it.
func (s *solver) ofFunctions(method string) bool {
	return standardMethods[method].Function || s.methods[method].Function
}

// insideKey identifies what is looked for where.
type insideKey struct {
	content int32
	iface   string
}

// inside returns the node of the private types that implement an interface and
// are found in an object.
func (s *solver) inside(content int32, iface string) int32 {
	key := insideKey{s.find(content), iface}
	n, ok := s.found[key]
	if !ok {
		n = s.newNode()
		s.found[key] = n
		s.rule(content, insideRule{n, iface})
	}
	return n
}

// insideRule looks for private types that implement an interface.
type insideRule struct {
	dst   int32
	iface string
}

func (r insideRule) apply(s *solver, node int32, tokens intset.Set) {
	if node != s.find(s.out) { // what is in objects of the outside is there, too
		for t := range tokens.Intersect(s.objects).All() {
			s.edge(s.inside(s.tokens[t].content, r.iface), r.dst, 0)
		}
	}
	v := s.vertex(r.dst)
	v.set = v.set.Union(s.filtered(tokens, s.filter("t:"+r.iface)))
	for t := range s.filtered(tokens, s.filter("p:"+r.iface)).All() {
		s.put(r.dst, s.token(TypeToken, s.types[s.tokens[t].key].Pointer)) // reflection makes pointers
	}
}

// strange tells whether a token brings code of other modules along, which standard
// code may call: what the outside knows, a function, or a type with such methods.
func (s *solver) strange(token int32) bool {
	t := s.tokens[token]
	if t.kind == ObjectToken && s.find(t.content) == s.find(s.out) {
		return true // it needn't have been before
	}
	is, known := s.strangers[token]
	if known {
		return is
	}
	switch t.kind {
	case ObjectToken:
		is = s.ofModule(packageOfType(t.typ))
	case ExternalToken:
		is = s.ofModule(packageOfName(t.key))
	case TypeToken:
		typ := s.types[t.key]
		is = typ != nil && slices.ContainsFunc(typ.Methods, func(m Method) bool {
			return m.Target == ExternalMethod && s.ofModule(m.Package) && held.callsMethod(&m)
		})
	}
	s.strangers[token] = is
	return is
}

// strangeTo tells whether code of a model that finds a token may call code of other
// modules behind it, which in turn may do all that the outside may.
func (s *solver) strangeTo(m *model, token int32) bool {
	if m.calls {
		return s.strange(token)
	}
	switch t := s.tokens[token]; t.kind {
	case ObjectToken:
		if t.typ == unknownObject || isClosedObject(t.typ) {
			return s.find(t.content) == s.find(s.out) && slices.ContainsFunc(m.methods.list(), func(name string) bool {
				_, ok := s.methods[name]
				return ok
			})
		}
		hold := s.types["hold "+t.typ]
		return s.ofModule(packageOfType(t.typ)) && slices.ContainsFunc(m.methods.list(), func(name string) bool {
			return hold == nil || hold.method(name) != nil
		})
	case TypeToken:
		typ := s.types[t.key]
		return typ != nil && slices.ContainsFunc(typ.Methods, func(have Method) bool { return s.foreignMethod(m, &have) })
	}
	return false
}

// foreignMethod tells whether code of a model calls a method of another module by name.
func (s *solver) foreignMethod(m *model, method *Method) bool {
	return method.Target == ExternalMethod && s.ofModule(method.Package) && m.methods.has(method.Name)
}

// ofModule tells whether a package is one of another module.
func (s *solver) ofModule(pkg string) bool {
	return pkg != "" && !isStandard(pkg) && !s.private[pkg]
}

// answers tells whether an object of a type can be what a call calls: a function
// whose type isn't known, or something with the method.
func (s *solver) answers(c *linkedCall, typ string) bool {
	if typ == unknownObject {
		return true
	}
	if c.Kind == DynamicCall {
		return false
	}
	for _, shape := range []string{"[", "map[", "chan("} { // named types are not told apart
		if strings.HasPrefix(typ, shape) {
			return true
		}
	}
	hold := s.types["hold "+typ]
	return hold == nil || hold.method(c.Method) != nil
}

// contract returns the model of the interface method that is called, if all that
// implement it have to keep to one: that of io.Writer.
func (s *solver) contract(c *linkedCall) (model, bool) {
	t := s.types[c.Interface]
	if c.Kind != InvokeCall || c.Method != "Write" || t == nil || t.method("Write") == nil || t.method("Write").Signature != "func([]byte,)int,error," {
		return model{}, false
	}
	return parseModel(models["io.Writer.Write"]), true
}
