package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/mod/modfile"
)

const module = "github.com/autover/autover"

// rule is a row of the table "One way through the house" in the design notes:
// what the files of a folder, tests aside, may import and must not use.
type rule struct {
	folder string
	// own are the packages of this module, third the packages of others that
	// may be imported; an entry that ends in /... stands for a tree.
	own, third []string
	// never are packages of the standard library, or objects of them.
	never []string
	// only are the objects that may be used of packages of the standard library.
	only map[string][]string
}

// Nothing but the packages that hash inputs pass through may learn of the
// machine or the moment.
var machine = []string{"time.Now", "time.Since", "runtime.GOOS", "runtime.GOARCH", "os.Hostname", "math/rand", "math/rand/v2", "hash/maphash"}

// Only main talks to the process.
var process = []string{
	"os.Exit", "os.Stdout", "os.Stderr", "os.Stdin", "os.Args", "os.Getenv", "os.LookupEnv", "os.Setenv",
	"fmt.Print", "fmt.Printf", "fmt.Println", "log", "log/slog", "flag",
}

// Package analyzer reads through internal/inputs alone, or a cached answer might
// not depend on all that was read. Of os it may use what reads nothing, and the
// environment where the caller leaves it to the process.
var unread = map[string][]string{
	"os":            {"DevNull", "Environ"},
	"path/filepath": {"Abs", "Base", "Clean", "Dir", "Ext", "FromSlash", "IsAbs", "IsLocal", "Join", "Match", "Rel", "Separator", "SkipDir", "SplitList", "ToSlash", "VolumeName"},
}

var rules = []rule{
	{folder: ".", own: []string{"cmd"}, never: []string{"fmt", "go/ast", "go/types"}},
	{
		folder: "cmd", own: []string{"analyzer", "internal/near", "internal/causes", "internal/explanation", "internal/lockfile", "internal/revision"}, third: []string{"github.com/spf13/cobra"},
		never: slices.Concat(process, []string{"go/ast", "go/types", "go/parser", "go/token", "os/exec", "os.Environ"}),
	},
	{
		folder: "analyzer", own: []string{"callgraph", "hasher", "depversion", "internal/..."},
		third: []string{"golang.org/x/tools/go/packages", "golang.org/x/tools/go/gcexportdata", "golang.org/x/tools/container/intsets"},
		never: slices.Concat(process, machine, []string{"io/ioutil", "syscall", "go/build", "go/importer", "go/parser.ParseDir", "net", "embed"}),
		only:  unread,
	},
	{
		folder: "callgraph", own: []string{"internal/intset", "internal/scc", "internal/symbol"}, third: []string{"golang.org/x/tools/go/ssa/...", "golang.org/x/tools/container/intsets"},
		never: slices.Concat(process, machine, []string{"os", "os/exec", "io", "io/fs", "net", "crypto/sha256", "crypto/sha512", "hash"}),
	},
	{
		folder: "hasher", own: []string{"internal/scc", "internal/symbol"}, third: []string{"github.com/zeebo/blake3"},
		never: slices.Concat(process, machine, []string{"os", "os/exec", "io/fs", "net", "path/filepath"}),
	},
	{
		folder: "depversion", third: []string{"golang.org/x/mod/..."},
		never: slices.Concat(process, machine, []string{"os/exec", "net"}),
	},
	{ // a program of its own, which measures
		folder: "internal/eval", own: []string{"analyzer", "internal/genmodule"},
		third: []string{"golang.org/x/tools/go/packages", "golang.org/x/tools/go/ssa/...", "golang.org/x/tools/go/callgraph/..."},
		never: []string{"os.Hostname", "hash/maphash"},
	},
	{folder: "internal/eval/tracer", never: []string{"os/exec", "os.Hostname", "hash/maphash", "net"}}, // a part of programs that are measured
	{folder: "internal/explanation", own: []string{"analyzer"}, never: slices.Concat(process, machine, []string{"os", "os/exec", "net"})},
	{
		folder: "internal/causes", own: []string{"analyzer", "internal/lockfile"}, third: []string{"github.com/rogpeppe/go-internal/diff"},
		never: slices.Concat(process, machine, []string{"os/exec", "net"}),
	},
	{
		folder: "internal/yamltree", third: []string{"go.yaml.in/yaml/v3"},
		never: slices.Concat(process, machine, []string{"os", "os/exec", "net"}),
	},
	{ // it looks at the machine, for the others, and has to know how old files are
		folder: "internal/inputs", own: []string{"internal/store", "internal/wire"},
		never: slices.Concat(process, []string{"os.Hostname", "math/rand", "math/rand/v2", "hash/maphash", "net"}),
		only:  map[string][]string{"os/exec": {"LookPath"}},
	},
	{ // it has to know how old its files are
		folder: "internal/store", third: []string{"github.com/rogpeppe/go-internal/lockedfile"},
		never: slices.Concat(process, []string{"runtime.GOOS", "runtime.GOARCH", "os.Hostname", "math/rand", "math/rand/v2", "hash/maphash"}),
	},
	{
		folder: "internal/...", own: []string{"internal/..."},
		never: slices.Concat(process, machine),
	},
}

