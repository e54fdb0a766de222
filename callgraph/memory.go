package callgraph

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/autover/autover/internal/symbol"
)

// This file says which memory a function changes, and through which variables
// a change can be seen.
//
// Memory is told apart by cells: a package-level variable ("v:"), a field of a
// private struct type ("f:"), or the elements of everything of one map, slice,
// channel, pointer or external type ("e:"); and by the nodes of the alias graph
// (alias.go). A change to an allocation that nothing else can know yet is none.

// root is where an address or reference comes from.
type root struct {
	global *ssa.Global
	alloc  ssa.Value // *ssa.Alloc, MakeMap, MakeSlice or MakeChan
	// own says that the memory is that of the global or allocation itself and
	// not behind a reference stored in it.
	own bool
}

// roots follows an address or reference to its origins within the function.
func roots(v ssa.Value) []root {
	var list []root
	seen := map[ssa.Value]bool{}
	var walk func(v ssa.Value, own bool)
	walk = func(v ssa.Value, own bool) {
		if seen[v] {
			return
		}
		seen[v] = true
		switch x := v.(type) {
		case *ssa.Global:
			list = append(list, root{global: x, own: own})
		case *ssa.Alloc, *ssa.MakeMap, *ssa.MakeSlice, *ssa.MakeChan:
			list = append(list, root{alloc: v, own: own})
			if a, ok := v.(*ssa.Alloc); ok && !own {
				for _, ref := range *a.Referrers() {
					if st, ok := ref.(*ssa.Store); ok && st.Addr == a {
						walk(st.Val, true)
					}
				}
			}
		case *ssa.FieldAddr:
			walk(x.X, own)
		case *ssa.IndexAddr:
			walk(x.X, own)
		case *ssa.UnOp:
			walk(x.X, false)
		case *ssa.Field:
			walk(x.X, own)
		case *ssa.Index:
			walk(x.X, own)
		case *ssa.Lookup:
			walk(x.X, false)
		case *ssa.Slice:
			walk(x.X, own)
		case *ssa.SliceToArrayPointer:
			walk(x.X, own)
		case *ssa.ChangeType:
			walk(x.X, own)
		case *ssa.Convert:
			walk(x.X, own)
		case *ssa.MakeInterface:
			walk(x.X, own)
		case *ssa.ChangeInterface:
			walk(x.X, own)
		case *ssa.TypeAssert:
			walk(x.X, own)
		case *ssa.Extract:
			walk(x.Tuple, own)
		case *ssa.Next:
			walk(x.Iter, false)
		case *ssa.Range:
			walk(x.X, own)
		case *ssa.Phi:
			for _, e := range x.Edges {
				walk(e, own)
			}
		case *ssa.Call:
			if bi, ok := x.Call.Value.(*ssa.Builtin); ok && bi.Name() == "append" {
				walk(x.Call.Args[0], own)
			} else {
				list = append(list, root{})
			}
		case *ssa.Const, *ssa.Function:
		default:
			list = append(list, root{})
		}
	}
	walk(v, true)
	return list
}

// written records that an instruction changes the memory that v, an address or
// a map, slice or channel, refers to.
func (b *builder) written(v ssa.Value, instr ssa.Instruction) {
	f := b.fact(b.owner)
	fresh := true
	for _, r := range roots(v) {
		switch {
		case r.global != nil && b.in.Private(r.global.Pkg.Pkg):
			f.writes[Write{Cell: varKey(globalID(r.global))}] = true
			if !b.initializes(r.global) {
				fresh = false
			}
		case r.global != nil:
			f.assigns[r.global.Pkg.Pkg.Path()] = true
			fresh = false
		case r.alloc != nil && r.own && b.unpublished(r.alloc, instr):
		default:
			fresh = false
		}
	}
	if fresh {
		return
	}
	memory := b.memoryBehind(v)
	f.writes[Write{b.cell(v), memory}] = true
	var whole types.Type // what is replaced
	switch u := v.Type().Underlying().(type) {
	case *types.Pointer:
		whole = u.Elem()
	case *types.Slice:
		whole = u.Elem()
	default:
		return
	}
	b.types.parts(whole, func(c string) { f.writes[Write{c, memory}] = true })
}

