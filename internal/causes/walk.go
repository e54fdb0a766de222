package causes

import (
	"slices"

	"github.com/autover/autover/analyzer"
)

// pair is a part of each side.
type pair struct{ before, after int }

// arrival is how the walk first came to a pair.
type arrival struct {
	from pair
	edge analyzer.Edge
	root bool
}

// strayEdge is an edge of a pair that only one side has, or an effect that only
// one side notices.
type strayEdge struct {
	side   int // which has it
	from   pair
	edge   analyzer.Edge
	effect bool // from no pair
}

// walk compares two versions.
type walk struct {
	c       *Comparer
	closure [2]*analyzer.Closure
	arrived map[pair]arrival
	queue   []pair
	next    map[pair][]pair // from each pair to those below

	edited   []pair
	suspects []pair // they differ, but nobody edited them
	stray    []strayEdge
	details  []Cause // constants, files and directives that one side alone has
	found    []Cause

	isCause map[string]bool // names of parts that are causes, with their kind
}

func newWalk(c *Comparer, b, a *analyzer.Closure) *walk {
	return &walk{
		c: c, closure: [2]*analyzer.Closure{b, a},
		arrived: map[pair]arrival{}, next: map[pair][]pair{}, isCause: map[string]bool{},
	}
}

func (w *walk) part(s, i int) *analyzer.Part { return &w.c.sides[s].Parts[i] }

func (w *walk) parts(p pair) (b, a *analyzer.Part) {
	return w.part(before, p.before), w.part(after, p.after)
}

