package callgraph

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"

	"golang.org/x/tools/go/ssa"

	"github.com/autover/autover/internal/symbol"
)

// instruction translates one instruction into constraints and facts.
func (b *builder) instruction(instr ssa.Instruction) {
	b.mentionOperands(instr)
	switch i := instr.(type) {
	case *ssa.Store:
		b.storeTo(i.Addr, b.value(i.Val))
		b.written(i.Addr, i)
		b.assigned(i)
		b.revealsSource(i)
	case *ssa.UnOp:
		switch i.Op {
		case token.MUL:
			b.loadFrom(i, i.X)
			b.globalRead(i.X)
		case token.ARROW:
			b.load(b.value(i), b.value(i.X), b.kindOf(i))
		}
	case *ssa.Phi:
		for _, e := range i.Edges {
			b.copy(b.value(i), b.value(e))
		}
	case *ssa.ChangeType:
		b.convert(i, i.X)
	case *ssa.Convert:
		b.convert(i, i.X)
		if isUnsafe(i.Type()) != isUnsafe(i.X.Type()) {
			b.caveat("unsafe", i.Pos(), "conversion through unsafe.Pointer: memory may change unseen")
		}
	case *ssa.MultiConvert:
		b.convert(i, i.X)
	case *ssa.ChangeInterface:
		b.convert(i, i.X)
	case *ssa.SliceToArrayPointer:
		b.copy(b.value(i), b.value(i.X))
	case *ssa.MakeInterface:
		b.makeInterface(i)
	case *ssa.TypeAssert:
		b.typeAssert(i)
	case *ssa.MakeClosure:
		b.makeClosure(i)
	case *ssa.MakeMap, *ssa.MakeChan, *ssa.MakeSlice:
		b.allocate(i.(ssa.Value))
	case *ssa.Extract:
		b.extract(i)
	case *ssa.Field:
		b.field(i)
	case *ssa.Index:
		b.copy(b.value(i), b.value(i.X))
		b.load(b.value(i), b.value(i.X), b.kindOf(i))
	case *ssa.Lookup:
		b.load(b.value(i), b.value(i.X), b.kindOf(i))
	case *ssa.Slice:
		b.slice(i)
	case *ssa.Range:
		b.copy(b.value(i), b.value(i.X))
	case *ssa.Next:
		b.load(b.value(i), b.value(i.Iter), "")
	case *ssa.MapUpdate:
		b.store(b.value(i.Map), b.value(i.Key))
		b.store(b.value(i.Map), b.value(i.Value))
		b.written(i.Map, i)
	case *ssa.Send:
		b.store(b.value(i.Chan), b.value(i.X))
		b.written(i.Chan, i)
	case *ssa.Select:
		b.selectStates(i)
	case *ssa.Panic:
		b.panics(i)
	case *ssa.Return:
		for k, r := range i.Results {
			b.copy(b.sharedNode(resultKey(b.key, k)), b.value(r))
		}
	case ssa.CallInstruction:
		b.call(i)
	case *ssa.FieldAddr:
		b.interior(i)
	case *ssa.IndexAddr:
		b.interior(i)
	case *ssa.Alloc, *ssa.BinOp, *ssa.If, *ssa.Jump, *ssa.RunDefers, *ssa.DebugRef:
		// Addresses are resolved where they are used.
	default:
		panic(fmt.Sprintf("callgraph: unknown instruction %T", instr))
	}
}

func isUnsafe(t types.Type) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Kind() == types.UnsafePointer
}

// mentionOperands notes the variables an instruction refers to.
func (b *builder) mentionOperands(instr ssa.Instruction) {
	var space [8]*ssa.Value
	for _, op := range instr.Operands(space[:0]) {
		g, ok := (*op).(*ssa.Global)
		switch {
		case !ok || g.Object() == nil:
		case b.in.Private(g.Pkg.Pkg):
			b.addressUse(g, g, instr)
		default:
			b.fact(b.owner).externals[g.Pkg.Pkg.Path()] = true
		}
	}
}

