package hasher

import (
	"go/ast"
	"go/format"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"golang.org/x/tools/go/ssa"
)

// body returns the source of the body of F after pruning, without line breaks.
func body(t *testing.T, p *Package) string {
	t.Helper()
	var b strings.Builder
	if err := format.Node(&b, token.NewFileSet(), funcDecl(t, p, "F").Body); err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestPruneResult(t *testing.T) {
	tests := []struct{ name, before, after string }{
		{"if true", `if true { f() }`, `{ { f() } }`},
		{"if false", `if false { f() }`, `{ }`},
		{"if else", `if d { f() } else { g() }`, `{ { g() } }`},
		{"else if", `if b { f() } else if d { g() } else { h() }`, `{ if b { f() } else { h() } }`},
		{"else gone", `if b { f() } else if d { g() }`, `{ if b { f() } }`},
		{"init", `if x := f(); d { _ = x } else { h() }; _ = 1`, `{ { x := f() { h() } } _ = 1 }`},
		{"and", `_ = d && b`, `{ _ = false }`},
		{"or", `_ = !d || b`, `{ _ = true }`},
		{"nested", `_ = b && (d && g())`, `{ _ = b && false }`},
		{"not", `_ = !(d && b)`, `{ _ = true }`},
		{"chain", `if d && b || f() { g() }`, `{ if f() { g() } }`},
		{"kept operand", `_ = !d && b`, `{ _ = b }`},
		{"effects stay", `_ = b && d`, `{ _ = b && d }`},
		{"for", `for d { f() }`, `{ }`},
		{"for init", `for x := f(); d; g() { _ = x }`, `{ { x := f() } }`},
		{"for true", `for !d { f() }`, `{ for !d { f() } }`},
		{"switch", `switch 2 { case 1: f(); case 2: g(); default: h() }`, `{ switch { default: g() } }`},
		{"switch default", `switch 3 { case 1: f(); default: h(); case 2: g() }`, `{ switch { default: h() } }`},
		{"switch none", `switch 3 { case 1: f(); case 2: g() }`, `{ }`},
		{"switch list", `switch 2 { case 1, 2, 3: f(); case n: g() }`, `{ switch { default: f() } }`},
		{"switch before", `switch 2 { case n: f(); case 1, 2: g(); case m: h(); default: h() }`, `{ switch 2 { case n: f() default: g() } }`},
		{"switch mixed", `switch 2 { case n, 2: f(); default: h() }`, `{ switch 2 { case n: fallthrough default: f() } }`},
		{"switch fallthrough", `switch 1 { case 1: f(); fallthrough; case 2: g(); fallthrough; case 3: h(); case 4: f() }`, `{ switch { default: f() { g() { h() } } } }`},
		{"switch fallthrough into default", `switch 1 { case 1: f(); fallthrough; default: g() }`, `{ switch { default: f() { g() } } }`},
		{"switch fallthrough from the unreachable", `switch 2 { case 1: f(); fallthrough; case 2: g() }`, `{ switch { default: g() } }`},
		{"switch tagless", `switch { case d: f(); case b: g(); case true: h(); case c: f() }`, `{ switch { case b: g() default: h() } }`},
		{"switch tagless none", `switch { case d: f() }`, `{ }`},
		{"switch init", `switch x := f(); 1 { case 2: _ = x }`, `{ { x := f() } }`},
		{"switch variable", `switch n { case 1: if d { f() } }`, `{ switch n { case 1: } }`},
		{"closure", `func() { if d { f() } }()`, `{ func() { }() }`},
		{"range", `for range s { if d { f() } }`, `{ for range s { } }`},
		{"select", `select { case <-ch: if d { f() } }`, `{ select { case <-ch: } }`},
		{"type switch", `switch any(n).(type) { case int: if d { f() } }`, `{ switch any(n).(type) { case int: } }`},
		{"label", `L: for { if d { continue L }; break L }`, `{ L: for { break L } }`},
		{"named bool", `_ = B(false) && B(b)`, `{ _ = false }`},
		{"define", `x := d && b; _ = x`, `{ x := false _ = x }`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := load(t, single(`
const d = false
var b, c bool
var n, m int
var s []int
var ch chan int
type B bool
func f() bool { return true }
func g() bool { return true }
func h() bool { return true }
func F() { `+test.before+` }`))
			PrunePackage(p)
			if got := body(t, p); got != test.after {
				t.Errorf("got  %s\nwant %s", got, test.after)
			}
			buildSSA(t, p)
		})
	}
}

// buildSSA fails the test if the pruned package can't be translated. Functions
// with results must not fall off their end.
func buildSSA(t *testing.T, p *Package) {
	t.Helper()
	prog := ssa.NewProgram(p.Fset, ssa.SanityCheckFunctions)
	for _, imp := range p.Types.Imports() {
		prog.CreatePackage(imp, nil, nil, true)
	}
	pkg := prog.CreatePackage(p.Types, p.Files, p.Info, false)
	pkg.Build()
	for _, m := range pkg.Members {
		f, ok := m.(*ssa.Function)
		if !ok {
			continue
		}
		for _, b := range f.Blocks {
			if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok {
				if len(ret.Results) != f.Signature.Results().Len() {
					t.Errorf("%s: return without results", f)
				}
			}
		}
	}
}

