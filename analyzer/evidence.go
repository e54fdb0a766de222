package analyzer

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/symbol"
)

// evidence is what an explanation needs of the syntax and no version does: where
// declarations mention things, which constants went into them, and a digest of
// their syntax. It is collected only when a graph is asked for, before constant
// conditions are taken out of the syntax.
type evidence struct {
	decls     map[symbol.ID]*declEvidence
	constants map[symbol.ID]*constantEvidence // aliases and language versions too
	spans     []span
}

// declEvidence tells of one declaration. Mentioned are private objects, constants
// of any package, and external packages by import path.
type declEvidence struct {
	source    hasher.Digest
	pos       token.Pos
	end       int
	mentioned map[symbol.ID]mention
	constants map[symbol.ID]string // with the position
	packages  map[string]mention
	embeds    map[string]hasher.Digest // content by file, relative to the root
}

// mention is the first place where a declaration mentions something.
type mention struct {
	pos    token.Pos
	name   string
	called bool
}

// constantEvidence tells of something that counts by its value.
type constantEvidence struct {
	kind            PartKind
	source, digest  hasher.Digest
	value, position string
	end             int
	made            *declEvidence // what it is made of, nil if unknown
}

// span is the extent of a declaration.
type span struct {
	pos, end token.Pos
	id       symbol.ID
}

// evidence collects the evidence of all private packages.
func (w *world) evidence() (*evidence, error) {
	ev := &evidence{decls: map[symbol.ID]*declEvidence{}, constants: map[symbol.ID]*constantEvidence{}}
	for _, p := range w.usable() {
		c := &evidenceCollector{w: w, p: p, ev: ev}
		for _, f := range p.files {
			for _, d := range f.Decls {
				c.declaration(d)
			}
		}
		c.initializers()
		if err := c.embeds(); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(ev.spans, func(a, b span) int { return cmp.Compare(a.pos, b.pos) })
	return ev, nil
}

// enclosing returns the declaration around a position, or "".
func (ev *evidence) enclosing(pos token.Pos) symbol.ID {
	i, found := slices.BinarySearchFunc(ev.spans, pos, func(s span, pos token.Pos) int { return cmp.Compare(s.pos, pos) })
	if !found {
		i--
	}
	if i < 0 || ev.spans[i].end < pos {
		return ""
	}
	return ev.spans[i].id
}

type evidenceCollector struct {
	w     *world
	p     *privatePackage
	ev    *evidence
	inits int
}

func (c *evidenceCollector) declaration(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		obj, ok := c.p.info.Defs[d.Name].(*types.Func)
		if !ok || d.Name.Name == "_" {
			return
		}
		id := symbol.Of(obj)
		if d.Name.Name == "init" && d.Recv == nil {
			id = symbol.Init(c.p.types, c.inits)
			c.inits++
		}
		c.add(id, d, d.Doc, d)
	case *ast.GenDecl:
		for i, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if o, ok := c.p.info.Defs[s.Name].(*types.TypeName); ok && s.Name.Name != "_" {
					if o.IsAlias() {
						c.alias(o, s)
					} else {
						c.add(symbol.Of(o), s, cmp.Or(s.Doc, d.Doc), s)
					}
				}
			case *ast.ValueSpec:
				if d.Tok == token.CONST {
					c.constants(d, i)
				} else {
					c.variables(s, cmp.Or(s.Doc, d.Doc))
				}
			}
		}
	}
}

// variables adds those of a declaration, each with its name and type; their
// initial values are apart.
func (c *evidenceCollector) variables(s *ast.ValueSpec, doc *ast.CommentGroup) {
	for _, name := range s.Names {
		o := c.p.info.Defs[name]
		if o == nil || name.Name == "_" {
			continue
		}
		nodes := []ast.Node{name}
		if s.Type != nil {
			nodes = append(nodes, s.Type)
		}
		c.add(symbol.Of(o), name, doc, nodes...)
		c.ev.decls[symbol.Of(o)].end = c.line(s.End())
	}
}

func (c *evidenceCollector) initializers() {
	for i, init := range c.p.info.InitOrder {
		nodes := []ast.Node{init.Rhs}
		c.add(symbol.Initializer(c.p.types, i), init.Rhs, nil, nodes...)
	}
}

// add collects the evidence of a declaration: extent spans it, nodes are what
// counts of it.
func (c *evidenceCollector) add(id symbol.ID, extent ast.Node, doc *ast.CommentGroup, nodes ...ast.Node) {
	ev := newDeclEvidence()
	ev.pos, ev.end = extent.Pos(), c.line(extent.End())
	ev.constants[c.language(extent.Pos())] = ""
	enc := hasher.NewEncoder("source")
	writeDirectives(enc, doc)
	for _, n := range nodes {
		writeSyntax(enc, n)
		c.mentions(ev, n)
	}
	ev.source = enc.Sum()
	c.ev.decls[id] = ev
	if _, isName := extent.(*ast.Ident); !isName {
		c.ev.spans = append(c.ev.spans, span{extent.Pos(), extent.End(), id})
	}
}