func (w *walk) run() {
	w.reach(pair{w.closure[before].Start, w.closure[after].Start}, arrival{root: true})
	w.effects()
	for len(w.queue) > 0 {
		p := w.queue[0]
		w.queue = w.queue[1:]
		w.visit(p)
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
			w.reach(pair{e, a}, arrival{root: true})
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

func (w *walk) reach(p pair, by arrival) {
	if !by.root {
		w.next[by.from] = append(w.next[by.from], p)
	}
	if _, ok := w.arrived[p]; !ok {
		w.arrived[p] = by
		w.queue = append(w.queue, p)
	}
}

// visit compares the parts of a pair and goes on to what they depend on.
func (w *walk) visit(p pair) {
	b, a := w.parts(p)
	if b.Closure == a.Closure && !w.closure[after].BodyOnly {
		return
	}
	differ := b.Digest != a.Digest
	isCause := differ && (b.Source != a.Source || isLeaf(b) && isLeaf(a))
	switch {
	case isCause:
		w.edited = append(w.edited, p)
	case differ:
		w.suspects = append(w.suspects, p)
	}
	if w.closure[after].BodyOnly && (b != w.part(before, w.closure[before].Start)) {
		return
	}
	w.slots(p, differ, isCause)
	if differ {
		w.mentioned(p, isCause)
	}
	w.linked(p, isCause)
	if !isCause {
		w.facts(p)
	}
}

// isLeaf tells whether what a part says doesn't depend on other parts.
func isLeaf(p *analyzer.Part) bool {
	return !slices.ContainsFunc(p.Edges, func(e analyzer.Edge) bool { return !e.Effect && !e.Folded })
}

// slots follows the edges of the normal form.
func (w *walk) slots(p pair, differ, isCause bool) {
	b, a := w.parts(p)
	if differ {
		named := map[key]analyzer.Edge{}
		for _, e := range b.Edges {
			if e.Slot > 0 {
				named[keyOf(w.part(before, e.To))] = e
			}
		}
		for _, e := range a.Edges {
			if e.Slot == 0 {
				continue
			}
			if old, ok := named[keyOf(w.part(after, e.To))]; ok {
				w.reach(pair{old.To, e.To}, arrival{from: p, edge: e})
			} else if old, ok := slotOf(b, e.Slot); ok && !isCause && w.renamed(old.To, e.To) {
				w.reach(pair{old.To, e.To}, arrival{from: p, edge: e})
			}
		}
		return
	}
	retargeted := false
	for _, e := range a.Edges {
		old, ok := slotOf(b, e.Slot)
		if !ok {
			continue
		}
		x, y := w.part(before, old.To), w.part(after, e.To)
		switch {
		case x.Kind == analyzer.DirectivePart || y.Kind == analyzer.DirectivePart:
			w.directive(p, old, e)
		case x.Kind == y.Kind && (keyOf(x) == keyOf(y) || x.Closure == y.Closure || w.renamed(old.To, e.To)):
			w.reach(pair{old.To, e.To}, arrival{from: p, edge: e})
		case x.Name == y.Name: // a variable that is read on one side only
			w.stray = append(w.stray, strayEdge{before, p, old, false}, strayEdge{after, p, e, false})
		default: // another thing in the same place
			retargeted = true
		}
	}
	switch {
	case retargeted && b.Source != a.Source:
		w.edited = append(w.edited, p)
	case retargeted: // by an alias or import
		w.suspects = append(w.suspects, p)
		w.mentioned(p, false)
	}
}

func slotOf(p *analyzer.Part, slot int) (analyzer.Edge, bool) {
	if slot == 0 {
		return analyzer.Edge{}, false
	}
	i, ok := slices.BinarySearchFunc(p.Edges, slot, func(e analyzer.Edge, slot int) int {
		if e.Slot == 0 {
			return 1
		}
		return e.Slot - slot
	})
	if !ok {
		return analyzer.Edge{}, false
	}
	return p.Edges[i], true
}

// renamed tells whether a part's name is gone and the other's new.
func (w *walk) renamed(b, a int) bool {
	x, y := w.part(before, b), w.part(after, a)
	return x.Kind == y.Kind && w.c.sides[after].find(x) < 0 && w.c.sides[before].find(y) < 0
}

// directive notes that a function is ignored on one side.
func (w *walk) directive(p pair, old, e analyzer.Edge) {
	x, y := w.part(before, old.To), w.part(after, e.To)
	if x.Kind == y.Kind {
		return // another ignored function is none of the caller's business
	}
	c := w.oneSided(before, old.To)
	if y.Kind == analyzer.DirectivePart {
		c = w.oneSided(after, e.To)
	}
	c.Path = append(w.path(p), Step{c.Name, e.How, e.Position})
	w.details = append(w.details, c)
}

// mentioned compares what a declaration takes by value: constants and files.
func (w *walk) mentioned(p pair, isCause bool) {
	b, a := w.parts(p)
	old := map[key]analyzer.Edge{}
	for _, e := range b.Edges {
		if w.counts(before, e) {
			old[keyOf(w.part(before, e.To))] = e
		}
	}
	for _, e := range a.Edges {
		y := w.part(after, e.To)
		if !w.counts(after, e) || e.Folded && isCause {
			continue
		}
		if x, ok := old[keyOf(y)]; ok {
			delete(old, keyOf(y))
			w.reach(pair{x.To, e.To}, arrival{from: p, edge: e})
		} else if !isCause && !e.Folded {
			w.details = append(w.details, w.alone(after, p, e))
		}
	}
	if isCause {
		return
	}
	for _, e := range b.Edges {
		if _, ok := old[keyOf(w.part(before, e.To))]; ok && w.counts(before, e) && !e.Folded {
			w.details = append(w.details, w.alone(before, p, e))
		}
	}
}

// counts tells the edges to what a declaration takes by value.
func (w *walk) counts(s int, e analyzer.Edge) bool {
	return e.Slot == 0 && (e.Folded || byValue(w.part(s, e.To)))
}

// byValue tells what no digest of its own leads to in the graph that was hashed.
func byValue(p *analyzer.Part) bool {
	switch p.Kind {
	case analyzer.EmbedPart, analyzer.FilePart, analyzer.ToolchainPart:
		return isLeaf(p)
	}
	return p.ByValue
}

// alone is the cause that one side has an edge to something.
func (w *walk) alone(s int, from pair, e analyzer.Edge) Cause {
	c := w.oneSided(s, e.To)
	c.Path = append(w.path(from), Step{c.Name, e.How, e.Position})
	return c
}

// oneSided is the cause that a part is on one side only.
func (w *walk) oneSided(s, i int) Cause {
	p := w.part(s, w.c.sides[s].declaration(i))
	c := Cause{Kind: string(p.Kind), Name: p.Name, initial: p.Initial}
	if s == after {
		c.Change, c.After, c.AfterEnd, c.New = Added, p.Position, p.End, p.Value
	} else {
		c.Change, c.Before, c.BeforeEnd, c.Old = Removed, p.Position, p.End, p.Value
	}
	return c
}

// bothSided is the cause that a part was edited.
func (w *walk) bothSided(b, a int) Cause {
	x, y := w.part(before, w.c.sides[before].declaration(b)), w.part(after, w.c.sides[after].declaration(a))
	return Cause{
		Kind: string(y.Kind), Name: y.Name, Change: Edited, Before: x.Position, After: y.Position,
		BeforeEnd: x.End, AfterEnd: y.End, Old: x.Value, New: y.Value, initial: y.Initial,
	}
}

// linked follows the edges that linking found.
func (w *walk) linked(p pair, isCause bool) {
	b, a := w.parts(p)
	old, now := w.expand(before, b, a), w.expand(after, a, b)
	old, now = w.without(before, old, now), w.without(after, now, old)
	named := map[key]analyzer.Edge{}
	for _, e := range old {
		named[keyOf(w.part(before, e.To))] = e
	}
	var gained []analyzer.Edge
	for _, e := range now {
		k := keyOf(w.part(after, e.To))
		if x, ok := named[k]; ok {
			delete(named, k)
			w.reach(pair{x.To, e.To}, arrival{from: p, edge: e})
			continue
		}
		gained = append(gained, e)
	}
	old = slices.DeleteFunc(old, func(e analyzer.Edge) bool { _, ok := named[keyOf(w.part(before, e.To))]; return !ok })
	for _, e := range gained {
		i := slices.IndexFunc(old, func(o analyzer.Edge) bool {
			x, y := w.part(before, o.To), w.part(after, e.To)
			return w.renamed(o.To, e.To) && x.Digest == y.Digest
		})
		if i >= 0 {
			w.reach(pair{old[i].To, e.To}, arrival{from: p, edge: e})
			old = slices.Delete(old, i, i+1)
		} else if !isCause {
			w.stray = append(w.stray, strayEdge{after, p, e, false})
		}
	}
	if isCause {
		return
	}
	for _, e := range old {
		w.stray = append(w.stray, strayEdge{before, p, e, false})
	}
}

// without drops the edges to what can't be told from something on the other side.
func (w *walk) without(s int, list, other []analyzer.Edge) []analyzer.Edge {
	same := map[[32]byte]bool{}
	for _, e := range other {
		same[w.part(1-s, e.To).Closure] = true
	}
	var out []analyzer.Edge
	for _, e := range list {
		if !same[w.part(s, e.To).Closure] {
			out = append(out, e)
		}
	}
	return out
}

// expand returns the edges of linking, with what boundaries lead to in their
// place. Boundaries that the other part has too are left out.
func (w *walk) expand(s int, p, other *analyzer.Part) []analyzer.Edge {
	same := map[[32]byte]bool{}
	for _, e := range other.Edges {
		if q := w.part(1-s, e.To); q.Kind == analyzer.BoundaryPart {
			same[q.Closure] = true
		}
	}
	var list []analyzer.Edge
	seen := map[int]bool{}
	var collect func(p *analyzer.Part, by *analyzer.Edge)
	collect = func(p *analyzer.Part, by *analyzer.Edge) {
		for _, e := range p.Edges {
			q := w.part(s, e.To)
			if e.Slot > 0 || e.Effect || e.Folded || seen[e.To] || byValue(q) || q.Kind == analyzer.PackagePart {
				continue
			}
			seen[e.To] = true
			if by != nil {
				e.Via, e.Position = by.Via, by.Position
			}
			if q.Kind != analyzer.BoundaryPart {
				list = append(list, e)
				continue
			}
			if !same[q.Closure] {
				collect(q, &e)
			}
		}
	}
	collect(p, nil)
	return list
}

// path leads from the target to a pair, by the names after.
func (w *walk) path(p pair) []Step {
	var steps []Step
	for {
		by := w.arrived[p]
		steps = append(steps, Step{w.part(after, p.after).Name, by.edge.How, by.edge.Position})
		if by.root {
			break
		}
		p = by.from
	}
	if p.after != w.closure[after].Start {
		steps[len(steps)-1].How = "is initialised by"
		steps = append(steps, Step{Name: w.part(after, w.closure[after].Start).Name})
	}
	slices.Reverse(steps)
	return steps
}
