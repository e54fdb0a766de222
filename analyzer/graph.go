package analyzer

import (
	"slices"

	"github.com/autover/autover/callgraph"
	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/symbol"
)

// nodeKind tells what a node of the graph stands for.
type nodeKind uint8

const (
	funcNode    nodeKind = iota // function, method, init function or initialiser
	literalNode                 // a function literal inside of one
	identNode                   // a variable's name and type
	valueNode                   // a variable with its initialiser and writers
	typeNode
	sealedNode   // a whole package with cgo or assembly
	boundaryNode // what external code may do with what it is handed
	ignoredNode  // stands for every function marked //autover:ignore where it is used
)

// node is a vertex of the linked program.
type node struct {
	kind nodeKind
	id   symbol.ID
	decl *decl
	unit *unit
	// refs are the nodes of the form's slots, set the other nodes that the
	// node depends on, without order.
	refs, set []int32
	local     hasher.Digest
	// linked is what linking found of a function.
	linked *callgraph.Linked
	// externals are the external packages that the node uses.
	externals []string
	// caveats are those of code that isn't Go, or belongs to others.
	caveats []callgraph.Caveat
}

// graph is the linked program: one vertex for each thing that has a digest.
type graph struct {
	nodes   []node
	digests []hasher.Digest
	program *callgraph.Program

	funcs, values, idents, types, sealed map[string]int32
	boundaries                           []int32
	units                                map[string]*unit

	traced  *hashTrace
	ignored map[symbol.ID]bool
	leaf    int32 // the node of kind ignoredNode, if there are ignored functions
}

// newGraph links the units and rolls up the digests of all nodes.
func newGraph(w *world, units []*unit) *graph {
	g := &graph{
		funcs: map[string]int32{}, values: map[string]int32{}, idents: map[string]int32{},
		types: map[string]int32{}, sealed: map[string]int32{}, units: map[string]*unit{},
		traced: w.traced,
	}
	g.ignored = ignoredFunctions(units)
	g.program = w.link(units, g.ignored)
	for _, u := range units {
		g.units[u.id] = u
		g.declare(u)
	}
	g.addLeaf()
	g.addBoundaries()
	for _, u := range units {
		g.connect(u)
	}
	g.addLinks(w, units)
	for i := range g.nodes {
		n := &g.nodes[i]
		slices.Sort(n.set)
		n.set = slices.Compact(n.set)
	}
	g.rollup()
	return g
}

func (g *graph) add(n node) int32 {
	g.nodes = append(g.nodes, n)
	return int32(len(g.nodes) - 1)
}

// declare makes the nodes of a package. All declarations of a sealed package
// share one, but variables and types keep their identity.
func (g *graph) declare(u *unit) {
	sealed := int32(-1)
	if u.isSealed {
		sealed = g.add(node{kind: sealedNode, id: symbol.ID(u.id), unit: u, local: u.sealed})
		g.sealed[u.id] = sealed
	}
	for i := range u.decls {
		d := &u.decls[i]
		key := string(d.id)
		switch d.kind {
		case typeDecl:
			g.types[key] = g.add(node{kind: typeNode, id: d.id, decl: d, unit: u})
		case varDecl:
			g.idents[key] = g.add(node{kind: identNode, id: d.id, decl: d, unit: u})
			g.values[key] = g.add(node{kind: valueNode, id: d.id, decl: d, unit: u})
		default:
			g.funcs[key] = g.add(node{kind: funcNode, id: d.id, decl: d, unit: u, linked: g.program.Functions[d.id]})
			for _, id := range d.literals() {
				g.funcs[string(id)] = g.add(node{kind: literalNode, id: id, decl: d, unit: u, linked: g.program.Functions[id]})
			}
		}
	}
}

// addBoundaries makes the nodes of what external code may call and see.
func (g *graph) addBoundaries() {
	first := int32(len(g.nodes))
	for _, b := range g.program.Boundaries {
		n := node{kind: boundaryNode}
		for _, i := range b.Inner {
			n.set = append(n.set, first+int32(i))
		}
		for _, id := range b.Callees {
			if c, ok := g.function(id); ok {
				n.set = append(n.set, c)
			}
		}
		for _, id := range b.Types {
			if t, ok := g.types[string(id)]; ok {
				n.set = append(n.set, t)
			}
		}
		e := hasher.NewEncoder("boundary")
		e.Strings(b.Facts)
		n.local = e.Sum()
		g.boundaries = append(g.boundaries, g.add(n))
	}
}

