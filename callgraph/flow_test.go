package callgraph

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/container/intsets"
	"golang.org/x/tools/go/ssa"
)

// A place is a token of a function: a parameter (the first ones, see direct and
// deep), a variable, a value in an interface, a function, or what an instruction
// makes.
type place struct {
	cell    int // or -1
	boxed   bool
	types   intsets.Sparse
	funcs   intsets.Sparse
	content intsets.Sparse // tokens that can be loaded from it
}

// placeKey names a place that isn't a parameter.
type placeKey struct {
	at   any // ssa.Value, ssa.Instruction, or the number of a variable
	slot int
}

// A flow is the state of the analysis of one function.
type flow struct {
	*bodies
	fn      *ssa.Function
	out     *effect
	params  int // tokens below are those of parameters
	places  []*place
	placeID map[placeKey]int
	values  map[ssa.Value]*intsets.Sparse
	tuples  map[ssa.Value][]*intsets.Sparse
	changed bool // within the function
	grown   bool // in its effect
	active  map[activeKey]bool
	// What has been found in this pass, by token.
	reached map[int]*intsets.Sparse
	flats   map[int]*flat
	// What functions called on behalf of a callee return.
	back map[activeKey][]*intsets.Sparse
}

// An activeKey is a function called by way of a token.
type activeKey struct {
	at    ssa.Instruction
	token int
	f     *ssa.Function
}

// analyse recomputes the effect of a function and tells whether it grew.
func (b *bodies) analyse(fn *ssa.Function) bool {
	if len(fn.Blocks) == 0 {
		return false
	}
	f := b.flows[fn]
	if f == nil {
		f = b.newFlow(fn)
		b.flows[fn] = f
	}
	f.refresh()
	f.grown = false
	for f.changed = true; f.changed; {
		f.changed = false
		f.active, f.reached, f.flats = map[activeKey]bool{}, map[int]*intsets.Sparse{}, map[int]*flat{}
		for _, block := range fn.Blocks {
			for _, i := range block.Instrs {
				f.instruction(i)
			}
		}
	}
	f.reached, f.flats = map[int]*intsets.Sparse{}, map[int]*flat{}
	f.effects()
	f.active, f.reached, f.flats = nil, nil, nil
	return f.grown
}

func (b *bodies) newFlow(fn *ssa.Function) *flow {
	n := len(fn.Params) + len(fn.FreeVars)
	f := &flow{
		bodies: b, fn: fn, out: b.effects[fn], params: 2 * n,
		placeID: map[placeKey]int{}, values: map[ssa.Value]*intsets.Sparse{}, tuples: map[ssa.Value][]*intsets.Sparse{}, back: map[activeKey][]*intsets.Sparse{},
	}
	for i := range n {
		f.places = append(f.places, &place{cell: -1}, &place{cell: -1})
		f.places[direct(i)].content.Insert(deep(i))
		f.places[deep(i)].content.Insert(deep(i))
	}
	for i, p := range fn.Params {
		f.parameter(p, i)
	}
	for i, v := range fn.FreeVars {
		f.parameter(v, len(fn.Params)+i)
	}
	return f
}

// refresh takes over what other functions have stored in variables since.
func (f *flow) refresh() {
	for i := range f.places {
		p := f.places[i]
		if p.cell < 0 {
			continue
		}
		c := f.cells[p.cell]
		p.types.UnionWith(&c.types)
		p.funcs.UnionWith(&c.funcs)
		for _, g := range c.globals.AppendTo(nil) {
			p.content.Insert(f.variable(g))
		}
	}
}

func (f *flow) parameter(v ssa.Value, i int) {
	s := new(intsets.Sparse)
	if f.carries(v.Type()) {
		s.Insert(direct(i))
	}
	f.values[v] = s
}

// effects notes what is stored in parameters.
func (f *flow) effects() {
	for t := range f.params {
		extra := new(intsets.Sparse)
		extra.Copy(&f.places[t].content)
		extra.Remove(deep(t / 2))
		if !extra.IsEmpty() {
			f.store(t, f.flatten(extra))
		}
	}
}

func (f *flow) store(dst int, src *flat) {
	old := f.out.stores[dst]
	if old == nil {
		old = &flat{}
		f.out.stores[dst] = old
	}
	if old.add(src) {
		f.grown = true
	}
}

// at returns the place of a key.
func (f *flow) at(key any, slot int) (int, *place) {
	k := placeKey{key, slot}
	if i, ok := f.placeID[k]; ok {
		return i, f.places[i]
	}
	i := len(f.places)
	p := &place{cell: -1}
	f.placeID[k] = i
	f.places = append(f.places, p)
	return i, p
}

