package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/autover/autover/analyzer"
)

// executedFile holds calls of all kinds for the fixture.
const executedFile = `package tax

import (
	"sort"
	"testing"
)

type rounder interface{ round(int) int }

type down struct{}

func (down) round(n int) int { return n / 10 * 10 }

type up struct{}

func (up) round(n int) int { return down{}.round(n) + 10 }

type byLength []string

func (b byLength) Len() int           { return len(b) }
func (b byLength) Less(i, j int) bool { return len(b[i]) < len(b[j]) }
func (b byLength) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

var table, list = map[string]func(int) int{"a": func(n int) int { return twice(n) }}, func(n int) int { return n }

func twice(n int) int { return 2 * n }

func each(f func(int)) { f(1); f(2) }

func TestCalls(t *testing.T) {
	var r rounder = down{}
	if table["a"](list(r.round(7))) != 0 {
		t.Error("not zero")
	}
	sum := 0
	each(func(n int) { func() { sum += n }() })
	sort.Sort(byLength{"ab", "c"})
	done := make(chan int)
	go func() { defer close(done); up{}.round(sum) }()
	<-done
}

func TestPanic(t *testing.T) {
	defer func() { recover() }()
	fall()
}

func fall() { panic("down") }

func BenchmarkTwice(b *testing.B) {
	for b.Loop() {
		twice(1)
	}
}
`

// TestExecuted checks that what runs is seen, and is in the closures.
func TestExecuted(t *testing.T) {
	dir := fixture(t)
	if err := os.WriteFile(filepath.Join(dir, "tax", "calls_test.go"), []byte(executedFile), 0o666); err != nil {
		t.Fatal(err)
	}
	measure := func(reached reach) *executions {
		o := executedOptions{dir: dir, timeout: 60e9}
		x, err := o.measure(t.Context(), reached)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	text := func(x *executions) string {
		var out strings.Builder
		x.print(&out, 50)
		return out.String()
	}
	x := measure(closureOf)
	if len(x.missing)+len(x.below)+len(x.unknown)+len(x.failed) > 0 || x.tests != 6 {
		t.Error(text(x))
	}
	// A closure of nothing but the test itself lacks exactly what the test calls.
	alone := text(measure(func(ctx context.Context, dir string) (*covered, error) {
		c, err := closureOf(ctx, dir)
		if err != nil {
			return nil, err
		}
		for name, closure := range c.targets {
			c.targets[name] = &analyzer.Closure{Start: closure.Start, BodyOnly: true}
		}
		return c, nil
	}))
	for name, tests := range map[string]string{
		"func (down)": "1", "func (up)": "1", "Len()": "1", "Less(": "1", "Swap(": "1", "func twice": "2", "func each": "1", "func fall": "1",
	} {
		if want := "MISSING " + at(t, name) + ", run by " + tests; !strings.Contains(alone, want) {
			t.Errorf("no %s in\n%s", want, alone)
		}
	}
	for _, literal := range []string{"each(func", "go func", "defer func", "var table"} {
		if want := "MISSING " + at(t, literal) + ", literal 1"; !strings.Contains(alone, want) {
			t.Errorf("no %s in\n%s", want, alone)
		}
	}
}

// at is where the first line of executedFile that holds a text is.
func at(t *testing.T, text string) string {
	t.Helper()
	for i, line := range strings.Split(executedFile, "\n") {
		if strings.Contains(line, text) {
			return place{file: "tax/calls_test.go", line: i + 1}.String()
		}
	}
	t.Fatalf("no %q", text)
	return ""
}
