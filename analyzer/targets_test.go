package analyzer

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
)

const targetFixture = `
-- go.mod --
module example.com/shop
go 1.22
-- root.go --
package shop
type T struct{}
func Root() {}
func (T) M() {}
func unexported() {}
-- pricing/quote.go --
package pricing
import "fmt"
func Quote() { fmt.Println() }
func quote() {}
type Rate struct{ *base; fmt.Stringer }
func (r *Rate) Of() {}
func (r Rate) of() {}
type base struct{}
func (*base) Promoted() {}
func (base) hidden() {}
type Alias = Rate
func (*Alias) ViaAlias() {}
type List[T any] struct{ x T }
func (l *List[E]) Push(e E) {}
func (l List[_]) Len() int { return 0 }
type Pair[K, V any] struct{}
func (Pair[K, V]) Swap() {}
func Map[T any](f func(T) T) {}
type Iface interface { Method() }
type Plain int
var Variable int
const Constant = 1
func init() {}
func _() {}
-- cmd/app/main.go --
package main
func main() {}
-- yaml.v3/y.go --
package yaml
func Marshal() {}
type V struct{}
func (V) Do() {}
-- a/util/u.go --
package util
func Same() {}
-- b/util/u.go --
package util
func Same() {}
-- b/none/n.go --
package none
func f() {}
-- b/notests/n_test.go --
package notests
-- sub.Type/s.go --
package sub
func Method() {}
-- syntax/s.go --
package syntax
func Ok() {}
func {
`

