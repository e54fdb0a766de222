package callgraph

import (
	"go/types"
	"slices"

	"golang.org/x/tools/container/intsets"
	"golang.org/x/tools/go/ssa"
)

// call applies the effects of what an instruction may call.
func (f *flow) call(i ssa.CallInstruction) {
	c := i.Common()
	if b, ok := c.Value.(*ssa.Builtin); ok {
		f.builtin(b, i)
		return
	}
	results := f.resultsOf(i, c.Signature())
	var args []*intsets.Sparse
	for _, a := range c.Args {
		args = append(args, f.of(a))
	}
	if c.IsInvoke() {
		key := callKey{name: c.Method.Name(), sig: f.numberOf(bare(c.Signature())), closed: closed(c.Value.Type())}
		for _, t := range f.of(c.Value).AppendTo(nil) {
			f.dispatch(i, t, key, args, results)
		}
		return
	}
	if g := callee(c); g != nil {
		if mc, ok := c.Value.(*ssa.MakeClosure); ok {
			for _, x := range mc.Bindings {
				args = append(args, f.of(x))
			}
		}
		f.apply(i, g, args, results)
		return
	}
	key := callKey{sig: f.numberOf(bare(c.Signature()))}
	for _, t := range f.of(c.Value).AppendTo(nil) {
		f.dispatch(i, t, key, args, results)
	}
}

// closed tells whether only the standard library has types that implement an
// interface.
func closed(t types.Type) bool {
	iface, ok := t.Underlying().(*types.Interface)
	if !ok {
		return false
	}
	for i := range iface.NumMethods() {
		if !iface.Method(i).Exported() {
			return true
		}
	}
	return false
}

// resultsOf returns the sets of a call's results.
func (f *flow) resultsOf(i ssa.CallInstruction, sig *types.Signature) []*intsets.Sparse {
	list := make([]*intsets.Sparse, sig.Results().Len())
	v := i.Value()
	switch {
	case v == nil:
	case len(list) == 1:
		if f.carries(v.Type()) {
			list[0] = f.of(v)
		}
	default:
		if old := f.tuples[v]; old != nil {
			return old
		}
		for k := range list {
			list[k] = new(intsets.Sparse)
		}
		f.tuples[v] = list
	}
	return list
}

// dispatch calls a method of what a token stands for, or the function that it
// is.
func (f *flow) dispatch(i ssa.CallInstruction, t int, key callKey, args, results []*intsets.Sparse) {
	p := f.places[t]
	if t < f.params || p.cell >= 0 && f.cells[p.cell].open {
		key.token = t
		if p.cell >= 0 {
			key.token = ^p.cell
		}
		f.record(key, args)
		one := new(intsets.Sparse)
		one.Insert(t)
		for _, r := range results {
			f.add(r, one)
		}
	}
	if p.cell < 0 && t < f.params {
		return
	}
	if p.types.IsEmpty() && p.funcs.IsEmpty() {
		return
	}
	receiver := new(intsets.Sparse)
	receiver.Copy(&p.content)
	if !p.boxed {
		receiver.Insert(t)
	}
	if key.name == "" {
		for _, n := range p.funcs.AppendTo(nil) {
			if g := f.funcs[n]; types.Identical(bare(g.Signature), f.types[key.sig]) || g.TypeParams().Len() > 0 {
				free := make([]*intsets.Sparse, len(g.FreeVars))
				for k := range free {
					free[k] = receiver
				}
				f.enter(i, t, g, append(slices.Clone(args), free...), results)
			}
		}
		return
	}
	known, list := f.methodsOf(&p.types, selector{key.name, key.sig})
	for _, n := range list {
		f.enter(i, t, known.funcs[n], append([]*intsets.Sparse{receiver}, args...), results)
	}
}

// enter applies a function that is called by way of a token, once a pass.
func (f *flow) enter(i ssa.CallInstruction, t int, g *ssa.Function, args, results []*intsets.Sparse) {
	key := activeKey{i, t, g}
	if f.active[key] {
		return
	}
	f.active[key] = true
	f.apply(i, g, args, results)
}

// record notes the call of something that a parameter or variable holds.
func (f *flow) record(key callKey, args []*intsets.Sparse) {
	list, ok := f.out.calls[key]
	if !ok {
		list = make([]flat, len(args))
		f.out.calls[key] = list
		f.grown = true
	}
	for k, a := range args {
		if k < len(list) && a != nil && list[k].add(f.flatten(a)) {
			f.grown = true
		}
	}
}

