package analyzer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/autover/autover/internal/wire"
)

const cacheFixture = `
-- m/go.mod --
module example.com/m
go 1.22
require example.com/lib v0.0.0
replace example.com/lib => ../lib
-- m/m.go --
package m
import (
	"embed"
	"example.com/lib/used"
	_ "example.com/m/testdata/odd"
)
//go:embed static/*.txt all:tree
var files embed.FS
// F is a task.
//
//autover:task f
//autover:depends data/*.json
func F() string { return used.F() + G() }
func G() string { b, _ := files.ReadFile("static/a.txt"); return string(b) }
func h() {}
-- m/sub/s.go --
package sub
func S() {}
-- m/m_test.go --
package m
-- m/static/a.txt --
a
-- m/tree/deep/t --
t
-- m/data/d.json --
{}
-- m/testdata/odd/odd.go --
package odd
-- m/image.yaml --
base: debian
-- m/README.md --
text
-- lib/go.mod --
module example.com/lib
go 1.22
-- lib/used/u.go --
package used
func F() string { return "lib" }
-- lib/other/o.go --
package other
`

// told is a Config.Trace that keeps what it is told.
type told []string

func (l *told) add(message string) { *l = append(*l, message) }

// cached runs a request that may only be answered from the cache; nil if it
// isn't. The context is cancelled, so that nothing else can answer.
func cached(t *testing.T, cfg Config) *Report {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := Run(ctx, cfg)
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	return r
}

// slow leaves a test out of short runs: it analyses many states of a module, one after
// the other, with the goroutines that other tests have too.
func slow(t *testing.T) {
	if testing.Short() {
		t.Skip("many analyses")
	}
}

