package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Each construct gives the mutants that are listed, and no others.
func TestMutantsOf(t *testing.T) {
	for _, test := range []struct {
		src  string
		want []string
	}{
		{"import \"fmt\"", nil},
		{"const c = 1", []string{"constant: 1 -> 2"}},
		{"const (\n\ta = iota\n\tb\n)", []string{"constant: iota -> (iota + 1)"}},
		{"var v = \"a\"", []string{"variable: \"a\" -> \"ax\""}},
		{"var v = `a`", []string{"variable: `a` -> `ax`"}},
		{"var v = 1.5", []string{"variable: 1.5 -> (1.5 + 1)"}},
		{"var v = -a", []string{"operator: -a -> a"}},
		{"var v = !a", []string{"operator: !a -> a"}},
		{"var v = a + b", []string{"operator: + -> -"}},
		{"var v = a + \"\"", []string{"variable: \"\" -> \"x\""}},
		{"func init() { f(1) }", []string{"init: f(1) -> if false { f(1) }", "init: 1 -> 2"}},
		{"func F() { defer f() }", []string{"statement: defer f() -> f()", "statement: defer f() -> if false { defer f() }"}},
		{"func F() { a = b }", []string{"statement: a = b -> if false { a = b }"}},
		{"func F() { a := b }", nil},
		{"func F() { a += b }", []string{"operator: += -> -=", "statement: a += b -> if false { a += b }"}},
		{"func F() { a++ }", []string{"operator: ++ -> --", "statement: a++ -> if false { a++ }"}},
		{"func F() {\n\tif a {\n\t}\n}", []string{"condition: a -> !(a)"}},
		{"func F() {\n\tfor a {\n\t\tbreak\n\t}\n}", []string{"condition: a -> !(a)", "statement: break -> if false { break }"}},
		{"func F() bool { return true }", []string{"return: true -> !(true)", "literal: true -> false"}},
		{"func F() (n int, err error) { return n, err }", []string{"return: n -> (n) + 1", "return: err -> nil"}},
		{"func F() (a, b string) { return f() }", nil},
		{"func F() *T { return nil }", nil},
		{"func F() { g(func() int { return a }) }", []string{
			"statement: g(func() int { return a }) -> if false { g(func() int { return a }) }", "return: a -> (a) + 1",
		}},
		{"func F() {\n\tswitch a {\n\tcase b, c:\n\t\tf()\n\t}\n}", []string{
			"statement: f() -> if false { f() }", "case: , c ->  ", "case: f() -> if false { f() }",
		}},
		{"type T struct {\n\tA int `json:\"a\"`\n\tB int\n}", []string{
			"tag: `json:\"a\"` -> `json:\"xa\"`", "field: A int `json:\"a\"`\n\tB int -> B int\n\tA int `json:\"a\"`",
		}},
		{"func (T) M() {}", []string{"method: M -> MMutant"}},
		{"var v = f(a, b, c)", []string{"argument: a, b -> b, a"}},
		{"var v = []T{a, b, c}", []string{"element: a,  -> ", "element: b,  -> ", "element: , c -> "}},
		{"var v = []T{a,\n}", []string{"element: a,\n -> "}},
	} {
		found, err := mutantsOf("x.go", []byte("package p\n"+test.src+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range found {
			got = append(got, fmt.Sprintf("%s: %s -> %s", m.Kind, m.Old, m.New))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", test.src, got, test.want)
		}
	}
}

// Top-level tests change with their own text, whatever a tool looks at.
func TestMutantsOfTestFile(t *testing.T) {
	src := "package p\nfunc TestX(t *testing.T) { f(1) }\nfunc helper() int { return a }\nfunc TestMain(m *testing.M) { f() }\n"
	found, err := mutantsOf("x_test.go", []byte(src))
	if err != nil || len(found) != 2 || found[0].Line != 3 || found[1].Line != 4 {
		t.Errorf("got %v, %v; want one mutant in helper and one in TestMain", found, err)
	}
}

func TestApply(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "x.go")
	const src = "package p\nvar v = 1\n"
	if err := os.WriteFile(name, []byte(src), 0o666); err != nil {
		t.Fatal(err)
	}
	content := func() string {
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(got)
	}
	m := mutant{File: "x.go", Line: 2, Offset: strings.Index(src, "1"), Old: "1", New: "22"}
	undo, err := m.apply(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := content(), "package p\nvar v = 22\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := m.apply(dir); err == nil {
		t.Error("a mutant fits a file that it was not made for")
	}
	if err := undo(); err != nil {
		t.Fatal(err)
	}
	if got := content(); got != src {
		t.Errorf("undone: got %q", got)
	}
}

// The first mutants have as many kinds as there are, then as many files, and a
// larger sample continues a smaller one.
func TestSample(t *testing.T) {
	var all []mutant
	for i := range 60 {
		kind := "literal"
		if i%10 == 0 {
			kind = "tag"
		}
		all = append(all, mutant{File: fmt.Sprintf("%d.go", i%5), Offset: i, Kind: kind})
	}
	first := sample(slices.Clone(all), "a")
	slices.Reverse(all)
	if again := sample(slices.Clone(all), "a"); !slices.Equal(first, again) {
		t.Error("the order of mutants depends on the order in which they were found")
	}
	if other := sample(slices.Clone(all), "b"); slices.Equal(first, other) {
		t.Error("the seed does not matter")
	}
	kinds, files := make(map[string]int), make(map[string]bool)
	for _, m := range first[:10] {
		kinds[m.Kind]++
		if m.Kind == "literal" {
			files[m.File] = true
		}
	}
	if kinds["tag"] != 5 || kinds["literal"] != 5 || len(files) != 5 {
		t.Errorf("the first ten have kinds %v, and literals of files %v", kinds, files)
	}
}
