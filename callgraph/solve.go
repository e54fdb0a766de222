package callgraph

import (
	"sort"

	"golang.org/x/tools/container/intsets"

	"github.com/autover/autover/internal/symbol"
)

// solver propagates tokens through all packages to a fixed point, as in
// Andersen's points-to analysis with difference propagation (Pearce, Kelly and
// Hankin, "Efficient field-sensitive pointer analysis of C", 2007). The calls
// it discovers add constraints on the way.
type solver struct {
	names  map[string]int32 // key of a shared node -> node
	sets   []intsets.Sparse // what a node holds
	done   []intsets.Sparse // what of it has been propagated
	succs  [][]succ
	rules  [][]rule
	work   []int32
	queued []bool

	tokens   []solved
	tokenIDs map[tokenKey]int32
	types    map[string]*Type
	procs    map[string]*linkedProc
	imports  func(string) []string
	asked    map[string]int32 // package -> node of what it and its imports keep
	filters  map[string]map[int32]bool

	edges map[symbol.ID]*outcome
	calls []*linkedCall
}

type tokenKey struct {
	kind TokenKind
	key  string
	node int32
}

// solved is a token after linking.
type solved struct {
	kind    TokenKind
	key     string
	content int32 // of an object
}

// succ is a copy edge; filter names the type that an assertion lets through.
type succ struct {
	to     int32
	filter string
	owner  symbol.ID
}

// rule is a constraint that depends on the tokens of a node.
type rule interface {
	apply(s *solver, token int32)
}

type linkedProc struct {
	owner     symbol.ID
	params    []int32
	results   []int32
	signature string
}

// outcome is what linking found for one function.
type outcome struct {
	callees  map[symbol.ID]string // dynamic callee -> reason
	types    map[symbol.ID]string // type seen by external code -> reason
	facts    map[string]bool      // what code can ask of method sets
	packages map[string]bool      // external packages called through interfaces
}

func newSolver(imports func(string) []string) *solver {
	return &solver{
		names:    map[string]int32{},
		tokenIDs: map[tokenKey]int32{},
		types:    map[string]*Type{},
		procs:    map[string]*linkedProc{},
		imports:  imports,
		asked:    map[string]int32{},
		filters:  map[string]map[int32]bool{},
		edges:    map[symbol.ID]*outcome{},
	}
}

func (s *solver) newNode() int32 {
	n := int32(len(s.succs))
	s.sets = append(s.sets, intsets.Sparse{})
	s.done = append(s.done, intsets.Sparse{})
	s.succs = append(s.succs, nil)
	s.rules = append(s.rules, nil)
	s.queued = append(s.queued, false)
	return n
}

func (s *solver) named(key string) int32 {
	if n, ok := s.names[key]; ok {
		return n
	}
	n := s.newNode()
	s.names[key] = n
	return n
}

func (s *solver) token(kind TokenKind, key string, content int32) int32 {
	k := tokenKey{kind, key, content}
	if t, ok := s.tokenIDs[k]; ok {
		return t
	}
	t := int32(len(s.tokens))
	s.tokens = append(s.tokens, solved{kind, key, content})
	s.tokenIDs[k] = t
	return t
}

func (s *solver) outcome(id symbol.ID) *outcome {
	o := s.edges[id]
	if o == nil {
		o = &outcome{callees: map[symbol.ID]string{}, types: map[symbol.ID]string{}, facts: map[string]bool{}, packages: map[string]bool{}}
		s.edges[id] = o
	}
	return o
}

// add makes the constraints of a summary part of the problem.
func (s *solver) add(sum *Summary) {
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
			tokens[i] = s.token(t.Kind, "", at(t.Content))
		} else {
			tokens[i] = s.token(t.Kind, t.Key, -1)
		}
	}
	for i := range sum.Types {
		t := &sum.Types[i]
		if s.types[t.Key] == nil {
			s.types[t.Key] = t
		}
	}
	for _, p := range sum.Procs {
		s.procs[p.Key] = &linkedProc{p.Owner, all(p.Params), all(p.Results), p.Signature}
	}
	for _, a := range sum.Addrs {
		s.put(at(a.Dst), tokens[a.Token])
	}
	for _, c := range sum.Copies {
		s.edge(at(c.Src), at(c.Dst))
	}
	for _, f := range sum.Filters {
		s.addEdge(at(f.Src), succ{at(f.Dst), f.Type, f.Owner})
	}
	for _, l := range sum.Loads {
		s.rule(at(l.Ptr), loadRule{at(l.Dst)})
	}
	for _, st := range sum.Stores {
		s.rule(at(st.Ptr), storeRule{at(st.Src)})
	}
	for i := range sum.Calls {
		s.addCall(&sum.Calls[i], at, all, tokens)
	}
}

