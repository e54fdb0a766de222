package causes

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/autover/autover/analyzer"
)

// causes turns what the walk met into causes.
func (w *walk) causes() []Cause {
	for _, p := range w.edited {
		c := w.bothSided(p.before, p.after)
		c.Path = w.path(p)
		w.report(c)
	}
	for _, c := range w.details {
		w.report(c)
	}
	w.settings()
	w.explainStray()
	w.modules()
	w.explainSuspects()
	if len(w.found) == 0 {
		w.layouts()
	}
	if len(w.found) == 0 {
		w.nearest()
	}
	return tidy(w.found)
}

func (w *walk) report(c Cause) {
	w.isCause[c.Kind+" "+c.Name] = true
	w.found = append(w.found, c)
}

func (w *walk) reported(p *analyzer.Part) bool {
	return w.isCause[string(p.Kind)+" "+cmp.Or(p.Within, p.Name)]
}

// explainStray finds the causes of edges that one side alone has.
func (w *walk) explainStray() {
	for _, e := range w.stray {
		if e.effect {
			w.strayEffect(e)
		} else {
			w.strayEdge(e)
		}
	}
}

// strayEdge names what an edge leads to if that is new or edited to be reached,
// and else the edited code that makes such values.
func (w *walk) strayEdge(e strayEdge) {
	p := w.part(e.side, e.edge.To)
	other := w.c.sides[1-e.side].find(p)
	makers := w.makers(e.side, p)
	if slices.ContainsFunc(makers, func(i int) bool { return w.reported(w.part(e.side, i)) }) || w.reported(p) {
		return
	}
	around := w.c.sides[e.side].declaration(e.edge.To)
	switch {
	case p.Within != "" && other < 0 && w.c.sides[1-e.side].find(w.part(e.side, around)) >= 0:
		w.reportMaker(e, around)
	case other < 0:
		w.report(w.alone(e.side, e.from, e.edge))
	case e.edge.How == "is written by" && w.differs(e.side, e.edge.To, other):
		c := w.bothSided(w.ordered(e.side, e.edge.To, other))
		c.Path = append(w.path(e.from), Step{c.Name, e.edge.How, e.edge.Position})
		w.report(c)
	default:
		for _, i := range makers {
			if w.changed(e.side, i) {
				w.reportMaker(e, i)
			}
		}
	}
}

// reportMaker names a part that makes a value which flows to the end of an edge.
func (w *walk) reportMaker(e strayEdge, i int) {
	p := w.part(e.side, i)
	c := w.oneSided(e.side, i)
	if other := w.c.sides[1-e.side].find(p); other >= 0 {
		c = w.bothSided(w.ordered(e.side, i, other))
	}
	to := w.part(e.side, e.edge.To)
	c.Path = append(w.path(e.from), Step{to.Name, e.edge.How, e.edge.Position}, Step{c.Name, "is handed on by", p.Position})
	w.report(c)
}

// makers returns the parts that make values by which a function can be called, or
// convert its receiver's type or a type.
func (w *walk) makers(s int, p *analyzer.Part) []int {
	if p.Within != "" {
		if i, ok := w.c.sides[s].index[key{kind: p.Kind, name: p.Within}]; ok {
			return []int{i}
		}
	}
	origins := p.Origins
	if i := strings.LastIndexByte(p.Name, '.'); i >= 0 && p.Kind == analyzer.FunctionPart {
		if t, ok := w.c.sides[s].index[key{kind: analyzer.TypePart, name: p.Name[:i]}]; ok {
			origins = slices.Concat(origins, w.part(s, t).Origins)
		}
	}
	var list []int
	for _, o := range origins {
		if o.Part >= 0 && !slices.Contains(list, o.Part) {
			list = append(list, o.Part)
		}
	}
	return list
}

// ordered returns two parts with the one before first.
func (w *walk) ordered(s, i, other int) (b, a int) {
	if s == before {
		return i, other
	}
	return other, i
}

// differs tells whether a part and the one of the same name were edited.
func (w *walk) differs(s, i, other int) bool {
	x, y := w.part(s, i), w.part(1-s, other)
	return x.Digest != y.Digest && x.Source != y.Source
}

// changed tells whether a part was edited, added or removed.
func (w *walk) changed(s, i int) bool {
	other := w.c.sides[1-s].find(w.part(s, i))
	return other < 0 || w.differs(s, i, other)
}

