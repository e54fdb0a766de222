package callgraph

import (
	"container/heap"
	"fmt"
	"go/types"
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/container/intsets"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
	"golang.org/x/tools/go/types/typeutil"
)

// The analysis in this file, flow_test.go, flowcall_test.go and trusted_test.go reads the bodies of the standard
// library and finds what each function does with what it is given; the table of
// models is held against that. It shares no code with the analysis of private
// code, which takes the table's word.
//
// It is a bottom-up summary analysis. Within a function, a value is a set of
// tokens: what a parameter is, what can be reached from it, a package-level
// variable, and each place that allocates or calls. Memory is not told apart by
// field. A function's effect names tokens of parameters and variables only, and
// is put in the place of calls of it; calls through interfaces and function
// values are resolved by the types and functions in the tokens. What remains
// called, stored, written or returned of parameters is what a model must admit.
// Effects grow until nothing changes.

// A flat is a set of tokens as seen from outside of a function: parameters (see
// direct and deep), variables, and types and functions of values made inside.
type flat struct{ params, globals, types, funcs intsets.Sparse }

func (f *flat) add(g *flat) bool {
	a := f.params.UnionWith(&g.params)
	b := f.globals.UnionWith(&g.globals)
	c := f.types.UnionWith(&g.types)
	d := f.funcs.UnionWith(&g.funcs)
	return a || b || c || d
}

// direct is the token of a parameter's value, deep that of what it points to.
func direct(param int) int { return 2 * param }
func deep(param int) int   { return 2*param + 1 }

// A callKey is a call of what a parameter or a variable (then ^token) holds: of
// a method, or of a function if the name is empty.
type callKey struct {
	token int
	name  string
	sig   int
	// closed says that only types of the standard library have the method.
	closed bool
}

// A writeKey is a change of memory of a type: a struct, or what has elements.
type writeKey struct{ token, typ int }

// An effect is what a function does with what it is given.
type effect struct {
	results []flat
	stores  map[int]*flat // into a parameter's token, or ^variable
	writes  map[writeKey]bool
	calls   map[callKey][]flat // with the arguments
	// methods are the tokens of which any method may be called by reflection.
	methods intsets.Sparse
}

// A cell is a package-level variable.
type cell struct {
	global *ssa.Global
	flat   // without parameters
	users  map[*ssa.Function]bool
	// open says that other code can put something callable into it.
	open bool
}

// keepers are the variables that aren't exported and hold what other code gave.
var keepers = map[string]bool{
	"log.std": true, "log/slog.defaultLogger": true, "log/internal.DefaultOutput": true,
	"crypto.hashes": true, "expvar.vars": true, "image.formats": true, "database/sql.drivers": true,
	"archive/zip.compressors": true, "archive/zip.decompressors": true,
}

// bodies is the state of the whole analysis.
type bodies struct {
	program    *ssa.Program
	effects    map[*ssa.Function]*effect
	flows      map[*ssa.Function]*flow
	callers    map[*ssa.Function]map[*ssa.Function]bool
	cells      []*cell
	cellID     map[*ssa.Global]int
	types      []types.Type
	typeID     typeutil.Map
	funcs      []*ssa.Function
	funcID     map[*ssa.Function]int
	selections map[selector]*selection
	carry      typeutil.Map
	order      map[*ssa.Function]int
	queue      workQueue
	queued     map[*ssa.Function]bool
}

// workQueue orders functions, callees first.
type workQueue struct {
	list  []*ssa.Function
	order map[*ssa.Function]int
}

func (q *workQueue) Len() int           { return len(q.list) }
func (q *workQueue) Less(i, j int) bool { return q.order[q.list[i]] < q.order[q.list[j]] }
func (q *workQueue) Swap(i, j int)      { q.list[i], q.list[j] = q.list[j], q.list[i] }
func (q *workQueue) Push(x any)         { q.list = append(q.list, x.(*ssa.Function)) }
func (q *workQueue) Pop() any {
	last := q.list[len(q.list)-1]
	q.list = q.list[:len(q.list)-1]
	return last
}

