package hasher

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func label(i int) Digest { return Digest{0: byte(i), 1: byte(i >> 8), 2: byte(i >> 16)} }

// oracle partitions all nodes at once by unfolding them ever deeper, without
// components or hashes. Nodes are equal if no depth tells them apart.
func oracle(nodes []Node) []int {
	class := make([]int, len(nodes))
	count := 0
	for round := 0; ; round++ {
		index := map[string]int{}
		next := make([]int, len(nodes))
		for v, n := range nodes {
			var b strings.Builder
			fmt.Fprint(&b, n.Local)
			if round > 0 {
				for _, t := range n.Refs {
					if t < 0 {
						fmt.Fprint(&b, " none")
					} else {
						fmt.Fprint(&b, " ", class[t])
					}
				}
				var set []int
				for _, t := range n.Set {
					if t >= 0 {
						set = append(set, class[t])
					}
				}
				slices.Sort(set)
				fmt.Fprint(&b, " ", slices.Compact(set))
			}
			id, ok := index[b.String()]
			if !ok {
				id = len(index)
				index[b.String()] = id
			}
			next[v] = id
		}
		class = next
		if round > 1 && len(index) == count {
			return class
		}
		count = len(index)
	}
}

// randomGraph has few labels, so that many nodes look alike.
func randomGraph(r *rand.Rand) []Node {
	n := 1 + r.IntN(14)
	labels := 1 + r.IntN(3)
	degree := r.IntN(3)
	nodes := make([]Node, n)
	for v := range nodes {
		l := r.IntN(labels)
		nodes[v].Local = label(l)
		for range degree - l%2 {
			t := int32(r.IntN(n))
			if r.IntN(12) == 0 {
				t = -1
			}
			nodes[v].Refs = append(nodes[v].Refs, t)
		}
		for range r.IntN(3) * r.IntN(2) {
			nodes[v].Set = append(nodes[v].Set, int32(r.IntN(n)))
		}
	}
	return nodes
}

func checkAgainstOracle(t *testing.T, nodes []Node) {
	t.Helper()
	got, want := Rollup(nodes), oracle(nodes)
	for i := range nodes {
		for j := range i {
			if (got[i] == got[j]) != (want[i] == want[j]) {
				t.Fatalf("nodes %d and %d: digests equal %v, indistinguishable %v\n%v", j, i, got[i] == got[j], want[i] == want[j], describe(nodes))
			}
		}
	}
}

func describe(nodes []Node) string {
	var b strings.Builder
	for v, n := range nodes {
		fmt.Fprintf(&b, "%d: local %d refs %v set %v\n", v, n.Local[0], n.Refs, n.Set)
	}
	return b.String()
}

func TestRollupOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 6000 {
		checkAgainstOracle(t, randomGraph(r))
	}
}

// TestRollupJoined puts two random graphs side by side: digests must agree
// across them although they share no component.
func TestRollupJoined(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		a, b := randomGraph(r), randomGraph(r)
		joined := slices.Clone(a)
		for _, n := range b {
			joined = append(joined, shift(n, int32(len(a))))
		}
		checkAgainstOracle(t, joined)
		alone, together := slices.Concat(Rollup(a), Rollup(b)), Rollup(joined)
		if !slices.Equal(alone, together) {
			t.Fatalf("digests depend on unrelated nodes\n%s\n%s", describe(a), describe(b))
		}
	}
}

func shift(n Node, by int32) Node {
	m := Node{Local: n.Local}
	for _, t := range n.Refs {
		if t >= 0 {
			t += by
		}
		m.Refs = append(m.Refs, t)
	}
	for _, t := range n.Set {
		m.Set = append(m.Set, t+by)
	}
	return m
}

func TestRollupPermuted(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		nodes := randomGraph(r)
		perm := r.Perm(len(nodes))
		permuted := make([]Node, len(nodes))
		for v, n := range nodes {
			m := Node{Local: n.Local}
			for _, t := range n.Refs {
				if t >= 0 {
					t = int32(perm[t])
				}
				m.Refs = append(m.Refs, t)
			}
			for _, t := range n.Set {
				m.Set = append(m.Set, int32(perm[t]), int32(perm[t]))
			}
			r.Shuffle(len(m.Set), func(i, j int) { m.Set[i], m.Set[j] = m.Set[j], m.Set[i] })
			permuted[perm[v]] = m
		}
		a, b := Rollup(nodes), Rollup(permuted)
		for v := range nodes {
			if a[v] != b[perm[v]] {
				t.Fatalf("numbering changes the digest of %d\n%s", v, describe(nodes))
			}
		}
	}
}

