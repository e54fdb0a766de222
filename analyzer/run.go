package analyzer

import (
	"context"
	"errors"

	"github.com/autover/autover/internal/inputs"
)

// Run analyses the targets of a configuration, or all tasks below its folder if
// it names none, and returns their versions.
//
// With a cache, what an earlier run has found for the same state of all that it
// read is the answer, and what this one finds is kept.
//
// Private code is loaded and type-checked; each private package is reduced to
// a summary; the summaries are linked into one graph, whose digests are rolled
// up in one pass; each target's version then combines the digest of the
// function with what its closure draws in from outside of the graph. An error
// means that there is no version of any target.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	c := openCache(cfg)
	defer c.close()
	if r := c.answer(); r != nil {
		return r, nil
	}
	r, unlock := c.lock(ctx)
	defer unlock()
	if r != nil {
		return r, nil
	}
	l := c.listing()
	v, r, err := analyse(ctx, cfg, inputs.NewReader(c != nil), l, c.summaries())
	if err != nil && l.recalled && ctx.Err() == nil {
		v, r, err = analyse(ctx, cfg, inputs.NewReader(true), &listing{cache: c}, c.summaries())
	}
	if err != nil {
		return nil, err
	}
	c.keep(ctx, v, r)
	return r, nil
}

// analyse finds the versions of the targets from what it reads through in, from what
// l knows of the go command's answers, and from what kept knows of packages.
func analyse(ctx context.Context, cfg Config, in *inputs.Reader, l *listing, kept *summaries) (*versioner, *Report, error) {
	w, err := load(ctx, cfg, in, l)
	if err != nil {
		return nil, nil, err
	}
	w.kept = kept.of(w)
	if err := w.check(ctx); errors.Is(err, errNeedsSource) {
		return analyse(ctx, cfg, in, l, nil)
	} else if err != nil {
		return nil, nil, err
	}
	w.traceKnown(cfg)
	w.refuseResults()
	sel, err := w.selectRequested(cfg)
	if err != nil {
		return nil, nil, err
	}
	if err := w.traceHash(cfg); err != nil {
		return nil, nil, err
	}
	knobs := newSettings(w, cfg)
	if err := knobs.prepare(ctx, sel.targets); err != nil {
		return nil, nil, err
	}
	warnings, err := w.verify(sel.packages)
	if err != nil {
		return nil, nil, err
	}
	units, err := w.summarize(ctx)
	if err != nil {
		return nil, nil, err
	}
	g := newGraph(w, units)
	if err := g.checkIgnored(w); err != nil {
		return nil, nil, err
	}
	v, err := newVersioner(w, g, knobs)
	if err != nil {
		return nil, nil, err
	}
	r, err := v.report(ctx, sel, warnings)
	return v, r, err
}
