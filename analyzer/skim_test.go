package analyzer

import (
	"bytes"
	"go/ast"
	"go/build"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// expectSkim compares skim with the same reduction of the parsed file.
func expectSkim(t *testing.T, name string, src []byte) {
	t.Helper()
	fset := token.NewFileSet()
	full, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		return // nothing is promised
	}
	s, ok := skim(src)
	if !ok {
		t.Errorf("%s: refused", name)
		return
	}
	got, err := parser.ParseFile(fset, name, s.text, parser.SkipObjectResolution)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	i := 0
	for _, d := range full.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		text := string(src[fset.Position(fn.Pos()).Offset:fset.Position(fn.End()).Offset])
		if i >= len(s.funcs) || s.funcs[i].body != (fn.Body != nil) || !strings.HasPrefix(string(s.funcs[i].text), text) {
			t.Errorf("%s: function %d is not %s", name, i, fn.Name.Name)
			return
		}
		if fn.Body != nil {
			fn.Body.List = nil
		}
		i++
	}
	if i != len(s.funcs) {
		t.Errorf("%s: %d functions instead of %d", name, len(s.funcs), i)
	}
	if got.GoVersion != full.GoVersion {
		t.Errorf("%s: language %s, want %s", name, got.GoVersion, full.GoVersion)
	}
	dropTables(got)
	dropTables(full)
	if a, b := declText(t, fset, got), declText(t, fset, full); a != b {
		t.Errorf("%s: skimmed to\n%s\nwant\n%s", name, a, b)
	}
}

// dropTables removes the elements of composite literals that skim may drop.
func dropTables(f *ast.File) {
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); !ok || g.Tok != token.VAR {
			continue
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok && !hasParenthesis(lit) {
				if a, ok := lit.Type.(*ast.ArrayType); ok {
					if _, open := a.Len.(*ast.Ellipsis); open {
						return true
					}
				}
				lit.Elts = nil
			}
			return true
		})
	}
}

func hasParenthesis(lit *ast.CompositeLit) (found bool) {
	for _, e := range lit.Elts {
		ast.Inspect(e, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.CallExpr, *ast.ParenExpr, *ast.FuncType, *ast.TypeAssertExpr:
				found = true
			}
			return !found
		})
	}
	return found
}

// declText renders the declarations of a file in a form without layout.
func declText(t *testing.T, fset *token.FileSet, f *ast.File) string {
	var b bytes.Buffer
	ast.Fprint(&b, nil, f.Decls, func(name string, v reflect.Value) bool {
		return v.Type().String() != "token.Pos" && name != "Doc" && name != "Comment"
	})
	return b.String()
}

func TestSkim(t *testing.T) {
	for _, src := range []string{
		"package p; func f() { g() }; func g() {}; var x int",
		"package p\nfunc f() interface{ M() } { return nil }\nfunc g() struct{ a int } { return x }\n",
		"package p\nfunc f() map[string]struct{} { return nil }\nfunc g() func() interface{} { return nil }",
		"package p\nfunc asm(x int) int\nfunc asm2()\nfunc asm3() (a, b int)\nfunc last() int",
		"package p\nvar f = func() { x }\nvar g = 1 +\n\tfunc() int { return 2 }()\ntype T func()\nfunc h() { '{' }",
		"package p\nfunc f() { a := \"}\"; b := '}'; c := `}`; d := '\\''; e := \"\\\"}\"; /* } */ // }\n}\nvar y int",
		"package p\nfunc (r *T[K, V]) m() [2]int { return [2]int{1, 2} }\nfunc G[T interface{ ~[]int; M() }](x T) (y T) { return }",
		"//go:build go1.18\n\n// Doc\npackage /* c */ p // d\n/* e\n*/ import \"fmt\" // f\nfunc /* } */ f( /* ) */ ) /*\n*/ \nvar z = /* { */ 1 // }\n",
		"package p\nfunc f() /* a */ { /* b */ }\ntype C chan\nint\ntype D struct { x int /* c */; y string `json:\"}\"` }\n",
		"package p\nconst (\n\ta = iota // x\n\tb\n)\nvar m = map[string]func(){\n\t\"a\": func() {},\n}\nfunc f() {}\n",
		"package p\nvar x = 7 / 2\nvar y = 8 /\n2\nfunc f() { return 1 / 2 }\nfunc é() {}\r\nfunc g() {\r\n}\r\n",
		"package p\nvar x = []int{1, 2}\nvar y = [...]string{\"a\", \"}\"}\nvar z = map[string]struct{ a int }{\"x\": {1}}\nvar f = func() { x = 1 }\nvar g = f{h(), 1}",
		"package p\nvar (\n\ta = T{1, 2}\n\tb, c = []int{1}, U[int]{x: 1}\n\td struct{ x int }\n\te = [2][...]int{{1}, {2}}\n\tf = &T{1} // {\n\tg [3]int = [3]int{1, 2}\n)\nvar h = T{1}.x + len([2]int{1})\nfunc i() {}",
		"package p\nfunc f(\n\ta int,\n) (\n\tb int,\n) {\n\treturn\n}\nfunc g() chan<- struct{} { return nil }\nfunc h() *interface{} {return nil}",
	} {
		expectSkim(t, src, []byte(src))
	}
}

// TestSkimStandardLibrary takes the parser as oracle.
func TestSkimStandardLibrary(t *testing.T) {
	dirs := []string{"fmt", "go/parser", "net/http", "runtime", "reflect", "unicode", "encoding/gob", "crypto/tls", "math", "time", "internal/abi", "slices"}
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(build.Default.GOROOT, "src", dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(dir, err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			expectSkim(t, file, src)
		}
	}
}

func FuzzSkim(f *testing.F) {
	f.Add([]byte("package p\nfunc f() interface{ M() } { return nil }\nvar x = `}` // c\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		if formatted, err := format.Source(src); err == nil {
			expectSkim(t, "formatted", formatted)
		}
		expectSkim(t, "fuzz", src)
	})
}
