package analyzer

import (
	"context"
	"github.com/autover/autover/internal/inputs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree writes files, given as "-- name --" sections, to a new folder and returns it.
func tree(t *testing.T, text string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var name string
	content := make(map[string]*strings.Builder)
	for line := range strings.Lines(text) {
		if n, ok := strings.CutPrefix(strings.TrimSpace(line), "-- "); ok {
			name = strings.TrimSuffix(n, " --")
			content[name] = new(strings.Builder)
		} else if name != "" {
			content[name].WriteString(line)
		}
	}
	for name, b := range content {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// offline is the environment of this process, but for what tests must not
// depend on, and vars.
func offline(vars ...string) []string {
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return slices.Contains([]string{"GOFLAGS", "GOOS", "GOARCH", "GOWORK", "GO111MODULE", "CGO_ENABLED", "GOEXPERIMENT"}, name)
	})
	return append(append(env, "GOPROXY=off", "GOTOOLCHAIN=local", "GOENV=off", "CGO_ENABLED=0"), vars...)
}

func mustLoad(t *testing.T, cfg Config) *world {
	t.Helper()
	if cfg.Env == nil {
		cfg.Env = offline()
	}
	w, err := load(context.Background(), cfg, inputs.NewReader(false), &listing{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.check(context.Background()); err != nil {
		t.Fatal(err)
	}
	return w
}

func ids(w *world) []string {
	var list []string
	for _, p := range w.private {
		list = append(list, p.id)
	}
	return list
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q lacks %q", err, part)
		}
	}
}

func TestWorldIsIndependentOfFolder(t *testing.T) {
	dir := tree(t, `
-- go.mod --
module example.com/m
go 1.22
-- b/b.go --
package b
-- a/a.go --
package a
import _ "example.com/m/b"
-- z/z_test.go --
package z
-- ignored/x.go --
//go:build ignore

package ignored
-- testdata/t/t.go --
package t
-- cmd/m/main.go --
package main
import ("example.com/m/a"; _ "fmt")
func main() { _ = a.X }
`)
	for _, sub := range []string{".", "a", "cmd"} {
		w := mustLoad(t, Config{Dir: filepath.Join(dir, sub)})
		if got, want := strings.Join(ids(w), " "), "example.com/m/b example.com/m/a example.com/m/cmd/m"; got != want {
			t.Errorf("%s: packages %s, want %s", sub, got, want)
		}
		if w.root != dir {
			t.Errorf("%s: root %s, want %s", sub, w.root, dir)
		}
	}
	w := mustLoad(t, Config{Dir: dir})
	if !w.privateByID["example.com/m/a"].imports[0].blank {
		t.Error("blank import not marked")
	}
	if len(w.programs) != 1 || w.programs[0].id != "example.com/m/cmd/m" || !slices.Contains(w.programs[0].linked, "example.com/m/b") || !slices.Contains(w.programs[0].linked, "fmt") {
		t.Errorf("programs %v", w.programs)
	}
	_, err := w.verify([]string{"example.com/m/b"})
	wantError(t, err, "cmd/m/main.go:3: type error: undefined: a.X")
}

func TestTestVariants(t *testing.T) {
	dir := tree(t, `
-- go.mod --
module example.com/m
go 1.22
-- p/p.go --
package p
type T int
func F(T) {}
-- p/p_test.go --
package p
import "testing"
var Hook func()
func TestIn(t *testing.T) { F(0) }
-- p/x_test.go --
package p_test
import ("testing"; "example.com/m/p"; "example.com/m/q")
func TestOut(t *testing.T) { p.Hook(); q.G(p.T(1)) }
-- q/q.go --
package q
import "example.com/m/p"
func G(x p.T) { p.F(x) }
`)
	w := mustLoad(t, Config{Dir: dir, Tests: true})
	want := []string{
		"example.com/m/p", "example.com/m/p [example.com/m/p.test]", "example.com/m/q [example.com/m/p.test]",
		"example.com/m/p_test [example.com/m/p.test]", "example.com/m/q",
	}
	got := ids(w)
	if slices.Sort(want); true {
		slices.Sort(got)
	}
	if !slices.Equal(got, want) {
		t.Errorf("packages %q, want %q", got, want)
	}
	if _, err := w.verify(ids(w)); err != nil {
		t.Error(err)
	}
	p, v := w.privateByID["example.com/m/p"], w.privateByID["example.com/m/p [example.com/m/p.test]"]
	if p.types.Path() == v.types.Path() || p.types.Scope().Lookup("F") == v.types.Scope().Lookup("F") {
		t.Error("variants share objects")
	}
	if len(w.programs) != 1 || w.programs[0].id != "example.com/m/p.test" || !slices.Contains(w.programs[0].linked, "example.com/m/q [example.com/m/p.test]") {
		t.Errorf("programs %v", w.programs)
	}
	sel, err := w.selectTargets([]string{"./..."}, false, true)
	if err != nil {
		t.Fatal(err)
	}
	if got := names(sel); got != "example.com/m/p.TestIn example.com/m/p_test.TestOut" {
		t.Errorf("targets %s", got)
	}
	if sel, err := w.selectTargets([]string{"./p.TestOut"}, false, true); err != nil || names(sel) != "example.com/m/p_test.TestOut" {
		t.Errorf("TestOut: %v, %v", sel, err)
	}
	if sel, err := w.selectTargets([]string{"./p.F"}, false, true); err != nil || sel.targets[0].pkg != p {
		t.Errorf("F: %v, %v", sel, err)
	}
}

func TestBrokenPackages(t *testing.T) {
	dir := tree(t, `
-- go.mod --
module example.com/m
go 1.22
-- good/good.go --
package good
import _ "fmt"
-- uses/uses.go --
package uses
import "example.com/m/lib"
var _ = lib.X
-- lib/lib.go --
package lib
import _ "fmt"
var X int = "s"
-- syntax/syntax.go --
package syntax
func {
-- missing/missing.go --
package missing
import "nosuch.example/mod"
var _ = mod.X
-- far/far.go --
package far
import ("example.com/m/missing"; "example.com/m/base")
var _, _ = missing.X, base.X
-- base/base.go --
package base
-- c1/c.go --
package c1
import _ "example.com/m/c2"
-- c2/c.go --
package c2
import _ "example.com/m/c1"
-- embed/embed.go --
package embed
import _ "embed"
//go:embed nosuch.txt
var s string
-- two/a.go --
package a
-- two/b.go --
package b
-- selfmain/m.go --
package main
import _ "example.com/m/c3"
func main() {}
-- c3/c.go --
package c3
`)
	if err := os.Symlink(filepath.Join(dir, "gone"), filepath.Join(dir, "c3", "gone.go")); err != nil {
		t.Skip(err)
	}
	w := mustLoad(t, Config{Dir: dir})
	warnings, err := w.verify([]string{"example.com/m/good"})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"lib/lib.go:3: type error", "syntax/syntax.go:2: syntax error", "missing/missing.go:2", "go get nosuch.example/mod",
		"import cycle", "embed/embed.go:3", "no matching files found", "found packages a", "gone.go"} {
		if !strings.Contains(strings.Join(warnings, "\n"), part) {
			t.Errorf("warnings %q lack %q", warnings, part)
		}
	}
	for pkg, part := range map[string]string{
		"uses": "lib/lib.go:3: type error", "lib": "lib/lib.go:3", "syntax": "syntax/syntax.go:2", "missing": "nosuch.example/mod",
		"far": "go get nosuch.example/mod", "base": "go get nosuch.example/mod", "c1": "import cycle", "c2": "import cycle",
		"embed": "no matching files", "two": "found packages", "c3": "gone.go", "selfmain": "gone.go",
	} {
		t.Run(pkg, func(t *testing.T) {
			_, err := w.verify([]string{"example.com/m/" + pkg})
			wantError(t, err, part)
		})
	}
}

