package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// mutant is one edit of one file.
type mutant struct {
	// File is relative to the module, with slashes.
	File   string `json:"file"`
	Line   int    `json:"line"`
	Kind   string `json:"kind"`
	Offset int    `json:"offset"`
	// Old is the text at the offset, New what stands there instead.
	Old string `json:"old"`
	New string `json:"new"`
}

// id tells mutants of one module apart.
func (m mutant) id() string {
	return fmt.Sprintf("%s:%d:%s:%d:%s", m.File, m.Offset, m.Kind, len(m.Old), m.New)
}

func (m mutant) String() string {
	return fmt.Sprintf("%s:%d: %s\n%s\n%s", m.File, m.Line, m.Kind, indent("\t- ", m.Old), indent("\t+ ", m.New))
}

// apply edits the file in a copy of the module and returns what undoes it.
func (m mutant) apply(dir string) (undo func() error, err error) {
	name := filepath.Join(dir, filepath.FromSlash(m.File))
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	end := m.Offset + len(m.Old)
	if end > len(src) || string(src[m.Offset:end]) != m.Old {
		return nil, fmt.Errorf("%s:%d: the module is not the one that the mutant was made for", m.File, m.Line)
	}
	mutated := slices.Concat(src[:m.Offset], []byte(m.New), src[end:])
	if err := os.WriteFile(name, mutated, 0o666); err != nil {
		return nil, err
	}
	return func() error { return os.WriteFile(name, src, 0o666) }, nil
}

// sample orders mutants so that any number of first ones is spread over kinds
// and, within a kind, over files. The seed decides which come first.
func sample(mutants []mutant, seed string) []mutant {
	rank := func(m mutant) []byte {
		digest := sha256.Sum256([]byte(seed + "\x00" + m.id()))
		return digest[:]
	}
	slices.SortFunc(mutants, func(a, b mutant) int { return bytes.Compare(rank(a), rank(b)) })
	// The round of a mutant is how many of its file and kind come before it,
	// its place how many of its kind do, round by round.
	round := make([]int, len(mutants))
	inFile := make(map[[2]string]int)
	for i, m := range mutants {
		key := [2]string{m.Kind, m.File}
		round[i] = inFile[key]
		inFile[key]++
	}
	order := make([]int, len(mutants))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return round[a] - round[b] })
	place := make([]int, len(mutants))
	ofKind := make(map[string]int)
	for _, i := range order {
		place[i] = ofKind[mutants[i].Kind]
		ofKind[mutants[i].Kind]++
	}
	slices.SortStableFunc(order, func(a, b int) int { return place[a] - place[b] })
	sorted := make([]mutant, len(mutants))
	for i, j := range order {
		sorted[i] = mutants[j]
	}
	return sorted
}

// mutants returns the possible mutants of a module: of its files other than
// tests, of the helpers in test files if asked for, and of embedded files.
func (m *module) mutants(testFiles bool) ([]mutant, error) {
	var all []mutant
	for _, path := range m.private {
		p := m.packages[path]
		sources := slices.Concat(p.GoFiles, p.CgoFiles)
		if testFiles {
			sources = slices.Concat(sources, p.TestGoFiles, p.XTestGoFiles)
		}
		for _, file := range sources {
			name, err := m.rel(p, file)
			if err != nil {
				return nil, err
			}
			src, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				return nil, err
			}
			found, err := mutantsOf(name, src)
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
		for _, file := range p.EmbedFiles {
			name, err := m.rel(p, file)
			if err != nil {
				return nil, err
			}
			all = append(all, mutant{File: name, Line: 1, Kind: "embed", New: "x"})
		}
	}
	return all, nil
}

// mutantsOf returns the possible mutants of a Go file. They need not compile.
func mutantsOf(name string, src []byte) ([]mutant, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	f := &finder{fset: fset, src: src, name: name, isTest: strings.HasSuffix(name, "_test.go")}
	for _, decl := range file.Decls {
		f.declaration(decl)
	}
	return f.found, nil
}

// finder collects the mutants of a file.
type finder struct {
	fset   *token.FileSet
	src    []byte
	name   string
	isTest bool
	// literal and statement are the kinds of mutants of literals and statements
	// in the current declaration.
	literal, statement string
	results            []*ast.FuncType // of the functions around the current node
	found              []mutant
}

func (f *finder) offset(pos token.Pos) int { return f.fset.Position(pos).Offset }

func (f *finder) text(from, to token.Pos) string { return string(f.src[f.offset(from):f.offset(to)]) }

