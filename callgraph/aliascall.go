package callgraph

import (
	"go/token"
	"strings"
)

// This file adds the flows of calls that linking resolves to the alias graph:
// between call sites and the bodies that may be called, and between what
// external code is handed and what it does with it.

// aliasCalls adds the flows of calls.
type aliasCalls struct {
	*linker
	g        *namedAliases
	targets  map[targetKey]*aliasTargets
	known    map[boundaryKey]*knowledge
	exported map[*Type][]int32 // see exportedFields
}

// knowledge is what external code finds in nodes of the solver that lead to each
// other, and what it may do with it. It counts only if it makes references
// flow: if a call keeps something, returns it, or calls back.
type knowledge struct {
	merged *knowledge   // what it is part of
	within []*knowledge // what found it, before they were merged
	model  model
	types  []*Type // private types, whose exported fields it reads and sets
	nodes  []int32 // other references that it finds
	procs  []string
	moved  []*Method // promoted methods
	calls  bool      // a body that is called takes or returns references
	out    bool      // all that the outside knows is found
	node   int32     // of all that is known, once needed
}

// targetKey says which bodies a call may enter.
type targetKey struct {
	kind   CallKind
	callee int32
	method string
	// args and results are how many there are; go and defer use no results.
	args, results int
}

// aliasTargets stands for all bodies that a call may enter.
type aliasTargets struct {
	CallMemory
	held []int32 // what methods of external code belong to
}

// aliasCalls adds the flows of all calls.
func (l *linker) aliasCalls() {
	a := &aliasCalls{
		linker: l, g: &l.aliases, exported: map[*Type][]int32{},
		targets: map[targetKey]*aliasTargets{}, known: map[boundaryKey]*knowledge{},
	}
	outside := a.knowledge(l.out, unknown)
	known := make([]*knowledge, len(l.calls))
	for i, c := range l.calls {
		a.enterAll(c)
		switch {
		case !c.bound:
		case c.model.registers || c.model.asks:
			known[i] = outside
		default:
			known[i] = a.knowledge(c.content, c.model)
		}
	}
	a.nodeOf(outside)
	abroad := outside.finders()
	for i, c := range l.calls {
		c.abroad = l.modules && known[i] != outside && abroad[known[i]]
		if k := known[i]; k != nil && (k == outside || c.model.keeps || a.retains(c) || k.root().calls) {
			a.hand(c, a.nodeOf(k))
		}
	}
}

// receiver returns the alias node of what a call is made of: a receiver or a
// function value.
func (c *linkedCall) receiver(g *namedAliases) int32 {
	if c.field != "" {
		return g.keys[c.field]
	}
	return c.refs.Callee
}

// enterAll connects a call with the private bodies that it may enter.
func (a *aliasCalls) enterAll(c *linkedCall) {
	if c.Kind == ExternalCall {
		for _, id := range a.linkedTo(c.Method) {
			a.enterBody(string(id), c.refs, 0)
		}
		return
	}
	t := a.targetsOf(c)
	a.g.flow(t.Callee, c.receiver(a.g))
	for i, n := range c.refs.Args {
		a.g.flow(t.Args[i], n)
	}
	for i, n := range c.refs.Results {
		a.g.flow(n, t.Results[i])
	}
}

// targetsOf returns what stands for the bodies that a call may enter.
func (a *aliasCalls) targetsOf(c *linkedCall) *aliasTargets {
	key := targetKey{c.Kind, a.find(c.callee), c.Method, len(c.refs.Args), len(c.refs.Results)}
	t := a.targets[key]
	if t == nil {
		t = &aliasTargets{}
		a.targets[key] = t
		t.Callee = a.g.add()
		for range c.refs.Args {
			t.Args = append(t.Args, a.g.add())
		}
		for range c.refs.Results {
			t.Results = append(t.Results, a.g.add())
		}
		a.fill(t, c)
	}
	return t
}

