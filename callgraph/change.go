package callgraph

import (
	"slices"

	"golang.org/x/tools/container/intsets"

	"github.com/autover/autover/internal/scc"
	"github.com/autover/autover/internal/symbol"
)

// This file says which variables a change of memory concerns: those to whose
// cells the changed cell belongs, if the reference through which it is changed
// may be to their memory. It may if both come from one place of the alias graph,
// or one from the other.

// changes relates changes to variables, which it numbers.
type changes struct {
	*linker
	variables []symbol.ID
	numbers   map[symbol.ID]int
	byCell    map[int]*intsets.Sparse // cell -> variables whose memory it is

	component []int32           // of the nodes of the alias graph
	concerns  []*intsets.Sparse // component -> variables whose memory it may be
	memo      map[*intsets.Sparse]memoryChange
	keepers   map[string]bool // packages that may keep variables
	known     *intsets.Sparse // cells to which the outside was handed pointers
}

// memoryChange is what a change of some cells concerns: the variables that have
// one of them, and those whose memory the fields among them may be.
type memoryChange struct{ have, fields *intsets.Sparse }

// cellWrite is a change of a cell in the memory of an alias node; with noMemory,
// of all memory of the cell.
type cellWrite struct {
	cell   int
	memory int32
}

func newChanges(l *linker) *changes {
	c := &changes{
		linker: l, variables: sortedIDs(l.variables), numbers: map[symbol.ID]int{},
		byCell: map[int]*intsets.Sparse{}, memo: map[*intsets.Sparse]memoryChange{}, keepers: map[string]bool{}, known: new(intsets.Sparse),
	}
	for pkg := range l.keptBy {
		c.keepers[pkg] = true
	}
	for _, call := range l.calls {
		if call.bound && (call.model.asks || call.model.registers || call.abroad) {
			for _, h := range call.Handed {
				for _, cell := range h.Cells {
					c.known.Insert(l.reach.id(cell))
				}
			}
		}
	}
	for typ := range l.plain {
		c.known.Insert(l.reach.id(elementsOf(typ)))
	}
	seeds := map[int32]*intsets.Sparse{}
	for i, id := range c.variables {
		v := l.variables[id]
		c.numbers[id] = i
		cells := l.cells(v)
		for _, cell := range cells.AppendTo(nil) {
			insert(c.byCell, cell, i)
		}
		if v.Aliased || v.Addressed {
			for _, n := range c.reachable(v, cells) {
				insert(seeds, n, i)
			}
		}
	}
	c.propagate(seeds)
	return c
}

func insert[K comparable](m map[K]*intsets.Sparse, k K, i int) {
	if m[k] == nil {
		m[k] = new(intsets.Sparse)
	}
	m[k].Insert(i)
}

// reachable returns the nodes of the references by which the memory of a
// variable is reached from it, and of its own memory.
func (c *changes) reachable(v *Variable, cells *intsets.Sparse) []int32 {
	g := &c.aliases
	var list []int32
	seen := map[int32]bool{noMemory: true}
	add := func(n int32) {
		for !seen[n] {
			seen[n] = true
			list = append(list, n)
			n = g.content[g.find(n)]
		}
	}
	add(g.keys[memoryKey(v.ID)])
	add(g.keys[varKey(v.ID)])
	for _, cell := range cells.AppendTo(nil) {
		if key, ok := fieldOf(c.reach.cells.names[cell]); ok {
			add(g.keys[key])
		}
	}
	for _, cell := range slices.Concat(v.Own, v.Memory) {
		if key, ok := fieldOf(cell); ok {
			add(g.keys[key])
		}
	}
	return list
}

// propagate finds what each node concerns: the variables into whose memory it
// flows, and those that the nodes concern from which it comes. Seeds are the
// nodes by which the memory of variables is reached.
func (c *changes) propagate(seeds map[int32]*intsets.Sparse) {
	g := &c.aliases
	next := adjacency(len(g.parent), g.flows, g.parts)
	c.component = make([]int32, len(g.parent))
	var members [][]int32
	var sets []growing
	scc.Visit(len(g.parent), func(n int32) []int32 { return next[n] }, func(list []int32) {
		k := int32(len(members))
		members = append(members, slices.Clone(list))
		for _, n := range list {
			c.component[n] = k
		}
		var set growing
		for _, n := range list {
			set.add(seeds[n])
			for _, m := range next[n] {
				if o := c.component[m]; o != k {
					set.add(sets[o].set)
				}
			}
		}
		sets = append(sets, growing{set: set.set})
	})
	for k, list := range slices.Backward(members) {
		for _, n := range list {
			for _, m := range next[n] {
				if o := c.component[m]; int(o) != k {
					sets[o].add(sets[k].set)
				}
			}
		}
	}
	for _, s := range sets {
		c.concerns = append(c.concerns, s.set)
	}
}

// adjacency lists the successors of each node.
func adjacency(n int, lists ...[]Flow) [][]int32 {
	count := make([]int32, n+1)
	for _, list := range lists {
		for _, f := range list {
			count[f.Src+1]++
		}
	}
	for i := range n {
		count[i+1] += count[i]
	}
	all := make([]int32, count[n])
	next := make([][]int32, n)
	for i := range next {
		next[i] = all[count[i]:count[i]:count[i+1]]
	}
	for _, list := range lists {
		for _, f := range list {
			next[f.Src] = append(next[f.Src], f.Dst)
		}
	}
	return next
}

// growing is a set that is shared with others until it differs.
type growing struct {
	set *intsets.Sparse
	own bool
}

