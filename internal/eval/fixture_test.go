package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/autover/autover/analyzer"
	"golang.org/x/tools/txtar"
)

// fixture lays out a module of testdata in a new folder.
func fixture(t *testing.T) string {
	t.Helper()
	ar, err := txtar.ParseFile(filepath.Join("testdata", "fixture.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range ar.Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// autover is the real thing, in this process.
func autover(ctx context.Context, dir string, tests bool) (map[string]string, error) {
	report, err := analyzer.Run(ctx, analyzer.Config{Dir: dir, Targets: []string{"./..."}, Tests: tests})
	if err != nil {
		return nil, err
	}
	versions := make(map[string]string)
	for _, target := range report.Targets {
		versions[target.Name] = target.Version
	}
	return versions, nil
}

// edit replaces a text in a file of a module.
func edit(t *testing.T, dir, file, old, new string) {
	t.Helper()
	name := filepath.Join(dir, filepath.FromSlash(file))
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(src), old) {
		t.Fatalf("%s does not hold %q", file, old)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(src), old, new, 1)), 0o666); err != nil {
		t.Fatal(err)
	}
}