func TestReplacedModulesArePrivate(t *testing.T) {
	dir := tree(t, `
-- main/go.mod --
module example.com/main
go 1.22
require example.com/lib v1.0.0
replace example.com/lib v1.0.0 => ../lib
-- main/main.go --
package main
import "example.com/lib/used"
func main() { used.F() }
-- lib/go.mod --
module example.com/lib
go 1.21
-- lib/used/used.go --
package used
func F() {}
-- lib/unused/unused.go --
package unused
func F() {}
`)
	w := mustLoad(t, Config{Dir: filepath.Join(dir, "main")})
	if got := strings.Join(ids(w), " "); got != "example.com/lib/used example.com/main" {
		t.Errorf("packages %s", got)
	}
	sel, err := w.selectTargets([]string{"example.com/lib/used.F"}, false, false)
	if err != nil || len(sel.targets) != 1 || !sel.single {
		t.Fatal(sel, err)
	}
	if got := sel.targets[0].fn.position; got != "../lib/used/used.go:2" {
		t.Errorf("position %s", got)
	}
	if got := w.privateByID["example.com/lib/used"].goVersion(); got != "go1.21" {
		t.Errorf("language %s", got)
	}
	_, err = w.selectTargets([]string{"../lib/unused.F"}, false, false)
	wantError(t, err, "../lib/unused", "another module")
}

