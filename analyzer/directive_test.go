package analyzer

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"testing"
)

func TestDirectiveWords(t *testing.T) {
	for _, test := range []struct {
		args string
		want []string // nil: error
	}{
		{"", []string{}},
		{" a  b\tc ", []string{"a", "b", "c"}},
		{"salt=x y=`a b` z=\"\\t\"", []string{"salt=x", "y=a b", "z=\t"}},
		{`"a b" "c=d e"`, []string{"a b", "c=d e"}},
		{`a"b c"`, []string{`a"b`, `c"`}},
		{"a==b", []string{"a==b"}},
		{`"a`, nil},
		{`"a"b`, nil},
		{`x="a"b`, nil},
		{"x=`a", nil},
		{`'a b'`, []string{"'a", "b'"}},
	} {
		got, err := directiveWords(test.args)
		if (err != nil) != (test.want == nil) || err == nil && !slices.Equal(got, test.want) {
			t.Errorf("directiveWords(%q) = %q, %v; want %q", test.args, got, err, test.want)
		}
	}
}

// FuzzDirective reads any directive, which is accepted with what it needs or is
// an error.
func FuzzDirective(f *testing.F) {
	for _, text := range []string{"task a salt=x image=\"y z\"", "ignore", "depends **/*.csv a", "pin v1", "pin v1 at=a1", "tsk", ""} {
		f.Add(text)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nfunc F() {}\n", 0)
	if err != nil {
		f.Fatal(err)
	}
	fd := file.Decls[0].(*ast.FuncDecl)
	f.Fuzz(func(t *testing.T, text string) {
		p := &privatePackage{}
		err := p.readDirective(fd, text, "x.go:1")
		d := p.directives[fd]
		switch {
		case (err == nil) != (d != nil):
			t.Fatalf("%q: %+v, %v", text, d, err)
		case err != nil:
		case d.task != nil && !label.MatchString(d.task.name), d.pin != nil && !label.MatchString(d.pin.value):
			t.Fatalf("%q: %+v", text, d)
		case d.task == nil && d.pin == nil && !d.ignored && len(d.depends) == 0:
			t.Fatalf("%q says nothing", text)
		}
	})
}
