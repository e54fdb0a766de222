package callgraph

import (
	"maps"
	"slices"
	"strings"

	"github.com/autover/autover/internal/intset"
	"github.com/autover/autover/internal/scc"
	"github.com/autover/autover/internal/symbol"
)

// solver propagates tokens through all packages to a fixed point. It is wave
// propagation (Pereira and Berlin, "Wave Propagation and Deep Propagation for
// Pointer Analysis", 2009): collapse the cycles of copy edges, pass differences
// on in topological order, apply the rules to what arrived, and repeat. The
// fixed point doesn't depend on any order.
type solver struct {
	outside map[int32]*handling
	names   map[string]int32 // key of a shared node -> node
	nodes   []*vertex
	parent  []int32 // union-find over nodes
	changed bool    // nodes or copy edges were added since cycles were collapsed

	tokens   []solved
	tokenIDs map[tokenKey]int32
	objects  intset.Set // the tokens that are objects
	types    map[string]*Type
	procs    map[string]*linkedProc
	out      int32           // all that external code without a model was handed
	passing  map[int32]int32 // content of an object -> what is handed over with it
	filters  []filter
	filterID map[string]int32
	known    map[string]model // by the name of the function
	models   []model
	modelID  map[model]int32

	linked  func(symbol.ID) []symbol.ID // see Options
	methods map[string]MethodKinds      // see Options
	closed  map[string]bool             // see isClosed
	found   map[insideKey]int32         // see inside
	private map[string]bool             // the packages that have summaries
	opaque  map[int32]bool              // contents of objects that external code made, see becomeOpaque
	waiting map[int32][]access          // what was done to other contents
	unnamed map[int32]bool              // the contents of which callsAnything is true
	// strangers are the tokens of which is known whether they are, see strange.
	strangers map[int32]bool
	calls     []*linkedCall
	asserts   []assertion
	foreign   map[foreignNode]bool // what the outside puts things into
	passedOn  []int32              // what the standard library hands to the outside
	plain     map[string]bool      // the types of external variables that hold nothing

	aliases  namedAliases
	memories map[*Summary][]int32 // the alias nodes of a package's nodes
}

// vertex is a flow node of the whole program.
type vertex struct {
	set   intset.Set // what it holds
	done  intset.Set // what of that has been looked at
	sent  intset.Set // what has been passed on, see summarize
	succs ordered[succ]
	rules ordered[rule]
	known map[int32]*handling // what external code does with it, by model
}

// succ is a copy edge. A filter above zero restricts what passes.
type succ struct{ to, filter int32 }

// rule is a constraint that depends on the tokens of a node. It is applied to those
// that have come; when nodes become one, to some of them once more.
type rule interface {
	apply(s *solver, node int32, tokens intset.Set)
}

type tokenKey struct {
	kind TokenKind
	key  string
	node int32
	typ  string
}

// solved is a token after linking.
type solved struct {
	kind    TokenKind
	key     string
	content int32  // of an object
	typ     string // of an object, if known
}

type linkedProc struct {
	owner     symbol.ID
	params    []int32
	kinds     []string
	results   []int32
	gives     []string
	signature string
	private   bool // see Proc
}

// assertion is a type assertion to an interface type.
type assertion struct {
	owner symbol.ID
	src   int32
	typ   string
}

func newSolver() *solver {
	s := &solver{
		names:     map[string]int32{},
		tokenIDs:  map[tokenKey]int32{},
		types:     map[string]*Type{},
		procs:     map[string]*linkedProc{},
		passing:   map[int32]int32{},
		filters:   make([]filter, 1),
		filterID:  map[string]int32{},
		known:     map[string]model{},
		modelID:   map[model]int32{},
		aliases:   newNamedAliases(),
		memories:  map[*Summary][]int32{},
		closed:    map[string]bool{},
		found:     map[insideKey]int32{},
		private:   map[string]bool{},
		opaque:    map[int32]bool{},
		waiting:   map[int32][]access{},
		unnamed:   map[int32]bool{},
		strangers: map[int32]bool{},
		foreign:   map[foreignNode]bool{},
		plain:     map[string]bool{},
	}
	s.out = s.newNode()
	s.rule(s.out, outsideRule{})
	return s
}