// fill connects what stands for the bodies with each of them.
func (a *aliasCalls) fill(t *aliasTargets, c *linkedCall) {
	for _, id := range a.tokensOf(c.callee) {
		tok := a.tokens[id]
		switch {
		case tok.kind == FuncToken && c.Kind == DynamicCall:
			if a.callable(c, tok) {
				a.enterBody(tok.key, t.CallMemory, 0)
			}
		case tok.kind == TypeToken && c.Kind == InvokeCall:
			typ := a.types[tok.key]
			if typ == nil {
				continue
			}
			switch m := typ.method(c.Method); {
			case m == nil:
			case m.Target == PrivateMethod:
				a.enterBody(m.Proc, t.CallMemory, 1)
				a.receive(m, t.Callee)
			case m.Target == ExternalMethod && m.Field != "":
				t.held = append(t.held, a.g.keys[m.Field])
			}
		}
	}
}

// enterBody connects arguments and results with those of a body whose first
// parameters are left out.
func (a *aliasCalls) enterBody(proc string, m CallMemory, skip int) {
	for i, n := range m.Args {
		a.g.flow(a.g.keys[paramKey(proc, i+skip)], n)
	}
	for i, n := range m.Results {
		a.g.flow(n, a.g.keys[resultKey(proc, i)])
	}
}

// receive gives a method its receiver, which is in a field if the method is
// promoted.
func (a *aliasCalls) receive(m *Method, recv int32) {
	param, field := a.g.keys[paramKey(m.Proc, 0)], a.g.keys[m.Field]
	switch {
	case param == noMemory:
	case m.Holder == "?":
		a.g.flow(param, recv)
		a.g.flow(param, a.g.inside(recv))
		a.g.flow(param, field)
	case m.Field == "":
		a.g.flow(param, recv)
	case m.Address:
		holder := recv
		if m.Holder != "" {
			holder = a.g.keys[m.Holder]
		}
		a.g.part(param, holder)
		a.g.holds(param, field)
	default:
		a.g.flow(param, field)
	}
}

// retains tells whether a call can leave its arguments in a result. An error keeps
// errors only.
func (a *aliasCalls) retains(c *linkedCall) bool {
	for i, n := range c.refs.Results {
		if c.model.returns && n != noMemory && (i >= len(c.Kinds) || c.Kinds[i] != "i:error" || c.Wraps) {
			return true
		}
	}
	return false
}

// hand makes what a call hands over part of what its external code knows.
func (a *aliasCalls) hand(c *linkedCall, known int32) {
	a.g.flow(known, c.receiver(a.g))
	for i, n := range c.refs.Args {
		if !c.onlyReads(i) {
			a.g.flow(known, n)
		}
	}
	if c.Kind == InvokeCall {
		for _, n := range a.targetsOf(c).held {
			a.g.flow(known, n)
		}
	}
	if c.model.returns || c.model.asks {
		for _, n := range c.refs.Results {
			a.g.flow(n, known)
		}
	}
}

func (k *knowledge) root() *knowledge {
	for k.merged != nil {
		k = k.merged
	}
	return k
}

// find notes that what k finds leads to other knowledge, and makes them one.
func (k *knowledge) find(o *knowledge) {
	o.within = append(o.within, k)
	k.merge(o)
}

// finders returns the knowledge that leads to k.
func (k *knowledge) finders() map[*knowledge]bool {
	all := map[*knowledge]bool{k: true}
	for queue := []*knowledge{k}; len(queue) > 0; queue = queue[1:] {
		for _, w := range queue[0].within {
			if !all[w] {
				all[w] = true
				queue = append(queue, w)
			}
		}
	}
	return all
}

// merge makes two pieces of knowledge of a model one.
func (k *knowledge) merge(o *knowledge) {
	x, y := k.root(), o.root()
	if x == y {
		return
	}
	if len(x.types)+len(x.procs) < len(y.types)+len(y.procs) {
		x, y = y, x
	}
	y.merged = x
	widen(&x.model, y.model)
	x.types, x.nodes = append(x.types, y.types...), append(x.nodes, y.nodes...)
	x.procs, x.moved = append(x.procs, y.procs...), append(x.moved, y.moved...)
	x.calls, x.out = x.calls || y.calls, x.out || y.out
}