// of returns the tokens of a value.
func (f *flow) of(v ssa.Value) *intsets.Sparse {
	if s := f.values[v]; s != nil {
		return s
	}
	s := new(intsets.Sparse)
	f.values[v] = s
	switch v := v.(type) {
	case *ssa.Global:
		switch t := v.Type().(*types.Pointer).Elem(); {
		case types.Identical(t, types.Universe.Lookup("error").Type()):
			i, p := f.at(v, 0) // sentinels don't change
			j, q := f.at(v, 1)
			q.boxed = true
			q.types.Insert(f.numberOf(sentinel))
			p.content.Insert(j)
			s.Insert(i)
		case f.carries(t):
			s.Insert(f.variable(f.numberOfCell(v)))
		}
	case *ssa.Function:
		i, p := f.at(v, 0)
		g := v
		if g.Origin() != nil {
			g = g.Origin()
		}
		p.funcs.Insert(f.numberOfFunc(g))
		s.Insert(i)
	}
	return s
}

// sentinel stands for the type of an error that a variable holds.
var sentinel = types.Typ[types.Int]

// variable returns the token of a package-level variable.
func (f *flow) variable(n int) int {
	i, p := f.at(n, 0)
	if p.cell < 0 {
		p.cell = n
		f.cells[n].users[f.fn] = true
		p.content.Insert(i)
		p.types.Copy(&f.cells[n].types)
		p.funcs.Copy(&f.cells[n].funcs)
		for _, g := range f.cells[n].globals.AppendTo(nil) {
			p.content.Insert(f.variable(g))
		}
	}
	return i
}

func (f *flow) add(dst, src *intsets.Sparse) {
	if dst != nil && dst != src && dst.UnionWith(src) {
		f.changed = true
	}
}

// put stores tokens in what tokens stand for.
func (f *flow) put(dst, src *intsets.Sparse) {
	if src.IsEmpty() {
		return
	}
	for _, d := range dst.AppendTo(nil) {
		p := f.places[d]
		if p.cell >= 0 {
			f.publish(p.cell, src)
		}
		if p.content.UnionWith(src) {
			f.changed = true
		}
	}
}

// publish stores tokens in a variable, for all functions to see.
func (f *flow) publish(n int, src *intsets.Sparse) {
	c, what := f.cells[n], f.flatten(src)
	more := &flat{}
	more.types.Copy(&what.types)
	more.funcs.Copy(&what.funcs)
	if c.open {
		more.globals.Copy(&what.globals)
		more.globals.Remove(n)
	}
	if c.add(more) {
		for user := range c.users {
			f.enqueue(user)
		}
	}
}

// assign notes what is stored at an address that lies in a variable.
func (f *flow) assign(addr ssa.Value, tokens *intsets.Sparse) {
	g := variableOf(addr)
	if g == nil {
		return
	}
	only := &flat{}
	only.params.Copy(&f.flatten(tokens).params)
	f.store(^f.numberOfCell(g), only)
}

// variableOf returns the variable that an address or value is read from.
func variableOf(v ssa.Value) *ssa.Global {
	for {
		switch x := v.(type) {
		case *ssa.FieldAddr:
			v = x.X
		case *ssa.IndexAddr:
			v = x.X
		case *ssa.UnOp:
			v = x.X
		case *ssa.Global:
			return x
		default:
			return nil
		}
	}
}

// load returns what tokens hold.
func (f *flow) load(src *intsets.Sparse) *intsets.Sparse {
	s := new(intsets.Sparse)
	for _, t := range src.AppendTo(nil) {
		s.UnionWith(&f.places[t].content)
	}
	return s
}

// reach returns all that can be loaded from tokens, in any number of steps. What
// is new in this pass may be missing: then there is another pass.
func (f *flow) reach(src *intsets.Sparse) *intsets.Sparse {
	s := new(intsets.Sparse)
	for _, t := range src.AppendTo(nil) {
		if !s.Has(t) || !f.reachOf(t).SubsetOf(s) {
			s.UnionWith(f.reachOf(t))
		}
	}
	return s
}

func (f *flow) reachOf(t int) *intsets.Sparse {
	if s := f.reached[t]; s != nil {
		return s
	}
	s := new(intsets.Sparse)
	todo := []int{t}
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if known := f.reached[t]; known != nil {
			s.UnionWith(known)
			continue
		}
		var fresh intsets.Sparse
		fresh.Difference(&f.places[t].content, s)
		s.UnionWith(&fresh)
		todo = fresh.AppendTo(todo)
	}
	f.reached[t] = s
	return s
}

// flatten describes tokens, and all that they hold, from outside.
func (f *flow) flatten(src *intsets.Sparse) *flat {
	out := &flat{}
	for _, t := range src.AppendTo(nil) {
		out.add(f.flattenOne(t))
	}
	return out
}

func (f *flow) flattenOne(t int) *flat {
	if out := f.flats[t]; out != nil {
		return out
	}
	var all intsets.Sparse
	all.Copy(f.reachOf(t))
	all.Insert(t)
	out := &flat{}
	f.flats[t] = out
	for _, t := range all.AppendTo(nil) {
		p := f.places[t]
		switch {
		case t < f.params:
			out.params.Insert(t)
		case p.cell >= 0 && f.cells[p.cell].open:
			out.globals.Insert(p.cell)
		default:
			out.types.UnionWith(&p.types)
			out.funcs.UnionWith(&p.funcs)
		}
	}
	return out
}

