package hasher

import (
	"math/rand/v2"
	"testing"

	"github.com/zeebo/blake3"
)

// rebuild returns a tracer that hashes what it receives by itself, and what it has
// received of streams: their digests and the bytes that they consist of.
func rebuild(t *testing.T) (Tracer, *[]Digest) {
	var stream []byte
	var sums []Digest
	return func(token Token) {
		stream = token.AppendTo(stream)
		if token.Kind != KindSum {
			return
		}
		sum := Digest(blake3.Sum256(stream))
		if sum != Digest(token.Payload) {
			t.Errorf("the traced bytes give %v, not %v", sum, token)
		}
		if _, err := decode(stream); err != nil {
			t.Errorf("read the traced bytes: %v", err)
		}
		stream, sums = nil, append(sums, sum)
	}, &sums
}

// TestTraceRollup traces single nodes of random graphs: their digests stay as they
// are, and are those of the traced bytes, even where a node shares the digest of a
// component that was hashed before anybody knew.
func TestTraceRollup(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		nodes := randomGraph(r)
		want := Rollup(nodes)
		v := r.IntN(len(nodes))
		trace, sums := rebuild(t)
		nodes[v].Trace = trace
		got := Rollup(nodes)
		for i := range nodes {
			if got[i] != want[i] {
				t.Fatalf("a trace of node %d changes the digest of %d\n%s", v, i, describe(nodes))
			}
		}
		if len(*sums) == 0 || (*sums)[len(*sums)-1] != got[v] {
			t.Fatalf("node %d has digest %v, the trace ends with %v\n%s", v, got[v], *sums, describe(nodes))
		}
	}
}
