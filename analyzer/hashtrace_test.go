package analyzer

import (
	"encoding/hex"
	"slices"
	"testing"

	"github.com/zeebo/blake3"

	"github.com/autover/autover/hasher"
)

const tracedSource = `
-- go.mod --
module example.com/m

go 1.24
-- m.go --
package m

func Plain(n int) int { return n + helper(n) }

func helper(n int) int { return n / 2 }

func Recursive(n int) int {
	if n == 0 {
		return 0
	}
	return Recursive(n-1) + 1
}

// Unrolled is the first step of Recursive.
func Unrolled(n int) int {
	if n == 0 {
		return 0
	}
	return Recursive(n-1) + 1
}

func Literals(list []func() int) func() int {
	list = append(list, func() int { return func() int { return helper(len(list)) }() })
	return list[0]
}

func Twin() any { type local struct{}; return local{} }

func Other() any { type local struct{}; return local{} }

type T struct{}

func (T) Method() {}
`

// TestTraceHash rebuilds the versions of functions from what is traced: the bytes of
// each stream give the digest at its end, every digest of the function's own is used
// by a later stream, and the last one is that of the version.
func TestTraceHash(t *testing.T) {
	t.Parallel()
	dir := tree(t, tracedSource)
	for _, name := range []string{"Plain", "Recursive", "Unrolled", "Literals", "Twin", "T.Method"} {
		for _, policy := range []string{"", "body"} {
			t.Run(name+policy, func(t *testing.T) {
				t.Parallel()
				cfg := Config{Dir: dir, Targets: []string{name}, Policy: policy, Env: offline(), Cache: t.TempDir()}
				plain, err := Run(t.Context(), cfg) // which leaves an answer in the cache
				if err != nil {
					t.Fatal(err)
				}
				var stream []byte
				var sums, used []string
				cfg.TraceHash = "./." + name
				cfg.HashTrace = func(token HashToken) {
					stream = token.AppendTo(stream)
					switch token.Kind {
					case hasher.KindDigest:
						used = append(used, hex.EncodeToString(token.Payload))
					case hasher.KindSum:
						sum := blake3.Sum256(stream)
						if hex.EncodeToString(sum[:]) != hex.EncodeToString(token.Payload) {
							t.Errorf("the traced bytes do not give %v", token)
						}
						stream, sums = nil, append(sums, hex.EncodeToString(token.Payload))
					}
				}
				r, err := Run(t.Context(), cfg)
				if err != nil {
					t.Fatal(err)
				}
				if r.Targets[0].Version != plain.Targets[0].Version {
					t.Error("a trace moves the version")
				}
				if len(sums) < 4 || sums[len(sums)-1] != r.Targets[0].Digest {
					t.Fatalf("the trace has %d streams, the last one of %s, and the digest is %s", len(sums), sums[max(len(sums)-1, 0)], r.Targets[0].Digest)
				}
				if !slices.Contains(used, sums[0]) {
					t.Errorf("nothing uses the function's form %s", sums[0])
				}
			})
		}
	}
}
