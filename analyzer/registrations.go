package analyzer

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A package can change what another one does merely by being linked: image/png
// tells image how to decode PNG files, a database driver makes itself known to
// database/sql, time/tzdata gives time its zones. scanRegistrations finds such
// packages in the syntax of what they run at initialisation: init functions,
// initialisers of package-level variables, and the functions and methods of the
// same package that these call. There, package P registers with package Q when it
//
//   - calls Q.F(...) or a method of a variable of Q without using the result,
//     or likewise a method of what a function of Q returned, unless its name
//     tells that it serves the object alone (Close, Write, ...),
//   - calls a method of a composite literal of a type of Q,
//   - assigns to a variable of Q or to a part of it,
//   - calls a function, or assigns to a variable, that //go:linkname binds to Q,
//   - calls a function of a package whose constructors register what they
//     make (flag.Bool, expvar.NewInt).
//
// The search goes by names and ignores scopes, so it may find too many: what a
// local variable called like an import does counts as done by the import, and a
// call of a method counts as a call of all methods of that name in P. A function
// that merely appears as a value (a handler) is not followed, unless a method
// Do or a function of package sync gets it. Calls whose results are used
// (errors.New, regexp.MustCompile) are taken not to register, apart from those
// above; in the standard library, results are taken to be new objects, but for
// functions like log.Default. A Q of which the functions keep no state is passed
// over, as is one inside the standard library that a standard package registers
// with: no program notices that.

// stateless packages keep nothing of what they are given, so calling them at
// initialisation affects nobody else.
var stateless = map[string]bool{
	"bufio": true, "bytes": true, "cmp": true, "crypto/rand": true, "encoding/base64": true, "encoding/binary": true,
	"encoding/hex": true, "encoding/json": true, "errors": true, "fmt": true, "hash/crc32": true, "io": true, "iter": true,
	"maps": true, "math": true, "math/big": true, "math/bits": true, "path": true, "path/filepath": true, "reflect": true,
	"regexp": true, "runtime": true, "slices": true, "sort": true, "strconv": true, "strings": true, "sync": true,
	"sync/atomic": true, "text/tabwriter": true, "unicode": true, "unicode/utf16": true, "unicode/utf8": true, "unsafe": true,
}

// statelessFuncs are functions, and variables with methods, that keep nothing
// in packages of which others do.
var statelessFuncs = map[string]bool{
	"os.Exit": true, "os.Stdout": true, "os.Stderr": true, "time.Sleep": true, "log.Print": true, "log.Printf": true,
	"log.Println": true, "log.Fatal": true, "log.Fatalf": true, "log.Fatalln": true, "log.Panic": true, "log.Panicf": true,
	"log.Panicln": true,
}

// ownMethods are methods that serve the object they are called on, not others.
var ownMethods = map[string]bool{
	"Add": true, "Close": true, "Done": true, "Flush": true, "Init": true, "Lock": true, "Put": true, "Read": true, "RLock": true,
	"RUnlock": true, "Reset": true, "Scan": true, "Seek": true, "Stop": true, "Sum": true, "Unlock": true, "Wait": true,
	"Write": true, "WriteByte": true, "WriteRune": true, "WriteString": true,
}

// constructors are packages whose package-level functions register what they
// return.
var constructors = map[string]bool{"flag": true, "expvar": true, "github.com/spf13/pflag": true}

// externalFile is a file of an external package during its check.
type externalFile struct {
	syntax  *ast.File // with empty function bodies
	err     error     // of parsing
	text    skimmed
	imports map[string]string // local name -> import path; dot imports are in dots
	dots    []string
}

// registrationScan is the state of one search.
type registrationScan struct {
	files   []*externalFile
	funcs   map[string][]scanFunc // functions and methods by bare name
	vars    map[string]scanVar    // variables that hold function literals
	aliases map[string][]origin   // package-level variables -> what they come from
	links   map[string]string     // local name -> package that linkname binds it to
	queued  map[*funcText]bool    // functions found to run
	literal map[*ast.FuncLit]bool // function literals found to run
	queue   []func()              // what is still to be searched
	found   map[string]bool

	isStandard func(path string) bool
}

type scanFunc struct {
	file   *externalFile
	text   *funcText
	method bool
}

type scanVar struct {
	file *externalFile
	lit  *ast.FuncLit
}

