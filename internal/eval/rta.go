package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/autover/autover/analyzer"
	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/callgraph/rta"
	"golang.org/x/tools/go/callgraph/vta"
	"golang.org/x/tools/go/ssa"
)

type rtaOptions struct {
	dir string
	// tests says that the roots are test functions; otherwise they are main functions,
	// and most others.
	tests bool
	most  int
	list  int
}

func rtaMain(ctx context.Context, fs *flag.FlagSet, args []string, stdout io.Writer) error {
	var o rtaOptions
	fs.StringVar(&o.dir, "C", ".", "`MODULE` to look at")
	fs.BoolVar(&o.tests, "test", false, "start at test functions, instead of main and other functions")
	fs.IntVar(&o.most, "n", 40, "start at `N` functions beside main, spread over all; 0 starts at all")
	fs.IntVar(&o.list, "list", 50, "list `N` of what is missing")
	if err := parse(fs, args); err != nil {
		return err
	}
	c, err := closuresOf(ctx, analyzer.Config{Dir: o.dir, Targets: []string{"./..."}, Tests: o.tests, All: true, Explain: true})
	if err != nil {
		return err
	}
	w, err := loadWhole(ctx, o.dir, o.tests)
	if err != nil {
		return err
	}
	h := w.hold(o, c)
	h.print(stdout, o.list)
	if len(h.missing) > 0 {
		return errStale
	}
	return nil
}

// edgeKind tells how an edge between private functions comes about.
type edgeKind int

const (
	static  edgeKind = iota // a call of a function by its name, a literal that is called or handed on
	dynamic                 // a call of a method of an interface, or of a function value
	through                 // a call by external code that the caller calls
	edgeKinds
)

func (k edgeKind) String() string {
	return [...]string{"static", "dynamic", "through external code"}[k]
}

// A wholeEdge is one from a declared function, with its literals, to a function.
type wholeEdge struct {
	kind           edgeKind
	caller, callee place
}

// wholeCounts sums up edges of a kind. Of those that the closure lacks, unflowed are the
// ones that vta doesn't see: no type flows there. Others have been handed in: vta looks
// at a function, and at a field, once for all callers and objects, and the edge isn't
// there in the program that starts at its caller; the closure of the root has the callee.
// The rest is missing.
type wholeCounts struct{ held, unflowed, handed, missing int }

// holding is what whole-program analyses see, against what versions cover.
type holding struct {
	module string
	// roots were started at; alone are the functions of them of which nothing is known.
	roots, alone int
	// reached counts pairs of a root and a private function that rta reaches from it,
	// outside those that aren't in the closure of the root.
	reached, outside int
	counts           [edgeKinds]wholeCounts
	// judged are edges that have been counted.
	judged map[wholeEdge]bool
	// missing tell what closures lack.
	missing map[string][]string
}

// hold starts the analyses once for each root.
func (w *whole) hold(o rtaOptions, c *covered) *holding {
	h := &holding{module: w.module, judged: make(map[wholeEdge]bool), missing: make(map[string][]string)}
	targets := make(map[place]covering)
	for name, closure := range c.targets {
		if at, ok := c.placeOf[closure.Start]; ok {
			targets[at] = covering{name, c.places(closure)}
		}
	}
	below := make(map[place]map[place]bool)
	for _, r := range w.roots(o) {
		target, ok := targets[r.at]
		if !ok {
			h.alone++
			continue
		}
		h.roots++
		w.judge(h, c, r, target, below)
	}
	return h
}

// covering is a target with the places that its version covers.
type covering struct {
	name   string
	places map[place]bool
}

// judge holds the program that a root makes against the closures. Flows are looked at
// where a closure lacks something that rta sees.
func (w *whole) judge(h *holding, c *covered, r wholeRoot, target covering, below map[place]map[place]bool) {
	all := rta.Analyze(slices.Concat([]*ssa.Function{r.start}, r.inits), true)
	reached := reachableFrom(r.start, all.CallGraph)
	flows := sync.OnceValue(func() *flowing { return w.flowsFrom(r.start, all) })
	for f := range reached {
		at, ok := w.placeOf(f)
		if !ok || c.partsAt[at] == nil {
			continue
		}
		h.reached++
		if target.places[at] {
			continue
		}
		h.outside++
		if key := "REACHED " + at.String(); flows().reached[f] && !slices.Contains(h.missing[key], target.name) {
			h.missing[key] = append(h.missing[key], target.name)
		}
	}
	alone := make(map[wholeEdge]*flowing) // by kind and caller of edges
	for e, caller := range w.privateEdges(reached, all.CallGraph) {
		if h.judged[e] || c.partsAt[e.caller] == nil || c.partsAt[e.callee] == nil {
			continue
		}
		if below[e.caller] == nil {
			below[e.caller] = c.below(e.caller)
		}
		counts := &h.counts[e.kind]
		switch {
		case below[e.caller][e.callee]:
			counts.held++
		case e.kind != static && flows().edges[e] == nil:
			counts.unflowed++
			continue // it may flow below another root
		case e.kind != static && target.places[e.callee] && !w.ownEdge(e, caller, r, alone):
			counts.handed++
		default:
			counts.missing++
			key := fmt.Sprintf("EDGE %v %v -> %v", e.kind, e.caller, e.callee)
			h.missing[key] = append(h.missing[key], target.name)
		}
		h.judged[e] = true
	}
}

