package callgraph

import (
	"slices"
	"strings"

	"golang.org/x/tools/container/intsets"

	"github.com/autover/autover/internal/scc"
	"github.com/autover/autover/internal/symbol"
)

// suppliers says which packages of other modules may have code behind a value: code
// that runs when a method of the value is called, or when external code is handed it.
// A function that is handed such values depends on these packages, even where
// neither it nor what it calls mentions them.
//
// Values flow along the copies that the solver found, but the outside is one node for
// all other modules; here each of their packages has a pool of its own, of itself and
// what is behind all that it was handed. It is behind what calls of the package
// return. What private code gets from the outside in other ways may come from any of
// the pools, and so may an object of the outside of which nothing is known. All of
// that is reachability in one graph, whose vertices are the nodes, what lies deep in
// them, and the pools.
type suppliers struct {
	*solver
	classes  *classes
	packages *numbering
	sets     []*intsets.Sparse // by vertex

	preds [][]int32         // copies into a node, but those from the outside
	more  map[int32][]int32 // vertex -> others that it holds
	own   map[int32][]int   // vertex -> packages
	pools map[string]int32

	first  int32 // the first vertex of a class, see suppliers.class
	abroad int32 // what any pool holds
	handed int32 // what code of other modules was handed without a package in sight
	next   int32 // the number of the next pool
}

func newSuppliers(s *solver, c *classes) *suppliers {
	first := int32(2 * len(s.nodes))
	abroad := first + int32(2*len(c.sets))
	p := &suppliers{
		solver: s, classes: c, packages: newNumbering(), more: map[int32][]int32{}, own: map[int32][]int{},
		pools: map[string]int32{}, first: first, abroad: abroad, handed: abroad + 1, next: abroad + 2,
	}
	variables := map[int32]bool{}
	for key, node := range s.names {
		if name, ok := strings.CutPrefix(key, externalKey("")); ok {
			p.owns(p.shallow(node), packageOfName(name))
			variables[node] = true
		}
	}
	for _, c := range s.calls {
		if c.bound {
			p.call(c)
		}
	}
	for f := range s.foreign {
		switch pkg := packageOfType(objectOfKind(f.kind)); {
		case p.ofModule(pkg):
			p.owns(p.shallow(f.node), pkg)
		case !variables[f.node]: // these are their package's
			p.holds(p.shallow(f.node), p.abroad)
		}
	}
	for _, node := range s.passedOn {
		p.holds(p.handed, p.deep(node))
	}
	p.holds(p.shallow(s.out), p.abroad)
	p.holds(p.deep(s.out), p.abroad)
	if !p.needed() {
		p.sets = make([]*intsets.Sparse, p.next)
		return p
	}
	p.copies()
	p.propagate()
	for i := range s.nodes {
		if n := int32(i); s.find(n) == n && p.outside(n) && p.sets[n].IsEmpty() {
			p.holds(n, p.abroad) // nothing is known of it
		}
	}
	p.propagate()
	return p
}

// needed tells whether there are other modules at all.
func (p *suppliers) needed() bool {
	if len(p.packages.names) > 0 {
		return true
	}
	for _, t := range p.types {
		if len(t.Modules) > 0 {
			return true
		}
	}
	return false
}

// propagate finds the packages of all vertices.
func (p *suppliers) propagate() {
	p.sets = make([]*intsets.Sparse, p.next)
	component := make([]int32, p.next)
	id := int32(0)
	scc.Visit(int(p.next), p.successors, func(members []int32) {
		id++
		p.sum(members, component, id)
	})
}

// outside tells whether a node holds an object of the outside.
func (p *suppliers) outside(n int32) bool {
	for id := range p.nodes[n].set.Intersect(p.objects).All() {
		if p.find(p.tokens[id].content) == p.find(p.out) {
			return true
		}
	}
	return false
}

// shallow is the vertex of what values in a node are, deep that of what can be
// reached from them.
func (p *suppliers) shallow(node int32) int32 {
	if node < 0 {
		return -1
	}
	return p.find(node)
}

func (p *suppliers) deep(node int32) int32 {
	if node < 0 {
		return -1
	}
	return p.find(node) + int32(len(p.nodes))
}

func (p *suppliers) holds(v, other int32) {
	if v >= 0 && other >= 0 {
		p.more[v] = append(p.more[v], other)
	}
}

