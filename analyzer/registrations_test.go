package analyzer

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
	"testing"
)

func TestStandardRegistrations(t *testing.T) {
	dir := tree(t, `
-- go.mod --
module m
go 1.22
-- m.go --
package m
import (
	_ "crypto/sha256"
	_ "crypto/sha512"
	_ "encoding/gob"
	_ "encoding/json"
	_ "expvar"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	_ "net/http/pprof"
	_ "text/template"
	_ "time/tzdata"
)
`)
	w := mustLoad(t, Config{Dir: dir})
	for p, want := range map[string]string{
		"image/png": "image", "image/jpeg": "image", "image/gif": "image", "time/tzdata": "time",
		"crypto/sha256": "crypto", "crypto/sha512": "crypto", "expvar": "net/http", "net/http/pprof": "net/http",
		"encoding/gob": "", "encoding/json": "", "text/template": "", "fmt": "", "strings": "", "time": "", "net/http": "",
	} {
		if got := strings.Join(w.external[p].registers, " "); got != want {
			t.Errorf("%s registers with %q, want %q", p, got, want)
		}
	}
}

func TestScanRegistrations(t *testing.T) {
	const all = "driver hook own plain reg stateless flag log fmt strings"
	for _, test := range []struct{ src, want string }{
		{`func init() { reg.Register("x", T{}) }`, "reg"},
		{`func f() { reg.Register("x") }`, ""},
		{`func init() { x := reg.New(); use(x) }; func use(any) {}`, ""},
		{`var x = reg.New()`, ""},
		{`var _ = reg.Register(1)`, "reg"},
		{`var _, _ = 1, reg.Register(1)`, "reg"},
		{`func init() { _ = reg.Register(1) }`, "reg"},
		{`func init() { defer reg.Done(); go hook.Run() }`, "hook reg"},
		{`func init() { reg.Var = 1 }`, "reg"},
		{`func init() { reg.Var.Field[2].X = 1 }`, "reg"},
		{`func init() { *reg.Ptr = 1; hook.N++; plain.S += "x" }`, "hook plain reg"},
		{`func init() { reg.Default.Add(1) }`, "reg"},
		{`var d = reg.Default; func init() { d.Register(1) }`, "reg"},
		{`var d = &reg.Default; func init() { d.Register(1) }`, "reg"},
		{`func init() { d := reg.Get(); d.Register(1) }`, "reg"},
		{`func init() { d := reg.Get(); d.Close() }`, ""},
		{`func init() { reg.Get().Register(1) }`, "reg"},
		{`func init() { b := strings.NewReader(""); b.Reset("") }`, ""},
		{`func init() { l := log.Default(); l.SetPrefix("x") }`, "log"},
		{`func init() { l := log.New(); l.SetPrefix("x") }`, ""},
		{`func init() { setup() }; func setup() { deep() }; func deep() { reg.Register(1) }`, "reg"},
		{`var x = setup(); func setup() int { reg.Register(1); return 1 }`, "reg"},
		{`var x = setup[int](); func setup[T any]() int { reg.Register(1); return 1 }`, "reg"},
		{`var x T; func init() { x.m() }; func (T) m() { reg.Register(1) }`, "reg"},
		{`var x T; func init() { x.m() }; func (T) n() { reg.Register(1) }; func m() { hook.Run() }`, ""},
		{`func init() { var p reg.T = f; p.x() }; var f = func() { hook.Run() }`, ""},
		{`func init() { f() }; var f = func() { hook.Run() }`, "hook"},
		{`var x = func() int { hook.Run(); return 1 }()`, "hook"},
		{`var x = func() int { hook.X = 2; return 1 }()`, "hook"},
		{`var x = T{F: func() { hook.Run() }}`, ""},
		{`var x = each(func() { hook.Run() })`, "hook"},
		{`func init() { func() { hook.Run() }() }`, "hook"},
		{`func init() { once.Do(setup) }; func setup() { hook.Run() }; var once sync.Once`, "hook"},
		{`var x = sync.OnceValue(setup); func setup() int { hook.Run(); return 1 }`, "hook"},
		{`func init() { reg.Handle("/", handler) }; func handler() { hook.Run() }`, "reg"},
		{`func init() { register("/") }
//go:linkname register example.com/hook.register
func register(string)`, "example.com/hook"},
		{`//go:linkname register example.com/hook.register
func register(string)`, ""},
		{`func init() { hookVar = f }; func f() {}
//go:linkname hookVar example.com/v2.hook/x.hookVar
var hookVar func()`, "example.com/v2.hook/x"},
		{`var out = reg.Builder{A: 1, B: []string{"x"}}.Build()`, "reg"},
		{`func init() { out := reg.Builder{A: f()}.Build(); _ = out }`, "reg"},
		{`var verbose = flag.Bool("v", false, "")`, "flag"},
		{`func init() { fmt.Println(); log.Fatal(1); panic(reg.New()); copy(a, b) }`, ""},
		{`func init() { log.SetOutput(nil) }`, "log"},
		{`func init() { setup(nil) }; func setup(reg *T) { reg.Register(1) }`, ""},
		{`func init() { for { if x { select { case <-c: reg.Register(1) } } } }`, "reg"},
		{`func init() { Register(1) }; func Register(int) {}`, ""},
		{`import . "example/dot"; func init() { Register(1) }`, "example/dot"},
		{`import renamed "example/go-reg"; func init() { renamed.Register(1) }`, "example/go-reg"},
		{`func init() {}; func (T) init() { reg.Register(1) }`, ""},
	} {
		src, imports := "package p\n", ""
		for _, p := range strings.Fields(all + " sync") {
			imports += "import \"" + p + "\"\n"
		}
		if rest, ok := strings.CutPrefix(test.src, "import"); ok {
			first, body, _ := strings.Cut(rest, ";")
			src += imports + "import" + first + "\n" + body
		} else {
			src += imports + test.src
		}
		s, ok := skim([]byte(src))
		if !ok {
			t.Fatalf("cannot skim %s", src)
		}
		file, err := parser.ParseFile(token.NewFileSet(), "", s.text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("%s: %v", s.text, err)
		}
		std := func(p string) bool { return slices.Contains([]string{"flag", "log", "fmt", "strings", "sync"}, p) }
		got := scanRegistrations("p", []*externalFile{{syntax: file, text: s}}, path.Base, std)
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s\nregisters with %q, want %q", test.src, got, test.want)
		}
	}
}

