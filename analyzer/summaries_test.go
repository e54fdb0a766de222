package analyzer

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/autover/autover/callgraph"
	"github.com/autover/autover/internal/inputs"
	"github.com/autover/autover/internal/wire"
)

// keptFixture has a package at the bottom, one that mentions its API, one that imports
// no more than that one, and one beside them.
const keptFixture = `
-- m/go.mod --
module example.com/m
go 1.21
-- m/low/low.go --
package low

import "strings"

// Limit is folded into other packages.
const Limit = 3

type Option struct {
	Name  string ` + "`json:\"name\"`" + `
	inner detail
}

type detail struct{ n int }

type Text = string

func (o Option) Full() Text { return strings.Repeat(o.Name, o.inner.n) }

func Make(n int) Option { return Option{inner: detail{n: n}} }

func Map[T, U any](list []T, f func(T) U) (out []U) {
	for _, e := range list {
		out = append(out, f(e))
	}
	return out
}

func hidden() int { return 1 }
-- m/low/other_linux.go --
package low

func Platform() string { return "linux" }
-- m/low/other_default.go --
//go:build !linux

package low

func Platform() string { return "other" }
-- m/mid/mid.go --
package mid

import (
	"fmt"

	. "example.com/m/low"
)

func Describe(n int) any {
	type local struct{ Option }
	if n > Limit {
		return fmt.Sprint(local{Make(n)})
	}
	return Map([]int{n}, func(n int) string { return Make(n).Full() + Platform() })
}
-- m/top/top.go --
package top

import "example.com/m/mid"

func Run() any { return mid.Describe(2) }
-- m/side/side.go --
package side

import (
	"math"
	"runtime"
)

func Line() int { _, _, line, _ := runtime.Caller(0); return line }

func Other() int { return 1 }

func Area(r float64) float64 { return math.Pi * r * r }
`

// Edits after which a summary might be taken for more than it is worth: the answers are
// those without a cache, byte by byte. Read are the packages that have to be read again.
var keptEdits = []struct {
	name, file, old, new string
	read                 int
}{
	{"inexact constant", "side/side.go", "func Other() int { return 1 }", "func Other() bool { return math.Pi == 3.14159265358979323846264338327950288419716939937510582097494459 }", 1},
	{"body", "low/low.go", "strings.Repeat(o.Name, o.inner.n)", "strings.Repeat(o.Name, 2*o.inner.n)", 1},
	{"generic body", "low/low.go", "out = append(out, f(e))", "out = append([]U{f(e)}, out...)", 1},
	{"comment", "low/low.go", "// Limit is", "// Limit\n// is", 1},
	{"lines", "side/side.go", "func Line", "\nfunc Line", 1},
	{"unexported function", "low/low.go", "func hidden() int { return 1 }", "func Hidden2(x int) int { return hidden2 }\n\nconst hidden2 = 7", 2},
	{"unexported signature", "low/low.go", "func hidden() int", "func hidden() int32", 1},
	{"constant", "low/low.go", "Limit = 3", "Limit = 4", 2},
	{"struct tag", "low/low.go", `json:"name"`, `json:"title"`, 2},
	{"unexported field", "low/low.go", "type detail struct{ n int }", "type detail struct{ n int; m int }", 2},
	{"method", "low/low.go", "func hidden() int { return 1 }", "func (o Option) String() string { return \"x\" }", 2},
	{"method of field", "low/low.go", "func hidden() int { return 1 }", "func (d detail) String() string { return \"x\" }", 2},
	{"receiver", "low/low.go", "func (o Option) Full()", "func (o *Option) Full()", -1},
	{"alias", "low/low.go", "type Text = string", "type Text = interface{}", -1},
	{"alias target", "low/low.go", "(o Option) Full() Text", "(o Option) Full() string", 2},
	{"other file", "low/other_default.go", "!linux", "!linux && !windows", 0},
	{"file is excluded", "low/other_linux.go", "package low", "//go:build amd64 || arm64\n\npackage low", 1},
	{"file matches", "low/other_default.go", "//go:build !linux\n\npackage low\n\nfunc Platform() string { return \"other\" }", "package low\n\nfunc init() { println() }", 1},
	{"language", "go.mod", "go 1.21", "go 1.22", 4},
	{"language of a file", "mid/mid.go", "package mid", "//go:build go1.22\n\npackage mid", 1},
	{"debug setting", "go.mod", "go 1.21", "go 1.21\n\ngodebug panicnil=1", 0},
	{"local type", "mid/mid.go", "type local struct{ Option }", "type first int\n\ttype local struct{ Option }", 1},
	{"dot import", "mid/mid.go", "fmt.Sprint(local{Make(n)})", "fmt.Sprint(hidden())", -1},
	{"directive", "low/low.go", "func Make", "//autover:depends *.go\nfunc Make", 1},
	{"pin", "top/top.go", "func Run", "//autover:pin p1\nfunc Run", 1},
	{"ignored", "side/side.go", "func Other() int { return 1 }", "//autover:ignore\nfunc Other() { println(1) }", 1},
	{"ignored result", "side/side.go", "func Other() int", "//autover:ignore\nfunc Other() int", 4},
	{"linkname", "side/side.go", "\"runtime\"\n)", "\"runtime\"\n\t_ \"unsafe\"\n)\n\n//go:linkname other example.com/m/low.hidden\nfunc other() int { return 2 }", 1},
	{"initialisation", "low/low.go", "func hidden() int { return 1 }", "var hidden = strings.ToUpper(\"x\")", 1},
	{"registration", "side/side.go", "\"runtime\"\n", "\"runtime\"\n\t_ \"image/png\"\n", 1},
	{"new import", "top/top.go", "import \"example.com/m/mid\"", "import (\n\t\"example.com/m/mid\"\n\t_ \"example.com/m/side\"\n)", 1},
}