// value returns the node of what an SSA value holds, or None if its type can't
// carry tokens.
func (b *builder) value(v ssa.Value) Node {
	if n, ok := b.values[v]; ok {
		return n
	}
	switch v := v.(type) {
	case *ssa.Const, *ssa.Builtin:
		return None
	case *ssa.Function:
		return b.functionValue(v)
	}
	if _, isRange := v.(*ssa.Range); !isRange && !b.types.carries(v.Type()) {
		b.values[v] = None
		return None
	}
	n := b.newNode()
	b.values[v] = n
	switch v := v.(type) {
	case *ssa.Global:
		b.object(n, b.place(v), b.types.hold(deref(v.Type())))
	case *ssa.Alloc:
		typ := b.types.hold(deref(v.Type()))
		if v.Comment == "varargs" {
			typ = closedObject // nothing refers to it after the call
		}
		b.object(n, b.place(v), typ)
	case *ssa.FieldAddr, *ssa.IndexAddr:
		// A pointer into an object: what it holds is not told from what the
		// object holds, but its type is another.
		if p := b.place(v); p != None {
			b.object(n, p, unknownObject)
		} else {
			b.retype(n, b.pointer(v))
		}
	}
	return n
}

// place returns the node of the content of an address that is known without
// following pointers, or None.
func (b *builder) place(addr ssa.Value) Node {
	if n, ok := b.places[addr]; ok {
		return n
	}
	n := b.placeUncached(addr)
	b.places[addr] = n
	return n
}

func (b *builder) placeUncached(addr ssa.Value) Node {
	switch a := addr.(type) {
	case *ssa.Global:
		if !b.in.Private(a.Pkg.Pkg) {
			return b.externalVariable(a)
		}
		return b.sharedNode(varKey(globalID(a)))
	case *ssa.Alloc:
		if !b.types.carries(deref(a.Type())) {
			return None
		}
		return b.newNode()
	case *ssa.FieldAddr:
		base := deref(a.X.Type())
		if n, s := b.types.privateStruct(base); n != nil {
			if !b.types.carries(s.Field(a.Field).Type()) {
				return None
			}
			return b.sharedNode(fieldKey(n, s.Field(a.Field)))
		}
		return b.place(a.X)
	case *ssa.IndexAddr:
		if _, ok := a.X.Type().Underlying().(*types.Pointer); ok {
			return b.place(a.X)
		}
	}
	return None
}

func globalID(g *ssa.Global) symbol.ID {
	return symbol.ID(g.Pkg.Pkg.Path() + "." + g.Name())
}

// externalVariable is the node of what an external variable holds. It holds
// itself as an object, so that a value read from it leads back to it.
func (b *builder) externalVariable(g *ssa.Global) Node {
	key := externalKey(string(globalID(g)))
	if n, ok := b.shared[key]; ok {
		return n
	}
	n := b.sharedNode(key)
	b.object(n, n, b.types.hold(deref(g.Type())))
	return n
}

