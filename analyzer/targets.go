package analyzer

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/autover/autover/internal/near"
)

// target is a function that a request selects.
type target struct {
	name string // "import/path.Func" or "import/path.Type.Method"
	pkg  *privatePackage
	decl *ast.FuncDecl
}

// directives returns what the target's //autover: comments say; never nil.
func (t target) directives() *directives {
	if d := t.pkg.directives[t.decl]; d != nil {
		return d
	}
	return &directives{}
}

// object returns the function's type-checker object; nil before world.check.
func (t target) object() *types.Func {
	if t.pkg.info == nil {
		return nil
	}
	fn, _ := t.pkg.info.Defs[t.decl.Name].(*types.Func)
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
	return w.choose(&resolver{w: w, all: all, tests: tests}, targets)
}

// selectRequested finds the targets of a configuration: the named ones, or the
// tasks if it names none.
func (w *world) selectRequested(cfg Config) (*selection, error) {
	r := &resolver{w: w, optional: cfg.Optional}
	if len(cfg.Targets) > 0 {
		r.all, r.tests = cfg.All, w.tests
	} else {
		r.tasks, r.tasksOnly = true, true
	}
	return w.choose(r, cfg.Targets)
}

// choose makes a selection by the rules of a resolver.
func (w *world) choose(r *resolver, targets []string) (*selection, error) {
	if len(targets) == 0 {
		targets = []string{"./..."}
	}
	r.found, r.packages = make(map[string]target), make(map[string]bool)
	named, missing := 0, make(map[string]error)
	for _, s := range targets {
		isName, err := r.resolve(s)
		var absent *absentError
		if r.optional && errors.As(err, &absent) {
			missing[s] = err
			continue
		}
		if err != nil {
			return nil, err
		}
		if isName {
			named++
		}
	}
	sel := &selection{single: len(targets) == 1 && named == 1, missing: missing}
	for _, t := range r.found {
		sel.targets = append(sel.targets, t)
	}
	slices.SortFunc(sel.targets, func(a, b target) int { return strings.Compare(a.name, b.name) })
	for id := range r.packages {
		sel.packages = append(sel.packages, id)
	}
	slices.Sort(sel.packages)
	if err := w.checkTasks(sel.targets); err != nil {
		return nil, err
	}
	return sel, nil
}

type resolver struct {
	w          *world
	all, tests bool
	// tasks makes patterns select tasks as well, tasksOnly nothing else.
	tasks, tasksOnly bool
	// optional allows targets that select nothing.
	optional bool
	found    map[string]target
	packages map[string]bool
}

