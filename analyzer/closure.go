package analyzer

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/container/intsets"

	"github.com/autover/autover/callgraph"
	"github.com/autover/autover/hasher"
)

// closure is all that a target's version depends on.
type closure struct {
	functions int
	effects   []int    // sorted
	externals []string // used or imported as _, sorted
	private   []string // packages with reached nodes
	caveats   []callgraph.Caveat
	reveals   bool
	layouts   []string // of all functions, if they are revealed
	depends   []dependency
}

// dependency is a glob of //autover:depends and the package in which it stands.
type dependency struct {
	pkg string
	glob
}

// closures finds the closures of functions. What the graph reaches is computed
// once for each strongly connected component, as a set of numbered facts.
type closures struct {
	v *versioner
	// The facts are, in this order: that a function is reached, that a node of
	// a package is, that an external package is used, and that an effect may
	// be noticed.
	functions []function // by layout
	units     []*unit
	externals []string

	firstUnit, firstExternal, firstEffect int

	component    []int32           // of each node
	facts        []*intsets.Sparse // reached from each component
	function     map[int32]int     // node -> index into functions
	described    []int             // by declaration: the last description that has it
	descriptions int
	noticed      map[string]*intsets.Sparse
	known        map[closureKey]*closure
}

// function is what describing a closure needs of a function, an init function, an
// initialiser or a literal.
type function struct {
	node        int32
	declaration int32 // by number; literals share that of the function around them
	effect      int   // -1 for none
	layout      string
}

// closureKey tells closures apart: functions of one component and package share
// theirs.
type closureKey struct {
	component int32
	pkg       string
}

func newClosures(v *versioner) *closures {
	c := &closures{
		v: v, component: make([]int32, len(v.g.nodes)), function: map[int32]int{},
		noticed: map[string]*intsets.Sparse{}, known: map[closureKey]*closure{},
	}
	own := c.number()
	nodes := make([]hasher.Node, len(v.g.nodes))
	for i := range v.g.nodes {
		nodes[i] = hasher.Node{Refs: v.g.nodes[i].refs, Set: v.g.nodes[i].set}
	}
	for i, members := range hasher.Components(nodes) {
		for _, n := range members {
			c.component[n] = int32(i)
		}
		c.facts = append(c.facts, c.reach(members, own))
	}
	return c
}

// number numbers the facts and returns those of each node alone.
func (c *closures) number() [][]int {
	g := c.v.g
	units, externals, declarations := map[*unit]int{}, map[string]int{}, map[*decl]int32{}
	for i := range g.nodes {
		n := &g.nodes[i]
		if n.kind == funcNode || n.kind == literalNode {
			d, ok := declarations[n.decl]
			if !ok {
				d = int32(len(declarations))
				declarations[n.decl] = d
			}
			c.functions = append(c.functions, function{int32(i), d, -1, n.decl.layout.String()})
		}
		if _, ok := units[n.unit]; !ok && n.unit != nil {
			units[n.unit] = len(units)
			c.units = append(c.units, n.unit)
		}
		for _, p := range n.externals {
			if _, ok := externals[p]; !ok {
				externals[p] = len(externals)
				c.externals = append(c.externals, p)
			}
		}
	}
	slices.SortFunc(c.functions, func(a, b function) int { return strings.Compare(a.layout, b.layout) })
	c.described = make([]int, len(declarations))
	c.firstUnit = len(c.functions)
	c.firstExternal = c.firstUnit + len(c.units)
	c.firstEffect = c.firstExternal + len(c.externals)
	given := c.given()
	own := make([][]int, len(g.nodes))
	for i, f := range c.functions {
		own[f.node] = append(own[f.node], i)
		c.function[f.node] = i
	}
	for e := range c.v.effects {
		if f, ok := c.function[c.v.effects[e].node]; ok {
			c.functions[f].effect = e
		}
	}
	for i := range g.nodes {
		n := &g.nodes[i]
		if n.unit != nil {
			own[i] = append(own[i], c.firstUnit+units[n.unit])
		}
		for _, p := range n.externals {
			own[i] = append(own[i], c.firstExternal+externals[p])
			own[i] = append(own[i], given[externals[p]]...)
		}
		for _, e := range c.v.writing[int32(i)] {
			own[i] = append(own[i], c.firstEffect+e)
		}
	}
	return own
}

// given returns, for each external package, the facts of the effects that
// register with it or with one that it imports.
func (c *closures) given() [][]int {
	given := make([][]int, len(c.externals))
	for i, p := range c.externals {
		for _, q := range c.v.ext.closure(p).AppendTo(nil) {
			for _, e := range c.v.giving[c.v.ext.packages[q]] {
				given[i] = append(given[i], c.firstEffect+e)
			}
		}
	}
	return given
}

