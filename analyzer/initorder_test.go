package analyzer

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestInitOrder compares which packages of the standard library initialise
// something, and when, with what a program reports that links many of them.
func TestInitOrder(t *testing.T) {
	dir := tree(t, `
-- go.mod --
module example.com/m
go 1.26
-- main.go --
package main
import (
	_ "archive/zip"
	_ "container/list"
	_ "database/sql"
	_ "encoding/csv"
	_ "encoding/gob"
	_ "encoding/xml"
	_ "expvar"
	_ "go/format"
	_ "html/template"
	_ "image/color/palette"
	_ "image/png"
	_ "index/suffixarray"
	_ "log/slog"
	_ "math/big"
	_ "mime/quotedprintable"
	_ "net/http/pprof"
	_ "net/rpc"
	_ "text/scanner"
	_ "time/tzdata"
	_ "unicode/utf16"
)
func main() {}
`)
	v := loadVersioner(t, Config{Dir: dir, Env: offline()})
	bin := filepath.Join(t.TempDir(), "m")
	build := exec.Command("go", "build", "-o", bin)
	build.Dir, build.Env = dir, offline()
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var stderr bytes.Buffer
	run := exec.Command(bin)
	run.Stderr, run.Env = &stderr, offline("GODEBUG=inittrace=1")
	if err := run.Run(); err != nil {
		t.Fatal(err)
	}
	runtime := v.w.importClosure([]string{"runtime"}) // initialised apart, before all others
	var reported []string
	works := map[string]bool{}
	for line := range strings.Lines(stderr.String()) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "init" {
			works[f[1]] = true
			if !runtime[f[1]] {
				reported = append(reported, f[1])
			}
		}
	}
	if len(reported) < 50 {
		t.Fatalf("the program reports %d packages:\n%s", len(reported), &stderr)
	}
	at := initOrder(v.w, v.g.units)
	sorted := slices.SortedStableFunc(slices.Values(reported), func(a, b string) int { return at[a] - at[b] })
	if !slices.Equal(reported, sorted) {
		t.Errorf("order %v,\nwant %v", sorted, reported)
	}
	for id, p := range v.w.external {
		_, ordered := at[id]
		if works[id] && !ordered {
			t.Errorf("%s initialises something unnoticed", id)
		}
		alone := !slices.ContainsFunc(p.imports, func(e importEdge) bool { _, ok := at[e.id]; return ok })
		if ordered && alone && !works[id] && id != "runtime" {
			t.Errorf("%s takes part although it has nothing to initialise", id)
		}
	}
}
