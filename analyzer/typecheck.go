package analyzer

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// defaultGoVersion is the language of a module without a go line, as the go
// command has it.
const defaultGoVersion = "go1.16"

// parse reads the files of all private packages. Faults become problems of their
// package.
func (w *world) parse(ctx context.Context) error {
	for _, p := range w.private {
		if err := ctx.Err(); err != nil {
			return err
		}
		w.parsePackage(p)
	}
	return nil
}

// parsePackage reads the files of a package, of which each has higher positions than
// those before it.
func (w *world) parsePackage(p *privatePackage) {
	for _, name := range p.goFiles {
		f, err := w.parseFile(w.fset, name, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			// The parser knows more than go list, which reads up to the imports.
			faults := w.parseProblems(p.path, name, err)
			p.errs = slices.DeleteFunc(p.errs, func(listed problem) bool {
				return slices.ContainsFunc(faults, func(f problem) bool { return f.pos == listed.pos })
			})
			p.errs = append(p.errs, faults...)
		}
		if f != nil {
			p.files = append(p.files, f)
		}
	}
	w.readDirectives(p)
	if w.constants != nil {
		w.placeConstants(p)
	}
	blank := make(map[string]bool) // by path: all imports so far are blank
	for _, f := range p.files {
		for _, spec := range f.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue // a syntax error, reported by the parser
			}
			if path == "C" {
				p.cgo = true
			}
			is := spec.Name != nil && spec.Name.Name == "_"
			if was, seen := blank[path]; seen {
				is = is && was
			}
			blank[path] = is
		}
	}
	for i := range p.imports {
		p.imports[i].blank = blank[p.imports[i].path]
	}
}

// parseFile reads and parses a file.
func (w *world) parseFile(fset *token.FileSet, name string, mode parser.Mode) (*ast.File, error) {
	src, err := w.in.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return parser.ParseFile(fset, name, src, mode)
}

func (w *world) parseProblems(pkg, file string, err error) []problem {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return []problem{{pkg: pkg, pos: w.relative(file), msg: withHint("read file: " + err.Error())}}
	}
	var problems []problem
	for _, e := range list {
		pos := fmt.Sprintf("%s:%d", w.relative(file), e.Pos.Line)
		problems = append(problems, problem{pkg: pkg, pos: pos, msg: "syntax error: " + e.Msg + ": correct it"})
	}
	return problems
}

// check parses and type-checks all packages, each after its imports and
// independent ones in parallel. The result does not depend on the order. Faults
// become problems of their package (see verify); the error tells only of
// cancellation and of a platform that the type checker does not know. Packages that
// w.kept knows are neither parsed nor type-checked; if that doesn't do, the error is
// errNeedsSource.
func (w *world) check(ctx context.Context) error {
	sizes := types.SizesFor("gc", w.goarch)
	if sizes == nil {
		return fmt.Errorf("find type sizes of GOARCH %s: unknown architecture: set GOARCH to one of 'go tool dist list'", w.goarch)
	}
	c := newChecker(w, sizes)
	w.checker = c
	c.run(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.failed != nil || w.needsSource() {
		return errNeedsSource
	}
	return nil
}

// checker schedules the type-checking of a world.
type checker struct {
	w     *world
	sizes types.Sizes
	// externalFset holds positions of external files, which nobody needs once
	// their package is checked.
	externalFset *token.FileSet

	mu      sync.Mutex
	waiting map[string]int      // imports of a package that are not checked yet
	users   map[string][]string // importers of a package
	ready   chan string
	left    int // packages not checked yet
	types   map[string]*types.Package
	bad     map[string]bool // packages without usable types
	cgo     map[string]bool // packages outside the standard library that use cgo, and their importers

	kept      *summaries     // nil without a cache
	apis      map[string]api // of packages that were found there, or can be kept
	idOf      map[*types.Package]string
	restoring sync.Mutex
	failed    error // why an API couldn't be restored
}

func newChecker(w *world, sizes types.Sizes) *checker {
	ids := w.ids()
	c := &checker{
		w: w, sizes: sizes, externalFset: token.NewFileSet(),
		waiting: make(map[string]int), users: make(map[string][]string),
		ready: make(chan string, len(ids)), left: len(ids),
		types: map[string]*types.Package{"unsafe": types.Unsafe}, bad: make(map[string]bool), cgo: make(map[string]bool),
		kept: w.kept, apis: map[string]api{"unsafe": {}}, idOf: map[*types.Package]string{types.Unsafe: "unsafe"},
	}
	for _, id := range ids {
		for _, e := range w.importsOf(id) {
			if w.privateByID[e.id] != nil || w.external[e.id] != nil {
				c.waiting[id]++
				c.users[e.id] = append(c.users[e.id], id)
			}
		}
		if c.waiting[id] == 0 {
			c.ready <- id
		}
	}
	return c
}

func (c *checker) run(ctx context.Context) {
	if c.left == 0 {
		return
	}
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for id := range c.ready {
				if ctx.Err() == nil {
					c.check(id)
				}
				c.done(id)
			}
		})
	}
	wg.Wait()
}

