package causes

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/autover/autover/analyzer"
)

// leaves returns what no edge leads to, by name, with modules apart.
func (w *walk) leaves(s int) (settings, modules map[key]int) {
	settings, modules = map[key]int{}, map[key]int{}
	for _, i := range w.closure[s].Leaves {
		p := w.part(s, i)
		if p.Kind == analyzer.ModulePart || p.Kind == analyzer.InitPart {
			modules[keyOf(p)] = i
		} else {
			settings[keyOf(p)] = i
		}
	}
	return settings, modules
}

// settings compares policies, salts, files and the toolchain.
func (w *walk) settings() {
	old, _ := w.leaves(before)
	now, _ := w.leaves(after)
	w.compareLeaves(old, now, func(int, int) []Step { return []Step{w.target()} }, func(s, i int) bool { return false })
}

// modules compares modules and what registers itself. One that only one side has
// is explained by a cause on the way to it.
func (w *walk) modules() {
	_, old := w.leaves(before)
	_, now := w.leaves(after)
	edited := map[string]bool{}
	for k, b := range old {
		if a, ok := now[k]; ok && w.part(before, b).Digest != w.part(after, a).Digest {
			edited[k.name] = true
		}
	}
	way := func(s, i int) []int {
		name, _, _ := strings.Cut(w.part(s, i).Name, " ")
		return w.route(s, func(j int) bool {
			p := w.part(s, j)
			return p.Kind == analyzer.PackagePart && (p.Value == name || p.Name == name)
		})
	}
	explained := func(s, i int) bool {
		p := w.part(s, i)
		if p.Kind == analyzer.InitPart && p.Name == orderOfEffects {
			return len(w.found) > 0
		}
		list := way(s, i)
		return w.crosses(s, list) || slices.ContainsFunc(list, func(j int) bool {
			q := w.part(s, j)
			return q.Kind == analyzer.PackagePart && edited[q.Value] && q.Value != p.Name
		})
	}
	path := func(s, i int) []Step { return w.steps(s, way(s, i)) }
	w.compareLeaves(old, now, path, explained)
}

// orderOfEffects is the part for the order in which effects take place.
const orderOfEffects = "order of initialisation"

// compareLeaves reports leaves that differ, and those that one side alone has
// unless they are explained.
func (w *walk) compareLeaves(old, now map[key]int, path func(s, i int) []Step, explained func(s, i int) bool) {
	report := func(c Cause, s, i int) {
		c.Path = path(s, i)
		if len(c.Path) == 0 {
			c.Path = []Step{w.target()}
		}
		c.Path = append(c.Path, Step{Name: c.Name})
		w.report(c)
	}
	for _, k := range sortedKeys(now) {
		a := now[k]
		b, ok := old[k]
		switch {
		case !ok && !explained(after, a):
			report(w.c.oneSided(after, a), after, a)
		case ok && w.part(before, b).Digest != w.part(after, a).Digest && (k.name != orderOfEffects || !explained(after, a)):
			report(w.c.bothSided(b, a), after, a)
		}
	}
	for _, k := range sortedKeys(old) {
		if _, ok := now[k]; !ok && !explained(before, old[k]) {
			report(w.c.oneSided(before, old[k]), before, old[k])
		}
	}
}

func sortedKeys(m map[key]int) []key {
	return slices.SortedFunc(maps.Keys(m), func(a, b key) int {
		return cmp.Or(strings.Compare(string(a.kind), string(b.kind)), strings.Compare(a.name, b.name))
	})
}

func (w *walk) target() Step { return Step{Name: w.part(after, w.closure[after].Start).Name} }

// layouts names the functions that stand elsewhere, where the code sees that.
func (w *walk) layouts() {
	if !w.closure[before].Reveals || !w.closure[after].Reveals {
		return
	}
	for _, a := range w.c.sides[after].Reached(w.closure[after]) {
		y := w.part(after, a)
		b := w.c.sides[before].find(y)
		if b < 0 || w.part(before, b).Layout == y.Layout {
			continue
		}
		c := w.c.bothSided(b, a)
		c.Path = w.steps(after, w.route(after, func(i int) bool { return i == a }))
		w.report(c)
	}
}

// route returns the parts on a shortest way from the target of one side to the
// first that is wanted; none if there is no way.
func (w *walk) route(s int, wanted func(int) bool) []int {
	c, g := w.closure[s], w.c.sides[s]
	effects := map[int]bool{}
	for _, e := range c.Effects {
		effects[e] = true
	}
	g.begin()
	g.meet(c.Start, -1)
	strays := c.Effects // those that no edge leads to
	for at := 0; at < len(g.met) || len(strays) > 0; at++ {
		if at == len(g.met) {
			g.meet(strays[0], c.Start)
			strays = strays[1:]
			at--
			continue
		}
		i := g.met[at]
		if wanted(i) {
			var way []int
			for ; i >= 0; i = g.from[i] {
				way = append(way, i)
			}
			slices.Reverse(way)
			return way
		}
		for _, e := range w.part(s, i).Edges {
			if !e.Folded && (!e.Effect || effects[e.To]) {
				g.meet(e.To, i)
			}
		}
	}
	return nil
}