func deref(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

func (b *builder) storeTo(addr ssa.Value, src Node) {
	if src == None {
		return
	}
	if p := b.place(addr); p != None {
		b.copy(p, src)
		return
	}
	b.store(b.pointer(addr), src)
}

func (b *builder) loadFrom(to, addr ssa.Value) {
	dst := b.value(to)
	if dst == None {
		return
	}
	if p := b.place(addr); p != None {
		b.copy(dst, p)
		return
	}
	b.load(dst, b.pointer(addr), b.kindOf(to))
}

// pointer returns the node of the pointer behind an address whose place isn't
// known: fields of external and unnamed structs and elements are one with the
// object that they belong to.
func (b *builder) pointer(addr ssa.Value) Node {
	for {
		switch a := addr.(type) {
		case *ssa.FieldAddr:
			addr = a.X
		case *ssa.IndexAddr:
			addr = a.X
		default:
			return b.value(addr)
		}
	}
}

// functionValue returns the node of a function used as a value.
func (b *builder) functionValue(fn *ssa.Function) Node {
	n := b.newNode()
	if key, private := b.procOf(fn); private {
		b.addr(n, Token{Kind: FuncToken, Key: key})
	} else {
		b.addr(n, Token{Kind: ExternalToken, Key: externalName(fn)})
		b.fact(b.owner).externals[packageOf(fn)] = true
	}
	return n
}

// procOf returns the key of the body of a function and makes sure that it is
// translated, if it belongs to private code.
func (b *builder) procOf(fn *ssa.Function) (key string, private bool) {
	if fn.Parent() != nil {
		return b.closureKey(fn), true
	}
	if o := fn.Origin(); o != nil && o != fn {
		fn = o
	}
	obj, _ := fn.Object().(*types.Func)
	if fn.Synthetic != "" && len(fn.Blocks) > 0 && fn.Pkg == nil {
		key := string(b.owner) + "~" + fn.String()
		b.enqueue(fn, key, b.owner)
		return key, true
	}
	if obj == nil || obj.Pkg() == nil || !b.in.Private(obj.Pkg()) {
		return "", false
	}
	return string(symbol.Of(obj)), true
}

// closureKey names a function literal by the body around it.
func (b *builder) closureKey(fn *ssa.Function) string {
	parent := fn.Parent()
	for i, anon := range parent.AnonFuncs {
		if anon == fn {
			var outer string
			if parent.Parent() != nil {
				outer = b.closureKey(parent)
			} else if obj, ok := parent.Object().(*types.Func); ok && obj.Name() != "init" {
				outer = string(symbol.Of(obj))
			} else {
				outer = parent.Pkg.Pkg.Path() + "." + parent.Name()
			}
			key := outer + "$" + strconv.Itoa(i)
			b.enqueue(fn, key, b.owner)
			return key
		}
	}
	panic("callgraph: function literal without parent: " + fn.String())
}

func externalName(fn *ssa.Function) string {
	if o := fn.Origin(); o != nil {
		fn = o
	}
	if obj, ok := fn.Object().(*types.Func); ok && obj.Pkg() != nil {
		return string(symbol.Of(obj))
	}
	return fn.String()
}

func packageOf(fn *ssa.Function) string {
	if o := fn.Origin(); o != nil {
		fn = o
	}
	if obj := fn.Object(); obj != nil && obj.Pkg() != nil {
		return obj.Pkg().Path()
	}
	return ""
}

func (b *builder) makeClosure(i *ssa.MakeClosure) {
	fn := i.Fn.(*ssa.Function)
	key, private := b.procOf(fn)
	if !private {
		return
	}
	b.addr(b.value(i), Token{Kind: FuncToken, Key: key})
	for k, bound := range i.Bindings {
		b.copy(b.value(fn.FreeVars[k]), b.value(bound))
	}
}

func (b *builder) allocate(v ssa.Value) {
	if n := b.value(v); n != None {
		b.object(n, b.newNode(), b.types.hold(v.Type()))
	}
}

// convert copies a value between types of the same representation. Between a
// private struct and another struct the fields are joined.
func (b *builder) convert(dst, src ssa.Value) {
	if p, ok := types.Unalias(src.Type()).(*types.TypeParam); ok {
		b.intoInterface(b.value(dst), b.value(src), p)
		return
	}
	if types.IsInterface(dst.Type()) {
		b.copy(b.value(dst), b.value(src))
		return
	}
	to, from := deref(dst.Type()), deref(src.Type())
	b.copy(b.value(dst), b.value(src))
	if b.types.hold(to) != b.types.hold(from) {
		b.retype(b.value(dst), b.value(src))
	}
	b.joinFields(to, from, b.value(src))
	b.joinFields(from, to, b.value(dst))
}

func (b *builder) joinFields(to, from types.Type, other Node) {
	n, s := b.types.privateStruct(to)
	m, fs := b.types.privateStruct(from)
	if n == nil || n == m {
		return
	}
	for i := range s.NumFields() {
		if !b.types.carries(s.Field(i).Type()) {
			continue
		}
		dst := b.sharedNode(fieldKey(n, s.Field(i)))
		if m != nil && i < fs.NumFields() {
			b.copy(dst, b.sharedNode(fieldKey(m, fs.Field(i))))
		} else if other != None {
			b.copy(dst, other)
			b.copy(other, dst)
		}
	}
}

func (b *builder) makeInterface(i *ssa.MakeInterface) {
	dst := b.value(i)
	b.intoInterface(dst, b.value(i.X), i.X.Type())
}

// intoInterface makes dst hold a value of a concrete type.
func (b *builder) intoInterface(dst, src Node, typ types.Type) {
	typ = types.Unalias(typ)
	if p, ok := typ.(*types.TypeParam); ok {
		b.copy(dst, src)
		b.copy(dst, b.sharedNode(b.types.paramNode(p)))
		return
	}
	if b.types.matters(typ) || referential(typ.Underlying()) {
		b.typeToken(dst, typ)
		b.types.mentions(typ, func(types.Type) {}, func(p *types.TypeParam) {
			b.copy(dst, b.sharedNode(b.types.paramNode(p)))
		})
	}
	if src == None {
		return
	}
	n := namedOf(typ)
	switch {
	case n != nil && b.types.isPrivate(n):
		b.copy(b.sharedNode(contentKey(b.types.key(n))), src)
	case n != nil && !referential(typ.Underlying()):
		content := b.newNode() // a value of an external type with methods
		b.copy(content, src)
		b.object(dst, content, b.types.hold(typ))
		b.copy(dst, src)
	default:
		b.copy(dst, src)
	}
}

func (b *builder) typeAssert(i *ssa.TypeAssert) {
	dst, src := b.value(i), b.value(i.X)
	if types.IsInterface(i.AssertedType) {
		if dst == None { // only the success of the assertion is used
			dst = b.newNode()
		}
		if p, ok := types.Unalias(i.AssertedType).(*types.TypeParam); ok {
			b.copy(dst, src)
			b.copy(dst, b.sharedNode(b.types.paramNode(p)))
			return
		}
		b.filter(dst, src, i.AssertedType)
		return
	}
	if dst == None {
		return
	}
	n := namedOf(i.AssertedType)
	if n != nil && b.types.isPrivate(n) {
		b.copy(dst, b.sharedNode(contentKey(b.types.key(n))))
		return
	}
	b.copy(dst, src)
	b.load(dst, src, b.types.kind(i.AssertedType))
}

func (b *builder) filter(dst, src Node, typ types.Type) {
	if src == None {
		return
	}
	b.sum.Filters = append(b.sum.Filters, Filter{Dst: dst, Src: src, Type: b.types.describe(typ), Owner: b.owner})
}

func (b *builder) extract(i *ssa.Extract) {
	if list, ok := b.tuples[i.Tuple]; ok {
		b.copy(b.value(i), list[i.Index])
		return
	}
	if call, ok := i.Tuple.(*ssa.Call); ok {
		b.copy(b.value(i), b.results(call, call.Call.Signature())[i.Index])
		return
	}
	b.copy(b.value(i), b.value(i.Tuple))
}

func (b *builder) field(i *ssa.Field) {
	if n, s := b.types.privateStruct(i.X.Type()); n != nil {
		if b.types.carries(i.Type()) {
			b.copy(b.value(i), b.sharedNode(fieldKey(n, s.Field(i.Field))))
		}
		return
	}
	b.copy(b.value(i), b.value(i.X))
	b.load(b.value(i), b.value(i.X), b.kindOf(i)) // the struct may be one that external code made
}

// kindOf describes what a value can be.
func (b *builder) kindOf(v ssa.Value) string {
	if _, ok := v.Type().(*types.Tuple); ok {
		return ""
	}
	return b.types.kind(v.Type())
}

func (b *builder) slice(i *ssa.Slice) {
	if _, ok := i.X.Type().Underlying().(*types.Pointer); ok {
		if p := b.place(i.X); p != None {
			b.object(b.value(i), p, b.types.hold(i.Type()))
			return
		}
		b.copy(b.value(i), b.pointer(i.X))
		return
	}
	b.copy(b.value(i), b.value(i.X))
}

func (b *builder) selectStates(i *ssa.Select) {
	for _, s := range i.States {
		if s.Dir == types.SendOnly {
			b.store(b.value(s.Chan), b.value(s.Send))
			b.written(s.Chan, i)
		} else {
			b.load(b.value(i), b.value(s.Chan), "")
		}
	}
}

// panics records that a panic value may be recovered anywhere, and that the
// runtime calls its Error or String method when it isn't.
func (b *builder) panics(i *ssa.Panic) {
	n := b.value(i.X)
	b.copy(b.sharedNode("panic"), n)
	b.sum.Calls = append(b.sum.Calls, Call{
		Kind: ExternalCall, Owner: b.owner, Callee: None, Method: "runtime.panic", Package: "runtime",
		Args: []Node{n}, Content: b.newNode(), Position: b.in.Position(i.Pos()),
	})
}

// results returns the nodes of the results of a call, one for each.
func (b *builder) results(v ssa.Value, sig *types.Signature) []Node {
	if v == nil {
		return nil
	}
	if list, ok := b.tuples[v]; ok {
		return list
	}
	res := sig.Results()
	var list []Node
	switch {
	case res.Len() == 1:
		list = []Node{b.value(v)}
	default:
		for k := range res.Len() {
			n := None
			if b.types.carries(res.At(k).Type()) {
				n = b.newNode()
			}
			list = append(list, n)
		}
	}
	b.tuples[v] = list
	return list
}

// call translates a call, go or defer instruction.
func (b *builder) call(instr ssa.CallInstruction) {
	c := instr.Common()
	var result ssa.Value
	if v := instr.Value(); v != nil {
		result = v
	}
	switch fn := c.Value.(type) {
	case *ssa.Builtin:
		b.builtin(fn, c, result, instr)
		return
	}
	res := b.results(result, c.Signature())
	if c.IsInvoke() {
		b.invoke(c, res, instr)
		return
	}
	fn := c.StaticCallee()
	if fn == nil {
		b.sum.Calls = append(b.sum.Calls, Call{
			Object: b.objectInSight(c, instr),
			Kind:   DynamicCall, Owner: b.owner, Callee: b.value(c.Value),
			Method: b.types.key(signatureOnly(c.Signature())),
			Args:   b.valuesOf(c.Args), Results: res, Kinds: b.kindsOf(c.Signature()), Content: b.newNode(), Position: b.in.Position(instr.Pos()),
		})
		return
	}
	if key, private := b.procOf(fn); private {
		if mc, ok := c.Value.(*ssa.MakeClosure); ok {
			b.value(mc)
		}
		for k, a := range c.Args {
			b.copy(b.sharedNode(paramKey(key, k)), b.value(a))
		}
		for k, r := range res {
			b.copy(r, b.sharedNode(resultKey(key, k)))
		}
		return
	}
	b.external(fn, c, res, instr)
}

func (b *builder) valuesOf(list []ssa.Value) []Node {
	nodes := make([]Node, len(list))
	for i, v := range list {
		nodes[i] = b.value(v)
	}
	return nodes
}

func (b *builder) invoke(c *ssa.CallCommon, res []Node, instr ssa.CallInstruction) {
	recv := b.value(c.Value)
	typ := types.Unalias(c.Value.Type())
	if p, ok := typ.(*types.TypeParam); ok {
		n := b.newNode()
		b.copy(n, recv)
		b.copy(n, b.sharedNode(b.types.paramNode(p)))
		recv = n
	}
	pkg := ""
	if n := namedOf(typ); n != nil && n.Obj().Pkg() != nil && !b.in.Private(n.Obj().Pkg()) {
		pkg = n.Obj().Pkg().Path()
	}
	call := Call{
		Object: true,
		Kind:   InvokeCall, Owner: b.owner, Callee: recv, Method: memberName(c.Method), Package: pkg,
		Args: b.valuesOf(c.Args), Results: res, Kinds: b.kindsOf(c.Signature()), Content: b.newNode(), Position: b.in.Position(instr.Pos()),
	}
	b.handedOver(&call, c.Args, instr)
	b.sum.Calls = append(b.sum.Calls, call)
}

// external translates a static call of external code.
func (b *builder) external(fn *ssa.Function, c *ssa.CallCommon, res []Node, instr ssa.CallInstruction) {
	call := Call{
		Kind: ExternalCall, Owner: b.owner, Callee: None, Method: externalName(fn), Package: packageOf(fn),
		Args: b.valuesOf(c.Args), Results: res, Kinds: b.kindsOf(c.Signature()), Content: b.newNode(), Position: b.in.Position(instr.Pos()),
	}
	b.fact(b.owner).externals[call.Package] = true
	call.Object = b.objectInSight(c, instr)
	b.handedOver(&call, c.Args, instr)
	for _, t := range fn.TypeArgs() {
		b.handType(&call, t)
	}
	b.special(call.Method, c, instr)
	b.sum.Calls = append(b.sum.Calls, call)
}

// objectInSight tells whether a call has an argument or result that is an
// object of external code.
func (b *builder) objectInSight(c *ssa.CallCommon, instr ssa.CallInstruction) bool {
	is := func(t types.Type) bool {
		n := namedOf(t)
		return n != nil && n.Obj().Pkg() != nil && !b.types.isPrivate(n) && b.types.carries(t) && !isFunc(t)
	}
	for _, a := range c.Args {
		if is(a.Type()) {
			return true
		}
	}
	res := c.Signature().Results()
	for i := range res.Len() {
		if instr.Value() != nil && is(res.At(i).Type()) {
			return true
		}
	}
	return false
}

func isFunc(t types.Type) bool {
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// revealsSource notes the option of log/slog that logs positions.
func (b *builder) revealsSource(st *ssa.Store) {
	fa, ok := st.Addr.(*ssa.FieldAddr)
	if !ok {
		return
	}
	n := namedOf(fa.X.Type())
	if n == nil || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != "log/slog" || n.Obj().Name() != "HandlerOptions" {
		return
	}
	if n.Underlying().(*types.Struct).Field(fa.Field).Name() == "AddSource" {
		b.fact(b.owner).reveals = true
	}
}

// kindsOf describes the results of a call.
func (b *builder) kindsOf(sig *types.Signature) []string {
	var list []string
	for i := range sig.Results().Len() {
		list = append(list, b.types.kind(sig.Results().At(i).Type()))
	}
	return list
}

// special notes the calls that analysis can't see through.
func (b *builder) special(name string, c *ssa.CallCommon, instr ssa.CallInstruction) {
	if revealing[name] {
		b.fact(b.owner).reveals = true
	}
	switch name {
	case "log.New", "log.SetFlags", "log.Logger.SetFlags":
		const files = 1<<3 | 1<<4 // log.Llongfile and log.Lshortfile
		k, ok := c.Args[len(c.Args)-1].(*ssa.Const)
		if !ok || k.Int64()&files != 0 {
			b.fact(b.owner).reveals = true
		}
	case "reflect.Value.MethodByName":
		if k, ok := c.Args[len(c.Args)-1].(*ssa.Const); ok && k.Value != nil && k.Value.Kind() == constant.String {
			return
		}
		b.caveat("reflect", instr.Pos(), "method called by a name known at run time only: all exported methods count")
	case "reflect.Value.Method", "reflect.Value.Call", "reflect.Value.CallSlice":
		b.caveat("reflect", instr.Pos(), "%s: all exported methods of the types that reach it count", name)
	case "plugin.Open", "plugin.Plugin.Lookup":
		b.caveat("plugin", instr.Pos(), "code of plugins is not part of the version")
	}
}

func (b *builder) builtin(fn *ssa.Builtin, c *ssa.CallCommon, result ssa.Value, instr ssa.Instruction) {
	var dst Node = None
	if result != nil && fn.Name() != "recover" {
		dst = b.value(result)
	}
	switch fn.Name() {
	case "append":
		b.copy(dst, b.value(c.Args[0]))
		if dst != None {
			fresh := b.newNode()
			b.object(dst, fresh, b.types.hold(result.Type()))
			b.load(fresh, b.value(c.Args[0]), "")
			if len(c.Args) > 1 {
				elems := b.newNode()
				b.load(elems, b.value(c.Args[1]), "")
				b.store(dst, elems)
			}
		}
		b.written(c.Args[0], instr)
	case "copy":
		if src, to := b.value(c.Args[1]), b.value(c.Args[0]); src != None && to != None {
			elems := b.newNode()
			b.load(elems, src, "")
			b.store(to, elems)
		}
		b.written(c.Args[0], instr)
	case "delete", "clear", "close":
		b.written(c.Args[0], instr)
	case "recover":
		if result != nil {
			b.copy(b.value(result), b.sharedNode("panic"))
		}
	case "ssa:wrapnilchk":
		b.copy(dst, b.value(c.Args[0]))
	case "min", "max", "len", "cap", "print", "println", "complex", "real", "imag", "ssa:deferstack":
	case "Add", "Slice", "SliceData", "String", "StringData":
		if len(c.Args) > 0 {
			b.copy(dst, b.value(c.Args[0]))
		}
		b.caveat("unsafe", instr.Pos(), "unsafe.%s: memory may change unseen", fn.Name())
	}
}
