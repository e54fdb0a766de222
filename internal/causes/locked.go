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
	named map[lockfile.Part][]int // parts of the graph by kind and name
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
		graph: r.Graph, made: lockParts(r), named: map[lockfile.Part][]int{},
	}
	for i := range r.Graph.Parts {
		p := &r.Graph.Parts[i]
		name := lockfile.Part{Kind: string(p.Kind), Name: cmp.Or(p.Within, p.Name)}
		k.named[name] = append(k.named[name], i)
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
		c := Cause{Kind: p.Kind, Name: p.Name, Change: Edited, After: e.Position, New: e.Value, Path: way.to(k.named[nameOf(p)]), initial: e.Initial}
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

// ways are the shortest paths from a target to all that its version covers. There may
// be thousands of targets, so nothing here is a map.
type ways struct {
	graph  *analyzer.Graph
	target *analyzer.Target
	covers []bool           // by part
	rank   []int32          // place in the walk from 1, or 0
	from   []int32          // the part by which the walk came there
	edge   []*analyzer.Edge // nil where it began
}

// newWays walks breadth first from the function, and then from what no edge from there
// leads to: effects of initialisation and settings.
func newWays(g *analyzer.Graph, t *analyzer.Target) *ways {
	n := len(g.Parts)
	w := &ways{graph: g, target: t, covers: make([]bool, n), rank: make([]int32, n), from: make([]int32, n), edge: make([]*analyzer.Edge, n)}
	reached := g.Reached(t.Closure)
	for _, i := range reached {
		w.covers[i] = true
	}
	list := make([]int, 0, len(reached))
	for _, root := range reached { // the function is the first
		if w.rank[root] != 0 {
			continue
		}
		next := len(list)
		list = append(list, root)
		w.rank[root] = int32(len(list))
		for ; next < len(list); next++ {
			list = w.step(list[next], list)
		}
	}
	return w
}

// step adds to a list what the edges of a part lead to first.
func (w *ways) step(i int, list []int) []int {
	edges := w.graph.Parts[i].Edges
	for k := range edges {
		e := &edges[k]
		if w.rank[e.To] != 0 || !w.covers[e.To] || e.Folded {
			continue
		}
		list = append(list, e.To)
		w.rank[e.To], w.from[e.To], w.edge[e.To] = int32(len(list)), int32(i), e
	}
	return list
}

// to returns the path to the nearest of some parts.
func (w *ways) to(parts []int) []Step {
	nearest := -1
	for _, i := range parts {
		if w.rank[i] > 0 && (nearest < 0 || w.rank[i] < w.rank[nearest]) {
			nearest = i
		}
	}
	steps := []Step{}
	for i := nearest; i >= 0 && i != w.target.Closure.Start; {
		p, e := &w.graph.Parts[i], w.edge[i]
		step := Step{Name: cmp.Or(p.Within, p.Name)}
		if e != nil {
			step.How, step.Position = e.How, e.Position
		}
		if p.Kind != analyzer.BoundaryPart {
			steps = append(steps, step)
		}
		if e == nil {
			break
		}
		i = int(w.from[i])
	}
	slices.Reverse(steps)
	return append([]Step{{Name: w.target.Name}}, steps...)
}
