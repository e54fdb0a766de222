package callgraph

import "testing"

// What becomes one with the outside is represented by it, wherever the search for
// cycles begins: objects of the outside are known by its node.
func TestOutsideRepresents(t *testing.T) {
	for first := range 3 {
		s := newSolver()
		var cycle []int32
		for range 3 {
			cycle = append(cycle, s.newNode())
		}
		cycle[first] = s.out
		for i, n := range cycle {
			s.edge(n, cycle[(i+1)%len(cycle)], 0)
		}
		s.collapse()
		for _, n := range cycle {
			if s.find(n) != s.out {
				t.Errorf("node %d of a cycle with the outside is represented by %d", n, s.find(n))
			}
		}
	}
}

// Where nodes become one, what is handed over along with their contents becomes one.
func TestPassingMerged(t *testing.T) {
	s := newSolver()
	a, b := s.newNode(), s.newNode()
	p, q := s.newNode(), s.newNode()
	s.passing[a], s.passing[b] = p, q
	s.edge(a, b, 0)
	s.edge(b, a, 0)
	s.collapse()
	s.collapse()
	if s.find(a) != s.find(b) || s.find(p) != s.find(q) {
		t.Errorf("contents %d, %d; handed over %d, %d", s.find(a), s.find(b), s.find(p), s.find(q))
	}
	if _, ok := s.passing[s.find(a)]; !ok {
		t.Error("nothing is known of what is handed over")
	}
}
