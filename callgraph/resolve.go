package callgraph

import (
	"slices"

	"github.com/autover/autover/internal/symbol"
)

// resolve reads the callees of all calls off the fixed point.
func (l *linker) resolve(p *Program) {
	l.boundaries = map[boundaryKey]int{}
	for _, c := range l.calls {
		f := p.Functions[c.Owner]
		if f == nil {
			continue
		}
		switch c.Kind {
		case DynamicCall:
			l.resolveDynamic(f, c)
		case InvokeCall:
			l.resolveInvoke(f, c)
		}
		for pkg := range c.packages {
			f.externals[pkg] = true
		}
		if !c.bound {
			continue
		}
		reason := c.Position + " " + c.Method
		if !c.model.isUnknown() {
			keep(f.Boundaries, l.boundary(p, c.content, l.modelNumber(c.model)), reason)
		}
		if c.model.asks {
			keep(f.Boundaries, l.boundary(p, l.out, l.modelNumber(c.model)), reason)
		}
	}
	l.resolveAssertions(p)
	l.supplied(p.Functions)
	for _, f := range p.Functions {
		delete(f.externals, "")
		f.Externals, f.Facts = inOrder(f.externals), inOrder(f.facts)
	}
}

// boundaryKey identifies a boundary: what is known, and what is done with it.
type boundaryKey struct{ node, model int32 }

// keep notes the smallest of several reasons for an edge.
func keep[K comparable](m map[K]string, k K, reason string) {
	if old, ok := m[k]; !ok || reason < old {
		m[k] = reason
	}
}

// resolveDynamic adds the functions that a function value may be.
func (l *linker) resolveDynamic(f *Linked, c *linkedCall) {
	for _, id := range l.tokensOf(c.callee) {
		if t := l.tokens[id]; t.kind == FuncToken && l.callable(c, t) {
			l.callee(f, t.key, c)
		}
	}
}

// resolveInvoke adds the methods of what an interface may hold.
func (l *linker) resolveInvoke(f *Linked, c *linkedCall) {
	for _, id := range l.tokensOf(c.callee) {
		t := l.tokens[id]
		if t.kind != TypeToken || l.types[t.key] == nil {
			continue
		}
		if m := l.types[t.key].method(c.Method); m != nil && m.Target == PrivateMethod {
			l.callee(f, m.Proc, c)
		}
	}
}

func (l *linker) tokensOf(n int32) []int {
	if n < 0 {
		return nil
	}
	return slices.Collect(l.vertex(n).set.All())
}

func (l *linker) callee(f *Linked, proc string, c *linkedCall) {
	keep(f.Callees, l.ownerOf(proc), c.Position)
}

// ownerOf returns the function that a body belongs to.
func (l *linker) ownerOf(proc string) symbol.ID {
	if p := l.procs[proc]; p != nil {
		return p.owner
	}
	return symbol.ID(proc)
}

// boundary collects what external code may call and see in a node.
func (l *linker) boundary(p *Program, node, model int32) int {
	key := boundaryKey{l.find(node), model}
	if key.node == l.find(l.out) && l.models[model].calls {
		key.model = l.modelNumber(unknown) // there may be any code
	}
	if b, ok := l.boundaries[key]; ok {
		return b
	}
	b := len(p.Boundaries)
	l.boundaries[key] = b
	p.Boundaries = append(p.Boundaries, Boundary{})
	m := l.models[key.model]
	callees, types, facts, inner := map[symbol.ID]bool{}, map[symbol.ID]bool{}, map[string]bool{}, map[int]bool{}
	look := func(n int32) { inner[l.boundary(p, n, key.model)] = true }
	for _, id := range l.tokensOf(key.node) {
		t := l.tokens[id]
		if l.strangeTo(&m, int32(id)) {
			inner[l.boundary(p, l.out, l.modelNumber(unknown))] = true
		}
		switch t.kind {
		case ObjectToken:
			inner[l.boundary(p, t.content, l.within(key.model, t))] = true
		case FuncToken:
			if p := l.procs[t.key]; p != nil && m.callsFunction(p) {
				callees[l.ownerOf(t.key)] = true
			}
		case TypeToken:
			typ := l.types[t.key]
			if typ == nil {
				continue
			}
			if typ.Named != "" {
				types[typ.Named] = true
			}
			for _, f := range typ.Fields {
				look(l.named(f.Node))
			}
			if typ.Content != "" {
				look(l.named(typ.Content))
			}
			for i := range typ.Methods {
				method := &typ.Methods[i]
				if !m.callsMethod(method) {
					continue
				}
				typ.learn(facts, method)
				if method.Target == PrivateMethod {
					callees[l.ownerOf(method.Proc)] = true
				} else if method.Field != "" {
					look(l.named(method.Field))
				}
			}
		}
	}
	delete(inner, b)
	p.Boundaries[b] = Boundary{
		Callees: sortedIDs(callees), Types: sortedIDs(types), Facts: inOrder(facts),
		Inner: inOrder(inner),
	}
	return b
}

// learn records that code can find out that the type has a method. What the
// version of an external module says already is left out.
func (t *Type) learn(facts map[string]bool, m *Method) {
	if m.Target != ExternalMethod || t.Named != "" {
		facts[stripVariants("method "+t.Key+" "+m.Name+m.Signature)] = true
	}
}

// resolveAssertions records what assertions to interface types learn. What
// external code returned may be any type that it knows.
func (l *linker) resolveAssertions(p *Program) {
	for _, a := range l.asserts {
		f, iface := p.Functions[a.owner], l.types[a.typ]
		if f == nil || iface == nil || len(iface.Methods) == 0 {
			continue
		}
		l.eachType(a.src, map[int32]bool{}, func(typ *Type) {
			for i := range typ.Methods {
				if slices.ContainsFunc(iface.Methods, func(want Method) bool { return want.Name == typ.Methods[i].Name }) {
					typ.learn(f.facts, &typ.Methods[i])
				}
			}
		})
	}
}

// eachType visits the types in a node and in the objects in it.
func (l *linker) eachType(n int32, seen map[int32]bool, visit func(*Type)) {
	if n < 0 || seen[l.find(n)] {
		return
	}
	seen[l.find(n)] = true
	for _, id := range l.tokensOf(n) {
		switch t := l.tokens[id]; t.kind {
		case ObjectToken:
			l.eachType(t.content, seen, visit)
		case TypeToken:
			if typ := l.types[t.key]; typ != nil {
				visit(typ)
			}
		}
	}
}
