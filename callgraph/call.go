package callgraph

import (
	"go/constant"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

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
		call := Call{
			Kind: DynamicCall, Owner: b.owner, Callee: b.value(c.Value),
			Method: b.types.key(signatureOnly(c.Signature())),
			Wraps:  wrapsErrors(c.Args), Args: b.valuesOf(c.Args), Results: res, Kinds: b.kindsOf(c.Signature()), Content: b.newNode(), Position: b.in.Position(instr.Pos()),
		}
		b.handedOver(&call, 0, c.Args, instr)
		b.sum.Calls = append(b.sum.Calls, call)
		return
	}
	if key, private := b.procOf(fn); private {
		if mc, ok := c.Value.(*ssa.MakeClosure); ok {
			b.value(mc)
		}
		b.fact(b.owner).calls[key] = true
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
	iface := ""
	if _, ok := typ.(*types.TypeParam); !ok {
		iface = b.types.describe(typ)
	}
	pkg := ""
	if n := namedOf(typ); n != nil && n.Obj().Pkg() != nil && !b.in.Private(n.Obj().Pkg()) {
		pkg = n.Obj().Pkg().Path()
	}
	call := Call{
		Kind: InvokeCall, Owner: b.owner, Callee: recv, Method: memberName(c.Method), Interface: iface, Package: pkg,
		Wraps: wrapsErrors(c.Args), Args: b.valuesOf(c.Args), Results: res, Kinds: b.kindsOf(c.Signature()), Content: b.newNode(), Position: b.in.Position(instr.Pos()),
	}
	if pkg != "" { // what external code has made may be changed
		b.handedOver(&call, 0, []ssa.Value{c.Value}, instr)
	}
	b.handedOver(&call, 1, c.Args, instr)
	b.sum.Calls = append(b.sum.Calls, call)
}

// external translates a static call of external code.
func (b *builder) external(fn *ssa.Function, c *ssa.CallCommon, res []Node, instr ssa.CallInstruction) {
	call := Call{
		Kind: ExternalCall, Owner: b.owner, Callee: None, Method: externalName(fn), Package: packageOf(fn),
		Wraps: wrapsErrors(c.Args), Args: b.valuesOf(c.Args), Results: res, Kinds: b.kindsOf(c.Signature()), Content: b.newNode(), Position: b.in.Position(instr.Pos()),
	}
	b.fact(b.owner).externals[call.Package] = true
	b.handedOver(&call, 0, c.Args, instr)
	for _, t := range fn.TypeArgs() {
		b.handType(&call, t)
	}
	b.special(call.Method, c, instr)
	b.sum.Calls = append(b.sum.Calls, call)
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
		b.shares(c.Args[0], c.Args[1], instr)
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