// owns notes a package at a vertex, if it is one of another module.
func (p *suppliers) owns(v int32, pkg string) {
	if v >= 0 && p.ofModule(pkg) {
		p.own[v] = append(p.own[v], p.packages.id(pkg))
	}
}

func (p *suppliers) pool(pkg string) int32 {
	v, ok := p.pools[pkg]
	if !ok {
		v = p.next
		p.next++
		p.pools[pkg] = v
		p.owns(v, pkg)
		p.holds(v, p.handed)
		p.holds(p.abroad, v)
	}
	return v
}

// call connects what a call hands over and returns with the pools of the packages
// that it calls. Behind an object of the outside is code of what came with it.
func (p *suppliers) call(c *linkedCall) {
	handed := make([]int32, len(c.args))
	for i, a := range c.args {
		handed[i] = p.deep(a)
	}
	for pkg := range c.packages {
		if !p.ofModule(pkg) {
			continue
		}
		v := p.pool(pkg)
		p.more[v] = append(p.more[v], handed...)
		for _, r := range c.results {
			p.holds(p.shallow(r), v)
		}
	}
	if c.Kind != ExternalCall && c.model.asks || p.find(c.content) == p.find(p.out) {
		p.more[p.handed] = append(p.more[p.handed], handed...)
	}
	for _, r := range c.results {
		p.holds(p.shallow(r), p.deep(c.callee))
		for _, h := range handed {
			p.holds(p.shallow(r), h)
		}
		if c.Kind != ExternalCall && c.model.asks {
			p.holds(p.shallow(r), p.handed)
		}
	}
}

// copies notes the flows between nodes, those through memory of the outside
// included.
func (p *suppliers) copies() {
	p.preds = make([][]int32, len(p.nodes))
	out := p.find(p.out)
	for i, v := range p.nodes {
		n := int32(i)
		if v == nil || n == out {
			continue
		}
		for _, e := range v.succs.list {
			to := p.find(e.to)
			p.preds[to] = append(p.preds[to], n)
		}
		abroad := len(v.rules.list) > 0 && p.outside(n)
		for _, r := range v.rules.list {
			switch r := r.(type) {
			case retypeRule:
				p.holds(p.shallow(r.dst), n)
			case loadRule:
				if abroad {
					p.holds(p.shallow(r.dst), n)
				}
			case storeRule:
				if abroad {
					p.holds(p.handed, p.deep(r.src))
				}
			}
		}
	}
}

// successors returns the vertices whose packages count for a vertex.
func (p *suppliers) successors(v int32) []int32 {
	if class, deep, ok := p.class(v); ok {
		return p.behind(class, deep)
	}
	list := p.more[v]
	n, deep := v, false
	if int(v) >= len(p.nodes) {
		n, deep = v-int32(len(p.nodes)), true
	}
	if int(n) >= len(p.nodes) || p.find(n) != n || n == p.find(p.out) {
		return list
	}
	list = slices.Clone(list)
	class := p.first + 2*p.classes.of[n]
	if deep {
		return append(list, n, class+1)
	}
	return append(append(list, class), p.preds[n]...)
}

// class tells whether a vertex stands for the tokens that a class of nodes has, and
// which it is. Each class has two vertices, as each node has.
func (p *suppliers) class(v int32) (class int32, deep, ok bool) {
	v -= p.first
	return v / 2, v%2 == 1, v >= 0 && v < int32(2*len(p.classes.sets))
}

// behind returns the vertices whose packages count for the tokens of a class.
func (p *suppliers) behind(class int32, deep bool) (list []int32) {
	p.each(class, func(t solved) {
		switch {
		case t.kind == ObjectToken && p.find(t.content) == p.find(p.out):
		case t.kind == ObjectToken && (deep || t.typ == unknownObject || isClosedObject(t.typ)):
			list = append(list, p.deep(t.content))
		case deep && t.kind == FuncToken:
			list = p.results(list, t.key)
		case deep && t.kind == TypeToken && p.types[t.key] != nil:
			list = p.within(list, p.types[t.key])
		}
	})
	slices.Sort(list)
	return slices.Compact(list)
}

// results adds what is deep in the results of a body, which external code gets to
// know when it calls it.
func (p *suppliers) results(list []int32, proc string) []int32 {
	if b := p.procs[proc]; b != nil {
		for _, r := range b.results {
			list = append(list, p.deep(r))
		}
	}
	return list
}