// knowledge returns what external code of a model finds in a node of the
// solver.
func (a *aliasCalls) knowledge(content int32, m model) *knowledge {
	if a.find(content) == a.find(a.out) && m.calls {
		m = unknown // there may be any code
	}
	key := boundaryKey{a.find(content), a.modelNumber(m)}
	if k := a.known[key]; k != nil {
		return k
	}
	k := &knowledge{model: m, out: key.node == a.find(a.out)}
	a.known[key] = k
	for _, id := range a.tokensOf(key.node) {
		if !m.isUnknown() && a.strangeTo(&m, int32(id)) {
			k.find(a.knowledge(a.out, unknown))
		}
		switch t := a.tokens[id]; t.kind {
		case ObjectToken:
			k.find(a.knowledge(t.content, a.models[a.within(a.modelNumber(m), t)]))
		case FuncToken:
			if p := a.procs[t.key]; p != nil && m.callsFunction(p) {
				a.callback(k, t.key)
			}
		case TypeToken:
			if typ := a.types[t.key]; typ != nil {
				a.see(k, typ)
			}
		}
	}
	return k
}

// see adds what external code can do with a value of a private type that it
// knows: read and set its exported fields, and call its methods.
func (a *aliasCalls) see(k *knowledge, typ *Type) {
	r := k.root()
	r.types = append(r.types, typ)
	for i := range typ.Methods {
		method := &typ.Methods[i]
		if !r.model.callsMethod(method) {
			continue
		}
		switch {
		case method.Target != PrivateMethod:
			a.look(k, method.Field)
		case method.Field == "" || method.Holder == "?":
			a.callback(k, method.Proc)
		default:
			a.callback(k, method.Proc)
			k.root().moved = append(k.root().moved, method)
		}
	}
	for _, f := range typ.Fields {
		a.look(k, f.Node)
	}
	a.look(k, typ.Content)
}

// look adds what external code finds in a field or other node with a key.
func (a *aliasCalls) look(k *knowledge, key string) {
	if content, ok := a.names[key]; ok {
		k.find(a.knowledge(content, k.root().model))
	}
	if n := a.g.keys[key]; n != noMemory {
		k.root().nodes = append(k.root().nodes, n)
	}
}

// callback lets external code call a body.
func (a *aliasCalls) callback(k *knowledge, proc string) {
	p := a.procs[proc]
	if p == nil {
		return
	}
	r := k.root()
	r.procs = append(r.procs, proc)
	for i := range p.params {
		r.calls = r.calls || a.g.keys[paramKey(proc, i)] != noMemory
	}
	for i := range p.results {
		r.calls = r.calls || a.g.keys[resultKey(proc, i)] != noMemory
	}
}

// nodeOf returns the node of what external code knows, and adds its flows.
func (a *aliasCalls) nodeOf(k *knowledge) int32 {
	k = k.root()
	if k.node != noMemory {
		return k.node
	}
	n := a.g.blob()
	k.node = n
	if k.out {
		a.g.same(n, a.g.shared(outsideKey))
	}
	a.readAndSet(k, n)
	for _, proc := range k.procs {
		p := a.procs[proc]
		for i := range p.params {
			a.g.flow(a.g.keys[paramKey(proc, i)], n)
		}
		for i := range p.results {
			a.g.flow(n, a.g.keys[resultKey(proc, i)])
		}
	}
	for _, m := range k.moved {
		a.receive(m, n)
	}
	return n
}

// readAndSet adds the flows between what external code knows and the references
// in the fields that it finds.
func (a *aliasCalls) readAndSet(k *knowledge, n int32) {
	seen := map[int32]bool{}
	each := func(list []int32) {
		for _, f := range list {
			if seen[f] {
				continue
			}
			seen[f] = true
			a.g.flow(n, f)
			if k.model.keeps {
				a.g.flow(f, n)
			}
		}
	}
	each(k.nodes)
	for _, typ := range k.types {
		each(a.exportedFields(typ))
	}
}

// exportedFields returns the nodes of the exported fields that can be reached
// from a value of a type.
func (a *aliasCalls) exportedFields(typ *Type) []int32 {
	list, ok := a.exported[typ]
	if !ok {
		for _, cell := range typ.Memory {
			key, _ := fieldOf(cell)
			if f := a.g.keys[key]; f != noMemory && exportedField(key) {
				list = append(list, f)
			}
		}
		a.exported[typ] = list
	}
	return list
}

// exportedField tells whether a cell is that of an exported field.
func exportedField(cell string) bool {
	if !strings.HasPrefix(cell, "f:") {
		return false
	}
	name := cell[strings.LastIndex(cell, ".")+1:]
	return name != "" && token.IsExported(name)
}