// done releases the importers of a package.
func (c *checker) done(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, user := range c.users[id] {
		if c.waiting[user]--; c.waiting[user] == 0 {
			c.ready <- user
		}
	}
	if c.left--; c.left == 0 {
		close(c.ready)
	}
}

func (c *checker) check(id string) {
	if p := c.w.privateByID[id]; p != nil {
		if c.recallPrivate(p) {
			return
		}
		c.w.parsePackage(p)
		faults := guard(p.path, func() { c.checkPrivate(p) })
		p.errs = append(p.errs, faults...)
		c.record(id, p.types, len(p.errs) > 0, c.seesCgo(p.cgo, p.imports))
		return
	}
	p := c.w.external[id]
	if c.recallExternal(p) {
		return
	}
	faults := guard(p.path, func() { c.checkExternal(p) })
	p.errs = append(p.errs, faults...)
	c.record(id, p.types, len(p.errs) > 0, c.seesCgo(p.cgo, p.imports))
}

// guard makes a panic of the type checker, which some invalid code provokes, a
// problem of the package.
func guard(pkg string, check func()) (problems []problem) {
	defer func() {
		if r := recover(); r != nil {
			problems = []problem{{pkg: pkg, msg: withHint(fmt.Sprintf("type-check: the type checker failed: %v", r))}}
		}
	}()
	check()
	return nil
}

// seesCgo tells whether a package uses cgo or imports, however indirectly, a
// package that does.
func (c *checker) seesCgo(own bool, edges []importEdge) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return own || slices.ContainsFunc(edges, func(e importEdge) bool { return c.cgo[e.id] })
}

func (c *checker) record(id string, t *types.Package, bad, cgo bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cgo[id] = cgo
	if t != nil {
		c.types[id], c.idOf[t] = t, id
	}
	if bad || t == nil {
		c.bad[id] = true
	}
}

// importer resolves the import paths of one package.
type importer struct {
	c     *checker
	edges []importEdge
}

func (i importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	for _, e := range i.edges {
		if e.path != path {
			continue
		}
		if t := i.c.typesOf(e.id); t != nil {
			return t, nil
		}
	}
	return nil, fmt.Errorf("package %s was not loaded", path)
}

// blocked tells whether an import is broken, so that checking would only
// repeat its problems in other words.
func (c *checker) blocked(edges []importEdge) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range edges {
		if c.bad[e.id] {
			return true
		}
	}
	return false
}

