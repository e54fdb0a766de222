package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A judgement is what replaying outcomes says about versions.
type judgement struct {
	module string
	// stale are outcomes that changed although no version did.
	stale []violation
	// interference are those that come from other tests of the same binary: the
	// test alone gives what it gave before.
	interference []violation
	// failed are mutants that Go compiles and autover does not.
	failed []string
	// unlisted are tests without a version.
	unlisted map[string]bool

	effective, quiet tally
}

// violation is a mutant and a test that it changes.
type violation struct {
	mutant mutant
	change change
}

// tally counts versions over the mutants of a kind.
type tally struct {
	mutants, changed int
	// pairs are all pairs of mutant and test; the others are those with a new
	// version, by the methods compared.
	pairs, autover, packages, body int
	// missed are changed outcomes without a new version, by the other methods.
	missedPackages, missedBody int
}

// state is what all methods say about one state of a module.
type state struct {
	autover, packages, body map[string]string // by target
	functions               map[string]function
}

func measure(ctx context.Context, m *module, v versioner, tests bool) (*state, error) {
	versions, err := v(ctx, m.dir, tests)
	if err != nil {
		return nil, err
	}
	functions, err := m.functions(tests)
	if err != nil {
		return nil, err
	}
	hashes, err := m.packageHashes(tests)
	if err != nil {
		return nil, err
	}
	s := &state{autover: versions, packages: make(map[string]string), body: make(map[string]string), functions: functions}
	for target := range versions {
		f, ok := functions[target]
		if !ok {
			return nil, fmt.Errorf("target %s is no function that go list shows", target)
		}
		s.packages[target], s.body[target] = hashes[f.pkg], f.body
	}
	return s, nil
}

// replay applies the mutants of an outcome file again and compares versions.
func replay(ctx context.Context, o mutationOptions, v versioner) (*judgement, error) {
	base, records, err := readRecords(o.replay)
	if err != nil {
		return nil, err
	}
	if base == nil {
		return nil, fmt.Errorf("read %s: it records no outcomes", o.replay)
	}
	j := &judgement{module: base.Module, unlisted: make(map[string]bool)}
	err = withCopy(o.dir, func(dir string) error {
		m, err := listModule(ctx, dir)
		if err != nil {
			return err
		}
		if err := base.fits(m); err != nil {
			return err
		}
		before, err := measure(ctx, m, v, true)
		if err != nil {
			return err
		}
		others := o.others
		for _, r := range records {
			if !r.Compiled || len(r.Changed) == 0 && others == 0 {
				continue
			}
			if len(r.Changed) == 0 {
				others--
			}
			if err := j.replayOne(ctx, m, r, before, v, o.tester); err != nil {
				return fmt.Errorf("%s:%d: %w", r.Mutant.File, r.Mutant.Line, err)
			}
		}
		return nil
	})
	return j, err
}

func (j *judgement) replayOne(ctx context.Context, m *module, r record, before *state, v versioner, t tester) (err error) {
	undo, err := r.Mutant.apply(m.dir)
	if err != nil {
		return err
	}
	undone := false
	restore := func() error {
		if undone {
			return nil
		}
		undone = true
		return undo()
	}
	defer func() { err = errors.Join(err, restore()) }()
	after, err := measure(ctx, m, v, true)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		j.failed = append(j.failed, fmt.Sprintf("%v\n%s", r.Mutant, indent("\t", err.Error())))
		return nil
	}
	var suspects []change
	count := &j.quiet
	if len(r.Changed) > 0 {
		count = &j.effective
	}
	count.add(before, after)
	for _, c := range r.Changed {
		switch {
		case len(targets(before.autover, c)) == 0:
			j.unlisted[c.Package+"."+c.Test] = true
			continue
		case !moved(before.autover, after.autover, c):
			suspects = append(suspects, c)
		}
		count.changed++
		if !moved(before.packages, after.packages, c) {
			count.missedPackages++
		}
		if !moved(before.body, after.body, c) {
			count.missedBody++
		}
	}
	return j.confirm(ctx, m, *r.Mutant, suspects, t, restore)
}