func TestWorkspace(t *testing.T) {
	dir := tree(t, `
-- go.work --
go 1.22
use (
	./a
	b
)
-- a/go.mod --
module example.com/a
go 1.22
-- a/a.go --
package a
func A() {}
-- b/go.mod --
module example.com/b
go 1.22
-- b/b.go --
package b
import "example.com/a"
func B() { a.A() }
-- a/nested/go.mod --
module example.com/nested
-- a/nested/n.go --
package nested
`)
	for _, sub := range []string{".", "a", "b"} {
		w := mustLoad(t, Config{Dir: filepath.Join(dir, sub)})
		if got := strings.Join(ids(w), " "); got != "example.com/a example.com/b" {
			t.Errorf("%s: packages %s", sub, got)
		}
		sel, err := w.selectTargets(nil, false, false)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{".": "example.com/a.A example.com/b.B", "a": "example.com/a.A", "b": "example.com/b.B"}[sub]
		if got := names(sel); got != want {
			t.Errorf("%s: targets %s, want %s", sub, got, want)
		}
	}
	w := mustLoad(t, Config{Dir: filepath.Join(dir, "a"), Env: offline("GOWORK=off")})
	if got := strings.Join(ids(w), " "); got != "example.com/a" {
		t.Errorf("without workspace: packages %s", got)
	}
}

func TestVendoredModulesAreExternal(t *testing.T) {
	dir := tree(t, `
-- go.mod --
module example.com/m
go 1.22
require example.com/dep v1.2.3
-- m.go --
package m
import "example.com/dep"
var X dep.T
-- vendor/modules.txt --
# example.com/dep v1.2.3
## explicit; go 1.20
example.com/dep
-- vendor/example.com/dep/dep.go --
package dep
type T struct{}
func F() { undefined() }
`)
	w := mustLoad(t, Config{Dir: dir})
	if warnings, err := w.verify(ids(w)); err != nil || len(warnings) > 0 {
		t.Fatal(warnings, err)
	}
	p := w.external["example.com/dep"]
	if p == nil || p.module.Version != "v1.2.3" || p.goVersion() != "go1.20" || p.types.Scope().Lookup("T") == nil {
		t.Errorf("external package %+v", p)
	}
	_, err := w.selectTargets([]string{"example.com/dep.F"}, false, false)
	wantError(t, err, "not private")
}

// TestModFileIsNotRewritten covers GOFLAGS=-mod=mod, which lets the go command
// add requirements.
func TestModFileIsNotRewritten(t *testing.T) {
	files := `
-- go.mod --
module example.com/m

go 1.22
require example.com/lib v1.0.0 // indirect
replace example.com/lib v1.0.0 => ./lib
-- m.go --
package m
import _ "example.com/lib"
-- lib/go.mod --
module example.com/lib
-- lib/lib.go --
package lib
`
	dir := tree(t, files)
	before, _ := os.ReadFile(filepath.Join(dir, "go.mod"))
	w := mustLoad(t, Config{Dir: dir, Env: offline("GOFLAGS=-mod=mod '-ldflags=-X a.b=c d'")})
	after, _ := os.ReadFile(filepath.Join(dir, "go.mod"))
	if string(before) != string(after) {
		t.Errorf("go.mod was rewritten:\n%s", after)
	}
	if _, err := w.verify(ids(w)); err != nil {
		t.Error(err)
	}
	if !slices.Equal(w.flags.other, []string{"-ldflags=-X a.b=c d"}) {
		t.Errorf("other flags %q", w.flags.other)
	}
}

