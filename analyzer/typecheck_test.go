package analyzer

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

const cgoFixture = `
-- go.mod --
module m
go 1.22
-- a.go --
package m
func Plain() int { return sum(1, 2) }
-- c.go --
package m
/*
#include "c.h"
#define N 3
typedef struct { int a; } pair;
static int add(int a, int b) { return a + b; }
*/
import "C"
import ("fmt"; "unsafe")
type Pair C.pair
const N = C.N
var array [C.N]int
var table = map[C.int]string{C.N: "x"}
func sum(a, b int) int {
	p := C.pair{a: 1}
	n, err := C.add(C.int(a), C.int(b))
	if err != nil { return 0 }
	s := C.CString("x")
	defer C.free(unsafe.Pointer(s))
	switch n { case C.N: fmt.Println(p.a, array, table) }
	for i := C.int(0); i < n; i++ { _ = i }
	var q Pair
	q.a = 2
	f := func(x C.int) C.int { return x + N }
	return int(n) + int(f(n)) + len(array) + int(q.a)
}
//export callback
func callback(x C.int) *C.pair { return nil }
func Exported() C.int { return 1 }
-- user/u.go --
package user
import "m"
func F() int { return int(m.Exported()) + int(m.Plain()) }
-- c.h --
int x;
-- x.c --
int x;
`

