package hasher

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func formOf(t *testing.T, p *Package, name string) Form {
	t.Helper()
	form, err := NewNormalizer(p).Func(funcDecl(t, p, name))
	return mustForm(t, form, err)
}

func TestFormReferences(t *testing.T) {
	dep := load(t, source{path: "dep [p.test]", files: []file{{"d.go", `package dep
type S struct{ X int }
func (S) M() {}
func G[T any](T) {}
var V S
const C = 3
`}}})
	p := load(t, source{files: []file{{"a.go", `package p
import "dep"
import "ext"
type T struct { dep.S; e ext.T }
func (T) own() {}
func F(t T) (any, error) {
	t.own()
	t.M()
	dep.G(t)
	_ = dep.V.X + dep.C + ext.C
	_ = t.e.Deep
	ext.Gen(dep.C)
	var v any = ext.V
	return v, nil
}
func K() int { return ext.C }
func Unsafe() (x interface{ Error() string }) { return }
`}}}, dep)
	got := formOf(t, p, "F")
	want := []Ref{
		{RefType, "p.T"}, {RefFunc, "p.T.own"}, {RefFunc, "dep [p.test].S.M"},
		{RefFunc, "dep [p.test].G"}, {RefVar, "dep [p.test].V"},
	}
	if !reflect.DeepEqual(got.Refs, want) {
		t.Errorf("references %v, want %v", got.Refs, want)
	}
	if want := []string{"ext"}; !slices.Equal(got.External, want) {
		t.Errorf("external %v, want %v", got.External, want)
	}
	if k := formOf(t, p, "K"); len(k.External) != 0 {
		t.Errorf("a constant pulls in %v", k.External)
	}
}

// TestExternal lists what makes a package count.
func TestExternal(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{`func F() { ext.F() }`, "[ext]"},
		{`func F() int { return ext.C }`, "[]"},
		{`func F() int { return ext.V }`, "[ext]"},
		{`func F(ext.T) {}`, "[ext]"},
		{`var v = ext.H(); func F() int { return v.A }`, "[ext]"},
		{`var v = ext.H(); func F() { v.Promoted() }`, "[ext]"},
		{`type I interface { ext.I }; func F(x I) { x.M() }`, "[]"},
		{`func F(x ext.I) { x.M() }`, "[ext]"},
		{`func F(x *ext.G[int]) int { return x.Get() }`, "[ext]"},
		{`func F(x any) { x.(interface{ M() }).M() }`, "[]"},
		{`func F(x []map[string]*ext.T) {}`, "[ext]"},
		{`func F() { _ = ext.Gen[other.I] }`, "[ext other]"},
		{`func F() (p unsafe.Pointer) { return unsafe.Add(p, 1) }`, "[]"},
		{`func F[T ext.Num]() {}`, "[ext]"},
		{`func F() error { return nil }`, "[]"},
	} {
		p := load(t, single("import \"ext\"\nimport \"other\"\nimport \"unsafe\"\nvar _, _, _ = ext.C, other.C, unsafe.Sizeof(0)\n"+test.text))
		if got := fmt.Sprint(formOf(t, p, "F").External); got != test.want {
			t.Errorf("%s: %s, want %s", test.text, got, test.want)
		}
	}
}

func TestInterfaceLiteralCycle(t *testing.T) {
	p := load(t, single(`
type N interface { M() interface { N } }
type G[T any] interface { M(T) interface { G[T]; K() } }
func F(x interface { N; K(G[int]) }) { x.M() }
`))
	formOf(t, p, "F")
	n := NewNormalizer(p)
	for _, name := range p.Types.Scope().Names() {
		if obj, ok := p.Types.Scope().Lookup(name).(*types.TypeName); ok {
			form, err := n.Type(obj)
			mustForm(t, form, err)
		}
	}
}

func TestTypeForms(t *testing.T) {
	p := load(t, single(`
import "ext"
type A struct { X int; next *A }
type B[T, U any] struct { x T; f func(U) B[U, T] }
type C[T interface { *U; M() }, U any] []T
type D = A
type E interface { ~string | A2; comparable; M(*A) (int, error) }
type A2 int
type S[T S[T]] interface { Less(T) bool }
func f() { type L struct { x int; l *L } ; var l L; _ = l; _ = C2[L]{} }
type C2[T any] []T
var v1 map[string]chan<- func(...int) [3]ext.G[A]
`))
	n := NewNormalizer(p)
	seen := map[Digest]string{}
	for _, name := range p.Types.Scope().Names() {
		obj := p.Types.Scope().Lookup(name)
		form, err := n.TypeForm(obj.Type())
		mustForm(t, form, err)
		if name == "D" || name == "f" {
			continue
		}
		if tn, ok := obj.(*types.TypeName); ok {
			form, err := n.Type(tn)
			mustForm(t, form, err)
			if other, ok := seen[form.Local]; ok {
				t.Errorf("%s and %s have one form", name, other)
			}
			seen[form.Local] = name
		}
	}
	for id, inst := range p.Info.Instances {
		if _, err := n.TypeForm(inst.Type); err != nil {
			t.Errorf("%s: %v", id.Name, err)
		}
	}
	d, errD := n.Type(p.Types.Scope().Lookup("D").(*types.TypeName))
	a, errA := n.TypeForm(p.Types.Scope().Lookup("A").Type())
	if errD != nil || errA != nil || d.Local != a.Local {
		t.Error("an alias differs from what it stands for")
	}
}

