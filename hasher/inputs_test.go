package hasher

import (
	"reflect"
	"testing"

	"github.com/zeebo/blake3"
)

// TestInputsByHand rebuilds the digests of two versions from the package
// comment with the hash alone: one with nothing in it, and one with everything.
func TestInputsByHand(t *testing.T) {
	var b []byte
	str := func(s string) { b = append(append(b, 2, byte(len(s))), s...) }
	list := func(n byte) { b = append(b, 1, 2, 2, n) }
	strs := func(all ...string) {
		list(byte(len(all)))
		for _, s := range all {
			str(s)
		}
	}
	digest := func(n byte) {
		b = append(b, 6, 32)
		b = append(b, make([]byte, 31)...)
		b = append(b, n)
	}
	boolean := func(n byte) { b = append(b, 5, 1, n) }
	start := func(target string) {
		b = nil
		str("autover")
		str("a1")
		str("version")
		str("a1")
		str(target)
		digest(7)
	}
	check := func(in Inputs) {
		t.Helper()
		if got, want := in.Digest(), Digest(blake3.Sum256(b)); got != want {
			t.Errorf("%+v: digest %v, want %v", in, got, want)
		}
	}

	start("m.F")
	for range 6 {
		list(0)
	}
	boolean(0)
	str("")
	check(Inputs{Target: "m.F", Closure: Digest{31: 7}, Layouts: []string{"not revealed"}})

	start("m.T.M")
	list(2)
	strs(".v", "")
	digest(8)
	strs()
	digest(9)
	list(2)
	for _, s := range []string{"a", "v1.0.0", "h1:A", "b", "v0.1.0", ""} {
		str(s)
	}
	strs("b/p", "h1:P")
	strs("c/driver")
	strs("go1.26", "-race=")
	strs("panicnil=1")
	boolean(1)
	strs("layout")
	str("salt")
	b = append(b, 4, 1, 2) // module 1, as a zigzag varint
	str("d")
	b = append(b, 1, 3, 0x96, 0x01, 2) // tag 150
	str("platform")
	strs("linux", "amd64")
	b = append(b, 1, 3, 0x96, 0x01, 2)
	str("-external")
	strs()
	check(Inputs{
		Target: "m.T.M", Closure: Digest{31: 7},
		Effects:  []Effect{{[]string{".v", ""}, Digest{31: 8}}, {nil, Digest{31: 9}}},
		Modules:  []Module{{"a", "v1.0.0", "h1:A", ""}, {"b", "v0.1.0", "", "d"}},
		Packages: []string{"b/p", "h1:P"}, Registered: []string{"c/driver"},
		Toolchain: []string{"go1.26", "-race="}, Debug: []string{"panicnil=1"},
		Reveals: true, Layouts: []string{"layout"}, Salt: "salt",
		Components: []Component{{"platform", []string{"linux", "amd64"}}, {"-external", nil}},
	})
}

// TestInputsAllCount changes each field in turn.
func TestInputsAllCount(t *testing.T) {
	changes := []func(*Inputs){
		func(*Inputs) {},
		func(in *Inputs) { in.Target = "m.G" },
		func(in *Inputs) { in.Closure[0]++ },
		func(in *Inputs) { in.Effects = []Effect{{nil, Digest{}}} },
		func(in *Inputs) { in.Effects = []Effect{{[]string{""}, Digest{}}} },
		func(in *Inputs) { in.Modules = []Module{{"a", "b", "c", ""}} },
		func(in *Inputs) { in.Modules = []Module{{"a", "b", "c", "d"}} },
		func(in *Inputs) { in.Packages = []string{"x"} },
		func(in *Inputs) { in.Registered = []string{"x"} },
		func(in *Inputs) { in.Toolchain = []string{"x"} },
		func(in *Inputs) { in.Debug = []string{"x"} },
		func(in *Inputs) { in.Reveals = true },
		func(in *Inputs) { in.Reveals, in.Layouts = true, []string{"x"} },
		func(in *Inputs) { in.Salt = "x" },
		func(in *Inputs) { in.Components = []Component{{"x", nil}} },
		func(in *Inputs) { in.Components = []Component{{"x", []string{""}}} },
		func(in *Inputs) { in.Components = []Component{{"x", nil}, {"x", nil}} },
	}
	seen := map[Digest]int{}
	for i, change := range changes {
		in := Inputs{Target: "m.F"}
		change(&in)
		d := in.Digest()
		if j, ok := seen[d]; ok {
			t.Errorf("changes %d and %d give one digest", j, i)
		}
		seen[d] = i
	}
	if n := reflect.TypeFor[Inputs]().NumField(); n != 12 {
		t.Errorf("Inputs has %d fields: change the new one here as well", n)
	}
}