// TestPruneTerminating prunes functions whose last statement terminates only
// because of code that goes.
func TestPruneTerminating(t *testing.T) {
	for _, text := range []string{
		`func F() int { if true { return 1 } else { return 2 } }`,
		`func F() int { if false { return 1 } else { return 2 } }`,
		`func F(b bool) int { if b { return 1 } else if d { return 2 } else { return 3 } }`,
		`func F(b bool) int { if b { return 1 } else if !d { return 2 } else { return 3 } }`,
		`func F() int { switch 1 { case 1: return 1; default: return 2 } }`,
		`func F() int { switch 3 { case 1: return 1; default: return 2 } }`,
		`func F(n int) int { switch 3 { case n, 3: return 1; default: return 2; case 4: return 4 } }`,
		`func F(n int) int { switch 3 { case n: fallthrough; case 3: return 1; default: return 2 } }`,
		`func F() int { switch { case d: return 1; case !d: return 3; default: return 2 } }`,
		`func F() int { switch { case d: return 1; default: fallthrough; case d: return 2 } }`,
		`func F() int { for true { if !d { return 1 } }; panic(0) }`,
		`func F() int { for { if !d { return 1 } } }`,
		`func F() int { L: for { if d { break L } } ; return 0 }`,
		`func F() int { goto L; L: if d { return 2 } else { return 1 } }`,
		`func F() int { { if !d { return 1 } else { panic(1) } } }`,
		`func F(x any) int { switch x.(type) { case int: if d { return 2 } else { return 3 }; default: return 1 } }`,
		`func F(c chan int) int { select { case <-c: if !d { return 1 } else { return 2 } } }`,
		`func F(c bool) int { if d && c { return 1 } else { return 2 } }`,
		`func F[T int | string](x T) int { if d { return 1 } else { return 2 } }`,
		`var V = func() int { if d { return 1 } else { return 2 } }()`,
		`var V, W = d && g(), !d || g(); func g() bool { return true }`,
		`var V = d && g(); func g() bool { return true }; func F() (a, b bool) { a, b = d && g(), d || g(); return }`,
		`func F(s []bool) { for i, v := range s { s[i] = d && v; defer func() { println(!d && v) }() } }`,
	} {
		p := load(t, single("const d = false\n"+text))
		PrunePackage(p)
		buildSSA(t, p)
		n := NewNormalizer(p)
		for _, f := range p.Files {
			for _, decl := range f.Decls {
				if decl, ok := decl.(*ast.FuncDecl); ok {
					if _, err := n.Func(decl); err != nil {
						t.Errorf("%s: %v", text, err)
					}
				}
			}
		}
		for _, init := range p.Info.InitOrder {
			if _, err := n.Initializer(init); err != nil {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
}

// TestPruneExcluded replaces what a condition excludes by anything at all.
func TestPruneExcluded(t *testing.T) {
	frames := []string{
		`if d { § }`,
		`if !d { k() } else { § }`,
		`for d { § }`,
		`switch 1 { case 2: §; case 1: k() }`,
		`switch 1 { case 1: k(); default: § }`,
		`switch { case d: §; case x: k() }`,
		`func() { if d { § } }()`,
		`_ = d && func() bool { §; return true }()`,
		`if d && x { § } else { k() }`,
		`L: for { if d { § }; break L }`,
	}
	contents := []string{
		``, `k()`, `x = !x`, `y := x; _ = y`, `type T struct{}; _ = T{}`, `M: for { break M }`, `return`,
		`panic("never")`, `func() { x = true }()`, `println("never", any(1))`,
	}
	for _, frame := range frames {
		var first Digest
		for i, content := range contents {
			if content == "return" && strings.Contains(frame, "func() bool") {
				content = "return false"
			}
			text := "const d = false\nfunc k() {}\nfunc F(x bool) { " + strings.Replace(frame, "§", content, 1) + " }"
			got := closure(t, single(text))
			if i == 0 {
				first = got
			} else if got != first {
				t.Errorf("%s: the excluded %q changes the digest", frame, content)
			}
		}
	}
}

// TestPruneGenerated checks that a condition on a generated constant is kept, and others are not.
func TestPruneGenerated(t *testing.T) {
	src := source{files: []file{
		{"a.go", "package p\nfunc F() { if Version == \"\" { println(1) } }\nfunc G() { if d { println(1) } }\nconst d = false\n"},
		{"b.go", GeneratedHeader + "\n\npackage p\n\nconst Version = \"a1\"\n"},
	}}
	p := load(t, src)
	PrunePackage(p)
	if got, want := body(t, p), `{ if Version == "" { println(1) } }`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if n := len(funcDecl(t, p, "G").Body.List); n != 1 {
		t.Errorf("%d statements", n)
	} else if _, ok := funcDecl(t, p, "G").Body.List[0].(*ast.EmptyStmt); !ok {
		t.Error("excluded statement is still there")
	}
}

func TestPruneRecordsTypes(t *testing.T) {
	p := load(t, single("type B bool\nconst d B = false\nvar b B\nvar V any = d && b"))
	PrunePackage(p)
	rhs := p.Info.InitOrder[0].Rhs
	for _, init := range p.Info.InitOrder {
		if init.Lhs[0].Name() == "V" {
			rhs = init.Rhs
		}
	}
	tv := p.Info.Types[rhs]
	if tv.Value == nil || !tv.IsValue() || types.TypeString(tv.Type, nil) != "p.B" {
		t.Errorf("recorded %v of type %v", tv.Value, tv.Type)
	}
}
