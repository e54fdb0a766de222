package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// pkg is what go list says about a package.
type pkg struct {
	ImportPath, Dir, Name string
	Module                *struct {
		Path, Version, GoMod string
		Main                 bool
		Replace              *struct{ Path, Version string }
	}

	GoFiles, CgoFiles, CFiles, CXXFiles, HFiles, SFiles, SysoFiles []string
	EmbedFiles, TestEmbedFiles, XTestEmbedFiles                    []string
	TestGoFiles, XTestGoFiles                                      []string
	Imports, TestImports, XTestImports                             []string
}

func (p *pkg) private() bool { return p.Module != nil && p.Module.Main }

// files are those that the package is built from, in a fixed order.
func (p *pkg) files(tests bool) []string {
	files := slices.Concat(p.GoFiles, p.CgoFiles, p.CFiles, p.CXXFiles, p.HFiles, p.SFiles, p.SysoFiles, p.EmbedFiles)
	if tests {
		files = slices.Concat(files, p.TestGoFiles, p.XTestGoFiles, p.TestEmbedFiles, p.XTestEmbedFiles)
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// module is a module in a folder, as the go command lists it.
type module struct {
	dir  string
	path string
	// packages holds the private packages and what they import.
	packages map[string]*pkg
	// private are the import paths of the private packages, sorted.
	private []string
}

const listFields = "ImportPath,Dir,Name,Module,GoFiles,CgoFiles,CFiles,CXXFiles,HFiles,SFiles,SysoFiles," +
	"EmbedFiles,TestEmbedFiles,XTestEmbedFiles,TestGoFiles,XTestGoFiles,Imports,TestImports,XTestImports"

// listModule asks the go command about the module in a folder.
func listModule(ctx context.Context, dir string) (*module, error) {
	out, err := run(ctx, dir, nil, "go", "list", "-deps", "-json="+listFields, "./...")
	if err != nil {
		return nil, err
	}
	m := &module{dir: dir, packages: make(map[string]*pkg)}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		p := new(pkg)
		switch err := dec.Decode(p); {
		case errors.Is(err, io.EOF):
			if len(m.private) == 0 {
				return nil, fmt.Errorf("list %s: no package of the main module", dir)
			}
			slices.Sort(m.private)
			return m, nil
		case err != nil:
			return nil, fmt.Errorf("read what go list says: %w", err)
		}
		m.packages[p.ImportPath] = p
		if p.private() {
			m.private = append(m.private, p.ImportPath)
			m.path = p.Module.Path
		}
	}
}

// rel names a file of a package relative to the module.
func (m *module) rel(p *pkg, file string) (string, error) {
	name, err := filepath.Rel(m.dir, filepath.Join(p.Dir, file))
	return filepath.ToSlash(name), err
}

// hash is what a build tool does: names and contents of all files of the
// private packages, go.mod and go.sum.
func (m *module) hash(tests bool) (string, error) {
	h := sha256.New()
	for _, path := range m.private {
		if err := m.addFiles(h, m.packages[path], tests); err != nil {
			return "", err
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(m.dir, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n%s", name, len(content), content)
	}
	return sum(h.Sum(nil)), nil
}

func sum(digest []byte) string { return hex.EncodeToString(digest[:16]) }

func digest(text string) string {
	d := sha256.Sum256([]byte(text))
	return sum(d[:])
}

func (m *module) addFiles(w io.Writer, p *pkg, tests bool) error {
	for _, file := range p.files(tests) {
		content, err := os.ReadFile(filepath.Join(p.Dir, file))
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s %s %d\n%s", p.ImportPath, file, len(content), content)
	}
	return nil
}

// packageHashes returns for each private package the hash of its files, those
// of the private packages that it imports, however indirectly, and the versions
// of the modules that provide the others.
func (m *module) packageHashes(tests bool) (map[string]string, error) {
	own := make(map[string]string)
	for _, path := range m.private {
		h := sha256.New()
		if err := m.addFiles(h, m.packages[path], false); err != nil {
			return nil, err
		}
		own[path] = sum(h.Sum(nil))
	}
	hashes := make(map[string]string)
	for _, path := range m.private {
		h := sha256.New()
		p := m.packages[path]
		if err := m.addFiles(h, p, tests); err != nil {
			return nil, err
		}
		parts := make(map[string]bool)
		for imported := range m.importClosure(p, tests) {
			switch q := m.packages[imported]; {
			case q == nil || q.Module == nil:
			case q.private():
				parts[imported+" "+own[imported]] = true
			case q.Module.Replace != nil:
				parts[q.Module.Replace.Path+"@"+q.Module.Replace.Version] = true
			default:
				parts[q.Module.Path+"@"+q.Module.Version] = true
			}
		}
		for _, part := range slices.Sorted(maps.Keys(parts)) {
			fmt.Fprintln(h, part)
		}
		hashes[path] = sum(h.Sum(nil))
	}
	return hashes, nil
}

// importClosure is the set of packages that a package imports, however
// indirectly, and that its tests import, if asked for.
func (m *module) importClosure(p *pkg, tests bool) map[string]bool {
	seen := make(map[string]bool)
	work := slices.Clone(p.Imports)
	if tests {
		work = slices.Concat(work, p.TestImports, p.XTestImports)
	}
	for len(work) > 0 {
		path := work[len(work)-1]
		work = work[:len(work)-1]
		if seen[path] {
			continue
		}
		seen[path] = true
		if q := m.packages[path]; q != nil {
			work = append(work, q.Imports...)
		}
	}
	return seen
}

// dependents are the private packages whose tests a package can affect, itself
// included.
func (m *module) dependents(path string) []string {
	var dependents []string
	for _, other := range m.private {
		if other == path || m.importClosure(m.packages[other], true)[path] {
			dependents = append(dependents, other)
		}
	}
	return dependents
}

// function is a function or method of a private package.
type function struct {
	pkg string
	// body holds the tokens of its declaration, without comments.
	body string
	decl *ast.FuncDecl
}

// functions returns the functions of the private packages by target name. Those
// of an external test package are named after it.
func (m *module) functions(tests bool) (map[string]function, error) {
	functions := make(map[string]function)
	for _, path := range m.private {
		p := m.packages[path]
		files := slices.Concat(p.GoFiles, p.CgoFiles)
		if tests {
			files = slices.Concat(files, p.TestGoFiles, p.XTestGoFiles)
		}
		for _, name := range files {
			src, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				return nil, err
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			prefix := path
			if file.Name.Name == p.Name+"_test" && slices.Contains(p.XTestGoFiles, name) {
				prefix += "_test"
			}
			for _, decl := range file.Decls {
				d, ok := decl.(*ast.FuncDecl)
				if !ok || d.Name.Name == "_" || d.Name.Name == "init" && d.Recv == nil {
					continue
				}
				body := tokens(src[fset.Position(d.Pos()).Offset:fset.Position(d.End()).Offset])
				functions[prefix+"."+receiver(d)+d.Name.Name] = function{path, body, d}
			}
		}
	}
	return functions, nil
}

// tokens is a text of Go without comments and layout.
func tokens(src []byte) string {
	var s scanner.Scanner
	fset := token.NewFileSet()
	s.Init(fset.AddFile("", -1, len(src)), src, nil, 0)
	var text strings.Builder
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			return text.String()
		}
		if tok == token.SEMICOLON {
			lit = "" // it may be a line's end
		}
		fmt.Fprintf(&text, "%v %s\n", tok, lit)
	}
}

// receiver is the name of a method's type and a dot, or nothing.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	for t := d.Recv.List[0].Type; ; {
		switch x := t.(type) {
		case *ast.ParenExpr:
			t = x.X
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name + "."
		default:
			return ""
		}
	}
}
