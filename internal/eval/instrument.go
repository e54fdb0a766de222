package main

import (
	"bytes"
	_ "embed" // the source of package tracer
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
)

//go:embed tracer/tracer.go
var tracerSource []byte

// tracerName is the folder and the name of the package that records, in a copy of a
// module.
const tracerName = "autovertracer"

// place is where a function stands: a file, relative to the module, and the line of
// its name. A literal has the line of its keyword, and is the rank-th of those on the
// line in one declaration or initial value; the rank of a declared function is 0.
type place struct {
	file       string
	line, rank int
}

func (p place) String() string {
	if p.rank == 0 {
		return fmt.Sprintf("%s:%d", p.file, p.line)
	}
	return fmt.Sprintf("%s:%d, literal %d", p.file, p.line, p.rank)
}

// instrumented is a copy of a module whose functions tell that they run.
type instrumented struct {
	m *module
	// functions are all that have a body; the tracer knows them by index.
	functions []place
	// roots are the functions of test files by target name.
	roots map[string]root
}

// root is a function that the go command may run as a test.
type root struct {
	pkg, name string
	index     int
}

// instrument rewrites the private code in m, a copy: each function begins with a call
// that records it. No line moves, since code can see its lines.
func instrument(m *module) (*instrumented, error) {
	in := &instrumented{m: m, roots: make(map[string]root)}
	for _, path := range m.private {
		p := m.packages[path]
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.TestGoFiles, p.XTestGoFiles) {
			target := path
			if slices.Contains(p.XTestGoFiles, name) {
				target += "_test"
			}
			inTest := slices.Contains(p.TestGoFiles, name) || target != path
			if err := in.rewrite(p, name, target, inTest); err != nil {
				return nil, err
			}
		}
	}
	dir := filepath.Join(m.dir, tracerName)
	if err := os.Mkdir(dir, 0o777); err != nil {
		return nil, err
	}
	return in, os.WriteFile(filepath.Join(dir, "tracer.go"), tracerSource, 0o666)
}

// rewrite rewrites a file of a package; target is the package's name in targets.
func (in *instrumented) rewrite(p *pkg, name, target string, inTest bool) error {
	path := filepath.Join(p.Dir, name)
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	rel, err := in.m.rel(p, name)
	if err != nil {
		return err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, src, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	at := fset.File(file.FileStart)
	calls := make(map[int]int) // functions by the offset behind the brace
	eachFunction(at, file, func(n ast.Node, line, rank int) {
		body := (*ast.BlockStmt)(nil)
		switch n := n.(type) {
		case *ast.FuncDecl:
			if body = n.Body; body != nil && inTest && n.Recv == nil {
				in.roots[target+"."+n.Name.Name] = root{p.ImportPath, n.Name.Name, len(in.functions)}
			}
		case *ast.FuncLit:
			body = n.Body
		}
		if body != nil {
			calls[at.Offset(body.Lbrace)+1] = len(in.functions)
			in.functions = append(in.functions, place{rel, line, rank})
		}
	})
	if len(calls) == 0 {
		return nil
	}
	var out bytes.Buffer
	clause := at.Offset(file.Name.End())
	for offset, b := range src {
		if offset == clause {
			fmt.Fprintf(&out, "; import %s %q", tracerName, in.m.path+"/"+tracerName)
		}
		if n, ok := calls[offset]; ok {
			fmt.Fprintf(&out, "%s.Enter(%d);", tracerName, n)
		}
		out.WriteByte(b)
	}
	return os.WriteFile(path, out.Bytes(), 0o666)
}

// eachFunction visits the functions of a file, declarations and literals, with line and
// rank as in place.
func eachFunction(at *token.File, file *ast.File, visit func(n ast.Node, line, rank int)) {
	for _, decl := range file.Decls {
		ranks := make(map[int]int) // literals by line
		ast.Inspect(decl, func(n ast.Node) bool {
			if d, ok := decl.(*ast.GenDecl); ok && slices.ContainsFunc(d.Specs, func(s ast.Spec) bool { return isValue(s, n) }) {
				clear(ranks) // initial values are declarations of their own
			}
			switch n := n.(type) {
			case *ast.FuncDecl:
				visit(n, at.PositionFor(n.Name.Pos(), false).Line, 0)
			case *ast.FuncLit:
				line := at.PositionFor(n.Pos(), false).Line
				ranks[line]++
				visit(n, line, ranks[line])
			}
			return true
		})
	}
}

// isValue tells whether an expression is one of the initial values of a declaration.
func isValue(s ast.Spec, n ast.Node) bool {
	v, ok := s.(*ast.ValueSpec)
	return ok && slices.ContainsFunc(v.Values, func(e ast.Expr) bool { return e == n })
}