// connect adds the edges of the nodes of a package.
func (g *graph) connect(u *unit) {
	initialised := map[symbol.ID]initialValue{}
	for i := range u.decls {
		d := &u.decls[i]
		for k, v := range d.vars {
			if v != "" {
				initialised[v] = initialValue{g.funcs[string(d.id)], k}
			}
		}
	}
	sealed, isSealed := g.sealed[u.id]
	for i := range u.decls {
		d := &u.decls[i]
		key := string(d.id)
		switch d.kind {
		case typeDecl:
			n := &g.nodes[g.types[key]]
			n.refs, n.local, n.externals = g.slots(d, nil), d.form.Local, d.form.External
			if isSealed && u.flows == nil { // cgo: the form is a name alone
				n.set = append(n.set, sealed)
			}
		case varDecl:
			g.connectVariable(d, initialised)
			if isSealed && u.flows == nil {
				id := &g.nodes[g.idents[key]]
				id.set = append(id.set, sealed)
			}
			if isSealed {
				v := &g.nodes[g.values[key]]
				v.set = append(v.set, sealed)
				g.nodes[sealed].set = append(g.nodes[sealed].set, g.values[key])
			}
		default:
			g.connectFunction(d)
			for _, id := range append(d.literals(), d.id) {
				if isSealed {
					n := &g.nodes[g.funcs[string(id)]]
					n.set = append(n.set, sealed)
					g.nodes[sealed].set = append(g.nodes[sealed].set, g.funcs[string(id)])
				}
			}
		}
	}
}

type initialValue struct {
	node  int32
	index int
}

func (g *graph) connectVariable(d *decl, initialised map[symbol.ID]initialValue) {
	key := string(d.id)
	id := &g.nodes[g.idents[key]]
	id.refs, id.local, id.externals = g.slots(d, nil), d.form.Local, d.form.External
	v := &g.nodes[g.values[key]]
	v.refs = []int32{g.idents[key]}
	e := hasher.NewEncoder("value")
	if init, ok := initialised[d.id]; ok {
		e.Int(int64(init.index))
		v.refs = append(v.refs, init.node)
	}
	v.local = e.Sum()
	for _, w := range g.program.Writers[d.id] {
		if n, ok := g.funcs[string(w)]; ok {
			v.set = append(v.set, n)
		}
	}
}

// connectFunction adds the edges of a function and of its literals.
func (g *graph) connectFunction(d *decl) {
	n := &g.nodes[g.funcs[string(d.id)]]
	n.refs = g.slots(d, n.linked)
	for _, id := range d.literals() {
		n.set = append(n.set, g.funcs[string(id)])
	}
	e := hasher.NewTracedEncoder("function", g.traced.of(d.id))
	e.Digest(d.form.Local)
	g.connectBody(n, e, d.form.External)
	for k, id := range d.literals() {
		n := &g.nodes[g.funcs[string(id)]]
		n.refs = d.visible(k, g.slots(d, n.linked))
		for _, inner := range d.inner(k) {
			n.set = append(n.set, g.funcs[string(inner)])
		}
		e := hasher.NewTracedEncoder("literal", g.traced.of(id))
		e.Digest(d.form.Local)
		e.Uint(uint64(k))
		g.connectBody(n, e, d.form.Literals[k].External)
	}
}

// connectBody adds what linking found of a body, and the external packages that
// its syntax mentions. The encoder holds the digest of the syntax.
func (g *graph) connectBody(n *node, e *hasher.Encoder, mentioned []string) {
	n.externals = slices.Clone(mentioned)
	var facts []string
	if l := n.linked; l != nil {
		facts = l.Facts
		n.externals = slices.Concat(n.externals, l.Externals)
		slices.Sort(n.externals)
		n.externals = slices.Compact(n.externals)
		for id := range l.Callees {
			if c, ok := g.function(id); ok {
				n.set = append(n.set, c)
			}
		}
		for b := range l.Boundaries {
			n.set = append(n.set, g.boundaries[b])
		}
	}
	n.externals = slices.DeleteFunc(n.externals, func(path string) bool {
		sealed, ok := g.sealed[path]
		if ok {
			n.set = append(n.set, sealed)
		}
		return ok
	})
	e.Strings(facts)
	n.local = e.Sum()
}

// slots returns the nodes of the references of a declaration. A variable that
// a function only assigns, or hands to ignored functions, enters by its name and
// type.
func (g *graph) slots(d *decl, l *callgraph.Linked) []int32 {
	refs := make([]int32, len(d.form.Refs))
	for i, r := range d.form.Refs {
		refs[i] = -1
		switch r.Kind {
		case hasher.RefFunc:
			if n, ok := g.function(r.ID); ok {
				refs[i] = n
			}
		case hasher.RefType:
			if n, ok := g.types[string(r.ID)]; ok {
				refs[i] = n
			}
		case hasher.RefVar:
			if l != nil && (!l.Reads[r.ID] || g.onlyIgnored(d, r.ID)) {
				refs[i] = g.idents[string(r.ID)]
			} else if n, ok := g.values[string(r.ID)]; ok {
				refs[i] = n
			}
		}
	}
	return refs
}

// function returns the node by which others refer to a function.
func (g *graph) function(id symbol.ID) (int32, bool) {
	if g.ignored[symbol.Declaration(id)] {
		return g.leaf, true
	}
	n, ok := g.funcs[string(id)]
	return n, ok
}

func (g *graph) rollup() {
	nodes := make([]hasher.Node, len(g.nodes))
	for i := range g.nodes {
		n := &g.nodes[i]
		trace := g.traced.of(n.id)
		e := hasher.NewTracedEncoder("node", trace)
		e.Uint(uint64(n.kind))
		e.Digest(n.local)
		nodes[i] = hasher.Node{Local: e.Sum(), Refs: n.refs, Set: n.set, Trace: trace}
	}
	g.digests = hasher.Rollup(nodes)
}
