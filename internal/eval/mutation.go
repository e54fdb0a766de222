package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// record is a line of an outcome file: the baseline first, then one mutant each.
type record struct {
	Baseline *baseline `json:"baseline,omitempty"`
	Mutant   *mutant   `json:"mutant,omitempty"`
	// Compiled is false for a mutant that was thrown away.
	Compiled bool `json:"compiled,omitempty"`
	// Packages are those whose tests ran.
	Packages []string `json:"packages,omitempty"`
	Changed  []change `json:"changed,omitempty"`
}

// baseline is what the tests of the unchanged module give.
type baseline struct {
	Module string `json:"module"`
	// Hash is that of the module with its tests: mutants fit no other state.
	Hash     string   `json:"hash"`
	Outcomes outcomes `json:"outcomes"`
	// Unstable are tests that gave two outcomes in two runs and don't count.
	Unstable []string `json:"unstable,omitempty"`
}

// mutationOptions are the flags of the mutation instrument.
type mutationOptions struct {
	dir, out, seed string
	replay         string
	number, others int
	testFiles      bool
	tester         tester
	autover        string
}

func mutationMain(ctx context.Context, fs *flag.FlagSet, args []string, stdout io.Writer) error {
	var o mutationOptions
	fs.StringVar(&o.dir, "C", ".", "`FOLDER` of the module; it is copied, never changed")
	fs.StringVar(&o.out, "o", "", "record outcomes in this `FILE`; what it holds already is not run again")
	fs.StringVar(&o.seed, "seed", "1", "`TEXT` that decides which mutants come first")
	fs.IntVar(&o.number, "n", 100, "make `N` mutants that compile")
	fs.BoolVar(&o.testFiles, "test-files", false, "mutate the helpers in test files as well")
	fs.DurationVar(&o.tester.timeout, "timeout", 30*time.Second, "for each test binary")
	fs.IntVar(&o.tester.memory, "memory", 4096, "address space of each test binary in `MIB`; 0 is no bound")
	fs.StringVar(&o.tester.skip, "skip", "", "leave out tests that match `REGEXP`, as go test does")
	fs.StringVar(&o.replay, "replay", "", "compute versions for the mutants in `FILE` instead of making some")
	fs.StringVar(&o.autover, "autover", "autover", "`BINARY` whose versions are judged by -replay")
	fs.IntVar(&o.others, "others", 50, "replay `N` mutants that changed no outcome, too")
	if err := parse(fs, args); err != nil {
		return err
	}
	if o.replay == "" {
		if o.out == "" {
			fmt.Fprintln(fs.Output(), "eval mutation: -o FILE or -replay FILE is missing")
			return errUsage
		}
		return recordOutcomes(ctx, o, stdout)
	}
	binary, err := resolveBinary(o.autover)
	if err != nil {
		return err
	}
	r, err := replay(ctx, o, command(binary))
	if r != nil {
		r.print(stdout) // as far as it got
	}
	if err != nil {
		return err
	}
	if len(r.stale) > 0 {
		return errStale
	}
	return nil
}

// recordOutcomes makes mutants and writes to a file what becomes of the tests.
func recordOutcomes(ctx context.Context, o mutationOptions, stdout io.Writer) error {
	base, done, err := readRecords(o.out)
	if err != nil {
		return err
	}
	return withCopy(o.dir, func(dir string) error {
		m, err := listModule(ctx, dir)
		if err != nil {
			return err
		}
		file, err := os.OpenFile(o.out, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
		if err != nil {
			return err
		}
		defer file.Close()
		enc := json.NewEncoder(file)
		if base == nil {
			if base, err = newBaseline(ctx, m, o.tester); err != nil {
				return err
			}
			if err := enc.Encode(record{Baseline: base}); err != nil {
				return err
			}
		}
		if err := base.fits(m); err != nil {
			return err
		}
		mutants, err := m.mutants(o.testFiles)
		if err != nil {
			return err
		}
		unused, err := o.tester.uncovered(ctx, m)
		if err != nil {
			return err
		}
		mutants = slices.DeleteFunc(mutants, unused.holds)
		owners, err := m.owners()
		if err != nil {
			return err
		}
		c := &campaign{module: m, base: base, tester: o.tester, owners: owners, done: make(map[string]bool)}
		for _, r := range done {
			c.done[r.Mutant.id()] = true
			c.count(r)
		}
		if err := c.run(ctx, sample(mutants, o.seed), o.number, enc); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%s: %d tests, %d of them unstable; %d mutants compiled and %d did not; %d changed %d outcomes\n",
			base.Module, base.tests(), len(base.Unstable), c.compiled, c.thrown, c.effective, c.changed)
		return nil
	})
}