// relinked are the edits that change where values flow.
var relinked = []string{
	"inexact constant", "method of field", "method", "unexported field", "unexported signature", "unexported function", "generic body",
	"initialisation", "linkname", "ignored", "local type", "language of a file", "file matches",
}

func TestKeptPackages(t *testing.T) {
	for _, edit := range keptEdits {
		t.Run(edit.name, func(t *testing.T) {
			t.Parallel()
			cfg, _ := cacheConfig(t, keptFixture)
			cfg.All = true
			fill(t, cfg)
			name := filepath.Join(cfg.Dir, filepath.FromSlash(edit.file))
			text, err := os.ReadFile(name)
			if err != nil || !strings.Contains(string(text), edit.old) {
				t.Fatalf("there is nothing to edit: %v", err)
			}
			if err := os.WriteFile(name, []byte(strings.ReplaceAll(string(text), edit.old, edit.new)), 0o666); err != nil {
				t.Fatal(err)
			}
			want, wantErr := uncached(t, cfg)
			var log told
			cfg.Trace = log.add
			got, err := Run(t.Context(), cfg)
			if message(err) != message(wantErr) || (err != nil) != (edit.read < 0) {
				t.Fatalf("with a cache: %v\nwithout: %v", err, wantErr)
			}
			if a, b := asJSON(t, got), asJSON(t, want); a != b {
				t.Errorf("with a cache\n%s\nwithout\n%s", a, b)
			}
			known := map[int]string{0: "4 of 4", 1: "3 of 4", 2: "2 of 4"}[edit.read]
			if known == "" {
				known = "0 of 4"
			}
			if edit.name == "ignored result" { // the second attempt needs all source
				if slices.ContainsFunc(log, func(s string) bool { return strings.Contains(s, "packages known") }) {
					t.Errorf("what is kept was used: %q", log)
				}
			} else if flows := slices.Contains(relinked, edit.name); edit.read >= 0 && flows == slices.Contains(log, "cache: linking known") {
				t.Errorf("%q; want linking known: %v", log, !flows)
			} else if edit.read >= 0 && !slices.Contains(log, "cache: packages known: "+known) {
				t.Errorf("%q; want %s known", log, known)
			}
		})
	}
}

