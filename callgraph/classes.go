package callgraph

import "github.com/autover/autover/internal/intset"

// classes tells nodes apart by what they hold. Many nodes hold the same; what follows
// from the tokens alone is found once for all of them.
type classes struct {
	of   []int32 // by node
	sets []intset.Set
}

// classify finds the classes of all nodes.
func classify(s *solver) *classes {
	c := &classes{of: make([]int32, len(s.nodes))}
	known := map[intset.Set]int32{}
	equal := map[uint64][]int32{} // by hash
	known[intset.Set{}] = c.add(intset.Set{}, equal)
	for i := range s.nodes {
		n := s.find(int32(i))
		set := s.nodes[n].set
		id, ok := known[set]
		if !ok {
			id = c.add(set, equal)
			known[set] = id
		}
		c.of[i] = id
	}
	return c
}

// class returns the class of a node. Nodes that came later hold nothing.
func (c *classes) class(n int32) int32 {
	if int(n) < len(c.of) {
		return c.of[n]
	}
	return 0
}

// add returns the class of a set that is not the same as one before, but may be equal
// to one.
func (c *classes) add(set intset.Set, equal map[uint64][]int32) int32 {
	h := set.Hash()
	for _, id := range equal[h] {
		if set.Equal(c.sets[id]) {
			return id
		}
	}
	id := int32(len(c.sets))
	c.sets = append(c.sets, set)
	equal[h] = append(equal[h], id)
	return id
}
