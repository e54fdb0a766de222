package analyzer

import (
	"slices"
	"strconv"

	"github.com/autover/autover/hasher"
)

// Reached returns the indices of all parts of a version, boundaries and packages
// included, in the order of a breadth-first walk.
func (g *Graph) Reached(c *Closure) []int {
	effects := c.effects()
	seen := make([]bool, len(g.Parts))
	var list []int
	visit := func(i int) {
		if !seen[i] {
			seen[i] = true
			list = append(list, i)
		}
	}
	visit(c.Start)
	for _, e := range c.Effects {
		visit(e)
	}
	for at := 0; at < len(list); at++ {
		if c.BodyOnly && list[at] != c.Start {
			continue
		}
		for _, e := range g.Parts[list[at]].Edges {
			if e.Folded || e.Effect && !effects[e.To] || c.BodyOnly && !g.ownEdge(e) {
				continue
			}
			visit(e.To)
		}
	}
	for _, l := range c.Leaves {
		visit(l)
	}
	return list
}

func (c *Closure) effects() map[int]bool {
	effects := make(map[int]bool, len(c.Effects))
	for _, e := range c.Effects {
		effects[e] = true
	}
	return effects
}

// ownEdge tells whether an edge leads to what is written in the function itself.
func (g *Graph) ownEdge(e Edge) bool {
	switch g.Parts[e.To].Kind {
	case ConstantPart, FilePart, PackagePart:
		return true
	}
	return g.Parts[e.To].ByValue
}

// Elements lists what a version consists of, by kind and name. Nothing else enters
// a version but the name of its target. Versions that share an element have the same
// *Element.
func (g *Graph) Elements(c *Closure) []*Element {
	if g.elements == nil {
		g.elements = newElementTable(g)
	}
	return g.elements.of(c)
}

// linksOf hashes the names of what a part depends on, in place of boundaries what
// they lead to.
func (g *Graph) linksOf(i int) hasher.Digest {
	if g.known == nil {
		g.known, g.links = make([]bool, len(g.Parts)), make([]hasher.Digest, len(g.Parts))
	}
	if g.known[i] {
		return g.links[i]
	}
	var slots, set []string
	seen := map[int]bool{}
	var collect func(i int)
	collect = func(i int) {
		set = append(set, g.Parts[i].Facts...)
		for _, e := range g.Parts[i].Edges {
			to := &g.Parts[e.To]
			switch {
			case e.Folded:
			case e.Effect: // what counts of them is among the elements
			case to.Kind == BoundaryPart:
				if !seen[e.To] {
					seen[e.To] = true
					collect(e.To)
				}
			case e.Slot > 0:
				slots = append(slots, strconv.Itoa(e.Slot), to.key())
			default:
				set = append(set, to.key())
			}
		}
	}
	collect(i)
	slices.Sort(set)
	enc := hasher.NewEncoder("links")
	enc.Strings(slots)
	enc.Strings(slices.Compact(set))
	g.known[i], g.links[i] = true, enc.Sum()
	return g.links[i]
}

// key names a part among all parts.
func (p *Part) key() string {
	if p.NameOnly {
		return string(p.Kind) + " name " + p.Name
	}
	return string(p.Kind) + " " + p.Name
}
