package analyzer

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autover/autover/callgraph"
	"github.com/autover/autover/depversion"
	"github.com/autover/autover/internal/inputs"
	"github.com/autover/autover/internal/store"
	"golang.org/x/tools/go/packages"
)

// metadataMode asks go list for names, files and imports only. NeedTypes,
// NeedExportFile, NeedCompiledGoFiles and NeedSyntax are left out: each makes
// the go command compile dependencies or run cgo.
const metadataMode = packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps |
	packages.NeedModule | packages.NeedEmbedFiles | packages.NeedEmbedPatterns | packages.NeedForTest

// externalSpace is the part of the position space that private files leave
// free: positions of external objects lie in it and resolve to no file.
const externalSpace = 1 << 30

// world is all code that can matter to a version: every package that the main
// modules match with "./...", and what these import.
//
// The world never depends on the targets of a run, or naming one target could
// move the version of another. So a package of a module replaced by a local
// directory belongs to it only if a main module imports it: the go command
// does not promise that the others can be built from here (their requirements
// are pruned from the module graph and absent from go.sum), and no program of
// this world links them. Packages in folders that "./..." skips (testdata, and
// names that begin with "." or "_") stay outside for the same reason.
type world struct {
	in   *inputs.Reader
	fset *token.FileSet // positions of private files; increasing in each package
	// root is the folder of go.mod, or of go.work; positions are relative to it.
	root string
	// roots are the folders of the main modules.
	roots []string
	// dir is the folder of the request, against which relative targets resolve.
	dir string
	// goos, goarch and goVersion (as "go1.26.8") describe the build.
	goos, goarch, goVersion string
	// env holds the settings of goEnvKeys.
	env   map[string]string
	flags *buildFlags
	// private holds the private packages, dependencies first and otherwise by ID.
	private []*privatePackage
	// external holds the other packages by ID, which is the import path but for
	// packages recompiled for a test.
	external map[string]*externalPackage
	// programs are the private main packages and test binaries, by ID.
	programs []program

	privateByID map[string]*privatePackage
	tests       bool
	// privatePatterns are those of Config.Private; cached maps the folders of
	// modules that they match to "path@version".
	privatePatterns string
	cached          map[string]string

	kept    *summaries // what earlier runs found; nil without a cache
	checker *checker   // set by check; its typesOf returns the types of any package

	configs map[string]*configFile // by folder; nil for one without
	origins map[string]string      // where keys of the whole run stand, for messages

	explain bool
	found   *evidence // nil unless explain

	traced *hashTrace // nil unless Config.HashTrace

	// constants are the IDs of the packages whose files of constants are to be made;
	// nil unless Config.Constants.
	constants map[string]bool
}

// importEdge is one import path of a package and the package that it means.
type importEdge struct {
	path, id string
	// blank says that every file that has the import has it as `import _`. It
	// is set by world.check.
	blank bool
}

// privatePackage is a package whose source is analysed. Its files are parsed
// and typed by world.check.
type privatePackage struct {
	id      string // as in the output of go list: "p", "p [p.test]", "p_test [p.test]"
	path    string // without the test binary: "p", "p_test"
	forTest string // import path of the package under test, or empty
	dir     string
	name    string
	module  *packages.Module

	// goFiles are absolute, in the order in which the compiler gets them;
	// fileNames are their base names and files their syntax.
	goFiles   []string
	fileNames []string
	files     []*ast.File
	// otherFiles (assembly, C, headers, syso, ...), ignoredFiles (excluded by
	// build constraints), embedFiles and embedPatterns are absolute.
	otherFiles, ignoredFiles, embedFiles, embedPatterns []string

	imports []importEdge // by path
	types   *types.Package
	info    *types.Info
	cgo     bool // a file imports "C", or types of C reach it from an import

	errs    []problem
	decls   *declarations // made by declared
	outline *outline      // made by world.outlined
	known   *keptPackage  // what an earlier run found, in place of syntax and types; nil without
	// action is that of the entry for the package, if it keeps one; api is to be kept.
	action store.ID
	keeps  bool
	api    api

	directives map[*ast.FuncDecl]*directives // none for most packages
}

