package analyzer

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autover/autover/internal/near"
)

// target is a function that a request selects.
type target struct {
	name string // "import/path.Func" or "import/path.Type.Method"
	pkg  *privatePackage
	fn   *outlined
}

// directives returns what the target's //autover: comments say; never nil.
func (t target) directives() *directives {
	if t.fn.said != nil {
		return t.fn.said
	}
	return &directives{}
}

// object returns the function's type-checker object; nil before world.check.
func (t target) object() *types.Func {
	if t.pkg.info == nil {
		return nil
	}
	fn, _ := t.pkg.info.Defs[t.decl().Name].(*types.Func)
	return fn
}

// selection is what a request selects from a world.
type selection struct {
	targets []target // sorted by name, without duplicates
	// packages are the IDs of all packages that a pattern matched or that hold
	// a target, sorted. They are what world.verify wants to know: a broken
	// package may hide functions from a pattern.
	packages []string
	// single says that the request is one name, not a pattern.
	single bool
	// missing are the targets that select nothing, with the errors, if that is
	// allowed.
	missing map[string]error
}

// absentError says that a target names nothing.
type absentError struct{ error }

// selectTargets finds what the given targets name, after the files have been
// parsed. No target means "./...".
//
// With tests, patterns select test functions instead of exported ones; with
// all, every function and method, in test files too if these are loaded. A name
// is looked up in the package as it is imported before its variant with test
// files and its external test package.
func (w *world) selectTargets(targets []string, all, tests bool) (*selection, error) {
	return w.choose(&resolver{all: all, tests: tests}, targets)
}

// selectRequested finds the targets of a configuration: the named ones, or the
// tasks if it names none.
func (w *world) selectRequested(cfg Config) (*selection, error) {
	if cfg.Constants {
		return w.selectConstants(cfg)
	}
	r := &resolver{optional: cfg.Optional}
	if len(cfg.Targets) > 0 {
		r.all, r.tests = cfg.All, w.tests
	} else {
		r.tasks, r.tasksOnly = true, true
	}
	return w.choose(r, cfg.Targets)
}

// choose makes a selection by the rules of a resolver.
func (w *world) choose(r *resolver, targets []string) (*selection, error) {
	r.w, r.c = w, w.catalog()
	found, single, err := r.choose(targets)
	if err != nil {
		return nil, err
	}
	sel := &selection{single: single, packages: slices.Sorted(maps.Keys(r.packages)), missing: r.missing}
	for _, f := range found {
		p := w.privateByID[f.pkg.id]
		sel.targets = append(sel.targets, target{f.fullName(), p, w.outlined(p).function(f.fn.name)})
	}
	if err := w.checkTasks(sel.targets); err != nil {
		return nil, err
	}
	return sel, nil
}

// choice is a function of a catalog.
type choice struct {
	pkg *listedPackage
	fn  *listedFunc
}

func (c choice) fullName() string { return c.pkg.path + "." + c.fn.name }

// resolver finds what a request selects from a catalog. With a world, its errors
// say what is wrong with a request; without, they are errNotSelected.
type resolver struct {
	c          *catalog
	w          *world
	all, tests bool
	// tasks makes patterns select tasks as well, tasksOnly nothing else.
	tasks, tasksOnly bool
	// optional allows targets that select nothing.
	optional bool
	found    map[string]choice // by name
	packages map[string]bool
	missing  map[string]error // why optional targets select nothing
}

// choose returns what targets select, sorted by name, and whether they are one
// name and no pattern.
func (r *resolver) choose(targets []string) (found []choice, single bool, err error) {
	if len(targets) == 0 {
		targets = []string{"./..."}
	}
	r.found, r.packages, r.missing = make(map[string]choice), make(map[string]bool), make(map[string]error)
	named := 0
	for _, s := range targets {
		isName, err := r.resolve(s)
		var absent *absentError
		if r.optional && errors.As(err, &absent) {
			r.missing[s] = err
			continue
		}
		if err != nil {
			return nil, false, err
		}
		if isName {
			named++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.found)) {
		found = append(found, r.found[name])
	}
	return found, len(targets) == 1 && named == 1, nil
}

// resolve adds what s selects, and tells whether s is a name.
func (r *resolver) resolve(s string) (isName bool, err error) {
	if s == "" {
		return false, errors.New("find target \"\": it is empty: name a pattern, such as ./..., or a function, such as ./pkg.Func")
	}
	if strings.Contains(s, "...") {
		return false, r.pattern(s, r.c.match(s))
	}
	for _, c := range splitTarget(s) {
		group := r.c.lookup(c.pkg)
		if len(group) == 0 {
			continue
		}
		if c.name == "" {
			return false, r.pattern(s, group)
		}
		return true, r.name(s, group, c.name)
	}
	if isFuncName(s) {
		if group := r.c.lookup("."); len(group) > 0 && (declares(group, s) || !strings.Contains(s, ".")) {
			return true, r.name(s, group, s)
		}
	}
	for _, c := range splitTarget(s) {
		group, paths := r.c.lookupSuffix(c.pkg)
		if len(paths) > 1 {
			return false, fmt.Errorf("find target %s: %s is ambiguous: write one of %s", s, c.pkg, enumerate(paths))
		}
		if len(group) > 0 && c.name != "" {
			return true, r.name(s, group, c.name)
		}
	}
	return true, r.noPackage(s)
}

