package callgraph

import (
	"fmt"
	"strings"
)

// linkedCall is a call with the nodes of the whole program.
type linkedCall struct {
	*Call
	callee  int32
	args    []int32
	results []int32
	kinds   []int32 // filters of the results
	content int32
	model   model
	bound   bool // the rules of an external call are in place
	// packages are the external packages that may be called.
	packages map[string]bool
	// fields are the methods promoted from interfaces in fields that are
	// followed; it is shared with the calls of these.
	fields map[string]bool
}

func (s *solver) addCall(c *Call, at func(Node) int32, all func([]Node) []int32, tokens []int32) {
	l := &linkedCall{
		Call: c, callee: at(c.Callee), args: all(c.Args), results: all(c.Results), kinds: s.kinds(c.Kinds),
		content: at(c.Content), packages: map[string]bool{}, fields: map[string]bool{},
	}
	for _, t := range c.Types {
		s.put(l.content, tokens[t])
	}
	s.calls = append(s.calls, l)
	switch c.Kind {
	case DynamicCall:
		s.rule(l.callee, dynamicRule{l})
	case InvokeCall:
		s.rule(l.callee, invokeRule{l})
	case ExternalCall:
		s.bind(l, c.Method, c.Package)
	}
}

// enter connects a call site with a body. The receiver of a method called
// through an interface is not among the arguments.
func (s *solver) enter(key string, args, results []int32, receiver bool) {
	p := s.procs[key]
	if p == nil {
		return
	}
	params := p.params
	if receiver && len(params) > 0 {
		params = params[1:]
	}
	for i, a := range args {
		if i < len(params) {
			s.edge(a, params[i], 0)
		}
	}
	for i, r := range results {
		if i < len(p.results) {
			s.edge(p.results[i], r, 0)
		}
	}
}

// packageOfName cuts the package from a qualified name.
func packageOfName(name string) string {
	slash := strings.LastIndex(name, "/")
	if dot := strings.Index(name[slash+1:], "."); dot >= 0 {
		return name[:slash+1+dot]
	}
	return name
}

// dynamicRule calls the functions that a function value may be.
type dynamicRule struct{ c *linkedCall }

func (r dynamicRule) apply(s *solver, _, token int32) {
	t := s.tokens[token]
	switch t.kind {
	case FuncToken:
		if s.callable(r.c, t) {
			s.enter(t.key, r.c.args, r.c.results, false)
		}
	case ExternalToken:
		s.bind(r.c, t.key, packageOfName(t.key))
	case ObjectToken: // a function that external code made
		s.put(r.c.content, token)
		s.bind(r.c, "", "")
	}
}

// callable tells whether a function token has the type that a call expects.
func (s *solver) callable(c *linkedCall, t solved) bool {
	p := s.procs[t.key]
	return p == nil || p.signature == c.Method
}

// invokeRule calls the method of what an interface may hold.
type invokeRule struct{ c *linkedCall }

func (r invokeRule) apply(s *solver, _, token int32) {
	t := s.tokens[token]
	if t.kind != TypeToken {
		s.put(r.c.content, token)
		s.bind(r.c, r.c.Package+"."+r.c.Method, r.c.Package)
		return
	}
	typ := s.types[t.key]
	if typ == nil {
		return
	}
	m := typ.method(r.c.Method)
	if m == nil {
		return
	}
	switch m.Target {
	case PrivateMethod:
		s.receive(typ, m)
		s.enter(m.Proc, r.c.args, r.c.results, true)
	case EmbeddedInterface:
		s.invokeField(r.c, m)
	case ExternalMethod:
		if m.Field != "" {
			s.edge(s.named(m.Field), r.c.content, 0)
		}
		s.bind(r.c, m.Proc, m.Package)
	}
}

// invokeField calls a method that is promoted from an interface in a field.
func (s *solver) invokeField(c *linkedCall, m *Method) {
	key := m.Field + " " + m.Proc
	if m.Field == "" || c.fields[key] {
		return
	}
	c.fields[key] = true
	inner := *c.Call
	inner.Method, inner.Package = m.Proc, m.Package
	l := *c
	l.Call, l.bound, l.callee, l.packages = &inner, false, s.named(m.Field), map[string]bool{}
	s.calls = append(s.calls, &l)
	s.rule(l.callee, invokeRule{&l})
}

// receive passes the content of a type that is no struct to the receiver of
// its method.
func (s *solver) receive(typ *Type, m *Method) {
	if typ.Content == "" {
		return
	}
	if p := s.procs[m.Proc]; p != nil && len(p.params) > 0 {
		s.edge(s.named(typ.Content), p.params[0], 0)
	}
}