// maxLines is the length beyond which a file has more than one subject.
const maxLines = 900

func TestArchitecture(t *testing.T) {
	for _, problem := range architecture(os.DirFS(".")) {
		t.Error(problem)
	}
}

// architecture returns what breaks the rules in a source tree.
func architecture(tree fs.FS) (problems []string) {
	problem := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	packageComment := make(map[string]bool)
	importers := make(map[string][]string) // of each required module, non-test packages
	required, err := goMod(tree, problem)
	if err != nil {
		return []string{err.Error()}
	}
	err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if base == "testdata" || base == "vendor" || name != "." && strings.HasPrefix(base, ".") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") {
			return nil
		}
		src, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		if lines := strings.Count(string(src), "\n"); lines > maxLines {
			problem("%s: %d lines, more than %d", name, lines, maxLines)
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if strings.HasSuffix(base, "_test.go") {
			return nil
		}
		folder := path.Dir(name)
		packageComment[folder] = packageComment[folder] || file.Doc != nil
		for _, imp := range file.Imports {
			p, _ := strconv.Unquote(imp.Path.Value)
			if mod := providing(required, p); mod != "" && !slices.Contains(importers[mod], folder) {
				importers[mod] = append(importers[mod], folder)
			}
		}
		i := slices.IndexFunc(rules, func(r rule) bool { return matches(r.folder, folder) })
		if i < 0 {
			problem("%s: no rule for folder %s", name, folder)
			return nil
		}
		checkImports(file, rules[i], func(pos token.Pos, format string, args ...any) {
			problem("%v: %s", fset.Position(pos), fmt.Sprintf(format, args...))
		})
		checkDeclarations(file, folder, func(pos token.Pos, format string, args ...any) {
			problem("%v: %s", fset.Position(pos), fmt.Sprintf(format, args...))
		})
		return nil
	})
	if err != nil {
		problem("%v", err)
	}
	for folder, ok := range packageComment {
		if !ok {
			problem("%s: no package comment", folder)
		}
	}
	for mod, folders := range importers {
		// Of these, by the rules, each imports packages of its own.
		if len(folders) > 1 && mod != "golang.org/x/tools" && mod != "github.com/rogpeppe/go-internal" {
			problem("%s: imported by %s", mod, strings.Join(folders, " and "))
		}
	}
	slices.Sort(problems)
	return problems
}

// goMod returns the required modules and refuses replacements: with one,
// `go run module@version` doesn't work.
func goMod(tree fs.FS, problem func(string, ...any)) ([]string, error) {
	data, err := fs.ReadFile(tree, "go.mod")
	if err != nil {
		return nil, err
	}
	mod, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return nil, err
	}
	for _, r := range mod.Replace {
		problem("go.mod:%d: replace", r.Syntax.Start.Line)
	}
	for _, e := range mod.Exclude {
		problem("go.mod:%d: exclude", e.Syntax.Start.Line)
	}
	var required []string
	for _, r := range mod.Require {
		required = append(required, r.Mod.Path)
	}
	return required, nil
}

