package scc

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestVisit compares components with mutual reachability on random graphs, and
// checks the order.
func TestVisit(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		n := 1 + rng.IntN(12)
		succ := make([][]int32, n)
		for range rng.IntN(3 * n) {
			v := rng.IntN(n)
			succ[v] = append(succ[v], int32(rng.IntN(n+1)-1))
		}
		reach := reachability(succ)
		comp := make([]int, n)
		for i := range comp {
			comp[i] = -1
		}
		count := 0
		Visit(n, func(v int32) []int32 { return succ[v] }, func(members []int32) {
			for _, m := range members {
				comp[m] = count
			}
			count++
		})
		for v := range n {
			for w := range n {
				if same := v == w || reach[v][w] && reach[w][v]; same != (comp[v] == comp[w]) {
					t.Fatalf("graph %v: vertices %d and %d in components %v", succ, v, w, comp)
				}
				if reach[v][w] && comp[w] > comp[v] {
					t.Fatalf("graph %v: successor %d of %d comes later: %v", succ, w, v, comp)
				}
			}
		}
	}
}

func reachability(succ [][]int32) [][]bool {
	n := len(succ)
	reach := make([][]bool, n)
	for v := range reach {
		reach[v] = make([]bool, n)
		for _, w := range succ[v] {
			if w >= 0 {
				reach[v][w] = true
			}
		}
	}
	for k := range n {
		for i := range n {
			for j := range n {
				reach[i][j] = reach[i][j] || reach[i][k] && reach[k][j]
			}
		}
	}
	return reach
}

func TestLongChain(t *testing.T) {
	const n = 1 << 20
	var sizes []int
	Visit(n, func(v int32) []int32 { return []int32{(v + 1) % n} }, func(m []int32) { sizes = append(sizes, len(m)) })
	if !slices.Equal(sizes, []int{n}) {
		t.Errorf("a ring has components of sizes %v", sizes)
	}
}
