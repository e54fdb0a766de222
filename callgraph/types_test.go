package callgraph

import (
	"go/types"
	"testing"
)

// TestCarriesInCycles asks for the types of a cycle in both orders: what is found
// on the way must not depend on where it began.
func TestCarriesInCycles(t *testing.T) {
	p, err := testImporter.Import("container/list")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"Element", "List"}
	for _, order := range [][]string{{names[0], names[1]}, {names[1], names[0]}} {
		table := newTypeTable(func(*types.Package) bool { return false })
		for _, name := range order {
			if !table.carries(p.Scope().Lookup(name).Type()) {
				t.Errorf("in the order %q, %s carries nothing", order, name)
			}
		}
	}
}

// TestKeysOfBasicTypes: byte and rune are other names of types.
func TestKeysOfBasicTypes(t *testing.T) {
	table := newTypeTable(func(*types.Package) bool { return false })
	for _, name := range []string{"byte", "rune"} {
		alias := types.Universe.Lookup(name).Type()
		same := types.Typ[alias.(*types.Basic).Kind()]
		if a, b := table.key(types.NewSlice(alias)), table.key(types.NewSlice(same)); a != b {
			t.Errorf("identical types have keys %q and %q", a, b)
		}
	}
}

// TestCallOfRenamedBasicType calls a function by a type that names byte otherwise.
func TestCallOfRenamedBasicType(t *testing.T) {
	p := linkOne(summary(t, "p", `
func target(b byte) {}
func caller(g func(uint8)) { g(1) }
func Main() { caller(target) }
`))
	if _, ok := p.Functions["p.caller"].Callees["p.target"]; !ok {
		t.Error("the call doesn't reach target")
	}
}
