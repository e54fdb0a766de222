package callgraph

import (
	"strings"

	"github.com/autover/autover/internal/intset"
)

// This file says what external code does with the values that it finds in a node.

// contentRule says what external code of a model does with what it finds in a
// node: the arguments of a call, or the content of an object that it got hold
// of. Passing is the node of what is handed over along with that object; for a
// call it is the node itself. Self is the type of the object.
type contentRule struct {
	model   int32
	passing int32
	self    string
}

// handling is all rules for the content of a node that have a model in common. They
// treat what they find there alike, so it is looked at once for all of them: what any
// of them hands over flows through one node.
type handling struct {
	passing ordered[int32]  // the nodes of what is handed over
	selves  ordered[string] // the types of the object that holds the content
	// handed is the node to which all of passing flow. Nodes that became one bring
	// several along, until the rules are applied to what they hold.
	handed []int32
	called ordered[string] // the bodies that are called back
	seen   intset.Set      // what was there when the rules came
	gift   *gift           // what all rules hand to bodies; nil if it isn't known
}

// gift is what external code can hand to the bodies that it calls: to parameters of
// function types, and to others.
type gift struct {
	functions, values intset.Set
	given             bool
}

// join adds the rules of a node that became one with that of h.
func (h *handling) join(o *handling) {
	h.passing.addAll(&o.passing)
	h.selves.addAll(&o.selves)
	h.called.addAll(&o.called)
	h.handed = append(h.handed, o.handed...)
}

// know adds a rule for the content of a node, and applies it to what has been looked
// at already.
func (s *solver) know(n int32, r contentRule) {
	n = s.find(n)
	h, isNew := s.handling(n, r.model)
	hands, self := h.passing.add(r.passing), h.selves.add(r.self)
	if !hands && !self {
		return
	}
	if hands {
		s.edge(r.passing, h.handed[0], 0)
	}
	if isNew {
		s.handle(n, r.model, h, s.nodes[n].done)
		return
	}
	g := s.gift(n, []int32{r.passing}, []string{r.self})
	for _, key := range h.called.list {
		s.give(g, s.procs[key])
	}
}

// handling returns how code of a model treats the content of a node, and whether
// that is new. The rules for the content of the outside are for what is there by
// now: it gets to know what they hand over, and outsideRule says what is done then.
func (s *solver) handling(n, model int32) (h *handling, isNew bool) {
	v, known := s.nodes[n], &s.outside
	if n != s.find(s.out) {
		known = &v.known
	}
	h = (*known)[model]
	if h != nil && (known == &v.known || v.done.SubsetOf(h.seen)) {
		return h, false
	}
	if h != nil { // others have come since: outsideRule sees to what is handed over
		s.edge(h.handed[0], s.out, 0)
	}
	if *known == nil {
		*known = map[int32]*handling{}
	}
	h = &handling{handed: []int32{s.newNode()}, seen: v.done}
	(*known)[model] = h
	return h, true
}

// handle applies the rules to tokens in their node.
func (s *solver) handle(node, model int32, h *handling, tokens intset.Set) {
	for _, n := range h.handed[1:] {
		s.edge(n, h.handed[0], 0)
	}
	h.handed = h.handed[:1]
	h.gift = nil
	m, r := &s.models[model], contentRule{model: model, passing: h.handed[0]}
	for id := range tokens.All() {
		t := s.tokens[id]
		if s.strangeTo(m, int32(id)) {
			s.giveAway(r, node, t)
		}
		switch t.kind {
		case ObjectToken:
			s.open(contentRule{model: s.within(model, t), passing: r.passing}, t.content, t.typ)
		case FuncToken:
			if p := s.procs[t.key]; p != nil && m.callsFunction(p) {
				h.call(s, node, t.key)
			}
		case TypeToken:
			if typ := s.types[t.key]; typ != nil {
				s.seen(h, r, node, typ)
			}
		}
	}
}

// call calls a body that external code finds in a node.
func (h *handling) call(s *solver, node int32, key string) {
	if s.procs[key] == nil {
		return
	}
	h.called.add(key)
	if h.gift == nil {
		h.gift = s.gift(node, h.passing.list, h.selves.list)
	}
	s.callback(h.gift, node, key)
}

// gift returns what rules for the content of a node hand to bodies: objects with that
// content, and those that hold what is handed over along with it.
func (s *solver) gift(node int32, passing []int32, selves []string) *gift {
	g := &gift{functions: intset.Of(int(s.object(node, unknownObject)))} // what it is made of is no type of a function
	for _, self := range selves {
		g.values = g.values.With(int(s.object(node, self)))
	}
	for _, p := range passing {
		behind := int(s.object(p, unknownObject))
		g.functions, g.values = g.functions.With(behind), g.values.With(behind)
	}
	return g
}

// give hands something to all parameters of a body.
func (s *solver) give(g *gift, p *linkedProc) {
	for i, param := range p.params {
		if param < 0 {
			continue
		}
		what := g.values
		if strings.HasPrefix(p.kinds[i], "f:") {
			what = g.functions
		}
		if !g.given {
			g.given = true
			for t := range g.values.All() {
				s.becomeOpaque(s.tokens[t].content)
			}
		}
		v := s.vertex(param)
		v.set = v.set.Union(s.filtered(what, s.filter(p.kinds[i])))
	}
}
