package callgraph

import (
	"maps"
	"slices"
	"sort"
	"strings"

	"golang.org/x/tools/container/intsets"

	"github.com/autover/autover/internal/scc"
	"github.com/autover/autover/internal/symbol"
)

// solver propagates tokens through all packages to a fixed point. It is wave
// propagation (Pereira and Berlin, "Wave Propagation and Deep Propagation for
// Pointer Analysis", 2009): collapse the cycles of copy edges, pass differences
// on in topological order, apply the rules to what arrived, and repeat. The
// fixed point doesn't depend on any order.
type solver struct {
	names   map[string]int32 // key of a shared node -> node
	nodes   []*vertex
	parent  []int32 // union-find over nodes
	changed bool    // nodes or copy edges were added since cycles were collapsed

	tokens   []solved
	tokenIDs map[tokenKey]int32
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
	opaque  map[int32]bool              // contents of objects that external code made
	unnamed map[int32]bool              // those of which callsAnything is true
	// strangers are the tokens of which is known whether they are, see strange.
	strangers map[int32]bool
	calls     []*linkedCall
	asserts   []assertion
	foreign   map[foreignNode]bool // what the outside puts things into
	passedOn  []int32              // what the standard library hands to the outside

	aliases  namedAliases
	memories map[*Summary][]int32 // the alias nodes of a package's nodes
}

// vertex is a flow node of the whole program.
type vertex struct {
	set   intsets.Sparse // what it holds
	done  intsets.Sparse // what of that has been looked at
	sent  intsets.Sparse // what has been passed on, see summarize
	succs map[succ]struct{}
	rules map[rule]struct{}
	// contents are rules, too; there are so many of them that they are not boxed.
	contents map[contentRule]struct{}
}

// succ is a copy edge. A filter above zero restricts what passes.
type succ struct{ to, filter int32 }

