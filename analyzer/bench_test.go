package analyzer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/autover/autover/internal/genmodule"
	"github.com/autover/autover/internal/inputs"
)

// benchModule is a generated module of 40 packages and 14,000 lines.
func benchModule(b *testing.B) Config {
	b.Helper()
	dir := filepath.Join(b.TempDir(), "m")
	if _, err := (genmodule.Shape{Packages: 40, Groups: 1, Functions: 10, Interfaces: 3, Depth: 5}).Write(dir); err != nil {
		b.Fatal(err)
	}
	return Config{Dir: dir, Env: offline(), Targets: []string{"./..."}}
}

// BenchmarkRun measures whole runs on a generated module: without a cache, with one
// that knows nothing, with nothing changed, and with one function edited.
func BenchmarkRun(b *testing.B) {
	base := benchModule(b)
	for _, bench := range []struct {
		name   string
		cached bool
		before func(cfg *Config, i int) error
	}{
		{"uncached", false, func(*Config, int) error { return nil }},
		{"cold", true, func(cfg *Config, i int) error { cfg.Cache = filepath.Join(b.TempDir(), fmt.Sprint(i)); return nil }},
		{"unchanged", true, func(*Config, int) error { return nil }},
		{"edited", true, func(cfg *Config, i int) error {
			return os.WriteFile(filepath.Join(cfg.Dir, "p0", "probe.go"), fmt.Appendf(nil, "package p0\n\nfunc Probe() int { return %d }\n", i), 0o666)
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			cfg := base
			if bench.cached {
				cfg.Cache = b.TempDir()
			}
			if _, err := Run(context.Background(), cfg); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				if err := bench.before(&cfg, i); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if _, err := Run(context.Background(), cfg); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSteps measures the steps of a run one by one.
func BenchmarkSteps(b *testing.B) {
	cfg, ctx := benchModule(b), context.Background()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	checked := func() *world {
		w, err := load(ctx, cfg, inputs.NewReader(false), &listing{})
		must(err)
		must(w.check(ctx))
		w.refuseResults()
		return w
	}
	b.Run("load and check", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			checked()
		}
	})
	w := checked()
	b.Run("summarize", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := w.summarize(ctx)
			must(err)
		}
	})
	units, err := w.summarize(ctx)
	must(err)
	b.Run("link and hash", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			newGraph(w, units)
		}
	})
	g := newGraph(w, units)
	b.Run("versions of all functions", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sel, err := w.selectTargets([]string{"./..."}, true, false)
			must(err)
			v, err := newVersioner(w, g, newSettings(w, cfg))
			must(err)
			_, err = v.report(ctx, sel, nil)
			must(err)
		}
	})
	b.Run("tree", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := inputs.NewIndex(nil).Tree(w.root, w.roots)
			must(err)
		}
	})
}