func (c *checker) checkPrivate(p *privatePackage) {
	if len(p.errs) > 0 || c.blocked(p.imports) {
		return
	}
	p.info = &types.Info{
		Types:        make(map[ast.Expr]types.TypeAndValue),
		Instances:    make(map[*ast.Ident]types.Instance),
		Defs:         make(map[*ast.Ident]types.Object),
		Uses:         make(map[*ast.Ident]types.Object),
		Implicits:    make(map[ast.Node]types.Object),
		Selections:   make(map[*ast.SelectorExpr]*types.Selection),
		Scopes:       make(map[ast.Node]*types.Scope),
		FileVersions: make(map[*ast.File]string),
	}
	cgo := c.seesCgo(p.cgo, p.imports)
	conf := types.Config{
		Importer:    importer{c, p.imports},
		Sizes:       c.sizes,
		GoVersion:   p.goVersion(),
		FakeImportC: true,
		Error: func(err error) {
			if !cgo || !fromC(err) {
				p.errs = append(p.errs, c.w.typeProblem(p.path, c.w.fset, err))
			}
		},
	}
	// The error is the first one given to conf.Error, or tells of a panic-free
	// refusal (a newer language version), which is given to it as well.
	t, err := conf.Check(p.id, c.w.fset, p.files, p.info)
	if err != nil && len(p.errs) == 0 && !(cgo && fromC(err)) {
		p.errs = append(p.errs, c.w.typeProblem(p.path, c.w.fset, err))
	}
	p.types = t
	// Code that handles values of C is as good as cgo: it has no types either.
	p.cgo = p.cgo || cgo && mentionsInvalid(p.info)
	if len(p.errs) == 0 {
		p.errs = c.w.refused(p)
	}
	if len(p.errs) == 0 {
		c.publishPrivate(p)
	}
}

// fromC tells whether a type error follows from the invalid types that stand
// for those of C. The type checker itself passes over such errors wherever it
// has reported their cause, and here the cause is no error.
func fromC(err error) bool {
	return strings.Contains(err.Error(), "invalid type") || strings.Contains(err.Error(), "invalid operand")
}

// goVersion returns the language version of the package's module.
func (p *privatePackage) goVersion() string {
	if p.module == nil || p.module.GoVersion == "" {
		return defaultGoVersion
	}
	return "go" + p.module.GoVersion
}

func (w *world) typeProblem(pkg string, fset *token.FileSet, err error) problem {
	var e types.Error
	if !errors.As(err, &e) {
		return problem{pkg: pkg, msg: withHint("type-check: " + err.Error())}
	}
	pos := fset.PositionFor(e.Pos, false)
	if !pos.IsValid() {
		return problem{pkg: pkg, msg: withHint("type error: " + e.Msg)}
	}
	at := fmt.Sprintf("%s:%d", w.relative(pos.Filename), pos.Line)
	if more, ok := strings.CutPrefix(e.Msg, "\t"); ok { // it continues the previous error
		return problem{pkg: pkg, pos: at, msg: more}
	}
	return problem{pkg: pkg, pos: at, msg: typeHint(e.Msg)}
}

// typeHint completes the message of a type error in source at hand.
func typeHint(msg string) string {
	full := "type error: " + msg
	if hinted := withHint(full); hinted != full+defaultHint {
		return hinted
	}
	return full + ": correct it"
}

// checkExternal determines the API of a package: the types of its package-level
// declarations, without function bodies. It also finds what the package
// registers itself with, while the source is at hand.
func (c *checker) checkExternal(p *externalPackage) {
	if p.id == "unsafe" {
		p.types = types.Unsafe
		return
	}
	if len(p.errs) > 0 || c.blocked(p.imports) {
		return
	}
	files, err := c.readExternal(p)
	if err != nil {
		p.errs = append(p.errs, problem{pkg: p.path, msg: withHint("read file: " + err.Error())})
		return
	}
	var first error
	conf := c.externalConfig(p)
	conf.Error = func(err error) {
		if first == nil {
			first = err
		}
	}
	syntax := make([]*ast.File, len(files))
	for i, f := range files {
		syntax[i] = f.syntax
		if f.err != nil && first == nil {
			first = f.err
		}
	}
	if first == nil {
		p.types, _ = conf.Check(p.path, c.externalFset, syntax, nil)
	}
	if first != nil {
		c.explainExternal(p, conf, first)
		return
	}
	if p.module != nil {
		p.methods = methodsOf(p.types)
	}
	p.registers = c.registrations(p, files)
	p.initialises = p.hasInitWork(files)
	linknames := linknamesIn(files)
	p.linknames = c.w.privateNames(p, linknames)
	if !c.seesCgo(p.cgo, p.imports) {
		c.keepExternal(p, linknames)
	}
}