// externalPackage is a package of the standard library or of another module, of
// which only the API is known.
type externalPackage struct {
	id, path, name, dir string
	module              *packages.Module // nil: standard library
	goFiles             []string
	otherFiles          []string
	embedFiles          []string
	ignoredFiles        []string
	imports             []importEdge // by path; blank is never set
	types               *types.Package
	cgo                 bool // a file imports "C"; not set in the standard library
	// registers are the IDs of external packages with which this one registers
	// itself when it is initialised, sorted.
	registers []string
	// initialises says that the package does something when a program starts,
	// its imports apart.
	initialises bool
	// methods are those of its types, by name, if it is of another module.
	methods map[string]callgraph.MethodKinds
	// linknames are the private symbols that its go:linkname directives name.
	linknames []string
	// action is that of the entry for the package, if it keeps one.
	action store.ID
	keeps  bool

	errs []problem
}

// program is a linked set of packages with one entry point.
type program struct {
	id     string   // of the main package or the test binary ("p.test")
	linked []string // IDs of all packages, private and external, sorted
}

// load lists the packages of the main modules and their imports without
// compiling or executing anything. It asks the go command for what l doesn't know. Broken packages are part of the result; see
// world.verify.
func load(ctx context.Context, cfg Config, in *inputs.Reader, l *listing) (*world, error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("find folder %s: %w", cfg.Dir, err)
	}
	if info, err := in.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("open folder %s: no such folder: check the value of -C", dir)
	}
	environ := environment(cfg)
	env, err := l.goEnv(ctx, dir, "", environ)
	if err != nil {
		return nil, err
	}
	if err := checkGoVersion(env["GOVERSION"]); err != nil {
		return nil, err
	}
	w := &world{
		in: in, dir: dir, env: env, configs: make(map[string]*configFile), origins: make(map[string]string), cached: make(map[string]string),
		goos: env["GOOS"], goarch: env["GOARCH"], goVersion: bareVersion(env["GOVERSION"]),
		external: make(map[string]*externalPackage), privateByID: make(map[string]*privatePackage),
	}
	if w.root, w.roots, err = mainModules(in, dir, env); err != nil {
		return nil, err
	}
	if cfg, err = w.withFile(cfg); err != nil {
		return nil, err
	}
	if err := depversion.CheckPatterns(cfg.Private); err != nil {
		return nil, fmt.Errorf("%s: %w", w.origin("private"), err)
	}
	w.tests, w.privatePatterns, w.explain = cfg.Tests, cfg.Private, cfg.Explain
	if environ, err = w.pin(ctx, cfg, environ, l); err != nil {
		return nil, err
	}
	if w.flags, err = newBuildFlags(cfg, dir, env["GOFLAGS"]); err != nil {
		return nil, err
	}
	pkgs, err := l.list(ctx, w, cfg.Platform, environ)
	if err != nil {
		return nil, err
	}
	if usesDriver(environ) {
		if err := w.complete(ctx, environ, pkgs); err != nil {
			return nil, err
		}
	}
	w.add(pkgs)
	w.reading()
	w.reserve()
	if len(w.private) == 0 {
		return nil, w.noPackages(ctx, environ)
	}
	l.keep(w, cfg)
	return w, w.wantConstants(cfg)
}

// noPackages explains why there are no packages. Package packages takes the
// failures of go list in which a file is missing for an empty list.
func (w *world) noPackages(ctx context.Context, environ []string) error {
	cmd := exec.CommandContext(ctx, "go", slices.Concat([]string{"list"}, w.flags.args, w.patterns())...)
	cmd.Dir, cmd.Env = w.root, append(slices.Clip(environ), "PWD="+w.root)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); ctx.Err() != nil {
		return ctx.Err()
	} else if err != nil {
		return fmt.Errorf("list packages of %s: %s", w.root, goMessage(err, stderr.String()))
	}
	step := "check -tags, GOOS and GOARCH"
	if w.env["GOWORK"] != "" {
		step += ", and add the module with 'go work use DIR' if go.work lacks it"
	}
	return fmt.Errorf("list packages of %s: there are none for %s/%s: %s", w.root, w.goos, w.goarch, step)
}

// patterns are those of all packages of the main modules.
func (w *world) patterns() []string {
	patterns := make([]string, len(w.roots))
	for i, r := range w.roots {
		patterns[i] = wildcard(w.root, r)
	}
	return patterns
}

