package callgraph

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/autover/autover/internal/symbol"
)

// Input is a type-checked private package whose SSA form has been built.
type Input struct {
	SSA   *ssa.Package
	Info  *types.Info
	Fset  *token.FileSet
	Files []*ast.File
	// Private tells the packages that have summaries of their own from the
	// others, whose code is not looked into.
	Private func(*types.Package) bool
	// Position renders a position as file:line.
	Position func(token.Pos) string
}

// Summarize reduces a package to its summary. The result depends on the code
// of the package and the API of its imports only.
func Summarize(in *Input) *Summary {
	b := &builder{
		in:     in,
		types:  newTypeTable(in.Private),
		sum:    &Summary{Package: in.SSA.Pkg.Path()},
		shared: map[string]Node{},
		values: map[ssa.Value]Node{},
		places: map[ssa.Value]Node{},
		tuples: map[ssa.Value][]Node{},
		tokens: map[Token]int32{},
		procs:  map[string]bool{},
		facts:  map[symbol.ID]*facts{},
		vars:   map[symbol.ID]*Variable{},

		alias:     newAliasing(),
		interiors: map[Interior]bool{},
		published: map[ssa.Value][]ssa.Instruction{},
		indices:   map[ssa.Instruction]int{},
	}
	b.declarations()
	b.instances()
	b.initializers()
	b.drain()
	return b.finish()
}

type builder struct {
	in     *Input
	types  *typeTable
	sum    *Summary
	shared map[string]Node
	values map[ssa.Value]Node
	places map[ssa.Value]Node
	tuples map[ssa.Value][]Node
	tokens map[Token]int32
	procs  map[string]bool
	queue  []pending
	facts  map[symbol.ID]*facts
	vars   map[symbol.ID]*Variable

	alias       aliasing
	interiors   map[Interior]bool
	published   map[ssa.Value][]ssa.Instruction // of allocations, see publications
	indexed     *ssa.BasicBlock                 // the block that indices is about
	indices     map[ssa.Instruction]int
	initializer map[types.Object]symbol.ID // of the package's variables, once needed

	owner symbol.ID // of the instruction being translated
	start token.Pos // of the declaration around it
	key   string    // of the body being translated
}

// pending is a body still to be translated.
type pending struct {
	fn    *ssa.Function
	key   string
	owner symbol.ID // the declaration or function literal that it belongs to
	start token.Pos // of the declaration
}

// facts are the parts of a Function while they are collected.
type facts struct {
	reads, passes, externals, assigns, calls map[string]bool
	writes                                   map[Write]bool
	reveals                                  bool
	caveats                                  []Caveat
}

func (b *builder) fact(id symbol.ID) *facts {
	f := b.facts[id]
	if f == nil {
		f = &facts{reads: map[string]bool{}, passes: map[string]bool{}, writes: map[Write]bool{}, externals: map[string]bool{}, assigns: map[string]bool{}, calls: map[string]bool{}}
		b.facts[id] = f
	}
	return f
}

// declarations queues the bodies of all declared functions and declares the
// variables and type parameters.
func (b *builder) declarations() {
	for _, f := range b.in.Files {
		for _, d := range f.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok && fd.Name.Name != "_" {
				b.declaredFunc(fd)
			}
		}
	}
	for name, m := range b.in.SSA.Members {
		if fn, ok := m.(*ssa.Function); ok && strings.HasPrefix(name, "init#") {
			n, _ := strconv.Atoi(strings.TrimPrefix(name, "init#"))
			id := symbol.Init(b.in.SSA.Pkg, n-1)
			b.enqueue(pending{fn: fn, key: string(id), owner: id, start: fn.Syntax().Pos()})
		}
	}
	scope := b.in.SSA.Pkg.Scope()
	for _, name := range scope.Names() {
		switch o := scope.Lookup(name).(type) {
		case *types.Var:
			v := b.variable(symbol.Of(o))
			v.Declared = true
			v.Memory, v.Own = b.types.memory(o.Type()), b.types.own(o.Type())
		case *types.TypeName:
			if n, ok := o.Type().(*types.Named); ok && !o.IsAlias() {
				b.types.bindParams(typeName(o), n.TypeParams())
			}
		}
	}
	sort.Slice(b.queue, func(i, j int) bool { return b.queue[i].key < b.queue[j].key })
}