// rule is a constraint that depends on the tokens of a node.
type rule interface {
	apply(s *solver, node, token int32)
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
		unnamed:   map[int32]bool{},
		strangers: map[int32]bool{},
		foreign:   map[foreignNode]bool{},
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
	for i := range sum.Types {
		t := &sum.Types[i]
		if s.types[t.Key] == nil {
			s.types[t.Key] = t
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
		s.rule(at(l.Ptr), loadRule{at(l.Dst), s.filter(l.Kind), objectOfKind(l.Kind)})
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
		s.vertex(n).set.Insert(int(token))
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
	if _, old := v.succs[e]; old {
		return
	}
	if v.succs == nil {
		v.succs = map[succ]struct{}{}
	}
	v.succs[e] = struct{}{}
	s.changed = s.changed || filter == 0
	if !v.sent.IsEmpty() {
		s.pass(&v.sent, e)
	}
}

// rule adds a rule and applies it to what its node has passed on already.
func (s *solver) rule(n int32, r rule) {
	if n < 0 {
		return
	}
	n = s.find(n)
	v := s.nodes[n]
	if _, old := v.rules[r]; old {
		return
	}
	if v.rules == nil {
		v.rules = map[rule]struct{}{}
	}
	v.rules[r] = struct{}{}
	for _, t := range v.done.AppendTo(nil) {
		r.apply(s, n, int32(t))
	}
}

// content adds a rule for content as rule does.
func (s *solver) content(n int32, r contentRule) {
	n = s.find(n)
	v := s.nodes[n]
	if _, old := v.contents[r]; old {
		return
	}
	if v.contents == nil {
		v.contents = map[contentRule]struct{}{}
	}
	v.contents[r] = struct{}{}
	for _, t := range v.done.AppendTo(nil) {
		r.apply(s, n, int32(t))
	}
}

func (s *solver) pass(delta *intsets.Sparse, e succ) {
	to := s.vertex(e.to)
	if e.filter == 0 {
		to.set.UnionWith(delta)
		return
	}
	f := &s.filters[e.filter]
	for _, t := range delta.AppendTo(nil) {
		if f.passes(s, int32(t)) {
			to.set.Insert(t)
		}
	}
}

// solve runs to the fixed point.
func (s *solver) solve() {
	type arrival struct {
		node  int32
		fresh []int
	}
	order := s.collapse()
	for {
		var arrivals []arrival
		for _, n := range order {
			v := s.nodes[n]
			var delta intsets.Sparse
			delta.Difference(&v.set, &v.done)
			if delta.IsEmpty() {
				continue
			}
			v.done.UnionWith(&delta)
			fresh := delta.AppendTo(nil)
			s.summarize(n, &delta)
			v.sent.UnionWith(&delta)
			for e := range v.succs {
				s.pass(&delta, e)
			}
			if len(v.rules) > 0 || len(v.contents) > 0 {
				arrivals = append(arrivals, arrival{n, fresh})
			}
		}
		if len(arrivals) == 0 && !s.pending(order) {
			return
		}
		for _, a := range arrivals {
			v := s.nodes[a.node]
			rules, contents := slices.Collect(maps.Keys(v.rules)), slices.Collect(maps.Keys(v.contents))
			if a.node == s.find(s.out) { // outsideRule does more
				v.contents = nil
				for _, r := range contents {
					s.edge(r.passing, s.out, 0)
				}
				contents = nil
			}
			for _, t := range a.fresh {
				for _, r := range rules {
					r.apply(s, a.node, int32(t))
				}
				for _, r := range contents {
					r.apply(s, a.node, int32(t))
				}
			}
		}
		if s.changed {
			order = s.collapse()
		}
	}
}

// summarize replaces what has become one with the outside by a single object
// that stands for all of it: the objects whose content is that of the outside,
// and everything, if that content is what is passed on.
func (s *solver) summarize(from int32, delta *intsets.Sparse) {
	out := s.find(s.out)
	some := from == out
	if some {
		delta.Clear()
	} else {
		for _, id := range delta.AppendTo(nil) {
			if t := s.tokens[id]; t.kind == ObjectToken && s.find(t.content) == out {
				delta.Remove(id)
				some = true
			}
		}
	}
	if some {
		delta.Insert(int(s.object(s.out, unknownObject)))
	}
}

// pending tells whether a node holds what it hasn't passed on.
func (s *solver) pending(order []int32) bool {
	for _, n := range order {
		if v := s.nodes[n]; !v.set.Equals(&v.done) {
			return true
		}
	}
	return false
}

// collapse merges the cycles of unfiltered copy edges and returns the
// representatives in topological order.
func (s *solver) collapse() []int32 {
	s.changed = false
	var order []int32
	var cycles [][]int32
	scc.Visit(len(s.nodes), s.copies, func(members []int32) {
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
	for e := range s.nodes[n].succs {
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
	a.set.UnionWith(&b.set)
	a.sent.IntersectionWith(&b.sent) // the rest is passed on again by both
	a.done.Copy(&a.sent)
	for e := range b.succs {
		if a.succs == nil {
			a.succs = map[succ]struct{}{}
		}
		a.succs[e] = struct{}{}
	}
	for r := range b.rules {
		if a.rules == nil {
			a.rules = map[rule]struct{}{}
		}
		a.rules[r] = struct{}{}
	}
	for r := range b.contents {
		if a.contents == nil {
			a.contents = map[contentRule]struct{}{}
		}
		a.contents[r] = struct{}{}
	}
	s.nodes[m] = nil
}

// loadRule loads from memory. What external code holds behind a pointer may lie
// in any object that it knows: that is another object, of the type of what is loaded.
type loadRule struct {
	dst, kind int32
	typ       string
}

func (r loadRule) apply(s *solver, _, token int32) {
	c := s.tokens[token].content
	if c < 0 {
		return
	}
	kind := int32(0)
	if s.find(c) == s.find(s.out) {
		kind = r.kind
	} else if s.opaque[c] {
		s.put(r.dst, s.object(c, r.typ))
	}
	s.edge(c, r.dst, kind)
}

type storeRule struct{ src int32 }

func (r storeRule) apply(s *solver, _, token int32) {
	t := s.tokens[token]
	if t.content < 0 || t.typ == closedObject {
		return
	}
	s.edge(r.src, t.content, 0)
	if s.opaque[t.content] {
		s.content(t.content, contentRule{s.modelNumber(stored), r.src, t.typ})
	}
}

type retypeRule struct{ dst int32 }

func (r retypeRule) apply(s *solver, _, token int32) {
	t := s.tokens[token]
	if t.kind != ObjectToken {
		return
	}
	if t.typ != closedObject {
		t.typ = unknownObject
	}
	s.put(r.dst, s.object(t.content, t.typ))
}

// A filter tells which tokens a value of a type can be, or can be put into an
// object.
type filter struct {
	kind byte // 'i': interface, 'f': function, 'o': pointer and the like, 'h': into an object
	key  string
	memo map[int32]bool
}

// filter numbers the filter with a description: "i:" and the key of an
// interface type, "f:" and a signature, "o:" and the type of an object, or "h:"
// and the type of the object that is to hold the token. An empty description
// lets everything pass.
func (s *solver) filter(description string) int32 {
	if description == "" || description == "h:"+unknownObject {
		return 0
	}
	if i, ok := s.filterID[description]; ok {
		return i
	}
	if key, ok := strings.CutPrefix(description, "h:"); ok && s.holdsAll(key) {
		s.filterID[description] = 0
		return 0
	}
	i := int32(len(s.filters))
	s.filterID[description] = i
	s.filters = append(s.filters, filter{description[0], description[2:], map[int32]bool{}})
	return i
}

// holdsAll tells whether anything can be put into an object of the type. Such
// objects are one with whatever puts things into them, which keeps the problem
// small.
func (s *solver) holdsAll(key string) bool {
	typ := s.types["hold "+key]
	if key == closedObject || typ == nil {
		return false
	}
	return slices.ContainsFunc(typ.Holds, func(slot string) bool {
		return slot == "" || slot[0] == 'i' && s.types[slot[2:]] != nil && len(s.types[slot[2:]].Methods) == 0
	})
}

func (f *filter) passes(s *solver, token int32) bool {
	ok, known := f.memo[token]
	if !known {
		ok = s.fits(f.kind, f.key, s.tokens[token])
		f.memo[token] = ok
	}
	return ok
}

func (s *solver) fits(kind byte, key string, t solved) bool {
	switch kind {
	case 'o':
		return t.kind == ObjectToken && (t.typ == unknownObject || t.typ == key || strings.Contains(t.typ+key, "$")) // a type parameter may be any type
	case 'f':
		if t.kind == FuncToken {
			p := s.procs[t.key]
			return p == nil || fitting(p.signature, key)
		}
		return t.kind != TypeToken
	case 'i':
		switch t.kind {
		case TypeToken:
			return s.implements(t.key, key)
		case ObjectToken:
			return t.typ == unknownObject || t.typ == closedObject || s.implements("hold "+t.typ, key)
		}
		return true // a function can have methods once it has an external type
	}
	if key == closedObject {
		return false
	}
	typ := s.types["hold "+key]
	if typ == nil {
		return true
	}
	for _, slot := range typ.Holds {
		if slot == "" || s.fits(slot[0], slot[2:], t) {
			return true
		}
	}
	return false
}

// implements tells whether a type has the methods of an interface, as far as their
// signatures are known.
func (s *solver) implements(typ, iface string) bool {
	t, i := s.types[typ], s.types[iface]
	if t == nil || i == nil {
		return true
	}
	for _, want := range i.Methods {
		m := t.method(want.Name)
		if m == nil || m.Signature != "" && want.Signature != "" && !fitting(m.Signature, want.Signature) {
			return false
		}
	}
	return true
}

// method finds a method by its qualified name.
func (t *Type) method(name string) *Method {
	i := sort.Search(len(t.Methods), func(i int) bool { return t.Methods[i].Name >= name })
	if i < len(t.Methods) && t.Methods[i].Name == name {
		return &t.Methods[i]
	}
	return nil
}
