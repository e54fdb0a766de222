package pairs

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/autover/autover/analyzer"
)

// keptDir is a cache that all pairs share, so that each also meets what is kept of
// packages of the same name elsewhere.
var keptDir string

// compared counts pairs, edited those in which packages of the second side were known
// from the first one or from other pairs.
var compared, edited atomic.Int64

// checkKept analyses one side with a cache and then, in the same folder, the other
// one, and holds its report against that without a cache. So each pair is an edit after
// which what is kept of a package might be taken for more than it is worth.
func (p *pair) checkKept(t *testing.T, dirs [2]string, env [2][]string, reports [2]*analyzer.Report) {
	compared.Add(1)
	dir := filepath.Join(t.TempDir(), "m")
	targets := [2][]string{p.targets(before), {"./..."}}
	for _, s := range []side{before, after} {
		become(t, dir, dirs[s])
		cfg := p.config(s, dir, env[s], targets[s])
		known := false
		cfg.Cache, cfg.Trace = keptDir, func(message string) {
			known = known || strings.HasPrefix(message, "cache: packages known: ") && !strings.HasPrefix(message, "cache: packages known: 0 ")
		}
		report, err := analyzer.Run(t.Context(), cfg)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		if s == after && known {
			edited.Add(1)
		}
		compareReports(t, s, report, reports[s])
	}
}

// become turns a folder into a copy of another one.
func become(t *testing.T, dir, other string) {
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(other)); err != nil {
		t.Fatal(err)
	}
}

// compareReports compares all of two reports that a user can see, explanations apart.
func compareReports(t *testing.T, s side, got, want *analyzer.Report) {
	t.Helper()
	if len(got.Targets) != len(want.Targets) || !reflect.DeepEqual(got.Warnings, want.Warnings) {
		t.Errorf("%s: %d targets and warnings %q with a cache, %d and %q without", s, len(got.Targets), got.Warnings, len(want.Targets), want.Warnings)
		return
	}
	for i, g := range got.Targets {
		w := want.Targets[i]
		g.Closure, w.Closure = nil, nil
		if !reflect.DeepEqual(g, w) {
			t.Errorf("%s: with a cache\n%+v\nwithout\n%+v", s, g, w)
		}
	}
}