func (f *flow) instruction(instr ssa.Instruction) {
	switch i := instr.(type) {
	case *ssa.Store:
		f.put(f.of(i.Addr), f.of(i.Val))
		f.assign(i.Addr, f.of(i.Val))
		f.write(i.Addr)
	case *ssa.MapUpdate:
		f.put(f.of(i.Map), f.of(i.Key))
		f.put(f.of(i.Map), f.of(i.Value))
		f.assign(i.Map, f.of(i.Key))
		f.assign(i.Map, f.of(i.Value))
		f.write(i.Map)
	case *ssa.Send:
		f.put(f.of(i.Chan), f.of(i.X))
		f.write(i.Chan)
	case *ssa.Return:
		for k, r := range i.Results {
			if k < len(f.out.results) && f.carries(r.Type()) && f.out.results[k].add(f.flatten(f.of(r))) {
				f.grown = true
			}
		}
	case ssa.CallInstruction:
		f.call(i)
	case *ssa.Select:
		all := new(intsets.Sparse)
		for _, st := range i.States {
			if st.Send != nil {
				f.put(f.of(st.Chan), f.of(st.Send))
			} else {
				all.UnionWith(f.load(f.of(st.Chan)))
			}
		}
		f.add(f.of(i), all)
	case ssa.Value:
		if f.carries(i.Type()) {
			f.value(i)
		}
	}
}

func (f *flow) value(v ssa.Value) {
	dst := f.of(v)
	fresh := func() (int, *place) {
		i, p := f.at(v, 0)
		if dst.Insert(i) {
			f.changed = true
		}
		return i, p
	}
	hold := func(p *place, s *intsets.Sparse) {
		if p.content.UnionWith(s) {
			f.changed = true
		}
	}
	switch i := v.(type) {
	case *ssa.Alloc, *ssa.MakeChan, *ssa.MakeMap, *ssa.MakeSlice:
		fresh()
	case *ssa.MakeInterface:
		_, p := fresh()
		p.boxed = true
		p.types.Insert(f.numberOf(i.X.Type()))
		hold(p, f.of(i.X))
	case *ssa.MakeClosure:
		_, p := fresh()
		p.funcs.Insert(f.numberOfFunc(i.Fn.(*ssa.Function)))
		for _, x := range i.Bindings {
			hold(p, f.of(x))
		}
	case *ssa.Phi:
		for _, e := range i.Edges {
			f.add(dst, f.of(e))
		}
	case *ssa.UnOp:
		if i.Op == token.MUL || i.Op == token.ARROW {
			f.add(dst, f.load(f.of(i.X)))
		}
	case *ssa.Lookup, *ssa.Next:
		f.add(dst, f.load(f.of(*v.(ssa.Instruction).Operands(nil)[0])))
	case *ssa.Extract:
		if list := f.tuples[i.Tuple]; list != nil {
			f.add(dst, list[i.Index])
		} else {
			f.add(dst, f.of(i.Tuple))
		}
	case *ssa.TypeAssert:
		f.add(dst, f.assert(i))
	default: // conversions, addresses of parts, parts of values
		for _, op := range v.(ssa.Instruction).Operands(nil) {
			f.add(dst, f.of(*op))
		}
	}
}

// assert returns what passes a type assertion.
func (f *flow) assert(i *ssa.TypeAssert) *intsets.Sparse {
	s := new(intsets.Sparse)
	iface, toInterface := i.AssertedType.Underlying().(*types.Interface)
	for _, t := range f.of(i.X).AppendTo(nil) {
		p := f.places[t]
		switch {
		case !p.boxed:
			s.Insert(t)
			if !toInterface {
				s.UnionWith(&p.content)
			}
		case toInterface:
			if types.Implements(f.types[p.types.Min()], iface) {
				s.Insert(t)
			}
		case types.Identical(f.types[p.types.Min()], i.AssertedType):
			s.UnionWith(&p.content)
		}
	}
	return s
}

// write notes that memory is changed.
func (f *flow) write(addr ssa.Value) {
	typ := addr.Type()
	switch a := addr.(type) {
	case *ssa.FieldAddr:
		typ = a.X.Type().Underlying().(*types.Pointer).Elem()
	case *ssa.IndexAddr:
		typ = a.X.Type()
	}
	f.written(f.of(addr), f.numberOf(typ))
}

// written notes that memory of a type is changed.
func (f *flow) written(tokens *intsets.Sparse, typ int) {
	for _, t := range tokens.AppendTo(nil) {
		if t < f.params && !f.out.writes[writeKey{t, typ}] {
			f.out.writes[writeKey{t, typ}] = true
			f.grown = true
		}
	}
}
