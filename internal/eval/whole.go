package main

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

// whole is a module with everything that it imports, as SSA, bodies of external
// functions included.
type whole struct {
	module, dir string
	fset        *token.FileSet
	program     *ssa.Program
	// listed are the packages of the module.
	listed map[*ssa.Package]bool
	ranks  map[*ast.FuncLit]int
	places map[*ssa.Function]place
}

// loadWhole loads the module in a folder, with tests or without, as it is without cgo.
func loadWhole(ctx context.Context, dir string, tests bool) (*whole, error) {
	dir, err := filepath.EvalSymlinks(dir)
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	if err != nil {
		return nil, err
	}
	list, err := packages.Load(&packages.Config{
		Context: ctx, Dir: dir, Tests: tests, Env: append(os.Environ(), "CGO_ENABLED=0"),
		Mode: packages.LoadAllSyntax | packages.NeedModule,
	}, "./...")
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", dir, err)
	}
	var problems []error
	packages.Visit(list, nil, func(p *packages.Package) {
		for _, e := range p.Errors {
			problems = append(problems, e)
		}
	})
	if len(problems) > 0 {
		return nil, fmt.Errorf("load %s: %w", dir, errors.Join(problems...))
	}
	program, all := ssautil.AllPackages(list, ssa.InstantiateGenerics)
	program.Build()
	w := &whole{
		dir: dir, program: program, listed: make(map[*ssa.Package]bool),
		ranks: make(map[*ast.FuncLit]int), places: make(map[*ssa.Function]place),
	}
	for i, p := range list {
		w.fset = p.Fset
		w.listed[all[i]] = true
		if p.Module != nil {
			w.module = p.Module.Path
		}
		for _, file := range p.Syntax {
			eachFunction(w.fset.File(file.FileStart), file, func(n ast.Node, _, rank int) {
				if literal, ok := n.(*ast.FuncLit); ok {
					w.ranks[literal] = rank
				}
			})
		}
	}
	return w, nil
}

// placeOf is where a private function stands, for all instances of a generic one. The
// bodies of range statements that are functions belong to those around them.
func (w *whole) placeOf(f *ssa.Function) (place, bool) {
	at, ok := w.places[f]
	if !ok {
		at = w.findPlace(f)
		w.places[f] = at
	}
	return at, at != place{}
}

func (w *whole) findPlace(f *ssa.Function) place {
	pos, rank := token.NoPos, 0
	switch n := f.Syntax().(type) {
	case *ast.FuncDecl:
		pos = n.Name.Pos()
	case *ast.FuncLit:
		pos, rank = n.Pos(), w.ranks[n]
	case *ast.RangeStmt:
		at, _ := w.placeOf(f.Parent())
		return at
	}
	if !pos.IsValid() || isWrapper(f) {
		return place{}
	}
	position := w.fset.PositionFor(pos, false)
	file, err := filepath.Rel(w.dir, position.Filename)
	if err != nil || !filepath.IsLocal(file) {
		return place{}
	}
	return place{filepath.ToSlash(file), position.Line, rank}
}

// isWrapper tells whether the compiler makes a function to call another one: a bound
// or promoted method, or a method as a function.
func isWrapper(f *ssa.Function) bool {
	return strings.HasPrefix(f.Synthetic, "wrapper") || strings.HasPrefix(f.Synthetic, "bound") || strings.HasPrefix(f.Synthetic, "thunk") ||
		strings.HasPrefix(f.Synthetic, "instantiation wrapper")
}

// outermost is the declared function around a literal.
func outermost(f *ssa.Function) *ssa.Function {
	for f.Parent() != nil {
		f = f.Parent()
	}
	return f
}

// A wholeRoot is a function that a program starts at, after the initialisation of
// packages.
type wholeRoot struct {
	at    place
	start *ssa.Function
	inits []*ssa.Function
}

// roots are the functions to start at.
func (w *whole) roots(o rtaOptions) []wholeRoot {
	var mains, others []wholeRoot
	for f := range ssautil.AllFunctions(w.program) {
		at, ok := w.placeOf(f)
		if !ok || !w.listed[f.Pkg] || f.Parent() != nil || f.Origin() != nil || f.TypeParams().Len() > 0 || f.Signature.RecvTypeParams().Len() > 0 {
			continue
		}
		root := wholeRoot{at, f, []*ssa.Function{f.Pkg.Func("init")}}
		switch {
		case o.tests:
			if f.Signature.Recv() == nil && isTest(f.Name()) && strings.HasSuffix(at.file, "_test.go") {
				others = append(others, root)
			}
		case f.Name() == "main" && f.Pkg.Pkg.Name() == "main" && f.Signature.Recv() == nil:
			mains = append(mains, root)
		case strings.HasPrefix(f.Name(), "init#") || f.Name() == "init":
		default:
			others = append(others, root)
		}
	}
	byPlace := func(a, b wholeRoot) int { return comparePlaces(a.at, b.at) }
	slices.SortFunc(mains, byPlace)
	slices.SortFunc(others, byPlace)
	return slices.Concat(mains, spread(others, o.most))
}

func isTest(name string) bool {
	return slices.ContainsFunc([]string{"Test", "Benchmark", "Fuzz", "Example"}, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// spread picks n of a list, from all of it; 0 picks all.
func spread[T any](list []T, n int) []T {
	if n == 0 || len(list) <= n {
		return list
	}
	picked := make([]T, n)
	for i := range picked {
		picked[i] = list[i*len(list)/n]
	}
	return picked
}
