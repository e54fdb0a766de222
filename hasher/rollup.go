package hasher

import (
	"bytes"
	"slices"
)

// A Node is a vertex of the graph of declarations.
type Node struct {
	Local Digest  // what the node is apart from its references
	Refs  []int32 // the node of each slot in order, -1 where there is none
	Set   []int32 // further nodes; order and duplicates don't count
	Trace Tracer  // receives what the node's digest is made of; may be nil
}

// Rollup returns a digest of each node that covers everything reachable from
// it. Two nodes have the same digest exactly if they can't be told apart: their
// local digests are equal, and so are, recursively, their references slot by
// slot and their sets. Neither the numbering of the nodes nor the way in which
// a cycle is unrolled counts.
func Rollup(nodes []Node) []Digest {
	r := &rollup{
		nodes:     nodes,
		digests:   make([]Digest, len(nodes)),
		inside:    make([]int32, len(nodes)),
		cyclic:    map[Digest]*quotient{},
		canonical: map[Digest]Digest{},
	}
	for i := range r.inside {
		r.inside[i] = -1
	}
	for _, members := range Components(nodes) {
		if len(members) == 1 && !refersTo(nodes[members[0]], members[0]) {
			r.single(members[0])
		} else {
			r.component(members)
		}
	}
	return r.digests
}

func refersTo(n Node, v int32) bool { return slices.Contains(n.Refs, v) || slices.Contains(n.Set, v) }

type rollup struct {
	nodes   []Node
	digests []Digest // of the nodes finished
	inside  []int32  // position in the current component, or -1

	// cyclic maps the digest of each member of a component to its quotient.
	cyclic map[Digest]*quotient
	// canonical maps what a member of a component would hash to if it stood
	// alone to its digest. A function outside of a cycle that repeats one
	// inside, as the first unrolled step of a recursion does, must share it.
	canonical map[Digest]Digest
}

func (r *rollup) single(v int32) {
	n := r.nodes[v]
	d := direct(n, func(t int32) Digest { return r.digests[t] })
	if c, ok := r.canonical[d]; ok {
		d = c
		r.cyclic[d].traceMember(d, n.Trace)
	}
	r.digests[v] = d
}

// direct returns the digest of a node whose references have digests.
func direct(n Node, digest func(int32) Digest) Digest {
	e := NewTracedEncoder("node", n.Trace)
	e.Node(TagNode, 3)
	e.Digest(n.Local)
	e.List(len(n.Refs))
	for _, t := range n.Refs {
		if t < 0 {
			e.Node(TagNone, 0)
		} else {
			e.Digest(digest(t))
		}
	}
	set := make([]Digest, 0, len(n.Set))
	for _, t := range n.Set {
		if t >= 0 {
			set = append(set, digest(t))
		}
	}
	encodeSet(e, sortedSet(set))
	return e.Sum()
}

func compareDigests(a, b Digest) int { return bytes.Compare(a[:], b[:]) }

func sortedSet(set []Digest) []Digest {
	slices.SortFunc(set, compareDigests)
	return slices.Compact(set)
}

func encodeSet(e *Encoder, set []Digest) {
	e.List(len(set))
	for _, d := range set {
		e.Digest(d)
	}
}

// component gives the members of a component that is a cycle their digests.
func (r *rollup) component(members []int32) {
	g := r.extract(members)
	if r.merge(g, members) {
		return
	}
	q, class := g.quotient()
	q.digests = q.hash(nil, -1)
	for i, v := range members {
		r.digests[v] = q.digests[class[i]]
		q.traceMember(r.digests[v], r.nodes[v].Trace)
	}
	for c, n := range q.nodes {
		r.cyclic[q.digests[c]] = q
		r.canonical[direct(n, q.digest)] = q.digests[c]
	}
}

// extract returns a component as a graph of its own.
func (r *rollup) extract(members []int32) *graph {
	for i, v := range members {
		r.inside[v] = int32(i)
	}
	var outside []Digest
	for _, v := range members {
		for t := range targets(r.nodes[v]) {
			if r.inside[t] < 0 {
				outside = append(outside, r.digests[t])
			}
		}
	}
	g := &graph{nodes: make([]Node, len(members)), outside: sortedSet(outside)}
	for i, v := range members {
		g.nodes[i] = mapTargets(r.nodes[v], func(t int32) int32 {
			if in := r.inside[t]; in >= 0 {
				return in
			}
			return g.outsideTarget(r.digests[t])
		})
	}
	for _, v := range members {
		r.inside[v] = -1
	}
	return g
}

// merge looks for a finished component that the members unroll, all of it or a
// part, and gives them its digests. One of the members must refer to it, or its
// digests would come out equal without merging.
func (r *rollup) merge(g *graph, members []int32) bool {
	tried := map[*quotient]bool{}
	for _, d := range g.outside {
		q := r.cyclic[d]
		if q == nil || tried[q] {
			continue
		}
		tried[q] = true
		if !isSubset(g.locals(), q.locals()) {
			continue
		}
		class := g.embed(q)
		if class == nil {
			continue
		}
		for i, v := range members {
			r.digests[v] = q.digests[class[i]]
			q.traceMember(r.digests[v], r.nodes[v].Trace)
		}
		return true
	}
	return false
}

// isSubset reports whether the sorted set b holds all of the sorted set a.
func isSubset(a, b []Digest) bool {
	for _, d := range a {
		i, ok := slices.BinarySearchFunc(b, d, compareDigests)
		if !ok {
			return false
		}
		b = b[i+1:]
	}
	return true
}