// apply puts the effect of a function in the place of its call.
func (f *flow) apply(i ssa.CallInstruction, g *ssa.Function, args, results []*intsets.Sparse) {
	if f.trust(i, g, args, results) {
		return
	}
	e := f.require(g)
	if f.callers[g] == nil {
		f.callers[g] = map[*ssa.Function]bool{}
	}
	f.callers[g][f.fn] = true
	a := &actuals{f: f, args: args, known: map[int]*intsets.Sparse{}}
	for k := range e.results {
		if k < len(results) && results[k] != nil {
			f.add(results[k], f.unflatten(i, k, &e.results[k], a))
			if f.carries(g.Signature.Results().At(k).Type()) {
				f.fresh(i, k, results[k])
			}
		}
	}
	for dst, src := range e.stores {
		what := f.unflatten(i, -1, src, a)
		if dst < 0 {
			f.publish(^dst, what)
			only := &flat{}
			only.params.Copy(&f.flatten(what).params)
			f.store(dst, only)
			continue
		}
		f.put(a.actual(dst), what)
		if c := i.Common(); callee(c) == g && dst/2 < len(c.Args) {
			if v := variableOf(c.Args[dst/2]); v != nil && f.cells[f.numberOfCell(v)].open {
				f.assign(v, what)
			}
		}
	}
	for key := range e.writes {
		f.written(a.actual(key.token), key.typ)
	}
	for _, t := range e.methods.AppendTo(nil) {
		f.reflected(a.actual(t))
	}
	for key, list := range e.calls {
		if key.token < 0 { // the callee has seen to what the variable holds
			f.record(key, nil)
			continue
		}
		tokens := a.actual(key.token)
		inner := make([]*intsets.Sparse, len(list))
		for k := range list {
			inner[k] = f.unflatten(i, -2, &list[k], a)
		}
		for _, t := range tokens.AppendTo(nil) {
			back := make([]*intsets.Sparse, f.types[key.sig].(*types.Signature).Results().Len())
			for k := range back {
				back[k] = f.returned(i, t, k)
			}
			f.dispatch(i, t, key, inner, back)
			if t >= f.params {
				for _, r := range back {
					if f.places[t].cell < 0 && f.places[t].content.UnionWith(r) {
						f.changed = true
					}
				}
			}
		}
	}
}

// returned is what a function called on behalf of a callee returns by way of a
// token.
func (f *flow) returned(i ssa.CallInstruction, t, result int) *intsets.Sparse {
	k := activeKey{at: i, token: t}
	for len(f.back[k]) <= result {
		f.back[k] = append(f.back[k], new(intsets.Sparse))
	}
	return f.back[k][result]
}

// fresh adds what a call makes to its result.
func (f *flow) fresh(i ssa.CallInstruction, slot int, dst *intsets.Sparse) {
	t, p := f.at(i, slot)
	more := new(intsets.Sparse)
	more.Copy(dst)
	more.Insert(t)
	if p.content.UnionWith(more) {
		f.changed = true
	}
	if dst.Insert(t) {
		f.changed = true
	}
}

// actuals are the tokens that a callee's parameters stand for in a call.
type actuals struct {
	f     *flow
	args  []*intsets.Sparse
	known map[int]*intsets.Sparse
}

func (a *actuals) actual(t int) *intsets.Sparse {
	if s := a.known[t]; s != nil {
		return s
	}
	s := new(intsets.Sparse)
	a.known[t] = s
	if t/2 >= len(a.args) || a.args[t/2] == nil {
		return s
	}
	s.Copy(a.args[t/2])
	for _, x := range a.args[t/2].AppendTo(nil) {
		if a.f.places[x].boxed {
			s.UnionWith(&a.f.places[x].content)
		}
	}
	if t == deep(t/2) {
		a.known[t] = a.f.reach(s)
	}
	return a.known[t]
}

// unflatten returns the tokens in a call for a description from outside.
func (f *flow) unflatten(i ssa.CallInstruction, slot int, what *flat, a *actuals) *intsets.Sparse {
	s := new(intsets.Sparse)
	for _, t := range what.params.AppendTo(nil) {
		s.UnionWith(a.actual(t))
	}
	for _, g := range what.globals.AppendTo(nil) {
		s.Insert(f.variable(g))
	}
	if !what.types.IsEmpty() || !what.funcs.IsEmpty() {
		t, p := f.at(i, slot)
		a := p.types.UnionWith(&what.types)
		b := p.funcs.UnionWith(&what.funcs)
		if c := p.content.UnionWith(s); a || b || c || p.content.Insert(t) {
			f.changed = true
		}
		s.Insert(t)
	}
	return s
}

// reflected notes that any exported method may be called.
func (f *flow) reflected(tokens *intsets.Sparse) {
	for _, t := range tokens.AppendTo(nil) {
		if t < f.params && f.out.methods.Insert(t) {
			f.grown = true
		}
	}
}

func (f *flow) builtin(b *ssa.Builtin, i ssa.CallInstruction) {
	args := i.Common().Args
	var dst *intsets.Sparse
	if v := i.Value(); v != nil && f.carries(v.Type()) {
		dst = f.of(v)
	}
	switch b.Name() {
	case "append":
		f.add(dst, f.of(args[0]))
		f.fresh(i, 0, dst)
		if len(args) > 1 {
			f.put(dst, f.load(f.of(args[1])))
		}
		f.write(args[0])
	case "copy":
		f.put(f.of(args[0]), f.load(f.of(args[1])))
		f.write(args[0])
	case "delete", "clear":
		f.write(args[0])
	default:
		if dst != nil {
			for _, a := range args {
				f.add(dst, f.of(a))
			}
		}
	}
}
