package causes

import (
	"cmp"
	"slices"
	"strings"

	"github.com/autover/autover/analyzer"
)

// causes turns what the walk met into causes.
func (w *walk) causes() []Cause {
	for _, o := range w.edited {
		c := w.c.bothSided(o.pair.before, o.pair.after)
		c.Path = w.path(o)
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
	case e.edge.How == "is written by" && w.c.differs(e.side, e.edge.To, other):
		c := w.c.bothSided(ordered(e.side, e.edge.To, other))
		c.Path = append(w.path(e.from), Step{c.Name, e.edge.How, e.edge.Position})
		w.report(c)
	default:
		for _, i := range makers {
			if w.c.changed(e.side, i) {
				w.reportMaker(e, i)
			}
		}
	}
}

// reportMaker names a part that makes a value which flows to the end of an edge.
func (w *walk) reportMaker(e strayEdge, i int) {
	p := w.part(e.side, i)
	c := w.c.oneSided(e.side, i)
	if other := w.c.sides[1-e.side].find(p); other >= 0 {
		c = w.c.bothSided(ordered(e.side, i, other))
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
	case other >= 0 && w.c.differs(e.side, e.edge.To, other):
		c := w.c.bothSided(ordered(e.side, e.edge.To, other))
		c.Path = w.steps(e.side, path)
		w.report(c)
		return
	case explained:
		return
	}
	c := w.c.oneSided(e.side, e.edge.To)
	c.Path = w.steps(e.side, path)
	w.report(c)
}

// explainSuspects deals with parts that differ though nobody edited them and
// nothing below them is a cause. What they mention may be new, and shadow something
// else; a setting or module may move them; and if not, they are causes after all:
// what they import means something else.
func (w *walk) explainSuspects() {
	if len(w.suspects) == 0 {
		return
	}
	explained := w.above(w.edited)
	global := slices.ContainsFunc(w.found, func(c Cause) bool {
		return c.Kind == string(analyzer.ToolchainPart) || c.Kind == string(analyzer.ModulePart)
	})
	for _, o := range w.suspects {
		if explained[o] || w.hasDetail(w.part(after, o.pair.after).Name) || w.shadowed(o) || global {
			continue
		}
		c := w.c.bothSided(o.pair.before, o.pair.after)
		c.Path = w.path(o)
		w.report(c)
	}
}

// shadowed reports what a part mentions that the other side doesn't have at all.
func (w *walk) shadowed(o *outcome) bool {
	found := false
	for s, i := range []int{o.pair.before, o.pair.after} {
		for _, e := range w.part(s, i).Edges {
			if q := w.part(s, e.To); (e.Slot > 0 || q.ByValue) && w.c.sides[1-s].find(q) < 0 {
				w.report(w.alone(s, o, e))
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

// above returns the pairs from which the walk can go to some pairs, not counting
// these themselves.
func (w *walk) above(list []*outcome) map[*outcome]bool {
	from := map[*outcome][]*outcome{}
	for _, o := range w.met {
		for i := range o.next {
			from[o.next[i].to] = append(from[o.next[i].to], o)
		}
	}
	found := map[*outcome]bool{}
	for list = slices.Clone(list); len(list) > 0; {
		o := list[len(list)-1]
		list = list[:len(list)-1]
		for _, p := range from[o] {
			if !found[p] {
				found[p] = true
				list = append(list, p)
			}
		}
	}
	return found
}
