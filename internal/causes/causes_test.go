package causes

import (
	"fmt"
	"strings"
	"testing"

	"github.com/autover/autover/analyzer"
	"github.com/autover/autover/internal/lockfile"
)

// TestOfLocks checks what is said of versions of which only the parts are known:
// who depends on something else counts if there is nothing more.
func TestOfLocks(t *testing.T) {
	f := func(name, digest, links string) lockfile.Part {
		return lockfile.Part{Kind: "function", Name: name, Digest: digest, Links: links}
	}
	init := func(name, digest string) lockfile.Part {
		return lockfile.Part{Kind: "init", Name: name, Digest: digest}
	}
	type list = []lockfile.Part
	for _, test := range []struct {
		before, after list
		want          string
	}{
		{list{f("p.F", "1", "1")}, list{f("p.F", "2", "1")}, "function p.F edited"},
		{list{f("p.F", "1", "1"), f("p.G", "1", "1")}, list{f("p.F", "1", "2"), f("p.H", "1", "1")}, "function p.G removed, function p.H added"},
		{list{f("p.F", "1", "1")}, list{f("p.F", "1", "2")}, "function p.F edited"},
		{list{init("p.x", "1")}, list{init("p.x", "2")}, "variable p.x edited"},
		{list{init("p.x", "1")}, list{init("p.x", "1")}, ""},
		{list{init("p.init", "1"), init("p.init#1", "1")}, list{init("p.init", "2")}, "init p.init edited, init p.init#1 removed"},
		// Targets with different states of one name.
		{list{f("p.F", "1", "1"), f("p.F", "2", "1")}, list{f("p.F", "2", "1"), f("p.F", "1", "1")}, ""},
		{list{f("p.F", "1", "1"), f("p.F", "2", "1")}, list{f("p.F", "2", "1")}, "function p.F edited"},
	} {
		var got []string
		for _, c := range OfLocks(&lockfile.Lock{Parts: test.before}, &lockfile.Lock{Parts: test.after}) {
			got = append(got, fmt.Sprint(c.Kind, " ", c.Name, " ", c.Change))
		}
		if text := strings.Join(got, ", "); text != test.want {
			t.Errorf("%v, then %v: %q, want %q", test.before, test.after, text, test.want)
		}
	}
}

// TestWays finds the way to what an effect of initialisation reaches, of which no
// edge leads from the target, and which is part of a cycle.
func TestWays(t *testing.T) {
	g := &analyzer.Graph{Parts: []analyzer.Part{
		{Kind: analyzer.FunctionPart, Name: "p.F", Edges: []analyzer.Edge{{To: 3, How: "calls"}}},
		{Kind: analyzer.InitPart, Name: "p.init", Edges: []analyzer.Edge{{To: 2, How: "calls"}}},
		{Kind: analyzer.FunctionPart, Name: "p.helper", Edges: []analyzer.Edge{{To: 1, How: "is changed by"}, {To: 3, How: "calls"}}},
		{Kind: analyzer.FunctionPart, Name: "p.shared"},
		{Kind: analyzer.ToolchainPart, Name: "go"},
	}}
	target := &analyzer.Target{Name: "p.F", Closure: &analyzer.Closure{Effects: []int{1}, Leaves: []int{4}}}
	w := newWays(g, target)
	for part, want := range map[int]string{
		0: "p.F", 1: "p.F,  p.init", 2: "p.F,  p.init, calls p.helper", 3: "p.F, calls p.shared", 4: "p.F,  go",
	} {
		var got []string
		for i, s := range w.to([]int{part}) {
			if i > 0 {
				s.Name = s.How + " " + s.Name
			}
			got = append(got, s.Name)
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("the way to part %d is %q, want %q", part, text, want)
		}
	}
}
