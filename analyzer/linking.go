package analyzer

import (
	"slices"
	"sync"

	"github.com/autover/autover/callgraph"
	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/store"
	"github.com/autover/autover/internal/symbol"
	"github.com/autover/autover/internal/wire"
)

// linking is all that the linker is given.
type linking struct {
	summaries []*callgraph.Summary
	// references are the functions that the syntax of a function refers to, linked
	// those behind a function without body.
	references, linked map[symbol.ID][]symbol.ID
	initializers       []symbol.ID
	initialized        map[symbol.ID][]symbol.ID // the variables that an initialiser sets
	methods            map[string]callgraph.MethodKinds
}

// link links the flows of all units, unless the program is known: most edits change
// what a function computes and not where values flow.
func (w *world) link(units []*unit, ignored map[symbol.ID]bool) *callgraph.Program {
	l := w.linking(units, ignored)
	if w.kept == nil || w.explain || len(ignored) > 0 { // explanations and faults of ignored functions name the calls
		return l.link()
	}
	action := w.kept.cache.store.Action(programKind, string(l.digest()))
	if p, ok := w.kept.program(action, l.summaries); ok {
		w.kept.cache.cfg.trace("cache: linking known")
		return p
	}
	p := l.link()
	w.kept.keepProgram(action, p)
	return p
}

// linking collects what the linker needs to know of units.
func (w *world) linking(units []*unit, ignored map[symbol.ID]bool) *linking {
	l := &linking{
		references: map[symbol.ID][]symbol.ID{}, linked: linkedFunctions(w, units),
		initialized: map[symbol.ID][]symbol.ID{}, methods: w.moduleMethods(),
	}
	refer := func(from symbol.ID, refs []hasher.Ref) {
		for _, r := range refs {
			if r.Kind == hasher.RefFunc && !ignored[r.ID] {
				l.references[from] = append(l.references[from], r.ID)
			}
		}
	}
	for _, u := range units {
		if u.flows != nil {
			l.summaries = append(l.summaries, u.flows)
		}
		for i := range u.decls {
			d := &u.decls[i]
			refer(d.id, d.form.Refs)
			l.references[d.id] = append(l.references[d.id], d.literals()...)
			for k, id := range d.literals() {
				refer(id, d.mentions(k))
				l.references[id] = append(l.references[id], d.inner(k)...)
			}
			switch d.kind {
			case initDecl, initializerDecl:
				l.initializers = append(l.initializers, d.id)
				l.initialized[d.id] = d.vars
			}
		}
	}
	return l
}

func (l *linking) link() *callgraph.Program {
	return callgraph.Link(l.summaries, callgraph.Options{
		References:   func(id symbol.ID) []symbol.ID { return l.references[id] },
		Initialized:  func(id symbol.ID) []symbol.ID { return l.initialized[id] },
		Linked:       func(id symbol.ID) []symbol.ID { return l.linked[id] },
		Methods:      l.methods,
		Initializers: l.initializers,
	})
}

// digest covers all that the linker is given but for positions, which are reasons and
// change no edge, and caveats, which are taken from the summaries.
func (l *linking) digest() []byte {
	digests := make([]store.ID, len(l.summaries))
	var wg sync.WaitGroup
	for i, s := range l.summaries {
		wg.Go(func() { digests[i] = flowDigest(s) })
	}
	wg.Wait()
	var w wire.Writer
	w.Value(digests)
	for _, lists := range []map[symbol.ID][]symbol.ID{l.references, l.linked, l.initialized} {
		w.Value(lists)
	}
	w.Value(l.initializers)
	w.Value(l.methods)
	return w.Bytes()
}

// flowDigest is that of a summary without positions and caveats.
func flowDigest(s *callgraph.Summary) store.ID {
	plain := *s
	plain.Calls = slices.Clone(s.Calls)
	for i := range plain.Calls {
		plain.Calls[i].Position = ""
	}
	plain.Functions = slices.Clone(s.Functions)
	for i := range plain.Functions {
		plain.Functions[i].Caveats = nil
	}
	var w wire.Writer
	w.Value(plain)
	return store.Digest(w.Bytes())
}
