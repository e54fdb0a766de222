package hasher

import (
	"iter"
	"slices"

	"github.com/autover/autover/internal/scc"
)

// Components returns the strongly connected components of a graph, every one
// after those that it refers to, and the members of each in ascending order.
func Components(nodes []Node) [][]int32 {
	var list [][]int32
	successors := func(v int32) []int32 { return slices.Concat(nodes[v].Refs, nodes[v].Set) }
	scc.Visit(len(nodes), successors, func(members []int32) {
		members = slices.Clone(members)
		slices.Sort(members)
		list = append(list, members)
	})
	return list
}

// targets yields the nodes that n refers to.
func targets(n Node) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for _, list := range [][]int32{n.Refs, n.Set} {
			for _, t := range list {
				if t >= 0 && !yield(t) {
					return
				}
			}
		}
	}
}

// mapTargets returns n with other targets and its set in canonical form.
func mapTargets(n Node, target func(int32) int32) Node {
	m := Node{Local: n.Local, Refs: make([]int32, len(n.Refs)), Set: make([]int32, 0, len(n.Set))}
	for i, t := range n.Refs {
		m.Refs[i] = -1
		if t >= 0 {
			m.Refs[i] = target(t)
		}
	}
	for _, t := range n.Set {
		if t >= 0 {
			m.Set = append(m.Set, target(t))
		}
	}
	slices.Sort(m.Set)
	m.Set = slices.Compact(m.Set)
	return m
}
