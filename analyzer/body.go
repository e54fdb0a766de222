package analyzer

import (
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
	e := hasher.NewEncoder("body")
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
	out := &closure{externals: slices.Clone(n.externals)}
	for _, id := range n.unit.blank {
		if c.v.w.external[id] != nil {
			out.externals = append(out.externals, id)
		}
	}
	slices.Sort(out.externals)
	out.externals = slices.Compact(out.externals)
	c.function(out, node, new(intsets.Sparse))
	if out.reveals {
		out.layouts = []string{n.decl.layout.String()}
	}
	return out
}
