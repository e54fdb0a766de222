package callgraph

import (
	"fmt"
	"go/types"
	"sort"
	"strconv"
	"strings"

	"github.com/autover/autover/internal/symbol"
)

// typeTable answers questions about the types of one package and collects the
// descriptions of those that matter to dispatch.
type typeTable struct {
	private func(*types.Package) bool
	carry   map[types.Type]bool
	keys    map[types.Type]string
	seen    map[string]bool
	out     []Type
	params  map[*types.TypeParam]string
	sets    map[string][]string
}

func newTypeTable(private func(*types.Package) bool) *typeTable {
	return &typeTable{
		private: private,
		carry:   map[types.Type]bool{},
		keys:    map[types.Type]string{},
		seen:    map[string]bool{},
		params:  map[*types.TypeParam]string{},
		sets:    map[string][]string{},
	}
}

// isPrivate tells whether a named type is declared in private code.
func (t *typeTable) isPrivate(n *types.Named) bool {
	return n.Obj().Pkg() != nil && t.private(n.Obj().Pkg())
}

// privateStruct returns the private named struct type behind typ, if it is
// one. Its fields are flow nodes of their own, one for all values of the type.
func (t *typeTable) privateStruct(typ types.Type) (*types.Named, *types.Struct) {
	n, ok := types.Unalias(typ).(*types.Named)
	if !ok || !t.isPrivate(n) {
		return nil, nil
	}
	n = n.Origin()
	s, ok := n.Underlying().(*types.Struct)
	if !ok {
		return nil, nil
	}
	return n, s
}

// carries tells whether a value of the type can hold a token that is not found
// in the field of a private struct.
func (t *typeTable) carries(typ types.Type) bool {
	typ = types.Unalias(typ)
	c, ok := t.carry[typ]
	if !ok {
		c = t.carriesWithin(typ, map[types.Type]bool{})
		t.carry[typ] = c
	}
	return c
}

// carriesWithin leaves out the types that are being looked at: a cycle carries
// what is found elsewhere in it. So the answer for a part of a cycle is not that
// for the type alone, and isn't kept.
func (t *typeTable) carriesWithin(typ types.Type, seen map[types.Type]bool) bool {
	typ = types.Unalias(typ)
	if c, ok := t.carry[typ]; ok {
		return c
	}
	if seen[typ] {
		return false
	}
	seen[typ] = true
	switch u := typ.(type) {
	case *types.Basic:
		return u.Kind() == types.UnsafePointer
	case *types.Interface, *types.Signature, *types.TypeParam:
		return true
	case *types.Pointer:
		return t.carriesWithin(u.Elem(), seen)
	case *types.Slice:
		return t.carriesWithin(u.Elem(), seen)
	case *types.Array:
		return t.carriesWithin(u.Elem(), seen)
	case *types.Chan:
		return t.carriesWithin(u.Elem(), seen)
	case *types.Map:
		return t.carriesWithin(u.Key(), seen) || t.carriesWithin(u.Elem(), seen)
	case *types.Struct:
		for i := range u.NumFields() {
			if t.carriesWithin(u.Field(i).Type(), seen) {
				return true
			}
		}
		return false
	case *types.Tuple:
		for i := range u.Len() {
			if t.carriesWithin(u.At(i).Type(), seen) {
				return true
			}
		}
		return false
	case *types.Named:
		if s, _ := t.privateStruct(u); s != nil {
			return false
		}
		return t.carriesWithin(u.Underlying(), seen)
	}
	return true
}

// key names a type among all packages. Instances of a generic type share the
// name of their origin.
func (t *typeTable) key(typ types.Type) string {
	if k, ok := t.keys[typ]; ok {
		return k
	}
	var b strings.Builder
	t.write(&b, typ)
	k := b.String()
	t.keys[typ] = k
	return k
}