func (b *builder) declaredFunc(fd *ast.FuncDecl) {
	obj, ok := b.in.Info.Defs[fd.Name].(*types.Func)
	if !ok {
		return
	}
	id := symbol.Of(obj)
	sig := obj.Signature()
	b.types.bindParams(string(id), sig.TypeParams())
	if recv := sig.Recv(); recv != nil {
		if n := namedOf(recv.Type()); n != nil {
			b.types.bindParams(typeName(n.Obj()), sig.RecvTypeParams())
		}
	}
	if fd.Name.Name == "init" && fd.Recv == nil {
		return
	}
	if fn := b.in.SSA.Prog.FuncValue(obj); fn != nil {
		b.enqueue(pending{fn: fn, key: string(id), owner: id, start: fd.Pos()})
	}
}

func namedOf(t types.Type) *types.Named {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	n, _ := t.(*types.Named)
	return n
}

// enqueue asks for the translation of a body, once.
func (b *builder) enqueue(p pending) {
	if b.procs[p.key] {
		return
	}
	b.procs[p.key] = true
	b.queue = append(b.queue, p)
}

func (b *builder) drain() {
	for len(b.queue) > 0 {
		p := b.queue[0]
		b.queue = b.queue[1:]
		b.body(p)
	}
}

// body translates one function.
func (b *builder) body(p pending) {
	b.owner, b.start, b.key = p.owner, p.start, p.key
	b.fact(p.owner)
	proc := Proc{Key: p.key, Owner: p.owner, Signature: b.types.key(signatureOnly(p.fn.Signature)), Private: b.types.mentionsPrivate(p.fn.Signature)}
	for i, param := range p.fn.Params {
		n := b.sharedNode(paramKey(p.key, i))
		b.values[param] = n
		proc.Params = append(proc.Params, n)
		proc.Kinds = append(proc.Kinds, b.types.kind(param.Type()))
	}
	for i := range p.fn.Signature.Results().Len() {
		proc.Results = append(proc.Results, b.sharedNode(resultKey(p.key, i)))
		b.types.mentions(p.fn.Signature.Results().At(i).Type(), func(t types.Type) {
			proc.Gives = append(proc.Gives, b.types.describe(t))
		}, func(*types.TypeParam) {})
	}
	b.sum.Procs = append(b.sum.Procs, proc)
	b.parameterMemories(p.fn, p.key)
	if d, ok := p.fn.Syntax().(*ast.FuncDecl); ok && d.Body == nil {
		b.elsewhere(p.fn, &proc)
	}
	for _, block := range p.fn.Blocks {
		for _, instr := range block.Instrs {
			b.instruction(instr)
		}
	}
	if p.fn.Recover != nil {
		for _, instr := range p.fn.Recover.Instrs {
			b.instruction(instr)
		}
	}
}

// elsewhere makes the body of a function without one: a call of external code,
// which is in assembly or of the host, or of what linking finds by its name.
func (b *builder) elsewhere(fn *ssa.Function, proc *Proc) {
	call := Call{
		Kind: ExternalCall, Owner: b.owner, Callee: None, Method: proc.Key, Package: b.in.SSA.Pkg.Path(),
		Wraps: true, Args: proc.Params, Results: proc.Results, Kinds: b.kindsOf(fn.Signature), Content: b.newNode(), Position: b.in.Position(fn.Pos()),
	}
	for i, p := range fn.Params {
		cells := map[string]bool{}
		b.handType(&call, p.Type())
		for _, c := range b.types.memory(p.Type()) {
			cells[c] = true
		}
		if _, ok := p.Type().Underlying().(*types.Pointer); ok {
			cells[b.cell(p)] = true
		}
		if isUnsafe(p.Type()) {
			cells[anyCell] = true
		}
		if len(cells) > 0 {
			call.Handed = append(call.Handed, Handed{Position: i, Cells: inOrder(cells)})
		}
		call.Refs.Args = append(call.Refs.Args, b.memoryOf(p))
	}
	for i := range fn.Signature.Results().Len() {
		n := noMemory
		if b.hasRefs(fn.Signature.Results().At(i).Type()) {
			n = b.alias.shared(resultKey(b.key, i))
		}
		call.Refs.Results = append(call.Refs.Results, n)
	}
	b.sum.Calls = append(b.sum.Calls, call)
}

