package callgraph

import (
	"slices"
	"strings"

	"golang.org/x/tools/container/intsets"

	"github.com/autover/autover/internal/symbol"
)

// Program is the set of all private packages, linked.
type Program struct {
	// Boundaries are what calls of external code may lead to. Calls that hand
	// over the same share one.
	Boundaries []Boundary
	// Functions says what linking found for every body that has a name:
	// declared functions, function literals, init functions and initialisers.
	Functions map[symbol.ID]*Linked
	// Writers are the functions and literals that may change a variable or
	// memory reachable from it, sorted, for each private variable.
	Writers map[symbol.ID][]symbol.ID
	// Effects are the init functions and initialisers that change more than
	// the variables that they initialise.
	Effects map[symbol.ID]*Effect
	// Affected maps a variable to the effects that may change it.
	Affected map[symbol.ID][]symbol.ID
}

// Boundary is what external code may do with what a call hands over.
type Boundary struct {
	// Callees are the private functions that it may call, and Types the
	// private types that it gets to see, sorted.
	Callees, Types []symbol.ID
	// Facts are what it can learn of method sets, sorted.
	Facts []string
	// Inner are the boundaries of the objects that it gets hold of.
	Inner []int
}

// Linked is what a function refers to besides what its syntax says.
type Linked struct {
	// Callees are the functions that calls through interfaces and function
	// values may reach, each with the position of one such call.
	Callees map[symbol.ID]string
	// Boundaries are indices into Program.Boundaries, each with the position
	// and name of one call of external code.
	Boundaries map[int]string
	// Facts are what assertions can learn of method sets, sorted.
	Facts []string
	// Reads are the variables whose value counts.
	Reads map[symbol.ID]bool
	// Externals are the import paths of external packages that are used.
	Externals []string
	// Reveals says that the function uses what shows positions or names.
	Reveals bool
	Caveats []Caveat

	externals, facts map[string]bool
}

// Effect is an init function or initialiser that may be noticed outside of
// the variables that it initialises.
type Effect struct {
	// Registers are the external packages that are given something or whose
	// variables are assigned.
	Registers []string
	// Ordered says that its place among the effects matters.
	Ordered bool
}

// Options are what linking needs to know besides the summaries.
type Options struct {
	// References returns the functions that the syntax of a function refers
	// to.
	References func(symbol.ID) []symbol.ID
	// Initialized returns the variables that an initialiser sets; none for
	// an init function.
	Initialized func(symbol.ID) []symbol.ID
	// Linked returns the functions that a function without body is linked to
	// by name.
	Linked func(symbol.ID) []symbol.ID
	// Methods are the methods that the types of other modules have, by name.
	Methods map[string]MethodKinds
	// Initializers are the init functions and initialisers of all packages.
	Initializers []symbol.ID
}

// Link resolves the calls of all packages together.
func Link(summaries []*Summary, opt Options) *Program {
	s := newSolver()
	s.linked, s.methods = opt.Linked, opt.Methods
	for _, sum := range summaries {
		s.add(sum)
	}
	s.solve()
	cells, classes := newNumbering(), classify(s)
	l := &linker{
		solver:    s,
		opt:       opt,
		functions: map[symbol.ID]*Function{},
		writes:    map[symbol.ID][]cellWrite{},
		classes:   classes,
		reach:     newCellReach(s, classes, cells, func(t *Type) []string { return t.Memory }),
		exposed:   newCellReach(s, classes, cells, func(t *Type) []string { return t.Exposed }),
		interiors: map[int][]int{},
		keptBy:    map[string][]symbol.ID{},
		registers: map[symbol.ID]map[string]bool{},
		variables: map[symbol.ID]*Variable{},
	}
	for _, sum := range summaries {
		for i := range sum.Functions {
			l.function(&sum.Functions[i], s.memories[sum])
		}
		for i := range sum.Variables {
			l.variable(&sum.Variables[i])
		}
		for _, in := range sum.Interiors {
			l.interior(in)
		}
	}
	l.modules = l.usesModules()
	l.aliasCalls()
	l.changed()
	p := &Program{Functions: map[symbol.ID]*Linked{}}
	for id, f := range l.functions {
		p.Functions[id] = l.linked(f)
	}
	l.resolve(p)
	l.effects(p)
	return p
}

type linker struct {
	*solver
	opt       Options
	functions map[symbol.ID]*Function
	writes    map[symbol.ID][]cellWrite
	changes   map[symbol.ID]*intsets.Sparse // by number, see changed
	classes   *classes                      // of nodes that hold the same
	reach     *cellReach                    // what the memory of variables is
	exposed   *cellReach                    // what external code can change
	interiors map[int][]int                 // part of memory -> what pointers to it point to
	keptBy    map[string][]symbol.ID        // package -> variables that it may have kept

	modules    bool // see usesModules
	boundaries map[boundaryKey]int
	registers  map[symbol.ID]map[string]bool
	variables  map[symbol.ID]*Variable
}

