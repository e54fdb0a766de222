package hasher

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"sync"

	"github.com/autover/autover/internal/symbol"
)

// A RefKind says what kind of object a Ref names.
type RefKind uint8

// The kinds of references. Their values are part of the byte format.
const (
	RefFunc RefKind = 1 // function or declared method
	RefVar  RefKind = 2 // package-level variable
	RefType RefKind = 3 // package-level named type
)

// A Ref names a private package-level object that a form mentions.
type Ref struct {
	Kind RefKind
	ID   symbol.ID
}

// A Form is the normal form of one declaration as plain data. Two declarations
// of equal Local mean the same wherever their Refs, slot by slot, do.
type Form struct {
	// Local is the digest of the form, in which package-level private objects
	// appear as slot numbers.
	Local Digest
	// Refs holds the object of each slot, in order of first occurrence.
	Refs []Ref
	// External lists the import paths of the external packages whose objects,
	// constants excepted, the form mentions: sorted, without duplicates, and
	// without unsafe, which is part of the language.
	External []string
	// Literals are the function literals inside of a function or initialiser,
	// in the order of the form.
	Literals []Literal
}

// A Literal is a function literal in a form.
type Literal struct {
	// Offset is its distance in bytes from the beginning of the declaration, or
	// of the expression that initialises variables.
	Offset int
	// Slots are the slots that it mentions, in ascending order.
	Slots []int
	// External is its part of the External of the form.
	External []string
	// Inner is the number of literals inside of it, which follow it in the form.
	Inner int
}

// A Package is a type-checked private package, the input of a Normalizer. Its
// files must have been parsed with comments, and Info must record Types, Defs,
// Uses, Selections, Implicits, Instances and FileVersions.
type Package struct {
	Types *types.Package
	Info  *types.Info
	Fset  *token.FileSet
	Files []*ast.File

	// Private reports whether another package is private code. Nil means that
	// only this one is.
	Private func(*types.Package) bool
	// Embeds holds a digest of the embedded files of each variable with a
	// go:embed directive.
	Embeds map[*types.Var]Digest
	// Opaque answers for constants of other private packages as the method
	// Constant of their Normalizer does. Nil means that none is opaque.
	Opaque func(*types.Const) (Digest, bool)
}

// A Normalizer computes the forms of the declarations of one package. Its
// methods may be called concurrently, but not together with PrunePackage.
type Normalizer struct {
	// Trace, if not nil, says who receives the tokens of a function's form; nil
	// for nobody.
	Trace func(*ast.FuncDecl) Tracer

	pkg      *Package
	opacity  *opacity
	links    map[string][]string // go:linkname targets by local name
	twinOnce sync.Once
	twins    map[Digest]int // how many functions with local types have the form
}

// NewNormalizer returns a Normalizer for a package, whose files must have been
// pruned before it computes a form.
func NewNormalizer(p *Package) *Normalizer {
	return &Normalizer{pkg: p, opacity: newOpacity(p.Info, p.Files, p.Types, p.Opaque), links: linknames(p.Files)}
}

// Func returns the form of a function or method declaration. It contains the
// signature, the directives that can change behaviour and the body with its
// closures, but not the function's name.
func (n *Normalizer) Func(d *ast.FuncDecl) (Form, error) {
	var trace Tracer
	if n.Trace != nil {
		trace = n.Trace(d)
	}
	form, locals, err := n.funcForm(d, trace)
	if err != nil || !locals {
		return form, err
	}
	n.twinOnce.Do(n.countTwins)
	if n.twins[form.Local] > 1 {
		// A type declared in one of two equal functions is not the type
		// declared in the other, so here the function's name matters.
		e := NewTracedEncoder("owner", trace)
		e.Node(TagOwner, 2)
		e.Digest(form.Local)
		e.String(declName(d))
		form.Local = e.Sum()
	}
	return form, nil
}

func (n *Normalizer) funcForm(d *ast.FuncDecl, trace Tracer) (form Form, locals bool, err error) {
	form, err = n.form("func", trace, func(w *writer) {
		fn, ok := n.pkg.Info.Defs[d.Name].(*types.Func)
		if !ok {
			w.fail(d.Name, "function %s has no type information", d.Name.Name)
		}
		sig := fn.Signature()
		w.start = d.Pos()
		w.scan(d)
		w.enc.Node(TagFunc, 5)
		tparams := sig.TypeParams()
		if recv := sig.Recv(); recv != nil {
			w.typ(recv.Type())
			tparams = sig.RecvTypeParams()
			w.bind(recv)
		} else {
			w.none()
		}
		w.typeParams(tparams)
		w.signature(sig)
		w.directives(n.funcDirectives(d))
		w.bindSignature(sig)
		if d.Body == nil {
			w.none()
		} else {
			w.block(d.Body.List)
		}
		locals = len(w.localTypes) > 0
	})
	return form, locals, err
}

