package analyzer

import (
	"context"
	"github.com/autover/autover/internal/inputs"
	"maps"
	"slices"
	"testing"
)

// TestClosures compares the closures of every eighth function of this module
// with those that a plain search of the graph finds.
func TestClosures(t *testing.T) {
	slow(t)
	v := loadVersioner(t, Config{Dir: ".."})
	reached, effects := 0, 0
	for i, f := range v.closures.functions {
		if i%8 != 0 {
			continue
		}
		node := &v.g.nodes[f.node]
		got, want := v.closures.of(f.node, node.unit.id), search(v, f.node)
		if got.functions != want.functions || got.reveals != want.reveals || !slices.Equal(got.effects, want.effects) ||
			!slices.Equal(got.externals, want.externals) {
			t.Errorf("%s: closure %+v, want %+v", node.id, got, want)
		}
		if got.reveals != (len(got.layouts) > 0) || !slices.IsSorted(got.layouts) {
			t.Errorf("%s: reveals %t with layouts %v", node.id, got.reveals, got.layouts)
		}
		reached += got.functions
		effects += len(got.effects)
	}
	if reached == 0 || effects == 0 {
		t.Errorf("%d functions and %d effects reached: nothing compared", reached, effects)
	}
}

func loadVersioner(t *testing.T, cfg Config) *versioner {
	t.Helper()
	ctx := context.Background()
	w, err := load(ctx, cfg, inputs.NewReader(false), &listing{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.check(ctx); err != nil {
		t.Fatal(err)
	}
	units, err := w.summarize(ctx)
	if err != nil {
		t.Fatal(err)
	}
	v, err := newVersioner(w, newGraph(w, units), newSettings(w, cfg))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// search finds the closure of one function without sharing any work.
func search(v *versioner, start int32) *closure {
	out := &closure{}
	inside := v.programs(v.g.nodes[start].unit.id)
	packages, noticed, declared := map[string]bool{}, map[int]bool{}, map[*decl]bool{}
	met, queue := map[int32]bool{start: true}, []int32{start}
	visit := func(list ...int32) {
		for _, n := range list {
			if n >= 0 && !met[n] {
				met[n] = true
				queue = append(queue, n)
			}
		}
	}
	notice := func(effects []int) {
		for _, e := range effects {
			if inside[v.effects[e].pkg] {
				noticed[e] = true
				visit(v.effects[e].node)
			}
		}
	}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		n := &v.g.nodes[i]
		visit(n.refs...)
		visit(n.set...)
		notice(v.writing[i])
		for _, p := range n.externals {
			packages[p] = true
			for q, effects := range v.giving {
				if i, ok := v.ext.number[q]; ok && v.ext.closure(p).Has(i) {
					notice(effects)
				}
			}
		}
		if (n.kind == funcNode || n.kind == literalNode) && n.decl.kind == funcDecl && !declared[n.decl] {
			declared[n.decl] = true
			out.functions++
		}
		out.reveals = out.reveals || n.linked != nil && n.linked.Reveals
	}
	for i, e := range v.effects {
		if met[e.node] && (e.ordered || noticed[i]) {
			out.effects = append(out.effects, i)
		}
	}
	for n := range met {
		if u := v.g.nodes[n].unit; u != nil {
			for _, id := range u.blank {
				if v.w.external[id] != nil {
					packages[id] = true
				}
			}
		}
	}
	out.externals = slices.Sorted(maps.Keys(packages))
	return out
}
