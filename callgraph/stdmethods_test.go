package callgraph

import (
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

// TestStandardMethods compares the list with the source of the running Go.
// Methods that only older releases have do no harm, and stay.
func TestStandardMethods(t *testing.T) {
	declared := standardLibraryMethods(t, filepath.Join(build.Default.GOROOT, "src"))
	known := maps.Clone(standardMethods)
	for name, m := range declared {
		old, ok := known[name]
		both := MethodKinds{m.Generic || old.Generic, m.Function || old.Function}
		if !ok || both != old {
			known[name] = both
			if !*update {
				t.Errorf("%s %+v is not in the list: run go test ./callgraph -run StandardMethods -update", name, m)
			}
		}
	}
	if !*update {
		return
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(known)) {
		b.WriteString(name)
		if known[name].Generic {
			b.WriteString(" generic")
		}
		if known[name].Function {
			b.WriteString(" function")
		}
		b.WriteByte('\n')
	}
	if err := os.WriteFile("stdmethods.txt", []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
}

// standardLibraryMethods returns the exported methods below a folder.
func standardLibraryMethods(t *testing.T, root string) map[string]MethodKinds {
	t.Helper()
	methods := map[string]MethodKinds{}
	add := func(id *ast.Ident, kinds MethodKinds) {
		if id.IsExported() {
			old := methods[id.Name]
			methods[id.Name] = MethodKinds{old.Generic || kinds.Generic, old.Function || kinds.Function}
		}
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if d.Name() == "testdata" || path == filepath.Join(root, "cmd") {
			return filepath.SkipDir
		}
		var files []*ast.File
		paths, err := filepath.Glob(filepath.Join(path, "*.go"))
		for _, name := range paths {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			files = append(files, f)
		}
		folderMethods(files, add)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return methods
}

// folderMethods visits the methods that the types in files of one folder have.
func folderMethods(files []*ast.File, add func(*ast.Ident, MethodKinds)) {
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
						add(id, MethodKinds{})
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
			add(n.Name, kinds)
		}
	}
}