func (c *tally) add(before, after *state) {
	c.mutants++
	for target := range before.autover {
		c.pairs++
		if before.autover[target] != after.autover[target] {
			c.autover++
		}
		if before.packages[target] != after.packages[target] {
			c.packages++
		}
		if before.body[target] != after.body[target] {
			c.body++
		}
	}
}

// targets are the names that a test can have: the events of go test do not tell
// an external test package from the package.
func targets(versions map[string]string, c change) []string {
	var names []string
	for _, name := range []string{c.Package + "." + c.Test, c.Package + "_test." + c.Test} {
		if _, ok := versions[name]; ok {
			names = append(names, name)
		}
	}
	return names
}

func moved(before, after map[string]string, c change) bool {
	return slices.ContainsFunc(targets(before, c), func(name string) bool { return before[name] != after[name] })
}

// confirm runs suspects alone, with the mutant and without.
func (j *judgement) confirm(ctx context.Context, m *module, mutant mutant, suspects []change, t tester, restore func() error) error {
	alone := func() ([]outcomes, error) {
		var all []outcomes
		for _, c := range suspects {
			found, err := t.run(ctx, m.dir, []string{c.Package}, "^"+regexp.QuoteMeta(c.Test)+"$")
			if err != nil {
				return nil, fmt.Errorf("run %s.%s alone: %w", c.Package, c.Test, err)
			}
			all = append(all, found)
		}
		return all, nil
	}
	after, err := alone()
	if err != nil {
		return err
	}
	if err := restore(); err != nil {
		return err
	}
	before, err := alone()
	if err != nil {
		return err
	}
	for i, c := range suspects {
		v := violation{mutant, c}
		if before[i][c.Package][c.Test] != after[i][c.Package][c.Test] {
			j.stale = append(j.stale, v)
		} else {
			j.interference = append(j.interference, v)
		}
	}
	return nil
}

func (j *judgement) print(w io.Writer) {
	fmt.Fprintf(w, "%s\n", j.module)
	for _, part := range []struct {
		name string
		t    tally
	}{{"mutants that change outcomes", j.effective}, {"mutants that change none", j.quiet}} {
		t := part.t
		fmt.Fprintf(w, "  %s: %d, outcomes changed: %d\n", part.name, t.mutants, t.changed)
		if t.mutants == 0 {
			continue
		}
		fmt.Fprintf(w, "    new versions among %d pairs of mutant and test: autover %s, package and imports %s, body %s; outcomes changed %s\n", t.pairs,
			percent(t.autover, t.pairs), percent(t.packages, t.pairs), percent(t.body, t.pairs), percent(t.changed, t.pairs))
		if t.changed > 0 {
			fmt.Fprintf(w, "    changed outcomes without a new version: package and imports %s, body %s\n",
				percent(t.missedPackages, t.changed), percent(t.missedBody, t.changed))
		}
	}
	fmt.Fprintf(w, "  stale: %d; explained by other tests of the binary: %d; not analysed: %d; tests without version: %s\n",
		len(j.stale), len(j.interference), len(j.failed), strings.Join(slices.Sorted(maps.Keys(j.unlisted)), " "))
	for _, v := range j.stale {
		fmt.Fprintf(w, "STALE %s.%s: %s, then %s\n%s\n", v.change.Package, v.change.Test, v.change.Before, v.change.After, indent("\t", v.mutant.String()))
	}
	for _, v := range j.interference {
		fmt.Fprintf(w, "INTERFERENCE %s.%s: %s, then %s\n%s\n", v.change.Package, v.change.Test, v.change.Before, v.change.After, indent("\t", v.mutant.String()))
	}
	for _, f := range j.failed {
		fmt.Fprintf(w, "NOT ANALYSED %s\n", f)
	}
}
