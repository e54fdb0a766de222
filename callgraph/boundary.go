package callgraph

import (
	"strings"

	"github.com/autover/autover/internal/intset"
	"github.com/autover/autover/internal/symbol"
)

// linkedCall is a call with the nodes of the whole program.
type linkedCall struct {
	*Call
	callee  int32
	args    []int32
	results []int32
	content int32
	made    int32 // the external types, and private ones with external methods, that are called; 0 for none
	model   model
	bound   bool       // the rules of an external call are in place
	seen    intset.Set // the tokens of the callee that the call has been connected with
	// packages are the external packages that may be called.
	packages map[string]bool
	// fields are the methods promoted from interfaces in fields that are
	// followed; it is shared with the calls of these.
	fields map[string]bool
	// refs are the alias nodes of the call, and field the key of the one of
	// the receiver, if that is in a field.
	refs  CallMemory
	field string
	// abroad says that external code with a model calls code of other modules.
	abroad bool
}

// unseen returns the tokens of its callee that a call must still be connected with.
// Once is enough, also where nodes become one.
func (c *linkedCall) unseen(tokens intset.Set) intset.Set {
	fresh := tokens.Minus(c.seen)
	c.seen = c.seen.Union(fresh)
	return fresh
}

// onlyReads tells whether the argument at an index is only read.
func (c *linkedCall) onlyReads(arg int) bool {
	return c.Kind != DynamicCall && c.model.reads.has(c.position(arg))
}

// position returns that of an argument, which counts the receiver.
func (c *linkedCall) position(arg int) int {
	if c.Kind == InvokeCall {
		return arg + 1
	}
	return arg
}

// writes tells whether the call may write to memory behind the argument with a
// position. What a function value is made of has none.
func (c *linkedCall) writes(position int) bool {
	if c.Kind == DynamicCall {
		return c.model.writes != 0
	}
	return c.model.writes.has(position)
}

