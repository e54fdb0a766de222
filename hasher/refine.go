package hasher

import (
	"slices"
)

// A graph is a component cut out of its surroundings. A target below len(nodes)
// is one of its nodes, one beyond is a digest in outside, which is sorted.
type graph struct {
	nodes   []Node
	outside []Digest
}

// A quotient is a component in which equal members are one class. The classes
// have an order that depends on nothing but what they are.
type quotient struct {
	graph
	digests []Digest
}

// outsideTarget returns the target that stands for a digest.
func (g *graph) outsideTarget(d Digest) int32 {
	i, ok := slices.BinarySearchFunc(g.outside, d, compareDigests)
	if !ok {
		panic("hasher: reference to an unfinished node")
	}
	return int32(len(g.nodes) + i)
}

// locals returns the set of local digests, sorted.
func (g *graph) locals() []Digest {
	set := make([]Digest, len(g.nodes))
	for i, n := range g.nodes {
		set[i] = n.Local
	}
	return sortedSet(set)
}

// quotient merges the nodes that can't be told apart and returns the class of
// each. A second refinement, in which every class counts once however often it
// was unrolled, finds the order of the classes.
func (g *graph) quotient() (*quotient, []int32) {
	merged, class := g.contract(g.refine())
	rank := merged.refine()
	q := &quotient{graph: graph{nodes: make([]Node, len(merged.nodes)), outside: merged.outside}}
	for i, n := range merged.nodes {
		q.nodes[rank[i]] = mapTargets(n, func(t int32) int32 {
			if int(t) < len(rank) {
				return rank[t]
			}
			return t
		})
	}
	for i, c := range class {
		class[i] = rank[c]
	}
	return q, class
}

// contract returns a graph with one node for each cell, and the node of each
// cell's members.
func (g *graph) contract(cells []int32) (*graph, []int32) {
	class := make([]int32, len(g.nodes))
	index := make([]int32, len(g.nodes)) // by cell: its node plus one
	var first []int32
	for v, c := range cells {
		if index[c] == 0 {
			first = append(first, int32(v))
			index[c] = int32(len(first))
		}
		class[v] = index[c] - 1
	}
	shift := int32(len(g.nodes) - len(first))
	m := &graph{nodes: make([]Node, len(first)), outside: g.outside}
	for i, v := range first {
		m.nodes[i] = mapTargets(g.nodes[v], func(t int32) int32 {
			if int(t) < len(class) {
				return class[t]
			}
			return t - shift
		})
	}
	return m, class
}

// embed reports whether the nodes of g behave like the classes of q, and which
// like which: both are refined as one graph, in which references of g to q's
// members are edges. It returns nil unless all do. Since g is strongly
// connected either all do or none.
func (g *graph) embed(q *quotient) []int32 {
	m := len(g.nodes)
	member := make(map[Digest]int32, len(q.digests))
	for c, d := range q.digests {
		member[d] = int32(m + c)
	}
	var outside []Digest
	for _, d := range g.outside {
		if _, ok := member[d]; !ok {
			outside = append(outside, d)
		}
	}
	joint := &graph{nodes: make([]Node, m+len(q.nodes)), outside: sortedSet(append(outside, q.outside...))}
	for i, n := range g.nodes {
		joint.nodes[i] = mapTargets(n, func(t int32) int32 {
			if int(t) < m {
				return t
			}
			if c, ok := member[g.outside[int(t)-m]]; ok {
				return c
			}
			return joint.outsideTarget(g.outside[int(t)-m])
		})
	}
	for c, n := range q.nodes {
		joint.nodes[m+c] = mapTargets(n, func(t int32) int32 {
			if int(t) < len(q.nodes) {
				return int32(m) + t
			}
			return joint.outsideTarget(q.outside[int(t)-len(q.nodes)])
		})
	}
	cells := joint.refine()
	byCell := make(map[int32]int32, len(q.nodes))
	for c := range q.nodes {
		byCell[cells[m+c]] = int32(c)
	}
	class := make([]int32, m)
	for i := range class {
		c, ok := byCell[cells[i]]
		if !ok {
			return nil
		}
		class[i] = c
	}
	return class
}