// scanRegistrations returns the import paths with which the package of the given
// path registers itself, sorted. nameOf gives the name of an imported package,
// isStandard tells which packages are in the standard library.
func scanRegistrations(self string, files []*externalFile, nameOf func(path string) string, isStandard func(path string) bool) []string {
	if self == "runtime" {
		return nil // every program has it
	}
	s := &registrationScan{
		files: files, funcs: make(map[string][]scanFunc), vars: make(map[string]scanVar),
		aliases: make(map[string][]origin), links: make(map[string]string), queued: make(map[*funcText]bool),
		literal: make(map[*ast.FuncLit]bool), found: make(map[string]bool), isStandard: isStandard,
	}
	for _, f := range files {
		f.resolveImports(nameOf)
		s.declare(f)
	}
	for _, f := range files {
		s.roots(f)
	}
	for len(s.queue) > 0 {
		next := s.queue[len(s.queue)-1]
		s.queue = s.queue[:len(s.queue)-1]
		next()
	}
	for p := range s.found {
		if stateless[p] || p == self || isStandard(self) && isStandard(p) && isInternal(p) {
			delete(s.found, p)
		}
	}
	return slices.Sorted(maps.Keys(s.found))
}

func (f *externalFile) resolveImports(nameOf func(path string) string) {
	f.imports = make(map[string]string)
	for _, spec := range f.syntax.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil || p == "C" || p == "unsafe" {
			continue
		}
		switch {
		case spec.Name == nil:
			f.imports[nameOf(p)] = p
		case spec.Name.Name == ".":
			f.dots = append(f.dots, p)
		case spec.Name.Name != "_":
			f.imports[spec.Name.Name] = p
		}
	}
}

// declare records the functions and variables of a file.
func (s *registrationScan) declare(f *externalFile) {
	n := 0
	for _, d := range f.syntax.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if n < len(f.text.funcs) {
				s.funcs[d.Name.Name] = append(s.funcs[d.Name.Name], scanFunc{f, &f.text.funcs[n], d.Recv != nil})
			}
			n++
		case *ast.GenDecl:
			if d.Tok == token.VAR {
				for _, spec := range d.Specs {
					s.declareVars(f, spec.(*ast.ValueSpec))
				}
			}
		}
	}
	for _, line := range f.text.linknames {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			continue
		}
		if i := strings.LastIndex(fields[2], "."); i > strings.LastIndex(fields[2], "/") {
			s.links[fields[1]] = fields[2][:i]
		}
	}
}

func (s *registrationScan) declareVars(f *externalFile, spec *ast.ValueSpec) {
	for i, name := range spec.Names {
		if i >= len(spec.Values) {
			break
		}
		if lit, ok := spec.Values[i].(*ast.FuncLit); ok {
			s.vars[name.Name] = scanVar{f, lit}
		}
		if o, ok := f.origin(spec.Values[i]); ok {
			s.aliases[name.Name] = append(s.aliases[name.Name], o)
		}
	}
}

// roots starts with the init functions and initialisers of a file.
func (s *registrationScan) roots(f *externalFile) {
	n := 0
	for _, d := range f.syntax.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name == "init" && n < len(f.text.funcs) {
				s.enqueue(scanFunc{f, &f.text.funcs[n], false})
			}
			n++
		case *ast.GenDecl:
			if d.Tok != token.VAR {
				continue
			}
			for _, spec := range d.Specs {
				v := spec.(*ast.ValueSpec)
				blank := !slices.ContainsFunc(v.Names, func(n *ast.Ident) bool { return n.Name != "_" })
				for _, e := range v.Values {
					b := &bodyScan{scan: s, file: f}
					if blank {
						b.unused(e)
					}
					b.walk(e, false)
				}
			}
		}
	}
}

// enqueueAll has the functions, or the methods, of that name searched.
func (s *registrationScan) enqueueAll(name string, methods bool) {
	for _, f := range s.funcs[name] {
		if f.method == methods {
			s.enqueue(f)
		}
	}
}

// enqueue has the body of a function searched, once.
func (s *registrationScan) enqueue(fn scanFunc) {
	if s.queued[fn.text] || !fn.text.body {
		return
	}
	s.queued[fn.text] = true
	s.queue = append(s.queue, func() {
		if decl := fn.text.parse(); decl != nil {
			b := &bodyScan{scan: s, file: fn.file, locals: make(map[string][]origin), params: make(map[string]bool)}
			b.collectParams(decl)
			b.collectLocals(decl.Body)
			b.walk(decl.Body, true)
		}
	})
}