func (s *solver) addCall(c *Call, at func(Node) int32, all func([]Node) []int32, tokens, memories []int32) {
	l := &linkedCall{
		Call: c, callee: at(c.Callee), args: all(c.Args), results: all(c.Results),
		content: at(c.Content), packages: map[string]bool{}, fields: map[string]bool{}, refs: c.Refs.renumber(memories),
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

// packageOfType returns the package that declares a type, or the elements of a slice
// of it, by the key of the type; none for other types.
func packageOfType(key string) string {
	name := strings.TrimLeft(key, "*[]")
	pkg := packageOfName(name)
	if pkg == name || strings.ContainsAny(pkg, "[({") {
		return ""
	}
	return pkg
}

// dynamicRule calls the functions that a function value may be.
type dynamicRule struct{ c *linkedCall }

func (r dynamicRule) apply(s *solver, _ int32, tokens intset.Set) {
	for id := range r.c.unseen(tokens).All() {
		switch t := s.tokens[id]; t.kind {
		case FuncToken:
			if s.callable(r.c, t) {
				s.enter(t.key, r.c.args, r.c.results, false)
			}
		case ExternalToken:
			s.bind(r.c, t.key, packageOfName(t.key))
		case ObjectToken: // a function that external code made
			s.bindObject(r.c, int32(id))
		}
	}
}

// callable tells whether a function token has the type that a call expects.
func (s *solver) callable(c *linkedCall, t solved) bool {
	p := s.procs[t.key]
	return p == nil || fitting(p.signature, c.Method)
}

// fitting tells whether two keys of signatures can be of one type. Those with
// type parameters may be instances of each other; which, isn't looked into.
func fitting(a, b string) bool {
	return a == b || strings.Contains(a, "$") || strings.Contains(b, "$")
}

// invokeRule calls the method of what an interface may hold.
type invokeRule struct{ c *linkedCall }

func (r invokeRule) apply(s *solver, _ int32, tokens intset.Set) {
	for id := range r.c.unseen(tokens).All() {
		r.call(s, int32(id))
	}
}

func (r invokeRule) call(s *solver, token int32) {
	t := s.tokens[token]
	switch closed := s.isClosed(r.c.Interface); {
	case t.kind == ObjectToken && closed:
		s.edge(s.inside(t.content, r.c.Interface), r.c.callee, 0)
		return
	case t.kind == ObjectToken && !s.standardCanCall(r.c) && s.find(t.content) != s.find(s.out):
		s.edge(s.inside(t.content, r.c.Interface), r.c.callee, 0)
	case (t.kind == FuncToken || t.kind == ExternalToken) && (closed || !s.ofFunctions(r.c.Method)):
		return
	}
	if t.kind != TypeToken {
		s.bindObject(r.c, token)
		return
	}
	if typ := s.types[t.key]; typ != nil {
		if m := typ.method(r.c.Method); m != nil {
			s.dispatch(r.c, typ, m)
		}
	}
}

func (s *solver) dispatch(c *linkedCall, typ *Type, m *Method) {
	switch m.Target {
	case PrivateMethod:
		s.receive(typ, m)
		s.enter(m.Proc, c.args, c.results, true)
	case EmbeddedInterface:
		s.invokeField(c, m)
	case ExternalMethod:
		if c.made == 0 {
			c.made = s.newNode()
		}
		s.put(c.made, s.token(TypeToken, typ.Key))
		if m.Field != "" {
			s.edge(s.named(m.Field), c.content, 0)
		}
		s.bind(c, m.Proc, m.Package)
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
	inner.Method, inner.Interface, inner.Package = m.Proc, m.Interface, m.Package
	l := *c
	l.Call, l.bound, l.callee, l.made, l.packages, l.field = &inner, false, s.named(m.Field), 0, map[string]bool{}, m.Field
	l.seen = intset.Set{}
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

// bindObject makes a call one of a method of an external object, or of a
// function that is one. The object's type says which code that is; where it
// isn't known, the code is that of a package with a model, for the results of
// others are objects of the outside.
func (s *solver) bindObject(c *linkedCall, token int32) {
	t := s.tokens[token]
	if t.kind == ObjectToken && !s.answers(c, t.typ) {
		return
	}
	s.put(c.content, token)
	switch {
	case t.kind == ObjectToken && c.Interface == "reflect.Type": // nothing else implements it
		s.bind(c, "reflect.Type."+c.Method, c.Package)
	case t.kind != ObjectToken, t.content == s.out:
		m, ok := s.contract(c)
		if !ok {
			m = unknown
		}
		m.asks = true
		s.bindModel(c, m)
	case t.typ != unknownObject && !isClosedObject(t.typ) && strings.Contains(t.typ, "."):
		s.bind(c, t.typ+"."+c.Method, packageOfType(t.typ))
	case c.Package != "":
		s.bind(c, c.Package+"."+c.Method, c.Package)
		if _, ok := s.contract(c); !ok {
			s.bindModel(c, held)
		}
	case c.Kind == DynamicCall: // generic code can have made the function
		m := held
		m.anything = true
		s.bindModel(c, m)
	default:
		s.bindModel(c, held)
	}
}

// linkedTo returns the private functions that are the code of a function
// without body.
func (s *solver) linkedTo(name string) []symbol.ID {
	if s.linked == nil {
		return nil
	}
	return s.linked(symbol.ID(name))
}

// bind puts the rules of a call of an external function in place.
func (s *solver) bind(c *linkedCall, name, pkg string) {
	if pkg != "" {
		c.packages[pkg] = true
	}
	if targets := s.linkedTo(name); len(targets) > 0 {
		for _, id := range targets {
			s.enter(string(id), c.args, c.results, false)
		}
		return
	}
	m, ok := s.known[name]
	if !ok {
		m = modelOf(name, pkg)
		s.known[name] = m
	}
	s.bindModel(c, m)
}

// bindModel puts the rules of a model in place. A call can meet several
// external functions; the rules then are those of all.
func (s *solver) bindModel(c *linkedCall, m model) {
	if c.bound && !widen(&c.model, m) {
		return
	}
	if !c.bound {
		c.bound, c.model = true, m
		for _, a := range c.args {
			s.edge(a, c.content, 0)
		}
	}
	if c.model.returns {
		for i, r := range c.results {
			s.result(c.content, r, c, i)
		}
	}
	if c.model.registers || c.model.asks {
		s.edge(c.content, s.out, 0)
	}
	if c.model.asks {
		for i, r := range c.results {
			s.result(s.out, r, c, i)
		}
	}
	if !c.model.isUnknown() {
		s.know(c.content, contentRule{s.modelNumber(c.model), c.content, unknownObject})
	}
}

// result lets an object come out of a call that stands for all that the
// external code knows. Private types and functions that it may return are found
// in the object, see bindObject.
func (s *solver) result(known, result int32, c *linkedCall, i int) {
	if result >= 0 {
		s.becomeOpaque(known)
		if c.model.anything && i < len(c.Kinds) && !strings.HasPrefix(c.Kinds[i], "o:") {
			s.callsAnything(known)
		}
		s.put(result, s.object(known, s.resultType(c, i)))
	}
}

// resultType returns the type of the object that a call makes.
func (s *solver) resultType(c *linkedCall, i int) string {
	if i < len(c.Kinds) {
		return objectOfKind(c.Kinds[i])
	}
	return unknownObject
}

// objectOfKind returns the type of an object that a value of a kind is, see
// Proc.Kinds.
func objectOfKind(kind string) string {
	switch typ, ok := strings.CutPrefix(kind, "o:"); {
	case ok:
		return typ
	case kind == "i:error" || kind == "i:context.Context":
		return immutableObject
	}
	return unknownObject
}

// external makes an external variable known to external code. One into which nothing can
// be put, such as a file, has nothing to do with what the outside knows besides.
func (s *solver) external(n int32, typ string) {
	if s.holdsNothing(typ) {
		s.plain[typ] = true
		return
	}
	s.put(s.out, s.object(n, typ))
}

func (s *solver) modelNumber(m model) int32 {
	if i, ok := s.modelID[m]; ok {
		return i
	}
	i := int32(len(s.models))
	s.models = append(s.models, m)
	s.modelID[m] = i
	return i
}

// widen adds what the other model allows and tells whether that was more.
func widen(m *model, other model) bool {
	old := *m
	m.calls = m.calls || other.calls
	m.anything = m.anything || other.anything
	m.keeps = m.keeps || other.keeps
	m.writes |= other.writes
	m.reads &= other.reads
	m.registers = m.registers || other.registers
	m.asks = m.asks || other.asks
	m.returns = m.returns || other.returns
	m.methods = m.methods.union(other.methods)
	return *m != old
}

// callsAnything notes that objects with a content are functions or interfaces that
// generic code or reflection made. Whoever calls them calls what they hold, whatever
// its type.
func (s *solver) callsAnything(content int32) {
	if s.unnamed[s.find(content)] {
		return
	}
	s.unnamed[s.find(content)] = true
	v := s.vertex(content)
	for _, number := range inOrder(v.known) {
		h := v.known[number]
		model := s.within(number, solved{content: content})
		if model == number {
			continue
		}
		for _, p := range h.passing.list {
			for _, self := range h.selves.list {
				s.know(content, contentRule{model, p, self})
			}
		}
	}
}

// within returns the model by which code of a model treats what is in an object: it
// calls anything in those that do so themselves.
func (s *solver) within(number int32, object solved) int32 {
	m := s.models[number]
	if !m.calls || m.anything {
		return number
	}
	if m.anything = s.unnamed[s.find(object.content)] || parseModel(models[object.typ+".*"]).anything; m.anything {
		return s.modelNumber(m)
	}
	return number
}

// giveAway lets the outside know what code of other modules can find in the value that
// standard code found in a node, and what that hands over. Methods that are called by
// name are handed nothing that could be called.
func (s *solver) giveAway(r contentRule, node int32, t solved) {
	m := &s.models[r.model]
	switch {
	case t.kind == ObjectToken:
		s.share(t.content)
	case m.calls || t.kind != TypeToken:
		s.share(node)
	default:
		for _, method := range s.types[t.key].Methods {
			if s.foreignMethod(m, &method) && method.Field != "" {
				s.share(s.named(method.Field))
			}
		}
	}
	if m.calls {
		s.edge(r.passing, s.out, 0)
		s.passedOn = append(s.passedOn, r.passing)
	}
}

// share makes the content of a node one with what the outside knows.
func (s *solver) share(node int32) {
	s.edge(node, s.out, 0)
	s.edge(s.out, node, 0)
	s.fromOutside(node, "")
}

// fromOutside notes a node that holds what the outside put there, and what it can
// be, see Proc.Kinds.
func (s *solver) fromOutside(node int32, kind string) {
	s.foreign[foreignNode{node, kind}] = true
}

// foreignNode is a node that the outside puts things into.
type foreignNode struct {
	node int32
	kind string
}

// open lets external code look into an object, and put what it was handed into
// it where the type has a place for that.
func (s *solver) open(r contentRule, content int32, typ string) {
	content = s.find(content)
	s.instance(content, typ)
	if content == s.find(s.out) {
		s.edge(r.passing, s.out, 0) // outsideRule does the rest
		return
	}
	p, ok := s.passing[content]
	if !ok {
		p = s.newNode()
		s.passing[content] = p
		s.passing[p] = p // or handing over what was handed over would never end
	}
	s.edge(r.passing, p, 0)
	if s.models[r.model].keeps {
		s.edge(p, content, s.filter("h:"+typ))
	}
	s.know(content, contentRule{r.model, p, typ})
}

// instance puts the private types into an object that its type has as type arguments.
func (s *solver) instance(content int32, typ string) {
	if hold := s.types["hold "+typ]; hold != nil {
		for _, n := range hold.Nested {
			s.put(content, s.token(TypeToken, n))
		}
	}
}

// seen makes a type known to external code: by assertions and reflection it
// finds exported methods and what lies in exported fields.
func (s *solver) seen(h *handling, r contentRule, node int32, typ *Type) {
	m := &s.models[r.model]
	for i := range typ.Methods {
		method := &typ.Methods[i]
		if !m.callsMethod(method) {
			continue
		}
		if method.Target == PrivateMethod {
			s.receive(typ, method)
			h.call(s, node, method.Proc)
		} else if method.Field != "" {
			s.open(r, s.named(method.Field), closedObject)
		}
	}
	for _, f := range typ.Fields {
		s.open(r, s.named(f.Node), closedObject)
		if m.keeps {
			s.edge(r.passing, s.named(f.Node), s.filter(f.Kind))
		}
	}
	if typ.Content != "" {
		s.open(r, s.named(typ.Content), closedObject)
	}
	for _, n := range typ.Nested {
		s.put(node, s.token(TypeToken, n))
	}
	if m.calls && typ.Pointer != "" {
		s.put(node, s.token(TypeToken, typ.Pointer))
	}
}

// callback calls a body from external code, in a node where that found it. The
// parameters are what was handed over, what the object that holds the body holds, or
// that object.
func (s *solver) callback(g *gift, node int32, key string) {
	p := s.procs[key]
	if p == nil {
		return
	}
	s.give(g, p)
	if s.find(node) == s.find(s.out) {
		for i, param := range p.params {
			s.fromOutside(param, p.kinds[i])
		}
	}
	for _, g := range p.gives {
		s.put(node, s.token(TypeToken, g))
	}
	for _, res := range p.results {
		s.edge(res, node, 0)
	}
}

// outsideRule says what external code without a model does with all that it
// was ever handed.
type outsideRule struct{}

func (r outsideRule) apply(s *solver, node int32, tokens intset.Set) {
	g := s.gift(node, []int32{node}, []string{unknownObject})
	for id := range tokens.All() {
		switch t := s.tokens[id]; t.kind {
		case ObjectToken:
			s.instance(t.content, t.typ)
			s.edge(t.content, node, 0)
			s.edge(node, t.content, s.filter("h:"+t.typ))
			s.fromOutside(t.content, "")
		case FuncToken:
			s.callback(g, node, t.key)
		case TypeToken:
			if typ := s.types[t.key]; typ != nil {
				s.handOut(g, node, typ)
			}
		}
	}
}

// handOut says what external code without a model does with a value of a type.
func (s *solver) handOut(g *gift, node int32, typ *Type) {
	for i := range typ.Methods {
		if m := &typ.Methods[i]; m.Exported && m.Target == PrivateMethod {
			s.receive(typ, m)
			s.callback(g, node, m.Proc)
		} else if m.Exported && m.Field != "" {
			s.edge(s.named(m.Field), node, 0)
		}
	}
	for _, f := range typ.Fields {
		s.edge(s.named(f.Node), node, 0)
		s.edge(node, s.named(f.Node), s.filter(f.Kind))
		s.fromOutside(s.named(f.Node), f.Kind)
	}
	if typ.Content != "" {
		s.edge(s.named(typ.Content), node, 0)
	}
	for _, n := range typ.Nested {
		s.put(node, s.token(TypeToken, n))
	}
	if typ.Pointer != "" {
		s.put(node, s.token(TypeToken, typ.Pointer))
	}
}
