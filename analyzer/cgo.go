package analyzer

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/symbol"
)

// cgoDeclarations summarizes the declarations of a package that uses cgo.
//
// Without running cgo, whatever comes from C has no type, so these declarations
// have no normal form. They need none: their text counts as part of the sealed
// package. What is wanted is their references.
func (s *declSummarizer) cgoDeclarations() error {
	for _, f := range s.p.files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if err := s.function(d); err != nil {
					return err
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					s.cgoSpec(spec)
				}
			}
		}
	}
	for i, init := range s.p.info.InitOrder {
		if err := s.initializer(i, init); err != nil {
			return err
		}
	}
	return nil
}

func (s *declSummarizer) cgoSpec(spec ast.Spec) {
	add := func(kind declKind, name *ast.Ident, n ast.Node) {
		if o := s.p.info.Defs[name]; o != nil && o.Parent() == s.p.types.Scope() {
			s.u.decls = append(s.u.decls, decl{kind: kind, id: symbol.Of(o), form: s.cgoForm(symbol.Of(o), n), position: s.w.position(name.Pos())})
		}
	}
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if !spec.Assign.IsValid() {
			add(typeDecl, spec.Name, spec)
		}
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			if _, ok := s.p.info.Defs[name].(*types.Var); ok {
				add(varDecl, name, spec)
			}
		}
	}
}

// cgoForm returns the form of a declaration that consists of its name and what
// it mentions. The name has to count: all declarations of the package contain
// the same sealed text, and a caller that turns from one to another must not
// keep its version.
//
// A method of a value whose type comes from C is not resolved; every
// exported method of that name that the package may see stands in for it.
func (s *declSummarizer) cgoForm(id symbol.ID, n ast.Node) hasher.Form {
	refs := make(map[hasher.Ref]bool)
	externals := make(map[string]bool)
	add := func(o types.Object) {
		if o.Pkg() == nil {
			return
		}
		if _, isConst := o.(*types.Const); !isConst && !s.w.isPrivatePackage(o.Pkg()) {
			externals[o.Pkg().Path()] = true
			return
		}
		switch o := o.(type) {
		case *types.Func:
			if o.Parent() == o.Pkg().Scope() || isDeclaredMethod(o) {
				refs[hasher.Ref{Kind: hasher.RefFunc, ID: symbol.Of(o)}] = true
			}
		case *types.Var:
			if o.Parent() == o.Pkg().Scope() {
				refs[hasher.Ref{Kind: hasher.RefVar, ID: symbol.Of(o)}] = true
			}
		case *types.TypeName:
			if o.Parent() == o.Pkg().Scope() && !o.IsAlias() {
				refs[hasher.Ref{Kind: hasher.RefType, ID: symbol.Of(o)}] = true
			}
		}
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if o := s.p.info.Uses[n]; o != nil {
				add(o)
			}
		case *ast.SelectorExpr:
			if s.p.info.Uses[n.Sel] == nil && token.IsExported(n.Sel.Name) {
				for _, m := range s.visibleMethods(n.Sel.Name) {
					add(m)
				}
			}
		}
		return true
	})
	e := hasher.NewTracedEncoder("cgo", s.w.traced.of(id))
	e.String(s.p.path)
	e.String(strings.TrimPrefix(string(id), s.p.id))
	form := hasher.Form{Local: e.Sum()}
	for r := range refs {
		form.Refs = append(form.Refs, r)
	}
	slices.SortFunc(form.Refs, func(a, b hasher.Ref) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	for path := range externals {
		form.External = append(form.External, path)
	}
	slices.Sort(form.External)
	return form
}

// isDeclaredMethod tells whether a function is a method that a named type declares.
func isDeclaredMethod(f *types.Func) bool {
	recv := f.Signature().Recv()
	if recv == nil {
		return false
	}
	t := types.Unalias(recv.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	_, ok := t.(*types.Named)
	return ok && !types.IsInterface(t)
}

// visibleMethods returns the exported methods of a name in the private packages
// of the import closure.
func (s *declSummarizer) visibleMethods(name string) []*types.Func {
	var list []*types.Func
	for id := range s.w.importClosure([]string{s.p.id}) {
		p := s.w.privateByID[id]
		if p == nil || p.types == nil {
			continue
		}
		for _, typ := range p.types.Scope().Names() {
			tn, ok := p.types.Scope().Lookup(typ).(*types.TypeName)
			if !ok || tn.IsAlias() {
				continue
			}
			named, ok := tn.Type().(*types.Named)
			if !ok {
				continue
			}
			for m := range named.Methods() {
				if m.Name() == name {
					list = append(list, m)
				}
			}
		}
	}
	return list
}

// mentionsInvalid tells whether a package declares or uses an object without a
// known type. Beside errors, only C leaves such objects.
func mentionsInvalid(info *types.Info) bool {
	for _, o := range info.Defs {
		if o != nil && hasInvalidType(o) {
			return true
		}
	}
	for _, o := range info.Uses {
		if hasInvalidType(o) {
			return true
		}
	}
	return false
}

func hasInvalidType(o types.Object) bool {
	switch o.(type) {
	case *types.Var, *types.Const, *types.Func, *types.TypeName:
		return isInvalid(o.Type())
	}
	return false // package names, labels and built-in functions never have one
}

// isInvalid tells whether a type is or contains the invalid type, up to the
// named types in it: of these it looks at the underlying type alone.
func isInvalid(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return t.Kind() == types.Invalid
	case *types.Named:
		basic, ok := t.Underlying().(*types.Basic)
		return ok && basic.Kind() == types.Invalid || slices.ContainsFunc(slices.Collect(t.TypeArgs().Types()), isInvalid)
	case *types.Pointer:
		return isInvalid(t.Elem())
	case *types.Slice:
		return isInvalid(t.Elem())
	case *types.Array:
		return t.Len() < 0 || isInvalid(t.Elem())
	case *types.Chan:
		return isInvalid(t.Elem())
	case *types.Map:
		return isInvalid(t.Key()) || isInvalid(t.Elem())
	case *types.Tuple:
		for v := range t.Variables() {
			if isInvalid(v.Type()) {
				return true
			}
		}
	case *types.Signature:
		return isInvalid(t.Params()) || isInvalid(t.Results())
	case *types.Struct:
		for f := range t.Fields() {
			if isInvalid(f.Type()) {
				return true
			}
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			if isInvalid(m.Type()) {
				return true
			}
		}
	}
	return false
}
