package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/autover/autover/analyzer"
)

type executedOptions struct {
	dir     string
	timeout time.Duration
	// most bounds the tests that are run, spread over all; 0 is no bound.
	most int
	list int
}

func executedMain(ctx context.Context, fs *flag.FlagSet, args []string, stdout io.Writer) error {
	var o executedOptions
	fs.StringVar(&o.dir, "C", ".", "`MODULE` whose tests are run")
	fs.DurationVar(&o.timeout, "timeout", time.Minute, "`TIME` after which a test is stopped")
	fs.IntVar(&o.most, "n", 0, "run `N` tests, spread over all; 0 runs all")
	fs.IntVar(&o.list, "list", 50, "list `N` of what is missing")
	if err := parse(fs, args); err != nil {
		return err
	}
	x, err := o.measure(ctx, closureOf)
	if err != nil {
		return err
	}
	x.print(stdout, o.list)
	if len(x.missing) > 0 {
		return errStale
	}
	return nil
}

// A reach tells what versions cover.
type reach func(ctx context.Context, dir string) (*covered, error)

// covered is what versions cover in a state of a module, by the places of functions.
type covered struct {
	graph *analyzer.Graph
	// targets are closures by target name.
	targets map[string]*analyzer.Closure
	// placeOf is the place of each part that has a body; partsAt are all parts at a
	// place, of which there are several where a package is compiled once more for a
	// test.
	placeOf map[int]place
	partsAt map[place][]int
}

// closureOf asks the analysis that makes the versions for those of tests.
func closureOf(ctx context.Context, dir string) (*covered, error) {
	return closuresOf(ctx, analyzer.Config{Dir: dir, Targets: []string{"./..."}, Tests: true, Explain: true})
}

func closuresOf(ctx context.Context, cfg analyzer.Config) (*covered, error) {
	report, err := analyzer.Run(ctx, cfg)
	if err != nil {
		return nil, err
	}
	c := &covered{graph: report.Graph, targets: make(map[string]*analyzer.Closure), placeOf: make(map[int]place), partsAt: make(map[place][]int)}
	for _, t := range report.Targets {
		c.targets[t.Name] = t.Closure
	}
	c.findPlaces()
	return c, nil
}

// variant matches the end of the name of a part: the number of a literal in its
// declaration, and that of the package's variant.
var variant = regexp.MustCompile(`^\.func(\d+)( \(\d+\))?$`)

// findPlaces relates parts to places. The literals of a declaration are parts in the
// order of the source.
func (c *covered) findPlaces() {
	type scope struct {
		within, variant, position string
	}
	ranks := make(map[scope]int)
	for i, p := range c.graph.Parts {
		if p.Kind != analyzer.FunctionPart && p.Kind != analyzer.InitPart {
			continue
		}
		var at place
		file, line, _ := strings.Cut(p.Position, ":")
		if _, err := fmt.Sscan(line, &at.line); err != nil {
			continue
		}
		at.file = file
		if p.Within != "" {
			s := scope{p.Within, "", p.Position}
			if m := variant.FindStringSubmatch(strings.TrimPrefix(p.Name, p.Within)); m != nil {
				s.variant = m[2]
			}
			ranks[s]++
			at.rank = ranks[s]
		} else if p.Initial {
			continue
		}
		c.placeOf[i] = at
		c.partsAt[at] = append(c.partsAt[at], i)
	}
}

// places are those of the functions that a closure holds.
func (c *covered) places(closure *analyzer.Closure) map[place]bool {
	places := make(map[place]bool)
	for _, i := range c.graph.Reached(closure) {
		if at, ok := c.placeOf[i]; ok {
			places[at] = true
		}
	}
	return places
}

// executions are what was seen to run, against what versions cover.
type executions struct {
	module string
	// tests were run, of which those in failed left no record.
	tests  int
	failed []string
	// pairs counts the pairs of a test and a function that it ran, held the functions
	// in the closures of these tests.
	pairs, held int
	// calls counts the pairs of a function and one that ran below it on the stack, as
	// often as there are tests that show it.
	calls int
	// missing are the tests that run a function which their version doesn't cover, by
	// function; below the functions likewise.
	missing, below map[place][]string
	// unknown are functions that ran and are no part by themselves.
	unknown map[place]bool
}

// measure runs tests one at a time in a copy of the module.
func (o *executedOptions) measure(ctx context.Context, reached reach) (x *executions, err error) {
	x = &executions{missing: make(map[place][]string), below: make(map[place][]string), unknown: make(map[place]bool)}
	err = withCopy(o.dir, func(dir string) error {
		m, err := listModule(ctx, dir)
		if err != nil {
			return err
		}
		x.module = m.path
		c, err := reached(ctx, dir)
		if err != nil {
			return err
		}
		in, err := instrument(m)
		if err != nil {
			return fmt.Errorf("instrument %s: %w", m.path, err)
		}
		return x.run(ctx, o, in, c)
	})
	return x, err
}