func newDeclEvidence() *declEvidence {
	return &declEvidence{mentioned: map[symbol.ID]mention{}, constants: map[symbol.ID]string{}, packages: map[string]mention{}}
}

// alias adds an alias by the type that it stands for.
func (c *evidenceCollector) alias(o *types.TypeName, s *ast.TypeSpec) {
	source := hasher.NewEncoder("source")
	writeSyntax(source, s)
	digest := hasher.NewEncoder("value of alias")
	text := types.TypeString(types.Unalias(o.Type()), nil)
	digest.String(text)
	made := newDeclEvidence()
	c.mentions(made, s.Type)
	c.ev.constants[symbol.Of(o)] = &constantEvidence{
		kind: TypePart, source: source.Sum(), digest: digest.Sum(), value: shorten(text),
		position: c.w.position(s.Name.Pos()), end: c.line(s.End()), made: made,
	}
}

// language adds the language version of the file around a position and returns
// its name: that of the file if a build line says it, and else of the module.
func (c *evidenceCollector) language(pos token.Pos) symbol.ID {
	version, name, position := c.p.types.GoVersion(), "language version of "+c.p.module.Path, ""
	if c.p.module.GoMod != "" {
		position = c.w.relative(c.p.module.GoMod)
	}
	for _, f := range c.p.files {
		if f.FileStart <= pos && pos < f.FileEnd && f.GoVersion != "" {
			position = c.w.relative(c.w.fset.File(f.Package).Name())
			version, name = c.p.info.FileVersions[f], "language version of "+position
			break
		}
	}
	id := symbol.ID(name)
	if c.ev.constants[id] == nil {
		digest := textPart("", "", version).Digest
		c.ev.constants[id] = &constantEvidence{kind: DirectivePart, digest: digest, source: digest, value: version, position: position}
	}
	return id
}

// shorten keeps a value readable.
func shorten(text string) string {
	const most = 60
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "..."
	}
	return text
}

func (c *evidenceCollector) line(pos token.Pos) int { return c.w.fset.PositionFor(pos, false).Line }

func (c *evidenceCollector) mentions(ev *declEvidence, root ast.Node) {
	called := map[*ast.Ident]bool{}
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			called[calleeName(n)] = true
		case *ast.Ident:
			if o := c.p.info.Uses[n]; o != nil && o.Pkg() != nil {
				c.mention(ev, o, n, called[n])
			}
		}
		return true
	})
}

func (c *evidenceCollector) mention(ev *declEvidence, o types.Object, id *ast.Ident, called bool) {
	private := c.w.isPrivatePackage(o.Pkg())
	switch o := o.(type) {
	case *types.PkgName, *types.Label, *types.Nil, *types.Builtin:
		return
	case *types.Const:
		if o.Parent() != o.Pkg().Scope() {
			return
		}
		if !private {
			c.constant(o, "")
		}
		if _, ok := ev.constants[symbol.Of(o)]; !ok {
			ev.constants[symbol.Of(o)] = c.w.position(id.Pos())
		}
		return
	case *types.Var:
		if o.IsField() || o.Parent() != o.Pkg().Scope() {
			return
		}
	case *types.TypeName:
		if o.Parent() != o.Pkg().Scope() {
			return
		}
		if _, ok := ev.constants[symbol.Of(o)]; private && o.IsAlias() {
			if !ok {
				ev.constants[symbol.Of(o)] = c.w.position(id.Pos())
			}
			return
		}
	}
	m := mention{id.Pos(), o.Name(), called}
	if !private {
		if _, ok := ev.packages[o.Pkg().Path()]; !ok {
			ev.packages[o.Pkg().Path()] = m
		}
		return
	}
	if old, ok := ev.mentioned[symbol.Of(o)]; !ok || called && !old.called {
		ev.mentioned[symbol.Of(o)] = m
	}
}

// constants adds those of a line of a declaration. What a line without value
// repeats, and the line's number, belong to its syntax.
func (c *evidenceCollector) constants(d *ast.GenDecl, line int) {
	spec := d.Specs[line].(*ast.ValueSpec)
	given := spec
	for i := line; len(given.Values) == 0 && given.Type == nil && i > 0; i-- {
		given = d.Specs[i-1].(*ast.ValueSpec)
	}
	for k, name := range spec.Names {
		o, ok := c.p.info.Defs[name].(*types.Const)
		if !ok || name.Name == "_" || k >= len(given.Values) {
			continue
		}
		enc := hasher.NewEncoder("source")
		if given.Type != nil {
			writeSyntax(enc, given.Type)
		}
		writeSyntax(enc, given.Values[k])
		if usesIota(given.Values[k]) {
			enc.Int(int64(line))
		}
		known := c.constant(o, c.w.position(name.Pos()))
		known.source, known.end, known.made = enc.Sum(), c.line(spec.End()), newDeclEvidence()
		c.mentions(known.made, given.Values[k])
	}
}

