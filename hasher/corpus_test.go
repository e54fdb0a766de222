package hasher

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpus are packages of the standard library that use most of the language.
var corpus = []string{"sort", "strconv", "go/constant", "text/template/parse", "slices", "iter"}

var (
	corpusFset     = token.NewFileSet()
	corpusImporter = importer.ForCompiler(corpusFset, "source", nil)
)

// loadCorpus type-checks a package of the standard library from source.
func loadCorpus(t testing.TB, path string, rewrite func(*ast.File)) *checked {
	t.Helper()
	fset := corpusFset
	bp, err := build.Import(path, "", 0)
	if err != nil {
		t.Skip(err)
	}
	p := &checked{Package: &Package{Info: newInfo(), Fset: fset}}
	for _, name := range bp.GoFiles {
		text, err := os.ReadFile(filepath.Join(bp.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if rewrite != nil {
			rewrite(f)
			var b strings.Builder
			if err := format.Node(&b, fset, f); err != nil {
				t.Fatal(err)
			}
			if f, err = parser.ParseFile(fset, name, b.String(), parser.ParseComments|parser.SkipObjectResolution); err != nil {
				t.Fatal(err)
			}
		}
		p.Files = append(p.Files, f)
	}
	conf := types.Config{Importer: corpusImporter, FakeImportC: true, Error: func(err error) {
		p.errors = append(p.errors, err.(types.Error))
	}}
	p.Types, _ = conf.Check(path, fset, p.Files, p.Info)
	return p
}

// A checked is a package with the errors that its checker found.
type checked struct {
	*Package
	errors []types.Error
}

// TestCorpus checks that real code has forms, that comments and parentheses
// don't change them, and that equal code hashes equal when loaded twice.
func TestCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("type-checks the standard library")
	}
	for _, path := range corpus {
		p := loadCorpus(t, path, nil)
		q := loadCorpus(t, path, parenthesise)
		if len(p.errors)+len(q.errors) > 0 {
			t.Fatal(p.errors, q.errors)
		}
		PrunePackage(p.Package)
		PrunePackage(q.Package)
		before := digests(t, p.Package)
		for name, d := range digests(t, q.Package) {
			if before[name] != d {
				t.Errorf("%s: parentheses change the digest", name)
			}
		}
		if len(before) < 3 {
			t.Errorf("%s has %d declarations", path, len(before))
		}
	}
}

// parenthesise puts operands of operators and arguments of calls between
// parentheses.
func parenthesise(f *ast.File) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if n.Op != token.OR { // which joins the terms of a union, too
				n.X, n.Y = &ast.ParenExpr{X: n.X}, &ast.ParenExpr{X: n.Y}
			}
		case *ast.CallExpr:
			for i, arg := range n.Args {
				n.Args[i] = &ast.ParenExpr{X: arg}
			}
		case *ast.ReturnStmt:
			for i, r := range n.Results {
				n.Results[i] = &ast.ParenExpr{X: r}
			}
		}
		return true
	})
}

// TestMutants changes one thing in every function at a time. Each such mutant
// that still compiles must have another form.
func TestMutants(t *testing.T) {
	if testing.Short() {
		t.Skip("type-checks the standard library")
	}
	for _, path := range []string{"sort", "strconv", "text/template/parse"} {
		original := map[string]Digest{}
		p := loadCorpus(t, path, nil)
		for _, d := range p.functions() {
			form, err := NewNormalizer(p.Package).Func(d)
			original[declName(d)] = mustForm(t, form, err).Local
		}
		mutants := 0
		for round := range 12 {
			mutated := map[string]string{}
			p := loadCorpus(t, path, func(f *ast.File) {
				for _, d := range f.Decls {
					if d, ok := d.(*ast.FuncDecl); ok {
						if what := mutate(d, round); what != "" {
							mutated[declName(d)] = what
						}
					}
				}
			})
			n := NewNormalizer(p.Package)
			for _, d := range p.functions() {
				what := mutated[declName(d)]
				if what == "" || p.broken(d) || what == `string "wasm"` { // compared with GOARCH, false either way
					continue
				}
				form, err := n.Func(d)
				if mustForm(t, form, err).Local == original[declName(d)] {
					t.Errorf("%s.%s: %s does not change the form", path, declName(d), what)
				}
				mutants++
			}
		}
		if mutants < 100 {
			t.Errorf("%s: only %d mutants compile", path, mutants)
		}
	}
}

