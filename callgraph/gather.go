package callgraph

import "slices"

// This file keeps loads and stores from taking as many edges as there are objects times
// places that load or store. All loads through a pointer yield the same: what the objects
// contain is gathered in one node, from which it flows on to where it is loaded. What is
// stored through a pointer is gathered likewise, and then flows to the objects.

// gathered is how many rules of a node that do the same become one.
const gathered = 4

// gatherable are rules that differ in one node only, which holds what they bring.
type gatherable interface {
	rule
	// through returns the rule with another node.
	through(node int32) gatherable
	// join connects the node of the rule with that of the one for all.
	join(s *solver, node int32)
}

func (r loadRule) through(node int32) gatherable { r.dst = node; return r }
func (r loadRule) join(s *solver, node int32)    { s.edge(node, r.dst, 0) }

func (r retypeRule) through(node int32) gatherable { r.dst = node; return r }
func (r retypeRule) join(s *solver, node int32)    { s.edge(node, r.dst, 0) }

func (r storeRule) through(node int32) gatherable { r.src = node; return r }
func (r storeRule) join(s *solver, node int32)    { s.edge(r.src, node, 0) }

// gather makes rules of a node that do the same one rule. What they have been applied to
// needn't be seen again.
func (s *solver) gather(v *vertex) {
	if len(v.rules.list) < gathered {
		return
	}
	groups := map[rule][]gatherable{}
	var order []rule
	for _, r := range v.rules.list {
		if g, ok := r.(gatherable); ok {
			key := g.through(-1)
			if len(groups[key]) == 0 {
				order = append(order, key)
			}
			groups[key] = append(groups[key], g)
		}
	}
	for _, key := range order {
		group := groups[key]
		if len(group) < gathered {
			continue
		}
		node := s.newNode()
		for _, r := range group {
			r.join(s, node)
		}
		rules := slices.DeleteFunc(slices.Clone(v.rules.list), func(r rule) bool {
			g, ok := r.(gatherable)
			return ok && g.through(-1) == key
		})
		v.rules = ordered[rule]{}
		for _, r := range rules {
			v.rules.add(r)
		}
		v.rules.add(key.(gatherable).through(node))
	}
}