// constant adds one by its value; an external one has no position.
func (c *evidenceCollector) constant(o *types.Const, position string) *constantEvidence {
	id := symbol.Of(o)
	if old := c.ev.constants[id]; old != nil && position == "" {
		return old
	}
	value := o.Val()
	digest := textPart("", "", o.Type().String(), value.ExactString()).Digest
	ev := &constantEvidence{kind: ConstantPart, digest: digest, source: digest, value: shorten(value.String()), position: position}
	c.ev.constants[id] = ev
	return ev
}

func usesIota(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == "iota"
		return !found
	})
	return found
}

// embeds adds the embedded files to the variables that hold them.
func (c *evidenceCollector) embeds() error {
	e, err := c.w.embedder(c.p)
	if e == nil || err != nil {
		return err
	}
	for _, f := range c.p.files {
		for name, directives := range embedDirectives(f) {
			v, ok := c.p.info.Defs[name].(*types.Var)
			if !ok || c.ev.decls[symbol.Of(v)] == nil {
				continue
			}
			names, err := e.selected(directives)
			if err != nil {
				return fmt.Errorf("%s: %w", c.w.position(directives[0].Pos()), err)
			}
			files := map[string]hasher.Digest{}
			for _, name := range names {
				if files[c.w.relative(e.files[name])], err = e.content(name); err != nil {
					return err
				}
			}
			c.ev.decls[symbol.Of(v)].embeds = files
		}
	}
	return nil
}

// contents returns the digests of files, by their names relative to the root.
func (w *world) contents(data map[string][]byte) map[string]hasher.Digest {
	files := map[string]hasher.Digest{}
	for name, content := range data {
		enc := hasher.NewEncoder("file")
		enc.String(string(content))
		files[w.relative(name)] = enc.Sum()
	}
	return files
}

// writeDirectives writes the comments that tools read.
func writeDirectives(enc *hasher.Encoder, doc *ast.CommentGroup) {
	if doc == nil {
		return
	}
	for _, c := range doc.List {
		if strings.HasPrefix(c.Text, "//go:") || strings.HasPrefix(c.Text, "//autover:") || strings.HasPrefix(c.Text, "//export ") {
			enc.String(c.Text)
		}
	}
}

// writeSyntax writes the syntax of a tree, comments, positions and parentheses
// apart. Every node is closed, so that trees of different shape differ.
func writeSyntax(enc *hasher.Encoder, root ast.Node) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case nil:
			enc.Bool(false)
		case *ast.CommentGroup, *ast.Comment:
			return false
		case *ast.Ident:
			enc.String(n.Name)
		case *ast.BasicLit:
			enc.String(n.Value)
		default:
			enc.String(strings.TrimPrefix(fmt.Sprintf("%T", n), "*ast."))
			enc.String(tokensOf(n))
		}
		return true
	})
}

// tokensOf returns what distinguishes nodes of one type beside their children.
func tokensOf(n ast.Node) string {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		return n.Op.String()
	case *ast.UnaryExpr:
		return n.Op.String()
	case *ast.AssignStmt:
		return fmt.Sprint(n.Tok, len(n.Lhs))
	case *ast.IncDecStmt:
		return n.Tok.String()
	case *ast.BranchStmt:
		return n.Tok.String()
	case *ast.RangeStmt:
		return fmt.Sprint(n.Tok, n.Key != nil, n.Value != nil)
	case *ast.GenDecl:
		return n.Tok.String()
	case *ast.ChanType:
		return fmt.Sprint(n.Dir)
	case *ast.CallExpr:
		return fmt.Sprint(n.Ellipsis.IsValid())
	case *ast.SliceExpr:
		return fmt.Sprint(n.Low != nil, n.High != nil, n.Max != nil)
	case *ast.ForStmt:
		return fmt.Sprint(n.Init != nil, n.Cond != nil, n.Post != nil)
	case *ast.ValueSpec:
		return fmt.Sprint(len(n.Names), n.Type != nil)
	case *ast.Field:
		return fmt.Sprint(len(n.Names), n.Tag != nil)
	case *ast.TypeSpec:
		return fmt.Sprint(n.Assign.IsValid())
	case *ast.FuncDecl:
		return fmt.Sprint(n.Recv != nil)
	case *ast.IfStmt:
		return fmt.Sprint(n.Init != nil)
	case *ast.CaseClause:
		return fmt.Sprint(len(n.List))
	}
	return ""
}