// TestRollupUnrolled replaces every node by copies that refer to arbitrary
// copies, which can't be observed.
func TestRollupUnrolled(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 2000 {
		nodes := randomGraph(r)
		const copies = 3
		unrolled := make([]Node, len(nodes)*copies)
		for v, n := range nodes {
			for c := range copies {
				m := Node{Local: n.Local}
				for _, t := range n.Refs {
					if t >= 0 {
						t = t*copies + int32(r.IntN(copies))
					}
					m.Refs = append(m.Refs, t)
				}
				for _, t := range n.Set {
					m.Set = append(m.Set, t*copies+int32(r.IntN(copies)))
				}
				unrolled[v*copies+c] = m
			}
		}
		a, b := Rollup(nodes), Rollup(unrolled)
		for v := range unrolled {
			if b[v] != a[v/copies] {
				t.Fatalf("copy %d of node %d has another digest\n%s", v%copies, v/copies, describe(nodes))
			}
		}
	}
}

func TestRollupExamples(t *testing.T) {
	self := Rollup([]Node{{Local: label(1), Refs: []int32{0}}})
	pair := Rollup([]Node{{Local: label(1), Refs: []int32{1}}, {Local: label(1), Refs: []int32{0}}})
	if self[0] != pair[0] || pair[0] != pair[1] {
		t.Error("a recursive function and its mutually recursive copies differ")
	}
	step := Rollup([]Node{{Local: label(1), Refs: []int32{1}}, {Local: label(1), Refs: []int32{1}}})
	if step[0] != self[0] {
		t.Error("the first step of a recursion differs")
	}
	other := Rollup([]Node{{Local: label(1), Refs: []int32{1}}, {Local: label(2), Refs: []int32{0}}})
	if other[0] == self[0] || other[0] == other[1] {
		t.Error("different functions share a digest")
	}
	slots := Rollup([]Node{{Local: label(1), Refs: []int32{-1, 1}}, {Local: label(2)}, {Local: label(1), Refs: []int32{1, -1}}, {Local: label(1), Set: []int32{1}}})
	for i := range slots {
		for j := range i {
			if slots[i] == slots[j] {
				t.Errorf("nodes %d and %d share a digest", j, i)
			}
		}
	}
	if len(Rollup(nil)) != 0 {
		t.Error("digests of nothing")
	}
}

func TestComponents(t *testing.T) {
	nodes := []Node{
		{Refs: []int32{1, -1}}, {Set: []int32{2}}, {Refs: []int32{1, 3}}, {}, {Refs: []int32{4}},
	}
	got := Components(nodes)
	want := [][]int32{{3}, {1, 2}, {0}, {4}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// ring has one node that differs, so that refinement takes as many rounds as
// there are nodes.
func ring(n int) []Node {
	nodes := make([]Node, n)
	for v := range nodes {
		nodes[v] = Node{Local: label(1), Refs: []int32{int32((v + 1) % n)}}
	}
	nodes[0].Local = label(2)
	return nodes
}

// dense is one component with labels that repeat and many references, as the
// functions of a recursive-descent parser have.
func dense(n int) []Node {
	r := rand.New(rand.NewPCG(9, 9))
	nodes := make([]Node, n)
	for v := range nodes {
		nodes[v] = Node{Local: label(r.IntN(n / 2)), Refs: []int32{int32((v + 1) % n)}}
		for range 6 {
			nodes[v].Refs = append(nodes[v].Refs, int32(r.IntN(n)))
			nodes[v].Set = append(nodes[v].Set, int32(r.IntN(n)))
		}
	}
	return nodes
}

// program has small components and long chains.
func program(n int) []Node {
	r := rand.New(rand.NewPCG(8, 8))
	nodes := make([]Node, n)
	for v := range nodes {
		nodes[v].Local = label(v)
		for range 5 {
			if v > 0 {
				nodes[v].Refs = append(nodes[v].Refs, int32(r.IntN(v)))
			}
		}
		if v%50 == 0 && v+20 < n {
			nodes[v].Set = append(nodes[v].Set, int32(v+r.IntN(20)))
		}
	}
	return nodes
}

func TestRollupLarge(t *testing.T) {
	for _, nodes := range [][]Node{ring(20000), dense(5000), program(100000), chain(200000)} {
		if got := Rollup(nodes); len(got) != len(nodes) {
			t.Errorf("%d digests", len(got))
		}
	}
}

func chain(n int) []Node {
	nodes := make([]Node, n)
	for v := range nodes[1:] {
		nodes[v].Refs = []int32{int32(v + 1)}
	}
	return nodes
}

func benchmark(b *testing.B, nodes []Node) {
	b.ReportAllocs()
	for b.Loop() {
		Rollup(nodes)
	}
}

// Measured with Go 1.26.8 on 2 shared cores when the roll-up was written:
//
//	Ring5000        18 ms  11 MB  the worst case for refinement in rounds
//	Dense5000       34 ms  18 MB
//	Program100000  138 ms  79 MB
func BenchmarkRollupRing5000(b *testing.B)      { benchmark(b, ring(5000)) }
func BenchmarkRollupDense5000(b *testing.B)     { benchmark(b, dense(5000)) }
func BenchmarkRollupProgram100000(b *testing.B) { benchmark(b, program(100000)) }