// replace adds a mutant, unless it would change nothing.
func (f *finder) replace(kind string, from, to token.Pos, text string) {
	if from >= to || f.text(from, to) == text {
		return
	}
	f.found = append(f.found, mutant{
		File: f.name, Line: f.fset.Position(from).Line, Kind: kind,
		Offset: f.offset(from), Old: f.text(from, to), New: text,
	})
}

func (f *finder) declaration(decl ast.Decl) {
	f.literal, f.statement = "literal", "statement"
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if f.isTest && d.Recv == nil && isTestName(d.Name.Name) {
			return // its own version changes whatever the tool does
		}
		if d.Recv == nil && d.Name.Name == "init" {
			f.literal, f.statement = "init", "init"
		}
		if d.Recv != nil && d.Name.Name != "_" {
			f.replace("method", d.Name.Pos(), d.Name.End(), d.Name.Name+"Mutant")
		}
	case *ast.GenDecl:
		switch d.Tok {
		case token.IMPORT:
			return
		case token.CONST:
			f.literal = "constant"
		case token.VAR:
			f.literal = "variable"
		}
	}
	f.walk(decl)
}

func isTestName(name string) bool {
	return name != "TestMain" && slices.ContainsFunc([]string{"Test", "Benchmark", "Example", "Fuzz"}, func(prefix string) bool {
		return strings.HasPrefix(name, prefix)
	})
}

// walk visits a tree and keeps the stack of functions.
func (f *finder) walk(root ast.Node) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Body != nil {
				f.inFunction(n.Type, n.Body)
			}
			return false
		case *ast.FuncLit:
			f.inFunction(n.Type, n.Body)
			return false
		case *ast.Field: // its tag is no literal
			f.walk(n.Type)
			return false
		}
		f.visit(n)
		return true
	})
}

func (f *finder) inFunction(t *ast.FuncType, body *ast.BlockStmt) {
	f.results = append(f.results, t)
	f.walk(body)
	f.results = f.results[:len(f.results)-1]
}

func (f *finder) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		f.binary(n)
	case *ast.UnaryExpr:
		if n.Op == token.NOT || n.Op == token.SUB {
			f.replace("operator", n.Pos(), n.End(), f.text(n.X.Pos(), n.X.End()))
		}
	case *ast.IfStmt:
		f.replace("condition", n.Cond.Pos(), n.Cond.End(), "!("+f.text(n.Cond.Pos(), n.Cond.End())+")")
	case *ast.ForStmt:
		if n.Cond != nil {
			f.replace("condition", n.Cond.Pos(), n.Cond.End(), "!("+f.text(n.Cond.Pos(), n.Cond.End())+")")
		}
	case *ast.BasicLit:
		f.basic(n)
	case *ast.Ident:
		f.ident(n)
	case *ast.BlockStmt:
		f.statements(n.List)
	case *ast.CommClause:
		f.statements(n.Body)
	case *ast.CaseClause:
		f.caseClause(n)
	case *ast.ReturnStmt:
		f.returns(n)
	case *ast.StructType:
		f.fields(n.Fields.List)
	case *ast.CallExpr:
		if len(n.Args) > 1 && !n.Ellipsis.IsValid() {
			f.swap("argument", n.Args[0], n.Args[1])
		}
	case *ast.CompositeLit:
		f.elements(n)
	}
}

var operators = map[token.Token]token.Token{
	token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.ADD, token.QUO: token.MUL, token.REM: token.MUL,
	token.AND: token.OR, token.OR: token.AND, token.XOR: token.OR, token.SHL: token.SHR, token.SHR: token.SHL,
	token.AND_NOT: token.AND, token.LAND: token.LOR, token.LOR: token.LAND, token.EQL: token.NEQ, token.NEQ: token.EQL,
	token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	token.INC: token.DEC, token.DEC: token.INC,
	token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN, token.MUL_ASSIGN: token.ADD_ASSIGN,
	token.AND_ASSIGN: token.OR_ASSIGN, token.OR_ASSIGN: token.AND_ASSIGN,
	token.SHL_ASSIGN: token.SHR_ASSIGN, token.SHR_ASSIGN: token.SHL_ASSIGN,
}

func (f *finder) operator(pos token.Pos, op token.Token) {
	if other, ok := operators[op]; ok {
		f.replace("operator", pos, pos+token.Pos(len(op.String())), other.String())
	}
}

func (f *finder) binary(n *ast.BinaryExpr) {
	if n.Op == token.ADD && (isString(n.X) || isString(n.Y)) {
		return // strings have no other operator
	}
	f.operator(n.OpPos, n.Op)
}

