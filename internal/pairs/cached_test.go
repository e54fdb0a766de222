package pairs

import (
	"bytes"
	"context"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/autover/autover/analyzer"
)

// asked, kept and answered count pairs whose answers are looked for in the cache,
// kept there, and found again.
var asked, kept, answered atomic.Int64

// beyondSource tells whether a pair edits more than Go files that both sides have,
// whose contents the cache can't miss.
func (p *pair) beyondSource() bool {
	for _, s := range []side{before, after} {
		for name, data := range p.files[s] {
			if other, ok := p.files[1-s][name]; !ok || path.Ext(name) != ".go" && !bytes.Equal(data, other) {
				return true
			}
		}
	}
	return p.flags[before] != p.flags[after] || !slices.Equal(p.env[before], p.env[after])
}

// checkCached holds what the cache answers against the analyses of both sides. It
// analyses one side in a folder of its own, turns the folder into the other side,
// and asks again without letting anything be analysed: an answer must be that of
// the other side.
func (p *pair) checkCached(t *testing.T, dirs [2]string, env [2][]string, reports [2]*analyzer.Report) {
	dir, cache := filepath.Join(t.TempDir(), "m"), t.TempDir()
	ask := func(ctx context.Context, s side, targets []string) (*analyzer.Report, string) {
		var said []string
		cfg := p.config(s, dir, env[s], targets)
		cfg.Cache, cfg.Trace = cache, func(message string) { said = append(said, message) }
		report, err := analyzer.Run(ctx, cfg)
		if err != nil && ctx.Err() == nil {
			t.Fatalf("%s: %v", s, err)
		}
		return report, strings.Join(said, "; ")
	}
	known, cancel := context.WithCancel(t.Context())
	cancel()
	compare := func(r *analyzer.Report, s side) {
		t.Helper()
		if r == nil {
			return
		}
		want := versionsOf(reports[s])
		for name, version := range versionsOf(r) {
			if want[name] != "" && want[name] != version {
				t.Errorf("%s: the cache says that the version of %s is %s; it is %s", s, name, version, want[name])
			}
		}
	}
	asked.Add(1)
	become(t, dir, dirs[before]) // with the go.sum that was written for it
	first, said := ask(t.Context(), before, p.targets(before))
	compare(first, before)
	if !strings.HasSuffix(said, "cache: kept") { // the files were too new, and no longer are
		_, said = ask(t.Context(), before, p.targets(before))
	}
	if strings.HasSuffix(said, "cache: kept") {
		kept.Add(1)
		again, _ := ask(known, before, []string{"./..."})
		if again != nil {
			answered.Add(1)
		}
		compare(again, before)
	}
	become(t, dir, dirs[after])
	other, _ := ask(known, after, []string{"./..."})
	compare(other, after)
}
