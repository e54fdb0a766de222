package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// staticInit tells which initialisers of a package the compiler evaluates, so
// that nothing is left to do when a program starts. It follows the compiler's
// own rules (cmd/compile/internal/staticinit). Of calls it evaluates, like the
// compiler, those of functions that only return what can be evaluated, but not
// calls within calls or of other packages' functions.
//
// It serves the order of initialisation alone, in which packages without work
// and without imports that have some take no part.
type staticInit struct {
	// object returns what a name stands for, member what a name selected from
	// an import does; nil if there is no such object.
	object func(*ast.Ident) types.Object
	member func(*ast.SelectorExpr) types.Object
	// decl returns the declaration of a function of the package, with its body;
	// nil if it has none.
	decl func(*ast.Ident) *ast.FuncDecl
	// info is nil for external packages, of which no expressions are recorded.
	info *types.Info
}

// hasInitWork tells whether files have init functions or initialisers that do
// something when the program starts. Function bodies count for init functions
// alone, which emptyInit is asked about.
func (s *staticInit) hasInitWork(files []*ast.File, emptyInit func(*ast.FuncDecl) bool) bool {
	for _, f := range files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" && !emptyInit(d) {
					return true
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR && s.declWorks(d) {
					return true
				}
			}
		}
	}
	return false
}

func (s *staticInit) declWorks(d *ast.GenDecl) bool {
	for _, spec := range d.Specs {
		for _, e := range spec.(*ast.ValueSpec).Values {
			if !s.static(e) {
				return true
			}
		}
	}
	return false
}

// emptyBlock tells whether a block has no statements but empty ones.
func emptyBlock(b *ast.BlockStmt) bool {
	for _, stmt := range b.List {
		switch stmt := stmt.(type) {
		case *ast.EmptyStmt:
		case *ast.BlockStmt:
			if !emptyBlock(stmt) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// static tells whether the compiler evaluates an expression.
func (s *staticInit) static(e ast.Expr) bool {
	if s.constant(e) {
		return true
	}
	switch e := e.(type) {
	case *ast.FuncLit:
		return true
	case *ast.ParenExpr:
		return s.static(e.X)
	case *ast.Ident: // a variable is copied at once if its own value is known
		return !isArrayOrStruct(s.object(e))
	case *ast.SelectorExpr: // a function of an import, or a method of a type
		if isFunc(s.member(e)) {
			return true
		}
		id, ok := e.X.(*ast.Ident)
		return ok && isTypeName(s.object(id))
	case *ast.UnaryExpr:
		return e.Op == token.AND && s.addressable(e.X)
	case *ast.CompositeLit:
		return s.literal(e)
	case *ast.KeyValueExpr:
		return s.static(e.Value)
	case *ast.CallExpr:
		return s.call(e)
	case *ast.IndexExpr: // an instance of a generic function
		fn, ok := e.X.(*ast.Ident)
		return ok && isFunc(s.object(fn))
	}
	return false
}

// call tells whether the compiler evaluates a conversion or a call.
func (s *staticInit) call(e *ast.CallExpr) bool {
	for _, arg := range e.Args {
		if !s.static(arg) {
			return false
		}
	}
	if s.isType(e.Fun) {
		return !isStringType(e.Fun)
	}
	id, ok := e.Fun.(*ast.Ident)
	if !ok || s.decl == nil || !isFunc(s.object(id)) {
		return false
	}
	fn := s.decl(id)
	if fn == nil || len(fn.Body.List) != 1 || neverInlined(fn) {
		return false
	}
	ret, ok := fn.Body.List[0].(*ast.ReturnStmt)
	inner := *s
	inner.decl = nil
	return ok && len(ret.Results) == 1 && inner.static(ret.Results[0])
}

// neverInlined tells whether a directive keeps the compiler from inlining, and so
// from evaluating, a function.
func neverInlined(fn *ast.FuncDecl) bool {
	return fn.Doc != nil && slices.ContainsFunc(fn.Doc.List, func(c *ast.Comment) bool { return c.Text == "//go:noinline" })
}

func (s *staticInit) addressable(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.CompositeLit:
		return s.literal(e)
	case *ast.Ident:
		return true
	case *ast.IndexExpr:
		return s.addressable(e.X) && s.constant(e.Index)
	case *ast.SelectorExpr:
		return s.addressable(e.X)
	}
	return false
}

// literal tells whether a composite literal is laid out by the compiler. A map
// never is.
func (s *staticInit) literal(lit *ast.CompositeLit) bool {
	if s.info != nil {
		if t := s.info.TypeOf(lit); t != nil && isMap(t) {
			return false
		}
	}
	if _, ok := lit.Type.(*ast.MapType); ok {
		return false
	}
	if o := s.named(lit.Type); o != nil && isMap(o.Type()) {
		return false
	}
	for _, elem := range lit.Elts {
		if !s.static(elem) {
			return false
		}
	}
	return true
}

func isMap(t types.Type) bool {
	_, ok := t.Underlying().(*types.Map)
	return ok
}

// named returns the object that a name, qualified or not, stands for.
func (s *staticInit) named(e ast.Expr) types.Object {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return s.object(e)
	case *ast.SelectorExpr:
		return s.member(e)
	}
	return nil
}

// isType tells whether an expression denotes a type.
func (s *staticInit) isType(e ast.Expr) bool {
	if s.info != nil {
		if tv, ok := s.info.Types[e]; ok {
			return tv.IsType()
		}
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident, *ast.SelectorExpr:
		return isTypeName(s.named(e))
	case *ast.StarExpr, *ast.ArrayType, *ast.FuncType, *ast.InterfaceType, *ast.ChanType:
		return true
	}
	return false
}

// isStringType recognises a conversion to string, which copies.
func isStringType(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && id.Name == "string"
}

func isArrayOrStruct(o types.Object) bool {
	v, ok := o.(*types.Var)
	if !ok {
		return false
	}
	switch v.Type().Underlying().(type) {
	case *types.Array, *types.Struct:
		return true
	}
	return false
}

func isFunc(o types.Object) bool {
	_, ok := o.(*types.Func)
	return ok
}

func isTypeName(o types.Object) bool {
	_, ok := o.(*types.TypeName)
	return ok
}

// constant tells whether an expression has a constant value.
func (s *staticInit) constant(e ast.Expr) bool {
	if s.info != nil {
		if tv, ok := s.info.Types[e]; ok {
			return tv.Value != nil || tv.IsNil()
		}
	}
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.ParenExpr:
		return s.constant(e.X)
	case *ast.UnaryExpr:
		return e.Op != token.AND && e.Op != token.ARROW && s.constant(e.X)
	case *ast.BinaryExpr:
		return s.constant(e.X) && s.constant(e.Y)
	case *ast.Ident, *ast.SelectorExpr:
		switch s.named(e).(type) {
		case *types.Const, *types.Nil:
			return true
		}
	case *ast.CallExpr:
		return len(e.Args) == 1 && s.isType(e.Fun) && s.constant(e.Args[0])
	}
	return false
}