// parse returns the declaration with its body; nil for one without body and for
// what the compiler would refuse.
func (t *funcText) parse() *ast.FuncDecl {
	src := append([]byte("package p\n"), t.text...)
	file, err := parser.ParseFile(token.NewFileSet(), "", src, parser.SkipObjectResolution)
	if err != nil || len(file.Decls) == 0 {
		return nil
	}
	if decl, ok := file.Decls[0].(*ast.FuncDecl); ok && decl.Body != nil {
		return decl
	}
	return nil
}

// bodyScan searches one function or initialiser.
type bodyScan struct {
	scan   *registrationScan
	file   *externalFile
	locals map[string][]origin // local variables -> what they come from
	params map[string]bool     // parameters, which hide imports in the whole body
}

// collectParams records receiver, parameters and results.
func (b *bodyScan) collectParams(decl *ast.FuncDecl) {
	for _, list := range []*ast.FieldList{decl.Recv, decl.Type.Params, decl.Type.Results} {
		if list == nil {
			continue
		}
		for _, field := range list.List {
			for _, name := range field.Names {
				b.params[name.Name] = true
			}
		}
	}
}

// imported returns the import path that a name means here, or "".
func (b *bodyScan) imported(name string) string {
	if b.params[name] {
		return ""
	}
	return b.file.imports[name]
}

// collectLocals records which packages local variables come from.
func (b *bodyScan) collectLocals(body *ast.BlockStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				if id, ok := l.(*ast.Ident); ok && i < len(n.Rhs) {
					b.local(id, n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if i < len(n.Values) {
					b.local(id, n.Values[i])
				}
			}
		}
		return true
	})
}

func (b *bodyScan) local(id *ast.Ident, value ast.Expr) {
	if o, ok := b.file.origin(value); ok {
		b.locals[id.Name] = append(b.locals[id.Name], o)
	}
}

// walk searches what n executes. Function literals count as executed in
// function bodies, and where they are called or handed to a call.
func (b *bodyScan) walk(n ast.Node, inBody bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			if !inBody && !b.scan.literal[n] {
				return false
			}
			if !inBody {
				b.walk(n.Body, true)
				return false
			}
		case *ast.ExprStmt:
			b.unused(n.X)
		case *ast.GoStmt:
			b.unused(n.Call)
		case *ast.DeferStmt:
			b.unused(n.Call)
		case *ast.AssignStmt:
			b.assign(n)
		case *ast.IncDecStmt:
			b.assigned(n.X)
		case *ast.CallExpr:
			b.call(n)
		}
		return true
	})
}

func (b *bodyScan) assign(n *ast.AssignStmt) {
	blank := true
	for _, l := range n.Lhs {
		if id, ok := l.(*ast.Ident); !ok || id.Name != "_" {
			blank = false
		}
		if n.Tok != token.DEFINE {
			b.assigned(l)
		}
	}
	if blank {
		for _, r := range n.Rhs {
			b.unused(r)
		}
	}
}

// assigned handles an assignment to e.
func (b *bodyScan) assigned(e ast.Expr) {
	if id, ok := e.(*ast.Ident); ok {
		if p := b.scan.links[id.Name]; p != "" {
			b.scan.found[p] = true
		}
		return
	}
	if root, _ := rootOf(e); root != nil {
		if p := b.imported(root.Name); p != "" {
			b.scan.found[p] = true
		}
	}
}

// unused handles an expression whose value nobody uses.
func (b *bodyScan) unused(e ast.Expr) {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return
	}
	if id, ok := callee(call).(*ast.Ident); ok {
		if _, known := b.scan.funcs[id.Name]; !known && !isBuiltin(id.Name) {
			for _, p := range b.file.dots {
				b.scan.found[p] = true
			}
		}
		return
	}
	root, first := rootOf(call.Fun)
	sel, isSelector := callee(call).(*ast.SelectorExpr)
	if root == nil || !isSelector {
		return
	}
	if p := b.imported(root.Name); p != "" {
		if _, direct := sel.X.(*ast.Ident); direct {
			if !statelessFuncs[p+"."+first] {
				b.scan.found[p] = true
			}
			return
		}
		if o, ok := b.file.origin(sel.X); ok {
			b.used(o, sel.Sel.Name)
		}
		return
	}
	for _, o := range slices.Concat(b.locals[root.Name], b.scan.aliases[root.Name]) {
		b.used(o, sel.Sel.Name)
	}
}

// used handles a call of a method on something that comes from elsewhere.
func (b *bodyScan) used(o origin, method string) {
	if !o.result || !ownMethods[method] && (!b.scan.isStandard(o.pkg) || strings.HasPrefix(o.name, "Default") || strings.HasPrefix(o.name, "Get")) {
		b.scan.found[o.pkg] = true
	}
}

