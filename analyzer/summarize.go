package analyzer

import (
	"context"
	"go/ast"
	"go/types"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/autover/autover/callgraph"
	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/symbol"
)

// unit is the summary of one private package: everything that linking and
// hashing need of it, as plain data.
type unit struct {
	id      string
	decls   []decl
	flows   *callgraph.Summary // nil for a package that uses cgo
	imports []string           // IDs
	blank   []string           // IDs of packages imported only as _
	links   []link
	// asmNames are the symbols that assembly names, "path.Name".
	asmNames []string
	// cNames are the identifiers in C code, cDefined those that C code defines
	// or Go code exports for other packages to use.
	cNames, cDefined []string
	// wasmImports are functions of the host, wasmExports those that it may call.
	wasmImports, wasmExports []symbol.ID
	debug                    []string      // go:debug settings, those of test files last
	sealed                   hasher.Digest // of the raw files, for cgo and assembly
	isSealed                 bool
	cgo                      string // position of an import of "C", or empty
	// initialises says that the package does something when a program starts.
	initialises bool
	// origins and files, those of a sealed package, serve explanations alone.
	origins []callgraph.Origin
	files   map[string]hasher.Digest
}

// declKind tells the nodes of a package apart.
type declKind uint8

const (
	funcDecl declKind = iota
	varDecl
	typeDecl
	initDecl        // a function called init
	initializerDecl // the right side of a variable declaration
)

// decl is the summary of one declaration.
type decl struct {
	kind     declKind
	id       symbol.ID
	form     hasher.Form
	position string
	// vars are the variables that an initialiser sets, in order, with an
	// empty name for a blank one.
	vars []symbol.ID
	// layout is the digest of the function's name and line numbers, for
	// closures that can see them.
	layout hasher.Digest
	// bodyless functions live elsewhere: in assembly, or behind a linkname.
	bodyless bool
	// ignored functions enter no version but their own; depends are files that
	// count for whoever reaches the function.
	ignored bool
	depends []glob
	// handed are variables that serve as operands of calls only, with the
	// callees.
	handed map[symbol.ID][]symbol.ID
	lent   []lentVariable
}

// link is a go:linkname directive.
type link struct {
	local    symbol.ID
	target   string
	position string
}

// summarize reduces every private package to its summary, unless that is known.
// Packages are independent of each other here and are done in parallel.
func (w *world) summarize(ctx context.Context) ([]*unit, error) {
	private := w.usable()
	units := make([]*unit, len(private))
	var fresh []*privatePackage
	for i, p := range private {
		if p.known != nil {
			units[i] = p.known.unit
		} else {
			fresh = append(fresh, p)
		}
	}
	if w.explain { // before normalizers takes out code
		var err error
		if w.found, err = w.evidence(); err != nil {
			return nil, err
		}
	}
	embeds := make([]map[*types.Var]hasher.Digest, len(fresh))
	for i, p := range fresh {
		var err error
		if embeds[i], err = w.embeds(p); err != nil {
			return nil, err
		}
	}
	normalizers := w.normalizers(fresh, embeds)
	bodies := w.bodies()
	errs := make([]error, len(private))
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				if ctx.Err() != nil {
					continue
				}
				p := private[i]
				if units[i], errs[i] = w.unit(p, normalizers[p.id], bodies); errs[i] == nil {
					w.checker.keep(p, units[i])
				}
			}
		})
	}
	for i, p := range private {
		if p.known == nil {
			next <- i
		}
	}
	close(next)
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return units, nil
}

// usable returns the private packages that type-check; verify has made sure
// that no target needs the others.
func (w *world) usable() []*privatePackage {
	var list []*privatePackage
	for _, p := range w.private {
		if (p.types != nil || p.known != nil) && len(p.errs) == 0 {
			list = append(list, p)
		}
	}
	return list
}

// bodies returns the function bodies of all private packages that have been
// type-checked and have no cgo.
func (w *world) bodies() *callgraph.Bodies {
	var sources []callgraph.Source
	for _, p := range w.usable() {
		if !p.cgo && p.types != nil {
			sources = append(sources, callgraph.Source{Types: p.types, Files: p.files, Info: p.info})
		}
	}
	return callgraph.Build(w.fset, sources)
}

