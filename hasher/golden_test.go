package hasher

import "testing"

// goldens are versions that only a new scheme may change.
var goldens = []struct{ name, text, version string }{
	{"empty", `func F() {}`, "a17a8e9aa048365ec51777ea68d23d9733"},
	{"expressions", `
type T struct { A int; b []string ` + "`json:\"b\"`" + ` }
var table = map[string]*T{"x": {A: 1}, "y": {b: []string{2: "z"}}}
func (t *T) get(i int) (s string, err error) {
	defer func() { recover() }()
	return t.b[i&7], nil
}
func F(names ...string) (n int, err error) {
	for i, name := range names {
		t, ok := table[name]
		if !ok || t == nil {
			continue
		}
		s, err := t.get(i)
		if err != nil {
			return 0, err
		}
		n += len(s) << 1
	}
	return n, err
}`, "a10e30e197cc471e2c818072c07b2bae8c"},
	{"generics", `
type List[T any] struct { head *node[T]; n int }
type node[T any] struct { v T; next *node[T] }
func (l *List[E]) push(v E) { l.head = &node[E]{v, l.head}; l.n++ }
func fold[T, A any](l *List[T], a A, f func(A, T) A) A {
	for n := l.head; n != nil; n = n.next { a = f(a, n.v) }
	return a
}
func F() float64 {
	var l List[int]
	l.push('a')
	return fold(&l, 0.5, func(a float64, i int) float64 { return a + float64(i) })
}`, "a18f1bbb8a7fc9c3e414d2526c872e462a"},
	{"statements", `
func even(n int) bool { if n == 0 { return true }; return odd(n-1) }
func odd(n int) bool { if n == 0 { return false }; return even(n-1) }
func F(ch chan int, x any) (s string) {
L:
	for {
		select {
		case v, ok := <-ch:
			if !ok { break L }
			switch { case even(v): s += "e"; fallthrough; default: s += "o" }
		case ch <- 1:
			go func() { ch <- 2 }()
		}
		switch y := x.(type) {
		case nil: goto end
		case error, interface{ String() string }: _ = y
		case []byte: s += string(y)
		}
	}
end:
	for i := range 3 { s += string(rune(i)) }
	return
}`, "a14a976cdfc0423b7d710a2a82296b992d"},
}

func TestGolden(t *testing.T) {
	for _, g := range goldens {
		if got := Version(closure(t, single(g.text))); got != g.version {
			t.Errorf("%s: %s, want %s", g.name, got, g.version)
		}
	}
}