// TestSkimKeepsAPI checks that skimming loses nothing that importers can see.
func TestSkimKeepsAPI(t *testing.T) {
	w := mustLoad(t, Config{Dir: tree(t, "-- go.mod --\nmodule m\ngo 1.22\n-- m.go --\npackage m\nimport (_ \"net/http\"; _ \"go/types\"; _ \"text/template\")\n")})
	c := newChecker(w, types.SizesFor("gc", w.goarch))
	for id, p := range w.external {
		c.types[id] = p.types
	}
	for id, p := range w.external {
		if id == "unsafe" {
			continue
		}
		fset := token.NewFileSet()
		var files []*ast.File
		for _, name := range p.goFiles {
			f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		conf := c.externalConfig(p)
		full, err := conf.Check(p.path, fset, files, nil)
		if err != nil {
			t.Errorf("%s: %v", id, err)
		} else if got, want := describe(p.types), describe(full); got != want {
			t.Errorf("API of %s is\n%s\nwant\n%s", id, got, want)
		}
	}
}

func describe(p *types.Package) string {
	var b strings.Builder
	for _, name := range p.Scope().Names() {
		obj := p.Scope().Lookup(name)
		b.WriteString(types.ObjectString(obj, nil) + "\n")
		if k, ok := obj.(*types.Const); ok {
			b.WriteString(k.Val().ExactString() + "\n")
		}
		if named, ok := obj.Type().(*types.Named); ok {
			for m := range named.Methods() {
				b.WriteString(types.ObjectString(m, nil) + "\n")
			}
		}
	}
	return b.String()
}