// ownEdge tells whether an edge is there in the program that starts at its caller. If it
// goes through external code, initialisation is no part of that, or every sync.Pool,
// say, would seem to call what makes the values of all others.
func (w *whole) ownEdge(e wholeEdge, caller *ssa.Function, r wholeRoot, alone map[wholeEdge]*flowing) bool {
	key := wholeEdge{kind: e.kind, caller: e.caller}
	if alone[key] == nil {
		roots := []*ssa.Function{caller}
		if e.kind != through {
			roots = append(roots, r.inits...)
		}
		all := rta.Analyze(roots, true)
		// What only reflection can call is none of the caller's own business.
		called := make(map[*ssa.Function]bool)
		for _, root := range roots {
			maps.Copy(called, reachableFrom(root, all.CallGraph))
		}
		maps.DeleteFunc(all.Reachable, func(f *ssa.Function, _ struct{ AddrTaken bool }) bool { return !called[f] })
		alone[key] = w.flowsFrom(caller, all)
	}
	return alone[key].edges[e] != nil
}

// flowing is what flows of types reach from a function.
type flowing struct {
	reached map[*ssa.Function]bool
	edges   map[wholeEdge]*ssa.Function
}

// flowsFrom narrows what rta finds down to flows of types. Vta resolves the calls that
// pass arguments on by the graph that it is given, and so becomes sharper with its own.
func (w *whole) flowsFrom(start *ssa.Function, all *rta.Result) *flowing {
	functions := make(map[*ssa.Function]bool, len(all.Reachable))
	for f := range all.Reachable {
		functions[f] = true
	}
	g := vta.CallGraph(functions, vta.CallGraph(functions, all.CallGraph))
	reached := reachableFrom(start, g)
	return &flowing{reached, w.privateEdges(reached, g)}
}

// reachableFrom are the functions that a function reaches, itself included.
func reachableFrom(start *ssa.Function, g *callgraph.Graph) map[*ssa.Function]bool {
	seen := map[*ssa.Function]bool{start: true}
	for work := []*ssa.Function{start}; len(work) > 0; {
		n := g.Nodes[work[len(work)-1]]
		work = work[:len(work)-1]
		if n == nil {
			continue
		}
		for _, e := range n.Out {
			if f := e.Callee.Func; !seen[f] {
				seen[f] = true
				work = append(work, f)
			}
		}
	}
	return seen
}

// privateEdges are the edges of private functions to private functions, directly, by way
// of wrappers that the compiler makes, or through external functions; with the callers.
func (w *whole) privateEdges(from map[*ssa.Function]bool, g *callgraph.Graph) map[wholeEdge]*ssa.Function {
	edges := make(map[wholeEdge]*ssa.Function)
	type step struct {
		kind edgeKind
		f    *ssa.Function
	}
	for f := range from {
		caller, ok := w.placeOf(outermost(f))
		if !ok {
			continue // initial values of variables
		}
		seen := make(map[step]bool)
		work := []step{{static, f}}
		for len(work) > 0 {
			at := work[len(work)-1]
			work = work[:len(work)-1]
			n := g.Nodes[at.f]
			if n == nil {
				continue
			}
			for _, e := range n.Out {
				next := step{max(at.kind, kindOf(e)), e.Callee.Func}
				if at.kind == through {
					next.kind = through
				}
				if callee, ok := w.placeOf(next.f); ok {
					if callee != caller {
						edges[wholeEdge{next.kind, caller, callee}] = outermost(f)
					}
					continue
				}
				if !isWrapper(next.f) {
					next.kind = through
				}
				if !seen[next] {
					seen[next] = true
					work = append(work, next)
				}
			}
		}
	}
	return edges
}

func kindOf(e *callgraph.Edge) edgeKind {
	if e.Site != nil && e.Site.Common().StaticCallee() == e.Callee.Func {
		return static
	}
	return dynamic
}

func (h *holding) print(w io.Writer, most int) {
	fmt.Fprintf(w, "%s\n", h.module)
	fmt.Fprintf(w, "  roots: %d, without version: %d; pairs of root and function that rta reaches: %d, outside of the closure: %s\n",
		h.roots, h.alone, h.reached, percent(h.outside, h.reached))
	for kind, n := range h.counts {
		fmt.Fprintf(w, "  edges, %v: %d in the closure; exceptions: %d without a flow of types, %d by what others hand in; missing: %d\n",
			edgeKind(kind), n.held, n.unflowed, n.handed, n.missing)
	}
	keys := slices.Sorted(maps.Keys(h.missing))
	for _, key := range keys[:min(most, len(keys))] {
		by := h.missing[key]
		fmt.Fprintf(w, "%s, of %d, such as %s\n", key, len(by), by[0])
	}
}