// TestEmbeds checks that embedded files enter a variable's form.
func TestEmbeds(t *testing.T) {
	p := load(t, single("import _ \"embed\"\nvar v string\nvar w string\n"))
	v := p.Types.Scope().Lookup("v").(*types.Var)
	var forms []Digest
	for _, embeds := range []map[*types.Var]Digest{nil, {v: {1}}, {v: {2}}} {
		p.Embeds = embeds
		form, err := NewNormalizer(p).Var(v)
		forms = append(forms, mustForm(t, form, err).Local)
	}
	if forms[0] == forms[1] || forms[1] == forms[2] {
		t.Error("embedded files do not count")
	}
}

// TestTestVariant checks that a package recompiled for a test hashes as itself.
func TestTestVariant(t *testing.T) {
	text := `package p
type t struct{ x int }
func (t) m() any { type L struct{}; return L{} }
var v = t{}
func F() any { return struct{ y t }{v}.y.m() }
`
	var sums []Digest
	for _, path := range []string{"example.com/p", "example.com/p [example.com/p.test]"} {
		p := load(t, source{path: path, files: []file{{"a.go", text}}})
		sums = append(sums, digests(t, p)[path+".F"])
	}
	if sums[0] != sums[1] {
		t.Error("the test variant of a package has other digests")
	}
}

func TestPackagePathCounts(t *testing.T) {
	text := "package p\nfunc F() any { type L struct{}; return L{} }\n"
	a := closure(t, source{path: "a", files: []file{{"a.go", text}}})
	b := closure(t, source{path: "b", files: []file{{"a.go", text}}})
	if a == b {
		t.Error("local types of two packages are one")
	}
	text = "package p\nfunc F() int { return 1 }\n"
	a = closure(t, source{path: "a", files: []file{{"a.go", text}}})
	b = closure(t, source{path: "b", files: []file{{"a.go", text}}})
	if a != b {
		t.Error("the package of a plain function counts")
	}
}

// TestErrors checks that what can't be understood is reported with its place.
func TestErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		damage func(p *Package, d *ast.FuncDecl)
		want   string
	}{
		{"bad expression", func(p *Package, d *ast.FuncDecl) {
			d.Body.List[0].(*ast.ReturnStmt).Results[0] = &ast.BadExpr{From: d.Body.List[0].Pos()}
		}, "a.go:3:2: unexpected *ast.BadExpr"},
		{"bad statement", func(p *Package, d *ast.FuncDecl) { d.Body.List[0] = &ast.BadStmt{From: d.Body.Pos()} }, "a.go:2:19: unexpected *ast.BadStmt"},
		{"bad declaration", func(p *Package, d *ast.FuncDecl) {
			d.Body.List[0] = &ast.DeclStmt{Decl: &ast.BadDecl{From: d.Body.Pos()}}
		}, "a.go:2:19: unexpected *ast.BadDecl"},
		{"misplaced clause", func(p *Package, d *ast.FuncDecl) {
			d.Body.List[0] = &ast.CommClause{Case: d.Body.Pos(), Colon: d.Body.Pos()}
		}, "a.go:2:19: unexpected *ast.CommClause"},
		{"unresolved", func(p *Package, d *ast.FuncDecl) { clear(p.Info.Uses); clear(p.Info.Types) }, "a.go:3:9: identifier a is not resolved"},
		{"undefined local", func(p *Package, d *ast.FuncDecl) {
			x := d.Body.List[0].(*ast.ReturnStmt).Results[0].(*ast.BinaryExpr).X.(*ast.Ident)
			p.Info.Uses[x] = types.NewVar(token.NoPos, p.Types, "z", types.Typ[types.Int])
		}, "a.go:3:9: variable z is used before its definition"},
	} {
		p := load(t, single("func F(a int) int {\n\treturn a + 1\n}"))
		d := funcDecl(t, p, "F")
		test.damage(p, d)
		_, err := NewNormalizer(p).Func(d)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %s", test.name, err, test.want)
		}
	}
}

// Opaque constants.

func generated(value string) file {
	return file{"v.go", GeneratedHeader + "\n\npackage p\n\nconst (\n\tVersion = \"" + value + "\"\n\tOther = \"x\"\n)\n"}
}