// run builds each test binary once and runs its tests one at a time.
func (x *executions) run(ctx context.Context, o *executedOptions, in *instrumented, c *covered) error {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(c.targets)) {
		if _, ok := in.roots[name]; ok {
			names = append(names, name)
		}
	}
	names = spread(names, o.most)
	callers := make(map[int]map[place]bool) // closures of functions
	return withTemp(func(temp string) error {
		binaries := make(map[string]string)
		for i, name := range names {
			r := in.roots[name]
			binary, ok := binaries[r.pkg]
			if !ok {
				binary = filepath.Join(temp, fmt.Sprintf("test%d", i))
				if _, err := run(ctx, in.m.dir, nil, "go", "test", "-c", "-vet=off", "-o", binary, r.pkg); err != nil {
					return err
				}
				binaries[r.pkg] = binary
			}
			trace := filepath.Join(temp, "trace")
			if err := in.record(ctx, o, binary, r, trace); err != nil {
				return err
			}
			if err := x.judge(in, c, name, trace, callers); err != nil {
				return err
			}
		}
		return nil
	})
}

// record runs one test; how it ends does not matter.
func (in *instrumented) record(ctx context.Context, o *executedOptions, binary string, r root, trace string) error {
	if err := os.Remove(trace); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	only := "^" + r.name + "$"
	args := []string{"-test.run=" + only, "-test.timeout=" + o.timeout.String()}
	if strings.HasPrefix(r.name, "Benchmark") {
		args = []string{"-test.run=^$", "-test.bench=" + only, "-test.benchtime=1x", "-test.timeout=" + o.timeout.String()}
	}
	c := exec.CommandContext(ctx, binary, args...)
	c.Dir = in.m.packages[r.pkg].Dir
	c.Env = append(c.Environ(), fmt.Sprintf("AUTOVER_TRACE=%q %d %d", trace, r.index, len(in.functions)))
	c.WaitDelay = time.Second
	if err := c.Run(); ctx.Err() != nil {
		return ctx.Err()
	} else if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return fmt.Errorf("run %s: %w", r.name, err)
	}
	return nil
}

// judge holds what a test ran against its closure, and what ran below a function
// against that of the function.
func (x *executions) judge(in *instrumented, c *covered, name, trace string, callers map[int]map[place]bool) error {
	x.tests++
	file, err := os.Open(trace)
	if errors.Is(err, fs.ErrNotExist) {
		x.failed = append(x.failed, name) // an example without output, say
		return nil
	} else if err != nil {
		return err
	}
	defer file.Close()
	within := c.places(c.targets[name])
	x.held += len(within)
	s := bufio.NewScanner(file)
	for s.Scan() {
		var caller, callee int
		if _, err := fmt.Sscan(s.Text(), &caller, &callee); err != nil {
			return fmt.Errorf("read what %s ran: %w", name, err)
		}
		at := in.functions[callee]
		switch {
		case c.partsAt[at] == nil:
			x.unknown[at] = true
		case caller < 0:
			x.pairs++
			if !within[at] {
				x.missing[at] = append(x.missing[at], name)
			}
		case in.functions[caller].rank == 0: // literals have no versions
			x.calls++
			by := in.functions[caller]
			if callers[caller] == nil {
				callers[caller] = c.below(by)
			}
			if !callers[caller][at] && !slices.Contains(x.below[at], by.String()) {
				x.below[at] = append(x.below[at], by.String())
			}
		}
	}
	return s.Err()
}

// below are the places in the closure of the functions at a place, apart from effects
// of initialisation.
func (c *covered) below(at place) map[place]bool {
	all := make(map[place]bool)
	for _, i := range c.partsAt[at] {
		maps.Copy(all, c.places(&analyzer.Closure{Start: i}))
	}
	return all
}

func (x *executions) print(w io.Writer, most int) {
	fmt.Fprintf(w, "%s\n", x.module)
	count := func(missing map[place][]string) (n int) {
		for _, by := range missing {
			n += len(by)
		}
		return n
	}
	missing := count(x.missing)
	fmt.Fprintf(w, "  tests: %d, of which %d ran nothing; pairs of test and function that ran: %d, in the closure: %s; functions in the closures: %d, of which ran: %s\n",
		x.tests, len(x.failed), x.pairs, percent(x.pairs-missing, x.pairs), x.held, percent(x.pairs-missing, x.held))
	fmt.Fprintf(w, "  pairs of function and function that ran below it: %d, outside of its closure: %d\n", x.calls, count(x.below))
	for _, part := range []struct {
		kind    string
		missing map[place][]string
	}{{"MISSING", x.missing}, {"BELOW", x.below}} {
		order := slices.SortedFunc(maps.Keys(part.missing), comparePlaces)
		for _, at := range order[:min(most, len(order))] {
			by := part.missing[at]
			fmt.Fprintf(w, "%s %v, run by %d, such as %s\n", part.kind, at, len(by), by[0])
		}
	}
	for _, at := range slices.SortedFunc(maps.Keys(x.unknown), comparePlaces) {
		fmt.Fprintf(w, "NO PART %v\n", at)
	}
}

func comparePlaces(a, b place) int {
	return cmp.Or(strings.Compare(a.file, b.file), cmp.Compare(a.line, b.line), cmp.Compare(a.rank, b.rank))
}
