package analyzer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/autover/autover/internal/inputs"
	"github.com/autover/autover/internal/wire"
)

// asksGo runs a request with a cache, tells whether go list was asked, and holds the
// outcome against that without a cache.
func asksGo(t *testing.T, cfg Config) bool {
	t.Helper()
	got, asked, err := tracesGo(t, cfg)
	want, wantErr := uncached(t, cfg)
	if fmt.Sprint(err) != fmt.Sprint(wantErr) || !reflect.DeepEqual(got, want) {
		t.Errorf("with a cache %+v, %v\nwithout %+v, %v", got, err, want, wantErr)
	}
	return asked
}

// tracesGo runs a request and tells whether go list was asked.
func tracesGo(t *testing.T, cfg Config) (r *Report, asked bool, err error) {
	var log told
	cfg.Trace = log.add
	r, err = Run(t.Context(), cfg)
	return r, slices.Contains(log, "cache: go list: asked") || !slices.Contains(log, "cache: go list: known"), err
}

// learn runs a request, each time with another function body, until go list is no
// longer asked, which takes more than one time if files have only just been written.
func learn(t *testing.T, cfg Config, file, text string) {
	t.Helper()
	for n := range 5 {
		if err := os.WriteFile(file, fmt.Appendf(nil, text, n), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, asked, err := tracesGo(t, cfg); err != nil {
			t.Fatal(err)
		} else if !asked {
			return
		}
	}
	t.Fatal("go list is asked every time")
}

const subText = "package sub\nimport \"fmt\"\n// S is new each time.\nfunc S() { fmt.Println(%d) }\n"

// After an edit, go list is asked if it could say something else, and only then.
func TestListingEdits(t *testing.T) {
	slow(t)
	type edit struct {
		name  string
		edit  func(at func(string) string) error
		known bool
	}
	put := func(name, text string) func(func(string) string) error {
		return func(at func(string) string) error {
			return errors.Join(os.MkdirAll(filepath.Dir(at(name)), 0o777), os.WriteFile(at(name), []byte(text), 0o666))
		}
	}
	prepend := func(name, text string) func(func(string) string) error {
		return func(at func(string) string) error {
			old, err := os.ReadFile(at(name))
			return errors.Join(err, os.WriteFile(at(name), slices.Concat([]byte(text), old), 0o666))
		}
	}
	replace := func(name, old, text string) func(func(string) string) error {
		return func(at func(string) string) error {
			data, err := os.ReadFile(at(name))
			if !bytes.Contains(data, []byte(old)) {
				err = errors.Join(err, fmt.Errorf("no %q in %s", old, name))
			}
			return errors.Join(err, os.WriteFile(at(name), bytes.ReplaceAll(data, []byte(old), []byte(text)), 0o666))
		}
	}
	cfg, parent := cacheConfig(t, cacheFixture)
	learn(t, cfg, filepath.Join(parent, "m", "sub", "s.go"), subText)
	for _, e := range []edit{
		{"body", put("m/sub/s.go", "package sub\nimport \"fmt\"\nfunc S() { fmt.Print(-1) }\n"), true},
		// A failure may be the fault of the listing.
		{"body that isn't closed", put("m/sub/s.go", "package sub\nimport \"fmt\"\nfunc S() { fmt.Print(\n"), false},
		{"type error", put("m/sub/s.go", "package sub\nimport \"fmt\"\nfunc S() { fmt.Print(x) }\n"), false},
		{"declarations", put("m/sub/s.go", "package sub\nimport \"fmt\"\n// T is new.\ntype T struct{}\nvar V = fmt.Sprint()\nfunc S() {}\n"), true},
		{"body of the replaced module", put("lib/used/u.go", "package used\nfunc F() string { return \"LIB\" }\n"), true},
		{"body of a package without patterns", put("m/testdata/odd/odd.go", "package odd\nfunc init() {}\n"), true},
		{"embedded file", put("m/static/a.txt", "b\n"), true},
		{"new import", put("m/sub/s.go", "package sub\nimport (\"fmt\"; \"os\")\nfunc S() { fmt.Print(os.Args) }\n"), false},
		{"lost import", put("m/sub/s.go", "package sub\nfunc S() {}\n"), false},
		{"import of what doesn't exist", put("m/sub/s.go", "package sub\nimport _ \"example.com/m/none\"\nfunc S() {}\n"), false},
		{"import of package embed", put("m/sub/s.go", "package sub\nimport _ \"embed\"\n//go:embed s.go\nvar s string\nfunc S() {}\n"), false},
		{"import that was blank", replace("m/m.go", `_ "example.com/m/testdata/odd"`, `odd "example.com/m/testdata/odd"`), false},
		{"constraint", prepend("m/sub/s.go", "//go:build none\n\n"), false},
		{"old constraint", prepend("m/sub/s.go", "// +build none\n\n"), false},
		{"language version", prepend("m/sub/s.go", "//go:build go1.21\n\n"), false},
		{"debug setting", prepend("m/sub/s.go", "//go:debug panicnil=1\n"), false},
		{"package clause", put("m/sub/s.go", "package other\nimport \"fmt\"\nfunc S() { fmt.Print() }\n"), false},
		{"no Go file", put("m/sub/s.go", "other\n"), false},
		{"new file", put("m/sub/t.go", "package sub\nfunc T() {}\n"), false},
		{"new test", put("m/sub/s_test.go", "package sub\nfunc T() {}\n"), false},
		{"new file of another package", put("m/sub/t.go", "package other\n"), false},
		{"new file for a platform", put("m/sub/t_plan9.go", "package sub\n"), false},
		{"new assembly", put("m/sub/t.s", ""), false},
		{"new package", put("m/new/n.go", "package n\nfunc N() {}\n"), false},
		{"removed package", func(at func(string) string) error { return os.Remove(at("m/sub/s.go")) }, false},
		{"renamed file", func(at func(string) string) error { return os.Rename(at("m/sub/s.go"), at("m/sub/0.go")) }, false},
		{"moved package", func(at func(string) string) error { return os.Rename(at("m/sub"), at("m/bus")) }, false},
		{"link to a file", func(at func(string) string) error { return os.Symlink("s.go", at("m/sub/l.go")) }, false},
		{"folder that becomes a link", func(at func(string) string) error {
			return errors.Join(os.Rename(at("m/sub"), at("elsewhere")), os.Symlink("../elsewhere", at("m/sub")))
		}, false},
		{"module in a folder", put("m/sub/go.mod", "module example.com/m/sub\n"), false},
		{"go.mod", put("m/go.mod", "module example.com/m\ngo 1.23\nrequire example.com/lib v0.0.0\nreplace example.com/lib => ../lib\n"), false},
		{"new go.sum", put("m/go.sum", ""), false},
		{"new go.work", put("go.work", "go 1.22\nuse ./m\nuse ./lib\n"), false},
		{"vendor folder", put("m/vendor/modules.txt", "# example.com/lib v0.0.0 => ../lib\n"), false},
		{"configured tags", put("m/.autover.yaml", "tags: special\n"), false},
		{"pattern of embedded files", replace("m/m.go", "static/*.txt all:tree", "static/*.txt"), false},
		{"pattern of embedded files in a comment", replace("m/m.go", "//go:embed static/*.txt all:tree\nvar files embed.FS", "/*\n//go:embed static/*.txt all:tree\n*/\nvar files embed.FS"), false},
		{"new embedded file", put("m/static/b.txt", ""), false},
		{"new file in an embedded folder", put("m/tree/deep/new", ""), false},
		{"module in an embedded folder", put("m/tree/deep/go.mod", "module x\n"), false},
		{"import of the replaced module", put("lib/used/u.go", "package used\nimport \"os\"\nfunc F() string { return os.Args[0] }\n"), false},
		{"constraint in the replaced module", prepend("lib/used/u.go", "//go:build none\n\n"), false},
		{"new file of the replaced module", put("lib/used/v.go", "package used\nfunc init() {}\n"), false},
		{"go.mod of the replaced module", put("lib/go.mod", "module example.com/lib\ngo 1.21\n"), false},
		{"replaced package that becomes a module", put("lib/used/go.mod", "module example.com/lib/used\n"), false},
		{"new file of a package without patterns", put("m/testdata/odd/new.go", "package odd\nfunc init() {}\n"), false},
	} {
		t.Run(e.name, func(t *testing.T) {
			before := snapshot(t, parent)
			defer restore(t, parent, before)
			if err := e.edit(func(name string) string { return filepath.Join(parent, filepath.FromSlash(name)) }); err != nil {
				t.Fatal(err)
			}
			if asked := asksGo(t, cfg); asked == e.known {
				t.Errorf("go list was asked: %v", asked)
			}
		})
	}
}

// Another environment or configuration asks again; what only says how the go command
// fetches or where autover is asked doesn't.
func TestListingEnvironment(t *testing.T) {
	slow(t)
	base, parent := cacheConfig(t, cacheFixture)
	file := filepath.Join(parent, "m", "sub", "s.go")
	learn(t, base, file, subText)
	goenv := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(goenv, []byte("GOFLAGS=-tags=special\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	env := func(set string) func(*Config) {
		return func(c *Config) { c.Env = append(slices.Clip(c.Env), set) }
	}
	for i, test := range []struct {
		name  string
		set   func(*Config)
		known bool
	}{
		{"nothing", func(*Config) {}, true},
		{"folder", func(c *Config) { c.Dir = filepath.Join(c.Dir, "sub") }, true},
		{"GOFLAGS", env("GOFLAGS=-tags=x"), false},
		{"GOARCH", env("GOARCH=arm64"), false},
		{"GOENV", env("GOENV=" + goenv), false},
		{"GOWORK", env("GOWORK=off"), false},
		{"GOMODCACHE", env("GOMODCACHE=" + t.TempDir()), false},
		{"PATH", env("PATH=" + os.Getenv("PATH") + string(filepath.ListSeparator) + t.TempDir()), false},
		{"GOPACKAGESDRIVER", env("GOPACKAGESDRIVER="), false},
		{"EDITOR", env("EDITOR=vi"), true},
		{"tests", func(c *Config) { c.Tests, c.Targets = true, []string{"sub.S"} }, false},
		{"tags", func(c *Config) { c.Tags = "x" }, false},
		{"platform", func(c *Config) { c.Platform = "linux/arm64" }, false},
		{"-mod", func(c *Config) { c.Mod = "mod" }, false},
	} {
		if err := os.WriteFile(file, fmt.Appendf(nil, subText, 1000+i), 0o666); err != nil {
			t.Fatal(err)
		}
		cfg := base
		test.set(&cfg)
		if asked := asksGo(t, cfg); asked == test.known {
			t.Errorf("%s: go list was asked: %v", test.name, asked)
		}
	}
}

// A listing for tests, for a platform and with errors is kept in the same way, or not
// at all.
func TestListingConfigurations(t *testing.T) {
	slow(t)
	for name, set := range map[string]func(*Config){
		"tests":    func(c *Config) { c.Tests, c.Targets = true, []string{"sub.S"} },
		"platform": func(c *Config) { c.Platform = "linux/arm64" },
		"tags":     func(c *Config) { c.Tags = "x" },
	} {
		t.Run(name, func(t *testing.T) {
			cfg, parent := cacheConfig(t, cacheFixture)
			set(&cfg)
			learn(t, cfg, filepath.Join(parent, "m", "sub", "s.go"), subText)
		})
	}
	t.Run("faults", func(t *testing.T) {
		cfg, parent := cacheConfig(t, cacheFixture)
		write := func(name, text string) {
			if err := os.WriteFile(filepath.Join(parent, "m", name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		write("sub/t.go", "package sub\nimport _ \"example.com/m/later\"\n")
		for n := range 3 {
			write("sub/s.go", fmt.Sprintf(subText, n))
			if !asksGo(t, cfg) {
				t.Error("a listing with faults is trusted")
			}
		}
	})
	t.Run("lost module", func(t *testing.T) {
		cfg, parent := cacheConfig(t, cacheFixture)
		learn(t, cfg, filepath.Join(parent, "m", "sub", "s.go"), subText)
		if err := os.Rename(filepath.Join(parent, "lib"), filepath.Join(parent, "bil")); err != nil {
			t.Fatal(err)
		}
		if !asksGo(t, cfg) {
			t.Error("a listing is trusted without its modules")
		}
	})
}

// A listing is the same after it has been kept, and damage is noticed.
func TestListingRecord(t *testing.T) {
	cfg, _ := cacheConfig(t, cacheFixture)
	cfg.Tests = true
	l := &listing{}
	if _, err := load(t.Context(), cfg, inputs.NewReader(false), l); err != nil {
		t.Fatal(err)
	}
	record, ok := l.record()
	if !ok {
		t.Fatal("faults in a listing without any")
	}
	var w wire.Writer
	w.Value(record)
	r := wire.NewReader(w.Bytes())
	again, ok := wire.ReadValue[listingRecord](r).listing()
	if !ok || r.Close() != nil {
		t.Fatal("it can't be read")
	}
	text := func(l *listing) string {
		record, _ := l.record()
		data, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	if got, want := text(again), text(l); got != want {
		t.Errorf("it is %s\nand was %s", got, want)
	}
	for _, p := range again.packages {
		for _, f := range p.GoFiles {
			if !filepath.IsAbs(f) {
				t.Errorf("%s has the file %s", p.ID, f)
			}
		}
	}
	for i, damage := range []func(*listingRecord){
		func(r *listingRecord) { r.Roots = nil },
		func(r *listingRecord) { r.Roots = []int{len(r.Packages)} },
		func(r *listingRecord) { r.Packages[0].Imports, r.Packages[0].ImportPaths = []int{0}, []string{"x"} },
		func(r *listingRecord) { r.Packages[0].Imports = append(r.Packages[0].Imports, 0) },
		func(r *listingRecord) { r.Packages[0].Module = len(r.Modules) },
		func(r *listingRecord) { r.Modules[0].Replace = 0 },
	} {
		damaged := wire.ReadValue[listingRecord](wire.NewReader(w.Bytes()))
		damage(&damaged)
		if _, ok := damaged.listing(); ok {
			t.Errorf("damage %d goes unnoticed", i)
		}
	}
}
