package causes

import (
	"maps"
	"slices"
	"strings"

	"github.com/autover/autover/analyzer"
)

// outcome is what comparing a pair gives, whichever target leads there.
type outcome struct {
	pair     pair
	compared bool
	arrived  arrival
	// edited says that the pair is a cause, suspect that it differs though nobody
	// edited it.
	edited, suspect bool
	next            []hop
	stray           []strayEdge
	details         []detail
}

// hop leads to a pair below.
type hop struct {
	to   *outcome
	edge analyzer.Edge
}

// detail is a cause beside pairs: a constant, file, directive or method that one
// side alone has.
type detail struct {
	cause Cause
	edge  analyzer.Edge
}

// at returns the outcome for a pair, which compare fills in.
func (c *Comparer) at(p pair) *outcome {
	o := c.known[p]
	if o == nil {
		o = &outcome{pair: p}
		c.known[p] = o
	}
	return o
}

// compare compares the parts of a pair, once.
func (c *Comparer) compare(o *outcome) {
	if o.compared {
		return
	}
	o.compared = true
	x := &comparison{Comparer: c, b: c.part(before, o.pair.before), a: c.part(after, o.pair.after), out: o}
	differ := x.b.Digest != x.a.Digest
	isCause := differ && (x.b.Source != x.a.Source || isLeaf(x.b) && isLeaf(x.a))
	o.edited, o.suspect = isCause, differ && !isCause
	x.slots(differ, isCause)
	if differ {
		x.mentioned(isCause)
	}
	x.linked(isCause)
	if !isCause {
		x.facts()
	}
}

// comparison is that of one pair.
type comparison struct {
	*Comparer
	b, a *analyzer.Part
	out  *outcome
}

// follow notes a pair below, unless nothing differs there.
func (c *comparison) follow(p pair, e analyzer.Edge) {
	if c.part(before, p.before).Closure != c.part(after, p.after).Closure {
		c.out.next = append(c.out.next, hop{c.at(p), e})
	}
}

// alone notes the cause that one side has an edge to something.
func (c *comparison) alone(s int, e analyzer.Edge) {
	c.out.details = append(c.out.details, detail{c.oneSided(s, e.To), e})
}

// isLeaf tells whether what a part says doesn't depend on other parts.
func isLeaf(p *analyzer.Part) bool {
	return !slices.ContainsFunc(p.Edges, func(e analyzer.Edge) bool { return !e.Effect && !e.Folded })
}

