package analyzer

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/autover/autover/callgraph"
	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/symbol"
)

// versioner turns digests into versions. What depends on the programs that
// link a target is added here and not in the graph, whose digests are the same
// for all programs: effects of initialisation, and what external packages
// register with each other.
type versioner struct {
	w       *world
	g       *graph
	salt    string
	ext     *externals
	effects []effect           // in the order of initialisation
	writing map[int32][]int    // value node -> effects that may change it
	giving  map[string][]int   // external package -> effects that register with it
	linking map[string][]int   // private package -> programs that link it
	marks   []int32            // node -> number of the last closure that has it
	closed  int32              // number of the current closure
	allowed map[string]reached // package -> packages of the programs with it
}

// effect is an init function or initialiser, by its node.
type effect struct {
	node    int32
	pkg     string
	ordered bool
}

// reached is a set of packages by ID.
type reached map[string]bool

func newVersioner(w *world, g *graph, salt string) (*versioner, error) {
	ext, err := newExternals(w)
	if err != nil {
		return nil, err
	}
	v := &versioner{
		w: w, g: g, salt: salt, ext: ext,
		writing: map[int32][]int{}, giving: map[string][]int{}, linking: map[string][]int{},
		marks: make([]int32, len(g.nodes)), allowed: map[string]reached{},
	}
	v.orderEffects()
	for i, p := range w.programs {
		for _, id := range p.linked {
			if w.privateByID[id] != nil {
				v.linking[id] = append(v.linking[id], i)
			}
		}
	}
	return v, nil
}

// orderEffects numbers the effects in the order of initialisation: packages in
// theirs, and in a package the variables before the init functions.
func (v *versioner) orderEffects() {
	at := initOrder(v.w, v.g.units)
	type ranked struct {
		effect
		pkg, phase, index int
	}
	var list []ranked
	for _, u := range v.g.units {
		for i := range u.decls {
			d := &u.decls[i]
			e := v.g.program.Effects[d.id]
			if e == nil {
				continue
			}
			phase := 0
			if d.kind == initDecl {
				phase = 1
			}
			list = append(list, ranked{effect{v.g.funcs[string(d.id)], u.id, e.Ordered}, at[u.id], phase, i})
		}
	}
	slices.SortFunc(list, func(a, b ranked) int {
		return cmp.Or(a.pkg-b.pkg, a.phase-b.phase, a.index-b.index)
	})
	number := map[symbol.ID]int{}
	for i, r := range list {
		v.effects = append(v.effects, r.effect)
		id := v.g.nodes[r.node].id
		number[id] = i
		for _, p := range v.g.program.Effects[id].Registers {
			v.giving[p] = append(v.giving[p], i)
		}
	}
	for id, effects := range v.g.program.Affected {
		n, ok := v.g.values[string(id)]
		if !ok {
			continue
		}
		for _, e := range effects {
			v.writing[n] = append(v.writing[n], number[e])
		}
	}
}

// closure is all that a target's version depends on.
type closure struct {
	functions int
	effects   []int // sorted
	externals []string
	caveats   []callgraph.Caveat
	nodes     []int32
	reveals   bool
}

// close collects the closure of a function: what the graph reaches from it,
// the effects that may be noticed there, and so on until nothing is new.
func (v *versioner) close(start int32) *closure {
	v.closed++
	c := &closure{}
	inside := v.programs(v.g.nodes[start].unit.id)
	packages := map[string]bool{}
	effects := map[int]bool{}
	visit := func(n int32) {
		if n >= 0 && v.marks[n] != v.closed {
			v.marks[n] = v.closed
			c.nodes = append(c.nodes, n)
		}
	}
	count := func(list []int) {
		for _, e := range list {
			if !effects[e] && inside[v.effects[e].pkg] {
				effects[e] = true
				visit(v.effects[e].node)
			}
		}
	}
	visit(start)
	for i := 0; i < len(c.nodes); i++ {
		n := &v.g.nodes[c.nodes[i]]
		for _, m := range n.refs {
			visit(m)
		}
		for _, m := range n.set {
			visit(m)
		}
		count(v.writing[c.nodes[i]])
		for _, p := range n.externals {
			if !packages[p] {
				packages[p] = true
				for q := range v.ext.closure(p) {
					count(v.giving[q])
				}
			}
		}
	}
	v.finish(c, packages, effects)
	return c
}

