package hasher

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/autover/autover/internal/symbol"
)

// A source is a package to be type-checked: its files by name, in order.
type source struct {
	path  string
	goVer string
	files []file
}

type file struct{ name, text string }

// fakeImporter serves packages made from source, so that tests need neither a
// module cache nor compiled packages.
type fakeImporter struct {
	fset     *token.FileSet
	packages map[string]*types.Package
}

func (im *fakeImporter) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if p := im.packages[path]; p != nil {
		return p, nil
	}
	text, ok := externalSources[path]
	if !ok {
		return nil, fmt.Errorf("no package %q", path)
	}
	f, err := parser.ParseFile(im.fset, path+".go", text, 0)
	if err != nil {
		return nil, err
	}
	conf := types.Config{Importer: im}
	p, err := conf.Check(path, im.fset, []*ast.File{f}, nil)
	if err != nil {
		return nil, err
	}
	im.packages[path] = p
	return p, nil
}

// externalSources stand for external modules.
var externalSources = map[string]string{
	"ext": `package ext
type T struct { A, B int; In }
type In struct { Deep int }
func (T) Value() int { return 0 }
func (*T) Pointer() int { return 0 }
func (In) Promoted() {}
type I interface { M() }
type G[P any] struct { X P }
func (G[P]) Get() (p P) { return }
func F() int { return 0 }
func H() T { return T{} }
func Gen[P any](p P) P { return p }
var V int
const C = 7
type A = T
type Num interface { ~int | ~float64 }
`,
	"other": `package other
func F() int { return 1 }
type I interface { M() }
const C = 7
`,
	"ext2":    "package ext2; type T struct { A int; In }; type In struct { Deep int }; func H() T { return T{} }; func Gen[P any](p P) P { return p }; var V int; const C = 7",
	"runtime": "package runtime\nconst GOOS = \"linux\"\n",
	"fmt":     "package fmt\ntype Stringer interface { String() string }\nfunc Println(...any) {}\nfunc Sprint(...any) string { return \"\" }\n",
	"iter":    "package iter\ntype Seq[V any] func(yield func(V) bool)\n",
	"embed":   "package embed\n",
	"sync":    "package sync\ntype Mutex struct{}\nfunc (*Mutex) Lock() {}\nfunc (*Mutex) Unlock() {}\n",
}

func newInfo() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{},
		Scopes: map[ast.Node]*types.Scope{}, FileVersions: map[*ast.File]string{},
	}
}

// load type-checks src. The packages in deps are private code.
func load(t testing.TB, src source, deps ...*Package) *Package {
	t.Helper()
	im := &fakeImporter{fset: token.NewFileSet(), packages: map[string]*types.Package{}}
	private := map[*types.Package]bool{}
	for _, d := range deps {
		im.packages[symbol.PkgPath(d.Types.Path())] = d.Types
		im.fset = d.Fset
		private[d.Types] = true
	}
	p := &Package{Info: newInfo(), Fset: im.fset, Private: func(p *types.Package) bool { return private[p] }}
	for _, f := range src.files {
		syntax, err := parser.ParseFile(p.Fset, f.name, f.text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("%v\n%s", err, f.text)
		}
		p.Files = append(p.Files, syntax)
	}
	conf := types.Config{Importer: im, GoVersion: src.goVer, Sizes: types.SizesFor("gc", "amd64")}
	path := src.path
	if path == "" {
		path = "p"
	}
	pkg, err := conf.Check(path, p.Fset, p.Files, p.Info)
	if err != nil {
		for _, f := range src.files {
			t.Logf("%s:\n%s", f.name, f.text)
		}
		t.Fatal(err)
	}
	p.Types = pkg
	return p
}

// single wraps declarations into a source of one file.
func single(decls string) source {
	if !strings.HasPrefix(decls, "package ") && !strings.HasPrefix(decls, "//go:build") && !strings.HasPrefix(decls, "// Code") {
		decls = "package p\n" + decls
	}
	return source{files: []file{{"a.go", decls}}}
}

// funcDecl finds "Name" or "Type.Name".
func funcDecl(t testing.TB, p *Package, name string) *ast.FuncDecl {
	t.Helper()
	for _, f := range p.Files {
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && declName(d) == name {
				return d
			}
		}
	}
	t.Fatalf("no function %s", name)
	return nil
}

func mustForm(t testing.TB, form Form, err error) Form {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return form
}

// digests rolls up all declarations of packages by their static references,
// which is enough to compare closures in tests.
func digests(t testing.TB, packages ...*Package) map[string]Digest {
	t.Helper()
	forms := map[Ref]Form{}
	initializers := map[Ref]Form{}
	for _, p := range packages {
		n := NewNormalizer(p)
		collect(t, n, p, forms, initializers)
	}
	var refs []Ref
	index := map[Ref]int32{}
	add := func(r Ref) {
		index[r] = int32(len(refs))
		refs = append(refs, r)
	}
	for r := range forms {
		add(r)
	}
	nodes := make([]Node, len(refs))
	slot := func(form Form) Node {
		n := Node{Local: form.Local}
		for _, r := range form.Refs {
			i, ok := index[r]
			if !ok {
				t.Fatalf("reference to unknown %v", r)
			}
			n.Refs = append(n.Refs, i)
		}
		return n
	}
	for i, r := range refs {
		nodes[i] = slot(forms[r])
		if init, ok := initializers[r]; ok {
			nodes = append(nodes, slot(init))
			nodes[i].Refs = append(nodes[i].Refs, int32(len(nodes)-1))
		}
	}
	sums := Rollup(nodes)
	result := map[string]Digest{}
	for i, r := range refs {
		result[string(r.ID)] = sums[i]
	}
	return result
}

func collect(t testing.TB, n *Normalizer, p *Package, forms, initializers map[Ref]Form) {
	t.Helper()
	for _, f := range p.Files {
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Name.Name != "_" && d.Name.Name != "init" {
				form, err := n.Func(d)
				forms[Ref{RefFunc, symbol.Of(p.Info.Defs[d.Name])}] = mustForm(t, form, err)
			}
		}
	}
	scope := p.Types.Scope()
	for _, name := range scope.Names() {
		switch obj := scope.Lookup(name).(type) {
		case *types.Var:
			form, err := n.Var(obj)
			forms[Ref{RefVar, symbol.Of(obj)}] = mustForm(t, form, err)
		case *types.TypeName:
			form, err := n.Type(obj)
			forms[Ref{RefType, symbol.Of(obj)}] = mustForm(t, form, err)
		}
	}
	for _, init := range p.Info.InitOrder {
		form, err := n.Initializer(init)
		mustForm(t, form, err)
		for _, v := range init.Lhs {
			if v.Name() != "_" {
				initializers[Ref{RefVar, symbol.Of(v)}] = form
			}
		}
	}
}

// closure returns the digest of the function F of a pruned package.
func closure(t testing.TB, src source, deps ...*Package) Digest {
	t.Helper()
	p := load(t, src, deps...)
	PrunePackage(p)
	d, ok := digests(t, append(deps, p)...)[p.Types.Path()+".F"]
	if !ok {
		t.Fatal("no function F")
	}
	return d
}

// trace returns the tokens of the form of a function, for messages.
func trace(t testing.TB, src source, name string) string {
	p := load(t, src)
	PrunePackage(p)
	n := NewNormalizer(p)
	var b strings.Builder
	n.Trace = func(*ast.FuncDecl) Tracer {
		return func(t Token) { fmt.Fprintf(&b, "%s%v\n", strings.Repeat("  ", t.Depth), t) }
	}
	if _, err := n.Func(funcDecl(t, p, name)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