func (s *solver) put(n, token int32) {
	if n >= 0 && s.sets[n].Insert(int(token)) {
		s.enqueue(n)
	}
}

func (s *solver) enqueue(n int32) {
	if !s.queued[n] {
		s.queued[n] = true
		s.work = append(s.work, n)
	}
}

func (s *solver) edge(from, to int32) {
	if from >= 0 && to >= 0 && from != to {
		s.addEdge(from, succ{to: to})
	}
}

// addEdge adds a copy edge, and passes on what has been propagated already.
func (s *solver) addEdge(from int32, e succ) {
	for _, old := range s.succs[from] {
		if old == e {
			return
		}
	}
	s.succs[from] = append(s.succs[from], e)
	if !s.done[from].IsEmpty() {
		s.pass(&s.done[from], e)
	}
}

func (s *solver) rule(n int32, r rule) {
	if n < 0 {
		return
	}
	s.rules[n] = append(s.rules[n], r)
	if !s.done[n].IsEmpty() {
		for _, t := range s.done[n].AppendTo(nil) {
			r.apply(s, int32(t))
		}
	}
}

func (s *solver) pass(delta *intsets.Sparse, e succ) {
	if e.filter == "" {
		if s.sets[e.to].UnionWith(delta) {
			s.enqueue(e.to)
		}
		return
	}
	for _, t := range delta.AppendTo(nil) {
		if s.passes(e, int32(t)) {
			s.put(e.to, int32(t))
		}
	}
}

// solve runs to the fixed point.
func (s *solver) solve() {
	var delta intsets.Sparse
	for len(s.work) > 0 {
		n := s.work[0]
		s.work = s.work[1:]
		s.queued[n] = false
		delta.Difference(&s.sets[n], &s.done[n])
		if delta.IsEmpty() {
			continue
		}
		s.done[n].UnionWith(&delta)
		fresh := delta.AppendTo(nil)
		for i := 0; i < len(s.rules[n]); i++ {
			for _, t := range fresh {
				s.rules[n][i].apply(s, int32(t))
			}
		}
		for i := 0; i < len(s.succs[n]); i++ {
			s.pass(&delta, s.succs[n][i])
		}
	}
}

// passes tells whether an assertion to an interface type lets a token through,
// and records what the assertion learns of the token's method set.
func (s *solver) passes(e succ, token int32) bool {
	t := s.tokens[token]
	if t.kind != TypeToken {
		return true // external code may have given it any method
	}
	typ, iface := s.types[t.key], s.types[e.filter]
	if typ == nil || iface == nil {
		return true
	}
	complete := true
	for _, want := range iface.Methods {
		m := typ.method(want.Name)
		if m == nil {
			complete = false
			continue
		}
		if m.Target != ExternalMethod || typ.Named != "" {
			s.outcome(e.owner).facts["method "+typ.label()+" "+m.label()] = true
		}
	}
	return complete
}

// label is how facts name a type: without the identity of a test variant.
func (t *Type) label() string { return stripVariants(t.Key) }

func (m *Method) label() string { return stripVariants(m.Name + m.Signature) }

func (t *Type) method(name string) *Method {
	i := sort.Search(len(t.Methods), func(i int) bool { return t.Methods[i].Name >= name })
	if i < len(t.Methods) && t.Methods[i].Name == name {
		return &t.Methods[i]
	}
	return nil
}

type loadRule struct{ dst int32 }

func (r loadRule) apply(s *solver, token int32) {
	if c := s.tokens[token].content; c >= 0 {
		s.edge(c, r.dst)
	}
}

type storeRule struct{ src int32 }

func (r storeRule) apply(s *solver, token int32) {
	if c := s.tokens[token].content; c >= 0 {
		s.edge(r.src, c)
	}
}
