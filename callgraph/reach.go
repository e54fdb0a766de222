package callgraph

import "golang.org/x/tools/container/intsets"

// cellReach says which memory can be reached from tokens. Tokens lead to each
// other through the contents of objects and the fields of private structs; all
// tokens of a cycle reach the same memory, so it is computed once for each
// strongly connected component (Tarjan, "Depth-first search and linear graph
// algorithms", 1972).
type cellReach struct {
	s     *solver
	ids   map[string]int
	names []string

	memory []*intsets.Sparse // by token, complete when its component is
	number []int32           // in order of discovery, 0 for new
	low    []int32
	stack  []int32
	on     []bool
	next   int32
}

func newCellReach(s *solver) *cellReach {
	n := len(s.tokens)
	r := &cellReach{
		s: s, ids: map[string]int{},
		memory: make([]*intsets.Sparse, n), number: make([]int32, n), low: make([]int32, n), on: make([]bool, n),
	}
	for t := range s.tokens {
		if r.number[t] == 0 {
			r.visit(int32(t))
		}
	}
	return r
}

// id numbers a cell.
func (r *cellReach) id(cell string) int {
	if i, ok := r.ids[cell]; ok {
		return i
	}
	i := len(r.names)
	r.ids[cell] = i
	r.names = append(r.names, cell)
	return i
}

// from adds the memory that can be reached from the tokens of a node.
func (r *cellReach) from(n int32, cells *intsets.Sparse) {
	if n < 0 {
		return
	}
	var last *intsets.Sparse
	for _, t := range r.s.vertex(n).set.AppendTo(nil) {
		if m := r.memory[t]; m != nil && m != last {
			cells.UnionWith(m)
			last = m
		}
	}
}

// nodes returns the nodes to which a token leads, and adds its own memory.
func (r *cellReach) nodes(token int32, cells *intsets.Sparse) []int32 {
	t := r.s.tokens[token]
	switch t.kind {
	case ObjectToken:
		return []int32{t.content}
	case TypeToken:
		typ := r.s.types[t.key]
		if typ == nil {
			return nil
		}
		var list []int32
		for _, c := range typ.Memory {
			cells.Insert(r.id(c))
			if n, ok := r.s.names[c]; ok {
				list = append(list, n)
			}
		}
		return list
	}
	return nil
}

func (r *cellReach) visit(t int32) {
	r.next++
	r.number[t], r.low[t] = r.next, r.next
	r.stack = append(r.stack, t)
	r.on[t] = true
	own := new(intsets.Sparse)
	r.memory[t] = own
	for _, n := range r.nodes(t, own) {
		for _, m := range r.s.vertex(n).set.AppendTo(nil) {
			u := int32(m)
			switch {
			case r.number[u] == 0:
				r.visit(u)
				r.low[t] = min(r.low[t], r.low[u])
			case r.on[u]:
				r.low[t] = min(r.low[t], r.number[u])
			}
			if r.memory[u] != own {
				own.UnionWith(r.memory[u])
			}
		}
	}
	if r.low[t] != r.number[t] {
		return
	}
	for {
		u := r.stack[len(r.stack)-1]
		r.stack = r.stack[:len(r.stack)-1]
		r.on[u] = false
		if u == t {
			return
		}
		own.UnionWith(r.memory[u])
		r.memory[u] = own
	}
}
