package analyzer

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/autover/autover/hasher"
)

// Config.Constants asks for what 'autover generate' writes: for each package that
// the targets select, the constants that hold the versions of its tasks.
//
// Code may use such constants before there are any. So what a file of constants
// ought to hold is known before the package is type-checked: one constant for
// each task, with some value. That takes the place of the file in the packages
// that are asked for, and adds what is missing in all others. It can't move a
// version, since generated constants enter by name alone. Two of them never have one
// value, or a switch over versions would not compile.

// ConstantsFile is the name of the file of constants in a package.
const ConstantsFile = "autover_versions.go"

// GeneratedHeader is the first line of a file of constants.
const GeneratedHeader = hasher.GeneratedHeader

// ConstantFile is the file of constants of one package.
type ConstantFile struct {
	// Path is absolute, Position relative to the folder of go.mod or go.work.
	Path, Position string
	// Package is the name in the package clause.
	Package string
	// Constants are sorted by name. A package without tasks that still has the
	// file, which has to go, has none.
	Constants []Constant
}

// Constant is a constant that holds the version of a target.
type Constant struct {
	Name, Target, Version string
}

// wantConstants remembers the packages whose files of constants are to be made, and
// refuses targets that are no packages of a main module.
func (w *world) wantConstants(cfg Config) error {
	if !cfg.Constants {
		return nil
	}
	w.constants = make(map[string]bool)
	outline := w.outline()
	for _, s := range packageTargets(cfg) {
		group := outline.lookup(s)
		if strings.Contains(s, "...") {
			group = outline.match(s)
		}
		if len(group) == 0 {
			return fmt.Errorf("generate for %s: no such package of a main module: name packages, such as ./... or ./pkg", s)
		}
		for _, p := range group {
			if !p.main {
				return fmt.Errorf("generate for %s: %s belongs to no main module: run autover in its module", s, p.path)
			}
			w.constants[p.id] = true
		}
	}
	return nil
}

func packageTargets(cfg Config) []string {
	if len(cfg.Targets) == 0 {
		return []string{"."}
	}
	return cfg.Targets
}

// selectConstants selects the tasks of the packages that constants are asked for.
func (w *world) selectConstants(cfg Config) (*selection, error) {
	sel, err := w.choose(&resolver{tasks: true, tasksOnly: true, optional: true}, packageTargets(cfg))
	if err != nil {
		return nil, err
	}
	for _, t := range sel.targets {
		if t.pkg.forTest != "" {
			return nil, fmt.Errorf("%s: task %s is declared in a test file, so no file of constants can hold its version: move it", t.fn.position, t.task())
		}
	}
	_, err = w.constantFiles(sel, nil) // before any error that follows from its own
	return sel, err
}

// constantFiles returns the files of constants, with the versions found.
func (w *world) constantFiles(sel *selection, found []Target) ([]ConstantFile, error) {
	versions := make(map[string]string, len(found))
	for _, t := range found {
		versions[t.Name] = t.Version
	}
	var files []ConstantFile
	for _, p := range w.private {
		if !w.constants[p.id] || p.forTest != "" {
			continue
		}
		path := filepath.Join(p.dir, ConstantsFile)
		f := ConstantFile{Path: path, Position: w.relative(path), Package: p.name}
		tasks, err := w.taskConstants(p)
		if err != nil {
			return nil, err
		}
		for _, t := range sel.targets {
			if t.pkg == p {
				f.Constants = append(f.Constants, Constant{tasks[t.decl()].name, t.name, versions[t.name]})
			}
		}
		made, exists, err := w.isConstantsFile(p.dir)
		if err != nil {
			return nil, fmt.Errorf("%s: read file: %w", f.Position, err)
		}
		if !made && len(f.Constants) == 0 {
			continue
		}
		if exists && !made {
			return nil, fmt.Errorf("%s: it was not written by autover generate, which would overwrite it: rename it", f.Position)
		}
		slices.SortFunc(f.Constants, func(a, b Constant) int { return strings.Compare(a.Name, b.Name) })
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b ConstantFile) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// isConstantsFile tells whether the file of constants in a folder is one, since it
// begins as those of autover generate do, and whether there is one at all.
func (w *world) isConstantsFile(dir string) (made, exists bool, err error) {
	entry, err := w.in.Entry(dir, ConstantsFile)
	if err != nil || entry == nil {
		return false, false, err
	}
	if !entry.Type().IsRegular() {
		return false, true, nil
	}
	data, err := w.in.ReadFile(filepath.Join(dir, ConstantsFile))
	first, _, _ := strings.Cut(string(data), "\n")
	return strings.TrimRight(first, " \t\r") == hasher.GeneratedHeader, true, err
}

// A taskConstant is the constant of one task.
type taskConstant struct {
	name, value string
	pos         token.Pos
}

// taskConstants returns the constants of the tasks of a package, tests apart. Two
// of one name are an error, and so is one that the package declares by itself,
// if its constants are asked for.
func (w *world) taskConstants(p *privatePackage) (map[*ast.FuncDecl]taskConstant, error) {
	declared := topLevelNames(p.files, func(f *ast.File) bool { return w.fset.File(f.FileStart).Name() == filepath.Join(p.dir, ConstantsFile) })
	tasks := make(map[*ast.FuncDecl]taskConstant)
	owner := make(map[string]*ast.FuncDecl)
	for _, f := range p.files {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			said := p.directives[fn]
			if !ok || said == nil || said.task == nil || p.inTestFile(w, fn) {
				continue
			}
			c := taskConstant{name: constantName(said.task.name), pos: fn.Name.Pos()}
			if other := owner[c.name]; other != nil {
				return nil, fmt.Errorf("%s: task %s and that at %s would both have the constant %s: name one, as in //autover:task NAME",
					w.position(c.pos), said.task.name, w.position(other.Name.Pos()), c.name)
			}
			if at, taken := declared[c.name]; taken {
				return nil, fmt.Errorf("%s: task %s would have the constant %s, which %s declares as something else: rename one",
					w.position(c.pos), said.task.name, c.name, w.position(at))
			}
			e := hasher.NewEncoder("placeholder")
			e.String(p.path)
			e.String(c.name)
			c.value = hasher.Version(e.Sum())
			if said.pin != nil {
				c.value = said.pin.value
			}
			owner[c.name], tasks[fn] = fn, c
		}
	}
	return tasks, nil
}