// digest returns the digest of a class or an outside node.
func (q *quotient) digest(t int32) Digest {
	if int(t) < len(q.nodes) {
		return q.digests[t]
	}
	return q.outside[int(t)-len(q.nodes)]
}

// traceMember shows a tracer, if there is one, what a member of a component is
// hashed from. Which component a node shares is known only when it has been hashed.
func (q *quotient) traceMember(d Digest, trace Tracer) {
	if trace != nil {
		q.hash(trace, slices.Index(q.digests, d))
	}
}

// hash computes the digest of the quotient and from it those of its classes. The
// tracer receives the former and that of one class.
func (q *quotient) hash(trace Tracer, class int) []Digest {
	e := NewTracedEncoder("component", trace)
	e.Node(TagComponent, len(q.nodes))
	for _, n := range q.nodes {
		e.Node(TagClass, 4)
		e.Digest(n.Local)
		e.List(len(n.Refs))
		for _, t := range n.Refs {
			switch {
			case t < 0:
				e.Node(TagNone, 0)
			case int(t) < len(q.nodes):
				e.Uint(uint64(t))
			default:
				e.Digest(q.digest(t))
			}
		}
		// A set is in ascending order: classes first, then sorted digests.
		split, _ := slices.BinarySearch(n.Set, int32(len(q.nodes)))
		e.List(len(n.Set) - split)
		for _, t := range n.Set[split:] {
			e.Digest(q.digest(t))
		}
		e.List(split)
		for _, t := range n.Set[:split] {
			e.Uint(uint64(t))
		}
	}
	whole := e.Sum()
	digests := make([]Digest, len(q.nodes))
	for c := range q.nodes {
		e := NewEncoder("member")
		if c == class {
			e = NewTracedEncoder("member", trace)
		}
		e.Node(TagMember, 2)
		e.Digest(whole)
		e.Uint(uint64(c))
		digests[c] = e.Sum()
	}
	return digests
}

// refine returns the coarsest partition in which nodes of one cell have the
// same local digest and, slot by slot and as sets, references to the same
// cells. A cell is named by a number, such that cells of one node each are
// numbered from zero in an order that only the content of the graph decides.
//
// Cells are split in rounds. A cell's number is the number of nodes in the
// cells before it, so a split renames only the parts that don't come first, and
// the largest part comes first: no node is renamed more than log n times, and
// only nodes that refer to renamed ones are looked at again. The rounds are
// synchronous, parts of equal size are ordered by their references, and the
// sizes of cells are content as well, so the order is canonical.
func (g *graph) refine() []int32 {
	p := newPartition(g)
	for len(p.dirty) > 0 {
		p.round()
	}
	return p.cell
}

type partition struct {
	g     *graph
	preds [][]int32
	order []int32 // the nodes, cell by cell
	pos   []int32 // position of each node in order
	cell  []int32 // of each node: position of its cell's first node
	size  []int32 // of the cell that begins at a position
	dirty []int32 // nodes whose references may have changed
	stamp []int32 // the last round for which a node was dirty
	now   int32
	moved []move
}

type move struct{ node, cell int32 }

// A part is some of the nodes of one cell with equal references.
type part struct {
	references []int32
	nodes      []int32
	clean      int // further nodes of the part, which are those not dirty
}

func (p *part) len() int { return len(p.nodes) + p.clean }

func newPartition(g *graph) *partition {
	n := len(g.nodes)
	p := &partition{
		g: g, preds: make([][]int32, n), order: make([]int32, n), pos: make([]int32, n),
		cell: make([]int32, n), size: make([]int32, n), stamp: make([]int32, n), now: 1,
	}
	for v := range p.order {
		p.order[v] = int32(v)
		for t := range targets(g.nodes[v]) {
			if int(t) < n {
				p.preds[t] = append(p.preds[t], int32(v))
			}
		}
	}
	slices.SortFunc(p.order, func(a, b int32) int { return compareDigests(g.nodes[a].Local, g.nodes[b].Local) })
	start := int32(0)
	for i, v := range p.order {
		if g.nodes[v].Local != g.nodes[p.order[start]].Local {
			start = int32(i)
		}
		p.pos[v], p.cell[v] = int32(i), start
		p.size[start]++
	}
	p.dirty = slices.Clone(p.order)
	for _, v := range p.dirty {
		p.stamp[v] = p.now
	}
	return p
}

