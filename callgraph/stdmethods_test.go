package callgraph

import (
	"cmp"
	"flag"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "add the methods of the running Go to the list of methods of the standard library")

// methodList is what stdmethods.txt holds.
type methodList struct {
	kinds map[string]MethodKinds
	calls map[string][]arity
}

func (l *methodList) add(id *ast.Ident, kinds MethodKinds) {
	if id.IsExported() {
		old := l.kinds[id.Name]
		l.kinds[id.Name] = MethodKinds{old.Generic || kinds.Generic, old.Function || kinds.Function}
	}
}

func (l *methodList) addCall(id *ast.Ident, typ *ast.FuncType) {
	a := arity{typ.Params.NumFields(), typ.Results.NumFields()}
	if id.IsExported() && !slices.Contains(l.calls[id.Name], a) {
		l.calls[id.Name] = append(l.calls[id.Name], a)
	}
}

// format prints the list.
func (l *methodList) format() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(l.kinds)) {
		b.WriteString(name)
		if l.kinds[name].Generic {
			b.WriteString(" generic")
		}
		if l.kinds[name].Function {
			b.WriteString(" function")
		}
		for _, a := range slices.SortedFunc(slices.Values(l.calls[name]), func(a, b arity) int {
			return cmp.Or(cmp.Compare(a.params, b.params), cmp.Compare(a.results, b.results))
		}) {
			b.WriteString(" " + a.String())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestStandardMethods compares the list with the source of the running Go.
// Methods that only older releases have do no harm, and stay.
func TestStandardMethods(t *testing.T) {
	known := methodList{maps.Clone(standardMethods), maps.Clone(standardCalls)}
	addStandardLibrary(t, filepath.Join(build.Default.GOROOT, "src"), &known)
	want := known.format()
	if want == stdmethods {
		return
	}
	if !*update {
		t.Fatal("methods of the running Go are not in the list: run go test ./callgraph -run StandardMethods -update")
	}
	if err := os.WriteFile("stdmethods.txt", []byte(want), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestStandardCalls names what the list of calls is for.
func TestStandardCalls(t *testing.T) {
	for _, test := range []struct {
		method Method
		want   bool
	}{
		{Method{Name: "Close", Results: 1}, true},
		{Method{Name: "Close", Params: 1}, false},                    // no interface has it
		{Method{Name: "Less", Params: 2, Results: 1}, true},          // sort.Interface
		{Method{Name: "Is", Params: 1, Results: 1}, true},            // an interface in the body of errors.Is
		{Method{Name: "MarshalJSONTo", Params: 1, Results: 1}, true}, // behind a build constraint
		{Method{Name: "Read", Params: 1, Results: 2, Private: true}, false},
		{Method{Name: "Nowhere"}, false},
	} {
		if got := namedInStandard(&test.method); got != test.want {
			t.Errorf("%+v: %v, want %v", test.method, got, test.want)
		}
	}
}

// addStandardLibrary adds the exported methods below a folder.
func addStandardLibrary(t *testing.T, root string, list *methodList) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if d.Name() == "testdata" || path == filepath.Join(root, "cmd") {
			return filepath.SkipDir
		}
		var files []*ast.File
		fset := token.NewFileSet()
		paths, err := filepath.Glob(filepath.Join(path, "*.go"))
		for _, name := range paths {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			files = append(files, f)
		}
		addMethods(files, list)
		if !strings.Contains(path, "internal") && !strings.Contains(path, "crypto") { // others can't instantiate what is in these
			for _, f := range files {
				requireNoGenericCalls(t, fset, f)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// addMethods adds the methods that the types in files of one folder have.
func addMethods(files []*ast.File, list *methodList) {
	functions := map[string]bool{}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSpec:
				if _, ok := n.Type.(*ast.FuncType); ok {
					functions[n.Name.Name] = true
				}
			case *ast.InterfaceType:
				for _, m := range n.Methods.List {
					for _, id := range m.Names {
						list.add(id, MethodKinds{})
						list.addCall(id, m.Type.(*ast.FuncType))
					}
				}
			}
			return true
		})
	}
	for _, f := range files {
		for _, d := range f.Decls {
			n, ok := d.(*ast.FuncDecl)
			if !ok || n.Recv == nil {
				continue
			}
			recv := n.Recv.List[0].Type
			if star, ok := recv.(*ast.StarExpr); ok {
				recv = star.X
			}
			var kinds MethodKinds
			switch x := recv.(type) {
			case *ast.IndexExpr, *ast.IndexListExpr:
				kinds.Generic = true
			case *ast.Ident:
				kinds.Function = functions[x.Name]
			}
			list.add(n.Name, kinds)
		}
	}
}

// requireNoGenericCalls makes sure that no interface in generic code has a method
// that mentions type parameters: such a method could be that of a private type,
// which namedInStandard denies.
func requireNoGenericCalls(t *testing.T, fset *token.FileSet, f *ast.File) {
	t.Helper()
	for _, d := range f.Decls {
		params := map[string]bool{}
		collect := func(list *ast.FieldList) {
			if list == nil {
				return
			}
			for _, field := range list.List {
				for _, id := range field.Names {
					params[id.Name] = true
				}
			}
		}
		ast.Inspect(d, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				collect(n.Type.TypeParams)
				if n.Recv != nil {
					ast.Inspect(n.Recv.List[0].Type, func(n ast.Node) bool {
						if x, ok := n.(*ast.IndexExpr); ok {
							if id, ok := x.Index.(*ast.Ident); ok {
								params[id.Name] = true
							}
						}
						return true
					})
				}
			case *ast.TypeSpec:
				collect(n.TypeParams)
			case *ast.InterfaceType:
				for _, m := range n.Methods.List {
					if len(m.Names) == 0 || !m.Names[0].IsExported() {
						continue
					}
					ast.Inspect(m.Type, func(x ast.Node) bool {
						if id, ok := x.(*ast.Ident); ok && params[id.Name] {
							t.Errorf("%s: method %s of an interface mentions type parameter %s", fset.Position(id.Pos()), m.Names[0].Name, id.Name)
						}
						return true
					})
				}
			}
			return true
		})
	}
}
