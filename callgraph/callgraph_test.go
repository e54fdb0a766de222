package callgraph

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"

	"github.com/autover/autover/internal/symbol"
)

// The importer reads the standard library from source, so that nothing needs to
// be compiled.
var (
	testFset     = token.NewFileSet()
	testImporter = importer.ForCompiler(testFset, "source", nil)
)

// summary summarises a package given as one file.
func summary(t *testing.T, path, src string) *Summary {
	t.Helper()
	f, err := parser.ParseFile(testFset, path+".go", "package "+path+"\n"+src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	conf := &types.Config{Importer: testImporter}
	p, info, err := ssautil.BuildPackage(conf, testFset, types.NewPackage(path, path), []*ast.File{f}, ssa.SanityCheckFunctions)
	if err != nil {
		t.Fatal(err)
	}
	return Summarize(&Input{
		SSA: p, Info: info, Fset: testFset, Files: []*ast.File{f},
		Private:  func(q *types.Package) bool { return q.Path() == path },
		Position: func(pos token.Pos) string { return testFset.Position(pos).String() },
	})
}

// linkOne links a single package. Every function counts as referring to one
// called put.
func linkOne(sum *Summary) *Program {
	opt := Options{
		References:  func(symbol.ID) []symbol.ID { return []symbol.ID{"p.put"} },
		Initialized: func(symbol.ID) []symbol.ID { return nil },
	}
	for _, f := range sum.Functions {
		if strings.HasPrefix(string(f.ID), "p.var#") {
			opt.Initializers = append(opt.Initializers, f.ID)
		}
	}
	return Link([]*Summary{sum}, opt)
}

// reached returns the names of the functions that calls in f and in its literals
// may reach other than statically.
func reached(p *Program, f symbol.ID) []string {
	set := map[string]bool{}
	add := func(id symbol.ID) { set[strings.TrimPrefix(string(id), "p.")] = true }
	seen := map[int]bool{}
	var open func(b int)
	open = func(b int) {
		if seen[b] {
			return
		}
		seen[b] = true
		for _, id := range p.Boundaries[b].Callees {
			add(id)
		}
		for _, i := range p.Boundaries[b].Inner {
			open(i)
		}
	}
	for id, l := range p.Functions {
		if symbol.Declaration(id) != f {
			continue
		}
		for c := range l.Callees {
			if symbol.Declaration(c) != f {
				add(c)
			}
		}
		for b := range l.Boundaries {
			open(b)
		}
	}
	return inOrder(set)
}

func TestCallees(t *testing.T) {
	const shapes = `
type shape interface{ area() int }
type a struct{}; func (a) area() int { return 1 }
type b struct{}; func (b) area() int { return 2 }
`
	tests := []struct{ name, src, want string }{
		{"only what flows", shapes + `
func other() shape { return b{} }
func F() int { var s shape = a{}; return s.area() }`, "a.area"},
		{"through a parameter", shapes + `
func F(s shape) int { return s.area() }
func G() int { return F(a{}) + F(b{}) }`, "a.area b.area"},
		{"through a map of functions", `
func one() int { return 1 }
func two() int { return 2 }
func three() int { return 3 }
func F(k string) int { m := map[string]func() int{"1": one, "2": two}; return m[k]() }`, "one two"},
		{"through a field", `
type s struct{ f func() int }
func one() int { return 1 }
func mk() *s { return &s{f: one} }
func F() int { return mk().f() }`, "one"},
		{"through a channel and a closure", `
func one() int { return 1 }
func F() int { c := make(chan func() int, 1); g := one; func() { c <- g }(); return (<-c)() }`, "one"},
		{"method value of an interface", shapes + `
func F() int { var s shape = b{}; f := s.area; return f() }`, "b.area"},
		{"promoted from an embedded interface", shapes + `
type wrap struct{ shape }
func F() int { var s shape = wrap{a{}}; return s.area() }`, "a.area"},
		{"through a constraint", shapes + `
func F[T shape](x T) int { return x.area() }
func G() int { return F(b{}) }`, "b.area"},
		{"an assertion lets pass what has the methods", shapes + `
func F(x any) int { if s, ok := x.(shape); ok { return s.area() }; return 0 }
func G() int { return F(a{}) + F(1) }`, "a.area"},
		{"recovered", shapes + `
func G() { panic(a{}) }
func F() (n int) { defer func() { n = recover().(shape).area() }(); G(); return 0 }`, "a.area"},
		{"callback of a function with a model", `
import "sort"
func less(i, j int) bool { return i < j }
func more(i, j int) bool { return i > j }
func G(x []int) { sort.Slice(x, more) }
func F(x []int) { sort.Slice(x, less) }`, "less"},
		{"stored and called by an object", `
import "sync"
func one() any { return 1 }
func two() any { return 2 }
var other = sync.Pool{New: two}
func F() any { p := &sync.Pool{New: one}; return p.Get() }`, "one"},
		{"the outside calls what it was handed", `
import "flag"
func one(string) error { return nil }
func G() { flag.Func("x", "", one) }
func F() { flag.Parse() }`, "one"},
		{"methods that reflection finds in fields", `
import "errors"
type in struct{}; func (in) Is(error) bool { return true }; func (in) Error() string { return "" }
func F(e error) bool { return errors.Is(in{}, e) }`, "in.Is"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := linkOne(summary(t, "p", test.src))
			if got := strings.Join(reached(p, "p.F"), " "); got != test.want {
				t.Errorf("F reaches %q, want %q", got, test.want)
			}
		})
	}
}

