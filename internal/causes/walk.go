package causes

import (
	"slices"

	"github.com/autover/autover/analyzer"
)

// pair is a part of each side.
type pair struct{ before, after int }

// arrival is how a walk first came to a pair: by an edge, or as a root.
type arrival struct {
	walk int
	from *outcome
	edge *analyzer.Edge
}

// strayEdge is an edge of a pair that only one side has, or an effect that only
// one side notices.
type strayEdge struct {
	side   int // which has it
	from   *outcome
	edge   analyzer.Edge
	effect bool // from no pair
}

// walk compares two versions.
type walk struct {
	c       *Comparer
	closure [2]*analyzer.Closure
	number  int        // of the walk
	met     []*outcome // in order

	edited   []*outcome
	suspects []*outcome // they differ, but nobody edited them
	stray    []strayEdge
	details  []Cause // what was met beside pairs
	found    []Cause

	isCause map[string]bool // names of parts that are causes, with their kind
}

func newWalk(c *Comparer, b, a *analyzer.Closure) *walk {
	c.walks++
	return &walk{c: c, closure: [2]*analyzer.Closure{b, a}, number: c.walks, isCause: map[string]bool{}}
}

func (w *walk) part(s, i int) *analyzer.Part { return w.c.part(s, i) }

func (w *walk) run() {
	w.reach(w.c.at(pair{w.closure[before].Start, w.closure[after].Start}), nil, nil)
	w.effects()
	for at := 0; at < len(w.met); at++ {
		w.visit(w.met[at])
	}
}

// effects pairs the effects that both versions notice.
func (w *walk) effects() {
	other := map[key]int{}
	for _, e := range w.closure[after].Effects {
		other[keyOf(w.part(after, e))] = e
	}
	for _, e := range w.closure[before].Effects {
		k := keyOf(w.part(before, e))
		if a, ok := other[k]; ok {
			delete(other, k)
			w.reach(w.c.at(pair{e, a}), nil, nil)
			continue
		}
		w.stray = append(w.stray, strayEdge{side: before, edge: analyzer.Edge{To: e}, effect: true})
	}
	for _, e := range w.closure[after].Effects {
		if _, ok := other[keyOf(w.part(after, e))]; ok {
			w.stray = append(w.stray, strayEdge{side: after, edge: analyzer.Edge{To: e}, effect: true})
		}
	}
}

func (w *walk) reach(o, from *outcome, edge *analyzer.Edge) {
	if o.arrived.walk != w.number {
		o.arrived = arrival{w.number, from, edge}
		w.met = append(w.met, o)
	}
}

// visit takes over what comparing a pair gave and goes on to the pairs below.
func (w *walk) visit(o *outcome) {
	bodyOnly := w.closure[after].BodyOnly
	if w.part(before, o.pair.before).Closure == w.part(after, o.pair.after).Closure && !bodyOnly {
		return
	}
	w.c.compare(o)
	if o.edited {
		w.edited = append(w.edited, o)
	}
	if o.suspect {
		w.suspects = append(w.suspects, o)
	}
	for _, d := range o.details {
		c := d.cause
		c.Path = append(w.path(o), Step{c.Name, d.edge.How, d.edge.Position})
		w.details = append(w.details, c)
	}
	if !bodyOnly {
		w.takeStray(o)
	}
	for i := range o.next {
		h := &o.next[i]
		if !bodyOnly || byValue(w.part(after, h.to.pair.after)) || w.part(after, h.to.pair.after).Kind == analyzer.FilePart {
			w.reach(h.to, o, &h.edge)
		}
	}
}

// takeStray takes over the edges that one side alone has; of those that lead to one
// part, the nearest says all.
func (w *walk) takeStray(o *outcome) {
	for i := range o.stray {
		e := &o.stray[i]
		g := w.c.sides[e.side]
		if g.stray == nil {
			g.stray = make([]int, len(g.Parts))
		}
		if g.stray[e.edge.To] != w.number {
			g.stray[e.edge.To] = w.number
			w.stray = append(w.stray, *e)
		}
	}
}

// alone is the cause that one side has an edge to something.
func (w *walk) alone(s int, from *outcome, e analyzer.Edge) Cause {
	c := w.c.oneSided(s, e.To)
	c.Path = append(w.path(from), Step{c.Name, e.How, e.Position})
	return c
}

// path leads from the target to a pair, by the names after.
func (w *walk) path(o *outcome) []Step {
	var steps []Step
	for ; o.arrived.from != nil; o = o.arrived.from {
		steps = append(steps, Step{w.part(after, o.pair.after).Name, o.arrived.edge.How, o.arrived.edge.Position})
	}
	root, start := w.part(after, o.pair.after), w.part(after, w.closure[after].Start)
	if root != start {
		steps = append(steps, Step{Name: root.Name, How: "is initialised by", Position: root.Position})
	}
	steps = append(steps, Step{Name: start.Name})
	slices.Reverse(steps)
	return steps
}