// flowless tells the packages whose bodies are not analysed for flows:
// external ones, and those that use cgo.
func (w *world) flowless(p *types.Package) bool {
	q := w.privateByID[p.Path()]
	return q == nil || q.cgo
}

func (w *world) isPrivatePackage(p *types.Package) bool { return w.privateByID[p.Path()] != nil }

// normalizers makes the normaliser of each package, and removes from its files
// what constant conditions exclude. Normalisers of different packages ask each
// other for constants that must not be folded.
func (w *world) normalizers(private []*privatePackage, embeds []map[*types.Var]hasher.Digest) map[string]*hasher.Normalizer {
	all := make(map[string]*hasher.Normalizer, len(embeds))
	opaque := func(c *types.Const) (hasher.Digest, bool) {
		if c.Pkg() != nil {
			if n := all[c.Pkg().Path()]; n != nil {
				return n.Constant(c)
			}
		}
		return hasher.Digest{}, false
	}
	for i, p := range private { // dependencies first
		pkg := &hasher.Package{
			Types: p.types, Info: p.info, Fset: w.fset, Files: p.files,
			Private: w.isPrivatePackage, Embeds: embeds[i], Opaque: opaque,
		}
		all[p.id] = hasher.NewNormalizer(pkg)
		all[p.id].Trace = w.traced.form
		hasher.PrunePackage(pkg)
	}
	return all
}

func (w *world) unit(p *privatePackage, n *hasher.Normalizer, bodies *callgraph.Bodies) (*unit, error) {
	u := &unit{id: p.id, initialises: p.hasInitWork()}
	for _, e := range p.imports {
		u.imports = append(u.imports, e.id)
		if e.blank {
			u.blank = append(u.blank, e.id)
		}
	}
	s := declSummarizer{w: w, p: p, n: n, u: u}
	if err := s.declarations(); err != nil {
		return nil, err
	}
	s.directives()
	if err := s.seal(); err != nil {
		return nil, err
	}
	if !p.cgo {
		in := &callgraph.Input{
			SSA: bodies.Package(p.types), Info: p.info, Fset: w.fset, Files: p.files,
			Private:  func(q *types.Package) bool { return !w.flowless(q) },
			Position: w.position,
		}
		u.flows = callgraph.Summarize(in)
		if w.explain {
			u.origins = callgraph.Origins(in)
		}
	}
	return u, nil
}

// declSummarizer collects the declarations of one package.
type declSummarizer struct {
	w     *world
	p     *privatePackage
	n     *hasher.Normalizer
	u     *unit
	inits int
}

func (s *declSummarizer) declarations() error {
	if s.p.cgo {
		return s.cgoDeclarations()
	}
	for _, f := range s.p.files {
		for _, d := range f.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok {
				if err := s.function(fd); err != nil {
					return err
				}
			}
		}
	}
	scope := s.p.types.Scope()
	for _, name := range scope.Names() {
		if err := s.object(scope.Lookup(name)); err != nil {
			return err
		}
	}
	for i, init := range s.p.info.InitOrder {
		if err := s.initializer(i, init); err != nil {
			return err
		}
	}
	return nil
}

func (s *declSummarizer) function(fd *ast.FuncDecl) error {
	obj, ok := s.p.info.Defs[fd.Name].(*types.Func)
	if !ok || fd.Name.Name == "_" {
		return nil
	}
	d := decl{kind: funcDecl, position: s.w.position(fd.Name.Pos()), bodyless: fd.Body == nil}
	if fd.Name.Name == "init" && fd.Recv == nil {
		d.kind, d.id = initDecl, symbol.Init(s.p.types, s.inits)
		s.inits++
	} else {
		d.id = symbol.Of(obj)
	}
	if said := s.p.directives[fd]; said != nil {
		d.ignored, d.depends = said.ignored, said.depends
	}
	var err error
	if s.p.cgo {
		d.form = s.cgoForm(d.id, fd)
	} else if d.form, err = s.n.Func(fd); err != nil {
		return err
	}
	if fd.Body != nil && !s.p.cgo {
		d.handed = handedVariables(s.p.info, fd.Body)
		d.lent = s.lentVariables(fd.Body)
	}
	d.layout = s.layout(fd, d.id)
	s.host(fd, d.id)
	s.u.decls = append(s.u.decls, d)
	return nil
}

