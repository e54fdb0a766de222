package analyzer

import (
	"maps"
	"slices"

	"golang.org/x/tools/container/intsets"

	"github.com/autover/autover/hasher"
)

// Without the policy private, a version covers the target's own code only: the
// function's normal form, in which other private code is known by name, as
// external code always is. If its package has assembly or cgo, the body may lie
// there, so all of that counts.

// body returns the digest of a function's own code.
func (g *graph) body(start int32) hasher.Digest {
	n := &g.nodes[start]
	e := hasher.NewTracedEncoder("body", g.traced.of(n.id))
	e.Digest(n.decl.form.Local)
	names := make([]string, len(n.decl.form.Refs))
	for i, r := range n.decl.form.Refs {
		names[i] = string(r.ID)
	}
	e.Strings(names)
	e.Bool(n.unit.isSealed)
	if n.unit.isSealed {
		e.Digest(n.unit.sealed)
	}
	return e.Sum()
}

// alone returns the closure of a function that reaches no private code but
// itself.
func (c *closures) alone(node int32) *closure {
	n := &c.v.g.nodes[node]
	packages := map[string]bool{}
	for _, id := range n.unit.blank {
		if c.v.w.external[id] != nil {
			packages[id] = true
		}
	}
	out := new(closure)
	c.descriptions++
	for _, id := range append(n.decl.literals(), n.id) {
		i := c.v.g.funcs[string(id)]
		for _, p := range c.v.g.nodes[i].externals {
			packages[p] = true
		}
		c.add(out, c.function[i], new(intsets.Sparse))
	}
	out.externals = slices.Sorted(maps.Keys(packages))
	if out.reveals {
		out.layouts = []string{n.decl.layout.String()}
	}
	return out
}