// loadBodies loads packages of the standard library with all they import, for a
// platform without cgo.
func loadBodies(t *testing.T, patterns []string) *bodies {
	t.Helper()
	conf := &packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedDeps |
			packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo | packages.NeedTypesSizes,
		Env: append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOFLAGS=-mod=readonly", "GOWORK=off"),
	}
	list, err := packages.Load(conf, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	if packages.PrintErrors(list) > 0 {
		t.Fatal("the standard library has errors")
	}
	program, _ := ssautil.AllPackages(list, ssa.BuilderMode(0))
	program.Build()
	b := &bodies{
		program:    program,
		effects:    map[*ssa.Function]*effect{},
		flows:      map[*ssa.Function]*flow{},
		callers:    map[*ssa.Function]map[*ssa.Function]bool{},
		cellID:     map[*ssa.Global]int{},
		funcID:     map[*ssa.Function]int{},
		selections: map[selector]*selection{},
		order:      map[*ssa.Function]int{},
		queued:     map[*ssa.Function]bool{},
	}
	b.queue.order = b.order
	return b
}

// solve finds the effects of functions and of all that they call.
func (b *bodies) solve(roots []*ssa.Function) {
	for _, f := range roots {
		b.require(f)
	}
	for b.queue.Len() > 0 {
		f := heap.Pop(&b.queue).(*ssa.Function)
		b.queued[f] = false
		if b.analyse(f) {
			for caller := range b.callers[f] {
				b.enqueue(caller)
			}
		}
	}
}

func (b *bodies) enqueue(f *ssa.Function) {
	if !b.queued[f] {
		b.queued[f] = true
		heap.Push(&b.queue, f)
	}
}

// require makes sure that a function is analysed, what it calls statically
// first.
func (b *bodies) require(f *ssa.Function) *effect {
	if e := b.effects[f]; e != nil {
		return e
	}
	e := &effect{stores: map[int]*flat{}, writes: map[writeKey]bool{}, calls: map[callKey][]flat{}, results: make([]flat, f.Signature.Results().Len())}
	b.effects[f] = e
	for _, block := range f.Blocks {
		for _, i := range block.Instrs {
			if c, ok := i.(ssa.CallInstruction); ok {
				if g := callee(c.Common()); g != nil && !b.trusted(g) {
					b.require(g)
				}
			}
		}
	}
	b.order[f] = len(b.order)
	b.enqueue(f)
	return e
}

// callee returns the function behind a static call; instances of a generic
// function share its body.
func callee(c *ssa.CallCommon) *ssa.Function {
	f := c.StaticCallee()
	if f != nil && f.Origin() != nil {
		return f.Origin()
	}
	return f
}

func (b *bodies) numberOf(t types.Type) int {
	if n := b.typeID.At(t); n != nil {
		return n.(int)
	}
	b.typeID.Set(t, len(b.types))
	b.types = append(b.types, t)
	return len(b.types) - 1
}

func (b *bodies) numberOfFunc(f *ssa.Function) int {
	if n, ok := b.funcID[f]; ok {
		return n
	}
	b.funcID[f] = len(b.funcs)
	b.funcs = append(b.funcs, f)
	return len(b.funcs) - 1
}

func (b *bodies) numberOfCell(g *ssa.Global) int {
	if n, ok := b.cellID[g]; ok {
		return n
	}
	b.cellID[g] = len(b.cells)
	c := &cell{global: g, users: map[*ssa.Function]bool{}}
	c.open = keepers[c.describe()] || g.Object() != nil && g.Object().Exported() && !strings.Contains("/"+g.Pkg.Pkg.Path()+"/", "/internal/") &&
		overridable(g.Type(), map[types.Type]bool{})
	b.cells = append(b.cells, c)
	return len(b.cells) - 1
}

// A selector is a method to be looked for in types.
type selector struct {
	name string
	sig  int
}

// A selection is what is known of the types that have a method.
type selection struct {
	asked, have intsets.Sparse
	funcs       map[int]*ssa.Function
}

// methods returns the types among others that have a method of a signature.
func (b *bodies) methodsOf(list *intsets.Sparse, sel selector) (*selection, []int) {
	s := b.selections[sel]
	if s == nil {
		s = &selection{funcs: map[int]*ssa.Function{}}
		b.selections[sel] = s
	}
	var unknown, found intsets.Sparse
	unknown.Difference(list, &s.asked)
	for _, typ := range unknown.AppendTo(nil) {
		s.asked.Insert(typ)
		if f := b.method(typ, sel); f != nil {
			s.have.Insert(typ)
			s.funcs[typ] = f
		}
	}
	found.Intersection(list, &s.have)
	return s, found.AppendTo(nil)
}

