package callgraph

import (
	"slices"

	"github.com/autover/autover/internal/symbol"
)

// resolve reads the callees of all calls off the fixed point.
func (l *linker) resolve(p *Program) {
	known := map[boundaryKey]int{}
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
		key := boundaryKey{l.find(c.content), l.modelNumber(c.model)}
		b, ok := known[key]
		if !ok {
			b = len(p.Boundaries)
			known[key] = b
			p.Boundaries = append(p.Boundaries, l.boundary(key))
		}
		keep(f.Boundaries, b, c.Position+" "+c.Method)
	}
	l.resolveAssertions(p)
	for _, f := range p.Functions {
		delete(f.externals, "")
		f.Externals, f.Facts = sortedKeys(f.externals), sortedKeys(f.facts)
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
	return l.vertex(n).set.AppendTo(nil)
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

// boundary collects what external code may call and see.
func (l *linker) boundary(key boundaryKey) Boundary {
	m := &l.models[key.model]
	callees, types, facts := map[symbol.ID]bool{}, map[symbol.ID]bool{}, map[string]bool{}
	for _, id := range l.tokensOf(key.node) {
		t := l.tokens[id]
		switch t.kind {
		case FuncToken:
			if m.calls {
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
			for i := range typ.Methods {
				method := &typ.Methods[i]
				if !method.Exported || !m.callsMethod(method.Name) {
					continue
				}
				typ.learn(facts, method)
				if method.Target == PrivateMethod {
					callees[l.ownerOf(method.Proc)] = true
				}
			}
		}
	}
	return Boundary{Callees: sortedIDs(callees), Types: sortedIDs(types), Facts: sortedKeys(facts)}
}

// learn records that code can find out that the type has a method. What the
// version of an external module says already is left out.
func (t *Type) learn(facts map[string]bool, m *Method) {
	if m.Target != ExternalMethod || t.Named != "" {
		facts[stripVariants("method "+t.Key+" "+m.Name+m.Signature)] = true
	}
}

// resolveAssertions records what assertions to interface types learn.
func (l *linker) resolveAssertions(p *Program) {
	for _, a := range l.asserts {
		f, iface := p.Functions[a.owner], l.types[a.typ]
		if f == nil || iface == nil {
			continue
		}
		for _, id := range l.tokensOf(a.src) {
			t := l.tokens[id]
			if t.kind != TypeToken || l.types[t.key] == nil {
				continue
			}
			typ := l.types[t.key]
			for i := range typ.Methods {
				if slices.ContainsFunc(iface.Methods, func(want Method) bool { return want.Name == typ.Methods[i].Name }) {
					typ.learn(f.facts, &typ.Methods[i])
				}
			}
		}
	}
}
