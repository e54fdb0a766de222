package callgraph

import (
	"strings"

	"github.com/autover/autover/internal/symbol"
)

// linkedCall is a call with the nodes of the whole program.
type linkedCall struct {
	*Call
	callee  int32
	args    []int32
	results []int32
	content int32
	model   model
	bound   bool // the external rules are in place
}

func (s *solver) addCall(c *Call, at func(Node) int32, all func([]Node) []int32, tokens []int32) {
	l := &linkedCall{Call: c, callee: at(c.Callee), args: all(c.Args), results: all(c.Results), content: at(c.Content)}
	for _, t := range c.Types {
		s.put(l.content, tokens[t])
	}
	switch c.Kind {
	case DynamicCall:
		s.rule(l.callee, dynamicRule{l})
	case InvokeCall:
		s.rule(l.callee, invokeRule{l})
	case ExternalCall:
		s.bind(l, c.Method, c.Package)
	}
	s.calls = append(s.calls, l)
}

// call connects a call site with a body.
func (s *solver) call(owner symbol.ID, key, reason string, args, results []int32, receiver bool) {
	p := s.procs[key]
	if p == nil {
		s.callees(owner, symbol.ID(key), reason)
		return
	}
	s.callees(owner, p.owner, reason)
	params := p.params
	if receiver && len(params) > 0 {
		params = params[1:]
	}
	for i, a := range args {
		if i < len(params) {
			s.edge(a, params[i])
		}
	}
	for i, r := range results {
		if i < len(p.results) {
			s.edge(p.results[i], r)
		}
	}
}

func (s *solver) callees(owner, callee symbol.ID, reason string) {
	o := s.outcome(owner)
	if old, ok := o.callees[callee]; !ok || reason < old {
		o.callees[callee] = reason
	}
}

// dynamicRule calls the functions that a function value may be.
type dynamicRule struct{ c *linkedCall }