func (s *solver) newNode() int32 {
	n := int32(len(s.nodes))
	s.nodes = append(s.nodes, new(vertex))
	s.parent = append(s.parent, n)
	s.changed = true
	return n
}

// find returns the representative of a node's cycle.
func (s *solver) find(n int32) int32 {
	for s.parent[n] != n {
		s.parent[n] = s.parent[s.parent[n]]
		n = s.parent[n]
	}
	return n
}

func (s *solver) vertex(n int32) *vertex { return s.nodes[s.find(n)] }

func (s *solver) named(key string) int32 {
	if n, ok := s.names[key]; ok {
		return n
	}
	n := s.newNode()
	s.names[key] = n
	return n
}

func (s *solver) object(content int32, typ string) int32 {
	return s.intern(tokenKey{ObjectToken, "", content, typ})
}

func (s *solver) token(kind TokenKind, key string) int32 {
	return s.intern(tokenKey{kind, key, -1, ""})
}

func (s *solver) intern(k tokenKey) int32 {
	if t, ok := s.tokenIDs[k]; ok {
		return t
	}
	t := int32(len(s.tokens))
	s.tokens = append(s.tokens, solved{k.kind, k.key, k.node, k.typ})
	s.tokenIDs[k] = t
	if k.kind == ObjectToken {
		s.objects = s.objects.With(int(t))
	}
	return t
}

// add makes the constraints of a summary part of the problem.
func (s *solver) add(sum *Summary) {
	s.private[stripVariants(sum.Package)] = true
	nodes := make([]int32, len(sum.Nodes))
	for i, key := range sum.Nodes {
		if key == "" {
			nodes[i] = s.newNode()
		} else {
			nodes[i] = s.named(key)
		}
	}
	at := func(n Node) int32 {
		if n == None {
			return -1
		}
		return nodes[n]
	}
	all := func(list []Node) []int32 {
		out := make([]int32, len(list))
		for i, n := range list {
			out[i] = at(n)
		}
		return out
	}
	for i := range sum.Types {
		t := &sum.Types[i]
		if s.types[t.Key] == nil {
			s.types[t.Key] = t
		}
	}
	tokens := make([]int32, len(sum.Tokens))
	for i, t := range sum.Tokens {
		if t.Kind == ObjectToken {
			tokens[i] = s.object(at(t.Content), t.Type)
			if strings.HasPrefix(sum.Nodes[t.Content], externalKey("")) {
				s.external(at(t.Content), t.Type)
			}
		} else {
			tokens[i] = s.token(t.Kind, t.Key)
		}
	}
	for _, p := range sum.Procs {
		s.procs[p.Key] = &linkedProc{p.Owner, all(p.Params), p.Kinds, all(p.Results), p.Gives, p.Signature, p.Private}
	}
	for _, a := range sum.Addrs {
		s.put(at(a.Dst), tokens[a.Token])
	}
	for _, c := range sum.Copies {
		s.edge(at(c.Src), at(c.Dst), 0)
	}
	for _, c := range sum.Retypes {
		s.rule(at(c.Src), retypeRule{at(c.Dst)})
	}
	for _, f := range sum.Filters {
		s.edge(at(f.Src), at(f.Dst), s.filter(f.Kind))
		if typ, ok := strings.CutPrefix(f.Kind, "i:"); ok {
			s.asserts = append(s.asserts, assertion{f.Owner, at(f.Src), typ})
		}
	}
	for _, l := range sum.Loads {
		s.rule(at(l.Ptr), loadRule{at(l.Dst), s.filter(l.Kind), objectOfKind(l.Kind), l.Asserted})
	}
	for _, st := range sum.Stores {
		s.rule(at(st.Ptr), storeRule{at(st.Src)})
	}
	s.memories[sum] = s.aliases.load(&sum.Aliases)
	for i := range sum.Calls {
		s.addCall(&sum.Calls[i], at, all, tokens, s.memories[sum])
	}
}

func (s *solver) put(n, token int32) {
	if n >= 0 {
		v := s.vertex(n)
		v.set = v.set.With(int(token))
	}
}

// edge adds a copy edge and passes on what its source has passed on already.
func (s *solver) edge(from, to, filter int32) {
	if from < 0 || to < 0 {
		return
	}
	from, to = s.find(from), s.find(to)
	if from == to {
		return
	}
	v := s.nodes[from]
	e := succ{to, filter}
	if !v.succs.add(e) {
		return
	}
	s.changed = s.changed || filter == 0
	s.pass(v.sent, e)
}