// initializes tells whether the owner is the initialiser of the variable.
func (b *builder) initializes(g *ssa.Global) bool {
	if b.initializer == nil {
		b.initializer = map[types.Object]symbol.ID{}
		for i, init := range b.in.Info.InitOrder {
			for _, l := range init.Lhs {
				b.initializer[l] = symbol.Initializer(b.in.SSA.Pkg, i)
			}
		}
	}
	return b.initializer[g.Object()] == b.owner
}

// cell names the memory that an address or reference refers to.
func (b *builder) cell(v ssa.Value) string {
	switch x := v.(type) {
	case *ssa.FieldAddr:
		base := deref(x.X.Type())
		if n, s := b.types.privateStruct(base); n != nil {
			return fieldKey(n, s.Field(x.Field))
		}
		return "e:" + b.types.key(base)
	case *ssa.IndexAddr:
		return b.types.elements(deref(x.X.Type()))
	case *ssa.Global:
		return varKey(globalID(x))
	}
	return b.types.elements(deref(v.Type()))
}

// interior records that the address of a field or element is used as a value.
func (b *builder) interior(v ssa.Value) {
	for _, ref := range *v.Referrers() {
		switch x := ref.(type) {
		case *ssa.UnOp, *ssa.FieldAddr, *ssa.IndexAddr, *ssa.DebugRef:
			continue
		case *ssa.Store:
			if x.Addr == v && x.Val != v {
				continue
			}
		case ssa.CallInstruction:
			if b.harmless(x, v) {
				continue
			}
		}
		b.interiors[Interior{b.cell(v), b.types.elements(deref(v.Type()))}] = true
		return
	}
}

// unpublished tells whether nothing else can know an allocation when an
// instruction changes it.
func (b *builder) unpublished(v ssa.Value, at ssa.Instruction) bool {
	if at.Parent() != v.Parent() {
		return false
	}
	block := v.(ssa.Instruction).Block()
	for _, p := range b.publications(v) {
		if p == at {
			continue
		}
		if p.Block() == at.Block() {
			if b.index(p) < b.index(at) {
				return false
			}
			if at.Block() == block {
				continue
			}
		}
		if leads(p.Block(), at.Block(), block) {
			return false
		}
	}
	return true
}

// leads tells whether control can pass from one block to another without
// coming by the block that makes a new allocation.
func leads(from, to, renew *ssa.BasicBlock) bool {
	seen := map[*ssa.BasicBlock]bool{}
	stack := slices.Clone(from.Succs)
	for len(stack) > 0 {
		x := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[x] || x == renew {
			continue
		}
		if x == to {
			return true
		}
		seen[x] = true
		stack = append(stack, x.Succs...)
	}
	return false
}

// index returns the place of an instruction in its block.
func (b *builder) index(instr ssa.Instruction) int {
	if b.indexed != instr.Block() {
		b.indexed = instr.Block()
		clear(b.indices)
		for i, in := range b.indexed.Instrs {
			b.indices[in] = i
		}
	}
	return b.indices[instr]
}

func (b *builder) publications(v ssa.Value) []ssa.Instruction {
	list, ok := b.published[v]
	if !ok {
		list = publications(v)
		b.published[v] = list
	}
	return list
}