// reserve keeps the lower part of the position space free.
func (w *world) reserve() {
	w.fset = token.NewFileSet()
	w.fset.RemoveFile(w.fset.AddFile("", -1, externalSpace))
}

// mainModules returns the folder of go.mod or go.work, and the folders of the
// main modules.
func mainModules(in *inputs.Reader, dir string, env map[string]string) (root string, roots []string, err error) {
	work, mod := env["GOWORK"], env["GOMOD"]
	if work != "" && work != "off" {
		data, err := in.ReadFile(work)
		if err != nil {
			return "", nil, fmt.Errorf("read workspace: %w: correct GOWORK", err)
		}
		uses, err := depversion.Workspace(work, data)
		if err != nil {
			return "", nil, err
		}
		root = filepath.Dir(work)
		for _, use := range uses {
			use = filepath.FromSlash(use)
			if !filepath.IsAbs(use) {
				use = filepath.Join(root, use)
			}
			roots = append(roots, filepath.Clean(use))
		}
		slices.Sort(roots)
		return root, slices.Compact(roots), nil
	}
	if mod == "" || mod == os.DevNull {
		return "", nil, fmt.Errorf("find go.mod of %s: there is none in it or its parents: run 'go mod init', or name another folder with -C", dir)
	}
	root = filepath.Dir(mod)
	return root, []string{root}, nil
}

// list runs go list in the root folder, where patterns are independent of the
// folder of the request and positions in errors are relative to the root.
func (w *world) list(ctx context.Context, environ []string) ([]*packages.Package, error) {
	if w.flags.goflags != "" {
		environ = append(slices.Clip(environ), "GOFLAGS="+w.flags.goflags)
	}
	pkgs, err := packages.Load(&packages.Config{
		Mode:       metadataMode,
		Context:    ctx,
		Dir:        w.root,
		Env:        environ,
		BuildFlags: w.flags.args,
		Tests:      w.tests,
	}, w.patterns()...)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		_, stderr, _ := strings.Cut(err.Error(), "stderr: ")
		return nil, fmt.Errorf("list packages of %s: %s", w.root, goMessage(err, stderr))
	}
	return pkgs, nil
}

// wildcard returns the pattern of all packages in folder dir of a module, as
// seen from root.
func wildcard(root, dir string) string {
	rel, err := filepath.Rel(root, dir)
	switch {
	case err != nil: // on another volume
		return filepath.ToSlash(dir) + "/..."
	case rel == ".":
		return "./..."
	case rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)):
		return filepath.ToSlash(rel) + "/..."
	}
	return "./" + filepath.ToSlash(rel) + "/..."
}

// add sorts the packages reached from roots into the world.
func (w *world) add(roots []*packages.Package) {
	byID := make(map[string]*packages.Package)
	var order []*packages.Package // dependencies first
	var visit func(p *packages.Package)
	visit = func(p *packages.Package) {
		if byID[p.ID] != nil {
			return
		}
		byID[p.ID] = p
		for _, e := range edges(p) {
			if q := p.Imports[e.path]; q != nil {
				visit(q)
			}
		}
		order = append(order, p)
	}
	slices.SortFunc(roots, func(a, b *packages.Package) int { return strings.Compare(a.ID, b.ID) })
	for _, p := range roots {
		visit(p)
	}
	links := make(map[string]*packages.Package) // entry points
	for _, p := range order {
		switch {
		case isTestMain(p):
			links[p.ID] = p
		case w.isPrivate(p):
			w.addPrivate(p)
			if p.Name == "main" && p.ForTest == "" {
				links[p.ID] = p
			}
		default:
			w.addExternal(p)
		}
	}
	for _, p := range links {
		w.programs = append(w.programs, program{p.ID, linked(p)})
	}
	slices.SortFunc(w.programs, func(a, b program) int { return strings.Compare(a.id, b.id) })
}

// isPrivate tells whether a package belongs to a main module (of go.mod or
// go.work), to a module replaced by a local directory, or to one that the user
// calls private, by the path of its imports or of its replacement.
func (w *world) isPrivate(p *packages.Package) bool {
	m := p.Module
	if m == nil {
		return false
	}
	return isLocalModule(m) || depversion.MatchPrefix(w.privatePatterns, m.Path) || m.Replace != nil && depversion.MatchPrefix(w.privatePatterns, m.Replace.Path)
}