// countTwins counts the functions of the package that use local types, by form.
func (n *Normalizer) countTwins() {
	n.twins = map[Digest]int{}
	for _, f := range n.pkg.Files {
		for _, decl := range f.Decls {
			d, ok := decl.(*ast.FuncDecl)
			if !ok || !declaresType(d) {
				continue
			}
			if form, locals, err := n.funcForm(d, nil); err == nil && locals {
				n.twins[form.Local]++
			}
		}
	}
}

func declaresType(d *ast.FuncDecl) bool {
	found := false
	ast.Inspect(d, func(node ast.Node) bool {
		if _, ok := node.(*ast.TypeSpec); ok {
			found = true
		}
		return !found
	})
	return found
}

func declName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.ParenExpr:
			t = x.X
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name + "." + d.Name.Name
		default:
			return d.Name.Name
		}
	}
}

// Var returns the form of a package-level variable without its initialiser:
// the import path of its package, name, type, embedded files and linkname.
func (n *Normalizer) Var(v *types.Var) (Form, error) {
	return n.form("var", nil, func(w *writer) {
		w.enc.Node(TagVar, 5)
		w.enc.String(pkgPath(v.Pkg()))
		w.enc.String(v.Name())
		w.typ(v.Type())
		if embed, ok := n.pkg.Embeds[v]; ok {
			w.enc.Digest(embed)
		} else {
			w.none()
		}
		w.directives(n.linkDirectives(v.Name()))
	})
}

// Initializer returns the form of the initialisation of package-level
// variables. The name of a single variable does not enter, since the variable
// refers to the initialiser; several share one initialiser, and then their
// names say which gets which value.
func (n *Normalizer) Initializer(init *types.Initializer) (Form, error) {
	return n.form("initializer", nil, func(w *writer) {
		w.start = init.Rhs.Pos()
		w.scan(init.Rhs)
		w.enc.Node(TagInit, 2)
		w.enc.List(len(init.Lhs))
		for _, v := range init.Lhs {
			switch {
			case v.Name() == "_":
				w.enc.Node(TagBlank, 0)
			case len(init.Lhs) == 1:
				w.enc.Node(TagVar, 1)
				w.typ(v.Type())
			default:
				w.enc.Node(TagVar, 2)
				w.enc.String(v.Name())
				w.typ(v.Type())
			}
		}
		w.expr(init.Rhs)
	})
}

// Type returns the form of a package-level type declaration: the import path of
// its package, name, type parameters and underlying type, but no methods. The
// form of an alias is that of the type it denotes.
func (n *Normalizer) Type(t *types.TypeName) (Form, error) {
	named, ok := t.Type().(*types.Named)
	if !ok {
		return n.TypeForm(t.Type())
	}
	return n.form("type", nil, func(w *writer) {
		w.pos = t.Pos()
		w.enc.Node(TagTypeDecl, 4)
		w.enc.String(pkgPath(t.Pkg()))
		w.enc.String(t.Name())
		w.typeParams(named.TypeParams())
		w.typ(named.Underlying())
	})
}

// TypeForm returns the form of any type, such as a type argument.
func (n *Normalizer) TypeForm(t types.Type) (Form, error) {
	return n.form("typeform", nil, func(w *writer) {
		w.enc.Node(TagTypeUse, 1)
		w.typ(t)
	})
}

// form runs write with a fresh writer and turns its failure into an error.
func (n *Normalizer) form(domain string, trace Tracer, write func(*writer)) (form Form, err error) {
	w := newWriter(n, NewTracedEncoder(domain, trace))
	defer func() {
		if r := recover(); r != nil {
			f, ok := r.(failure)
			if !ok {
				panic(r)
			}
			form, err = Form{}, f.err
		}
	}()
	write(w)
	form = Form{Local: w.enc.Sum(), Refs: w.refs, External: slices.Sorted(maps.Keys(w.external))}
	for _, l := range w.literals {
		form.Literals = append(form.Literals, Literal{
			Offset: l.offset, Slots: slices.Sorted(maps.Keys(l.slots)), External: slices.Sorted(maps.Keys(l.external)), Inner: l.inner,
		})
	}
	return form, nil
}

func (n *Normalizer) private(pkg *types.Package) bool {
	return pkg == n.pkg.Types || n.pkg.Private != nil && n.pkg.Private(pkg)
}

