package analyzer

import (
	"go/ast"
	"go/parser"
	"slices"
	"strings"

	"github.com/autover/autover/internal/symbol"
)

// outline is what requests can ask of a package: its functions and types, as plain
// data, so that it is there without syntax.
type outline struct {
	funcs []outlined // by name
	types []string   // by name
}

// outlined is a function or method.
type outlined struct {
	listedFunc
	position string      // of its name
	said     *directives // nil if there are none
}

// outlined returns the outline of a package that has been parsed or is known.
func (w *world) outlined(p *privatePackage) *outline {
	if p.outline != nil {
		return p.outline
	}
	out := &outline{}
	d := p.declared()
	for name, fn := range d.funcs {
		f := outlined{listedFunc{name: name, inTest: p.inTestFile(w, fn), testFunc: isTestFunc(fn)}, w.position(fn.Name.Pos()), p.directives[fn]}
		if f.said != nil && f.said.task != nil {
			f.task = f.said.task.name
		}
		out.funcs = append(out.funcs, f)
	}
	slices.SortFunc(out.funcs, func(a, b outlined) int { return strings.Compare(a.name, b.name) })
	for name := range d.types {
		out.types = append(out.types, name)
	}
	slices.Sort(out.types)
	p.outline = out
	return out
}

// function returns the function of that name; nil if there is none.
func (o *outline) function(name string) *outlined {
	i, ok := slices.BinarySearchFunc(o.funcs, name, func(f outlined, name string) int { return strings.Compare(f.name, name) })
	if !ok {
		return nil
	}
	return &o.funcs[i]
}

// listed returns the functions for a catalog.
func (o *outline) listed() []listedFunc {
	list := make([]listedFunc, len(o.funcs))
	for i := range o.funcs {
		list[i] = o.funcs[i].listedFunc
	}
	return list
}

// declarations returns the syntax of the declarations of a package, which it reads if
// the package is known without. Files that can't be parsed any more have none.
func (w *world) declarations(p *privatePackage) *declarations {
	if p.known != nil && p.files == nil {
		for _, name := range p.goFiles {
			if f, err := w.parseFile(w.fset, name, parser.SkipObjectResolution); err == nil {
				p.files = append(p.files, f)
			}
		}
	}
	return p.declared()
}

// symbol names the target in the graph.
func (t target) symbol() symbol.ID { return symbol.ID(t.pkg.id + "." + t.fn.name) }

// decl returns the declaration of a target in a package that has been parsed.
func (t target) decl() *ast.FuncDecl { return t.pkg.declared().funcs[t.fn.name] }