// initializers translates the synthetic function that evaluates the
// initialisers of all variables. Each instruction belongs to the initialiser in
// whose source it lies; those without position, such as implicit conversions,
// to that of the next one with a position, since the last instruction of an
// initialiser assigns to a variable.
func (b *builder) initializers() {
	fn := b.in.SSA.Func("init")
	if fn == nil {
		return
	}
	b.key = b.in.SSA.Pkg.Path() + ".init"
	order := b.in.Info.InitOrder
	for i := range order {
		b.fact(symbol.Initializer(b.in.SSA.Pkg, i))
	}
	var instrs []ssa.Instruction
	for _, block := range fn.Blocks {
		instrs = append(instrs, block.Instrs...)
	}
	at := len(order) - 1
	owners := make([]int, len(instrs))
	for k, instr := range slices.Backward(instrs) {
		if pos := instr.Pos(); pos.IsValid() && (at < 0 || !within(order[at], pos)) {
			if i := slices.IndexFunc(order, func(o *types.Initializer) bool { return within(o, pos) }); i >= 0 {
				at = i
			}
		}
		owners[k] = at
	}
	for k, instr := range instrs {
		if owners[k] >= 0 && !isInitCall(instr) {
			b.owner, b.start = symbol.Initializer(b.in.SSA.Pkg, owners[k]), order[owners[k]].Rhs.Pos()
			b.instruction(instr)
		}
	}
}

// within tells whether a position lies in an initialiser, or is that of a
// variable that it sets.
func within(o *types.Initializer, pos token.Pos) bool {
	return o.Rhs.Pos() <= pos && pos < o.Rhs.End() ||
		slices.ContainsFunc(o.Lhs, func(v *types.Var) bool { return v.Pos() == pos })
}

// isInitCall tells the calls by which a package initialiser runs the init
// functions of its own and of imported packages.
func isInitCall(instr ssa.Instruction) bool {
	call, ok := instr.(*ssa.Call)
	if !ok {
		return false
	}
	fn := call.Call.StaticCallee()
	return fn != nil && fn.Signature.Recv() == nil && fn.Parent() == nil &&
		(fn.Name() == "init" || strings.HasPrefix(fn.Name(), "init#"))
}

// instances records the type arguments of every instantiation.
func (b *builder) instances() {
	ids := make([]*ast.Ident, 0, len(b.in.Info.Instances))
	for id := range b.in.Info.Instances {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i].Pos() < ids[j].Pos() })
	for _, id := range ids {
		inst := b.in.Info.Instances[id]
		obj := b.in.Info.Uses[id]
		if obj == nil || obj.Pkg() == nil || !b.in.Private(obj.Pkg()) {
			continue
		}
		owner := ""
		switch o := obj.(type) {
		case *types.Func:
			owner = string(symbol.Of(o))
		case *types.TypeName:
			owner = typeName(o)
		default:
			continue
		}
		for i := range inst.TypeArgs.Len() {
			b.typeArgument(b.sharedNode("t:"+owner+":"+strconv.Itoa(i)), inst.TypeArgs.At(i))
		}
	}
}

func (b *builder) typeArgument(dst Node, arg types.Type) {
	if types.IsInterface(arg) {
		if p, ok := types.Unalias(arg).(*types.TypeParam); ok {
			b.copy(dst, b.sharedNode(b.types.paramNode(p)))
		}
		return
	}
	b.typeToken(dst, arg)
	if _, ok := types.Unalias(arg).(*types.Named); ok {
		b.typeToken(dst, types.NewPointer(arg))
	}
	b.types.mentions(arg, func(types.Type) {}, func(p *types.TypeParam) {
		b.copy(dst, b.sharedNode(b.types.paramNode(p)))
	})
}

// Nodes, tokens and constraints.

func (b *builder) newNode() Node {
	b.sum.Nodes = append(b.sum.Nodes, "")
	return Node(len(b.sum.Nodes) - 1)
}

// sharedNode returns the node with a key that other packages use too.
func (b *builder) sharedNode(key string) Node {
	if n, ok := b.shared[key]; ok {
		return n
	}
	b.sum.Nodes = append(b.sum.Nodes, key)
	n := Node(len(b.sum.Nodes) - 1)
	b.shared[key] = n
	return n
}

func (b *builder) token(t Token) int32 {
	if i, ok := b.tokens[t]; ok {
		return i
	}
	b.sum.Tokens = append(b.sum.Tokens, t)
	i := int32(len(b.sum.Tokens) - 1)
	b.tokens[t] = i
	return i
}

func (b *builder) addr(dst Node, t Token) {
	if dst != None {
		b.sum.Addrs = append(b.sum.Addrs, Addr{dst, b.token(t)})
	}
}