func (b *bodies) method(typ int, want selector) *ssa.Function {
	set := b.program.MethodSets.MethodSet(b.types[typ])
	for i := range set.Len() {
		sel := set.At(i)
		if sel.Obj().Name() != want.name || !types.Identical(bare(sel.Type().(*types.Signature)), b.types[want.sig]) {
			continue
		}
		f := b.program.MethodValue(sel)
		if f != nil && f.Origin() != nil {
			return f.Origin()
		}
		return f
	}
	return nil
}

// bare removes the receiver from a signature.
func bare(s *types.Signature) *types.Signature {
	return types.NewSignatureType(nil, nil, nil, s.Params(), s.Results(), s.Variadic())
}

// carries tells whether values of a type can point to anything.
func (b *bodies) carries(t types.Type) bool {
	if v := b.carry.At(t); v != nil {
		return v.(bool)
	}
	b.carry.Set(t, true) // recursive types have pointers
	v := b.carriesUncached(t)
	b.carry.Set(t, v)
	return v
}

func (b *bodies) carriesUncached(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.UnsafePointer || u.Kind() == types.Uintptr && types.Identical(t, u)
	case *types.Array:
		return b.carries(u.Elem())
	case *types.Struct:
		for i := range u.NumFields() {
			if b.carries(u.Field(i).Type()) {
				return true
			}
		}
		return false
	case *types.Tuple:
		for i := range u.Len() {
			if b.carries(u.At(i).Type()) {
				return true
			}
		}
		return false
	}
	return true
}

// calling tells whether there can be something to call in a value of a type.
func calling(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.UnsafePointer
	case *types.Pointer:
		return calling(u.Elem(), seen)
	case *types.Slice:
		return calling(u.Elem(), seen)
	case *types.Array:
		return calling(u.Elem(), seen)
	case *types.Chan:
		return calling(u.Elem(), seen)
	case *types.Map:
		return calling(u.Key(), seen) || calling(u.Elem(), seen)
	case *types.Struct:
		for i := range u.NumFields() {
			if calling(u.Field(i).Type(), seen) {
				return true
			}
		}
		return false
	}
	return true
}

// overridable tells whether other code can assign functions or interfaces in
// values of a type.
func overridable(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return overridable(u.Elem(), seen)
	case *types.Slice:
		return overridable(u.Elem(), seen)
	case *types.Map:
		return overridable(u.Elem(), seen)
	case *types.Struct:
		for i := range u.NumFields() {
			if u.Field(i).Exported() && overridable(u.Field(i).Type(), seen) {
				return true
			}
		}
		return false
	case *types.Interface:
		return true
	case *types.Signature:
		return true
	}
	return false
}

// exportedFunctions lists the exported functions of a package and the exported
// methods of its exported types, by the names of the table.
func (b *bodies) exportedFunctions(path string) map[string]*ssa.Function {
	list := map[string]*ssa.Function{}
	p := b.program.ImportedPackage(path)
	if p == nil {
		return nil
	}
	for name, member := range p.Members {
		if o := member.Object(); o == nil || !o.Exported() {
			continue
		}
		switch m := member.(type) {
		case *ssa.Function:
			list[path+"."+name] = m
		case *ssa.Type:
			named, ok := types.Unalias(m.Type()).(*types.Named)
			if !ok || types.IsInterface(named) {
				continue
			}
			for i := range named.NumMethods() {
				if f := b.program.FuncValue(named.Method(i)); f != nil && named.Method(i).Exported() {
					list[path+"."+name+"."+f.Name()] = f
				}
			}
		}
	}
	return list
}

// inits returns the functions that initialise packages.
func (b *bodies) inits() (list []*ssa.Function) {
	for _, p := range b.program.AllPackages() {
		if f := p.Func("init"); f != nil && !strings.HasPrefix(p.Pkg.Path(), "runtime") {
			list = append(list, f)
		}
	}
	return list
}

// describe names a variable.
func (c *cell) describe() string {
	return fmt.Sprintf("%s.%s", c.global.Pkg.Pkg.Path(), c.global.Name())
}