// TestCgo checks that packages with C code are typed without running cgo: there
// is no C compiler.
func TestCgo(t *testing.T) {
	dir := tree(t, cgoFixture)
	w := mustLoad(t, Config{Dir: dir, Env: offline("CGO_ENABLED=1", "CC="+filepath.Join(dir, "nosuch"))})
	if _, err := w.verify(ids(w)); err != nil {
		t.Fatal(err)
	}
	p := w.private[0]
	if !p.cgo || !slices.Equal(p.fileNames, []string{"a.go", "c.go"}) || len(p.otherFiles) != 2 {
		t.Errorf("cgo %t, files %q, others %q", p.cgo, p.fileNames, p.otherFiles)
	}
	if w.env["CGO_ENABLED"] != "1" {
		t.Error("CGO_ENABLED is not honoured")
	}
	if err := os.WriteFile(filepath.Join(dir, "b.go"), []byte("package m\nvar X int = \"s\"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	w = mustLoad(t, Config{Dir: dir, Env: offline("CGO_ENABLED=1")})
	_, err := w.verify(ids(w))
	wantError(t, err, "b.go:2: type error")
	w = mustLoad(t, Config{Dir: dir, Env: offline("CGO_ENABLED=0")})
	_, err = w.verify(ids(w))
	wantError(t, err, "undefined: sum")
	if err := os.WriteFile(filepath.Join(dir, "b.go"), []byte("package m\nimport \"C\"\nvar X int = C.x + \"s\" + y\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	w = mustLoad(t, Config{Dir: dir, Env: offline("CGO_ENABLED=1")})
	_, err = w.verify(ids(w))
	wantError(t, err, "b.go:3: type error: undefined: y")
}

// TestLanguageVersions covers the go line and the //go:build lines of files.
func TestLanguageVersions(t *testing.T) {
	w := mustLoad(t, Config{Dir: tree(t, `
-- go.mod --
module m
go 1.21
-- a.go --
package m
-- b.go --
//go:build go1.22

package m
`)})
	p := w.private[0]
	got := ""
	for i, f := range p.files {
		got += p.fileNames[i] + " " + p.info.FileVersions[f] + " "
	}
	if got != "a.go go1.21 b.go go1.22 " || p.types.GoVersion() != "go1.21" {
		t.Errorf("%s package %s", got, p.types.GoVersion())
	}
	w = mustLoad(t, Config{Dir: tree(t, "-- go.mod --\nmodule m\n-- a.go --\npackage m\nfunc F[T any]() {}\n")})
	_, err := w.verify(ids(w))
	wantError(t, err, "a.go:2", "go1.18")
}

func TestFileOrder(t *testing.T) {
	w := mustLoad(t, Config{Tests: true, Dir: tree(t, `
-- go.mod --
module m
go 1.22
-- z.go --
package m
-- a_test.go --
package m
-- b.go --
package m
`)})
	// The compiler gets the test files behind the others.
	if got := w.privateByID["m [m.test]"].fileNames; !slices.Equal(got, []string{"b.go", "z.go", "a_test.go"}) {
		t.Errorf("files %q", got)
	}
}

// TestDeterminism checks that neither the positions in a package nor types depend on
// the order in which goroutines happen to run.
func TestDeterminism(t *testing.T) {
	var files strings.Builder
	files.WriteString("-- go.mod --\nmodule m\ngo 1.22\n")
	for i := range 20 {
		fmt.Fprintf(&files, "-- p%d/a.go --\npackage p\nimport \"net/http\"\nfunc F(http.Handler) (x struct{ a, b int }) { return }\n-- p%[1]d/b.go --\npackage p\nvar V = F(nil)\n", i)
	}
	dir := tree(t, files.String())
	dump := func(procs int) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		w := mustLoad(t, Config{Dir: dir})
		var b strings.Builder
		for _, p := range w.private {
			first := w.fset.File(p.files[0].Pos()).Base()
			ordered := slices.IsSortedFunc(p.files, func(f, g *ast.File) int { return int(f.Pos() - g.Pos()) })
			fmt.Fprintln(&b, p.id, ordered)
			for _, name := range p.types.Scope().Names() {
				obj := p.types.Scope().Lookup(name)
				fmt.Fprintln(&b, types.ObjectString(obj, nil), obj.Pos() < token.Pos(first), w.position(obj.Pos()))
			}
		}
		return b.String()
	}
	if a, b := dump(1), dump(8); a != b {
		t.Errorf("one processor:\n%s\neight:\n%s", a, b)
	}
}

// TestExternalImportsPrivate covers a module that imports the main module, so
// that packages of both sides are checked in turns and recompiled for tests.
func TestExternalImportsPrivate(t *testing.T) {
	dir := tree(t, `
-- go.mod --
module example.com/m
go 1.22
require example.com/ext v1.0.0
-- base/base.go --
package base
type T int
-- base/in_test.go --
package base
var ForTest int
-- base/x_test.go --
package base_test
import ("example.com/ext"; "example.com/m/base"; "testing")
func TestX(t *testing.T) { var x base.T = ext.Get(); _ = x; base.ForTest++ }
-- top/top.go --
package top
import "example.com/ext"
var X = ext.Get()
-- vendor/modules.txt --
# example.com/ext v1.0.0
## explicit; go 1.22
example.com/ext
-- vendor/example.com/ext/ext.go --
package ext
import "example.com/m/base"
func Get() base.T { return 0 }
`)
	w := mustLoad(t, Config{Dir: dir, Tests: true})
	if _, err := w.verify(ids(w)); err != nil {
		t.Fatal(err)
	}
	if w.external["example.com/ext [example.com/m/base.test]"] == nil {
		t.Error("external package is not recompiled for the test")
	}
	if got := w.privateByID["example.com/m/top"].types.Scope().Lookup("X").Type().String(); got != "example.com/m/base.T" {
		t.Errorf("type %s", got)
	}
}

// TestBrokenExternal checks that an error in an external package is reported
// with the position in its file, not in the skimmed text.
func TestBrokenExternal(t *testing.T) {
	for text, want := range map[string]string{
		"var X Undefined": "vendor/example.com/dep/dep.go:6: type error: undefined: Undefined",
		"var X = = 1":     "vendor/example.com/dep/dep.go:6: syntax error",
		"var X = `":       "vendor/example.com/dep/dep.go:6: syntax error",
	} {
		dir := tree(t, `
-- go.mod --
module example.com/m
go 1.22
require example.com/dep v1.2.3
-- m.go --
package m
import _ "example.com/dep"
-- other/o.go --
package other
-- vendor/modules.txt --
# example.com/dep v1.2.3
## explicit; go 1.20
example.com/dep
-- vendor/example.com/dep/dep.go --
package dep
// comment
func g() {
	_ = 1
}
`+text+"\n")
		w := mustLoad(t, Config{Dir: dir})
		warnings, err := w.verify([]string{"example.com/m/other"})
		if err != nil || len(warnings) == 0 {
			t.Errorf("%s: unrelated package: %q, %v", text, warnings, err)
		}
		_, err = w.verify([]string{"example.com/m"})
		wantError(t, err, want)
	}
}

func TestSplitFlags(t *testing.T) {
	for s, want := range map[string][]string{
		"":                       nil,
		" -a  -b=c\t-d\n":        {"-a", "-b=c", "-d"},
		`'-x=a b' "-y='q'" -z="`: {"-x=a b", "-y='q'", `-z="`},
	} {
		if got, err := splitFlags(s); err != nil || !slices.Equal(got, want) {
			t.Errorf("splitFlags(%q) = %q, %v", s, got, err)
		}
	}
}

func TestBuildFlags(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		cfg     Config
		goflags string
		args    []string
		other   []string
	}{
		{Config{}, "", nil, nil},
		{Config{}, "-mod=mod", []string{"-mod=readonly"}, nil},
		{Config{}, "--mod=vendor", []string{"-mod=vendor"}, nil},
		{Config{Mod: "mod"}, "", []string{"-mod=mod"}, nil},
		{Config{Mod: "vendor"}, "-mod=mod", []string{"-mod=vendor"}, nil},
		{Config{Tags: "a,b"}, "-tags=c -v -trimpath", []string{"-tags=a,b"}, nil},
		{Config{ModFile: "x.mod"}, "-modfile=y.mod", []string{"-modfile=" + filepath.Join(dir, "x.mod")}, nil},
		{Config{}, "-modfile=y.mod", []string{"-modfile=" + filepath.Join(dir, "y.mod")}, nil},
		{Config{}, "-race '-gcflags=all=-N -l'", nil, []string{"-race=", "-gcflags=all=-N -l"}},
	} {
		b, err := newBuildFlags(test.cfg, dir, test.goflags)
		if err != nil || !slices.Equal(b.args, test.args) || !slices.Equal(b.other, test.other) {
			t.Errorf("%+v %q: %+v, %v", test.cfg, test.goflags, b, err)
		}
	}
	for _, bad := range []string{"-overlay=x", "-toolexec=x", "-compiler=gccgo", "'-tags=x"} {
		if _, err := newBuildFlags(Config{}, dir, bad); err == nil {
			t.Errorf("GOFLAGS=%s is accepted", bad)
		}
	}
}

func TestGoVersions(t *testing.T) {
	for v, want := range map[string]bool{
		runtime.Version(): true, "go1.18": true, "go1.999": false, "go1.999.1 X:jsonv2": false, "devel go1.999-abcdef Mon": false,
		"devel +abcdef": true, "go1.999rc1": false,
	} {
		if err := checkGoVersion(v); (err == nil) != want {
			t.Errorf("checkGoVersion(%q) = %v", v, err)
		}
	}
}

func TestModules(t *testing.T) {
	files := `
-- go.mod --
module example.com/m
go 1.22
toolchain go1.22.3
require example.com/dep v1.2.3
godebug panicnil=1
-- go.sum --
-- m.go --
package m
import _ "example.com/dep"
-- vendor/modules.txt --
# example.com/dep v1.2.3
## explicit; go 1.20
example.com/dep
-- vendor/example.com/dep/dep.go --
package dep
`
	dir := tree(t, files)
	content := func() string {
		w := mustLoad(t, Config{Dir: dir})
		x, err := w.identities()
		if err != nil {
			t.Fatal(err)
		}
		m, content, err := x.of(w.external["example.com/dep"])
		if err != nil || m.Path != "example.com/dep" || m.Version != "v1.2.3" || content == "" {
			t.Fatalf("%+v %q %v", m, content, err)
		}
		if tc, err := w.toolchain(); err != nil || tc.Name != "go1.22.3" || tc.Go != "go1.22" || !slices.Equal(tc.Godebug, []string{"panicnil=1"}) {
			t.Errorf("toolchain %+v, %v", tc, err)
		}
		return content
	}
	one := content()
	if err := os.WriteFile(filepath.Join(dir, "vendor/example.com/dep/dep.go"), []byte("package dep\nvar X int\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if two := content(); one == two {
		t.Error("an edited vendored file keeps its identity")
	}
	w := mustLoad(t, Config{Dir: dir})
	if err := os.WriteFile(filepath.Join(dir, "go.sum"), []byte("nonsense\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := w.identities()
	wantError(t, err, "go.sum:1")
}