func TestOpaque(t *testing.T) {
	for _, text := range []string{
		`func F() string { return Version }`,
		`func F() string { return "x" + Version }`,
		`const d = "x-" + Version; func F() string { return d }`,
		`func F() int { return len("x" + Version) }`,
		`func F() bool { return Version == "" }`,
		`func F() { if Version == "" { println(1) } else { println(2) } }`,
		`func F() bool { return Version != "" && g() }; func g() bool { return true }`,
		`const ( a = len(Version) + iota; b; c ); func F() int { return c }`,
		`func F() { const local = Version + "y"; println(local) }`,
		`func F() []int { return []int{len(Version): 1, 2} }`,
		`func F() { switch Version { case "": println(0); case "a1": println(1) } }`,
		`func F() { for len(Version) > 3 { println() } }`,
		`type S string; func F() any { return S(Version) }`,
		`const v = Version; const w = v; const x = w + "!"; func F() string { return x }`,
		`var v = Version; func F() string { return v }`,
		`func F(s string) bool { return s == Version }`,
	} {
		var sums []Digest
		for _, value := range []string{"", "a1", "a1deadbeef"} {
			src := source{files: []file{{"a.go", "package p\n" + text + "\n"}, generated(value)}}
			if strings.Contains(text, "[]int{len") && value == "a1deadbeef" {
				value = "a1x"
			}
			sums = append(sums, closure(t, src))
		}
		if sums[0] != sums[1] || sums[1] != sums[2] {
			t.Errorf("%s: the value of a version counts", text)
		}
	}
}

// TestOpaqueChange checks that expressions over opaque constants still count.
func TestOpaqueChange(t *testing.T) {
	for _, pair := range [][2]string{
		{`func F() string { return Version }`, `func F() string { return Other }`},
		{`func F() string { return "x" + Version }`, `func F() string { return "y" + Version }`},
		{`const d = "x-" + Version; func F() string { return d }`, `const d = "y-" + Version; func F() string { return d }`},
		{`const ( a = len(Version) + iota; b; c ); func F() int { return c }`, `const ( a = len(Version) + iota; b; c ); func F() int { return b }`},
		{`const ( a = len(Version) + 1<<iota; b ); func F() int { return b }`, `const ( a = len(Version) + 2<<iota; b ); func F() int { return b }`},
		{`func F() any { return len(Version) }`, `func F() any { return int64(len(Version)) }`},
		{`type S string; func F() any { return S(Version) }`, `type S string; func F() any { return Version }`},
		{`func F() []int { return []int{len(Version): 1} }`, `func F() []int { return []int{len(Version) + 1: 1} }`},
		{`func F() bool { return Version == "" }`, `func F() bool { return Version != "" }`},
		{`const k S = Version; type S string; func F() any { return k }`, `const k R = Version; type R string; func F() any { return k }`},
	} {
		var sums []Digest
		for _, text := range pair {
			sums = append(sums, closure(t, source{files: []file{{"a.go", "package p\n" + text + "\n"}, generated("a1")}}))
		}
		if sums[0] == sums[1] {
			t.Errorf("%s and\n%s have one digest", pair[0], pair[1])
		}
	}
}

// TestOpaqueAcrossPackages lets one package ask the other's Normalizer.
func TestOpaqueAcrossPackages(t *testing.T) {
	digest := func(value, prefix, use string) Digest {
		dep := load(t, source{path: "dep", files: []file{
			{"v.go", GeneratedHeader + "\n\npackage dep\n\nconst Version = \"" + value + "\"\n"},
			{"d.go", "package dep\nconst Key = \"" + prefix + "\" + Version\nconst Plain = \"plain\"\n"},
		}})
		p := load(t, source{files: []file{{"a.go", "package p\nimport \"dep\"\nfunc F() string { if dep.Version == \"\" { println() }; return " + use + " }\n"}}}, dep)
		n := NewNormalizer(dep)
		p.Opaque = func(c *types.Const) (Digest, bool) { return n.Constant(c) }
		PrunePackage(p)
		return digests(t, dep, p)["p.F"]
	}
	base := digest("", "x", "dep.Key")
	if digest("a1", "x", "dep.Key") != base {
		t.Error("the value of another package's version counts")
	}
	if digest("", "y", "dep.Key") == base {
		t.Error("what another package makes of a version does not count")
	}
	if digest("", "x", "dep.Plain") != digest("", "x", `"plain"`) {
		t.Error("a plain constant of another package is not folded")
	}
}

func TestGeneratedHeader(t *testing.T) {
	for header, want := range map[string]bool{
		GeneratedHeader + "\n\npackage p\n":            true,
		GeneratedHeader + "\r\n\r\npackage p\r\n":      true,
		"\n" + GeneratedHeader + "\n\npackage p\n":     false,
		"package p\n" + GeneratedHeader + "\n":         false,
		"// x\n" + GeneratedHeader + "\n\npackage p\n": false,
		"package p\n": false,
	} {
		p := load(t, source{files: []file{{"a.go", header}}})
		if got := IsGenerated(p.Files[0]); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}