func TestTags(t *testing.T) {
	dir := tree(t, `
-- go.mod --
module example.com/m
go 1.22
-- m.go --
package m
-- tagged.go --
//go:build special

package m
func Special() {}
-- arm.go --
//go:build arm && plan9

package m
func Arm() {}
`)
	for _, cfg := range []Config{
		{Dir: dir, Tags: "special"},
		{Dir: dir, Env: offline("GOFLAGS=-tags=special")},
	} {
		w := mustLoad(t, cfg)
		if sel, err := w.selectTargets(nil, false, false); err != nil || names(sel) != "example.com/m.Special" || w.flags.tags != "special" {
			t.Errorf("targets %v, %v", sel, err)
		}
	}
	w := mustLoad(t, Config{Dir: dir, Env: offline("GOOS=plan9", "GOARCH=arm")})
	if sel, err := w.selectTargets(nil, false, false); err != nil || names(sel) != "example.com/m.Arm" {
		t.Errorf("targets %v, %v", sel, err)
	}
	if w.goos != "plan9" || w.goarch != "arm" {
		t.Errorf("platform %s/%s", w.goos, w.goarch)
	}
}

func TestLoadErrors(t *testing.T) {
	empty := tree(t, "-- x.txt --\n")
	nothing := tree(t, "-- go.mod --\nmodule m\n")
	malformed := tree(t, "-- go.mod --\nmodul m\n")
	newer := tree(t, "-- go.mod --\nmodule m\ngo 1.99\n-- m.go --\npackage m\n")
	sum := tree(t, "-- go.mod --\nmodule m\ngo 1.22\nrequire example.com/x v1.0.0\n-- m.go --\npackage m\nimport _ \"example.com/x\"\n")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, test := range []struct {
		name string
		cfg  Config
		ctx  context.Context
		want []string
	}{
		{"no folder", Config{Dir: filepath.Join(empty, "nosuch")}, nil, []string{"no such folder", "-C"}},
		{"no module", Config{Dir: empty}, nil, []string{"go.mod", "go mod init"}},
		{"no packages", Config{Dir: nothing}, nil, []string{"there are none"}},
		{"malformed go.mod", Config{Dir: malformed}, nil, []string{"go.mod", "correct"}},
		{"newer Go", Config{Dir: newer}, nil, []string{"1.99", "GOTOOLCHAIN"}},
		{"overlay", Config{Dir: nothing, Env: offline("GOFLAGS=-overlay=x.json")}, nil, []string{"-overlay"}},
		{"quotes", Config{Dir: nothing, Env: offline("GOFLAGS='-tags=x")}, nil, []string{"GOFLAGS"}},
		{"go.work", Config{Dir: nothing, Env: offline("GOWORK=" + filepath.Join(nothing, "nosuch.work"))}, nil, []string{"nosuch.work"}},
		{"mod flag", Config{Dir: sum, Mod: "nonsense"}, nil, []string{"-mod"}},
		{"cancelled", Config{Dir: sum}, cancelled, []string{"cancel"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.ctx == nil {
				test.ctx = context.Background()
			}
			if test.cfg.Env == nil {
				test.cfg.Env = offline()
			}
			_, err := load(test.ctx, test.cfg, inputs.NewReader(false), &listing{})
			wantError(t, err, test.want...)
		})
	}
	w := mustLoad(t, Config{Dir: sum})
	_, err := w.verify(ids(w))
	wantError(t, err, "missing go.sum entry", "go mod")
}

func names(sel *selection) string {
	var list []string
	for _, t := range sel.targets {
		list = append(list, t.name)
	}
	return strings.Join(list, " ")
}

// TestSymbolicLinks covers a checkout that is reached through a link.
func TestSymbolicLinks(t *testing.T) {
	dir := tree(t, "-- m/go.mod --\nmodule example.com/m\n-- m/p/p.go --\npackage p\nfunc F() {}\n")
	link := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "m"), link); err != nil {
		t.Skip(err)
	}
	for _, sub := range []string{"", "p"} {
		for target, want := range map[string]bool{"./...": true, "example.com/m/p.F": true, "./p.F": sub == "", "F": sub == "p"} {
			if !want {
				continue
			}
			w := mustLoad(t, Config{Dir: filepath.Join(link, sub)})
			sel, err := w.selectTargets([]string{target}, false, false)
			if err != nil || names(sel) != "example.com/m/p.F" || sel.targets[0].fn.position != "p/p.go:2" {
				t.Errorf("%s in %q: %v, %v", target, sub, sel, err)
			}
		}
	}
}
