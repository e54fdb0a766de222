package hasher

import (
	"iter"
	"slices"
)

// Components returns the strongly connected components of a graph, every one
// after those that it refers to, and the members of each in ascending order.
func Components(nodes []Node) [][]int32 {
	t := &tarjan{nodes: nodes, index: make([]int32, len(nodes)), low: make([]int32, len(nodes))}
	for v := range nodes {
		if t.index[v] == 0 {
			t.visit(int32(v))
		}
	}
	return t.components
}

// tarjan is the state of Tarjan's algorithm with the recursion on the heap,
// since a chain of calls can be as long as the program.
type tarjan struct {
	nodes      []Node
	index, low []int32 // from 1, in order of discovery; a finished node has low = done
	count      int32
	stack      []int32
	frames     []tarjanFrame
	components [][]int32
}

// A tarjanFrame is a node being visited and the number of its next edge.
type tarjanFrame struct{ node, edge int32 }

const done = int32(1<<31 - 1)

func (t *tarjan) push(v int32) {
	t.count++
	t.index[v], t.low[v] = t.count, t.count
	t.stack = append(t.stack, v)
	t.frames = append(t.frames, tarjanFrame{node: v})
}

func (t *tarjan) visit(root int32) {
	t.push(root)
	for len(t.frames) > 0 {
		f := &t.frames[len(t.frames)-1]
		v := f.node
		if target, ok := edge(t.nodes[v], f.edge); ok {
			f.edge++
			switch {
			case target < 0:
			case t.index[target] == 0:
				t.push(target)
			case t.low[target] != done:
				t.low[v] = min(t.low[v], t.index[target])
			}
			continue
		}
		t.frames = t.frames[:len(t.frames)-1]
		if n := len(t.frames); n > 0 {
			parent := t.frames[n-1].node
			t.low[parent] = min(t.low[parent], t.low[v])
		}
		if t.low[v] == t.index[v] {
			t.finish(v)
		}
	}
}

func (t *tarjan) finish(v int32) {
	at := len(t.stack) - 1
	for t.stack[at] != v {
		at--
	}
	members := slices.Clone(t.stack[at:])
	t.stack = t.stack[:at]
	for _, m := range members {
		t.low[m] = done
	}
	slices.Sort(members)
	t.components = append(t.components, members)
}

func edge(n Node, i int32) (int32, bool) {
	if int(i) < len(n.Refs) {
		return n.Refs[i], true
	}
	if i -= int32(len(n.Refs)); int(i) < len(n.Set) {
		return n.Set[i], true
	}
	return 0, false
}

// targets yields the nodes that n refers to.
func targets(n Node) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for i := int32(0); ; i++ {
			t, ok := edge(n, i)
			if !ok || t >= 0 && !yield(t) {
				return
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