func TestSelectTargets(t *testing.T) {
	dir := tree(t, targetFixture)
	world := mustLoad(t, Config{Dir: dir})
	for _, test := range []struct {
		sub, target, want string // want without the module path; "!" before parts of an error, split by |
		all               bool
	}{
		{"", "Root", "Root", false},
		{"", "./.Root", "Root", false},
		{"", "T.M", "T.M", false},
		{"", "(*T).M", "T.M", false},
		{"", "example.com/shop.T.M", "T.M", false},
		{"", "example.com/shop.Root", "Root", false},
		{"", "unexported", "unexported", false},
		{"", "./pricing.Quote", "pricing.Quote", false},
		{"", "./pricing.quote", "pricing.quote", false},
		{"", "./pricing.Rate.Of", "pricing.Rate.Of", false},
		{"", "./pricing.(*Rate).Of", "pricing.Rate.Of", false},
		{"", "./pricing.Rate.of", "pricing.Rate.of", false},
		{"", "pricing.(*Rate).Of", "pricing.Rate.Of", false},
		{"", "example.com/shop/pricing.(*Rate).Of", "pricing.Rate.Of", false},
		{"", "./pricing.Rate.ViaAlias", "pricing.Rate.ViaAlias", false},
		{"", "./pricing.List.Push", "pricing.List.Push", false},
		{"", "./pricing.List.Len", "pricing.List.Len", false},
		{"", "./pricing.Pair.Swap", "pricing.Pair.Swap", false},
		{"", "./pricing.Map", "pricing.Map", false},
		{"pricing", "Rate.Of", "pricing.Rate.Of", false},
		{"pricing", "../yaml.v3.Marshal", "yaml.v3.Marshal", false},
		{"", "example.com/shop/yaml.v3.Marshal", "yaml.v3.Marshal", false},
		{"", "./yaml.v3.V.Do", "yaml.v3.V.Do", false},
		{"", "./sub.Type.Method", "sub.Type.Method", false},
		{"", "./cmd/app.main", "cmd/app.main", false},
		{"cmd/app", "main", "cmd/app.main", false},
		{"", "./yaml.v3", "yaml.v3.Marshal yaml.v3.V.Do", false},
		{"", "example.com/shop/yaml.v3", "yaml.v3.Marshal yaml.v3.V.Do", false},
		{"yaml.v3", ".", "yaml.v3.Marshal yaml.v3.V.Do", false},
		{"yaml.v3", "./...", "yaml.v3.Marshal yaml.v3.V.Do", false},
		{"", "example.com/shop/...util", "a/util.Same b/util.Same", false},
		{"", "./a/...", "a/util.Same", false},
		{"", "example.com/shop/b/util/...", "b/util.Same", false},
		{"", "a/util.Same", "a/util.Same", false},
		{"", "./pricing", "pricing.List.Len pricing.List.Push pricing.Map pricing.Pair.Swap pricing.Quote pricing.Rate.Of pricing.Rate.ViaAlias", false},
		{"", "./b/...", "b/none.f b/util.Same", true},
		{"", "./cmd/...", "cmd/app.main", true},
		{"", ".", "Root T.M unexported", true},

		{"", "util.Same", "!ambiguous|a/util|b/util", false},
		{"", "./pricing.Quot", "!no function Quot|did you mean|pricing.Quote", false},
		{"", "./yaml.v3.Same", "!did you mean|a/util.Same", false},
		{"", "./pricing.Rate", "!is a type|Of", false},
		{"", "./pricing.Plain", "!is a type without methods", false},
		{"", "./pricing.Variable", "!is a variable", false},
		{"", "./pricing.Constant", "!is a constant", false},
		{"", "./pricing.init", "!no name of its own", false},
		{"", "./pricing.Iface.Method", "!interface", false},
		{"", "./pricing.Rate.Promoted", "!promoted|pricing.base.Promoted", false},
		{"", "./pricing.Rate.String", "!declares no method String|promoted", false},
		{"", "./pricing.Plain.Foo", "!declares no methods", false},
		{"", "./pricng.Quote", "!did you mean|pricing.Quote", false},
		{"", "./zzz", "!autover list", false},
		{"", "./zzz/...", "!./zzz/...", false},
		{"", "example.com/zzz/...", "!example.com/zzz/...", false},
		{"", "fmt.Println", "!not private", false},
		{"", "Qqqq", "!no function Qqqq", false},
		{"", "./b/none", "!-all", false},
		{"", "./cmd/...", "!-all", false},
		{"", "./b/notests", "!-test", false},
		{"", "./b/notests.F", "!-test", false},
		{"", "./syntax.Gone", "!syntax/s.go:3", false},
		{"", "", "!is empty", false},
		{"", "..", "!", false},
		{"", "(*", "!", false},
		{"", "./pricing.", "!", false},
	} {
		t.Run(test.sub+":"+test.target, func(t *testing.T) {
			w := *world
			w.dir = filepath.Join(dir, test.sub)
			sel, err := w.selectTargets([]string{test.target}, test.all, false)
			if parts, ok := strings.CutPrefix(test.want, "!"); ok {
				wantError(t, err, strings.Split(parts, "|")...)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := strings.ReplaceAll(strings.ReplaceAll(names(sel), "example.com/shop/", ""), "example.com/shop.", "")
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			for _, tg := range sel.targets {
				if tg.object() == nil && tg.pkg.path != "example.com/shop/syntax" {
					t.Errorf("%s has no object", tg.name)
				}
			}
		})
	}
}

func TestSelectSeveral(t *testing.T) {
	w := mustLoad(t, Config{Dir: tree(t, targetFixture)})
	sel, err := w.selectTargets([]string{"./a/...", "./a/util.Same", "a/util.Same"}, false, false)
	if err != nil || names(sel) != "example.com/shop/a/util.Same" || sel.single {
		t.Error(names(sel), sel.single, err)
	}
	if sel, err = w.selectTargets([]string{"./syntax"}, false, false); err != nil {
		t.Fatal(err)
	}
	_, err = w.verify(sel.packages)
	wantError(t, err, "syntax/s.go:3: syntax error")
}

func TestList(t *testing.T) {
	dir := tree(t, targetFixture)
	got, err := List(context.Background(), Config{Dir: filepath.Join(dir, "a"), Targets: []string{"../pricing.List.Push"}, Env: offline()})
	if err != nil || len(got) != 1 || got[0] != (Entry{Name: "example.com/shop/pricing.List.Push", Package: "example.com/shop/pricing", Position: "pricing/quote.go:14"}) {
		t.Error(got, err)
	}
	_, err = List(context.Background(), Config{Dir: dir, Env: offline()})
	wantError(t, err, "syntax/s.go:3: syntax error")
}

func TestTestFunctions(t *testing.T) {
	w := mustLoad(t, Config{Tests: true, Dir: tree(t, `
-- go.mod --
module m
go 1.22
-- p/p.go --
package p
func TestNot() {}
-- p/p_test.go --
package p
import . "testing"
func Test(t *T) {}
func TestX(t *T) {}
func Testx(t *T) {}
func Test_x(t *T) {}
func TestÄ(t *T) {}
func TestWrong(t *B) {}
func TestResult(t *T) int { return 0 }
func TestMain(m *M) {}
func BenchmarkX(b *B) {}
func FuzzX(f *F) {}
func Example() {}
func ExampleX_suffix() {}
func Examplex() {}
func Helper() {}
func helper() {}
`)})
	sel, err := w.selectTargets(nil, false, true)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(sel), "m/p.BenchmarkX m/p.Example m/p.ExampleX_suffix m/p.FuzzX m/p.Test m/p.TestX m/p.Test_x m/p.TestÄ"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if sel, err = w.selectTargets(nil, true, true); err != nil || len(sel.targets) != 16 {
		t.Error(names(sel), err)
	}
}