// host records functions that WebAssembly imports from the host or exports to it.
func (s *declSummarizer) host(fd *ast.FuncDecl, id symbol.ID) {
	if fd.Doc == nil {
		return
	}
	for _, c := range fd.Doc.List {
		switch word, _, _ := strings.Cut(c.Text, " "); word {
		case "//go:wasmimport":
			s.u.wasmImports = append(s.u.wasmImports, id)
		case "//go:wasmexport":
			s.u.wasmExports = append(s.u.wasmExports, id)
		}
	}
}

func (s *declSummarizer) object(o types.Object) (err error) {
	d := decl{position: s.w.position(o.Pos())}
	switch o := o.(type) {
	case *types.Var:
		d.kind, d.id = varDecl, symbol.Of(o)
		d.form, err = s.n.Var(o)
	case *types.TypeName:
		if _, ok := o.Type().(*types.Named); !ok || o.IsAlias() {
			return nil
		}
		d.kind, d.id = typeDecl, symbol.Of(o)
		d.form, err = s.n.Type(o)
	default:
		return nil
	}
	if err != nil {
		return err
	}
	s.u.decls = append(s.u.decls, d)
	return nil
}

func (s *declSummarizer) initializer(i int, init *types.Initializer) (err error) {
	d := decl{kind: initializerDecl, id: symbol.Initializer(s.p.types, i), position: s.w.position(init.Rhs.Pos())}
	for _, v := range init.Lhs {
		id := symbol.ID("")
		if v.Name() != "_" {
			id = symbol.Of(v)
		}
		d.vars = append(d.vars, id)
	}
	if s.p.cgo {
		d.form = s.cgoForm(d.id, init.Rhs)
	} else if d.form, err = s.n.Initializer(init); err != nil {
		return err
	}
	d.layout = s.layout(init.Rhs, d.id)
	s.u.decls = append(s.u.decls, d)
	return nil
}

// layout hashes what a program sees of its own source: the function's name,
// its file and the lines of its code.
func (s *declSummarizer) layout(n ast.Node, id symbol.ID) hasher.Digest {
	e := hasher.NewTracedEncoder("layout", s.w.traced.of(id))
	e.String(symbol.PkgPath(string(id)))
	if fd, ok := n.(*ast.FuncDecl); ok {
		e.String(fd.Name.Name)
	}
	pos := s.w.fset.Position(n.Pos())
	e.String(filepath.Base(pos.Filename))
	line := 0
	ast.Inspect(n, func(n ast.Node) bool {
		if n == nil {
			return false
		}
		if _, ok := n.(*ast.CommentGroup); ok {
			return false
		}
		if p := s.w.fset.Position(n.Pos()); p.Line != line {
			line = p.Line
			e.Int(int64(line))
		}
		return true
	})
	return e.Sum()
}

// directives collects the go:linkname directives and the go:debug settings.
func (s *declSummarizer) directives() {
	var testDebug []string
	for _, f := range s.p.files {
		for _, spec := range f.Imports {
			if spec.Path.Value == `"C"` && s.u.cgo == "" {
				s.u.cgo = s.w.position(spec.Pos())
			}
		}
		inTest := strings.HasSuffix(s.w.fset.File(f.Package).Name(), "_test.go")
		for _, g := range f.Comments {
			for _, c := range g.List {
				fields := strings.Fields(c.Text)
				if len(fields) == 2 && fields[0] == "//go:debug" && g.End() < f.Package {
					if inTest {
						testDebug = append(testDebug, fields[1])
					} else {
						s.u.debug = append(s.u.debug, fields[1])
					}
				}
				if len(fields) == 3 && fields[0] == "//go:linkname" {
					s.u.links = append(s.u.links, link{
						local: symbol.ID(s.p.id + "." + fields[1]), target: fields[2], position: s.w.position(c.Pos()),
					})
				}
			}
		}
	}
	s.u.debug = append(s.u.debug, testDebug...)
}