// within adds what external code finds in values of a type and gets from their
// methods.
func (p *suppliers) within(list []int32, typ *Type) []int32 {
	for _, f := range typ.Fields {
		list = append(list, p.deep(p.lookup(f.Node)))
	}
	if typ.Content != "" {
		list = append(list, p.deep(p.lookup(typ.Content)))
	}
	for i := range typ.Methods {
		switch m := &typ.Methods[i]; {
		case !m.Exported:
		case m.Target == PrivateMethod:
			list = p.results(list, m.Proc)
		case m.Field != "":
			list = append(list, p.deep(p.lookup(m.Field)))
		}
	}
	return list
}

// lookup returns a shared node, or -1 if nothing has one of the key.
func (p *suppliers) lookup(key string) int32 {
	if n, ok := p.names[key]; ok {
		return n
	}
	return -1
}

func (p *suppliers) each(class int32, visit func(solved)) {
	for id := range p.classes.sets[class].All() {
		visit(p.tokens[id])
	}
}

// sum adds up the packages of a component, whose successors are done. It shares the
// set of the one with most, if it adds nothing to that.
func (p *suppliers) sum(members, component []int32, id int32) {
	set, largest := new(intsets.Sparse), new(intsets.Sparse)
	for _, v := range members {
		component[v] = id
	}
	var next []*intsets.Sparse
	for _, v := range members {
		p.packagesOf(v, set)
		for _, o := range p.successors(v) {
			if o < 0 || component[o] == id {
				continue
			}
			if s := p.sets[o]; !slices.Contains(next, s) {
				next = append(next, s)
			}
		}
	}
	for _, s := range next {
		if s.Len() > largest.Len() {
			largest = s
		}
	}
	for _, s := range next {
		if s != largest {
			set.UnionWith(s)
		}
	}
	if set.SubsetOf(largest) {
		set = largest
	} else {
		set.UnionWith(largest)
	}
	for _, v := range members {
		p.sets[v] = set
	}
}

// packagesOf adds the packages of a vertex alone.
func (p *suppliers) packagesOf(v int32, set *intsets.Sparse) {
	for _, pkg := range p.own[v] {
		set.Insert(pkg)
	}
	class, deep, ok := p.class(v)
	if !ok {
		return
	}
	add := func(pkg string) {
		if p.ofModule(pkg) {
			set.Insert(p.packages.id(pkg))
		}
	}
	p.each(class, func(t solved) {
		switch t.kind {
		case ExternalToken:
			add(packageOfName(t.key))
		case ObjectToken:
			add(packageOfType(t.typ))
		case TypeToken:
			typ := p.types[t.key]
			if typ == nil || typ.Named != "" && !deep {
				return
			}
			for _, pkg := range typ.Modules {
				add(pkg)
			}
			for i := range typ.Methods {
				if m := &typ.Methods[i]; m.Target == ExternalMethod {
					add(m.Package)
				}
			}
		}
	})
}

// of adds the packages at a vertex.
func (p *suppliers) of(v int32, packages map[string]bool) {
	if v < 0 || p.sets[v] == nil {
		return
	}
	for _, i := range p.sets[v].AppendTo(nil) {
		packages[p.packages.names[i]] = true
	}
}

// registersWith notes the packages that a call may give something to keep: those of the
// functions that it calls, or those behind the value that it calls.
func (l *linker) registersWith(c *linkedCall, p *suppliers) {
	with := l.registers[c.Owner]
	if with == nil {
		return
	}
	for pkg := range c.packages {
		with[pkg] = true
	}
	if c.Kind == ExternalCall || l.ofModule(c.Package) {
		with[c.Package] = true
	}
	p.of(p.shallow(c.callee), with)
	delete(with, "")
}

// supplied adds the packages that a function depends on for the values that it calls,
// hands over and asks for their types.
func (l *linker) supplied(functions map[symbol.ID]*Linked) {
	p := newSuppliers(l.solver, l.classes)
	for _, c := range l.calls {
		if f := functions[c.Owner]; f != nil && c.bound {
			p.of(p.shallow(c.callee), f.externals)
			for _, a := range c.args {
				p.of(p.deep(a), f.externals)
			}
			if c.model.registers {
				l.registersWith(c, p)
			}
		}
	}
	for _, a := range l.asserts {
		if f := functions[a.owner]; f != nil {
			p.of(p.shallow(a.src), f.externals)
		}
	}
}