// begin forgets the parts that a search has met.
func (s *side) begin() {
	if s.from == nil {
		s.from, s.stamp = make([]int, len(s.Parts)), make([]int, len(s.Parts))
	}
	s.search++
	s.met = s.met[:0]
}

// meet notes a part and from where it was reached, the first time.
func (s *side) meet(i, from int) {
	if s.stamp[i] != s.search {
		s.stamp[i], s.from[i] = s.search, from
		s.met = append(s.met, i)
	}
}

// steps describes a way.
func (w *walk) steps(s int, way []int) []Step {
	var steps []Step
	for k, i := range way {
		step := Step{Name: w.part(s, i).Name}
		if k > 0 {
			for _, e := range w.part(s, way[k-1]).Edges {
				if e.To == i && !e.Folded {
					step.How, step.Position = e.How, e.Position
					break
				}
			}
		}
		if w.part(s, i).Kind != analyzer.BoundaryPart {
			steps = append(steps, step)
		}
	}
	return steps
}

// crosses tells whether a way leads over a cause, or over a part or an edge that
// the other side doesn't have.
func (w *walk) crosses(s int, way []int) bool {
	for k, i := range way {
		p := w.part(s, i)
		if w.reported(p) {
			return true
		}
		if p.Kind == analyzer.BoundaryPart {
			continue
		}
		other := w.c.sides[1-s].find(p)
		if other < 0 {
			return len(w.found) > 0
		}
		if k+1 < len(way) && w.part(s, way[k+1]).Kind == analyzer.PackagePart && p.Kind != analyzer.PackagePart &&
			len(w.found) > 0 && w.c.differs(s, i, other) {
			return true
		}
	}
	return false
}

// nearest names the edited declarations that are nearest to the edges that only
// one side has, and if there are none, the target itself.
func (w *walk) nearest() {
	for s := range w.c.sides {
		var start []int
		for _, e := range w.stray {
			if e.side == s {
				start = append(start, e.edge.To)
				start = append(start, w.makers(s, w.part(s, e.edge.To))...)
			}
		}
		for _, i := range w.nearestChanged(s, start) {
			c := w.c.oneSided(s, i)
			if other := w.c.sides[1-s].find(w.part(s, i)); other >= 0 {
				c = w.c.bothSided(ordered(s, i, other))
			}
			c.Path = []Step{w.target(), {c.Name, "gets values by way of", w.part(s, i).Position}}
			w.report(c)
		}
		if len(w.found) > 0 {
			return
		}
	}
	c := w.c.bothSided(w.closure[before].Start, w.closure[after].Start)
	c.Path = []Step{w.target()}
	w.report(c)
}

// nearestChanged returns the edited parts at the smallest distance from any of
// some parts, along edges in either direction.
func (w *walk) nearestChanged(s int, start []int) []int {
	near := w.c.sides[s].neighbours()
	seen := map[int]bool{}
	for level := start; len(level) > 0; {
		var found, next []int
		for _, i := range level {
			if seen[i] {
				continue
			}
			seen[i] = true
			if p := w.part(s, i); isDeclaration(p) && w.c.changed(s, i) {
				found = append(found, i)
			}
			for _, j := range near[i] {
				next = append(next, int(j))
			}
		}
		if len(found) > 0 {
			return found
		}
		level = next
	}
	return nil
}

func isDeclaration(p *analyzer.Part) bool {
	switch p.Kind {
	case analyzer.FunctionPart, analyzer.TypePart, analyzer.VariablePart, analyzer.InitPart, analyzer.ConstantPart:
		return p.Position != ""
	}
	return false
}

// neighbours returns for each part those that an edge connects with it. External
// packages connect everything, and so count for nothing.
func (s *side) neighbours() [][]int32 {
	if s.near == nil {
		s.near = make([][]int32, len(s.Parts))
		for i := range s.Parts {
			for _, e := range s.Parts[i].Edges {
				if s.Parts[e.To].Kind != analyzer.PackagePart && s.Parts[i].Kind != analyzer.PackagePart {
					s.near[i] = append(s.near[i], int32(e.To))
					s.near[e.To] = append(s.near[e.To], int32(i))
				}
			}
		}
	}
	return s.near
}
