package hasher

import (
	"fmt"
	"go/ast"
	"strings"
	"testing"
)

func BenchmarkEncoder(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		e := NewEncoder("benchmark")
		e.List(300)
		for range 100 {
			e.String("a string of some length")
			e.Uint(1 << 20)
			e.Bool(true)
		}
		e.Sum()
	}
}

// BenchmarkNormalForm measures 100 functions of 12 lines.
func BenchmarkNormalForm(b *testing.B) {
	var text strings.Builder
	text.WriteString("package p\n")
	for i := range 100 {
		fmt.Fprintf(&text, `
func F%[1]d(values map[string][]int, scale int) (total int, names []string) {
	for name, list := range values {
		for i, v := range list {
			if v > %[1]d && i < len(list)-1 {
				total += v * scale
			}
		}
		names = append(names, name)
	}
	return total, names
}
`, i)
	}
	p := load(b, source{files: []file{{"a.go", text.String()}}})
	b.ReportAllocs()
	for b.Loop() {
		n := NewNormalizer(p)
		for _, d := range p.Files[0].Decls {
			if _, err := n.Func(d.(*ast.FuncDecl)); err != nil {
				b.Fatal(err)
			}
		}
	}
}
