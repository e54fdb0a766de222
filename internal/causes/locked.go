package causes

import (
	"cmp"
	"slices"

	"github.com/autover/autover/analyzer"
	"github.com/autover/autover/internal/lockfile"
)

// Locked knows the parts of a lock file.
type Locked struct {
	parts map[lockfile.Part]bool
	names map[lockfile.Part]bool // without digests
	list  []lockfile.Part
	gone  []lockfile.Part // names that the graph no longer has
	graph *analyzer.Graph
	edges map[*analyzer.Closure]map[int]locatedStep
}

// LockParts returns what a lock holds of the versions of a report.
func LockParts(r *analyzer.Report) []lockfile.Part {
	var list []lockfile.Part
	for i := range r.Targets {
		for _, e := range r.Graph.Elements(r.Targets[i].Closure) {
			list = append(list, lockPart(e))
		}
	}
	return list
}

func lockPart(e analyzer.Element) lockfile.Part {
	kind := string(e.Kind)
	if e.Initial {
		kind = string(analyzer.InitPart)
	}
	return lockfile.NewPart(kind, e.Name, e.Digest.String(), e.Links.String())
}

// NewLocked prepares the comparison of a lock with a report, which must have a
// graph.
func NewLocked(l *lockfile.Lock, r *analyzer.Report) *Locked {
	k := &Locked{parts: map[lockfile.Part]bool{}, names: map[lockfile.Part]bool{}, list: l.Parts, graph: r.Graph}
	now := map[lockfile.Part]bool{}
	for _, p := range LockParts(r) {
		now[nameOf(p)] = true
	}
	for _, p := range l.Parts {
		k.parts[p], k.names[nameOf(p)] = true, true
		if !now[nameOf(p)] {
			k.gone = append(k.gone, p)
		}
	}
	return k
}

func nameOf(p lockfile.Part) lockfile.Part { return lockfile.Part{Kind: p.Kind, Name: p.Name} }

// Causes returns why the version of a target is not the locked one, which it must
// not be: parts that the lock doesn't have in this state. If there are none, the
// lock had more: those that it names and nothing has any more.
func (k *Locked) Causes(t *analyzer.Target) []Cause {
	known := map[[2]string]lockfile.Part{} // digests of what only Links tell apart
	for _, p := range k.list {
		known[[2]string{p.Kind + " " + p.Name, p.Digest}] = p
	}
	var list, links []Cause
	for _, e := range k.graph.Elements(t.Closure) {
		p := lockPart(e)
		if k.parts[p] {
			continue
		}
		c := Cause{Kind: p.Kind, Name: p.Name, Change: Edited, After: e.Position, New: e.Value, Path: k.path(t, e)}
		if _, ok := known[[2]string{p.Kind + " " + p.Name, p.Digest}]; ok {
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
			list = append(list, Cause{Kind: p.Kind, Name: p.Name, Change: Removed, Path: []Step{{Name: t.Name}, {Name: p.Name}}})
		}
	}
	if len(list) == 0 {
		list = links
	}
	return tidy(list)
}

// locatedStep is the edge by which a walk came to a part.
type locatedStep struct {
	from int
	edge analyzer.Edge
}

// path returns the shortest path from a target to an element.
func (k *Locked) path(t *analyzer.Target, e analyzer.Element) []Step {
	if k.edges == nil {
		k.edges = map[*analyzer.Closure]map[int]locatedStep{}
	}
	by := k.edges[t.Closure]
	reached := k.graph.Reached(t.Closure)
	if by == nil {
		in := make(map[int]bool, len(reached))
		for _, i := range reached {
			in[i] = true
		}
		by = map[int]locatedStep{}
		for _, i := range reached { // breadth first, so the first edge is the shortest
			for _, edge := range k.graph.Parts[i].Edges {
				if _, ok := by[edge.To]; !ok && in[edge.To] && !edge.Folded && edge.To != t.Closure.Start {
					by[edge.To] = locatedStep{i, edge}
				}
			}
		}
		k.edges[t.Closure] = by
	}
	at := slices.IndexFunc(reached, func(i int) bool {
		p := &k.graph.Parts[i]
		return p.Kind == e.Kind && cmp.Or(p.Within, p.Name) == e.Name
	})
	steps := []Step{}
	for i, n := reached[at], 0; i != t.Closure.Start && n < len(k.graph.Parts); n++ {
		p := &k.graph.Parts[i]
		step, ok := by[i]
		if p.Kind != analyzer.BoundaryPart {
			steps = append(steps, Step{cmp.Or(p.Within, p.Name), step.edge.How, step.edge.Position})
		}
		if !ok {
			break
		}
		i = step.from
	}
	slices.Reverse(steps)
	return append([]Step{{Name: t.Name}}, steps...)
}
