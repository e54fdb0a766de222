// Package causes tells why the version of a function differs between two states
// of a repository.
//
// # Purpose
//
// A version covers thousands of declarations. A reader wants the few that somebody
// edited, each with the way by which the function depends on it. The two graphs
// that are compared are those whose digests made the versions (analyzer.Graph), so
// that what is named is what moved them.
//
// # Algorithm
//
// Walk both graphs at once, breadth first from the function and from the effects of
// initialisation that it notices. Two parts are a pair if they stand in the same
// slot of two equal forms, or have one name. Where the digests of all that a pair
// depends on are equal, nothing below differs, and the walk goes no further.
// Boundaries, which have no names, are replaced by what they lead to.
//
// A pair whose own digests differ is a cause if its syntax differs as well. If not,
// it says the same about something that is another thing now, a constant, an
// embedded file, a type: then that is the cause, and is found below. A pair that is
// a cause explains all edges that it has gained or lost. An edge that a part has
// gained though nobody edited the part comes from code which made a value that flows
// there: if that is among the causes already, the edge is explained; if what the
// edge leads to is new, that is the cause; else it is the edited code that made
// the value, be it outside of the closure.
//
// What no graph holds, modules and settings, is compared item by item. A module
// that appears because edited code imports it is no cause beside that code.
//
// # Assumptions
//
// The set is small, not minimal: it holds all edits in what both states have in
// common. Where a value comes from is known by the places that make it, not by the
// ways it takes. If no such place was edited, the edited declarations nearest to the
// edge are named.
package causes

import (
	"cmp"
	"slices"
	"strings"

	"github.com/autover/autover/analyzer"
)

// The changes that a cause can be.
const (
	Added   = "added"
	Removed = "removed"
	Edited  = "edited"
)

// Cause is one reason why a version differs.
type Cause struct {
	// Kind is that of a part, Name its name, Change one of Added, Removed and Edited.
	Kind, Name, Change string
	// Before and After are positions, file:line, empty where it has none; the lines
	// up to BeforeEnd and AfterEnd belong to it.
	Before, After       string
	BeforeEnd, AfterEnd int
	// Old and New are the values of what has a readable one.
	Old, New string
	// Path leads from the target to the cause, both included.
	Path []Step

	initial bool // an initial value, which is a matter of its variable
}

// Step is one part on a path, and how the part before it depends on it.
type Step struct {
	Name, How, Position string
}

// Comparer compares versions of two reports. It must not be used by several
// goroutines at once.
type Comparer struct {
	sides [2]*side
	known map[pair]*outcome
	walks int // how many walks there were
}

const (
	before = 0
	after  = 1
)

// side is one of the two graphs.
type side struct {
	*analyzer.Graph
	index map[key]int
	near  [][]int32 // neighbours in either direction, made by neighbours

	// The state of a search: the parts met, in order, and from where.
	met, from, stamp []int
	search           int
	stray            []int // by part: the last walk in which a stray edge led there
}

// key names a part.
type key struct {
	kind     analyzer.PartKind
	name     string
	nameOnly bool
}

func keyOf(p *analyzer.Part) key { return key{p.Kind, p.Name, p.NameOnly} }

// New returns a comparer for two graphs.
func New(before, after *analyzer.Graph) *Comparer {
	return &Comparer{sides: [2]*side{newSide(before), newSide(after)}, known: make(map[pair]*outcome)}
}

func newSide(g *analyzer.Graph) *side {
	s := &side{Graph: g, index: make(map[key]int, len(g.Parts))}
	for i := range g.Parts {
		if g.Parts[i].Kind != analyzer.BoundaryPart {
			s.index[keyOf(&g.Parts[i])] = i
		}
	}
	return s
}

// find returns the part of the same name, or -1.
func (s *side) find(p *analyzer.Part) int {
	if i, ok := s.index[keyOf(p)]; ok {
		return i
	}
	return -1
}

// declaration returns the declaration around a function literal, and else the part
// itself.
func (s *side) declaration(i int) int {
	if p := &s.Parts[i]; p.Within != "" {
		if d, ok := s.index[key{kind: p.Kind, name: p.Within}]; ok {
			return d
		}
	}
	return i
}

// Causes returns why two versions of a target differ, which they must: sorted by
// kind and name, and never empty.
func (c *Comparer) Causes(b, a *analyzer.Closure) []Cause {
	w := newWalk(c, b, a)
	w.run()
	return w.causes()
}

// tidy makes an initial value a matter of its variable, names everything once, and
// sorts.
func tidy(list []Cause) []Cause {
	at := map[string]int{}
	var out []Cause
	for _, c := range list {
		if c.initial {
			c.Kind = string(analyzer.VariablePart)
		}
		k := c.Kind + " " + c.Name
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			out = append(out, c)
			continue
		}
		if out[i].Change != c.Change { // name and initial value fare differently
			out[i].Change = Edited
		}
		out[i].Before, out[i].After = cmp.Or(out[i].Before, c.Before), cmp.Or(out[i].After, c.After)
	}
	slices.SortFunc(out, func(a, b Cause) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
	return out
}

func (c *Comparer) part(s, i int) *analyzer.Part { return &c.sides[s].Parts[i] }

// oneSided is the cause that a part is on one side only.
func (c *Comparer) oneSided(s, i int) Cause {
	p := c.part(s, c.sides[s].declaration(i))
	x := Cause{Kind: string(p.Kind), Name: p.Name, initial: p.Initial}
	if s == after {
		x.Change, x.After, x.AfterEnd, x.New = Added, p.Position, p.End, p.Value
	} else {
		x.Change, x.Before, x.BeforeEnd, x.Old = Removed, p.Position, p.End, p.Value
	}
	return x
}

// bothSided is the cause that a part was edited.
func (c *Comparer) bothSided(b, a int) Cause {
	x, y := c.part(before, c.sides[before].declaration(b)), c.part(after, c.sides[after].declaration(a))
	return Cause{
		Kind: string(y.Kind), Name: y.Name, Change: Edited, Before: x.Position, After: y.Position,
		BeforeEnd: x.End, AfterEnd: y.End, Old: x.Value, New: y.Value, initial: y.Initial,
	}
}

// ordered returns two parts with the one before first.
func ordered(s, i, other int) (b, a int) {
	if s == before {
		return i, other
	}
	return other, i
}

// differs tells whether a part and the one of the same name were edited.
func (c *Comparer) differs(s, i, other int) bool {
	x, y := c.part(s, i), c.part(1-s, other)
	return x.Digest != y.Digest && x.Source != y.Source
}

// changed tells whether a part was edited, added or removed.
func (c *Comparer) changed(s, i int) bool {
	other := c.sides[1-s].find(c.part(s, i))
	return other < 0 || c.differs(s, i, other)
}
