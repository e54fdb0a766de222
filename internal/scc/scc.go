// Package scc finds the strongly connected components of a directed graph by
// Tarjan's algorithm ("Depth-first search and linear graph algorithms", 1972),
// with an explicit stack, so that long chains don't exhaust that of a
// goroutine. It assumes that the graph doesn't change meanwhile.
package scc

// Visit calls component for each strongly connected component of the graph
// whose vertices are 0 to n-1, successors before predecessors. The vertex that
// was found first is the last of the members. Successors below zero are
// skipped. The slice of members is valid during the call only.
func Visit(n int, successors func(v int32) []int32, component func(members []int32)) {
	t := search{number: make([]int32, n), low: make([]int32, n), successors: successors, component: component}
	for v := range n {
		if t.number[v] == 0 {
			t.from(int32(v))
		}
	}
}

type search struct {
	number     []int32 // in order of discovery from 1; 0 for new vertices
	low        []int32 // -1 once the component is known
	next       int32
	stack      []int32
	frames     []frame
	successors func(int32) []int32
	component  func([]int32)
}

type frame struct {
	v    int32
	left []int32 // successors still to be looked at
}

func (t *search) enter(v int32) {
	t.next++
	t.number[v], t.low[v] = t.next, t.next
	t.stack = append(t.stack, v)
	t.frames = append(t.frames, frame{v, t.successors(v)})
}

func (t *search) from(root int32) {
	t.enter(root)
	for len(t.frames) > 0 {
		f := &t.frames[len(t.frames)-1]
		if len(f.left) > 0 {
			w := f.left[0]
			f.left = f.left[1:]
			switch {
			case w < 0:
			case t.number[w] == 0:
				t.enter(w)
			case t.low[w] >= 0:
				t.low[f.v] = min(t.low[f.v], t.number[w])
			}
			continue
		}
		v := f.v
		t.frames = t.frames[:len(t.frames)-1]
		if len(t.frames) > 0 {
			p := t.frames[len(t.frames)-1].v
			t.low[p] = min(t.low[p], t.low[v])
		}
		if t.low[v] == t.number[v] {
			t.leave(v)
		}
	}
}

// leave reports the component whose first vertex is v.
func (t *search) leave(v int32) {
	i := len(t.stack) - 1
	for t.stack[i] != v {
		i--
	}
	members := t.stack[i:]
	for _, w := range members {
		t.low[w] = -1
	}
	for a, b := 0, len(members)-1; a < b; a, b = a+1, b-1 {
		members[a], members[b] = members[b], members[a]
	}
	t.component(members)
	t.stack = t.stack[:i]
}