// slots follows the edges of the normal form.
func (c *comparison) slots(differ, isCause bool) {
	b, a := c.b, c.a
	if differ {
		named := map[key]analyzer.Edge{}
		for _, e := range b.Edges {
			if e.Slot > 0 {
				named[keyOf(c.part(before, e.To))] = e
			}
		}
		for _, e := range a.Edges {
			if e.Slot == 0 {
				continue
			}
			if old, ok := named[keyOf(c.part(after, e.To))]; ok {
				c.follow(pair{old.To, e.To}, e)
			} else if old, ok := slotOf(b, e.Slot); ok && !isCause && c.renamed(old.To, e.To) {
				c.follow(pair{old.To, e.To}, e)
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
		x, y := c.part(before, old.To), c.part(after, e.To)
		switch {
		case x.Kind == analyzer.DirectivePart || y.Kind == analyzer.DirectivePart:
			c.directive(old, e)
		case x.Kind == y.Kind && (keyOf(x) == keyOf(y) || x.Closure == y.Closure || c.renamed(old.To, e.To)):
			c.follow(pair{old.To, e.To}, e)
		case x.Name == y.Name: // a variable that is read on one side only
			c.out.stray = append(c.out.stray, strayEdge{before, c.out, old, false}, strayEdge{after, c.out, e, false})
		default: // another thing in the same place
			retargeted = true
		}
	}
	switch {
	case retargeted && b.Source != a.Source:
		c.out.edited = true
	case retargeted: // by an alias or import
		c.out.suspect = true
		c.mentioned(false)
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
func (c *comparison) renamed(b, a int) bool {
	x, y := c.part(before, b), c.part(after, a)
	return x.Kind == y.Kind && c.sides[after].find(x) < 0 && c.sides[before].find(y) < 0
}

// directive notes that a function is ignored on one side.
func (c *comparison) directive(old, e analyzer.Edge) {
	x, y := c.part(before, old.To), c.part(after, e.To)
	if x.Kind == y.Kind {
		return // another ignored function is none of the caller's business
	}
	if y.Kind == analyzer.DirectivePart {
		c.alone(after, e)
	} else {
		c.alone(before, old)
	}
}

// mentioned compares what a declaration takes by value: constants and files.
func (c *comparison) mentioned(isCause bool) {
	b, a := c.b, c.a
	old := map[key]analyzer.Edge{}
	for _, e := range b.Edges {
		if c.counts(before, e) {
			old[keyOf(c.part(before, e.To))] = e
		}
	}
	for _, e := range a.Edges {
		y := c.part(after, e.To)
		if !c.counts(after, e) || e.Folded && isCause {
			continue
		}
		if x, ok := old[keyOf(y)]; ok {
			delete(old, keyOf(y))
			c.follow(pair{x.To, e.To}, e)
		} else if !isCause && !e.Folded {
			c.alone(after, e)
		}
	}
	if isCause {
		return
	}
	for _, e := range b.Edges {
		if _, ok := old[keyOf(c.part(before, e.To))]; ok && c.counts(before, e) && !e.Folded {
			c.alone(before, e)
		}
	}
}

// counts tells the edges to what a declaration takes by value.
func (c *comparison) counts(s int, e analyzer.Edge) bool {
	return e.Slot == 0 && (e.Folded || byValue(c.part(s, e.To)))
}

// byValue tells what no digest of its own leads to in the graph that was hashed.
func byValue(p *analyzer.Part) bool {
	switch p.Kind {
	case analyzer.EmbedPart, analyzer.FilePart, analyzer.ToolchainPart:
		return isLeaf(p)
	}
	return p.ByValue
}

// linked follows the edges that linking found.
func (c *comparison) linked(isCause bool) {
	b, a := c.b, c.a
	old, now := c.expand(before, b, a), c.expand(after, a, b)
	old, now = c.without(before, old, now), c.without(after, now, old)
	named := map[key]analyzer.Edge{}
	for _, e := range old {
		named[keyOf(c.part(before, e.To))] = e
	}
	var gained []analyzer.Edge
	for _, e := range now {
		k := keyOf(c.part(after, e.To))
		if x, ok := named[k]; ok {
			delete(named, k)
			c.follow(pair{x.To, e.To}, e)
			continue
		}
		gained = append(gained, e)
	}
	old = slices.DeleteFunc(old, func(e analyzer.Edge) bool { _, ok := named[keyOf(c.part(before, e.To))]; return !ok })
	for _, e := range gained {
		i := -1
		if c.sides[before].find(c.part(after, e.To)) < 0 {
			i = c.renamedFrom(e, old)
		}
		if i >= 0 {
			c.follow(pair{old[i].To, e.To}, e)
			old = slices.Delete(old, i, i+1)
		} else if !isCause {
			c.out.stray = append(c.out.stray, strayEdge{after, c.out, e, false})
		}
	}
	if isCause {
		return
	}
	for _, e := range old {
		c.out.stray = append(c.out.stray, strayEdge{before, c.out, e, false})
	}
}

// renamedFrom finds the edge to what a part was called before, or -1.
func (c *comparison) renamedFrom(e analyzer.Edge, old []analyzer.Edge) int {
	return slices.IndexFunc(old, func(o analyzer.Edge) bool {
		x, y := c.part(before, o.To), c.part(after, e.To)
		return c.renamed(o.To, e.To) && x.Digest == y.Digest
	})
}

// without drops the edges to what can't be told from something on the other side.
func (c *comparison) without(s int, list, other []analyzer.Edge) []analyzer.Edge {
	same := map[[32]byte]bool{}
	for _, e := range other {
		same[c.part(1-s, e.To).Closure] = true
	}
	var out []analyzer.Edge
	for _, e := range list {
		if !same[c.part(s, e.To).Closure] {
			out = append(out, e)
		}
	}
	return out
}

// expand returns the edges of linking, with what boundaries lead to in their
// place. Boundaries that the other part has too are left out.
func (c *comparison) expand(s int, p, other *analyzer.Part) []analyzer.Edge {
	same := c.boundaries(1-s, other)
	var list []analyzer.Edge
	seen := map[int]bool{}
	var collect func(p *analyzer.Part, by *analyzer.Edge)
	collect = func(p *analyzer.Part, by *analyzer.Edge) {
		for _, e := range p.Edges {
			q := c.part(s, e.To)
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

// boundaries returns the digests of those that a part refers to.
func (c *comparison) boundaries(s int, p *analyzer.Part) map[[32]byte]bool {
	list := map[[32]byte]bool{}
	for _, e := range p.Edges {
		if q := c.part(s, e.To); q.Kind == analyzer.BoundaryPart {
			list[q.Closure] = true
		}
	}
	return list
}

// facts compares what a pair can learn of method sets.
func (c *comparison) facts() {
	old, now := c.allFacts(before, c.b, c.a), c.allFacts(after, c.a, c.b)
	for _, f := range slices.Sorted(maps.Keys(now)) {
		if !old[f] {
			c.fact(after, f)
		}
	}
	for _, f := range slices.Sorted(maps.Keys(old)) {
		if !now[f] {
			c.fact(before, f)
		}
	}
}

// allFacts returns the facts of a part and of the boundaries behind it, but for
// those that the other part has too.
func (c *comparison) allFacts(s int, p, other *analyzer.Part) map[string]bool {
	same := c.boundaries(1-s, other)
	facts, seen := map[string]bool{}, map[int]bool{}
	var collect func(p *analyzer.Part)
	collect = func(p *analyzer.Part) {
		for _, f := range p.Facts {
			facts[f] = true
		}
		for _, e := range p.Edges {
			if q := c.part(s, e.To); q.Kind == analyzer.BoundaryPart && !seen[e.To] && !same[q.Closure] {
				seen[e.To] = true
				collect(q)
			}
		}
	}
	collect(p)
	return facts
}

// fact names the method that one side alone can learn of, or makes it an edge to
// its type.
func (c *comparison) fact(s int, fact string) {
	typ, method, _ := strings.Cut(strings.TrimPrefix(fact, "method "), " ")
	method, _, _ = strings.Cut(method, "(")
	typ, _, _ = strings.Cut(strings.TrimLeft(typ, "*[]"), "[")
	method = method[strings.LastIndexByte(method, '.')+1:]
	e := analyzer.Edge{How: "can tell the methods of"}
	m, isMethod := c.sides[s].index[key{kind: analyzer.FunctionPart, name: typ + "." + method}]
	if isMethod && c.sides[1-s].find(c.part(s, m)) < 0 {
		e.To = m
		c.alone(s, e)
		return
	}
	t, ok := c.sides[s].index[key{kind: analyzer.TypePart, name: typ}]
	if !ok {
		return
	}
	e.To = t
	if other := c.sides[1-s].find(c.part(s, t)); other >= 0 && c.differs(s, t, other) {
		c.out.details = append(c.out.details, detail{c.bothSided(ordered(s, t, other)), e})
		return
	}
	c.out.stray = append(c.out.stray, strayEdge{s, c.out, e, false})
}
