package analyzer

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// declarations are the package-level names of a package as far as targets are
// concerned. They come from syntax alone.
type declarations struct {
	// funcs holds functions by name and methods as "Type.Method"; init and
	// blank ones are absent, because nothing can name them.
	funcs  map[string]*ast.FuncDecl
	types  map[string]*ast.TypeSpec
	values map[string]value // variables and constants
}

// value is a name that is a "variable" or a "constant".
type value struct {
	kind string
	pos  token.Pos
}

// declared returns the declarations of a parsed package.
func (p *privatePackage) declared() *declarations {
	if p.decls != nil {
		return p.decls
	}
	d := &declarations{
		funcs: make(map[string]*ast.FuncDecl), types: make(map[string]*ast.TypeSpec), values: make(map[string]value),
	}
	for _, f := range p.files {
		for _, decl := range f.Decls {
			if g, ok := decl.(*ast.GenDecl); ok {
				d.addGeneral(g)
			}
		}
	}
	for _, f := range p.files {
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				d.addFunc(fn)
			}
		}
	}
	p.decls = d
	return d
}

func (d *declarations) addGeneral(g *ast.GenDecl) {
	for _, spec := range g.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			d.types[s.Name.Name] = s
		case *ast.ValueSpec:
			for _, name := range s.Names {
				kind := map[token.Token]string{token.CONST: "constant", token.VAR: "variable"}[g.Tok]
				d.values[name.Name] = value{kind, name.Pos()}
			}
		}
	}
}

func (d *declarations) addFunc(fn *ast.FuncDecl) {
	name := fn.Name.Name
	if name == "_" || fn.Recv == nil && name == "init" {
		return
	}
	if fn.Recv != nil {
		if len(fn.Recv.List) == 0 {
			return // a syntax error, reported by the type checker
		}
		recv := d.typeName(fn.Recv.List[0].Type)
		if recv == "" {
			return
		}
		name = recv + "." + name
	}
	d.funcs[name] = fn
}

// typeName returns the name of the type declared in this package that e, a
// receiver or an embedded field, refers to, through pointers, type parameters
// and aliases; empty if there is none.
func (d *declarations) typeName(e ast.Expr) string {
	for range 100 { // aliases may form an erroneous cycle
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			spec := d.types[x.Name]
			if spec == nil || !spec.Assign.IsValid() {
				return x.Name
			}
			e = spec.Type
		default:
			return ""
		}
	}
	return ""
}

// methods returns the names of the methods that a type declares, sorted.
func (d *declarations) methods(typ string) []string {
	var names []string
	for name := range d.funcs {
		if recv, method, ok := strings.Cut(name, "."); ok && recv == typ {
			names = append(names, method)
		}
	}
	slices.Sort(names)
	return names
}

// interfaceHas tells whether typ is declared as an interface, and whether it
// spells out the method.
func (d *declarations) interfaceHas(typ, method string) (isInterface, has bool) {
	spec := d.types[typ]
	if spec == nil {
		return false, false
	}
	it, ok := spec.Type.(*ast.InterfaceType)
	if !ok {
		return false, false
	}
	for _, field := range it.Methods.List {
		for _, name := range field.Names {
			if name.Name == method {
				return true, true
			}
		}
	}
	return true, false
}

// hasField tells whether typ is declared as a struct with a field of that name.
func (d *declarations) hasField(typ, field string) bool {
	st, ok := d.types[typ].Type.(*ast.StructType)
	return ok && slices.ContainsFunc(st.Fields.List, func(f *ast.Field) bool {
		return slices.ContainsFunc(f.Names, func(name *ast.Ident) bool { return name.Name == field })
	})
}

// promoter returns the type of this package whose method is promoted to typ
// under the given name through embedded fields; empty if there is none.
func (d *declarations) promoter(typ, method string) string {
	seen := map[string]bool{typ: true}
	for level := []string{typ}; len(level) > 0; {
		var next []string
		for _, t := range level {
			if t != typ && d.funcs[t+"."+method] != nil {
				return t
			}
			spec := d.types[t]
			if spec == nil {
				continue
			}
			st, ok := spec.Type.(*ast.StructType)
			if !ok {
				continue
			}
			for _, field := range st.Fields.List {
				if len(field.Names) > 0 {
					continue
				}
				if e := d.typeName(field.Type); e != "" && !seen[e] {
					seen[e] = true
					next = append(next, e)
				}
			}
		}
		level = next
	}
	return ""
}

// isExportedTarget tells whether a pattern selects a function by default:
// exported functions, and exported methods of exported types. A method of an
// unexported type cannot be named outside its package, so it is left out like
// an unexported function.
func isExportedTarget(name string) bool {
	recv, method, ok := strings.Cut(name, ".")
	return ast.IsExported(recv) && (!ok || ast.IsExported(method))
}

// isTestFunc tells whether the go command runs fn as a test, benchmark, fuzz
// test or example, given that it is declared in a test file. TestMain is not
// one.
func isTestFunc(fn *ast.FuncDecl) bool {
	if fn.Recv != nil || fn.Type.TypeParams != nil || fn.Type.Results != nil {
		return false
	}
	name, params := fn.Name.Name, fn.Type.Params.NumFields()
	switch {
	case hasTestPrefix(name, "Example"):
		return params == 0
	case hasTestPrefix(name, "Test"):
		return params == 1 && paramType(fn) == "T"
	case hasTestPrefix(name, "Benchmark"):
		return params == 1 && paramType(fn) == "B"
	case hasTestPrefix(name, "Fuzz"):
		return params == 1 && paramType(fn) == "F"
	}
	return false
}

// hasTestPrefix tells whether name is prefix, followed by nothing or by
// something that is not a lower-case letter.
func hasTestPrefix(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return false
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || !unicode.IsLower(r)
}

// paramType returns X for a first parameter of type *X or *pkg.X.
func paramType(fn *ast.FuncDecl) string {
	star, ok := fn.Type.Params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return ""
	}
	switch x := star.X.(type) {
	case *ast.SelectorExpr:
		return x.Sel.Name
	case *ast.Ident:
		return x.Name
	}
	return ""
}