func (r dynamicRule) apply(s *solver, token int32) {
	t := s.tokens[token]
	switch t.kind {
	case FuncToken:
		if p := s.procs[t.key]; p == nil || p.signature == r.c.Method {
			s.call(r.c.Owner, t.key, "call of a function value at "+r.c.Position, r.c.args, r.c.results, false)
		}
	case ExternalToken:
		name, pkg := t.key, packageOfName(t.key)
		s.outcome(r.c.Owner).packages[pkg] = true
		s.bind(r.c, name, pkg)
	case ObjectToken:
		// A function that external code made.
		s.put(r.c.content, token)
		s.bind(r.c, "", "")
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

// invokeRule calls the method of what an interface may hold.
type invokeRule struct{ c *linkedCall }

func (r invokeRule) apply(s *solver, token int32) {
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
	if m := typ.method(r.c.Method); m != nil {
		s.invoke(r.c, typ, m)
	}
}

func (s *solver) invoke(c *linkedCall, typ *Type, m *Method) {
	switch m.Target {
	case PrivateMethod:
		s.receiver(typ, m)
		s.call(c.Owner, m.Proc, "call of "+typ.Key+"."+m.Name+" through an interface at "+c.Position, c.args, c.results, true)
	case EmbeddedInterface:
		if m.Field != "" {
			s.invokeField(c, m)
		}
	case ExternalMethod:
		s.outcome(c.Owner).packages[m.Package] = true
		if m.Field != "" {
			s.edge(s.named(m.Field), c.content)
		}
		s.bind(c, m.Proc, m.Package)
	}
}

// invokeField calls a method that is promoted from an interface in a field.
func (s *solver) invokeField(c *linkedCall, m *Method) {
	inner := *c.Call
	inner.Method, inner.Package = m.Proc, m.Package
	l := *c
	l.Call, l.bound = &inner, false
	s.rule(s.named(m.Field), invokeRule{&l})
}

// receiver passes the content of a type that is no struct to the receiver of
// its method.
func (s *solver) receiver(typ *Type, m *Method) {
	if typ.Content == "" {
		return
	}
	if p := s.procs[m.Proc]; p != nil && len(p.params) > 0 {
		s.edge(s.named(typ.Content), p.params[0])
	}
}

// bind puts the rules of an external call in place: its content gathers what
// the external code gets to know, and the results come from there.
//
// A call can meet several external functions; the rules then are those of the
// least restricted one.
func (s *solver) bind(c *linkedCall, name, pkg string) {
	m := modelOf(name, pkg)
	if c.bound {
		if widen(&c.model, m) {
			s.rule(c.content, &contentRule{c, c.model})
			s.bindPackage(c, pkg)
		}
		return
	}
	c.bound = true
	c.model = m
	for _, a := range c.args {
		s.edge(a, c.content)
	}
	for _, r := range c.results {
		if r >= 0 && (m.returns || m.asks) {
			s.edge(c.content, r)
			s.put(r, s.token(ObjectToken, "", c.content))
		}
	}
	s.rule(c.content, &contentRule{c, m})
	s.bindPackage(c, pkg)
}

// bindPackage joins what a call hands over with what the package keeps.
func (s *solver) bindPackage(c *linkedCall, pkg string) {
	if pkg == "" {
		return
	}
	if c.model.registers {
		s.edge(c.content, s.named(packageKey(pkg)))
	}
	if c.model.asks {
		s.edge(s.ask(pkg), c.content)
	}
}

// ask returns the node of what a package and the packages that it imports
// keep.
func (s *solver) ask(pkg string) int32 {
	if n, ok := s.asked[pkg]; ok {
		return n
	}
	n := s.newNode()
	s.asked[pkg] = n
	s.edge(s.named(packageKey(pkg)), n)
	for _, p := range s.imports(pkg) {
		s.edge(s.ask(p), n)
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

// contentRule says what external code does with something it gets to know.
type contentRule struct {
	c *linkedCall
	m model
}

func (r *contentRule) apply(s *solver, token int32) {
	c, t := r.c, s.tokens[token]
	switch t.kind {
	case ObjectToken:
		s.edge(t.content, c.content)
		if r.m.keeps {
			s.edge(c.content, t.content)
		}
	case FuncToken:
		if r.m.calls {
			s.callback(c, t.key, "callback through "+c.external())
		}
	case ExternalToken:
		pkg := packageOfName(t.key)
		s.outcome(c.Owner).packages[pkg] = true
	case TypeToken:
		if typ := s.types[t.key]; typ != nil {
			r.seen(s, typ)
		}
	}
}

func (c *linkedCall) external() string { return c.Method + " at " + c.Position }

// seen makes a private type known to external code: by assertions and
// reflection it finds exported methods and what lies in exported fields.
func (r *contentRule) seen(s *solver, typ *Type) {
	c := r.c
	o := s.outcome(c.Owner)
	if typ.Named != "" {
		o.types[typ.Named] = "converted to an interface for " + c.external()
	}
	for i := range typ.Methods {
		m := &typ.Methods[i]
		if !m.Exported || !r.m.callsMethod(m.Name) {
			continue
		}
		if m.Target != ExternalMethod || typ.Named != "" {
			o.facts["method "+typ.label()+" "+m.label()] = true
		}
		switch m.Target {
		case PrivateMethod:
			s.receiver(typ, m)
			s.callback(c, m.Proc, "method called by "+c.external())
		case EmbeddedInterface, ExternalMethod:
			if m.Field != "" {
				s.edge(s.named(m.Field), c.content)
			}
		}
	}
	for _, f := range typ.Fields {
		s.edge(s.named(f), c.content)
		if r.m.keeps {
			s.edge(c.content, s.named(f))
		}
	}
	if typ.Content != "" {
		s.edge(s.named(typ.Content), c.content)
	}
	for _, n := range typ.Nested {
		s.put(c.content, s.token(TypeToken, n, -1))
	}
}

// callback calls a body from external code, which passes it what it knows.
func (s *solver) callback(c *linkedCall, key, reason string) {
	p := s.procs[key]
	if p == nil {
		s.callees(c.Owner, symbol.ID(key), reason)
		return
	}
	s.callees(c.Owner, p.owner, reason)
	for _, param := range p.params {
		s.edge(c.content, param)
	}
	for _, r := range p.results {
		s.edge(r, c.content)
	}
}