func (g *growing) add(s *intsets.Sparse) {
	switch {
	case s == nil || s == g.set:
	case g.set == nil:
		g.set = s
	case s.SubsetOf(g.set):
	case g.own:
		g.set.UnionWith(s)
	default:
		u := new(intsets.Sparse)
		u.Union(g.set, s)
		g.set, g.own = u, true
	}
}

// concern returns the variables whose memory a node may refer to; nil for none.
func (c *changes) concern(n int32) *intsets.Sparse { return c.concerns[c.component[n]] }

// deeply adds the variables whose memory can be reached from a node.
func (c *changes) deeply(n int32, to *intsets.Sparse) {
	for seen := map[int32]bool{noMemory: true}; !seen[n]; n = c.aliases.content[c.aliases.find(n)] {
		seen[n] = true
		if s := c.concern(n); s != nil {
			to.UnionWith(s)
		}
	}
}

// write adds the variables that a change concerns.
func (c *changes) write(w cellWrite, to *intsets.Sparse) {
	for _, cell := range append([]int{w.cell}, c.interiors[w.cell]...) {
		have := c.byCell[cell]
		if have == nil {
			continue
		}
		if w.memory == noMemory {
			to.UnionWith(have)
		} else if s := c.concern(w.memory); s != nil {
			var both intsets.Sparse
			both.Intersection(have, s)
			to.UnionWith(&both)
		}
	}
}

// named adds the variables that a change of a variable by its name concerns:
// itself, and those through which its memory is seen.
func (c *changes) named(id symbol.ID, to *intsets.Sparse) {
	i, ok := c.numbers[id]
	if !ok {
		return
	}
	to.Insert(i)
	v := c.linker.variables[id]
	if !v.Addressed {
		return
	}
	for _, cell := range v.Own {
		c.write(cellWrite{c.reach.id(cell), c.aliases.keys[memoryKey(id)]}, to)
	}
}

// cellsOf returns what a change of any of a set of cells concerns. The set must
// not change any more.
func (c *changes) cellsOf(cells *intsets.Sparse) memoryChange {
	if m, ok := c.memo[cells]; ok {
		return m
	}
	m := memoryChange{new(intsets.Sparse), new(intsets.Sparse)}
	for _, cell := range cells.AppendTo(nil) {
		c.cellChange(cell, m)
	}
	c.memo[cells] = m
	return m
}

func (c *changes) cellChange(cell int, m memoryChange) {
	for _, x := range append([]int{cell}, c.interiors[cell]...) {
		if have := c.byCell[x]; have != nil {
			m.have.UnionWith(have)
		}
	}
	if key, ok := fieldOf(c.reach.cells.names[cell]); ok {
		c.deeply(c.aliases.keys[key], m.fields)
	}
}

// external adds the variables that a call of external code that writes
// concerns.
func (c *changes) external(call *linkedCall, to *intsets.Sparse) {
	m := memoryChange{new(intsets.Sparse), new(intsets.Sparse)}
	for _, h := range call.Handed {
		if !call.writes(h.Position) {
			continue
		}
		for _, id := range h.Variables {
			c.named(id, to)
		}
		for _, cell := range h.Cells {
			c.cellChange(c.reach.id(cell), m)
		}
	}
	keepers := call.packages
	if c.reachesModules(call) {
		keepers = c.keepers
	}
	for pkg := range keepers {
		for _, id := range c.keptBy[pkg] {
			if v := c.linker.variables[id]; v.Aliased || v.Addressed {
				c.named(id, m.have)
			} else {
				c.named(id, to) // what its maker keeps is not in the alias graph
			}
		}
	}
	reach := c.reach
	if c.setsFields(call) {
		reach = c.exposed
	}
	join := func(n int32) {
		if cells := reach.behind(n); cells != nil {
			o := c.cellsOf(cells)
			m.have.UnionWith(o.have)
			m.fields.UnionWith(o.fields)
		}
	}
	// Pointers to what holds no tokens are in no node of the solver. In the standard library
	// package flag alone keeps such pointers for later.
	if c.reachesModules(call) || call.packages["flag"] {
		o := c.cellsOf(c.known)
		m.have.UnionWith(o.have)
		m.fields.UnionWith(o.fields)
		c.deeply(c.aliases.keys[outsideKey], m.fields)
		if direct := c.concern(c.aliases.find(c.aliases.keys[outsideKey])); direct != nil {
			to.UnionWith(direct)
		}
	}
	if call.model.asks || call.abroad {
		join(c.out)
		c.deeply(c.aliases.keys[outsideKey], m.fields)
	}
	if call.Kind != ExternalCall {
		join(call.content)
		if call.made != 0 {
			join(call.made)
		}
		c.deeply(call.receiver(&c.aliases), m.fields)
	}
	for i, n := range call.refs.Args {
		if call.writes(call.position(i)) {
			c.deeply(n, m.fields)
			if call.Kind == ExternalCall {
				join(call.args[i])
			}
		}
	}
	m.have.IntersectionWith(m.fields)
	to.UnionWith(m.have)
}

// reachesModules tells whether code of other modules may run, which may call further
// packages and so change what any of them keeps.
func (c *changes) reachesModules(call *linkedCall) bool {
	return c.modules && (call.abroad || call.model.asks && len(call.packages) == 0 || c.callsModule(call))
}

// setsFields tells whether the code that is called is that of the standard library,
// and changes what it finds behind pointers in interfaces field by field.
func (c *changes) setsFields(call *linkedCall) bool {
	if call.packages["reflect"] {
		return false
	}
	known := len(call.packages) > 0 && call.Kind == ExternalCall
	for pkg := range call.packages {
		known = known && isStandard(pkg)
	}
	return known || len(c.methods) == 0
}