// providing is the required module with a package, or "".
func providing(required []string, pkg string) (best string) {
	for _, mod := range required {
		if (pkg == mod || strings.HasPrefix(pkg, mod+"/")) && len(mod) > len(best) {
			best = mod
		}
	}
	return best
}

// matches says whether a path is the pattern, or in its tree if it ends in /...
func matches(pattern, p string) bool {
	tree, isTree := strings.CutSuffix(pattern, "/...")
	return p == tree || isTree && strings.HasPrefix(p, tree+"/")
}

type report func(token.Pos, string, ...any)

func checkImports(file *ast.File, r rule, report report) {
	allowed := func(patterns []string, p string) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, p) })
	}
	names := make(map[string]string) // of imports in this file, to paths
	for _, imp := range file.Imports {
		p, _ := strconv.Unquote(imp.Path.Value)
		name := path.Base(p)
		if imp.Name != nil {
			name = imp.Name.Name
		}
		names[name] = p
		first, _, _ := strings.Cut(p, "/")
		switch own, isOwn := strings.CutPrefix(p, module+"/"); {
		case name == ".":
			report(imp.Pos(), "dot import of %s", p)
		case isOwn:
			if !allowed(r.own, own) {
				report(imp.Pos(), "%s imports %s", r.folder, own)
			}
		case strings.Contains(first, "."):
			if !allowed(r.third, p) {
				report(imp.Pos(), "%s imports %s", r.folder, p)
			}
		case slices.Contains(r.never, p):
			report(imp.Pos(), "%s imports %s", r.folder, p)
		}
	}
	object := func(e ast.Expr) (pkg, name string) {
		if sel, ok := e.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok {
				return names[x.Name], sel.Sel.Name
			}
		}
		return "", ""
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			pkg, name := object(n)
			allowed, limited := r.only[pkg]
			if slices.Contains(r.never, pkg+"."+name) || limited && !slices.Contains(allowed, name) {
				report(n.Pos(), "%s uses %s.%s", r.folder, pkg, name)
			}
		case *ast.CallExpr:
			if pkg, name := object(n.Fun); len(r.only) > 0 && pkg+"."+name == "go/parser.ParseFile" && len(n.Args) > 2 {
				if src, ok := n.Args[2].(*ast.Ident); ok && src.Name == "nil" {
					report(n.Pos(), "%s lets go/parser.ParseFile read a file", r.folder)
				}
			}
		}
		return true
	})
}

func checkDeclarations(file *ast.File, folder string, report report) {
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == "init" && d.Recv == nil {
				report(d.Pos(), "init function")
			}
			if d.Name.IsExported() && exportedReceiver(d) && d.Doc == nil {
				report(d.Pos(), "%s has no doc comment", d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				checkSpec(d, spec, folder, report)
			}
		}
	}
}

// exportedReceiver says whether a function is no method, or one of an exported
// type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}

func checkSpec(d *ast.GenDecl, spec ast.Spec, folder string, report report) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
			report(s.Pos(), "%s has no doc comment", s.Name.Name)
		}
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
				report(s.Pos(), "%s has no doc comment", name.Name)
			}
		}
		if folder != "cmd" || d.Tok != token.VAR {
			return
		}
		ast.Inspect(s, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Command" {
				report(s.Pos(), "package-level command")
			}
			return true
		})
	}
}