// What one machine finds of packages, another one gets from the helper that both have
// for the go command's cache, also for a state that neither has seen.
func TestKeptByHelper(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "helper")
	if runtime.GOOS == "windows" {
		bin += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", bin, filepath.Join("..", "internal", "store", "testdata", "helper.go")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cfg, _ := cacheConfig(t, keptFixture)
	cfg.All = true
	shared := fmt.Sprintf("GOCACHEPROG='%s' -dir '%s'", bin, filepath.Join(t.TempDir(), "shared"))
	machine := func(env ...string) (string, told) {
		t.Helper()
		own := cfg
		own.Cache, own.Env = t.TempDir(), append(slices.Clip(cfg.Env), env...)
		var log told
		own.Trace = log.add
		r, err := Run(t.Context(), own)
		if err != nil {
			t.Fatal(err)
		}
		return asJSON(t, r), log
	}
	if _, log := machine(shared); !slices.Contains(log, "cache: packages known: 0 of 4") {
		t.Fatalf("%q; want that the first machine knows nothing", log)
	}
	name := filepath.Join(cfg.Dir, "low", "low.go")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(text), "return 1", "return 2", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	want, log := machine()
	if !slices.Contains(log, "cache: packages known: 0 of 4") {
		t.Fatalf("%q; want that a machine without the helper knows nothing", log)
	}
	got, log := machine(shared)
	if got != want || !slices.Contains(log, "cache: packages known: 3 of 4") {
		t.Errorf("%s\nwith\n%q, want\n%s\nwith 3 packages known", got, log, want)
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func asJSON(t *testing.T, r *Report) string {
	t.Helper()
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A package that is read finds the same of itself, whether what it imports is read or
// known: the entry that it makes is the same.
func TestKeptImports(t *testing.T) {
	cfg, _ := cacheConfig(t, keptFixture)
	cfg.Cache = t.TempDir()
	fill(t, cfg)
	for _, name := range []string{"low", "mid", "top", "side"} {
		id := "example.com/m/" + name
		w := keptWorld(t, cfg)
		p := w.privateByID[id]
		if p.known == nil || !p.keeps {
			t.Fatalf("%s is not known", id)
		}
		s := w.kept.cache.store
		was, _, _ := get[keptPackage](w.kept, p.action, packageKind)
		if err := s.Remove(p.action); err != nil {
			t.Fatal(err)
		}
		w = keptWorld(t, cfg)
		if _, err := w.summarize(t.Context()); err != nil {
			t.Fatal(err)
		}
		is, _, ok := get[keptPackage](w.kept, p.action, packageKind)
		var a, b wire.Writer
		a.Value(was)
		b.Value(is)
		if !ok || string(a.Bytes()) != string(b.Bytes()) {
			t.Errorf("%s: what is kept was\n%+v\nand is\n%+v", id, was.unit, is.unit)
		}
	}
}

// keptWorld returns a world as a run with a cache sees it.
func keptWorld(t *testing.T, cfg Config) *world {
	t.Helper()
	c := openCache(cfg)
	if c == nil {
		t.Fatal("no cache")
	}
	t.Cleanup(c.close)
	w, err := load(t.Context(), cfg, inputs.NewReader(false), &listing{})
	if err != nil {
		t.Fatal(err)
	}
	w.kept = c.summaries().of(w)
	if err := w.check(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// Wrong summaries and wrong APIs in entries are found and removed.
func TestVerifyKept(t *testing.T) {
	for name, plant := range map[string]func(k *keptPackage, data []byte, other []byte) []byte{
		"summary": func(k *keptPackage, data, _ []byte) []byte { k.unit.decls[0].form.Local[0]++; return data },
		"outline": func(k *keptPackage, data, _ []byte) []byte { k.outline.funcs[0].position = "x.go:1"; return data },
		"API":     func(_ *keptPackage, _, other []byte) []byte { return other },
	} {
		t.Run(name, func(t *testing.T) {
			cfg, _ := cacheConfig(t, keptFixture)
			fill(t, cfg)
			w := keptWorld(t, cfg)
			p := w.privateByID["example.com/m/low"]
			k, data, ok := get[keptPackage](w.kept, p.action, packageKind)
			_, other, found := get[keptPackage](w.kept, w.privateByID["example.com/m/side"].action, packageKind)
			if !ok || !found {
				t.Fatal("nothing is kept")
			}
			data = plant(&k, data, other)
			var content wire.Writer
			content.String(packageKind)
			content.Value(k)
			content.Value(data)
			if err := w.kept.cache.store.Put(p.action, content.Bytes()); err != nil {
				t.Fatal(err)
			}
			v, err := VerifyCache(t.Context(), cfg)
			if err != nil || len(v.Wrong) != 1 || !strings.Contains(v.Wrong[0], "example.com/m/low") {
				t.Errorf("%+v, %v", v, err)
			}
			if _, _, ok := get[keptPackage](w.kept, p.action, packageKind); ok {
				t.Error("it is still there")
			}
			if v, err := VerifyCache(t.Context(), cfg); err != nil || len(v.Wrong) > 0 {
				t.Errorf("then %+v, %v", v, err)
			}
		})
	}
}

// So is a program that isn't what linking finds.
func TestVerifyLinking(t *testing.T) {
	cfg, _ := cacheConfig(t, keptFixture)
	fill(t, cfg)
	w := keptWorld(t, cfg)
	units, err := w.summarize(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l := w.linking(units, nil)
	action := w.kept.cache.store.Action(programKind, string(l.digest()))
	p, ok := w.kept.program(action, l.summaries)
	if !ok {
		t.Fatal("nothing is kept")
	}
	p.Functions["example.com/m/top.Run"].Externals = []string{"os"}
	w.kept.keepProgram(action, p)
	v, err := VerifyCache(t.Context(), cfg)
	if err != nil || len(v.Wrong) != 1 || !strings.Contains(v.Wrong[0], "linking") {
		t.Errorf("%+v, %v", v, err)
	}
	if _, ok := w.kept.program(action, l.summaries); ok {
		t.Error("it is still there")
	}
}

// Nothing in an entry is of a type that can't be written, or Value would panic.
func TestKeptCanBeWritten(t *testing.T) {
	var w wire.Writer
	w.Value(keptPackage{unit: &unit{}})
	w.Value(keptExternal{})
	w.Value(&callgraph.Stored{})
}
