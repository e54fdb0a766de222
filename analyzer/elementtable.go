package analyzer

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/scc"
)

// elementTable answers what the versions of many targets consist of. What a part
// reaches is the same for all of them, and so is the element that it becomes, but
// for three things: which of a declaration's literals are reached, whether closures
// reveal names and lines, and names of variables, which count where the variable
// doesn't. So the work that targets share is done once: a set of parts for each
// component of the graph, and an element for each combination that occurs.
type elementTable struct {
	g *Graph
	// component is that of each part, reach what a component reaches along the edges
	// that count for every target.
	component []int32
	reach     []bitset
	// groups are the parts of one element, and are in the order of elements.
	groups [][]int32
	// full is the variable of a part that is its name, or -1.
	full []int32
	made map[elementKey]*Element
}

// elementKey is a group, its members that a closure reaches (by their numbers in it),
// and whether the closure reveals them.
type elementKey struct {
	group   int
	members string
	reveals bool
}

func newElementTable(g *Graph) *elementTable {
	t := &elementTable{g: g, component: make([]int32, len(g.Parts)), made: map[elementKey]*Element{}}
	t.connect()
	t.group()
	return t
}

// connect finds what each component reaches. An effect of initialisation counts for
// some targets alone, which name it.
func (t *elementTable) connect() {
	successors := make([][]int32, len(t.g.Parts))
	for i := range t.g.Parts {
		for _, e := range t.g.Parts[i].Edges {
			if !e.Folded && !e.Effect {
				successors[i] = append(successors[i], int32(e.To))
			}
		}
	}
	scc.Visit(len(successors), func(v int32) []int32 { return successors[v] }, func(members []int32) {
		number := int32(len(t.reach))
		set := newBitset(len(successors))
		for _, v := range members {
			t.component[v] = number
			set.add(int(v))
		}
		for _, v := range members {
			for _, w := range successors[v] {
				if c := t.component[w]; c != number && !set.has(int(w)) {
					set.union(t.reach[c])
				}
			}
		}
		t.reach = append(t.reach, set)
	})
}

// group finds the parts that are one element where they are reached: a declaration
// and its literals.
func (t *elementTable) group() {
	at := map[leafKey]int{}
	variables := map[string]int32{}
	for i := range t.g.Parts {
		p := &t.g.Parts[i]
		if p.Kind == BoundaryPart || p.Kind == PackagePart {
			continue
		}
		if p.Kind == VariablePart && !p.NameOnly {
			variables[p.Name] = int32(i)
		}
		k := leafKey{p.Kind, cmp.Or(p.Within, p.Name), p.Digest}
		n, ok := at[k]
		if !ok {
			n = len(t.groups)
			at[k] = n
			t.groups = append(t.groups, nil)
		}
		t.groups[n] = append(t.groups[n], int32(i))
	}
	slices.SortStableFunc(t.groups, func(a, b []int32) int {
		x, y := &t.g.Parts[a[0]], &t.g.Parts[b[0]]
		return cmp.Or(strings.Compare(string(x.Kind), string(y.Kind)), strings.Compare(cmp.Or(x.Within, x.Name), cmp.Or(y.Within, y.Name)))
	})
	t.full = make([]int32, len(t.g.Parts))
	for i := range t.full {
		t.full[i] = -1
		if p := &t.g.Parts[i]; p.NameOnly {
			if v, ok := variables[p.Name]; ok {
				t.full[i] = v
			}
		}
	}
}

// reached returns the parts of a version.
func (t *elementTable) reached(c *Closure) bitset {
	set := newBitset(len(t.g.Parts))
	if c.BodyOnly {
		for _, i := range t.g.Reached(c) {
			set.add(i)
		}
		return set
	}
	set.union(t.reach[t.component[c.Start]])
	for _, e := range c.Effects {
		if !set.has(e) {
			set.union(t.reach[t.component[e]])
		}
	}
	for _, l := range c.Leaves {
		set.add(l)
	}
	return set
}

// of returns the elements of a version.
func (t *elementTable) of(c *Closure) []*Element {
	set := t.reached(c)
	var list []*Element
	var members []int32
	var which []byte
	for n, group := range t.groups {
		members, which = members[:0], which[:0]
		for k, i := range group {
			if set.has(int(i)) && (t.full[i] < 0 || !set.has(int(t.full[i]))) {
				members = append(members, i)
				which = binary.AppendUvarint(which, uint64(k))
			}
		}
		if len(members) > 0 {
			list = append(list, t.element(elementKey{n, string(which), c.Reveals}, members))
		}
	}
	return list
}

// element makes one of the members of a group that a closure reaches.
func (t *elementTable) element(k elementKey, members []int32) *Element {
	if e, ok := t.made[k]; ok {
		return e
	}
	p := &t.g.Parts[members[0]]
	e := &Element{Kind: p.Kind, Name: cmp.Or(p.Within, p.Name), Initial: p.Initial, Digest: p.Digest, Position: p.Position, Value: p.Value}
	if k.reveals && p.Layout != (hasher.Digest{}) {
		enc := hasher.NewEncoder("revealed")
		enc.Digest(p.Digest)
		enc.Digest(p.Layout)
		e.Digest = enc.Sum()
	}
	var links []string
	for _, i := range members {
		links = append(links, t.g.Parts[i].Name+" "+t.g.linksOf(int(i)).String())
	}
	slices.Sort(links)
	enc := hasher.NewEncoder("links of element")
	enc.Strings(links)
	e.Links = enc.Sum()
	t.made[k] = e
	return e
}

// bitset is a set of parts.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) add(i int) { b[i/64] |= 1 << (i % 64) }

func (b bitset) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }

func (b bitset) union(other bitset) {
	for i, w := range other {
		b[i] |= w
	}
}
