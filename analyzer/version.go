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
	knobs   *settings
	ext     *externals
	effects []effect           // in the order of initialisation
	writing map[int32][]int    // value node -> effects that may change it
	giving  map[string][]int   // external package -> effects that register with it
	linking map[string][]int   // private package -> programs that link it
	allowed map[string]reached // package -> packages of the programs with it

	closures *closures
	parts    *partBuilder // nil unless an explanation is asked for

	ownEmbeds map[symbol.ID]error // of what no version may depend on
}

// effect is an init function or initialiser, by its node.
type effect struct {
	node    int32
	pkg     string
	ordered bool
}

// reached is a set of packages by ID.
type reached map[string]bool

func newVersioner(w *world, g *graph, knobs *settings) (*versioner, error) {
	ext, err := newExternals(w)
	if err != nil {
		return nil, err
	}
	v := &versioner{
		w: w, g: g, knobs: knobs, ext: ext,
		writing: map[int32][]int{}, giving: map[string][]int{}, linking: map[string][]int{},
		allowed: map[string]reached{}, ownEmbeds: w.ownEmbeds(),
	}
	v.orderEffects()
	for i, p := range w.programs {
		for _, id := range p.linked {
			if w.privateByID[id] != nil {
				v.linking[id] = append(v.linking[id], i)
			}
		}
	}
	v.closures = newClosures(v)
	if w.explain {
		v.parts = newPartBuilder(v)
	}
	return v, nil
}

// orderEffects numbers the effects in the order of initialisation: packages in
// theirs, and in a package the variables before the init functions.
func (v *versioner) orderEffects() {
	at := initOrder(v.w, v.g.units)
	type ranked struct {
		effect
		registers         []string
		pkg, phase, index int
	}
	var list []ranked
	for _, u := range v.g.units {
		for i := range u.decls {
			d := &u.decls[i]
			e := v.g.program.Effects[d.id]
			if u.flows == nil {
				e = opaqueEffect(u, d)
			}
			if e == nil {
				continue
			}
			phase := 0
			if d.kind == initDecl {
				phase = 1
			}
			list = append(list, ranked{effect{v.g.funcs[string(d.id)], u.id, e.Ordered}, e.Registers, at[u.id], phase, i})
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
		for _, p := range r.registers {
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

// opaqueEffect returns the effect of an init function or initialiser of a
// package with cgo, whose statements are not analysed: it may register with all
// external packages that the package mentions.
func opaqueEffect(u *unit, d *decl) *callgraph.Effect {
	if d.kind != initDecl && d.kind != initializerDecl {
		return nil
	}
	e := &callgraph.Effect{Ordered: true}
	for i := range u.decls {
		for _, p := range u.decls[i].form.External {
			if !stateless[p] {
				e.Registers = append(e.Registers, p)
			}
		}
	}
	slices.Sort(e.Registers)
	e.Registers = slices.Compact(e.Registers)
	return e
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
		target, err := v.version(ctx, t)
		if err != nil {
			return nil, err
		}
		r.Targets = append(r.Targets, target)
	}
	for s, err := range sel.missing {
		if r.Missing == nil {
			r.Missing = make(map[string]string)
		}
		r.Missing[s] = err.Error()
	}
	if v.parts != nil {
		r.Graph = v.parts.graph
	}
	if v.w.constants != nil {
		var err error
		if r.Constants, err = v.w.constantFiles(sel, r.Targets); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// version combines all that makes a version, in a fixed order.
func (v *versioner) version(ctx context.Context, t target) (Target, error) {
	k, err := v.knobs.of(t.pkg)
	if err != nil {
		return Target{}, err
	}
	start := v.g.funcs[string(t.symbol())]
	in := hasher.Inputs{Target: t.name, Toolchain: v.ext.toolchain(k), Salt: k.salt}
	var c *closure
	if k.policies.on["private"] {
		c = v.closures.of(start, t.pkg.id)
		if err := v.refuseOwnEmbeds(start, c); err != nil {
			return Target{}, err
		}
		in.Closure, in.Effects, in.Debug = v.g.digests[start], v.noticed(c), v.debug(t)
	} else {
		c = v.closures.alone(start)
		in.Closure = v.g.body(start)
	}
	in.Reveals, in.Layouts = c.reveals, c.layouts
	ext := identified{modules: []Module{}}
	if k.policies.on["external"] {
		if ext, err = v.ext.identify(c, v.programs(t.pkg.id)); err != nil {
			return Target{}, err
		}
	}
	in.Packages, in.Registered = ext.more, ext.registered
	if in.Components, err = v.components(ctx, t, c, k); err != nil {
		return Target{}, err
	}
	for _, m := range ext.modules {
		in.Modules = append(in.Modules, hasher.Module(m))
	}
	d := in.TracedDigest(v.w.traced.of(t.symbol()))
	out := Target{
		Name: t.name, Version: hasher.Version(d), Digest: d.String(), Position: t.fn.position,
		Task: t.task(), Functions: c.functions, Modules: ext.modules,
	}
	if p := t.directives().pin; p != nil {
		out.Pin = &Pin{Position: p.at, Automatic: out.Version, At: p.version}
		out.Version = p.value
	}
	for _, added := range in.Components {
		out.Components = append(out.Components, Component(added))
	}
	if v.parts != nil {
		out.Closure = v.parts.closure(start, c, &in)
	}
	for _, cv := range c.caveats {
		out.Caveats = append(out.Caveats, Caveat(cv))
	}
	return out, nil
}

// noticed describes the effects in a closure.
func (v *versioner) noticed(c *closure) []hasher.Effect {
	var list []hasher.Effect
	for _, i := range c.effects {
		n := v.effects[i].node
		var vars []string
		for _, id := range v.g.nodes[n].decl.vars {
			vars = append(vars, strings.TrimPrefix(string(id), v.effects[i].pkg))
		}
		list = append(list, hasher.Effect{Variables: vars, Node: v.g.digests[n]})
	}
	return list
}

// debug returns the go:debug settings of the programs that link the target:
// once if all of these have the same, with their names if not.
func (v *versioner) debug(t target) []string {
	var all []string
	each := map[string]bool{}
	for _, i := range v.linking[t.pkg.id] {
		id := v.w.programs[i].id
		settings := strings.Join(v.debugSettings(id), ",")
		each[settings] = true
		all = append(all, id+" "+settings)
	}
	if len(each) == 1 {
		return slices.DeleteFunc(slices.Collect(maps.Keys(each)), func(settings string) bool { return settings == "" })
	}
	return all
}

// debugSettings returns the go:debug settings of a program as "key=value",
// sorted. Of several with one key the last counts; in a test binary those of
// test files come after those of the package under test, and the external test
// package is last.
func (v *versioner) debugSettings(program string) []string {
	units := []*unit{v.g.units[program]}
	if path, ok := strings.CutSuffix(program, ".test"); ok && v.w.privateByID[program] == nil {
		variant := " [" + program + "]"
		units = []*unit{cmp.Or(v.g.units[path+variant], v.g.units[path]), v.g.units[path+"_test"+variant]}
	}
	effective := map[string]string{}
	for _, u := range units {
		if u == nil {
			continue
		}
		for _, setting := range u.debug {
			key, _, _ := strings.Cut(setting, "=")
			effective[key] = setting
		}
	}
	return slices.Sorted(maps.Values(effective))
}
