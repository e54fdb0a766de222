package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// bench measures the cases of the specification's table of speed on a module, side
// by side with other tools.
type bench struct {
	dir, cache, binary string
	target             string
	file, text         string // edited by one of the cases
	edits              int
}

// timing is what one command took: the median of all runs, and the most memory.
type timing struct {
	wall, cpu time.Duration
	memory    int64 // bytes; 0 where the system doesn't tell
}

func benchMain(ctx context.Context, flags *flag.FlagSet, args []string, stdout io.Writer) error {
	dir := flags.String("C", ".", "`FOLDER` of the module; it is only read")
	binary := flags.String("autover", "autover", "`BINARY` to be measured")
	runs := flags.Int("n", 5, "the median of `N` runs counts; of cold ones and other tools a third of that")
	target := flags.String("target", "", "the one `TARGET`; without it, the first that autover lists")
	deadcode := flags.String("deadcode", "", "`BINARY` of golang.org/x/tools/cmd/deadcode; left out without it")
	if err := parse(flags, args); err != nil {
		return err
	}
	name, err := resolveBinary(*binary)
	if err != nil {
		return err
	}
	return withCopy(*dir, func(copied string) error {
		return withTemp(func(temp string) error {
			b := &bench{dir: copied, cache: filepath.Join(temp, "cache"), binary: name, target: *target}
			if err := b.prepare(ctx); err != nil {
				return err
			}
			return b.table(ctx, stdout, *runs, *deadcode)
		})
	})
}

// prepare finds the target, and the file that is edited: the largest one, which is
// no easy case.
func (b *bench) prepare(ctx context.Context) error {
	if b.target == "" {
		out, err := run(ctx, b.dir, nil, b.binary, "list", "-f", "{{.target}}")
		if err != nil {
			return err
		}
		fmt.Sscan(string(out), &b.target)
	}
	m, err := listModule(ctx, b.dir)
	if err != nil {
		return err
	}
	var most int64
	for _, path := range m.private {
		p := m.packages[path]
		for _, f := range p.GoFiles {
			name := filepath.Join(p.Dir, f)
			if info, err := os.Stat(name); err == nil && info.Size() > most {
				most, b.file = info.Size(), name
			}
		}
	}
	text, err := os.ReadFile(b.file)
	if err != nil {
		return err
	}
	b.text = string(text)
	return b.edit()
}

// edit changes what a function computes, each time to something new.
func (b *bench) edit() error { return b.probe("_ = error.Error") }

// editCalls changes what a function hands on and calls.
func (b *bench) editCalls() error {
	return b.probe(strings.Repeat("func(f func(error) string) { _ = f(nil) }(error.Error); ", b.edits+1))
}

// probe gives the file a function with a statement and a new result.
func (b *bench) probe(statement string) error {
	b.edits++
	return os.WriteFile(b.file, fmt.Appendf(nil, "%s\n\nfunc autoverProbe() int { %s; return %d }\n", b.text, statement, b.edits), 0o666)
}

func (b *bench) forget() error { return os.RemoveAll(b.cache) }

// measure runs a command n times, each time after before.
func (b *bench) measure(ctx context.Context, n int, before func() error, name string, args ...string) (timing, error) {
	var walls, cpus []time.Duration
	var t timing
	for range max(n, 1) {
		if before != nil {
			if err := before(); err != nil {
				return t, err
			}
		}
		c := exec.CommandContext(ctx, name, args...)
		c.Dir = b.dir
		c.Env = append(c.Environ(), "AUTOVER_CACHE="+b.cache)
		start := time.Now()
		_, err := c.Output()
		wall := time.Since(start)
		var exit *exec.ExitError
		if errors.As(err, &exit) && name != b.binary {
			err = nil // it has something to say about the module
		}
		if err != nil {
			return t, fmt.Errorf("run %s: %w", name, err)
		}
		walls = append(walls, wall)
		cpus = append(cpus, c.ProcessState.UserTime()+c.ProcessState.SystemTime())
		t.memory = max(t.memory, peak(c.ProcessState))
	}
	slices.Sort(walls)
	slices.Sort(cpus)
	t.wall, t.cpu = walls[len(walls)/2], cpus[len(cpus)/2]
	return t, nil
}

// table prints the measurements and their ratios.
func (b *bench) table(ctx context.Context, w io.Writer, n int, deadcode string) error {
	few := max(n/3, 1)
	var err error
	take := func(n int, before func() error, name string, args ...string) timing {
		if err != nil {
			return timing{}
		}
		var t timing
		t, err = b.measure(ctx, n, before, name, args...)
		return t
	}
	all, one := []string{"hash", "./..."}, []string{"hash", b.target}
	take(1, nil, "go", "list", "-deps", "./...")
	list := take(n, nil, "go", "list", "-deps", "./...")
	cold := take(few, b.forget, b.binary, all...)
	coldOne := take(few, b.forget, b.binary, one...)
	take(1, nil, b.binary, all...)
	warm := take(n, nil, b.binary, all...)
	warmOne := take(n, nil, b.binary, one...)
	edited := take(few, b.edit, b.binary, all...)
	called := take(few, b.editCalls, b.binary, all...)
	take(1, nil, "go", "vet", "./...")
	vet := take(few, nil, "go", "vet", "./...")
	var dead timing
	if deadcode != "" {
		dead = take(few, nil, deadcode, "./...")
	}
	if err != nil {
		return err
	}
	row := func(what string, t timing, ratio, limit float64) {
		fmt.Fprintf(w, "%-34s %9.3f s %9.3f s %8s", what, t.wall.Seconds(), t.cpu.Seconds(), mebibytes(t.memory))
		if ratio > 0 {
			fmt.Fprintf(w, "   %5.2f of %.2f", ratio, limit)
		}
		fmt.Fprintln(w)
	}
	ratio := func(a, b timing) float64 {
		if b.wall == 0 {
			return 0
		}
		return a.wall.Seconds() / b.wall.Seconds()
	}
	fmt.Fprintf(w, "%-34s %11s %11s %8s   %s\n", "", "time", "processor", "memory", "ratio of what is allowed")
	row("go list -deps ./...", list, 0, 0)
	row("go vet ./..., warm", vet, 0, 0)
	if deadcode != "" {
		row("deadcode ./...", dead, 0, 0)
	}
	row("nothing changed, all functions", warm, ratio(warm, list), 0.15)
	row("nothing changed, one function", warmOne, ratio(warmOne, list), 0.15)
	row("one function edited", edited, ratio(edited, list), 1)
	row("one function edited, its calls too", called, ratio(called, list), 1)
	row("cold, all functions", cold, ratio(cold, dead), 0.4)
	row("cold, one function", coldOne, 0, 0)
	if deadcode != "" && dead.memory > 0 {
		fmt.Fprintf(w, "%-34s %43.2f of 0.30\n", "  memory, against deadcode", float64(cold.memory)/float64(dead.memory))
	}
	fmt.Fprintf(w, "%-34s %43.2f of 1.10\n", "all functions against one, cold", ratio(cold, coldOne))
	return nil
}

func mebibytes(n int64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%d MiB", n>>20)
}
