package analyzer

import (
	"context"

	"github.com/autover/autover/internal/inputs"
)

// List returns the possible targets that cfg.Targets select, or that "./..."
// selects if there are none, sorted by name. Patterns select tasks as well, the
// unexported ones too. It reads metadata and syntax and
// analyses nothing, so a type error is no obstacle. A package that cannot be
// listed or parsed is an error if a pattern or target selects it.
func List(ctx context.Context, cfg Config) ([]Entry, error) {
	w, err := load(ctx, cfg, inputs.NewReader(false), &listing{})
	if err != nil {
		return nil, err
	}
	if err := w.parse(ctx); err != nil {
		return nil, err
	}
	sel, err := w.choose(&resolver{all: cfg.All, tests: w.tests, tasks: true}, cfg.Targets)
	if err != nil {
		return nil, err
	}
	var faults []problem
	for _, id := range sel.packages {
		faults = append(faults, w.privateByID[id].errs...)
	}
	if len(faults) > 0 {
		return nil, join(faults)
	}
	entries := make([]Entry, len(sel.targets))
	for i, t := range sel.targets {
		entries[i] = Entry{Name: t.name, Package: t.pkg.path, Position: t.fn.position, Task: t.task()}
	}
	return entries, nil
}
