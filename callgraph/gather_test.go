package callgraph

import (
	"slices"
	"testing"
)

// However many loads and stores there are through a pointer, and whenever objects come or
// nodes become one, each load yields what all objects contain, and each object contains
// what all stores bring; not what is in the places loaded to besides.
func TestGathered(t *testing.T) {
	for _, count := range []int{1, gathered - 1, gathered, 3 * gathered} {
		s := newSolver()
		f := func(name string) int { return int(s.token(FuncToken, name)) }
		ptr, other, held := s.newNode(), s.newNode(), s.newNode()
		var loaded, stored, contents []int32
		for range count {
			loaded, stored = append(loaded, s.newNode()), append(stored, s.newNode())
			s.rule(ptr, loadRule{loaded[len(loaded)-1], 0, unknownObject, false})
			s.rule(ptr, storeRule{stored[len(stored)-1]})
		}
		for range 3 {
			contents = append(contents, s.newNode())
		}
		s.put(stored[0], int32(f("stored")))
		s.put(loaded[0], int32(f("besides")))
		s.put(contents[0], int32(f("contained")))
		s.put(ptr, s.object(contents[0], unknownObject))
		s.solve()
		s.put(held, s.object(contents[1], unknownObject)) // comes later
		s.put(contents[1], int32(f("later")))
		s.edge(held, ptr, 0)
		s.put(stored[count-1], int32(f("more")))
		s.put(other, s.object(contents[2], unknownObject)) // comes by a cycle
		s.rule(other, loadRule{held, 0, unknownObject, false})
		s.edge(other, ptr, 0)
		s.edge(ptr, other, 0)
		s.solve()
		all := []int{f("contained"), f("later"), f("more"), f("stored")}
		has := func(what string, n int32, want ...int) {
			t.Helper()
			var got []int
			for id := range s.vertex(n).set.All() {
				if s.tokens[id].kind == FuncToken {
					got = append(got, id)
				}
			}
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("with %d loads and stores %s holds %v, want %v", count, what, got, want)
			}
		}
		for _, n := range contents[1:] {
			has("an object", n, withoutContained(all, n == contents[1], f)...)
		}
		for i, n := range loaded {
			if i == 0 {
				has("the first load", n, append(slices.Clone(all), f("besides"))...)
			} else {
				has("a load", n, all...)
			}
		}
	}
}

// withoutContained is what is stored, and what the second object contained before.
func withoutContained(all []int, second bool, f func(string) int) []int {
	return slices.DeleteFunc(slices.Clone(all), func(id int) bool { return id == f("contained") || id == f("later") && !second })
}