// Every rule can fail: a tree that keeps them all, and one mistake at a time.
func TestArchitectureRulesBite(t *testing.T) {
	good := map[string]string{
		"go.mod": "module " + module + "\n\ngo 1.26.0\n\nrequire (\n\tgithub.com/spf13/cobra v1.0.0\n\tgithub.com/zeebo/blake3 v0.2.4\n" +
			"\tgolang.org/x/tools v0.1.0\n\tgolang.org/x/mod v0.1.0\n)\n",
		"main.go":              "// Autover.\npackage main\n\nimport (\n\t\"os\"\n\t\"" + module + "/cmd\"\n)\n\nfunc main() { os.Exit(cmd.Main()) }\n",
		"cmd/main.go":          "// Package cmd.\npackage cmd\n\nimport \"" + module + "/analyzer\"\n\n// Main runs.\nfunc Main() int { return analyzer.Run() }\n",
		"analyzer/run.go":      "// Package analyzer.\npackage analyzer\n\nimport \"golang.org/x/tools/go/packages\"\n\n// Run runs.\nfunc Run() int { return len(packages.X) }\n",
		"callgraph/graph.go":   "// Package callgraph.\npackage callgraph\n\nimport \"golang.org/x/tools/go/ssa\"\n\nvar _ ssa.X\n",
		"hasher/hasher.go":     "// Package hasher.\npackage hasher\n\nimport \"github.com/zeebo/blake3\"\n\nvar _ blake3.X\n",
		"depversion/mod.go":    "// Package depversion.\npackage depversion\n\nimport \"golang.org/x/mod/modfile\"\n\nvar _ modfile.X\n",
		"internal/x/x.go":      "// Package x.\npackage x\n",
		"hasher/h_test.go":     "package hasher\n\nimport \"os/exec\"\n\nvar X = exec.Command\n\nfunc init() {}\n",
		"testdata/broken/x.go": "broken",
	}
	tree := func(name, content string) fs.FS {
		files := make(fstest.MapFS)
		for n, c := range good {
			files[n] = &fstest.MapFile{Data: []byte(c)}
		}
		files[name] = &fstest.MapFile{Data: []byte(content)}
		return files
	}
	if problems := architecture(tree("README.md", "")); len(problems) > 0 {
		t.Fatalf("the tree without mistakes has some:\n%s", strings.Join(problems, "\n"))
	}
	file := func(pkg, imp, body string) string {
		if imp != "" {
			imp = "\nimport " + imp + "\n"
		}
		return "package " + pkg + "\n" + imp + "\n" + body + "\n"
	}
	own := func(p string) string { return strconv.Quote(module + "/" + p) }
	tests := []struct{ name, content, want string }{
		{"go.mod", good["go.mod"] + "\nreplace golang.org/x/mod => ../mod\n", "go.mod:12: replace"},
		{"go.mod", good["go.mod"] + "\nexclude golang.org/x/mod v0.0.1\n", "go.mod:12: exclude"},
		{"x.go", file("main", own("analyzer"), ""), "x.go:3:8: . imports analyzer"},
		{"x.go", file("main", `"fmt"`, ""), "x.go:3:8: . imports fmt"},
		{"cmd/x.go", file("cmd", `"os"`, "func f() { os.Exit(1) }"), "cmd/x.go:5:12: cmd uses os.Exit"},
		{"cmd/x.go", file("cmd", `o "os"`, "func f() { o.Exit(1) }"), "cmd/x.go:5:12: cmd uses os.Exit"},
		{"cmd/x.go", file("cmd", `. "os"`, ""), "cmd/x.go:3:8: dot import of os"},
		{"cmd/x.go", file("cmd", `"go/ast"`, ""), "cmd/x.go:3:8: cmd imports go/ast"},
		{"cmd/x.go", file("cmd", `"golang.org/x/tools/go/packages"`, ""), "cmd/x.go:3:8: cmd imports golang.org/x/tools/go/packages"},
		{"cmd/x.go", file("cmd", own("hasher"), ""), "cmd/x.go:3:8: cmd imports hasher"},
		{"cmd/x.go", file("cmd", `"github.com/spf13/cobra"`, "var c = &cobra.Command{}"), "cmd/x.go:5:5: package-level command"},
		{"cmd/x.go", file("cmd", "", "func init() {}"), "cmd/x.go:3:1: init function"},
		{"analyzer/x.go", file("analyzer", `"golang.org/x/tools/go/ssa"`, ""), "analyzer imports golang.org/x/tools/go/ssa"},
		{"analyzer/x.go", file("analyzer", `"time"`, "var x = time.Now()"), "analyzer/x.go:5:9: analyzer uses time.Now"},
		{"analyzer/x.go", file("analyzer", `"os"`, "var x = os.Stdout"), "analyzer uses os.Stdout"},
		{"analyzer/x.go", file("analyzer", `"os"`, "var x, _ = os.ReadFile(`f`)"), "analyzer uses os.ReadFile"},
		{"analyzer/x.go", file("analyzer", `o "os"`, "var f = o.Stat"), "analyzer uses os.Stat"},
		{"analyzer/x.go", file("analyzer", `"path/filepath"`, "var x, _ = filepath.Glob(`*`)"), "analyzer uses path/filepath.Glob"},
		{"analyzer/x.go", file("analyzer", `"io/ioutil"`, ""), "analyzer imports io/ioutil"},
		{"analyzer/x.go", file("analyzer", `"go/parser"`, "var x, _ = parser.ParseFile(nil, `f`, nil, 0)"), "analyzer lets go/parser.ParseFile read a file"},
		{"internal/inputs/x.go", file("inputs", `"os/exec"`, "var x = exec.Command(`go`)"), "internal/inputs uses os/exec.Command"},
		{"analyzer/x.go", file("analyzer", `"github.com/zeebo/blake3"`, ""), "github.com/zeebo/blake3: imported by analyzer and hasher"},
		{"callgraph/x.go", file("callgraph", own("hasher"), ""), "callgraph imports hasher"},
		{"callgraph/x.go", file("callgraph", `"os"`, ""), "callgraph imports os"},
		{"hasher/x.go", file("hasher", `"golang.org/x/tools/go/ssa"`, ""), "hasher imports golang.org/x/tools/go/ssa"},
		{"hasher/x.go", file("hasher", `"runtime"`, "var x = runtime.GOOS"), "hasher uses runtime.GOOS"},
		{"depversion/x.go", file("depversion", `"os/exec"`, ""), "depversion imports os/exec"},
		{"internal/x/y.go", file("x", own("hasher"), ""), "internal/... imports hasher"},
		{"internal/eval/x.go", file("main", own("callgraph"), ""), "internal/eval imports callgraph"},
		{"internal/store/x.go", file("store", own("analyzer"), ""), "internal/store imports analyzer"},
		{"internal/yamltree/x.go", file("yamltree", own("internal/near"), ""), "internal/yamltree imports internal/near"},
		{"other/x.go", file("other", "", ""), "other/x.go: no rule for folder other"},
		{"internal/y/y.go", file("y", "", ""), "internal/y: no package comment"},
		{"hasher/x.go", file("hasher", "", "func F() {}"), "hasher/x.go:3:1: F has no doc comment"},
		{"hasher/x.go", file("hasher", "", "// T is.\ntype T[P any] int\n\nfunc (*T[P]) M() {}"), "M has no doc comment"},
		{"hasher/x.go", file("hasher", "", "type T int"), "T has no doc comment"},
		{"hasher/x.go", file("hasher", "", "const C = 1"), "C has no doc comment"},
		{"hasher/x.go", file("hasher", "", strings.Repeat("\n", maxLines)), "hasher/x.go: 903 lines, more than 900"},
		{"hasher/x.go", "packag hasher", "expected 'package'"},
	}
	for _, test := range tests {
		problems := strings.Join(architecture(tree(test.name, test.content)), "\n")
		if !strings.Contains(problems, test.want) {
			t.Errorf("%s:\n%s\ngives %q, want %q", test.name, test.content, problems, test.want)
		}
	}
}
