package analyzer

import (
	"testing"
)

// TestExplain checks that asking for an explanation moves no version, and that
// what it says is complete and the same in every run.
func TestExplain(t *testing.T) {
	t.Parallel()
	run := func(explain bool) *Report {
		r, err := Run(t.Context(), Config{Dir: "../testdata/shop", Targets: []string{"./..."}, All: true, Explain: explain})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	plain, first, second := run(false), run(true), run(true)
	if plain.Graph != nil || plain.Targets[0].Closure != nil {
		t.Error("a graph that nobody asked for")
	}
	for i := range plain.Targets {
		x, y := &plain.Targets[i], &first.Targets[i]
		if x.Version != y.Version {
			t.Errorf("%s: explaining moves the version", x.Name)
		}
		functions := 0
		list := first.Graph.Elements(y.Closure)
		again := second.Graph.Elements(second.Targets[i].Closure)
		for k, e := range list {
			if e.Kind == FunctionPart {
				functions++
			}
			if k >= len(again) || *e != *again[k] {
				t.Errorf("%s: element %v is not the same in another run", x.Name, e)
			}
			if k > 0 && list[k-1].Kind == e.Kind && list[k-1].Name == e.Name {
				t.Errorf("%s: two elements %s %s", x.Name, e.Kind, e.Name)
			}
		}
		if functions != y.Functions {
			t.Errorf("%s: %d functions among the elements, want %d", x.Name, functions, y.Functions)
		}
	}
}