// registrations returns the IDs of the packages with which p registers itself.
func (c *checker) registrations(p *externalPackage, files []*externalFile) []string {
	ids := make(map[string]string)
	for _, e := range p.imports {
		ids[e.path] = e.id
	}
	found := scanRegistrations(p.path, files,
		func(path string) string { return c.w.nameOf(ids[path]) },
		func(path string) bool {
			q := c.w.external[ids[path]]
			return path == p.path && p.module == nil || q != nil && q.module == nil
		})
	for i, path := range found {
		if id := ids[path]; id != "" { // otherwise it is named by a linkname alone
			found[i] = id
		}
	}
	slices.Sort(found)
	return found
}

// linknamesIn returns the symbols elsewhere that go:linkname directives name.
func linknamesIn(files []*externalFile) []string {
	var names []string
	for _, f := range files {
		for _, line := range f.text.linknames {
			if words := strings.Fields(line); len(words) == 3 {
				names = append(names, plainSymbol(words[2]))
			}
		}
	}
	return names
}

// privateNames returns those of the symbols that an external package names which are
// private. That the runtime calls main.main is no link that other code could take.
func (w *world) privateNames(p *externalPackage, names []string) []string {
	var private []string
	for _, name := range names {
		if pkg := packageOf(name); pkg == "main" && p.module != nil || w.privateByID[pkg] != nil {
			private = append(private, name)
		}
	}
	return private
}

func (c *checker) externalConfig(p *externalPackage) types.Config {
	return types.Config{
		Importer:         importer{c, p.imports},
		Sizes:            c.sizes,
		GoVersion:        p.goVersion(),
		FakeImportC:      true,
		IgnoreFuncBodies: true,
	}
}

// readExternal reads and parses the files of a package without function bodies.
func (c *checker) readExternal(p *externalPackage) ([]*externalFile, error) {
	files := make([]*externalFile, 0, len(p.goFiles))
	for _, name := range p.goFiles {
		src, err := c.w.in.ReadFile(name)
		if err != nil {
			return nil, err
		}
		f := &externalFile{}
		var ok bool
		if f.text, ok = skim(src); !ok {
			f.text.text = src // for the parser to tell what is wrong
		}
		f.syntax, f.err = parser.ParseFile(c.externalFset, name, f.text.text, parser.SkipObjectResolution)
		f.text.text = nil
		if f.syntax != nil && p.module != nil {
			p.cgo = p.cgo || slices.ContainsFunc(f.syntax.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == `"C"` })
		}
		files = append(files, f)
	}
	return files, nil
}

// explainExternal records what is wrong with a package, with the positions of
// the complete source: skimmed text has others.
func (c *checker) explainExternal(p *externalPackage, conf types.Config, skimmedErr error) {
	p.types = nil
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range p.goFiles {
		f, err := c.w.parseFile(fset, name, parser.SkipObjectResolution)
		if err != nil {
			p.errs = append(p.errs, c.w.parseProblems(p.path, name, err)...)
		}
		if f != nil {
			files = append(files, f)
		}
	}
	if len(p.errs) > 0 {
		return
	}
	conf.Error = func(err error) { p.errs = append(p.errs, c.w.typeProblem(p.path, fset, err)) }
	_, _ = conf.Check(p.path, fset, files, nil) // errors go to conf.Error
	if len(p.errs) == 0 {
		p.errs = append(p.errs, problem{pkg: p.path, msg: withHint("type-check: " + skimmedErr.Error())})
	}
}

// nameOf returns the name of the package with the given ID.
func (w *world) nameOf(id string) string {
	if p := w.external[id]; p != nil {
		return p.name
	}
	if p := w.privateByID[id]; p != nil {
		return p.name
	}
	return ""
}

// goVersion returns the language version of the package's module; empty, which
// means the newest, for the standard library.
func (p *externalPackage) goVersion() string {
	switch {
	case p.module == nil:
		return ""
	case p.module.GoVersion == "":
		return defaultGoVersion
	}
	return "go" + p.module.GoVersion
}