// publications lists the uses of an allocation by which other code may come to
// know it: it is stored, captured, sent, or given to private code.
func publications(v ssa.Value) []ssa.Instruction {
	var list []ssa.Instruction
	seen := map[ssa.Value]bool{}
	var walk func(v ssa.Value)
	walk = func(v ssa.Value) {
		if seen[v] || v.Referrers() == nil {
			return
		}
		seen[v] = true
		for _, ref := range *v.Referrers() {
			switch x := ref.(type) {
			case *ssa.Store:
				if x.Val == v {
					list = append(list, x)
				}
			case *ssa.FieldAddr:
				walk(x)
			case *ssa.IndexAddr:
				if x.X == v {
					walk(x)
				}
			case *ssa.Slice:
				walk(x)
			case *ssa.ChangeType:
				walk(x)
			case *ssa.MakeInterface:
				walk(x)
			case *ssa.ChangeInterface:
				walk(x)
			case *ssa.Phi:
				walk(x)
			case *ssa.UnOp, *ssa.Lookup, *ssa.Range, *ssa.BinOp, *ssa.DebugRef, *ssa.Return, *ssa.If:
			case *ssa.MapUpdate:
				if x.Key == v || x.Value == v {
					list = append(list, x)
				}
			case *ssa.Call:
				if bi, ok := x.Call.Value.(*ssa.Builtin); ok {
					if bi.Name() == "append" {
						walk(x)
					}
					continue
				}
				list = append(list, x)
			default:
				list = append(list, ref)
			}
		}
	}
	walk(v)
	return list
}

// globalRead records a read of the own memory of a private variable, and
// whether what was read gets out of sight.
func (b *builder) globalRead(addr ssa.Value) {
	for _, r := range roots(addr) {
		if r.global == nil || !b.in.Private(r.global.Pkg.Pkg) {
			continue
		}
		id := globalID(r.global)
		b.fact(b.owner).reads[string(id)] = true
	}
}

// assigned looks at what is stored in a variable, for memory that is known
// elsewhere too.
func (b *builder) assigned(st *ssa.Store) {
	b.shares(st.Addr, st.Val, st)
	for _, v := range appended(st.Val) {
		b.shares(st.Addr, v, st)
	}
}

// shares looks at what is put into memory, for memory that is known elsewhere
// too.
func (b *builder) shares(into, v ssa.Value, at ssa.Instruction) {
	if !b.leads(v.Type()) {
		return
	}
	for _, r := range roots(into) {
		if r.global == nil || !b.in.Private(r.global.Pkg.Pkg) {
			continue
		}
		if !b.solelyHeld(v, at, r.global) {
			b.variable(globalID(r.global)).Aliased = true
		}
	}
}

// appended returns what the calls of append that make a value append to it: the
// elements, where they are known, else the slice.
func appended(v ssa.Value) []ssa.Value {
	var list []ssa.Value
	seen := map[ssa.Value]bool{}
	var walk func(v ssa.Value)
	walk = func(v ssa.Value) {
		if seen[v] {
			return
		}
		seen[v] = true
		switch x := v.(type) {
		case *ssa.Phi:
			for _, e := range x.Edges {
				walk(e)
			}
		case *ssa.ChangeType:
			walk(x.X)
		case *ssa.Slice:
			walk(x.X)
		case *ssa.Call:
			if bi, ok := x.Call.Value.(*ssa.Builtin); !ok || bi.Name() != "append" || len(x.Call.Args) < 2 {
				return
			}
			walk(x.Call.Args[0])
			if s, ok := x.Call.Args[1].(*ssa.Slice); ok {
				if known := elements(s); known != nil {
					list = append(list, known...)
					return
				}
			}
			list = append(list, x.Call.Args[1])
		}
	}
	walk(v)
	return list
}

// solelyHeld tells whether the memory behind a value stored in a variable is
// known through that variable only.
func (b *builder) solelyHeld(v ssa.Value, at ssa.Instruction, g *ssa.Global) bool {
	return b.solely(v, at, g, map[any]bool{})
}

func (b *builder) solely(v ssa.Value, at ssa.Instruction, g *ssa.Global, seen map[any]bool) bool {
	for _, r := range roots(v) {
		switch {
		case r.global == g:
		case r.alloc != nil && r.own:
			if seen[r] {
				continue
			}
			seen[r] = true
			for _, p := range b.publications(r.alloc) {
				if !b.feeds(p, at, map[any]bool{}) {
					return false
				}
			}
			if !b.readsFeed(r.alloc, at, map[any]bool{}) {
				return false
			}
			for _, w := range puts(r.alloc) {
				if b.leads(w.Type()) && !b.solely(w, at, g, seen) {
					return false
				}
			}
		default:
			if !b.externalResult(v) {
				return false
			}
			b.keptByMaker(v, g)
		}
	}
	return true
}