// isLocalModule tells whether the code of a module lies in a folder of the user's:
// a main module, or one replaced by a directory.
func isLocalModule(m *packages.Module) bool {
	return m.Main || m.Replace != nil && m.Replace.Version == ""
}

// isTestMain recognises the main package that the go command generates for a
// test binary. Its only file lies in the build cache.
func isTestMain(p *packages.Package) bool {
	if p.Name != "main" || !strings.HasSuffix(p.ID, ".test") {
		return false
	}
	for _, q := range p.Imports {
		if strings.HasSuffix(q.ID, " ["+p.ID+"]") {
			return true
		}
	}
	return false
}

func (w *world) addPrivate(p *packages.Package) {
	if len(p.GoFiles) == 0 && len(p.Errors) == 0 {
		return // only test files, and they are not asked for or are in a variant
	}
	q := &privatePackage{
		id: p.ID, path: p.PkgPath, forTest: p.ForTest, dir: p.Dir, name: p.Name, module: p.Module,
		goFiles: p.GoFiles, otherFiles: p.OtherFiles, ignoredFiles: p.IgnoredFiles,
		embedFiles: p.EmbedFiles, embedPatterns: p.EmbedPatterns,
		imports: edges(p),
	}
	for _, f := range p.GoFiles {
		q.fileNames = append(q.fileNames, filepath.Base(f))
	}
	if m := p.Module; m != nil && m.Dir != "" && !m.Main {
		if m.Replace != nil {
			m = m.Replace
		}
		if m.Version != "" {
			w.cached[p.Module.Dir] = m.Path + "@" + m.Version
		}
	}
	q.errs = w.listProblems(p)
	w.private = append(w.private, q)
	w.privateByID[q.id] = q
}

func (w *world) addExternal(p *packages.Package) {
	w.external[p.ID] = &externalPackage{
		id: p.ID, path: p.PkgPath, name: p.Name, dir: p.Dir, module: p.Module,
		goFiles: p.GoFiles, otherFiles: p.OtherFiles, embedFiles: p.EmbedFiles, ignoredFiles: p.IgnoredFiles,
		imports: edges(p), errs: w.listProblems(p),
	}
}

func edges(p *packages.Package) []importEdge {
	list := make([]importEdge, 0, len(p.Imports))
	for path, q := range p.Imports {
		list = append(list, importEdge{path: path, id: q.ID})
	}
	slices.SortFunc(list, func(a, b importEdge) int { return strings.Compare(a.path, b.path) })
	return list
}

// linked returns the IDs of the packages in the import closure of p, itself
// included.
func linked(p *packages.Package) []string {
	seen := map[string]bool{p.ID: true}
	ids := []string{p.ID}
	for todo := []*packages.Package{p}; len(todo) > 0; {
		q := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, r := range q.Imports {
			if !seen[r.ID] {
				seen[r.ID] = true
				ids = append(ids, r.ID)
				todo = append(todo, r)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

// importsOf returns the imports of the package with the given ID; none for the
// main package of a test binary and for an unknown one.
func (w *world) importsOf(id string) []importEdge {
	if p := w.privateByID[id]; p != nil {
		return p.imports
	}
	if p := w.external[id]; p != nil {
		return p.imports
	}
	return nil
}

// position gives file:line of pos, with the file relative to the root and
// slashes on every platform. //line directives do not count.
func (w *world) position(pos token.Pos) string {
	p := w.fset.PositionFor(pos, false)
	if !p.IsValid() {
		return ""
	}
	return fmt.Sprintf("%s:%d", w.relative(p.Filename), p.Line)
}

// relative returns the slash-separated path of a file as seen from the root. Of
// a file in the module cache, which may be anywhere, it is module@version/file.
func (w *world) relative(file string) string {
	for dir, module := range w.cached {
		if rest, ok := strings.CutPrefix(file, dir+string(filepath.Separator)); ok {
			return module + "/" + filepath.ToSlash(rest)
		}
	}
	if rel, err := filepath.Rel(w.root, file); err == nil {
		file = rel
	}
	return filepath.ToSlash(file)
}