// rule adds a rule and applies it to what its node has passed on already.
func (s *solver) rule(n int32, r rule) {
	if n < 0 {
		return
	}
	n = s.find(n)
	v := s.nodes[n]
	if v.rules.add(r) && !v.done.IsEmpty() {
		r.apply(s, n, v.done)
	}
}

// pass lets tokens flow along an edge.
func (s *solver) pass(tokens intset.Set, e succ) {
	if tokens.IsEmpty() {
		return
	}
	to := s.vertex(e.to)
	to.set = to.set.Union(s.filtered(tokens, e.filter))
}

// solve runs to the fixed point.
func (s *solver) solve() {
	type arrival struct {
		node  int32
		fresh intset.Set
	}
	order := s.collapse()
	for {
		var arrivals []arrival
		for _, n := range order {
			v := s.nodes[n]
			fresh := v.set.Minus(v.done)
			if fresh.IsEmpty() {
				continue
			}
			v.done = v.set
			out := s.summarize(n, fresh)
			v.sent = v.sent.Union(out)
			for _, e := range v.succs.list {
				s.pass(out, e)
			}
			if len(v.rules.list) > 0 || len(v.known) > 0 {
				arrivals = append(arrivals, arrival{n, fresh})
			}
		}
		if len(arrivals) == 0 && !s.pending(order) {
			return
		}
		for _, a := range arrivals {
			s.apply(a.node, a.fresh)
		}
		if s.changed {
			order = s.collapse()
		}
	}
}

// apply applies the rules of a node to tokens that have come.
func (s *solver) apply(n int32, fresh intset.Set) {
	v := s.nodes[n]
	s.gather(v)
	rules, known := v.rules.list, maps.Clone(v.known)
	if n == s.find(s.out) { // outsideRule does more
		v.known = nil
		for _, model := range inOrder(s.outside) {
			s.edge(s.outside[model].handed[0], s.out, 0)
		}
		for _, model := range inOrder(known) {
			for _, from := range known[model].handed {
				s.edge(from, s.out, 0)
			}
		}
		known = nil
	}
	for _, r := range rules {
		r.apply(s, n, fresh)
	}
	for _, model := range inOrder(known) {
		s.handle(n, model, known[model], fresh)
	}
}

// summarize returns what a node passes on of what has come to it. What has become
// one with the outside is replaced by a single object that stands for all of it:
// the objects whose content is that of the outside, and everything, if that content
// is what is passed on.
func (s *solver) summarize(from int32, fresh intset.Set) intset.Set {
	out := s.find(s.out)
	if from == out {
		return intset.Of(int(s.object(s.out, unknownObject)))
	}
	var outside intset.Set
	for id := range fresh.Intersect(s.objects).All() {
		if s.find(s.tokens[id].content) == out {
			outside = outside.With(id)
		}
	}
	if outside.IsEmpty() {
		return fresh
	}
	return fresh.Minus(outside).With(int(s.object(s.out, unknownObject)))
}

// pending tells whether a node holds what it hasn't passed on.
func (s *solver) pending(order []int32) bool {
	for _, n := range order {
		if v := s.nodes[n]; !v.set.SubsetOf(v.done) {
			return true
		}
	}
	return false
}

// collapse merges the cycles of unfiltered copy edges and returns the
// representatives in topological order. The outside stays its own representative.
func (s *solver) collapse() []int32 {
	s.changed = false
	var order []int32
	var cycles [][]int32
	scc.Visit(len(s.nodes), s.copies, func(members []int32) {
		if i := slices.Index(members, s.out); i > 0 {
			members[0], members[i] = members[i], members[0]
		}
		root := members[0]
		if s.parent[root] != root {
			return
		}
		order = append(order, root)
		if len(members) > 1 {
			cycles = append(cycles, slices.Clone(members))
		}
	})
	for _, members := range cycles {
		for _, m := range members[1:] {
			s.merge(members[0], m)
		}
	}
	for _, members := range cycles {
		s.agree(members)
	}
	slices.Reverse(order)
	return order
}

