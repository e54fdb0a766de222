package callgraph

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Members stay in the order in which they came, also where a list becomes long.
func TestOrdered(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		var o, twice ordered[int]
		var want []int
		for range rng.IntN(60) {
			x := rng.IntN(30)
			isNew := !slices.Contains(want, x)
			if isNew {
				want = append(want, x)
			}
			if o.add(x) != isNew {
				t.Fatalf("adding %d to %v: new is %v", x, want, !isNew)
			}
		}
		twice.addAll(&o)
		twice.addAll(&o)
		if !slices.Equal(o.list, want) || !slices.Equal(twice.list, want) {
			t.Fatalf("%v and %v, want %v", o.list, twice.list, want)
		}
	}
}

// Linking the same once more takes the same steps.
func TestSolveTwice(t *testing.T) {
	steps := func() (counts []int) {
		s := newSolver()
		models := []model{held, stored, {keeps: true}, {calls: true}, {calls: true, anything: true}}
		rng := rand.New(rand.NewPCG(3, 4))
		nodes := make([]int32, 300)
		for i := range nodes {
			nodes[i] = s.newNode()
			if i%3 == 0 {
				s.put(nodes[i], s.object(nodes[rng.IntN(i+1)], unknownObject))
			}
		}
		for range 400 {
			a, b := nodes[rng.IntN(300)], nodes[rng.IntN(300)]
			switch rng.IntN(4) {
			case 0:
				s.edge(a, b, 0)
			case 1:
				s.rule(a, storeRule{b})
			case 2:
				s.rule(a, loadRule{b, 0, unknownObject, false})
			case 3:
				s.know(a, contentRule{s.modelNumber(models[rng.IntN(len(models))]), b, unknownObject})
			}
		}
		s.edge(nodes[0], s.out, 0)
		s.solve()
		for i := range s.nodes {
			n := s.find(int32(i))
			counts = append(counts, int(n), s.nodes[n].set.Len())
		}
		return counts
	}
	first := steps()
	for range 20 {
		if again := steps(); !slices.Equal(first, again) {
			t.Fatalf("%d nodes, then %d, or other contents", len(first)/2, len(again)/2)
		}
	}
}