// reach returns the facts that are reached from a component whose successors
// are done. A component that adds nothing to one of them shares its set.
func (c *closures) reach(members []int32, own [][]int) *intsets.Sparse {
	facts := new(intsets.Sparse)
	self := c.component[members[0]]
	met := map[int32]bool{self: true}
	var next []*intsets.Sparse
	visit := func(n int32) {
		if n >= 0 && !met[c.component[n]] {
			met[c.component[n]] = true
			next = append(next, c.facts[c.component[n]])
		}
	}
	for _, m := range members {
		for _, f := range own[m] {
			facts.Insert(f)
		}
		for _, n := range c.v.g.nodes[m].refs {
			visit(n)
		}
		for _, n := range c.v.g.nodes[m].set {
			visit(n)
		}
	}
	if len(next) == 0 {
		return facts
	}
	largest := slices.MaxFunc(next, func(a, b *intsets.Sparse) int { return a.Len() - b.Len() })
	for _, s := range next {
		if s != largest && !s.SubsetOf(largest) {
			facts.UnionWith(s)
		}
	}
	if facts.SubsetOf(largest) {
		return largest
	}
	facts.UnionWith(largest)
	return facts
}

// of returns the closure of a function: what the graph reaches from it, the
// effects that may be noticed there in programs with its package, what these
// reach, and so on until nothing is new.
func (c *closures) of(start int32, pkg string) *closure {
	key := closureKey{c.component[start], pkg}
	if out := c.known[key]; out != nil {
		return out
	}
	var facts, effects, fresh intsets.Sparse
	facts.Copy(c.facts[key.component])
	added := map[*intsets.Sparse]bool{} // components share sets
	for {
		fresh.Intersection(&facts, c.noticeable(pkg))
		fresh.DifferenceWith(&effects)
		if fresh.IsEmpty() {
			break
		}
		effects.UnionWith(&fresh)
		for _, e := range fresh.AppendTo(nil) {
			if s := c.facts[c.component[c.v.effects[e-c.firstEffect].node]]; !added[s] {
				added[s] = true
				facts.UnionWith(s)
			}
		}
	}
	out := c.describe(facts.AppendTo(nil), &effects)
	c.known[key] = out
	return out
}

// noticeable returns the facts of the effects in programs with a package.
func (c *closures) noticeable(pkg string) *intsets.Sparse {
	set := c.noticed[pkg]
	if set == nil {
		set = new(intsets.Sparse)
		programs := c.v.programs(pkg)
		for i, e := range c.v.effects {
			if programs[e.pkg] {
				set.Insert(c.firstEffect + i)
			}
		}
		c.noticed[pkg] = set
	}
	return set
}

// describe turns facts into a closure.
func (c *closures) describe(facts []int, noticed *intsets.Sparse) *closure {
	out := &closure{}
	packages := map[string]bool{}
	c.descriptions++
	for _, f := range facts {
		switch {
		case f < c.firstUnit:
			c.add(out, f, noticed)
		case f < c.firstExternal:
			out.private = append(out.private, c.units[f-c.firstUnit].id)
			for _, id := range c.units[f-c.firstUnit].blank {
				if c.v.w.external[id] != nil {
					packages[id] = true
				}
			}
		case f < c.firstEffect:
			packages[c.externals[f-c.firstExternal]] = true
		}
	}
	out.externals = slices.Sorted(maps.Keys(packages))
	slices.Sort(out.effects)
	slices.SortFunc(out.caveats, func(a, b callgraph.Caveat) int {
		return cmp.Or(strings.Compare(a.Position, b.Position), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Message, b.Message))
	})
	out.caveats = slices.Compact(out.caveats)
	if out.reveals {
		for i := 0; i < len(facts) && facts[i] < c.firstUnit; i++ {
			out.layouts = append(out.layouts, c.functions[facts[i]].layout)
		}
		out.layouts = slices.Compact(out.layouts)
	}
	return out
}

// add adds what a function or a literal does to the closure that is being described,
// and once for all of its parts what a declaration says.
func (c *closures) add(out *closure, index int, noticed *intsets.Sparse) {
	f := &c.functions[index]
	n := &c.v.g.nodes[f.node]
	if c.described[f.declaration] != c.descriptions {
		c.described[f.declaration] = c.descriptions
		if n.decl.kind == funcDecl {
			out.functions++
		}
		for _, d := range n.decl.depends {
			out.depends = append(out.depends, dependency{n.unit.id, d})
		}
		out.caveats = append(out.caveats, c.v.g.lentToIgnored(n.decl)...)
	}
	if f.effect >= 0 && (c.v.effects[f.effect].ordered || noticed.Has(c.firstEffect+f.effect)) {
		out.effects = append(out.effects, f.effect)
	}
	out.caveats = append(out.caveats, n.caveats...)
	if n.linked != nil {
		out.reveals = out.reveals || n.linked.Reveals
		out.caveats = append(out.caveats, n.linked.Caveats...)
	}
}