// strayEffect explains an effect of initialisation that one side alone notices.
func (w *walk) strayEffect(e strayEdge) {
	p := w.part(e.side, e.edge.To)
	if w.reported(p) {
		return
	}
	other := w.c.sides[1-e.side].find(p)
	path := w.route(e.side, func(i int) bool { return i == e.edge.To })
	explained := len(path) > 0 && w.crosses(e.side, path[:len(path)-1])
	switch {
	case other >= 0 && w.differs(e.side, e.edge.To, other):
		c := w.bothSided(w.ordered(e.side, e.edge.To, other))
		c.Path = w.steps(e.side, path)
		w.report(c)
		return
	case explained:
		return
	}
	c := w.oneSided(e.side, e.edge.To)
	c.Path = w.steps(e.side, path)
	w.report(c)
}

// facts compares what a pair can learn of method sets.
func (w *walk) facts(p pair) {
	b, a := w.parts(p)
	old, now := w.allFacts(before, b), w.allFacts(after, a)
	for _, f := range slices.Sorted(maps.Keys(now)) {
		if !old[f] {
			w.fact(after, p, f)
		}
	}
	for _, f := range slices.Sorted(maps.Keys(old)) {
		if !now[f] {
			w.fact(before, p, f)
		}
	}
}

// allFacts returns the facts of a part and of the boundaries behind it.
func (w *walk) allFacts(s int, p *analyzer.Part) map[string]bool {
	facts, seen := map[string]bool{}, map[int]bool{}
	var collect func(p *analyzer.Part)
	collect = func(p *analyzer.Part) {
		for _, f := range p.Facts {
			facts[f] = true
		}
		for _, e := range p.Edges {
			if q := w.part(s, e.To); q.Kind == analyzer.BoundaryPart && !seen[e.To] {
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
func (w *walk) fact(s int, p pair, fact string) {
	typ, method, _ := strings.Cut(strings.TrimPrefix(fact, "method "), " ")
	method, _, _ = strings.Cut(method, "(")
	typ, _, _ = strings.Cut(strings.TrimLeft(typ, "*[]"), "[")
	method = method[strings.LastIndexByte(method, '.')+1:]
	e := analyzer.Edge{How: "can tell the methods of"}
	m, isMethod := w.c.sides[s].index[key{kind: analyzer.FunctionPart, name: typ + "." + method}]
	if isMethod && w.c.sides[1-s].find(w.part(s, m)) < 0 {
		e.To = m
		w.details = append(w.details, w.alone(s, p, e))
		return
	}
	t, ok := w.c.sides[s].index[key{kind: analyzer.TypePart, name: typ}]
	if !ok {
		return
	}
	e.To = t
	if other := w.c.sides[1-s].find(w.part(s, t)); other >= 0 && w.differs(s, t, other) {
		b, a := w.ordered(s, t, other)
		c := w.bothSided(b, a)
		c.Path = append(w.path(p), Step{c.Name, e.How, ""})
		w.details = append(w.details, c)
		return
	}
	w.stray = append(w.stray, strayEdge{s, p, e, false})
}

// explainSuspects deals with parts that differ though nobody edited them and
// nothing below them is a cause. What they mention may be new, and shadow something
// else; a setting or module may move them; and if not, they are causes after all:
// what they import means something else.
func (w *walk) explainSuspects() {
	reason := map[pair]bool{}
	for _, p := range w.edited {
		reason[p] = true
	}
	global := slices.ContainsFunc(w.found, func(c Cause) bool {
		return c.Kind == string(analyzer.ToolchainPart) || c.Kind == string(analyzer.ModulePart)
	})
	for _, p := range w.suspects {
		if w.leadsTo(p, reason) || w.hasDetail(w.part(after, p.after).Name) || w.shadowed(p) || global {
			continue
		}
		c := w.bothSided(p.before, p.after)
		c.Path = w.path(p)
		w.report(c)
	}
}

// shadowed reports what a part mentions that the other side doesn't have at all.
func (w *walk) shadowed(p pair) bool {
	found := false
	for s, i := range []int{p.before, p.after} {
		for _, e := range w.part(s, i).Edges {
			if q := w.part(s, e.To); (e.Slot > 0 || q.ByValue) && w.c.sides[1-s].find(q) < 0 {
				w.report(w.alone(s, p, e))
				found = true
			}
		}
	}
	return found
}

// hasDetail tells whether a constant, file or method that one side alone has was
// met at a part.
func (w *walk) hasDetail(name string) bool {
	return slices.ContainsFunc(w.details, func(c Cause) bool {
		return len(c.Path) > 1 && c.Path[len(c.Path)-2].Name == name
	})
}

// leadsTo tells whether the walk went from a pair to one of a set.
func (w *walk) leadsTo(p pair, set map[pair]bool) bool {
	seen := map[pair]bool{p: true}
	list := []pair{p}
	for len(list) > 0 {
		p := list[len(list)-1]
		list = list[:len(list)-1]
		for _, q := range w.next[p] {
			if set[q] {
				return true
			}
			if !seen[q] {
				seen[q] = true
				list = append(list, q)
			}
		}
	}
	return false
}
