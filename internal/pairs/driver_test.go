package pairs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/autover/autover/analyzer"
)

// driver is a program that answers for package packages, as other build systems
// do. It passes metadata of the go command on, as far as the protocol has words.
const driver = `package main

import (
	"encoding/json"
	"log"
	"os"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	var req packages.DriverRequest
	if err := json.NewDecoder(os.Stdin).Decode(&req); err != nil {
		log.Fatal(err)
	}
	roots, err := packages.Load(&packages.Config{
		Mode: req.Mode, Env: append(req.Env, "GOPACKAGESDRIVER=off"), BuildFlags: req.BuildFlags, Tests: req.Tests,
	}, os.Args[1:]...)
	if err != nil {
		log.Fatal(err)
	}
	resp := packages.DriverResponse{Compiler: "gc", Arch: "amd64"}
	for _, p := range roots {
		resp.Roots = append(resp.Roots, p.ID)
	}
	packages.Visit(roots, nil, func(p *packages.Package) {
		if from, to, ok := strings.Cut(os.Getenv("MOVE"), "="); ok {
			for i, f := range p.GoFiles {
				p.GoFiles[i] = strings.Replace(f, from, to, 1)
			}
		}
		resp.Packages = append(resp.Packages, p)
	})
	if err := json.NewEncoder(os.Stdout).Encode(resp); err != nil {
		log.Fatal(err)
	}
}
`

func buildDriver(t *testing.T) string {
	dir := t.TempDir()
	writeFiles(t, dir, map[string][]byte{"driver.go": []byte(driver)})
	bin := filepath.Join(dir, "driver")
	wd, err := os.Getwd() // inside the module that has the imports
	if err != nil {
		t.Fatal(err)
	}
	command(t, wd, os.Environ(), "go", "build", "-o", bin, filepath.Join(dir, "driver.go"))
	return bin
}

// TestDriver checks that versions are the same whether the go command or a
// driver of GOPACKAGESDRIVER lists the packages.
func TestDriver(t *testing.T) {
	bin := buildDriver(t)
	for _, name := range []string{
		"mod_upgrade_reached", "mod_upgrade_indirect", "mod_replaced_by_directory", "mod_replaced_by_fork", "mod_workspace",
		"mod_private_source", "embed_test_file", "embed_all_hidden", "build_tag",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := parsePair(filepath.Join("..", "..", "testdata", "versions", name+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range []side{before, after} {
				dir := p.write(t, s)
				env := p.environ(t, s, dir)
				want := p.versions(t, s, dir, env, []string{"./..."})
				got := p.versions(t, s, dir, append(env, "GOPACKAGESDRIVER="+bin), []string{"./..."})
				if len(want) == 0 {
					t.Error("no targets")
				}
				for target, version := range want {
					if got[target] != version {
						t.Errorf("%s: version of %s is %q with a driver, want %q", s, target, got[target], version)
					}
				}
			}
		})
	}
}

// TestDriverWithoutModule checks that a package in no module has no version,
// rather than one without it.
func TestDriverWithoutModule(t *testing.T) {
	bin := buildDriver(t)
	p, err := parsePair(filepath.Join("..", "..", "testdata", "versions", "mod_upgrade_reached.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	dir := p.write(t, before)
	env := p.environ(t, before, dir)
	p.versions(t, before, dir, env, []string{"./p.F"}) // fills the module cache
	var cache string
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, "GOMODCACHE="); ok {
			cache = v
		}
	}
	other := filepath.Join(t.TempDir(), "external")
	if err := os.CopyFS(other, os.DirFS(cache)); err != nil {
		t.Fatal(err)
	}
	report, err := analyzer.Run(t.Context(), analyzer.Config{
		Dir: dir, Targets: []string{"./p.F"}, Env: append(env, "GOPACKAGESDRIVER="+bin, "MOVE="+cache+"="+other, "PWD="+dir),
	})
	if err == nil {
		t.Fatalf("versions %+v", report.Targets)
	}
	for _, part := range []string{"package example.org/lib: ", "in no module", "GOPACKAGESDRIVER=off"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q lacks %q", err, part)
		}
	}
}