// fill runs a request until its answers are kept, which they aren't the first time
// if files have only just been written.
func fill(t *testing.T, cfg Config) *Report {
	t.Helper()
	var log told
	cfg.Trace = log.add
	for range 3 {
		r, err := Run(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(log, "cache: kept") {
			return r
		}
	}
	t.Fatal(log)
	return nil
}

// uncached runs a request without cache.
func uncached(t *testing.T, cfg Config) (*Report, error) {
	t.Helper()
	cfg.Cache = ""
	return Run(t.Context(), cfg)
}

func cacheConfig(t *testing.T, fixture string) (cfg Config, parent string) {
	t.Helper()
	parent = tree(t, fixture)
	return Config{Dir: filepath.Join(parent, "m"), Env: offline(), Cache: t.TempDir(), Targets: []string{"./..."}}, parent
}

// After one analysis, every target has its answer: the one that an analysis of it
// alone gives.
func TestCachedTargets(t *testing.T) {
	cfg, parent := cacheConfig(t, cacheFixture)
	first := fill(t, cfg)
	for _, test := range []struct {
		dir     string
		targets []string
		all     bool
	}{
		{"m", []string{"./..."}, false},
		{"m", []string{"./..."}, true},
		{"m", []string{"F"}, false},
		{"m", []string{".h"}, false},
		{"m", []string{"example.com/m.G", "./sub"}, false},
		{"m", []string{"example.com/..."}, true},
		{"m", nil, false},
		{"m/sub", []string{"S"}, false},
		{"m/sub", []string{"../..."}, false},
		{"m", []string{"sub.S"}, false},
		{"m", []string{"../lib/used.F"}, false},
		{"m", []string{"example.com/lib/used"}, false},
	} {
		cfg.Dir, cfg.Targets, cfg.All = filepath.Join(parent, test.dir), test.targets, test.all
		got := cached(t, cfg)
		want, err := uncached(t, cfg)
		if err != nil {
			t.Fatal(err)
		}
		if got == nil || !reflect.DeepEqual(got, want) {
			t.Errorf("in %s, %v:\n got %+v\nwant %+v", test.dir, test.targets, got, want)
		}
	}
	for _, targets := range [][]string{{"Nothing"}, {"./none"}, {""}, {"./sub", "x.Y"}} {
		cfg.Dir, cfg.Targets = filepath.Join(parent, "m"), targets
		if got := cached(t, cfg); got != nil {
			t.Errorf("%q has the answer %+v", targets, got)
		}
		if _, err := Run(t.Context(), cfg); err == nil {
			t.Errorf("%q is no error with a cache", targets)
		}
	}
	// The same modules elsewhere are the same.
	cfg.Targets, cfg.All = []string{"./..."}, false
	cfg.Dir = filepath.Join(tree(t, cacheFixture), "m")
	if got := cached(t, cfg); !reflect.DeepEqual(got, first) {
		t.Errorf("another copy:\n got %+v\nwant %+v", got, first)
	}
}

// Every edit that can matter leaves the cache without an answer, or with the right
// one; one that can't leaves it with an answer.
func TestCachedEdits(t *testing.T) {
	slow(t)
	base, parent := cacheConfig(t, cacheFixture)
	base.ImageSpec = "image.yaml"
	fill(t, base)
	at := func(name string) string { return filepath.Join(parent, filepath.FromSlash(name)) }
	put := func(name, text string) func() {
		return func() {
			if err := errors.Join(os.MkdirAll(filepath.Dir(at(name)), 0o777), os.WriteFile(at(name), []byte(text), 0o666)); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(name string) func() {
		return func() {
			if err := os.Remove(at(name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, e := range []struct {
		name     string
		edit     func()
		harmless bool
	}{
		{"source", put("m/sub/s.go", "package sub\nfunc S() { println() }\n"), false},
		{"new source", put("m/sub/t.go", "package sub\nfunc T() {}\n"), false},
		{"new package", put("m/new/n.go", "package n\nfunc N() {}\n"), false},
		{"test source", put("m/m_test.go", "package x\n"), false},
		{"removed package", remove("m/sub/s.go"), false},
		{"go.mod", put("m/go.mod", "module example.com/m\ngo 1.23\nrequire example.com/lib v0.0.0\nreplace example.com/lib => ../lib\n"), false},
		{"new go.sum", put("m/go.sum", ""), false},
		{"new go.work", put("go.work", "go 1.22\nuse ./m\nuse ./lib\n"), false},
		{"package that becomes a module", put("m/sub/go.mod", "module example.com/m/sub\n"), false},
		{"source of the replaced module", put("lib/used/u.go", "package used\nfunc F() string { return \"LIB\" }\n"), false},
		{"new source of the replaced module", put("lib/used/v.go", "package used\nfunc init() {}\n"), false},
		{"go.mod of the replaced module", put("lib/go.mod", "module example.com/lib\ngo 1.21\n"), false},
		{"replaced package that becomes a module", put("lib/used/go.mod", "module example.com/lib/used\n"), false},
		{"package in a folder without patterns", put("m/testdata/odd/odd.go", "package odd\nfunc init() {}\n"), false},
		{"new file in a folder without patterns", put("m/testdata/odd/new.go", "package odd\nfunc init() {}\n"), false},
		{"embedded file", put("m/static/a.txt", "b\n"), false},
		{"new embedded file", put("m/static/b.txt", ""), false},
		{"new file in an embedded folder", put("m/tree/deep/.hidden", ""), false},
		{"module in an embedded folder", put("m/tree/deep/go.mod", "module x\n"), false},
		{"file of depends", put("m/data/d.json", "[]\n"), false},
		{"new file of depends", put("m/data/e.json", "[]\n"), false},
		{"image spec", put("m/image.yaml", "base: alpine\n"), false},
		{"new configuration", put("m/.autover.yaml", "salt: x\n"), false},
		{"new configuration below", put("m/sub/.autover.yaml", "salt: x\n"), false},
		{"misnamed configuration", put("m/sub/.autover.yml", "salt: x\n"), false},
		{"vendor folder", put("m/vendor/modules.txt", "# example.com/lib v0.0.0 => ../lib\n"), false},
		{"README", put("m/README.md", "other\n"), true},
		{"new text", put("m/sub/notes.txt", "other\n"), true},
		{"package that nothing imports, in the replaced module", put("lib/other/o.go", "package other\nfunc init() {}\n"), true},
		{"hidden folder", put("m/.git/x.go", "package x\n"), true},
		{"folder without patterns", put("m/testdata/x/x.go", "package x\n"), true},
		{"nothing", func() {}, true},
	} {
		t.Run(e.name, func(t *testing.T) {
			before := snapshot(t, parent)
			e.edit()
			defer restore(t, parent, before)
			cfg := base
			got := cached(t, cfg)
			if e.harmless != (got != nil) {
				t.Errorf("answered from the cache: %v, want %v", got != nil, e.harmless)
			}
			want, err := uncached(t, cfg)
			if got != nil && (err != nil || !reflect.DeepEqual(got, want)) {
				t.Errorf("the cache says %+v\nthe analysis %+v, %v", got, want, err)
			}
			with, errWith := Run(t.Context(), cfg)
			if fmt.Sprint(errWith) != fmt.Sprint(err) || !reflect.DeepEqual(with, want) {
				t.Errorf("with a cache %+v, %v\nwithout %+v, %v", with, errWith, want, err)
			}
		})
		if got := cached(t, base); got == nil {
			t.Fatalf("after %s and back there is no answer", e.name)
		}
	}
}

// snapshot and restore are what git stash does.
func snapshot(t *testing.T, root string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func restore(t *testing.T, root string, files map[string]string) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err == nil && d.Type() == os.ModeSymlink {
			err = os.Remove(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range snapshot(t, root) {
		if _, ok := files[name]; !ok {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
			for dir := filepath.Dir(name); os.Remove(dir) == nil; dir = filepath.Dir(dir) {
			}
		}
	}
	for name, text := range files {
		if data, err := os.ReadFile(name); err == nil && string(data) == text {
			continue
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o777), os.WriteFile(name, []byte(text), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
}

// Every field of a configuration enters the key, or is known not to change what is
// kept.
func TestCacheKey(t *testing.T) {
	p := &place{dir: "/m/sub", root: "/m", roots: []string{"/m"}}
	exempt := map[string]string{
		"Dir": "part of the place", "Env": "part of the place", "Targets": "all are kept", "All": "all are kept",
		"Custom": "not cached", "Explain": "not cached", "Constants": "not cached", "Optional": "what is missing isn't answered", "Cache": "the cache itself", "Trace": "only told",
		"TraceHash": "not cached", "HashTrace": "not cached",
	}
	base := Config{}.key(p)
	for i := range reflect.TypeFor[Config]().NumField() {
		f := reflect.TypeFor[Config]().Field(i)
		var cfg Config
		fillValue(reflect.ValueOf(&cfg).Elem().Field(i), new(int))
		if _, ok := exempt[f.Name]; ok != slices.Equal(cfg.key(p), base) {
			t.Errorf("field %s is exempt from the key: %v, and the key is the same: %v", f.Name, ok, !ok)
		}
		if _, ok := exempt[f.Name]; ok {
			continue
		}
		var w wire.Writer
		cfg.write(&w)
		r := wire.NewReader(w.Bytes())
		if got := readConfig(r); !reflect.DeepEqual(got, cfg) || r.Close() != nil {
			t.Errorf("field %s comes back as %+v", f.Name, got)
		}
	}
}

// fillValue sets everything in a value to something that isn't zero and occurs
// only once.
func fillValue(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprint("text ", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(int64(*n))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fillValue(v.Index(i), n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillValue(v.Elem(), n)
	case reflect.Struct:
		for i := range v.NumField() {
			fillValue(v.Field(i), n)
		}
	}
}

// Whatever a target says is kept, except what requests for more than versions get.
func TestAnswersRoundTrip(t *testing.T) {
	var first, second Target
	n := 0
	fillValue(reflect.ValueOf(&first).Elem(), &n)
	first.Name, first.Closure = "example.com/m.F", nil
	second = Target{Name: "example.com/m.T.M", Version: "v", Modules: first.Modules, Caveats: []Caveat{}}
	root, sub := filepath.Join(t.TempDir(), "m"), "sub"
	a := &answers{
		clash: true, tests: true,
		catalog: &catalog{dir: root, roots: []string{root}, packages: []*listedPackage{{
			id: "example.com/m", path: "example.com/m", forTest: "x", dir: filepath.Join(root, sub), main: true, types: []string{"T"},
			funcs: []listedFunc{{"F", true, true, first.Task}, {"T.M", false, false, ""}, {"unknown", false, false, ""}},
		}}},
		targets: map[[2]string]Target{{"example.com/m", "F"}: first, {"example.com/m", "T.M"}: second},
	}
	var w wire.Writer
	if err := a.encode(&w, root); err != nil {
		t.Fatal(err)
	}
	got, err := decodeAnswers(wire.NewReader(w.Bytes()), root, root, []string{root})
	if err != nil || !reflect.DeepEqual(got, a) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, a)
	}
	for cut := range w.Bytes() {
		if _, err := decodeAnswers(wire.NewReader(w.Bytes()[:cut]), root, root, nil); err == nil {
			t.Fatalf("%d of %d bytes are answers", cut, len(w.Bytes()))
		}
	}
}

// What is no matter of content isn't answered from the cache.
func TestUncacheable(t *testing.T) {
	for _, test := range []struct {
		name, fixture string
		change        func(*Config)
	}{
		{"broken package", cacheFixture + "-- m/broken/b.go --\npackage broken\nvar X int = \"\"\n", func(c *Config) { c.Targets = []string{"./sub"} }},
		{"custom policy", cacheFixture, func(c *Config) { c.Custom = []Policy{&counted{}} }},
		{"explain", cacheFixture, func(c *Config) { c.Explain = true }},
		{"trace of a hash", cacheFixture, func(c *Config) { c.TraceHash, c.HashTrace = "F", func(HashToken) {} }},
		{"driver", cacheFixture, func(c *Config) { c.Env = append(slices.Clip(c.Env), "GOPACKAGESDRIVER=") }},
		{"command", cacheFixture + "-- m/.autover.yaml --\ncommands:\n  c: [go, version]\n", func(*Config) {}},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg, _ := cacheConfig(t, test.fixture)
			test.change(&cfg)
			if _, err := Run(t.Context(), cfg); err != nil {
				t.Fatal(err)
			}
			if got := cached(t, cfg); got != nil {
				t.Errorf("answered from the cache: %+v", got)
			}
		})
	}
}

// counted is a policy.
type counted struct{ n int }

func (*counted) Name() string { return "counted" }

func (c *counted) Contribution(context.Context, Subject) (string, error) {
	c.n++
	return fmt.Sprint(c.n), nil
}

// A configuration with commands doesn't keep others from being answered.
func TestCachedBesideCommands(t *testing.T) {
	cfg, _ := cacheConfig(t, cacheFixture+"-- m/sub/.autover.yaml --\ncommands:\n  c: [go, version]\n")
	fill(t, cfg)
	cfg.Targets = []string{"."}
	if cached(t, cfg) == nil {
		t.Error("functions without commands aren't answered")
	}
	cfg.Targets = []string{"./sub"}
	if r := cached(t, cfg); r != nil {
		t.Errorf("a function with a command is answered: %+v", r)
	}
}

// The environment counts where the go command looks at it.
func TestCachedEnvironment(t *testing.T) {
	cfg, _ := cacheConfig(t, cacheFixture)
	fill(t, cfg)
	base := cfg.Env
	goenv := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(goenv, []byte("GOFLAGS=-tags=special\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		set      string
		harmless bool
	}{
		{"GOARCH=arm64", false}, {"GOOS=windows", false}, {"CGO_ENABLED=1", false}, {"GOFLAGS=-tags=x", false}, {"GOEXPERIMENT=none", false},
		{"GOENV=" + goenv, false}, {"GOTOOLCHAIN=auto", false}, {"CGO_CFLAGS=-g", false}, {"CC=clang", false}, {"GOAMD64=v3", false},
		{"GOROOT=/none", false}, {"GOWORK=off", false}, {"GOPACKAGESDRIVER=", false}, {"GOPACKAGESDRIVER=off", true},
		{"EDITOR=vi", true}, {"GOMAXPROCS=1", true}, {"GOPROXY=off", true}, {"GOCACHE=/elsewhere", true}, {"TMPDIR=/elsewhere", true},
	} {
		cfg.Env = append(slices.Clip(base), test.set)
		if got := cached(t, cfg); (got != nil) != test.harmless {
			t.Errorf("%s: answered from the cache: %v, want %v", test.set, got != nil, test.harmless)
		}
	}
	cfg.Env = base
	for _, change := range []func(*Config){
		func(c *Config) { c.Salt = "x" }, func(c *Config) { c.Policy = "body" }, func(c *Config) { c.Tests = true }, func(c *Config) { c.Tags = "x" },
		func(c *Config) { c.Platform = "linux/arm64" }, func(c *Config) { c.Files = []string{"README.md"} }, func(c *Config) { c.Private = "example.org" },
	} {
		other := cfg
		other.Targets = []string{"F"}
		change(&other)
		if got := cached(t, other); got != nil {
			t.Errorf("%+v has the answer of another configuration", other)
		}
		want, err := uncached(t, other)
		if got := fill(t, other); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v, %+v\nwant %+v", err, got, want)
		}
		if got := cached(t, other); !reflect.DeepEqual(got, want) {
			other.Env = nil
			t.Errorf("%+v has the answer %+v\nwant %+v", other, got, want)
		}
	}
	if cached(t, cfg) == nil {
		t.Error("the first configuration has lost its answer")
	}
}

// Runs at once share one analysis, whoever is first.
func TestCachedTogether(t *testing.T) {
	cfg, _ := cacheConfig(t, cacheFixture)
	want, err := uncached(t, cfg)
	if err != nil {
		t.Fatal(err)
	}
	const runs = 4
	type result struct {
		report *Report
		err    error
		log    told
	}
	results := make(chan result)
	for range runs {
		go func() {
			var r result
			own := cfg
			own.Trace = r.log.add
			r.report, r.err = Run(t.Context(), own)
			results <- r
		}()
	}
	analysed := 0
	for range runs {
		r := <-results
		if r.err != nil || !reflect.DeepEqual(r.report, want) {
			t.Errorf("%v, %+v", r.err, r.report)
		}
		if strings.Contains(strings.Join(r.log, " "), "kept") {
			analysed++
		}
	}
	if analysed != 1 {
		t.Errorf("%d of %d runs have analysed", analysed, runs)
	}
}

// An edit during the analysis isn't kept as the state before or after it.
func TestEditedMeanwhile(t *testing.T) {
	slow(t)
	cfg, _ := cacheConfig(t, cacheFixture+"-- m/.autover.yaml --\ncommands:\n  edit: [go, run, ./internal/edit]\n-- m/internal/edit/main.go --\n"+`package main

import "os"

func main() {
	for _, f := range []string{"sub/s.go", "static/a.txt"} {
		if err := os.WriteFile(f, []byte("package sub\nfunc S() { println() }\n"), 0o666); err != nil {
			panic(err)
		}
	}
}
`)
	cfg.Env = append(slices.Clip(cfg.Env), "GOCACHE="+t.TempDir())
	var log told
	cfg.Trace = log.add
	if _, err := Run(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(log, "; "); !strings.Contains(said, "not kept: files have changed") {
		t.Error(said)
	}
}

// Verifying finds an entry that is well-formed and wrong, and removes it.
func TestVerifyCache(t *testing.T) {
	cfg, _ := cacheConfig(t, cacheFixture)
	right := fill(t, cfg)
	salted := cfg
	salted.Salt = "x"
	fill(t, salted)
	v, err := VerifyCache(t.Context(), cfg)
	if err != nil || v.Recomputed != 2 || len(v.Wrong) > 0 || v.Entries < 4 {
		t.Fatalf("%+v, %v", v, err)
	}
	c := openCache(cfg)
	defer c.close()
	a, id := c.find()
	key := [2]string{"example.com/m/sub", "S"}
	planted := a.targets[key]
	planted.Version = "a1" + strings.Repeat("0", 32)
	a.targets[key] = planted
	var w wire.Writer
	w.String(answersKind)
	cfg.write(&w)
	w.String(".")
	if err := errors.Join(a.encode(&w, c.place.root), c.store.Put(id, w.Bytes())); err != nil {
		t.Fatal(err)
	}
	if r := cached(t, cfg); r == nil || reflect.DeepEqual(r, right) {
		t.Fatal("nothing is planted")
	}
	v, err = VerifyCache(t.Context(), cfg)
	if err != nil || len(v.Wrong) != 1 || !strings.Contains(v.Wrong[0], planted.Version) || !strings.Contains(v.Wrong[0], "example.com/m/sub.S") {
		t.Errorf("%+v, %v; want the planted version", v, err)
	}
	if r := cached(t, cfg); r != nil {
		t.Error("the planted version is still there")
	}
	if cached(t, salted) == nil {
		t.Error("other entries are gone")
	}
	if r := fill(t, cfg); !reflect.DeepEqual(r, right) {
		t.Errorf("%+v", r)
	}
	if err := ClearCache(cfg); err != nil || cached(t, cfg) != nil {
		t.Errorf("after clearing there is an answer; %v", err)
	}
	if _, err := VerifyCache(t.Context(), Config{}); !errors.Is(err, errNoCache) {
		t.Errorf("without a cache: %v", err)
	}
}

const printer = "import \"fmt\"\ntype t struct{ s string }\nfunc (x t) String() string { return x.s }\nfunc P(x string) string { return fmt.Sprint(t{x}) }\n"

// An explanation that uses what is kept is the same as one that doesn't, after an edit
// too. No answer is kept for it, or found.
func TestExplainKept(t *testing.T) {
	cfg, parent := cacheConfig(t, strings.ReplaceAll(cacheFixture, "G() }", "P(G()) }")+"-- m/p.go --\npackage m\n"+printer)
	cfg.Explain = true
	compare := func() {
		t.Helper()
		got, err := Run(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		without := cfg
		without.Cache = ""
		want, err := Run(t.Context(), without)
		if err != nil {
			t.Fatal(err)
		}
		if got.Graph == nil || !reflect.DeepEqual(got, want) {
			t.Errorf("explained with what is kept\n%+v\nwithout\n%+v", got, want)
		}
	}
	compare()
	compare()
	plain := cfg
	plain.Explain = false
	fill(t, plain)
	compare()
	edited := "package m\n\n" + strings.Replace(printer, "x.s }", "x.s + x.s }", 1)
	if err := os.WriteFile(filepath.Join(parent, "m", "p.go"), []byte(edited), 0o666); err != nil {
		t.Fatal(err)
	}
	compare()
}