func (p *checked) functions() (list []*ast.FuncDecl) {
	for _, f := range p.Files {
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Body != nil {
				list = append(list, d)
			}
		}
	}
	return list
}

func (p *checked) broken(d *ast.FuncDecl) bool {
	for _, e := range p.errors {
		if d.Pos() <= e.Pos && e.Pos < d.End() {
			return true
		}
	}
	return false
}

var otherOperator = map[token.Token]token.Token{
	token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.ADD, token.LSS: token.LEQ, token.LEQ: token.LSS,
	token.GTR: token.GEQ, token.GEQ: token.GTR, token.EQL: token.NEQ, token.NEQ: token.EQL,
	token.LAND: token.LOR, token.LOR: token.LAND, token.AND: token.OR, token.SHL: token.SHR, token.SHR: token.SHL,
	token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN, token.INC: token.DEC, token.DEC: token.INC,
}

// mutate makes the n-th possible change to a function and says what it is.
func mutate(d *ast.FuncDecl, n int) string {
	what := ""
	turn := func() bool {
		n--
		return n == -1
	}
	ast.Inspect(d, func(node ast.Node) bool {
		switch x := node.(type) {
		case *ast.BinaryExpr:
			if op, ok := otherOperator[x.Op]; ok && turn() {
				what = x.Op.String() + " to " + op.String()
				x.Op = op
			}
		case *ast.IncDecStmt:
			if turn() {
				what, x.Tok = "increment to decrement", otherOperator[x.Tok]
			}
		case *ast.AssignStmt:
			if op, ok := otherOperator[x.Tok]; ok && turn() {
				what, x.Tok = "other assignment", op
			} else if len(x.Rhs) == 2 && turn() {
				what, x.Rhs[0], x.Rhs[1] = "swapped values", x.Rhs[1], x.Rhs[0]
				if types.ExprString(x.Rhs[0]) == types.ExprString(x.Rhs[1]) {
					what = ""
				}
			}
		case *ast.BasicLit:
			if x.Kind == token.INT && turn() {
				what, x.Value = "literal "+x.Value, "7777"
			} else if x.Kind == token.STRING && x.Value[0] == '"' && turn() {
				what, x.Value = "string "+x.Value, `"mutant"`
			}
		case *ast.IfStmt:
			if turn() {
				what, x.Cond = "negation", &ast.UnaryExpr{Op: token.NOT, X: &ast.ParenExpr{X: x.Cond}}
			}
		case *ast.BlockStmt:
			for i, s := range x.List {
				switch s.(type) {
				case *ast.ExprStmt, *ast.IncDecStmt, *ast.BranchStmt:
					if turn() {
						what, x.List[i] = "deletion", &ast.EmptyStmt{Implicit: true}
					}
				}
			}
		case *ast.BranchStmt:
			if x.Tok == token.BREAK && x.Label == nil && turn() {
				what, x.Tok = "break to continue", token.CONTINUE
			}
		}
		return what == ""
	})
	return what
}

// TestExhaustive compares the syntax and types that the installed Go knows with
// those that the sources of this package name.
func TestExhaustive(t *testing.T) {
	named := map[string]bool{}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if c, ok := n.(*ast.CaseClause); ok {
					for _, e := range c.List {
						named[types.ExprString(e)] = true
					}
				}
				return true
			})
		}
	}
	missing := func(path, iface string, except string) {
		pkg, err := corpusImporter.Import(path)
		if err != nil {
			t.Skip(err)
		}
		target := pkg.Scope().Lookup(iface).Type().Underlying().(*types.Interface)
		for _, name := range pkg.Scope().Names() {
			obj, ok := pkg.Scope().Lookup(name).(*types.TypeName)
			if !ok || !obj.Exported() || types.IsInterface(obj.Type()) || strings.Contains(except, " "+name+" ") {
				continue
			}
			if types.Implements(types.NewPointer(obj.Type()), target) && !named[fmt.Sprintf("*%s.%s", pkg.Name(), name)] {
				t.Errorf("%s.%s is not treated", path, name)
			}
		}
	}
	missing("go/ast", "Expr", "")
	missing("go/ast", "Stmt", "")
	missing("go/ast", "Spec", "")
	missing("go/types", "Type", " Alias ") // removed by Unalias
	missing("go/types", "Object", " PkgName TypeName Label ")
}
