package callgraph

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// Source is a type-checked package whose function bodies are to be analysed, or, with
// Types alone, one of which no more than the API is known.
type Source struct {
	Types *types.Package
	Files []*ast.File
	Info  *types.Info
}

// Bodies holds the SSA form of function bodies. It can be used by several
// goroutines at a time.
type Bodies struct {
	program *ssa.Program
}

// Build builds the bodies of packages. Dependencies come first; what they import
// beside each other is known by its types only.
func Build(fset *token.FileSet, sources []Source) *Bodies {
	program := ssa.NewProgram(fset, 0)
	created := make(map[*types.Package]bool)
	for _, s := range sources {
		created[s.Types] = true
	}
	for _, s := range sources {
		for _, imp := range s.Types.Imports() {
			if !created[imp] {
				created[imp] = true
				program.CreatePackage(imp, nil, nil, false)
			}
		}
		program.CreatePackage(s.Types, s.Files, s.Info, false)
	}
	program.Build()
	return &Bodies{program}
}

// Package returns the SSA form of one of the packages.
func (b *Bodies) Package(p *types.Package) *ssa.Package { return b.program.Package(p) }
