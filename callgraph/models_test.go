package callgraph

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// TestModelReasons checks that each row of the table of models has its reason, on its
// line.
func TestModelReasons(t *testing.T) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "models.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	rows, without := rowsWithoutReason(fset, file)
	if rows != len(models) {
		t.Errorf("found %d rows of %d", rows, len(models))
	}
	for _, row := range without {
		t.Errorf("models.go: row %s has no reason", row)
	}
	const one = "package p\n\nvar models = map[string]string{\n\t\"a.*\": \"c\", // calls\n\t// calls\n\t\"b.*\": \"c\",\n\t\"c.*\": \"c\", //\n}\n"
	if file, err = parser.ParseFile(fset, "one.go", one, parser.ParseComments); err != nil {
		t.Fatal(err)
	}
	if _, without := rowsWithoutReason(fset, file); strings.Join(without, " ") != `"b.*" "c.*"` {
		t.Errorf("rows without reason are %v", without)
	}
}

// rowsWithoutReason counts the rows of the table, and lists those without a comment
// behind them.
func rowsWithoutReason(fset *token.FileSet, file *ast.File) (rows int, without []string) {
	reasons := make(map[int]bool) // by line
	for _, group := range file.Comments {
		for _, c := range group.List {
			reasons[fset.Position(c.Pos()).Line] = strings.Trim(c.Text, "/ ") != ""
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != "models" {
			return true
		}
		for _, row := range spec.Values[0].(*ast.CompositeLit).Elts {
			rows++
			if key := row.(*ast.KeyValueExpr).Key; !reasons[fset.Position(key.Pos()).Line] {
				without = append(without, key.(*ast.BasicLit).Value)
			}
		}
		return false
	})
	return rows, without
}
