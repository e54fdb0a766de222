package analyzer

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// refused returns what the compiler would not accept in a package that
// type-checks: functions without a body anywhere, and //go:embed comments that
// embed nothing.
func (w *world) refused(p *privatePackage) []problem {
	r := &refuser{w: w, p: p}
	if p.module != nil && !p.cgo && !slices.ContainsFunc(p.otherFiles, mayHoldBodies) {
		r.missingBodies()
	}
	for _, f := range p.files {
		r.embeds(f)
	}
	return r.problems
}

type refuser struct {
	w        *world
	p        *privatePackage
	problems []problem
}

func (r *refuser) refuse(pos token.Pos, format string, args ...any) {
	r.problems = append(r.problems, problem{pkg: r.p.path, pos: r.w.position(pos), msg: fmt.Sprintf(format, args...)})
}

// mayHoldBodies tells whether a file that is not Go can define functions, as
// all but headers can.
func mayHoldBodies(file string) bool {
	return !slices.Contains([]string{".h", ".hh", ".hpp", ".hxx"}, filepath.Ext(file))
}

// missingBodies refuses functions without body, but for those that a linkname
// or a WebAssembly host gives one elsewhere.
func (r *refuser) missingBodies() {
	linked := make(map[string]bool)
	for _, f := range r.p.files {
		for _, group := range f.Comments {
			for _, c := range group.List {
				if words := strings.Fields(c.Text); len(words) > 1 && words[0] == "//go:linkname" {
					linked[words[1]] = true
				}
			}
		}
	}
	for _, f := range r.p.files {
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body == nil && !linked[fn.Name.Name] && !fromHost(fn) {
				r.refuse(fn.Name.Pos(), "missing function body of %s: write it, or add the assembly file that has it", fn.Name.Name)
			}
		}
	}
}

// fromHost tells whether the host of a WebAssembly module provides a function.
func fromHost(fn *ast.FuncDecl) bool {
	return fn.Doc != nil && slices.ContainsFunc(fn.Doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:wasmimport ")
	})
}

// embeds refuses //go:embed comments of a file that don't belong to a variable
// which can hold files.
func (r *refuser) embeds(f *ast.File) {
	imported := slices.ContainsFunc(f.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == `"embed"` })
	for _, group := range f.Comments {
		for _, c := range group.List {
			rest, ok := strings.CutPrefix(c.Text, "//go:embed")
			if !ok || rest != "" && !unicode.IsSpace(rune(rest[0])) {
				continue
			}
			reason := ""
			if !imported {
				reason = `its file doesn't import "embed": import it, with _ if nothing else uses it`
			} else {
				reason = r.misplaced(f, c.Pos())
			}
			if reason != "" {
				r.refuse(c.Pos(), "go:embed: %s", reason)
			}
		}
	}
}

// misplaced says why a //go:embed comment doesn't belong to a variable that can
// hold files; empty if it does.
func (r *refuser) misplaced(f *ast.File, pos token.Pos) string {
	const nowhere = "no variable declaration follows: move it in front of one"
	i := slices.IndexFunc(f.Decls, func(d ast.Decl) bool { return d.End() > pos })
	if i < 0 {
		return nowhere
	}
	if fn, ok := f.Decls[i].(*ast.FuncDecl); ok && fn.Pos() < pos {
		return "it can't apply inside a function: use a package-level variable"
	}
	decl, ok := f.Decls[i].(*ast.GenDecl)
	if !ok || decl.Tok != token.VAR || decl.Lparen.IsValid() && pos < decl.Lparen {
		return nowhere
	}
	i = slices.IndexFunc(decl.Specs, func(s ast.Spec) bool { return s.Pos() > pos })
	if i < 0 {
		return nowhere
	}
	spec := decl.Specs[i].(*ast.ValueSpec)
	switch {
	case len(spec.Names) > 1:
		return "it can't apply to several variables: declare them one by one"
	case len(spec.Values) > 0:
		return "it can't apply to a variable with an initial value: remove the value"
	case spec.Type != nil && !embeddable(r.p.info.TypeOf(spec.Type)):
		return fmt.Sprintf("it can't apply to a variable of type %s: use string, []byte or embed.FS", types.ExprString(spec.Type))
	}
	return ""
}

// embeddable tells whether a variable of type t can hold embedded files.
func embeddable(t types.Type) bool {
	if named, ok := types.Unalias(t).(*types.Named); ok {
		if obj := named.Obj(); obj.Pkg() != nil && obj.Pkg().Path() == "embed" && obj.Name() == "FS" {
			return true
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.String
	case *types.Slice:
		elem, ok := u.Elem().Underlying().(*types.Basic)
		return ok && elem.Kind() == types.Uint8
	}
	return false
}