// topLevelNames returns what files declare at package level, but for one of them.
func topLevelNames(files []*ast.File, except func(*ast.File) bool) map[string]token.Pos {
	names := make(map[string]token.Pos)
	for _, f := range files {
		if except(f) {
			continue
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					names[d.Name.Name] = d.Name.Pos()
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						names[s.Name.Name] = s.Name.Pos()
					case *ast.ValueSpec:
						for _, id := range s.Names {
							names[id.Name] = id.Pos()
						}
					}
				}
			}
		}
	}
	return names
}

// constantName makes the name of a constant from that of a task: "train-model" and
// "Model.Train" have TrainModelVersion and ModelTrainVersion.
func constantName(task string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(task, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		runes := []rune(word)
		b.WriteRune(unicode.ToUpper(runes[0]))
		b.WriteString(string(runes[1:]))
	}
	name := b.String() + "Version"
	if !token.IsIdentifier(name) { // it begins with a digit
		name = "Task" + name
	}
	return name
}

// placeConstants puts into the syntax of a package what its file of constants ought
// to hold. The file itself is left out where it is to be made anew; whatever is
// wrong with it doesn't matter then.
func (w *world) placeConstants(p *privatePackage) {
	path := filepath.Join(p.dir, ConstantsFile)
	replaced := w.constants[p.id]
	if made, _, _ := w.isConstantsFile(p.dir); replaced && made {
		p.files = slices.DeleteFunc(p.files, func(f *ast.File) bool { return w.fset.File(f.FileStart).Name() == path })
		at := w.relative(path)
		p.errs = slices.DeleteFunc(p.errs, func(e problem) bool { return e.pos == at || strings.HasPrefix(e.pos, at+":") })
	}
	tasks, err := w.taskConstants(p)
	if err != nil {
		return // said later, if it matters
	}
	have := topLevelNames(p.files, func(*ast.File) bool { return false })
	var lines []string
	for _, c := range tasks {
		if _, ok := have[c.name]; !ok {
			lines = append(lines, "const "+c.name+" = "+strconv.Quote(c.value)+"\n")
		}
	}
	if len(lines) == 0 {
		return
	}
	slices.Sort(lines)
	src := hasher.GeneratedHeader + "\n\npackage " + p.name + "\n\n" + strings.Join(lines, "")
	f, err := parser.ParseFile(w.fset, path, src, parser.ParseComments|parser.SkipObjectResolution)
	if err == nil {
		p.files = append(p.files, f)
	}
}

// constantsOnly tells whether a file is one of constants: it declares nothing else,
// and a version knows its constants by name.
func (w *world) constantsOnly(f *ast.File) bool {
	if filepath.Base(w.fset.File(f.FileStart).Name()) != ConstantsFile || !hasher.IsGenerated(f) {
		return false
	}
	return !slices.ContainsFunc(f.Decls, func(d ast.Decl) bool {
		g, ok := d.(*ast.GenDecl)
		return !ok || g.Tok != token.CONST
	})
}