func (l *linker) function(f *Function, memories []int32) {
	l.functions[f.ID] = f
	r := map[string]bool{}
	for _, w := range f.Writes {
		l.writes[f.ID] = append(l.writes[f.ID], cellWrite{l.reach.id(w.Cell), memories[w.Memory]})
	}
	for _, p := range f.Assigns {
		r[p] = true
	}
	l.registers[f.ID] = r
}

// variable merges what packages know of a variable.
func (l *linker) variable(v *Variable) {
	for _, p := range v.Kept {
		l.keptBy[p] = append(l.keptBy[p], v.ID)
	}
	old := l.variables[v.ID]
	if old == nil {
		c := *v
		l.variables[v.ID] = &c
		return
	}
	old.Aliased = old.Aliased || v.Aliased
	old.Addressed = old.Addressed || v.Addressed
	if v.Declared {
		old.Declared, old.Memory, old.Own = true, v.Memory, v.Own
	}
}

// interior records to what a pointer to a part of memory points. The part may be
// an element of a slice, or lie in one, that generic code knows by its shape.
func (l *linker) interior(in Interior) {
	for _, p := range []string{in.Part, anyCell + "[]"} {
		l.interiors[l.reach.id(p)] = append(l.interiors[l.reach.id(p)], l.reach.id(in.Target))
	}
}

// changed finds which variables each function may change itself, external code
// on its behalf included.
func (l *linker) changed() {
	c := newChanges(l)
	l.changes = map[symbol.ID]*intsets.Sparse{}
	for id, f := range l.functions {
		set := new(intsets.Sparse)
		for _, w := range l.writes[id] {
			if name, ok := strings.CutPrefix(l.reach.cells.names[w.cell], varKey("")); ok {
				c.named(symbol.ID(name), set)
			} else {
				c.write(w, set)
			}
		}
		l.changes[f.ID] = set
	}
	for _, call := range l.calls {
		set := l.changes[call.Owner]
		if !call.bound || set == nil {
			continue
		}
		if call.model.writes != 0 || call.abroad {
			c.external(call, set)
		}
	}
}

// callsModule tells whether a call is one of code of another module.
func (l *linker) callsModule(call *linkedCall) bool {
	for pkg := range call.packages {
		if l.ofModule(pkg) {
			return true
		}
	}
	return false
}

// usesModules tells whether private code calls other modules or has their variables.
func (l *linker) usesModules() bool {
	for name := range l.names {
		if variable, ok := strings.CutPrefix(name, externalKey("")); ok && l.ofModule(packageOfName(variable)) {
			return true
		}
	}
	return slices.ContainsFunc(l.calls, l.callsModule)
}

// cells returns the memory that counts as that of a variable.
func (l *linker) cells(v *Variable) *intsets.Sparse {
	cells := new(intsets.Sparse)
	cells.Insert(l.reach.id(varKey(v.ID)))
	if v.Addressed {
		for _, c := range v.Own {
			cells.Insert(l.reach.id(c))
		}
	}
	if v.Aliased {
		for _, c := range v.Memory {
			cells.Insert(l.reach.id(c))
			key, _ := fieldOf(c)
			if f, ok := l.names[key]; ok {
				l.reach.from(f, cells)
			}
		}
		if n, ok := l.names[varKey(v.ID)]; ok {
			l.reach.from(n, cells)
		}
	}
	l.widenCells(cells)
	if v.Addressed || v.Aliased {
		l.genericCells(v, cells)
	}
	return cells
}

// genericCells adds the cells by which generic code may name those of a
// variable. Objects of external code may hold memory of any shape.
func (l *linker) genericCells(v *Variable, cells *intsets.Sparse) {
	cells.Insert(l.reach.id(anyCell))
	all := false
	if n, ok := l.names[varKey(v.ID)]; ok {
		all = slices.ContainsFunc(l.tokensOf(n), func(id int) bool { return l.tokens[id].kind == ObjectToken })
	}
	found := map[string]bool{}
	for _, c := range cells.AppendTo(nil) {
		for _, shape := range shapes {
			if all || strings.HasPrefix(l.reach.cells.names[c], "e:"+shape) {
				found[shape] = true
			}
		}
	}
	for shape := range found {
		cells.Insert(l.reach.id(anyCell + shape))
	}
}

// widenCells adds what pointers to parts of the memory point to.
func (l *linker) widenCells(cells *intsets.Sparse) {
	for _, c := range cells.AppendTo(nil) {
		for _, t := range l.interiors[c] {
			cells.Insert(t)
		}
	}
}

// linked describes a function without its calls.
func (l *linker) linked(f *Function) *Linked {
	out := &Linked{
		Callees: map[symbol.ID]string{}, Boundaries: map[int]string{}, Reads: map[symbol.ID]bool{},
		Reveals: f.Reveals, Caveats: f.Caveats, externals: map[string]bool{}, facts: map[string]bool{},
	}
	for _, r := range f.Reads {
		out.Reads[r] = true
	}
	for _, p := range f.Externals {
		out.externals[p] = true
	}
	return out
}

// stripVariants removes the identities of test variants from a key.
func stripVariants(s string) string {
	if !strings.Contains(s, " [") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, " [")
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		j := strings.Index(s[i:], "]")
		if j < 0 {
			return b.String()
		}
		s = s[i+j+1:]
	}
}
