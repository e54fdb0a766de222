package main

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/autover/autover/analyzer"
	"golang.org/x/tools/txtar"
)

// programs lays out the before side of pairs of testdata/versions, all in one module,
// and returns how many there are. Left out are those with modules of their own, and those
// that are tests.
func programs(t *testing.T, dir string, patterns ...string) (n int) {
	t.Helper()
	write := func(name, text string) {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.com/m\n\ngo 1.26\n")
	for _, pattern := range patterns {
		archives, err := filepath.Glob(filepath.Join("..", "..", "testdata", "versions", pattern+".txtar"))
		if err != nil || len(archives) == 0 {
			t.Fatalf("no pairs %s (%v)", pattern, err)
		}
		for _, archive := range archives {
			ar, err := txtar.ParseFile(archive)
			if err != nil {
				t.Fatal(err)
			}
			folder := strings.TrimSuffix(filepath.Base(archive), ".txtar")
			files := make(map[string]string)
			for _, f := range ar.Files {
				side, name, _ := strings.Cut(f.Name, "/")
				if side == "before" || side == "both" {
					text := string(f.Data)
					for _, end := range []string{`"`, "/"} {
						text = strings.ReplaceAll(text, `"example.com/m`+end, `"example.com/m/`+folder+end)
					}
					files[folder+"/"+name] = text
				} else if side != "after" {
					files["go.mod"] = "" // another module
				}
			}
			if slices.ContainsFunc(slices.Collect(maps.Keys(files)), func(name string) bool { return path.Base(name) == "go.mod" }) || files[folder+"/cmd/prog/main.go"] == "" {
				continue
			}
			for name, text := range files {
				write(name, text)
			}
			n++
		}
	}
	return n
}

// holdPrograms holds the programs in a folder against the closures.
func holdPrograms(t *testing.T, dir string, change func(*analyzer.Graph)) *holding {
	t.Helper()
	c, err := closuresOf(t.Context(), analyzer.Config{Dir: dir, Targets: []string{"./..."}, All: true, Explain: true})
	if err != nil {
		t.Fatal(err)
	}
	change(c.graph)
	w, err := loadWhole(t.Context(), dir, false)
	if err != nil {
		t.Fatal(err)
	}
	return w.hold(rtaOptions{most: 1}, c)
}

func (h *holding) String() string {
	var text strings.Builder
	h.print(&text, 50)
	return text.String()
}

// TestRTA checks that closures lack nothing that both whole-program analyses see.
func TestRTA(t *testing.T) {
	if testing.Short() {
		t.Skip("analyses dozens of whole programs, one after the other")
	}
	dir := t.TempDir()
	n := programs(t, dir, "iface_*", "fn_*", "call_*", "cb_s*", "gen_st*", "ext_s*")
	h := holdPrograms(t, dir, func(*analyzer.Graph) {})
	if len(h.missing) > 0 {
		t.Error(h)
	}
	if h.roots < n || h.alone > 0 {
		t.Errorf("%d programs of %d:\n%v", h.roots, n, h)
	}
	for kind, counts := range h.counts {
		if counts.held == 0 {
			t.Errorf("no edges, %v:\n%v", edgeKind(kind), h)
		}
	}
	t.Log(h)
}

// TestRTAFinds checks that what closures lack is found.
func TestRTAFinds(t *testing.T) {
	dir := t.TempDir()
	programs(t, dir, "iface_visitor", "cb_sort_slice")
	for _, test := range []struct {
		lost string // what the graph loses
		keep func(analyzer.Edge) bool
		want []string
	}{
		{"what linking finds", func(e analyzer.Edge) bool { return e.Slot > 0 }, []string{"EDGE dynamic", "EDGE through external code", "REACHED"}},
		{"all edges", func(analyzer.Edge) bool { return false }, []string{"EDGE static", "EDGE dynamic", "REACHED"}},
	} {
		h := holdPrograms(t, dir, func(g *analyzer.Graph) {
			for i := range g.Parts {
				g.Parts[i].Edges = slices.DeleteFunc(g.Parts[i].Edges, func(e analyzer.Edge) bool { return !test.keep(e) })
			}
		})
		for _, want := range test.want {
			if !strings.Contains(h.String(), want) {
				t.Errorf("without %s, no %s in\n%v", test.lost, want, h)
			}
		}
	}
}