func (v *versioner) finish(c *closure, packages map[string]bool, effects map[int]bool) {
	units := map[*unit]bool{}
	for _, i := range c.nodes {
		n := &v.g.nodes[i]
		if n.unit != nil {
			units[n.unit] = true
		}
		if n.kind == funcNode && n.decl.kind == funcDecl {
			c.functions++
		}
		if n.linked != nil {
			c.reveals = c.reveals || n.linked.Reveals
			c.caveats = append(c.caveats, n.linked.Caveats...)
		}
	}
	for i, e := range v.effects {
		if v.marks[e.node] == v.closed && (effects[i] || e.ordered) {
			c.effects = append(c.effects, i)
		}
	}
	for u := range units {
		for _, id := range u.blank {
			if v.w.external[id] != nil {
				packages[id] = true
			}
		}
	}
	for p := range packages {
		c.externals = append(c.externals, p)
	}
	slices.Sort(c.externals)
	slices.SortFunc(c.caveats, func(a, b callgraph.Caveat) int {
		return cmp.Or(strings.Compare(a.Position, b.Position), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Message, b.Message))
	})
	c.caveats = slices.Compact(c.caveats)
}

// programs returns the packages that a program with the given package may
// link: its import closure, and all of the private programs that have it.
func (v *versioner) programs(id string) reached {
	if set, ok := v.allowed[id]; ok {
		return set
	}
	set := reached{}
	var visit func(id string)
	visit = func(id string) {
		if set[id] {
			return
		}
		set[id] = true
		for _, e := range v.w.importsOf(id) {
			visit(e.id)
		}
	}
	visit(id)
	for _, i := range v.linking[id] {
		for _, p := range v.w.programs[i].linked {
			set[p] = true
		}
	}
	v.allowed[id] = set
	return set
}

// report computes the versions of the selected targets.
func (v *versioner) report(ctx context.Context, sel *selection, warnings []string) (*Report, error) {
	r := &Report{Scheme: hasher.Scheme, Single: sel.single, Warnings: warnings}
	for _, t := range sel.targets {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		target, err := v.version(t)
		if err != nil {
			return nil, err
		}
		r.Targets = append(r.Targets, target)
	}
	return r, nil
}

// version combines all that makes a version, in a fixed order.
func (v *versioner) version(t target) (Target, error) {
	start := v.g.funcs[string(symbol.Of(t.object()))]
	c := v.close(start)
	ext, err := v.ext.identify(c.externals, v.programs(t.pkg.id))
	if err != nil {
		return Target{}, err
	}
	e := hasher.NewEncoder("version")
	e.String(hasher.Scheme)
	e.String(t.name)
	e.Digest(v.g.digests[start])
	e.List(len(c.effects))
	for _, i := range c.effects {
		n := v.effects[i].node
		e.List(len(v.g.nodes[n].decl.vars)) // equal initialisers of other variables are other effects
		for _, id := range v.g.nodes[n].decl.vars {
			e.String(strings.TrimPrefix(string(id), v.effects[i].pkg))
		}
		e.Digest(v.g.digests[n])
	}
	e.List(len(ext.modules))
	for _, m := range ext.modules {
		e.String(m.Path)
		e.String(m.Version)
		e.String(m.Sum)
	}
	writeStrings(e, ext.vendored)
	writeStrings(e, ext.registered)
	v.settings(e, t)
	e.Bool(c.reveals)
	if c.reveals {
		v.layouts(e, c)
	}
	e.String(v.salt)
	for i, m := range ext.modules { // last, since most versions have none
		if m.Replaces != "" {
			e.Int(int64(i))
			e.String(m.Replaces)
		}
	}
	d := e.Sum()
	out := Target{
		Name: t.name, Version: hasher.Version(d), Digest: d.String(), Position: v.w.position(t.decl.Name.Pos()),
		Functions: c.functions, Modules: ext.modules,
	}
	for _, cv := range c.caveats {
		out.Caveats = append(out.Caveats, Caveat(cv))
	}
	return out, nil
}

// settings adds the toolchain, and the go:debug lines of the programs that link
// the target.
func (v *versioner) settings(e *hasher.Encoder, t target) {
	writeStrings(e, v.ext.toolchain)
	lines := map[string]bool{}
	for _, i := range v.linking[t.pkg.id] {
		if u := v.g.units[v.w.programs[i].id]; u != nil {
			for _, d := range u.debug {
				lines[d] = true
			}
		}
	}
	writeStrings(e, slices.Sorted(maps.Keys(lines)))
}

// layouts adds the names and lines of all functions, which the closure can see.
func (v *versioner) layouts(e *hasher.Encoder, c *closure) {
	var list []string
	for _, i := range c.nodes {
		if n := &v.g.nodes[i]; n.kind == funcNode {
			list = append(list, n.decl.layout.String())
		}
	}
	slices.Sort(list)
	writeStrings(e, list)
}

func writeStrings(e *hasher.Encoder, list []string) {
	e.List(len(list))
	for _, s := range list {
		e.String(s)
	}
}