func (b *baseline) tests() int {
	n := 0
	for _, tests := range b.Outcomes {
		n += len(tests)
	}
	return n
}

// fits tells whether the mutants of a file were made for this module.
func (b *baseline) fits(m *module) error {
	hash, err := m.hash(true)
	if err != nil {
		return err
	}
	if b.Module != m.path || b.Hash != hash {
		return fmt.Errorf("the outcomes are those of another state of %s: check it out, or record them again", b.Module)
	}
	return nil
}

// newBaseline runs all tests of a module twice.
func newBaseline(ctx context.Context, m *module, t tester) (*baseline, error) {
	hash, err := m.hash(true)
	if err != nil {
		return nil, err
	}
	b := &baseline{Module: m.path, Hash: hash}
	first, err := t.run(ctx, m.dir, m.private, "")
	if err != nil {
		return nil, fmt.Errorf("run the tests of %s: %w", m.path, err)
	}
	second, err := t.run(ctx, m.dir, m.private, "")
	if err != nil {
		return nil, fmt.Errorf("run the tests of %s: %w", m.path, err)
	}
	unstable := make(map[string]bool)
	for _, runs := range [][2]outcomes{{first, second}, {second, first}} {
		for path, tests := range runs[0] {
			for test, outcome := range tests {
				if runs[1][path][test] != outcome {
					unstable[path+"."+test] = true
				}
			}
		}
	}
	b.Unstable = slices.Sorted(maps.Keys(unstable))
	b.Outcomes = first.without(unstable)
	return b, nil
}

// owners maps files to the packages that they belong to.
func (m *module) owners() (map[string][]string, error) {
	owners := make(map[string][]string)
	for _, path := range m.private {
		p := m.packages[path]
		for _, file := range p.files(true) {
			name, err := m.rel(p, file)
			if err != nil {
				return nil, err
			}
			owners[name] = append(owners[name], path)
		}
	}
	return owners, nil
}

// campaign makes mutants one after the other.
type campaign struct {
	module *module
	base   *baseline
	tester tester
	owners map[string][]string
	done   map[string]bool // by id

	compiled, thrown, effective, changed int
}

func (c *campaign) count(r record) {
	if !r.Compiled {
		c.thrown++
		return
	}
	c.compiled++
	if len(r.Changed) > 0 {
		c.effective++
	}
	c.changed += len(r.Changed)
}

func (c *campaign) run(ctx context.Context, mutants []mutant, number int, enc *json.Encoder) error {
	for _, mutant := range mutants {
		if c.compiled >= number {
			return nil
		}
		if c.done[mutant.id()] {
			continue
		}
		r, err := c.try(ctx, mutant)
		if err != nil {
			return err
		}
		c.count(r)
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

func (c *campaign) try(ctx context.Context, mutant mutant) (r record, err error) {
	r = record{Mutant: &mutant}
	affected := make(map[string]bool)
	for _, owner := range c.owners[mutant.File] {
		for _, path := range c.module.dependents(owner) {
			if len(c.base.Outcomes[path]) > 0 {
				affected[path] = true
			}
		}
	}
	undo, err := mutant.apply(c.module.dir)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, undo()) }()
	r.Packages = slices.Sorted(maps.Keys(affected))
	if len(r.Packages) == 0 {
		_, err := run(ctx, c.module.dir, nil, "go", slices.Concat([]string{"build", "-o", os.DevNull}, c.owners[mutant.File])...)
		r.Compiled = err == nil
		return r, ctx.Err()
	}
	after, err := c.tester.run(ctx, c.module.dir, r.Packages, "")
	if errors.Is(err, errBuild) {
		return r, nil
	}
	if err != nil {
		return r, fmt.Errorf("%s:%d: %w", mutant.File, mutant.Line, err)
	}
	r.Compiled = true
	r.Changed = changes(c.base.Outcomes, after)
	return r, nil
}

// readRecords reads an outcome file. One that doesn't exist holds nothing; a
// line that was cut off, by a run that was stopped, is an error.
func readRecords(name string) (*baseline, []record, error) {
	file, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	var base *baseline
	var records []record
	r := bufio.NewReader(file)
	for number := 1; ; number++ {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return base, records, nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, nil, err
		}
		var rec record
		if err := json.Unmarshal(line, &rec); err != nil {
			return nil, nil, fmt.Errorf("%s:%d: %w: remove the line", filepath.Base(name), number, err)
		}
		switch {
		case rec.Baseline != nil:
			base = rec.Baseline
		case rec.Mutant == nil || base == nil || strings.Contains(rec.Mutant.File, ".."):
			return nil, nil, fmt.Errorf("%s:%d: no outcome of a mutant", filepath.Base(name), number)
		default:
			records = append(records, rec)
		}
	}
}