func (t *typeTable) write(b *strings.Builder, typ types.Type) {
	switch u := types.Unalias(typ).(type) {
	case *types.Named:
		b.WriteString(typeName(u.Obj()))
	case *types.Pointer:
		b.WriteByte('*')
		t.write(b, u.Elem())
	case *types.Slice:
		b.WriteString("[]")
		t.write(b, u.Elem())
	case *types.Array:
		b.WriteString("[" + strconv.FormatInt(u.Len(), 10) + "]")
		t.write(b, u.Elem())
	case *types.Chan:
		b.WriteString("chan(")
		t.write(b, u.Elem())
		b.WriteByte(')')
	case *types.Map:
		b.WriteString("map[")
		t.write(b, u.Key())
		b.WriteByte(']')
		t.write(b, u.Elem())
	case *types.Signature:
		t.writeSignature(b, u)
	case *types.Struct:
		b.WriteString("struct{")
		for i := range u.NumFields() {
			f := u.Field(i)
			if f.Embedded() {
				b.WriteByte('&')
			}
			b.WriteString(memberName(f) + ":")
			t.write(b, f.Type())
			b.WriteByte(';')
		}
		b.WriteByte('}')
	case *types.Interface:
		b.WriteString("interface{")
		for i := range u.NumMethods() {
			m := u.Method(i)
			b.WriteString(memberName(m))
			t.write(b, m.Signature())
			b.WriteByte(';')
		}
		b.WriteByte('}')
	case *types.TypeParam:
		b.WriteString("$" + strconv.Itoa(u.Index()))
	case *types.Tuple:
		for i := range u.Len() {
			t.write(b, u.At(i).Type())
			b.WriteByte(',')
		}
	case *types.Basic:
		switch u.Kind() {
		case types.Byte: // alias uint8
			b.WriteString("byte")
		case types.Rune: // alias int32
			b.WriteString("rune")
		default:
			b.WriteString(u.String())
		}
	default:
		b.WriteString(u.String())
	}
}

func (t *typeTable) writeSignature(b *strings.Builder, s *types.Signature) {
	b.WriteString("func(")
	t.write(b, s.Params())
	if s.Variadic() {
		b.WriteString("...")
	}
	b.WriteByte(')')
	t.write(b, s.Results())
}

// kind describes what a value of the type can be, for Proc.Kinds.
func (t *typeTable) kind(typ types.Type) string {
	switch u := types.Unalias(typ).(type) {
	case *types.TypeParam:
		return ""
	default:
		switch u := u.Underlying().(type) {
		case *types.Interface:
			return "i:" + t.describe(typ)
		case *types.Signature:
			return "f:" + t.key(signatureOnly(u))
		case *types.Pointer, *types.Slice, *types.Map, *types.Chan:
			return "o:" + t.hold(typ)
		}
	}
	return ""
}

// typeName names a declared type. A type declared in a function is told from others
// by its place in the files of its package, which is the same for the same files
// wherever they lie and whatever else is loaded.
func typeName(o *types.TypeName) string {
	if o.Pkg() == nil {
		return o.Name()
	}
	name := o.Pkg().Path() + "." + o.Name()
	if o.Parent() == nil || o.Parent() == o.Pkg().Scope() {
		return name
	}
	file := o.Parent()
	for file.Parent() != nil && file.Parent() != o.Pkg().Scope() {
		file = file.Parent()
	}
	number := 0
	for number < o.Pkg().Scope().NumChildren() && o.Pkg().Scope().Child(number) != file {
		number++
	}
	return fmt.Sprintf("%s@%d.%d", name, number, o.Pos()-file.Pos())
}

// memberName names a field or method as interface satisfaction sees it.
func memberName(o types.Object) string {
	if o.Exported() || o.Pkg() == nil {
		return o.Name()
	}
	return o.Pkg().Path() + "." + o.Name()
}

func fieldKey(n *types.Named, f *types.Var) string {
	return "f:" + typeName(n.Obj()) + "." + f.Name()
}

func contentKey(k string) string { return "c:" + k }

func paramKey(proc string, i int) string  { return "p:" + proc + ":" + strconv.Itoa(i) }
func resultKey(proc string, i int) string { return "r:" + proc + ":" + strconv.Itoa(i) }
func varKey(id symbol.ID) string          { return "v:" + string(id) }
func externalKey(name string) string      { return "g:" + name }