// puts returns the values that are put into an allocation in sight.
func puts(v ssa.Value) (list []ssa.Value) {
	seen := map[ssa.Value]bool{}
	var walk func(v ssa.Value)
	walk = func(v ssa.Value) {
		if seen[v] || v.Referrers() == nil {
			return
		}
		seen[v] = true
		for _, ref := range *v.Referrers() {
			switch x := ref.(type) {
			case *ssa.Store:
				if x.Addr == v {
					list = append(list, x.Val)
				}
			case *ssa.MapUpdate:
				if x.Map == v {
					list = append(list, x.Key, x.Value)
				}
			case *ssa.FieldAddr, *ssa.IndexAddr, *ssa.Slice, *ssa.ChangeType, *ssa.Phi:
				walk(x.(ssa.Value))
			}
		}
	}
	walk(v)
	return list
}

// feeds tells whether an instruction only builds the value that another one stores: it
// puts something into allocations that are known by way of that value alone.
func (b *builder) feeds(p, at ssa.Instruction, seen map[any]bool) bool {
	if p == at || seen[p] {
		return true
	}
	seen[p] = true
	var into ssa.Value
	switch x := p.(type) {
	case *ssa.Store:
		into = x.Addr
	case *ssa.MapUpdate:
		into = x.Map
	default:
		return false
	}
	for _, r := range roots(into) {
		if r.alloc == nil || !r.own || p.Parent() != at.Parent() {
			return false
		}
		for _, q := range b.publications(r.alloc) {
			if !b.feeds(q, at, seen) {
				return false
			}
		}
		if !b.readsFeed(r.alloc, at, seen) {
			return false
		}
	}
	return true
}

// readsFeed tells whether all that is read from an allocation only builds the value that
// an instruction stores.
func (b *builder) readsFeed(v ssa.Value, at ssa.Instruction, seen map[any]bool) bool {
	if seen[v] || v.Referrers() == nil {
		return true
	}
	seen[v] = true
	for _, ref := range *v.Referrers() {
		switch x := ref.(type) {
		case *ssa.FieldAddr, *ssa.IndexAddr, *ssa.Slice, *ssa.MakeInterface, *ssa.ChangeType:
			if !b.readsFeed(x.(ssa.Value), at, seen) {
				return false
			}
		case *ssa.UnOp:
			if b.leads(x.Type()) && !b.readsFeed(x, at, seen) {
				return false
			}
		case *ssa.Store:
			if x.Val == v && !b.feeds(x, at, seen) {
				return false
			}
		case *ssa.MapUpdate:
			if (x.Value == v || x.Key == v) && !b.feeds(x, at, seen) {
				return false
			}
		case *ssa.DebugRef:
		default:
			if ref != at {
				return false
			}
		}
	}
	return true
}

// keptByMaker records that the package whose function returned a value may know
// it too.
func (b *builder) keptByMaker(v ssa.Value, g *ssa.Global) {
	switch x := v.(type) {
	case *ssa.Extract:
		b.keptByMaker(x.Tuple, g)
	case *ssa.MakeInterface:
		b.keptByMaker(x.X, g)
	case *ssa.ChangeInterface:
		b.keptByMaker(x.X, g)
	case *ssa.Call:
		fn := x.Call.StaticCallee()
		if pkg := packageOf(fn); modelOf(externalName(fn), pkg).registers {
			b.variable(globalID(g)).keep(pkg)
		}
	}
}

// keep notes an external package that may hold a reference.
func (v *Variable) keep(pkg string) {
	if pkg != "" && !slices.Contains(v.Kept, pkg) {
		v.Kept = append(v.Kept, pkg)
	}
}

func (b *builder) externalResult(v ssa.Value) bool {
	switch x := v.(type) {
	case *ssa.Extract:
		return b.externalResult(x.Tuple)
	case *ssa.MakeInterface:
		return b.externalResult(x.X)
	case *ssa.ChangeInterface:
		return b.externalResult(x.X)
	case *ssa.Call:
		fn := x.Call.StaticCallee()
		if fn == nil || x.Call.IsInvoke() {
			return false
		}
		_, private := b.procOf(fn)
		return !private
	}
	return false
}

