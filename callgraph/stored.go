package callgraph

import (
	"github.com/autover/autover/internal/symbol"
)

// Stored is a program for keeping: plain data in one order, in which names are numbers.
// The reasons for edges are left out, and so is what the summaries say of a function.
type Stored struct {
	Names      []string
	Boundaries []StoredBoundary
	Functions  []StoredFunction
	// Writers and Affected are lists by variable.
	Writers, Affected []StoredList
	Effects           []StoredEffect
}

// StoredBoundary is a Boundary.
type StoredBoundary struct{ Callees, Types, Facts, Inner []int32 }

// StoredFunction is a Linked. Boundaries are indices into Stored.Boundaries.
type StoredFunction struct {
	ID                                           int32
	Callees, Boundaries, Facts, Reads, Externals []int32
}

// StoredList is a list that belongs to a name.
type StoredList struct {
	Of   int32
	List []int32
}

// StoredEffect is an Effect.
type StoredEffect struct {
	ID        int32
	Registers []int32
	Ordered   bool
}

// Store returns the program for keeping. Programs that are equal but for the reasons
// of their edges are equal when stored.
func (p *Program) Store() *Stored {
	n := newNumbering()
	s := &Stored{}
	for _, b := range p.Boundaries {
		s.Boundaries = append(s.Boundaries, StoredBoundary{numbered(n, b.Callees), numbered(n, b.Types), numbered(n, b.Facts), narrow(b.Inner)})
	}
	for _, id := range inOrder(p.Functions) {
		f := p.Functions[id]
		s.Functions = append(s.Functions, StoredFunction{
			number(n, id), numbered(n, inOrder(f.Callees)), narrow(inOrder(f.Boundaries)),
			numbered(n, f.Facts), numbered(n, inOrder(f.Reads)), numbered(n, f.Externals),
		})
	}
	s.Writers, s.Affected = lists(n, p.Writers), lists(n, p.Affected)
	for _, id := range inOrder(p.Effects) {
		e := p.Effects[id]
		s.Effects = append(s.Effects, StoredEffect{number(n, id), numbered(n, e.Registers), e.Ordered})
	}
	s.Names = n.names
	return s
}

func number[S ~string](n *numbering, name S) int32 { return int32(n.id(string(name))) }

func numbered[S ~string](n *numbering, names []S) []int32 {
	out := make([]int32, len(names))
	for i, name := range names {
		out[i] = number(n, name)
	}
	return out
}

func lists(n *numbering, m map[symbol.ID][]symbol.ID) []StoredList {
	var out []StoredList
	for _, id := range inOrder(m) {
		out = append(out, StoredList{number(n, id), numbered(n, m[id])})
	}
	return out
}

func narrow(list []int) []int32 {
	out := make([]int32, len(list))
	for i, x := range list {
		out[i] = int32(x)
	}
	return out
}

// Program returns the program that was stored, which must be that of the summaries;
// false if it isn't. Its edges have no reasons.
func (s *Stored) Program(summaries []*Summary) (*Program, bool) {
	r := &restorer{Stored: s, fits: true}
	p := &Program{
		Boundaries: make([]Boundary, len(s.Boundaries)), Functions: make(map[symbol.ID]*Linked, len(s.Functions)),
		Writers: r.lists(s.Writers), Affected: r.lists(s.Affected), Effects: make(map[symbol.ID]*Effect, len(s.Effects)),
	}
	for i, b := range s.Boundaries {
		p.Boundaries[i] = Boundary{named[symbol.ID](r, b.Callees), named[symbol.ID](r, b.Types), named[string](r, b.Facts), r.indices(b.Inner)}
	}
	for _, f := range s.Functions {
		l := &Linked{
			Callees: keyed(named[symbol.ID](r, f.Callees), ""), Boundaries: keyed(r.indices(f.Boundaries), ""),
			Reads: keyed(named[symbol.ID](r, f.Reads), true),
			Facts: named[string](r, f.Facts), Externals: named[string](r, f.Externals),
		}
		p.Functions[symbol.ID(r.name(f.ID))] = l
	}
	for _, e := range s.Effects {
		p.Effects[symbol.ID(r.name(e.ID))] = &Effect{Registers: named[string](r, e.Registers), Ordered: e.Ordered}
	}
	described := map[symbol.ID]bool{}
	for _, sum := range summaries {
		for i := range sum.Functions {
			f := &sum.Functions[i]
			described[f.ID] = true
			if l := p.Functions[f.ID]; l != nil {
				l.Reveals, l.Caveats = f.Reveals, f.Caveats
			} else {
				r.fits = false
			}
		}
	}
	return p, r.fits && len(described) == len(p.Functions)
}

// restorer finds the names behind numbers, and whether there are such.
type restorer struct {
	*Stored
	fits bool
}

func (r *restorer) name(i int32) string {
	if i < 0 || int(i) >= len(r.Names) {
		r.fits = false
		return ""
	}
	return r.Names[i]
}

func named[S ~string](r *restorer, numbers []int32) []S {
	if len(numbers) == 0 {
		return nil
	}
	out := make([]S, len(numbers))
	for i, n := range numbers {
		out[i] = S(r.name(n))
	}
	return out
}

func (r *restorer) lists(lists []StoredList) map[symbol.ID][]symbol.ID {
	m := make(map[symbol.ID][]symbol.ID, len(lists))
	for _, l := range lists {
		m[symbol.ID(r.name(l.Of))] = named[symbol.ID](r, l.List)
	}
	return m
}

// indices are those of boundaries.
func (r *restorer) indices(list []int32) []int {
	out := make([]int, len(list))
	for i, x := range list {
		r.fits = r.fits && x >= 0 && int(x) < len(r.Boundaries)
		out[i] = int(x)
	}
	return out
}

// keyed returns a map that has the same value for all keys.
func keyed[K comparable, V any](keys []K, value V) map[K]V {
	m := make(map[K]V, len(keys))
	for _, k := range keys {
		m[k] = value
	}
	return m
}