// call handles a call, whether its result is used or not.
func (b *bodyScan) call(call *ast.CallExpr) {
	switch fn := callee(call).(type) {
	case *ast.FuncLit:
		b.scan.literal[fn] = true
	case *ast.Ident:
		b.runs(fn.Name)
	case *ast.SelectorExpr:
		if id, ok := fn.X.(*ast.Ident); ok && b.imported(id.Name) != "" {
			p := b.imported(id.Name)
			if constructors[p] {
				b.scan.found[p] = true
			}
			if p == "sync" {
				b.runArgs(call)
			}
			break
		}
		if lit, ok := ast.Unparen(fn.X).(*ast.CompositeLit); ok && lit.Type != nil {
			if root, _ := rootOf(lit.Type); root != nil && b.file.imports[root.Name] != "" {
				b.scan.found[b.file.imports[root.Name]] = true
			}
		}
		if fn.Sel.Name == "Do" {
			b.runArgs(call)
		}
		b.scan.enqueueAll(fn.Sel.Name, true)
	}
	for _, arg := range call.Args {
		if lit, ok := arg.(*ast.FuncLit); ok {
			b.scan.literal[lit] = true
		}
	}
}

// runArgs handles a call that calls the functions it gets.
func (b *bodyScan) runArgs(call *ast.CallExpr) {
	for _, arg := range call.Args {
		switch arg := arg.(type) {
		case *ast.Ident:
			b.runs(arg.Name)
		case *ast.SelectorExpr:
			b.scan.enqueueAll(arg.Sel.Name, true)
		}
	}
}

// runs handles a call of the function that a name means in this package.
func (b *bodyScan) runs(name string) {
	s := b.scan
	if p := s.links[name]; p != "" {
		s.found[p] = true
	}
	s.enqueueAll(name, false)
	if v, ok := s.vars[name]; ok && !s.literal[v.lit] {
		s.literal[v.lit] = true
		s.queue = append(s.queue, func() {
			lit := &bodyScan{scan: s, file: v.file, locals: make(map[string][]origin)}
			lit.collectLocals(v.lit.Body)
			lit.walk(v.lit.Body, true)
		})
	}
}

// callee returns the called expression without parentheses and type arguments.
func callee(call *ast.CallExpr) ast.Expr {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.IndexExpr:
		return f.X
	case *ast.IndexListExpr:
		return f.X
	default:
		return f
	}
}

// rootOf returns the identifier that a chain of selections, calls, indexings
// and conversions begins with, and the first name selected from it.
func rootOf(e ast.Expr) (root *ast.Ident, first string) {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x, first
		case *ast.SelectorExpr:
			e, first = x.X, x.Sel.Name
		case *ast.CallExpr:
			e = x.Fun
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.UnaryExpr:
			e = x.X
		case *ast.TypeAssertExpr:
			e = x.X
		case *ast.CompositeLit:
			if x.Type == nil {
				return nil, ""
			}
			e = x.Type
		default:
			return nil, ""
		}
	}
}

// origin is what an expression comes from: a variable of a package, or the
// result of one of its functions.
type origin struct {
	pkg, name string
	result    bool
}

// origin returns what e comes from; false for what is the package's own, such as
// a composite literal.
func (f *externalFile) origin(e ast.Expr) (origin, bool) {
	if u, ok := e.(*ast.UnaryExpr); ok {
		e = u.X
	}
	if _, ok := e.(*ast.CompositeLit); ok {
		return origin{}, false
	}
	root, first := rootOf(e)
	if root == nil || first == "" {
		return origin{}, false
	}
	p := f.imports[root.Name]
	if p == "" || stateless[p] || statelessFuncs[p+"."+first] {
		return origin{}, false
	}
	return origin{p, first, hasCall(e)}, true
}

// hasCall tells whether a chain of selections and calls has a call.
func hasCall(e ast.Expr) bool {
	for {
		switch x := e.(type) {
		case *ast.CallExpr:
			return true
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.TypeAssertExpr:
			e = x.X
		default:
			return false
		}
	}
}

// isInternal tells whether an import path has an element "internal".
func isInternal(p string) bool { return slices.Contains(strings.Split(p, "/"), "internal") }

func isBuiltin(name string) bool {
	return slices.Contains([]string{"panic", "print", "println", "copy", "close", "delete", "clear", "recover", "append"}, name)
}