// addressUse looks at one use of an address within the variable g.
func (b *builder) addressUse(g *ssa.Global, addr ssa.Value, instr ssa.Instruction) {
	switch x := instr.(type) {
	case *ssa.Store:
		if x.Addr == addr {
			return
		}
	case *ssa.UnOp:
		b.valueUses(g, x, map[ssa.Value]bool{})
		return
	case *ssa.FieldAddr, *ssa.IndexAddr:
		v := x.(ssa.Value)
		for _, ref := range *v.Referrers() {
			b.addressUse(g, v, ref)
		}
		return
	case *ssa.DebugRef:
		return
	case *ssa.Slice:
		v := b.variable(globalID(g))
		before := v.Aliased
		v.Aliased = false
		b.valueUses(g, x, map[ssa.Value]bool{})
		v.Addressed = v.Addressed || v.Aliased // the slice shares the array's memory
		v.Aliased = v.Aliased || before
		b.fact(b.owner).reads[string(globalID(g))] = true
		return
	}
	b.fact(b.owner).reads[string(globalID(g))] = true
	if call, ok := instr.(ssa.CallInstruction); ok && b.harmless(call, addr) {
		return
	}
	b.fact(b.owner).passes[string(globalID(g))] = true
	b.variable(globalID(g)).Addressed = true
	b.variable(globalID(g)).Aliased = true
}

// valueUses looks at the uses of a reference read from the variable g.
func (b *builder) valueUses(g *ssa.Global, v ssa.Value, seen map[ssa.Value]bool) {
	if seen[v] || v.Referrers() == nil {
		return
	}
	seen[v] = true
	if _, tuple := v.Type().(*types.Tuple); !tuple && !b.leads(v.Type()) {
		if _, isRange := v.(*ssa.Range); !isRange {
			return
		}
	}
	for _, ref := range *v.Referrers() {
		switch x := ref.(type) {
		case *ssa.UnOp, *ssa.Lookup, *ssa.Extract, *ssa.FieldAddr, *ssa.Field, *ssa.Index, *ssa.Slice,
			*ssa.Phi, *ssa.ChangeType, *ssa.ChangeInterface, *ssa.MakeInterface, *ssa.TypeAssert, *ssa.Next, *ssa.Range:
			b.valueUses(g, x.(ssa.Value), seen)
			continue
		case *ssa.IndexAddr:
			b.valueUses(g, x, seen)
			continue
		case *ssa.BinOp, *ssa.DebugRef, *ssa.If:
			continue
		case *ssa.MapUpdate:
			if x.Map == v && x.Key != v && x.Value != v {
				continue
			}
		case *ssa.Send:
			if x.Chan == v && x.X != v {
				continue
			}
		case *ssa.Select:
			if !slices.ContainsFunc(x.States, func(s *ssa.SelectState) bool { return s.Send == v }) {
				b.valueUses(g, x, seen)
				continue
			}
		case *ssa.Store:
			if x.Addr == v {
				continue
			}
			own := roots(x.Addr)
			if len(own) == 1 && own[0].global == g {
				continue
			}
		case ssa.CallInstruction:
			if bi, ok := x.Common().Value.(*ssa.Builtin); ok {
				if bi.Name() == "append" {
					if val := x.Value(); val != nil {
						b.valueUses(g, val, seen)
					}
				}
				if bi.Name() != "copy" || x.Common().Args[1] != v || !b.elementRefs(v) {
					continue
				}
			}
			if b.harmless(x, v) {
				continue
			}
		}
		b.fact(b.owner).passes[string(globalID(g))] = true
		b.variable(globalID(g)).Aliased = true
		return
	}
}

// harmless tells whether a call retains nothing of an argument.
func (b *builder) harmless(call ssa.CallInstruction, arg ssa.Value) bool {
	c := call.Common()
	fn := c.StaticCallee()
	if fn == nil || c.IsInvoke() || fn.Parent() != nil {
		return false
	}
	if _, private := b.procOf(fn); private {
		return false
	}
	m := modelOf(externalName(fn), packageOf(fn))
	if !retains(m, c) {
		return true
	}
	for i, a := range c.Args {
		if a == arg && !m.reads.has(i) {
			return false
		}
	}
	return true
}

