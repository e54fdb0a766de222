package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// outcomes maps packages to their top-level tests to what came of them: pass,
// fail, skip or crash, followed by a digest of the outcomes of subtests. Tests
// that did not run to an end are absent.
type outcomes map[string]map[string]string

// tester runs tests in a copy of a module.
type tester struct {
	// timeout is for each test binary.
	timeout time.Duration
	// memory bounds the address space of each test binary, in MiB; 0 is no
	// bound.
	memory int
	// skip is the pattern of tests that are left out, or empty.
	skip string
}

var errBuild = errors.New("does not compile")

// run runs tests of packages, one after the other. pattern selects tests; empty
// means all. The error is errBuild if a package or its tests don't compile.
func (t tester) run(ctx context.Context, dir string, packages []string, pattern string) (outcomes, error) {
	args := []string{"test", "-json", "-count=1", "-vet=off", "-p=1", "-parallel=1", "-timeout=" + t.timeout.String()}
	if t.memory > 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		args = append(args, fmt.Sprintf("-exec=%s %s %d", self, limitCommand, t.memory))
	}
	if t.skip != "" {
		args = append(args, "-skip="+t.skip)
	}
	if pattern != "" {
		args = append(args, "-run="+pattern)
	}
	c := exec.CommandContext(ctx, "go", append(args, packages...)...)
	c.Dir = dir
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	runErr := c.Run()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	found, err := readOutcomes(&stdout)
	if err != nil {
		return nil, err
	}
	// A failed test is an exit status of 1, too, but has events.
	if runErr != nil && len(found) == 0 {
		return nil, fmt.Errorf("run go test: %w: %s", runErr, tail(stderr.String()))
	}
	return found, nil
}

// event is a line of go test -json.
type event struct{ Action, Package, Test, FailedBuild string }

// execution is what the events say about one package.
type execution struct {
	ended   map[string]string            // top-level tests to outcomes
	sub     map[string]map[string]string // and to those of their subtests
	running map[string]bool
	failed  bool
}

func readOutcomes(r io.Reader) (outcomes, error) {
	executions := make(map[string]*execution)
	dec := json.NewDecoder(r)
	for {
		var e event
		switch err := dec.Decode(&e); {
		case errors.Is(err, io.EOF):
			found := make(outcomes)
			for path, x := range executions {
				found[path] = x.outcomes()
			}
			return found, nil
		case err != nil:
			return nil, fmt.Errorf("read the events of go test: %w", err)
		}
		if e.FailedBuild != "" || e.Action == "build-fail" {
			return nil, errBuild
		}
		if e.Package == "" {
			continue
		}
		x := executions[e.Package]
		if x == nil {
			x = &execution{ended: make(map[string]string), sub: make(map[string]map[string]string), running: make(map[string]bool)}
			executions[e.Package] = x
		}
		x.add(e)
	}
}

func (x *execution) add(e event) {
	if e.Test == "" {
		x.failed = x.failed || e.Action == "fail"
		return
	}
	top, _, isSub := strings.Cut(e.Test, "/")
	switch e.Action {
	case "run", "cont":
		if !isSub {
			x.running[top] = true
		}
	case "pause":
		if !isSub {
			delete(x.running, top)
		}
	case "pass", "fail", "skip":
		if !isSub {
			x.ended[top] = e.Action
			delete(x.running, top)
			return
		}
		if x.sub[top] == nil {
			x.sub[top] = make(map[string]string)
		}
		x.sub[top][e.Test] = e.Action
	}
}

// outcomes folds subtests into top-level tests. If the binary ended while one
// test ran, by a panic elsewhere, a deadlock or a timeout, that test crashed;
// what was to come after it is unknown.
func (x *execution) outcomes() map[string]string {
	found := make(map[string]string)
	for top, outcome := range x.ended {
		if sub := x.sub[top]; len(sub) > 0 {
			var all strings.Builder
			for _, name := range slices.Sorted(maps.Keys(sub)) {
				fmt.Fprintln(&all, name, sub[name])
			}
			outcome += " " + digest(all.String())[:8]
		}
		found[top] = outcome
	}
	if x.failed && len(x.running) == 1 {
		for top := range x.running {
			found[top] = "crash"
		}
	}
	return found
}

// without returns the outcomes but those of tests that are also in unstable.
func (o outcomes) without(unstable map[string]bool) outcomes {
	kept := make(outcomes)
	for path, tests := range o {
		kept[path] = maps.Clone(tests)
		maps.DeleteFunc(kept[path], func(test, _ string) bool { return unstable[path+"."+test] })
	}
	return kept
}

// change is a test that came out otherwise.
type change struct {
	Package string `json:"package"`
	Test    string `json:"test"`
	Before  string `json:"before"`
	After   string `json:"after"`
}

// changes lists the tests that ended in both, otherwise in one than in the
// other.
func changes(before, after outcomes) []change {
	var changed []change
	for path, tests := range after {
		for test, outcome := range tests {
			if old, ok := before[path][test]; ok && old != outcome {
				changed = append(changed, change{path, test, old, outcome})
			}
		}
	}
	slices.SortFunc(changed, func(a, b change) int {
		return strings.Compare(a.Package+"\x00"+a.Test, b.Package+"\x00"+b.Test)
	})
	return changed
}
