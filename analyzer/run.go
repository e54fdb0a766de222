package analyzer

import "context"

// Run analyses the targets of a configuration, or all tasks below its folder if
// it names none, and returns their versions.
//
// Private code is loaded and type-checked; each private package is reduced to
// a summary; the summaries are linked into one graph, whose digests are rolled
// up in one pass; each target's version then combines the digest of the
// function with what its closure draws in from outside of the graph. An error
// means that there is no version of any target.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	w, err := load(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := w.check(ctx); err != nil {
		return nil, err
	}
	w.refuseResults()
	sel, err := w.selectRequested(cfg)
	if err != nil {
		return nil, err
	}
	knobs := newSettings(w, cfg)
	if err := knobs.prepare(ctx, sel.targets); err != nil {
		return nil, err
	}
	warnings, err := w.verify(sel.packages)
	if err != nil {
		return nil, err
	}
	units, err := w.summarize(ctx)
	if err != nil {
		return nil, err
	}
	g := newGraph(w, units)
	if err := g.checkIgnored(w); err != nil {
		return nil, err
	}
	v, err := newVersioner(w, g, knobs)
	if err != nil {
		return nil, err
	}
	return v.report(ctx, sel, warnings)
}