// noPackage is the error for a target or pattern that names no package.
func (r *resolver) noPackage(s string) error {
	if r.w == nil {
		return errNotSelected
	}
	return &absentError{r.w.noPackage(s)}
}

// faults returns the error of packages that are broken, if there are any: what
// wasn't found may be missing for that reason.
func (r *resolver) faults(group []*listedPackage) error {
	for _, p := range group {
		if r.w != nil && len(r.w.privateByID[p.id].errs) > 0 {
			return join(r.w.privateByID[p.id].errs)
		}
	}
	return nil
}

// split is one way to read a target: a package and a function in it, or a
// package alone.
type split struct{ pkg, name string }

// splitTarget returns the ways to read s, with the longest package first.
func splitTarget(s string) []split {
	if i := strings.Index(s, "("); i >= 0 {
		if j := strings.Index(s[i:], ")."); j >= 0 {
			name := strings.TrimPrefix(s[i+1:i+j], "*") + s[i+j+1:]
			pkg := strings.TrimSuffix(s[:i], ".")
			if !isFuncName(name) || pkg == s[:i] && pkg != "" {
				return nil
			}
			if pkg == "" {
				pkg = "."
			}
			return []split{{pkg, name}}
		}
	}
	if name := strings.TrimPrefix(s, "."); name != s && isFuncName(name) {
		return []split{{".", name}}
	}
	splits := []split{{s, ""}}
	end := len(s)
	for range 2 {
		i := strings.LastIndex(s[:end], ".")
		if i <= strings.LastIndexAny(s, `/\`) || i < 1 {
			break
		}
		if isFuncName(s[i+1:]) {
			splits = append(splits, split{s[:i], s[i+1:]})
		}
		end = i
	}
	return splits
}

// isFuncName recognises "Func" and "Type.Method".
func isFuncName(s string) bool {
	first, second, ok := strings.Cut(s, ".")
	return token.IsIdentifier(first) && (!ok || token.IsIdentifier(second))
}

// pattern adds the functions of packages that a pattern matched.
func (r *resolver) pattern(s string, pkgs []*listedPackage) error {
	if len(pkgs) == 0 {
		return r.noPackage(s)
	}
	count := 0
	for _, p := range pkgs {
		r.packages[p.id] = true
		for i := range p.funcs {
			if r.selects(p, &p.funcs[i]) {
				count++
				if err := r.add(p, &p.funcs[i]); err != nil {
					return err
				}
			}
		}
	}
	if count > 0 {
		return nil
	}
	if err := r.faults(pkgs); err != nil {
		return err
	}
	return &absentError{r.nothing(s)}
}

// nothing is the error for a pattern whose packages have nothing to select.
func (r *resolver) nothing(s string) error {
	switch {
	case r.tasksOnly:
		return errors.New("find tasks: no function of ./... is marked //autover:task: mark one in its doc comment, or name targets, such as ./pkg.Func, or ./... for all exported functions")
	case r.tests && !r.all:
		return fmt.Errorf("expand pattern %s: its packages have no test functions: run 'autover list -test ./...' to see what there is", s)
	case !r.all:
		return fmt.Errorf("expand pattern %s: its packages have no exported functions or methods: add -all for the unexported ones", s)
	}
	return fmt.Errorf("expand pattern %s: its packages have no functions or methods: run 'autover list ./...' to see what there is", s)
}

func (r *resolver) selects(p *listedPackage, fn *listedFunc) bool {
	switch {
	case p.forTest != "" && !fn.inTest:
		return false // the package as it is imported has it
	case r.tasks && fn.task != "":
		return true
	case r.tasksOnly:
		return false
	case r.all:
		return true
	case r.tests:
		return fn.inTest && fn.testFunc
	}
	return isExportedTarget(fn.name)
}

// inTestFile tells whether a function is declared in a _test.go file.
func (p *privatePackage) inTestFile(w *world, fn *ast.FuncDecl) bool {
	return p.forTest != "" && strings.HasSuffix(w.fset.PositionFor(fn.Pos(), false).Filename, "_test.go")
}

func (r *resolver) add(p *listedPackage, fn *listedFunc) error {
	full := choice{p, fn}.fullName()
	if old, ok := r.found[full]; ok && old.fn != fn {
		if r.w == nil {
			return errNotSelected
		}
		position := func(p *listedPackage) string {
			return r.w.outlined(r.w.privateByID[p.id]).function(fn.name).position
		}
		return fmt.Errorf("find target %s: both %s and %s declare it: rename one", full, position(old.pkg), position(p))
	}
	r.found[full] = choice{p, fn}
	r.packages[p.id] = true
	return nil
}

// declares tells whether a package of the group declares a function, or the
// type of a method.
func declares(group []*listedPackage, name string) bool {
	typ, _, _ := strings.Cut(name, ".")
	for _, p := range group {
		if _, ok := slices.BinarySearch(p.types, typ); ok || p.lookupFunc(name) != nil {
			return true
		}
	}
	return false
}

// name adds the function of that name in a group of packages: the variants of
// one package.
func (r *resolver) name(s string, group []*listedPackage, name string) error {
	for _, p := range group {
		if fn := p.lookupFunc(name); fn != nil {
			return r.add(p, fn)
		}
	}
	if err := r.faults(group); err != nil {
		return err
	}
	if r.w == nil {
		return errNotSelected
	}
	var private []*privatePackage
	for _, p := range group {
		private = append(private, r.w.privateByID[p.id])
	}
	return &absentError{r.w.noFunction(s, private, name)}
}

// noPackage explains why a target or pattern names no private package.
func (w *world) noPackage(s string) error {
	if isLocal(s) {
		dir, _, _ := strings.Cut(s, "...")
		for _, c := range append([]split{{pkg: dir}}, splitTarget(s)...) {
			abs := c.pkg
			if !filepath.IsAbs(abs) {
				abs = filepath.Join(w.dir, c.pkg)
			}
			if info, err := w.in.Stat(abs); err == nil && info.IsDir() && (c.name != "" || c.pkg == s || strings.Contains(s, "...")) {
				return fmt.Errorf("find target %s: folder %s holds no package of the world for %s/%s (./... of the main modules and what it imports): check -tags, GOOS and GOARCH, add -test if it has test files only, and go.work or -C if it belongs to another module",
					s, w.relative(abs), w.goos, w.goarch)
			}
		}
	}
	for _, c := range splitTarget(s) {
		if p := w.external[c.pkg]; p != nil {
			return fmt.Errorf("find target %s: package %s is not private: name a function of a main module, or add its module to go.work or replace it by a local directory", s, p.path)
		}
	}
	if similar := w.nearPackages(s); len(similar) > 0 {
		return fmt.Errorf("find target %s: no such package or function: did you mean %s?", s, enumerate(similar))
	}
	return fmt.Errorf("find target %s: no such package or function: run 'autover list -all ./...' to see what there is", s)
}

// noFunction explains why name is no function of the package.
func (w *world) noFunction(s string, group []*privatePackage, name string) error {
	p := group[0]
	d := w.declarations(p)
	typ, method, isMethod := strings.Cut(name, ".")
	fail := func(format string, args ...any) error {
		return errors.New("find target " + s + ": " + fmt.Sprintf(format, args...))
	}
	at := func(pos token.Pos, format string, args ...any) error {
		return fail("%s: %s", w.position(pos), fmt.Sprintf(format, args...))
	}
	if isMethod {
		if isInterface, has := d.interfaceHas(typ, method); has {
			return at(d.types[typ].Pos(), "%s is a method of interface %s.%s, which has no body: name a method of a type that implements it", method, p.path, typ)
		} else if isInterface {
			return at(d.types[typ].Pos(), "%s.%s is an interface: name a method of a type that implements it", p.path, typ)
		}
		if from := d.promoter(typ, method); from != "" {
			return fail("%s is promoted from an embedded field: name it as %s.%s.%s", name, p.path, from, method)
		}
		if spec := d.types[typ]; spec != nil {
			if d.hasField(typ, method) {
				return at(spec.Pos(), "%s is a field of %s.%s: name a function", method, p.path, typ)
			}
			if names := d.methods(typ); len(names) > 0 {
				return at(spec.Pos(), "type %s.%s declares no method %s: it has %s; a promoted method is named by the type that declares it", p.path, typ, method, enumerate(near.Sort(p.path+"."+name, qualify(p.path+"."+typ, names))))
			}
			return at(spec.Pos(), "type %s.%s declares no methods: name a function, or the type that declares a promoted method", p.path, typ)
		}
	}
	if spec := d.types[name]; spec != nil {
		declared := d.typeName(spec.Name)
		if names := d.methods(declared); len(names) > 0 {
			return at(spec.Pos(), "%s.%s is a type: name one of its methods: %s", p.path, name, enumerate(qualify(p.path+"."+declared, names)))
		}
		return at(spec.Pos(), "%s.%s is a type without methods: name a function", p.path, name)
	}
	if v, ok := d.values[name]; ok {
		return at(v.pos, "%s.%s is a %s: name a function that uses it", p.path, name, v.kind)
	}
	if name == "init" || name == "_" {
		return fail("a function called %s has no name of its own: it counts in the versions of the functions that it can affect", name)
	}
	if similar := w.nearFunctions(group, name); len(similar) > 0 {
		return fail("package %s has no function %s: did you mean %s?", p.path, name, enumerate(similar))
	}
	return fail("package %s has no function %s: run 'autover list -all %s' to see what it has", p.path, name, p.path)
}

// qualify puts a type or package before each name.
func qualify(owner string, names []string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = owner + "." + name
	}
	return list
}