// copies returns the successors of a node by unfiltered copy edges; a node that
// was merged into another has none.
func (s *solver) copies(n int32) []int32 {
	if s.parent[n] != n {
		return nil
	}
	var list []int32
	for _, e := range s.nodes[n].succs.list {
		if e.filter == 0 {
			list = append(list, s.find(e.to))
		}
	}
	return list
}

// merge makes two nodes of a cycle one.
func (s *solver) merge(root, m int32) {
	a, b := s.nodes[root], s.nodes[m]
	s.parent[m] = root
	a.set = a.set.Union(b.set)
	a.sent = a.sent.Intersect(b.sent) // the rest is passed on again by both
	a.done = a.sent
	a.succs.addAll(&b.succs)
	a.rules.addAll(&b.rules)
	if p, ok := s.passing[m]; !ok {
	} else if q, ok := s.passing[root]; ok {
		s.edge(p, q, 0)
		s.edge(q, p, 0)
	} else {
		s.passing[root] = p
	}
	for model, h := range b.known {
		switch {
		case a.known == nil:
			a.known = b.known
		case a.known[model] == nil:
			a.known[model] = h
		default:
			a.known[model].join(h)
		}
	}
	s.nodes[m] = nil
}

// agree lets what is known of one of the nodes that became one hold for all.
func (s *solver) agree(members []int32) {
	root := members[0]
	opaque, unnamed := false, false
	for _, m := range members {
		opaque, unnamed = opaque || s.opaque[m], unnamed || s.unnamed[m]
		if m != root {
			s.waiting[root] = append(s.waiting[root], s.waiting[m]...)
			delete(s.waiting, m)
		}
	}
	s.opaque[root], s.unnamed[root] = false, false
	if opaque {
		s.becomeOpaque(root)
	}
	if unnamed {
		s.callsAnything(root)
	}
}

// access is a load from an object, or a store.
type access struct {
	rule interface{ opaque(*solver, solved) }
	to   solved
}

// accessed applies a rule to an object whose content external code made, now or once
// that is known.
func (s *solver) accessed(r interface{ opaque(*solver, solved) }, object solved) {
	c := s.find(object.content)
	if s.opaque[c] {
		r.opaque(s, object)
	} else {
		s.waiting[c] = append(s.waiting[c], access{r, object})
	}
}

// becomeOpaque notes that external code made objects with a content. What it holds may
// lie at any depth.
func (s *solver) becomeOpaque(content int32) {
	c := s.find(content)
	if s.opaque[c] {
		return
	}
	s.opaque[c] = true
	list := s.waiting[c]
	delete(s.waiting, c)
	for _, a := range list {
		a.rule.opaque(s, a.to)
	}
}

// loadRule loads from memory. What external code holds behind a pointer may lie
// in any object that it knows: that is another object, of the type of what is loaded.
type loadRule struct {
	dst, kind int32
	typ       string
	asserted  bool // see Load
}

func (r loadRule) apply(s *solver, _ int32, tokens intset.Set) {
	for t := range tokens.Intersect(s.objects).All() {
		object := s.tokens[t]
		if object.typ == immutableObject && !r.asserted {
			continue
		}
		kind := int32(0)
		if s.find(object.content) == s.out {
			kind = r.kind
		} else {
			s.accessed(r, object)
		}
		s.edge(object.content, r.dst, kind)
	}
}

func (r loadRule) opaque(s *solver, from solved) { s.put(r.dst, s.object(from.content, r.typ)) }

type storeRule struct{ src int32 }

func (r storeRule) apply(s *solver, _ int32, tokens intset.Set) {
	for id := range tokens.Intersect(s.objects).All() {
		t := s.tokens[id]
		if isClosedObject(t.typ) {
			continue
		}
		s.edge(r.src, t.content, 0)
		s.accessed(r, t)
	}
}

func (r storeRule) opaque(s *solver, to solved) {
	s.know(to.content, contentRule{s.modelNumber(stored), r.src, to.typ})
}

type retypeRule struct{ dst int32 }

func (r retypeRule) apply(s *solver, _ int32, tokens intset.Set) {
	for id := range tokens.Intersect(s.objects).All() {
		t := s.tokens[id]
		if !isClosedObject(t.typ) {
			t.typ = unknownObject
		}
		s.put(r.dst, s.object(t.content, t.typ))
	}
}