// bindParams names the type parameters of a generic function or type, so that
// bodies and instances find the same nodes.
func (t *typeTable) bindParams(owner string, list *types.TypeParamList) {
	for i := range list.Len() {
		t.params[list.At(i)] = "t:" + owner + ":" + strconv.Itoa(i)
	}
}

// paramNode returns the key of the node of the type arguments given to p.
func (t *typeTable) paramNode(p *types.TypeParam) string {
	if k, ok := t.params[p]; ok {
		return k
	}
	return "t:" + typeName(p.Obj())
}

// mentions returns the private named types, pointers to them included, that
// occur in a type outside of the fields of private structs, and its type
// parameters.
func (t *typeTable) mentions(typ types.Type, typed func(types.Type), param func(*types.TypeParam)) {
	seen := map[types.Type]bool{}
	var walk func(types.Type)
	walk = func(typ types.Type) {
		typ = types.Unalias(typ)
		if seen[typ] {
			return
		}
		seen[typ] = true
		switch u := typ.(type) {
		case *types.Named:
			for i := range u.TypeArgs().Len() {
				walk(u.TypeArgs().At(i))
			}
			if t.isPrivate(u) {
				if !types.IsInterface(u) {
					typed(u)
				}
			} else if s, ok := u.Underlying().(*types.Struct); ok && u.TypeArgs().Len() > 0 {
				walk(s)
			}
		case *types.Pointer:
			if n, ok := types.Unalias(u.Elem()).(*types.Named); ok && t.isPrivate(n) && !types.IsInterface(n) {
				typed(u)
			}
			walk(u.Elem())
		case *types.Slice:
			walk(u.Elem())
		case *types.Array:
			walk(u.Elem())
		case *types.Chan:
			walk(u.Elem())
		case *types.Map:
			walk(u.Key())
			walk(u.Elem())
		case *types.Struct:
			for i := range u.NumFields() {
				walk(u.Field(i).Type())
			}
		case *types.Signature:
			walk(u.Params())
			walk(u.Results())
		case *types.Tuple:
			for i := range u.Len() {
				walk(u.At(i).Type())
			}
		case *types.TypeParam:
			param(u)
		}
	}
	walk(typ)
}

// mentionsPrivate tells whether a signature mentions private named types, which
// other modules can't declare methods with.
func (t *typeTable) mentionsPrivate(sig *types.Signature) bool {
	seen := map[types.Type]bool{}
	var walk func(types.Type) bool
	walk = func(typ types.Type) bool {
		typ = types.Unalias(typ)
		if seen[typ] {
			return false
		}
		seen[typ] = true
		switch u := typ.(type) {
		case *types.Named:
			for i := range u.TypeArgs().Len() {
				if walk(u.TypeArgs().At(i)) {
					return true
				}
			}
			return t.isPrivate(u)
		case *types.Pointer:
			return walk(u.Elem())
		case *types.Slice:
			return walk(u.Elem())
		case *types.Array:
			return walk(u.Elem())
		case *types.Chan:
			return walk(u.Elem())
		case *types.Map:
			return walk(u.Key()) || walk(u.Elem())
		case *types.Signature:
			return walk(u.Params()) || walk(u.Results())
		case *types.Tuple:
			for v := range u.Variables() {
				if walk(v.Type()) {
					return true
				}
			}
		case *types.Struct:
			for f := range u.Fields() {
				if walk(f.Type()) {
					return true
				}
			}
		case *types.Interface:
			for m := range u.Methods() {
				if walk(m.Signature()) {
					return true
				}
			}
		}
		return false
	}
	return walk(sig.Params()) || walk(sig.Results())
}

// matters tells whether values of the type say something when they are
// converted to an interface: the type is private, or contains private types.
func (t *typeTable) matters(typ types.Type) bool {
	found := false
	t.mentions(typ, func(types.Type) { found = true }, func(*types.TypeParam) {})
	return found
}