// hasInitWork tells whether an external package does something when a program
// starts. The bodies of its functions are in their text alone.
func (p *externalPackage) hasInitWork(files []*externalFile) bool {
	if p.cgo {
		return true
	}
	bodies := newBodyIndex(files)
	s := &staticInit{
		object: func(id *ast.Ident) types.Object {
			_, o := p.types.Scope().LookupParent(id.Name, token.NoPos)
			return o
		},
		decl: func(id *ast.Ident) *ast.FuncDecl { return bodies.full(bodies.byName[id.Name]) },
	}
	imports := make(map[string]*types.Package)
	for _, q := range p.types.Imports() {
		imports[q.Path()] = q
	}
	for _, f := range files {
		s.member = func(sel *ast.SelectorExpr) types.Object {
			if id, ok := sel.X.(*ast.Ident); ok {
				if q := imports[f.imports[id.Name]]; q != nil {
					return q.Scope().Lookup(sel.Sel.Name)
				}
			}
			return nil
		}
		empty := func(fn *ast.FuncDecl) bool {
			decl := bodies.full(fn)
			return decl != nil && emptyBlock(decl.Body)
		}
		if s.hasInitWork([]*ast.File{f.syntax}, empty) {
			return true
		}
	}
	return false
}

// bodyIndex finds the text of function declarations without body.
type bodyIndex struct {
	texts  map[*ast.FuncDecl]*funcText
	byName map[string]*ast.FuncDecl // functions, not methods
}

func newBodyIndex(files []*externalFile) *bodyIndex {
	x := &bodyIndex{texts: make(map[*ast.FuncDecl]*funcText), byName: make(map[string]*ast.FuncDecl)}
	for _, f := range files {
		n := 0
		for _, d := range f.syntax.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || n == len(f.text.funcs) {
				continue
			}
			x.texts[fn] = &f.text.funcs[n]
			n++
			if fn.Recv == nil {
				x.byName[fn.Name.Name] = fn
			}
		}
	}
	return x
}

// full returns a declaration with its body; nil if it has none.
func (x *bodyIndex) full(fn *ast.FuncDecl) *ast.FuncDecl {
	if text := x.texts[fn]; text != nil && text.body {
		return text.parse()
	}
	return nil
}

// hasInitWork tells whether a private package does something when a program
// starts. Code that constant conditions exclude must have been removed.
func (p *privatePackage) hasInitWork() bool {
	if p.cgo {
		return true
	}
	s := &staticInit{
		info:   p.info,
		object: func(id *ast.Ident) types.Object { return p.info.Uses[id] },
		member: func(sel *ast.SelectorExpr) types.Object {
			if p.info.Selections[sel] != nil {
				return nil
			}
			return p.info.Uses[sel.Sel]
		},
	}
	functions := make(map[types.Object]*ast.FuncDecl)
	for _, f := range p.files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				functions[p.info.Defs[fn.Name]] = fn
			}
		}
	}
	s.decl = func(id *ast.Ident) *ast.FuncDecl { return functions[s.object(id)] }
	return s.hasInitWork(p.files, func(fn *ast.FuncDecl) bool { return fn.Body != nil && emptyBlock(fn.Body) })
}
