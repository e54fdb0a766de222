package callgraph

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// This file translates the instructions of a package into the flows of its alias
// graph.

// aliases adds the flows of one instruction. Calls that linking resolves are
// left to it.
func (b *builder) aliases(instr ssa.Instruction) {
	a := &b.alias
	switch i := instr.(type) {
	case *ssa.Store:
		if src := b.memoryOf(i.Val); src != noMemory {
			a.flow(b.stored(i.Addr), src)
		}
	case *ssa.Phi:
		for _, e := range i.Edges {
			a.flow(b.memoryOf(i), b.memoryOf(e))
		}
	case *ssa.ChangeType:
		b.convertedFields(i, i.X)
	case *ssa.Convert:
		b.convertedFields(i, i.X)
		if isUnsafe(i.Type()) != isUnsafe(i.X.Type()) {
			b.outside(i.X)
			b.outside(i)
		}
	case *ssa.MultiConvert:
		b.convertedFields(i, i.X)
	case *ssa.MapUpdate:
		b.put(i.Map, i.Key)
		b.put(i.Map, i.Value)
	case *ssa.Send:
		b.put(i.Chan, i.X)
	case *ssa.Select:
		for _, s := range i.States {
			if s.Send != nil {
				b.put(s.Chan, s.Send)
			} else if n := b.memoryOf(i); n != noMemory {
				a.flow(n, a.inside(b.memoryOf(s.Chan)))
			}
		}
	case *ssa.MakeClosure:
		fn := i.Fn.(*ssa.Function)
		for k, bound := range i.Bindings {
			a.flow(b.memoryOf(fn.FreeVars[k]), b.memoryOf(bound))
		}
	case *ssa.Panic:
		a.flow(a.shared(panicKey), b.memoryOf(i.X))
	case *ssa.Return:
		for k, r := range i.Results {
			if n := b.memoryOf(r); n != noMemory {
				a.flow(a.shared(resultKey(b.key, k)), n)
			}
		}
	case ssa.CallInstruction:
		b.callAliases(i.Common(), i)
	}
}

// put says that a value is stored in a map or channel.
func (b *builder) put(into, v ssa.Value) {
	if n := b.memoryOf(v); n != noMemory {
		b.alias.flow(b.alias.inside(b.memoryOf(into)), n)
	}
}

// outside makes a value, and what its type leads to, part of the memory of which
// nothing is known.
func (b *builder) outside(v ssa.Value) {
	out := b.alias.shared(outsideKey)
	b.alias.same(out, b.memoryOf(v))
	for _, cell := range b.types.memory(v.Type()) {
		if key, ok := fieldOf(cell); ok {
			b.alias.same(out, b.alias.shared(key))
		}
	}
}

// convertedFields makes the fields of two struct types equal that are converted
// into each other.
func (b *builder) convertedFields(dst, src ssa.Value) {
	b.sameFields(deref(dst.Type()), deref(src.Type()), src)
	b.sameFields(deref(src.Type()), deref(dst.Type()), dst)
}

func (b *builder) sameFields(to, from types.Type, other ssa.Value) {
	n, s := b.types.privateStruct(to)
	m, fs := b.types.privateStruct(from)
	if n == nil || n == m {
		return
	}
	for i := range s.NumFields() {
		if !b.hasRefs(s.Field(i).Type()) {
			continue
		}
		field := b.alias.shared(fieldKey(n, s.Field(i)))
		switch {
		case m != nil && i < fs.NumFields():
			b.alias.same(field, b.alias.shared(fieldKey(m, fs.Field(i))))
		case referential(other.Type().Underlying()):
			b.alias.same(field, b.alias.inside(b.memoryOf(other)))
		default:
			b.alias.same(field, b.memoryOf(other))
		}
	}
}

// callAliases adds the flows of calls of builtins and of functions that are
// known.
func (b *builder) callAliases(c *ssa.CallCommon, instr ssa.CallInstruction) {
	if fn, ok := c.Value.(*ssa.Builtin); ok {
		b.builtinAliases(fn.Name(), c.Args, instr.Value())
		return
	}
	fn := c.StaticCallee()
	if fn == nil || c.IsInvoke() {
		return
	}
	key, private := b.procOf(fn)
	if !private {
		return
	}
	for i, arg := range c.Args {
		if n := b.memoryOf(arg); n != noMemory {
			b.alias.flow(b.alias.shared(paramKey(key, i)), n)
		}
	}
}

func (b *builder) builtinAliases(name string, args []ssa.Value, result *ssa.Call) {
	a := &b.alias
	switch name {
	case "append":
		if len(args) > 1 && result != nil && b.elementRefs(args[1]) {
			a.flow(a.inside(b.memoryOf(result)), a.inside(b.memoryOf(args[1])))
		}
	case "copy":
		if b.elementRefs(args[1]) {
			a.flow(a.inside(b.memoryOf(args[0])), a.inside(b.memoryOf(args[1])))
		}
	case "Add", "Slice", "SliceData", "String", "StringData":
		for _, arg := range args {
			b.outside(arg)
		}
	}
}

// elementRefs tells whether the elements of a slice refer to memory.
func (b *builder) elementRefs(v ssa.Value) bool {
	if s, ok := v.Type().Underlying().(*types.Slice); ok {
		return b.hasRefs(s.Elem())
	}
	return b.hasRefs(v.Type())
}

// callMemories describes the memory that a call that linking resolves hands over
// and gets.
func (b *builder) callMemories(instr ssa.CallInstruction) CallMemory {
	c := instr.Common()
	var m CallMemory
	if c.StaticCallee() == nil || c.IsInvoke() {
		m.Callee = b.memoryOf(c.Value)
	}
	for _, arg := range c.Args {
		m.Args = append(m.Args, b.memoryOf(arg))
	}
	m.Results = slices.Clone(b.returned(instr.Value()))
	return m
}

// parameterMemories gives the parameters of a body the nodes that calls of it
// use. A wrapper has one body for all functions that use it.
func (b *builder) parameterMemories(fn *ssa.Function, key string) {
	for i, p := range fn.Params {
		if !b.hasRefs(p.Type()) {
			continue
		}
		n := b.alias.shared(paramKey(key, i))
		if old, ok := b.alias.values[p]; ok {
			b.alias.flow(old, n)
		} else {
			b.alias.values[p] = n
		}
	}
}
