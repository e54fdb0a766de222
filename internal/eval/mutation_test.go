package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// broken is an autover whose versions of the fixture's tests don't depend on
// anything, or on how often it was asked.
func broken(restless bool) versioner {
	asked := 0
	return func(context.Context, string, bool) (map[string]string, error) {
		if restless {
			asked++
		}
		versions := make(map[string]string)
		for _, test := range []string{"tax.TestOf", "shop_test.TestTotal", "shop_test.TestGreet"} {
			versions["example.com/fixture/"+test] = fmt.Sprint("a1", asked)
		}
		return versions, nil
	}
}

// The mutation instrument finds nothing wrong with autover, and every changed
// outcome wrong with a broken one.
func TestMutation(t *testing.T) {
	ctx := t.Context()
	o := mutationOptions{
		dir: fixture(t), out: filepath.Join(t.TempDir(), "outcomes"), seed: "6", number: 5, others: 1,
		tester: tester{timeout: time.Minute},
	}
	if err := recordOutcomes(ctx, o, io.Discard); err != nil {
		t.Fatal(err)
	}
	recorded, err := os.ReadFile(o.out)
	if err != nil {
		t.Fatal(err)
	}
	if err := recordOutcomes(ctx, o, io.Discard); err != nil {
		t.Fatal(err)
	}
	if again, err := os.ReadFile(o.out); err != nil || string(again) != string(recorded) {
		t.Errorf("an outcome file that is complete grows (%v)", err)
	}
	o.replay = o.out

	j, err := replay(ctx, o, autover)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	j.print(&text)
	if len(j.stale)+len(j.interference)+len(j.failed)+len(j.unlisted) > 0 {
		t.Errorf("autover has faults:\n%s", &text)
	}
	changed := j.effective.changed
	if changed < 3 || j.effective.missedBody != changed || j.effective.missedPackages > 0 {
		t.Errorf("%d outcomes changed, hashes of bodies missed %d, hashes of packages %d", changed, j.effective.missedBody, j.effective.missedPackages)
	}
	if e := j.effective; e.autover < changed || e.autover > e.packages {
		t.Errorf("of %d pairs, %d have new versions, and %d by packages, for %d outcomes", e.pairs, e.autover, e.packages, changed)
	}

	if j, err = replay(ctx, o, broken(false)); err != nil {
		t.Fatal(err)
	}
	if len(j.stale) != changed || j.effective.autover > 0 {
		t.Errorf("%d of %d changed outcomes are told without a new version", len(j.stale), changed)
	}
	if j, err = replay(ctx, o, broken(true)); err != nil {
		t.Fatal(err)
	}
	if len(j.stale) > 0 || j.quiet.autover != j.quiet.pairs || j.quiet.pairs == 0 {
		t.Errorf("of %d needless versions, %d are told", j.quiet.pairs, j.quiet.autover)
	}
}

// Outcomes of another state of the module are refused.
func TestReplayOtherState(t *testing.T) {
	dir := fixture(t)
	m, err := listModule(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := m.hash(true)
	if err != nil {
		t.Fatal(err)
	}
	base := &baseline{Module: m.path, Hash: hash}
	if err := base.fits(m); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "shop", "greeting.txt"), []byte("Hello"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := base.fits(m); err == nil {
		t.Error("another state passes for the one of the outcomes")
	}
}