func TestWriters(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"assignment", "var X int; func set() { X = 1 }; func get() int { return X }", "set"},
		{"part", "var X struct{ n [2]int }; func set() { X.n[1] = 1 }", "set"},
		{"address", "var X int; func put(p *int) { *p = 1 }; func set() { put(&X) }; func not(p *int) int { return *p }", "put set"},
		{"alias of a map", "var X = map[string]int{}; func get() map[string]int { return X }; func set() { get()[\"a\"] = 1 }", "set"},
		{"no alias", "var X = map[string]int{}; func get() int { return X[\"a\"] }; func other(m map[string]int) { m[\"a\"] = 1 }", ""},
		{"own allocation", "type s struct{ n int }; var X = &s{}; func get() *s { return X }; func mk() *s { x := &s{}; x.n = 1; return x }", ""},
		{"pointer to a field", "type s struct{ n int }; var X s; func at() *int { return &X.n }; func set() { *at() = 1 }", "set"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, id := range linkOne(summary(t, "p", test.src)).Writers["p.X"] {
				got = append(got, strings.TrimPrefix(string(id), "p."))
			}
			if s := strings.Join(got, " "); s != test.want {
				t.Errorf("writers of X are %q, want %q", s, test.want)
			}
		})
	}
}

// TestSummaryIsStable makes sure that a summary depends on nothing but the
// package: not on map order, and not on positions in the file set.
func TestSummaryIsStable(t *testing.T) {
	const src = `
import "sort"
type i interface{ m() }
type a struct{ f func(); g []any }
func (x *a) m() { x.f() }
type b map[string]func()
func (x b) m() { for _, f := range x { f() } }
var v = []i{&a{f: func() {}}, b{}}
func init() { sort.Slice(v, func(i, j int) bool { return i < j }) }
func F() { for _, x := range v { x.m() } }
`
	first := summary(t, "p", src)
	clear := func(s *Summary) *Summary {
		for k := range s.Calls {
			s.Calls[k].Position = ""
		}
		return s
	}
	clear(first)
	for range 5 {
		if next := clear(summary(t, "p", src)); !reflect.DeepEqual(first, next) {
			t.Fatalf("summaries differ:\n%+v\n%+v", first, next)
		}
	}
}