// modules returns the packages of other modules whose types occur in a type, outside
// of private types, sorted.
func (t *typeTable) modules(typ types.Type) []string {
	found := map[string]bool{}
	seen := map[types.Type]bool{}
	var walk func(types.Type)
	walk = func(typ types.Type) {
		typ = types.Unalias(typ)
		if seen[typ] {
			return
		}
		seen[typ] = true
		switch u := typ.(type) {
		case *types.Named:
			for arg := range u.TypeArgs().Types() {
				walk(arg)
			}
			if pkg := u.Obj().Pkg(); pkg != nil && !t.isPrivate(u) && !isStandard(pkg.Path()) {
				found[pkg.Path()] = true
			}
		case *types.Map:
			walk(u.Key())
			walk(u.Elem())
		case *types.Struct:
			for f := range u.Fields() {
				walk(f.Type())
			}
		case interface{ Elem() types.Type }: // pointers, slices, arrays, channels
			walk(u.Elem())
		}
	}
	walk(typ)
	return inOrder(found)
}

// describe records a type and returns its key.
func (t *typeTable) describe(typ types.Type) string {
	typ = types.Unalias(typ)
	k := t.key(typ)
	if t.seen[k] {
		return k
	}
	t.seen[k] = true
	i := len(t.out)
	t.out = append(t.out, Type{Key: k})
	d := Type{Key: k}
	if iface, ok := typ.Underlying().(*types.Interface); ok {
		d.Interface = true
		for i := range iface.NumMethods() {
			m := iface.Method(i)
			d.Methods = append(d.Methods, t.methodNamed(m))
		}
	} else {
		t.describeConcrete(typ, &d)
	}
	sort.Slice(d.Methods, func(i, j int) bool { return d.Methods[i].Name < d.Methods[j].Name })
	t.out[i] = d
	return k
}

func (t *typeTable) describeConcrete(typ types.Type, d *Type) {
	base := typ
	if p, ok := typ.Underlying().(*types.Pointer); ok {
		base = types.Unalias(p.Elem())
	}
	if n, ok := base.(*types.Named); ok && t.isPrivate(n) {
		if n.Obj().Parent() == n.Obj().Pkg().Scope() {
			d.Named = symbol.Of(n.Obj())
		}
		if _, ok := n.Underlying().(*types.Struct); !ok && t.carries(n.Underlying()) {
			d.Content = contentKey(t.key(base))
		}
	}
	origin := typ
	if n, ok := base.(*types.Named); ok && n.TypeArgs().Len() > 0 {
		origin = n.Origin()
		if base != typ {
			origin = types.NewPointer(n.Origin())
		}
	}
	set := types.NewMethodSet(origin)
	for i := range set.Len() {
		d.Methods = append(d.Methods, t.method(origin, set.At(i)))
	}
	d.Nested, d.Fields = t.nested(origin)
	d.Nested = append(d.Nested, t.arguments(base)...)
	d.Modules = t.modules(typ)
	if n, ok := typ.(*types.Named); ok && t.isPrivate(n) {
		d.Pointer = t.describe(types.NewPointer(typ))
	}
	d.Memory, d.Exposed = t.memory(typ), t.exposed(typ)
}

// methodNamed says of a method what its declaration in any type says.
func (t *typeTable) methodNamed(f *types.Func) Method {
	sig := f.Signature()
	return Method{
		Name: memberName(f), Exported: f.Exported(), Signature: t.key(sig),
		Private: !f.Exported() && t.private(f.Pkg()) || t.mentionsPrivate(sig),
		Params:  sig.Params().Len(), Results: sig.Results().Len(),
	}
}