// resolve adds what s selects, and tells whether s is a name.
func (r *resolver) resolve(s string) (isName bool, err error) {
	if s == "" {
		return false, errors.New("find target \"\": it is empty: name a pattern, such as ./..., or a function, such as ./pkg.Func")
	}
	if strings.Contains(s, "...") {
		return false, r.pattern(s, r.w.match(s))
	}
	for _, c := range splitTarget(s) {
		group := r.w.lookup(c.pkg)
		if len(group) == 0 {
			continue
		}
		if c.name == "" {
			return false, r.pattern(s, group)
		}
		return true, r.name(s, group, c.name)
	}
	if isFuncName(s) {
		if group := r.w.lookup("."); len(group) > 0 && (declares(group, s) || !strings.Contains(s, ".")) {
			return true, r.name(s, group, s)
		}
	}
	for _, c := range splitTarget(s) {
		group, err := r.w.lookupSuffix(s, c.pkg)
		if err != nil {
			return false, err
		}
		if len(group) > 0 && c.name != "" {
			return true, r.name(s, group, c.name)
		}
	}
	return true, &absentError{r.w.noPackage(s)}
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
func (r *resolver) pattern(s string, pkgs []*privatePackage) error {
	if len(pkgs) == 0 {
		return &absentError{r.w.noPackage(s)}
	}
	count := 0
	for _, p := range pkgs {
		r.packages[p.id] = true
		d := p.declared()
		for name, fn := range d.funcs {
			if r.selects(p, name, fn) {
				count++
				if err := r.add(p, name, fn); err != nil {
					return err
				}
			}
		}
	}
	if count > 0 {
		return nil
	}
	for _, p := range pkgs {
		if len(p.errs) > 0 {
			return join(p.errs)
		}
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

func (r *resolver) selects(p *privatePackage, name string, fn *ast.FuncDecl) bool {
	inTest := p.inTestFile(r.w, fn)
	switch {
	case p.forTest != "" && !inTest:
		return false // the package as it is imported has it
	case r.tasks && p.directives[fn] != nil && p.directives[fn].task != nil:
		return true
	case r.tasksOnly:
		return false
	case r.all:
		return true
	case r.tests:
		return inTest && isTestFunc(fn)
	}
	return isExportedTarget(name)
}

// inTestFile tells whether a function is declared in a _test.go file.
func (p *privatePackage) inTestFile(w *world, fn *ast.FuncDecl) bool {
	return p.forTest != "" && strings.HasSuffix(w.fset.PositionFor(fn.Pos(), false).Filename, "_test.go")
}

func (r *resolver) add(p *privatePackage, name string, fn *ast.FuncDecl) error {
	full := p.path + "." + name
	if old, ok := r.found[full]; ok && old.decl != fn {
		return fmt.Errorf("find target %s: both %s and %s declare it: rename one", full, r.w.position(old.decl.Pos()), r.w.position(fn.Pos()))
	}
	r.found[full] = target{full, p, fn}
	r.packages[p.id] = true
	return nil
}

// declares tells whether a package of the group declares a function, or the
// type of a method.
func declares(group []*privatePackage, name string) bool {
	typ, _, _ := strings.Cut(name, ".")
	for _, p := range group {
		d := p.declared()
		if d.funcs[name] != nil || d.types[typ] != nil {
			return true
		}
	}
	return false
}

// name adds the function of that name in a group of packages: the variants of
// one package.
func (r *resolver) name(s string, group []*privatePackage, name string) error {
	for _, p := range group {
		if fn := p.declared().funcs[name]; fn != nil {
			return r.add(p, name, fn)
		}
	}
	for _, p := range group {
		if len(p.errs) > 0 {
			return join(p.errs)
		}
	}
	return &absentError{r.w.noFunction(s, group, name)}
}

// match returns the packages that a pattern with "..." matches, with their test
// variants.
func (w *world) match(pattern string) []*privatePackage {
	if !isLocal(pattern) {
		matches := matcher(pattern)
		return w.filter(func(p *privatePackage) bool { return matches(p.basePath()) })
	}
	abs := pattern
	if !filepath.IsAbs(abs) {
		abs = filepath.Join(w.dir, pattern)
	}
	prefix, _, _ := strings.Cut(abs, "...")
	module := w.moduleOf(filepath.Clean(prefix))
	matches := matcher(filepath.ToSlash(abs))
	return w.filter(func(p *privatePackage) bool {
		return p.module != nil && p.module.Main && (module == "" || w.moduleOf(p.dir) == module) && matches(filepath.ToSlash(p.dir))
	})
}

// moduleOf returns the main module's folder that holds dir; empty if none does.
func (w *world) moduleOf(dir string) string {
	best := ""
	for _, r := range w.roots {
		if (dir == r || strings.HasPrefix(dir, strings.TrimSuffix(r, string(filepath.Separator))+string(filepath.Separator))) && len(r) > len(best) {
			best = r
		}
	}
	return best
}

// lookup returns the package of an import path or a folder, as it is imported
// and then with its tests.
func (w *world) lookup(pkg string) []*privatePackage {
	if !isLocal(pkg) {
		return w.filter(func(p *privatePackage) bool { return p.basePath() == pkg || p.path == pkg })
	}
	abs := pkg
	if !filepath.IsAbs(abs) {
		abs = filepath.Join(w.dir, pkg)
	}
	return w.filter(func(p *privatePackage) bool { return p.dir == filepath.Clean(abs) })
}

// lookupSuffix returns the one package whose import path ends in "/"+pkg.
func (w *world) lookupSuffix(s, pkg string) ([]*privatePackage, error) {
	if isLocal(pkg) {
		return nil, nil
	}
	group := w.filter(func(p *privatePackage) bool { return strings.HasSuffix(p.basePath(), "/"+pkg) })
	var paths []string
	for _, p := range group {
		paths = append(paths, p.basePath())
	}
	slices.Sort(paths)
	if paths = slices.Compact(paths); len(paths) > 1 {
		return nil, fmt.Errorf("find target %s: %s is ambiguous: write one of %s", s, pkg, enumerate(paths))
	}
	return group, nil
}

// filter returns packages that can hold targets, by path, each before its
// variants with tests: packages recompiled for the test of another one are
// copies and hold none.
func (w *world) filter(keep func(*privatePackage) bool) []*privatePackage {
	var list []*privatePackage
	for _, p := range w.private {
		if (p.forTest == "" || p.basePath() == p.forTest) && keep(p) {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *privatePackage) int {
		return cmp.Or(strings.Compare(a.basePath(), b.basePath()), cmp.Compare(len(a.id), len(b.id)), strings.Compare(a.id, b.id))
	})
	return list
}

// basePath returns the import path of the package whose folder p comes from:
// that of p without the _test of an external test package.
func (p *privatePackage) basePath() string {
	if p.forTest != "" && p.path == p.forTest+"_test" {
		return p.forTest
	}
	return p.path
}

// isLocal tells whether a package or pattern is given by folder.
func isLocal(s string) bool {
	s = filepath.ToSlash(s)
	return s == "." || s == ".." || strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") || filepath.IsAbs(s)
}

// matcher returns the go command's matching: "..." stands for any string, and
// "/..." at the end for nothing too.
func matcher(pattern string) func(string) bool {
	expr := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\.\.\.`, ".*")
	if rest, ok := strings.CutSuffix(expr, "/.*"); ok {
		expr = rest + "(/.*)?"
	}
	re := regexp.MustCompile("^" + expr + "$")
	return re.MatchString
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
			if info, err := os.Stat(abs); err == nil && info.IsDir() && (c.name != "" || c.pkg == s || strings.Contains(s, "...")) {
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
	d := p.declared()
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