// handedOver records the memory that external code gets to know by the arguments
// of a call, of which the first has a position of the call's.
func (b *builder) handedOver(call *Call, first int, args []ssa.Value, instr ssa.CallInstruction) {
	m := unknown
	if call.Kind == ExternalCall {
		m = modelOf(call.Method, call.Package)
	}
	retained := call.Kind != ExternalCall || retains(m, instr.Common())
	for i, a := range args {
		h := handing{b: b, call: call, at: instr, cells: map[string]bool{}, variables: map[string]bool{}}
		h.value(a)
		if len(h.cells)+len(h.variables) == 0 {
			continue
		}
		handed := Handed{first + i, inOrder(h.cells), toIDs(inOrder(h.variables))}
		call.Handed = append(call.Handed, handed)
		if retained && !m.reads.has(handed.Position) {
			for _, id := range handed.Variables {
				b.variable(id).keep(call.Package)
			}
		}
	}
}

// handing finds the memory behind an argument.
type handing struct {
	b                *builder
	call             *Call
	at               ssa.Instruction
	cells, variables map[string]bool
}

func (h *handing) value(v ssa.Value) {
	b := h.b
	switch x := v.(type) {
	case *ssa.MakeInterface:
		h.value(x.X)
		return
	case *ssa.ChangeInterface:
		h.value(x.X)
		return
	case *ssa.Slice:
		if elems := elements(x); elems != nil {
			for _, e := range elems {
				h.value(e)
			}
			return
		}
	case *ssa.Const:
		return
	}
	b.handType(h.call, v.Type())
	if !b.leads(v.Type()) || immutable(v.Type()) {
		return
	}
	fresh := true
	for _, r := range roots(v) {
		switch {
		case r.global != nil && b.in.Private(r.global.Pkg.Pkg):
			h.variables[string(globalID(r.global))] = true
			fresh = false
		case r.alloc != nil && r.own && b.unpublished(r.alloc, h.at):
		default:
			fresh = false
		}
	}
	if fresh {
		return
	}
	for _, c := range b.types.memory(v.Type()) {
		h.cells[c] = true
	}
	if _, ok := v.Type().Underlying().(*types.Pointer); ok {
		h.cells[b.cell(v)] = true
	}
	if isUnsafe(v.Type()) {
		h.cells[anyCell] = true
	}
}

// leads tells whether a value of the type can lead to memory that changes.
func (b *builder) leads(typ types.Type) bool {
	return len(b.types.memory(typ)) > 0 || types.IsInterface(typ) || isUnsafe(typ)
}

// handType adds the private types that external code sees in the static type
// of an argument.
func (b *builder) handType(call *Call, typ types.Type) {
	b.types.mentions(typ, func(t types.Type) {
		for _, seen := range []types.Type{t, types.NewPointer(t)} {
			if _, ok := t.(*types.Pointer); ok && seen != t {
				continue
			}
			tok := b.token(b.typeTokenOf(seen))
			if !slices.Contains(call.Types, tok) {
				call.Types = append(call.Types, tok)
			}
		}
	}, func(p *types.TypeParam) {
		b.copy(call.Content, b.sharedNode(b.types.paramNode(p)))
	})
}

// elements returns the values stored in the array made for variadic arguments,
// or nil if the slice isn't such an array.
func elements(s *ssa.Slice) []ssa.Value {
	a, ok := s.X.(*ssa.Alloc)
	if !ok || a.Comment != "varargs" {
		return nil
	}
	list := []ssa.Value{}
	for _, ref := range *a.Referrers() {
		if ia, ok := ref.(*ssa.IndexAddr); ok {
			for _, use := range *ia.Referrers() {
				if st, ok := use.(*ssa.Store); ok && st.Addr == ia {
					list = append(list, st.Val)
				}
			}
		}
	}
	return list
}
