package causes

import (
	"cmp"
	"maps"
	"slices"

	"github.com/autover/autover/analyzer"
	"github.com/autover/autover/internal/lockfile"
)

// Locked knows the parts of a lock file.
type Locked struct {
	parts map[lockfile.Part]bool
	names map[lockfile.Part]bool // without digests
	alone map[lockfile.Part]bool // without the digests of links
	gone  []lockfile.Part        // whose names the graph no longer has
	graph *analyzer.Graph
	made  map[*analyzer.Element]lockfile.Part
}

// LockParts returns what a lock holds of the versions of a report.
func LockParts(r *analyzer.Report) []lockfile.Part {
	return slices.Collect(maps.Values(lockParts(r)))
}

// lockParts returns the parts of a lock by the elements that they stand for.
func lockParts(r *analyzer.Report) map[*analyzer.Element]lockfile.Part {
	made := make(map[*analyzer.Element]lockfile.Part)
	for i := range r.Targets {
		for _, e := range r.Graph.Elements(r.Targets[i].Closure) {
			if _, ok := made[e]; !ok {
				made[e] = lockfile.NewPart(string(e.Kind), e.Name, e.Digest.String(), e.Links.String())
			}
		}
	}
	return made
}

// NewLocked prepares the comparison of a lock with a report, which must have a
// graph.
func NewLocked(l *lockfile.Lock, r *analyzer.Report) *Locked {
	k := &Locked{
		parts: map[lockfile.Part]bool{}, names: map[lockfile.Part]bool{}, alone: map[lockfile.Part]bool{},
		graph: r.Graph, made: lockParts(r),
	}
	now := map[lockfile.Part]bool{}
	for _, p := range k.made {
		now[nameOf(p)] = true
	}
	for _, p := range l.Parts {
		k.parts[p], k.names[nameOf(p)], k.alone[withoutLinks(p)] = true, true, true
		if !now[nameOf(p)] {
			k.gone = append(k.gone, p)
		}
	}
	return k
}

func nameOf(p lockfile.Part) lockfile.Part { return lockfile.Part{Kind: p.Kind, Name: p.Name} }

func withoutLinks(p lockfile.Part) lockfile.Part {
	p.Links = ""
	return p
}

// Causes returns why the version of a target is not the locked one, which it must
// not be: parts that the lock doesn't have in this state. If there are none, the
// lock had more: those that it names and nothing has any more.
func (k *Locked) Causes(t *analyzer.Target) []Cause {
	var list, links []Cause
	var way *ways
	for _, e := range k.graph.Elements(t.Closure) {
		p := k.made[e]
		if k.parts[p] {
			continue
		}
		if way == nil {
			way = newWays(k.graph, t)
		}
		c := Cause{Kind: p.Kind, Name: p.Name, Change: Edited, After: e.Position, New: e.Value, Path: way.to(e), initial: e.Initial}
		if k.alone[withoutLinks(p)] {
			links = append(links, c)
			continue
		}
		if !k.names[nameOf(p)] {
			c.Change = Added
		}
		list = append(list, c)
	}
	if len(list) == 0 {
		for _, p := range k.gone {
			list = append(list, Cause{Kind: p.Kind, Name: p.Name, Change: Removed, Path: []Step{{Name: t.Name}, {Name: p.Name}}, initial: isInitial(p)})
		}
	}
	if len(list) == 0 {
		list = links
	}
	return tidy(list)
}

// ways are the shortest paths from a target to all that its version covers.
type ways struct {
	graph  *analyzer.Graph
	target *analyzer.Target
	first  map[lockfile.Part]int // the part that is reached first, by kind and name
	by     map[int]locatedStep
}

// locatedStep is the edge by which a walk came to a part.
type locatedStep struct {
	from int
	edge analyzer.Edge
}

func newWays(g *analyzer.Graph, t *analyzer.Target) *ways {
	w := &ways{graph: g, target: t, first: map[lockfile.Part]int{}, by: map[int]locatedStep{}}
	reached := g.Reached(t.Closure)
	in := make([]bool, len(g.Parts))
	for _, i := range reached {
		in[i] = true
		p := &g.Parts[i]
		name := lockfile.Part{Kind: string(p.Kind), Name: cmp.Or(p.Within, p.Name)}
		if _, ok := w.first[name]; !ok {
			w.first[name] = i
		}
	}
	for _, i := range reached { // breadth first, so the first edge is the shortest
		for _, edge := range g.Parts[i].Edges {
			if _, ok := w.by[edge.To]; !ok && in[edge.To] && !edge.Folded && edge.To != t.Closure.Start {
				w.by[edge.To] = locatedStep{i, edge}
			}
		}
	}
	return w
}

// to returns the path to an element.
func (w *ways) to(e *analyzer.Element) []Step {
	steps := []Step{}
	for i, n := w.first[lockfile.Part{Kind: string(e.Kind), Name: e.Name}], 0; i != w.target.Closure.Start && n < len(w.graph.Parts); n++ {
		p := &w.graph.Parts[i]
		step, ok := w.by[i]
		if p.Kind != analyzer.BoundaryPart {
			steps = append(steps, Step{cmp.Or(p.Within, p.Name), step.edge.How, step.edge.Position})
		}
		if !ok {
			break
		}
		i = step.from
	}
	slices.Reverse(steps)
	return append([]Step{{Name: w.target.Name}}, steps...)
}