func isString(e ast.Expr) bool {
	lit, ok := e.(*ast.BasicLit)
	return ok && lit.Kind == token.STRING
}

func (f *finder) basic(n *ast.BasicLit) {
	switch n.Kind {
	case token.INT:
		if v, err := strconv.ParseInt(n.Value, 0, 62); err == nil {
			f.replace(f.literal, n.Pos(), n.End(), strconv.FormatInt(v+1, 10))
		}
	case token.FLOAT, token.CHAR:
		f.replace(f.literal, n.Pos(), n.End(), "("+n.Value+" + 1)")
	case token.STRING:
		f.replace(f.literal, n.Pos(), n.End(), n.Value[:len(n.Value)-1]+"x"+n.Value[len(n.Value)-1:])
	}
}

func (f *finder) ident(n *ast.Ident) {
	other := map[string]string{"true": "false", "false": "true"}
	if f.literal == "constant" {
		other["iota"] = "(iota + 1)"
	}
	if text, ok := other[n.Name]; ok {
		f.replace(f.literal, n.Pos(), n.End(), text)
	}
}

// statements leaves out single statements. What they use stays used, so that
// most of these mutants compile.
func (f *finder) statements(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				continue
			}
			f.operator(s.TokPos, s.Tok)
		case *ast.IncDecStmt:
			f.operator(s.TokPos, s.Tok)
		case *ast.DeferStmt:
			f.replace(f.statement, s.Pos(), s.End(), f.text(s.Call.Pos(), s.Call.End()))
		case *ast.ExprStmt, *ast.GoStmt, *ast.SendStmt, *ast.BranchStmt:
		default:
			continue
		}
		f.replace(f.statement, s.Pos(), s.End(), "if false { "+f.text(s.Pos(), s.End())+" }")
	}
}

func (f *finder) caseClause(n *ast.CaseClause) {
	f.statements(n.Body)
	if last := len(n.List) - 1; last > 0 {
		f.replace("case", n.List[last-1].End(), n.List[last].End(), " ")
	}
	if len(n.Body) > 0 {
		from, to := n.Body[0].Pos(), n.Body[len(n.Body)-1].End()
		f.replace("case", from, to, "if false { "+f.text(from, to)+" }")
	}
}

// returns changes single results by the spelling of their types.
func (f *finder) returns(n *ast.ReturnStmt) {
	t := f.results[len(f.results)-1].Results
	if len(n.Results) == 0 || t.NumFields() != len(n.Results) {
		return
	}
	i := 0
	for _, field := range t.List {
		for range max(1, len(field.Names)) {
			e := n.Results[i]
			i++
			old := f.text(e.Pos(), e.End())
			if text := otherResult(field.Type, old); text != "" {
				f.replace("return", e.Pos(), e.End(), text)
			}
		}
	}
}

func otherResult(t ast.Expr, old string) string {
	switch t := t.(type) {
	case *ast.Ident:
		switch t.Name {
		case "bool":
			return "!(" + old + ")"
		case "string":
			return "(" + old + `) + "x"`
		case "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "byte", "rune", "float32", "float64", "uintptr":
			return "(" + old + ") + 1"
		case "error", "any":
			return "nil"
		}
	case *ast.StarExpr, *ast.MapType, *ast.FuncType, *ast.InterfaceType, *ast.ChanType:
		return "nil"
	case *ast.ArrayType:
		if t.Len == nil {
			return "nil"
		}
	}
	return ""
}

// fields changes tags and swaps neighbours.
func (f *finder) fields(list []*ast.Field) {
	for i, field := range list {
		if tag := field.Tag; tag != nil {
			if text := strings.Replace(tag.Value, `:"`, `:"x`, 1); text != tag.Value {
				f.replace("tag", tag.Pos(), tag.End(), text)
			}
		}
		if i > 0 {
			f.swap("field", list[i-1], field)
		}
	}
}

func (f *finder) swap(kind string, a, b ast.Node) {
	f.replace(kind, a.Pos(), b.End(), f.text(b.Pos(), b.End())+f.text(a.End(), b.Pos())+f.text(a.Pos(), a.End()))
}

// elements leaves out single elements of a composite literal.
func (f *finder) elements(n *ast.CompositeLit) {
	for i, e := range n.Elts {
		from, to := e.Pos(), e.End()
		switch {
		case i+1 < len(n.Elts):
			to = n.Elts[i+1].Pos()
		case i > 0:
			from = n.Elts[i-1].End()
		default:
			to = n.Rbrace
		}
		f.replace("element", from, to, "")
	}
}