func (t *typeTable) method(recv types.Type, sel *types.Selection) Method {
	f := sel.Obj().(*types.Func)
	m := t.methodNamed(f)
	holder, pointer := recv, false
	for _, i := range sel.Index()[:len(sel.Index())-1] {
		before := m.Field
		m.Field, holder = t.step(m.Field, holder, i)
		_, pointer = types.Unalias(holder).Underlying().(*types.Pointer)
		if m.Field == before {
			m.Holder = "?"
		} else if pointer && m.Holder != "?" {
			m.Holder = m.Field
		}
	}
	_, addressed := f.Signature().Recv().Type().Underlying().(*types.Pointer)
	m.Address = addressed && !pointer
	switch {
	case types.IsInterface(f.Signature().Recv().Type()):
		m.Target = EmbeddedInterface
		if types.IsInterface(holder) && !isTypeParam(holder) {
			m.Interface = t.describe(holder)
		}
		m.Proc = memberName(f)
		if f.Pkg() != nil {
			m.Package = f.Pkg().Path()
		}
	case f.Pkg() != nil && t.private(f.Pkg()):
		m.Target = PrivateMethod
		m.Proc = string(symbol.Of(f))
	default:
		m.Target = ExternalMethod
		m.Proc, m.Package = string(symbol.Of(f)), f.Pkg().Path()
	}
	return m
}

func isTypeParam(typ types.Type) bool {
	_, ok := types.Unalias(typ).(*types.TypeParam)
	return ok
}

// step follows one embedded field and returns the node that holds it.
func (t *typeTable) step(node string, typ types.Type, i int) (string, types.Type) {
	typ = types.Unalias(typ)
	if p, ok := typ.Underlying().(*types.Pointer); ok {
		typ = types.Unalias(p.Elem())
	}
	if n, s := t.privateStruct(typ); n != nil {
		return fieldKey(n, s.Field(i)), s.Field(i).Type()
	}
	if s, ok := typ.Underlying().(*types.Struct); ok {
		return node, s.Field(i).Type()
	}
	return node, typ
}

// arguments returns the private types among the type arguments of a type, and in them.
// Values of it hold values of these.
func (t *typeTable) arguments(typ types.Type) (list []string) {
	if n, ok := typ.(*types.Named); ok {
		for arg := range n.TypeArgs().Types() {
			nested, _ := t.nested(types.NewSlice(arg))
			list = append(list, nested...)
		}
	}
	return list
}

// nested returns what reflection reaches in a value of the type: the private
// types of exported and embedded fields, elements and keys, and the nodes of
// the fields that can carry tokens. Methods of values found in unexported
// fields cannot be called by reflection.
func (t *typeTable) nested(typ types.Type) (list []string, fields []Field) {
	seen := map[types.Type]bool{}
	var walk func(typ types.Type, top bool)
	walk = func(typ types.Type, top bool) {
		typ = types.Unalias(typ)
		if seen[typ] {
			return
		}
		seen[typ] = true
		if !top && !types.IsInterface(typ) {
			base := typ
			if p, ok := typ.(*types.Pointer); ok {
				base = types.Unalias(p.Elem())
			}
			if n, ok := base.(*types.Named); ok && t.isPrivate(n) && !types.IsInterface(n) {
				list = append(list, t.describe(typ))
				if base == typ {
					list = append(list, t.describe(types.NewPointer(typ)))
				}
				return
			}
		}
		switch u := typ.Underlying().(type) {
		case *types.Pointer:
			if n, _ := types.Unalias(u.Elem()).(*types.Named); top && n != nil {
				walk(u.Elem(), true)
			} else {
				walk(u.Elem(), false)
			}
		case *types.Slice:
			walk(u.Elem(), false)
		case *types.Array:
			walk(u.Elem(), false)
		case *types.Chan:
			walk(u.Elem(), false)
		case *types.Map:
			walk(u.Key(), false)
			walk(u.Elem(), false)
		case *types.Struct:
			n, _ := t.privateStruct(typ)
			for i := range u.NumFields() {
				f := u.Field(i)
				if !f.Exported() && !f.Embedded() {
					continue
				}
				if n != nil && t.carries(f.Type()) {
					fields = append(fields, Field{fieldKey(n, f), t.kind(f.Type())})
				}
				walk(f.Type(), false)
			}
		}
	}
	walk(typ, true)
	sort.Strings(list)
	return list, fields
}
