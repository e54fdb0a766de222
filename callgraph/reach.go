package callgraph

import (
	"golang.org/x/tools/container/intsets"

	"github.com/autover/autover/internal/scc"
)

// cellReach says which memory can be reached from the tokens of nodes. Nodes
// lead to each other through the contents of objects and the fields of private
// structs; all nodes of a cycle reach the same memory.
type cellReach struct {
	s       *solver
	classes *classes
	of      func(*Type) []string // the cells that a value of a type leads to
	cells   *numbering
	memory  []*intsets.Sparse // by class of nodes
}

func newCellReach(s *solver, classes *classes, cells *numbering, of func(*Type) []string) *cellReach {
	r := &cellReach{s: s, classes: classes, of: of, cells: cells, memory: make([]*intsets.Sparse, len(classes.sets))}
	scc.Visit(len(classes.sets), r.successors, r.sum)
	return r
}

// id numbers a cell.
func (r *cellReach) id(cell string) int { return r.cells.id(cell) }

// successors returns the classes of the nodes to which the tokens of a class lead.
func (r *cellReach) successors(class int32) []int32 {
	var list []int32
	last := int32(-1)
	r.each(class, func(t solved, typ *Type) {
		if t.kind == ObjectToken {
			if c := r.classes.class(t.content); c != last {
				list = append(list, c)
				last = c
			}
			return
		}
		for _, c := range r.of(typ) {
			key, _ := fieldOf(c)
			if f, ok := r.s.names[key]; ok {
				list = append(list, r.classes.class(f))
			}
		}
	})
	return list
}

// each visits the objects and types of a class.
func (r *cellReach) each(class int32, visit func(t solved, typ *Type)) {
	for id := range r.classes.sets[class].All() {
		switch t := r.s.tokens[id]; t.kind {
		case ObjectToken:
			visit(t, nil)
		case TypeToken:
			if typ := r.s.types[t.key]; typ != nil {
				visit(t, typ)
			}
		}
	}
}

// sum adds up the memory of a component, whose successors are done.
func (r *cellReach) sum(members []int32) {
	m := new(intsets.Sparse)
	for _, n := range members {
		r.memory[n] = m
	}
	for _, n := range members {
		r.each(n, func(t solved, typ *Type) {
			if typ == nil {
				if t.typ != unknownObject && !isClosedObject(t.typ) {
					m.Insert(r.id(elementsOf(t.typ)))
				}
				return
			}
			for _, c := range r.of(typ) {
				m.Insert(r.id(c))
			}
		})
		for _, o := range r.successors(n) {
			if other := r.memory[o]; other != m {
				m.UnionWith(other)
			}
		}
	}
}

// from adds the memory that can be reached from the tokens of a node.
func (r *cellReach) from(n int32, cells *intsets.Sparse) {
	if m := r.behind(n); m != nil {
		cells.UnionWith(m)
	}
}

// behind returns the memory that can be reached from the tokens of a node, or nil.
func (r *cellReach) behind(n int32) *intsets.Sparse {
	if n < 0 {
		return nil
	}
	return r.memory[r.classes.class(n)]
}