// object puts an object of a type into dst; see typeTable.hold.
func (b *builder) object(dst, content Node, typ string) {
	if content != None {
		b.addr(dst, Token{Kind: ObjectToken, Key: b.sum.Nodes[content], Content: content, Type: typ})
	}
}

// retype makes dst hold the objects in src as objects of unknown type.
func (b *builder) retype(dst, src Node) {
	if dst != None && src != None {
		b.sum.Retypes = append(b.sum.Retypes, Copy{dst, src})
	}
}

func (b *builder) typeToken(dst Node, typ types.Type) {
	if dst != None {
		b.addr(dst, b.typeTokenOf(typ))
	}
}

func (b *builder) typeTokenOf(typ types.Type) Token {
	return Token{Kind: TypeToken, Key: b.types.describe(typ)}
}

func (b *builder) copy(dst, src Node) {
	if dst != None && src != None && dst != src {
		b.sum.Copies = append(b.sum.Copies, Copy{dst, src})
	}
}

func (b *builder) load(dst, ptr Node, kind string) {
	if dst != None && ptr != None {
		b.sum.Loads = append(b.sum.Loads, Load{Dst: dst, Ptr: ptr, Kind: kind})
	}
}

func (b *builder) store(ptr, src Node) {
	if ptr != None && src != None {
		b.sum.Stores = append(b.sum.Stores, Store{ptr, src})
	}
}

func (b *builder) variable(id symbol.ID) *Variable {
	v := b.vars[id]
	if v == nil {
		v = &Variable{ID: id}
		b.vars[id] = v
	}
	return v
}

func (b *builder) caveat(kind string, pos token.Pos, format string, args ...any) {
	f := b.fact(b.owner)
	c := Caveat{Kind: kind, Position: b.in.Position(pos), Message: fmt.Sprintf(format, args...)}
	for _, old := range f.caveats {
		if old == c {
			return
		}
	}
	f.caveats = append(f.caveats, c)
}

// finish puts what was collected in order.
func (b *builder) finish() *Summary {
	aliases, renumber := b.alias.save()
	for _, id := range sortedIDs(b.facts) {
		f := b.facts[id]
		b.sum.Functions = append(b.sum.Functions, Function{
			ID:        id,
			Reads:     toIDs(inOrder(f.reads)),
			Passes:    toIDs(inOrder(f.passes)),
			Writes:    sortedWrites(f.writes, renumber),
			Calls:     inOrder(f.calls),
			Externals: inOrder(f.externals),
			Assigns:   inOrder(f.assigns),
			Reveals:   f.reveals,
			Caveats:   f.caveats,
		})
	}
	for _, id := range sortedIDs(b.vars) {
		slices.Sort(b.vars[id].Kept)
		b.sum.Variables = append(b.sum.Variables, *b.vars[id])
	}
	b.sum.Interiors = slices.SortedFunc(maps.Keys(b.interiors), func(x, y Interior) int {
		return cmp.Or(strings.Compare(x.Part, y.Part), strings.Compare(x.Target, y.Target))
	})
	for i := range b.sum.Calls {
		m := &b.sum.Calls[i].Refs
		m.Callee = renumber(m.Callee)
		for _, list := range [][]int32{m.Args, m.Results} {
			for k := range list {
				list[k] = renumber(list[k])
			}
		}
	}
	b.sum.Aliases = *aliases
	b.sum.Types = b.types.out
	return b.sum
}

func sortedWrites(writes map[Write]bool, renumber func(int32) int32) []Write {
	list := slices.SortedFunc(maps.Keys(writes), func(x, y Write) int {
		return cmp.Or(strings.Compare(x.Cell, y.Cell), cmp.Compare(x.Memory, y.Memory))
	})
	for i := range list {
		list[i].Memory = renumber(list[i].Memory)
	}
	return list
}

func sortedIDs[V any](m map[symbol.ID]V) []symbol.ID {
	list := make([]symbol.ID, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	return list
}

func toIDs(list []string) []symbol.ID {
	ids := make([]symbol.ID, len(list))
	for i, s := range list {
		ids[i] = symbol.ID(s)
	}
	return ids
}

// signatureOnly drops the receiver, which is no part of a function value's
// type.
func signatureOnly(s *types.Signature) *types.Signature {
	return types.NewSignatureType(nil, nil, nil, s.Params(), s.Results(), s.Variadic())
}