// references returns the cells that a node refers to, in comparable form.
func (p *partition) references(v int32) []int32 {
	n := p.g.nodes[v]
	list := make([]int32, 0, 1+len(n.Refs)+len(n.Set))
	list = append(list, int32(len(n.Refs)))
	for _, t := range n.Refs {
		list = append(list, p.target(t))
	}
	set := len(list)
	for _, t := range n.Set {
		list = append(list, p.target(t))
	}
	slices.Sort(list[set:])
	return list[:set+len(slices.Compact(list[set:]))]
}

func (p *partition) target(t int32) int32 {
	if t >= 0 && int(t) < len(p.cell) {
		return p.cell[t]
	}
	return t
}

// round splits every cell with dirty nodes by what its nodes refer to.
func (p *partition) round() {
	parts := make(map[int32][]*part)
	var cells []int32
	for _, v := range p.dirty {
		c := p.cell[v]
		if p.size[c] == 1 {
			continue
		}
		if parts[c] == nil {
			cells = append(cells, c)
		}
		parts[c] = append(parts[c], &part{references: p.references(v), nodes: []int32{v}})
	}
	for _, c := range cells {
		p.split(c, p.parts(c, parts[c]))
	}
	p.now++
	p.dirty = p.dirty[:0]
	for _, m := range p.moved {
		p.cell[m.node] = m.cell
	}
	for _, m := range p.moved {
		for _, v := range p.preds[m.node] {
			if p.stamp[v] != p.now {
				p.stamp[v] = p.now
				p.dirty = append(p.dirty, v)
			}
		}
	}
	p.moved = p.moved[:0]
}

// parts joins the dirty nodes of a cell with equal references, adds the clean
// ones, which have equal references since they had them before, and returns the
// parts in order.
func (p *partition) parts(c int32, dirty []*part) []*part {
	clean := int(p.size[c]) - len(dirty)
	if clean > 0 {
		at := c
		for p.stamp[p.order[at]] == p.now {
			at++
		}
		dirty = append(dirty, &part{references: p.references(p.order[at]), clean: clean})
	}
	slices.SortFunc(dirty, func(a, b *part) int { return slices.Compare(a.references, b.references) })
	list := dirty[:1]
	for _, d := range dirty[1:] {
		last := list[len(list)-1]
		if slices.Equal(last.references, d.references) {
			last.nodes = append(last.nodes, d.nodes...)
			last.clean += d.clean
		} else {
			list = append(list, d)
		}
	}
	largest := 0
	for i, d := range list {
		if d.len() > list[largest].len() {
			largest = i
		}
	}
	first := list[largest]
	copy(list[1:largest+1], list[:largest])
	list[0] = first
	return list
}

// split moves all parts of a cell but the first behind it.
func (p *partition) split(c int32, parts []*part) {
	end := c + p.size[c]
	for i := len(parts) - 1; i > 0; i-- {
		d := parts[i]
		if d.clean > 0 {
			for at := c; at < end; at++ {
				if v := p.order[at]; p.stamp[v] != p.now {
					d.nodes = append(d.nodes, v)
				}
			}
		}
		start := end - int32(len(d.nodes))
		for _, v := range d.nodes {
			end--
			p.swap(p.pos[v], end)
			p.moved = append(p.moved, move{v, start})
		}
		p.size[start] = int32(len(d.nodes))
	}
	p.size[c] = end - c
}

func (p *partition) swap(i, j int32) {
	v, u := p.order[i], p.order[j]
	p.order[i], p.order[j] = u, v
	p.pos[u], p.pos[v] = i, j
}