func pkgPath(pkg *types.Package) string { return symbol.PkgPath(pkg.Path()) }

// A failure carries an error out of the recursion of a writer.
type failure struct{ err error }

// A writer encodes one form.
type writer struct {
	n    *Normalizer
	info *types.Info
	enc  *Encoder
	pos  token.Pos // last position seen, for errors in types

	// byName makes the writer name private objects instead of numbering them,
	// for sort keys that must not depend on the order they establish.
	byName   bool
	slots    map[Ref]int
	refs     []Ref
	external map[string]bool

	start    token.Pos  // of the declaration
	literals []*literal // in order
	inside   []*literal // around what is being written

	locals     map[*types.Var]int
	nextLocal  int
	localTypes map[*types.TypeName]int
	labels     map[*types.Label]int
	interfaces []*types.Interface // literals around the current type
	iota       int                // value of iota in an inlined constant declaration, or -1

	usedLabels map[*types.Label]bool
	escaping   map[*types.Var]bool
}

// A literal collects what a function literal mentions.
type literal struct {
	offset   int
	inner    int
	slots    map[int]bool
	external map[string]bool
}

func newWriter(n *Normalizer, enc *Encoder) *writer {
	return &writer{
		n: n, info: n.pkg.Info, enc: enc, iota: -1,
		slots: map[Ref]int{}, external: map[string]bool{},
		locals: map[*types.Var]int{}, localTypes: map[*types.TypeName]int{},
		labels: map[*types.Label]int{},
	}
}

func (w *writer) fail(at ast.Node, format string, args ...any) { w.failAt(at.Pos(), format, args...) }

func (w *writer) failAt(pos token.Pos, format string, args ...any) {
	panic(failure{fmt.Errorf("%s: %s", w.n.pkg.Fset.Position(pos), fmt.Sprintf(format, args...))})
}

func (w *writer) none() { w.enc.Node(TagNone, 0) }

// slot writes a reference to a private package-level object.
func (w *writer) slot(kind RefKind, obj types.Object) {
	id := symbol.Of(obj)
	if w.byName {
		w.enc.Node(TagPrivate, 3)
		w.enc.Uint(uint64(kind))
		w.enc.String(pkgPath(obj.Pkg()))
		w.enc.String(string(id[len(obj.Pkg().Path())+1:]))
		return
	}
	ref := Ref{kind, id}
	slot, ok := w.slots[ref]
	if !ok {
		slot = len(w.refs)
		w.slots[ref] = slot
		w.refs = append(w.refs, ref)
	}
	for _, l := range w.inside {
		l.slots[slot] = true
	}
	w.enc.Node(TagSlot, 2)
	w.enc.Uint(uint64(kind))
	w.enc.Uint(uint64(slot))
}

// mention records that the form uses an object of a package.
func (w *writer) mention(pkg *types.Package) {
	if pkg != nil && pkg != types.Unsafe && !w.n.private(pkg) {
		w.external[pkgPath(pkg)] = true
		for _, l := range w.inside {
			l.external[pkgPath(pkg)] = true
		}
	}
}

// packageLevel writes a reference to a function, variable or type declared at
// package level, private or external.
func (w *writer) packageLevel(kind RefKind, obj types.Object) {
	if w.n.private(obj.Pkg()) {
		w.slot(kind, obj)
		return
	}
	w.mention(obj.Pkg())
	w.enc.Node(TagExternal, 2)
	w.enc.String(pkgPath(obj.Pkg()))
	w.enc.String(obj.Name())
}

// instance writes the head of a node that joins a generic object with its type
// arguments, which the caller writes with the function it gets. Without
// arguments the object stands alone.
func (w *writer) instance(args *types.TypeList, object func()) {
	if args.Len() == 0 {
		object()
		return
	}
	w.enc.Node(TagInstance, 2)
	object()
	w.enc.List(args.Len())
	for t := range args.Types() {
		w.typ(t)
	}
}

// bind gives a local variable the next position.
func (w *writer) bind(v *types.Var) int {
	n := w.nextLocal
	w.nextLocal++
	w.locals[v] = n
	return n
}

// bindSignature reserves a position for each parameter and result, named or
// not, so that naming or blanking one moves nothing.
func (w *writer) bindSignature(sig *types.Signature) {
	for v := range sig.Params().Variables() {
		w.bind(v)
	}
	for v := range sig.Results().Variables() {
		w.bind(v)
	}
}

// newLocal writes the definition of a local variable.
func (w *writer) newLocal(v *types.Var) {
	w.enc.Node(TagNewLocal, 2)
	w.enc.Uint(uint64(w.bind(v)))
	w.typ(v.Type())
}
