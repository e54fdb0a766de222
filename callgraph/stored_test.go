package callgraph

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/autover/autover/internal/symbol"
)

// storedSource has something of all that linking finds.
const storedSource = `import ("flag"; "fmt"; "sort"; "unsafe")
type shape interface{ area() int }
type a struct{ next *a }
func (x a) area() int { return 1 }
func (x *a) String() string { return "a" }
var table = map[string]shape{"a": a{}}
var ratio = fill()
var word int
func fill() int { table["b"] = a{}; return 2 }
func set() { table["c"] = nil; ratio++ }
func init() { flag.Func("x", "", func(string) error { set(); return nil }) }
func F(k string) any { fmt.Println(&a{}); sort.Slice([]int{1}, func(i, j int) bool { return table[k].area() > i }); return table[k] }
func G() *byte { p, _ := F("").(fmt.Stringer); return (*byte)(unsafe.Pointer(&word)) ; _ = p; return nil }`

// What is stored of a program is all of it but for reasons.
func TestStored(t *testing.T) {
	sum := summary(t, "p", storedSource)
	want := linkOne(sum)
	stored := want.Store()
	got, ok := stored.Program([]*Summary{sum})
	if !ok {
		t.Fatal("the program doesn't fit its own summary")
	}
	caveats := 0
	for _, f := range want.Functions {
		f.externals, f.facts = nil, nil
		for id := range f.Callees {
			f.Callees[id] = ""
		}
		for b := range f.Boundaries {
			f.Boundaries[b] = ""
		}
		caveats += len(f.Caveats)
	}
	if len(want.Boundaries) == 0 || len(want.Writers["p.table"]) == 0 || len(want.Effects) == 0 || caveats == 0 {
		t.Fatalf("the program lacks something to store: %+v", want)
	}
	if !reflect.DeepEqual(got.Store(), stored) {
		t.Error("stored once more it is another program")
	}
	for id, f := range want.Functions {
		if !same(got.Functions[id], f) {
			t.Errorf("%s is\n%+v, was\n%+v", id, got.Functions[id], f)
		}
	}
	for name, parts := range map[string][2]any{
		"boundaries": {got.Boundaries, want.Boundaries}, "writers": {got.Writers, want.Writers},
		"effects": {got.Effects, want.Effects}, "affected": {got.Affected, want.Affected},
	} {
		if !same(parts[0], parts[1]) {
			t.Errorf("%s are\n%+v, were\n%+v", name, parts[0], parts[1])
		}
	}
}

// same compares values in which empty slices are nil.
func same(a, b any) bool { return fmt.Sprintf("%+v", plain(a)) == fmt.Sprintf("%+v", plain(b)) }

// plain returns what pointers point to.
func plain(v any) any {
	switch v := v.(type) {
	case *Linked:
		return *v
	case map[symbol.ID]*Effect:
		m := map[symbol.ID]Effect{}
		for id, e := range v {
			m[id] = *e
		}
		return m
	}
	return v
}

// A program that doesn't fit the summaries, or names what it hasn't got, is refused.
func TestStoredRefused(t *testing.T) {
	sum := summary(t, "p", storedSource)
	for name, spoil := range map[string]func(s *Stored){
		"name":     func(s *Stored) { s.Names = s.Names[:1] },
		"negative": func(s *Stored) { s.Functions[0].ID = -1 },
		"boundary": func(s *Stored) { s.Boundaries[0].Inner = []int32{int32(len(s.Boundaries))} },
		"less":     func(s *Stored) { s.Functions = s.Functions[1:] },
		"more": func(s *Stored) {
			s.Functions = append(s.Functions, StoredFunction{ID: int32(len(s.Names))})
			s.Names = append(s.Names, "p.other")
		},
	} {
		stored := linkOne(sum).Store()
		spoil(stored)
		if _, ok := stored.Program([]*Summary{sum}); ok {
			t.Errorf("%s: it is taken for the program of its summary", name)
		}
	}
}