// bind puts the rules of an external call in place: its content gathers what
// the external code gets to know, and the results come from there.
//
// A call can meet several external functions; the rules then are those of all.
func (s *solver) bind(c *linkedCall, name, pkg string) {
	m := modelOf(name, pkg)
	if pkg != "" {
		c.packages[pkg] = true
	}
	if c.bound && !widen(&c.model, m) {
		return
	}
	if !c.bound {
		c.bound, c.model = true, m
		for _, a := range c.args {
			s.edge(a, c.content, 0)
		}
	}
	for i, r := range c.results {
		if r < 0 || !c.model.returns && !c.model.asks {
			continue
		}
		kind := int32(0)
		if i < len(c.kinds) {
			kind = c.kinds[i]
		}
		s.edge(c.content, r, kind)
		s.put(r, s.token(ObjectToken, "", c.content))
	}
	s.rule(c.content, contentRule{s.modelNumber(c.model)})
	if pkg == "" {
		return
	}
	if c.model.registers {
		s.edge(c.content, s.named(packageKey(pkg)), 0)
	}
	if c.model.asks {
		s.edge(s.ask(pkg), c.content, 0)
	}
}

func (s *solver) modelNumber(m model) int32 {
	key := fmt.Sprint(m)
	if i, ok := s.modelID[key]; ok {
		return i
	}
	i := int32(len(s.models))
	s.models = append(s.models, m)
	s.modelID[key] = i
	return i
}

// ask returns the node of what a package and the packages that it imports
// keep.
func (s *solver) ask(pkg string) int32 {
	if n, ok := s.asked[pkg]; ok {
		return n
	}
	n := s.newNode()
	s.asked[pkg] = n
	s.edge(s.named(packageKey(pkg)), n, 0)
	for _, p := range s.imports(pkg) {
		s.edge(s.ask(p), n, 0)
	}
	return n
}

// widen adds what the other model allows and tells whether that was more.
func widen(m *model, other model) bool {
	old := *m
	m.calls = m.calls || other.calls
	m.keeps = m.keeps || other.keeps
	m.writes = m.writes || other.writes
	m.registers = m.registers || other.registers
	m.asks = m.asks || other.asks
	m.returns = m.returns || other.returns
	for _, name := range other.methods {
		if !m.callsMethod(name) {
			m.methods = append(m.methods[:len(m.methods):len(m.methods)], name)
		}
	}
	return m.calls != old.calls || m.keeps != old.keeps || m.writes != old.writes || m.registers != old.registers ||
		m.asks != old.asks || m.returns != old.returns || len(m.methods) != len(old.methods)
}

// contentRule says what external code does with something it gets to know. It
// is shared by all calls of a model that know the same.
type contentRule struct{ model int32 }

func (r contentRule) apply(s *solver, node, token int32) {
	m, t := &s.models[r.model], s.tokens[token]
	switch t.kind {
	case ObjectToken:
		s.edge(t.content, node, 0)
		if m.keeps {
			s.edge(node, t.content, 0)
		}
	case FuncToken:
		if m.calls {
			s.callback(node, t.key)
		}
	case TypeToken:
		if typ := s.types[t.key]; typ != nil {
			s.seen(m, node, typ)
		}
	}
}

// seen makes a type known to external code: by assertions and reflection it
// finds exported methods and what lies in exported fields.
func (s *solver) seen(m *model, node int32, typ *Type) {
	for i := range typ.Methods {
		method := &typ.Methods[i]
		if !method.Exported || !m.callsMethod(method.Name) {
			continue
		}
		if method.Target == PrivateMethod {
			s.receive(typ, method)
			s.callback(node, method.Proc)
		} else if method.Field != "" {
			s.edge(s.named(method.Field), node, 0)
		}
	}
	for _, f := range typ.Fields {
		s.edge(s.named(f), node, 0)
		if m.keeps {
			s.edge(node, s.named(f), 0)
		}
	}
	if typ.Content != "" {
		s.edge(s.named(typ.Content), node, 0)
	}
	for _, n := range typ.Nested {
		s.put(node, s.token(TypeToken, n, -1))
	}
}

// callback calls a body from external code, which passes it what it knows.
func (s *solver) callback(node int32, key string) {
	p := s.procs[key]
	if p == nil {
		return
	}
	for i, param := range p.params {
		s.edge(node, param, p.kinds[i])
	}
	for _, r := range p.results {
		s.edge(r, node, 0)
	}
}
