package callgraph

import (
	"slices"

	"golang.org/x/tools/container/intsets"

	"github.com/autover/autover/internal/scc"
	"github.com/autover/autover/internal/symbol"
)

// This file says who changes variables. A function changes what it writes
// itself; an init function or initialiser, which runs without being asked, also
// changes what the functions that it calls write; and a function that gives a
// variable away changes it if what it refers to writes such memory.

// deeds are what a function and all that it may call do: the variables that
// they change, the external packages that they give something, and the variables
// that they read, all by number.
type deeds struct{ changes, registers, reads intsets.Sparse }

// effects computes deeds and what follows from them.
type effects struct {
	*linker
	p        *Program
	numbers  map[symbol.ID]int32 // functions; boundaries come behind
	ids      []symbol.ID
	of       []*deeds // by number, of all that a function refers to
	run      []*deeds // and of what it calls alone
	packages *numbering
	vars     *numbering
}

// numbering numbers strings in order of appearance.
type numbering struct {
	ids   map[string]int
	names []string
}

func newNumbering() *numbering { return &numbering{ids: map[string]int{}} }

func (n *numbering) id(name string) int {
	if i, ok := n.ids[name]; ok {
		return i
	}
	n.ids[name] = len(n.names)
	n.names = append(n.names, name)
	return len(n.names) - 1
}

func (l *linker) effects(p *Program) {
	e := &effects{linker: l, p: p, numbers: map[symbol.ID]int32{}, packages: newNumbering(), vars: newNumbering()}
	e.ids = sortedIDs(l.functions)
	for i, id := range e.ids {
		e.numbers[id] = int32(i)
	}
	e.of = e.sum(func(v int32) []int32 { return e.successors(v, l.opt.References) })
	e.run = e.sum(func(v int32) []int32 { return e.successors(v, e.called) })
	e.writers()
	e.order()
}

// called returns the functions that a function calls by name.
func (e *effects) called(id symbol.ID) []symbol.ID {
	var list []symbol.ID
	if f := e.functions[id]; f != nil {
		for _, key := range f.Calls {
			list = append(list, e.ownerOf(key))
			list = append(list, e.linkedTo(key)...)
		}
	}
	return list
}

// successors are the functions and boundaries that a function or boundary may
// call, apart from the functions that are named.
func (e *effects) successors(v int32, named func(symbol.ID) []symbol.ID) []int32 {
	var list []int32
	add := func(id symbol.ID) {
		if n, ok := e.numbers[id]; ok {
			list = append(list, n)
		}
	}
	if b := int(v) - len(e.ids); b >= 0 {
		for _, id := range e.p.Boundaries[b].Callees {
			add(id)
		}
		for _, i := range e.p.Boundaries[b].Inner {
			list = append(list, int32(len(e.ids)+i))
		}
		return list
	}
	id := e.ids[v]
	for _, r := range named(id) {
		add(r)
	}
	if f := e.p.Functions[id]; f != nil {
		for c := range f.Callees {
			add(c)
		}
		for b := range f.Boundaries {
			list = append(list, int32(len(e.ids)+b))
		}
	}
	return list
}

// sum adds up the deeds of all functions and boundaries. Those of a component share
// theirs.
func (e *effects) sum(successors func(int32) []int32) []*deeds {
	of := make([]*deeds, len(e.ids)+len(e.p.Boundaries))
	scc.Visit(len(of), successors, func(members []int32) { e.component(of, members, successors) })
	return of
}

// component adds up the deeds of a component, whose successors are done.
func (e *effects) component(of []*deeds, members []int32, successors func(int32) []int32) {
	d := new(deeds)
	for _, v := range members {
		of[v] = d
		if int(v) < len(e.ids) {
			id := e.ids[v]
			d.changes.UnionWith(e.linker.changes[id])
			for p := range e.registers[id] {
				d.registers.Insert(e.packages.id(p))
			}
			for _, r := range e.functions[id].Reads {
				d.reads.Insert(e.vars.id(string(r)))
			}
		}
		for _, w := range successors(v) {
			if o := of[w]; o != nil && o != d {
				d.changes.UnionWith(&o.changes)
				d.registers.UnionWith(&o.registers)
				d.reads.UnionWith(&o.reads)
			}
		}
	}
}

// writers finds who changes each variable.
func (e *effects) writers() {
	ids, number := sortedIDs(e.variables), map[symbol.ID]int{}
	e.p.Writers, e.p.Affected = map[symbol.ID][]symbol.ID{}, map[symbol.ID][]symbol.ID{}
	for i, id := range ids {
		number[id] = i
		e.p.Writers[id], e.p.Affected[id] = nil, nil
	}
	initial := map[symbol.ID]bool{}
	for _, f := range e.opt.Initializers {
		initial[f] = true
		n, ok := e.numbers[f]
		if !ok {
			continue
		}
		for _, i := range e.run[n].changes.AppendTo(nil) {
			if v := ids[i]; !e.initializes(f, v) {
				e.p.Affected[v] = append(e.p.Affected[v], f)
			}
		}
	}
	for _, list := range e.p.Affected {
		slices.Sort(list)
	}
	for n, f := range e.ids {
		if initial[f] {
			continue
		}
		var set intsets.Sparse
		set.Copy(e.linker.changes[f])
		for _, v := range e.functions[f].Passes {
			if i, ok := number[v]; ok && e.of[n].changes.Has(i) {
				set.Insert(i)
			}
		}
		for _, i := range set.AppendTo(nil) {
			e.p.Writers[ids[i]] = append(e.p.Writers[ids[i]], f)
		}
	}
}

// initializes tells whether f is the initialiser of v.
func (e *effects) initializes(f, v symbol.ID) bool {
	for _, id := range e.opt.Initialized(f) {
		if id == v {
			return true
		}
	}
	return false
}

// order marks the initialisers whose place matters: those with effects, and
// those that read what effects change.
func (e *effects) order() {
	changes := map[symbol.ID]bool{}
	var affected intsets.Sparse
	for v, list := range e.p.Affected {
		for _, f := range list {
			changes[f] = true
			affected.Insert(e.vars.id(string(v)))
		}
	}
	e.p.Effects = map[symbol.ID]*Effect{}
	for _, id := range e.opt.Initializers {
		out := &Effect{Ordered: changes[id] || len(e.opt.Initialized(id)) == 0}
		e.p.Effects[id] = out
		n, ok := e.numbers[id]
		if !ok {
			continue
		}
		d := e.run[n]
		names := map[string]bool{}
		for _, i := range d.registers.AppendTo(nil) {
			names[e.packages.names[i]] = true
		}
		out.Registers = inOrder(names)
		out.Ordered = out.Ordered || len(names) > 0 || d.reads.Intersects(&affected)
	}
}