// TestModelNames makes sure that every line of the table names something that
// the standard library has.
func TestModelNames(t *testing.T) {
	for name := range models {
		if prefix, ok := strings.CutSuffix(name, "/..."); ok {
			if strings.Contains(prefix, "/") {
				t.Errorf("%s: only the first element of a path can be a prefix", name)
			}
			continue
		}
		if problem := modelled(name); problem != "" {
			t.Errorf("%s: %s", name, problem)
		}
		if m := parseModel(models[name]); m.calls && len(m.methods) > 0 {
			t.Errorf("%s: calls everything, and methods by name", name)
		}
		for method := range strings.FieldsFuncSeq(string(parseModel(models[name]).methods), func(r rune) bool { return r == ',' }) {
			if standardCalls[method] == nil {
				t.Errorf("%s: no interface has %s, so it would never be called", name, method)
			}
		}
	}
	if letters := "cCkwxsur"; slices.ContainsFunc(inOrder(models), func(n string) bool {
		l, _, _ := strings.Cut(models[n], ":")
		return strings.Trim(l, letters+"-0123456789") != ""
	}) {
		t.Errorf("the table has a letter other than %s", letters)
	}
}

// modelled returns what is wrong with the name of a row: there has to be such a
// package, function or method.
func modelled(name string) string {
	if name == "runtime.panic" {
		return "" // not a function, but what the runtime does
	}
	path := packageOfName(name)
	p, err := testImporter.Import(path)
	if err != nil {
		return err.Error()
	}
	first, method, isMethod := strings.Cut(strings.TrimPrefix(name, path+"."), ".")
	if first == "*" {
		if isMethod && !slices.ContainsFunc(p.Scope().Names(), func(typ string) bool { return hasMethod(p, typ, method) }) {
			return "no type has such a method"
		}
		return ""
	}
	switch {
	case p.Scope().Lookup(first) == nil:
		return path + " has no " + first
	case isMethod && method != "*" && !hasMethod(p, first, method):
		return "no such method"
	}
	return ""
}

// hasMethod tells whether a type of a package has a method.
func hasMethod(p *types.Package, name, method string) bool {
	o, ok := p.Scope().Lookup(name).(*types.TypeName)
	if !ok {
		return false
	}
	typ := o.Type()
	if !types.IsInterface(typ) {
		typ = types.NewPointer(typ)
	}
	m, _, _ := types.LookupFieldOrMethod(typ, true, p, method)
	_, ok = m.(*types.Func)
	return ok
}

// TestModelsReturnObjects makes sure that what can hold something callable comes
// out of its constructors as an object, which takes the letter r.
func TestModelsReturnObjects(t *testing.T) {
	paths := map[string]bool{}
	for _, p := range strings.Fields(checked) {
		paths[p] = true
	}
	for name := range models {
		if !strings.HasSuffix(name, "/...") && name != "runtime.panic" {
			paths[packageOfName(name)] = true
		}
	}
	failure := types.Universe.Lookup("error").Type()
	check := func(f *types.Func, name string) {
		m := modelOf(name, f.Pkg().Path())
		for v := range f.Signature().Results().Variables() {
			if !m.returns && !types.Identical(v.Type(), failure) && calling(v.Type(), map[types.Type]bool{}) {
				t.Errorf("%s: its model denies that it returns an object, but %s can hold functions", name, v.Type())
			}
		}
	}
	for _, path := range inOrder(paths) {
		p, err := testImporter.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range p.Scope().Names() {
			switch o := p.Scope().Lookup(name).(type) {
			case *types.Func:
				if o.Exported() {
					check(o, path+"."+name)
				}
			case *types.TypeName:
				if n, ok := o.Type().(*types.Named); ok && o.Exported() && !o.IsAlias() && !types.IsInterface(n) {
					for m := range n.Methods() {
						if m.Exported() {
							check(m, path+"."+name+"."+m.Name())
						}
					}
				}
			}
		}
	}
}
