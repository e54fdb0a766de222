package analyzer

import (
	"go/types"

	"github.com/autover/autover/callgraph"
)

// methodsOf returns the methods that the types of a package have, by name: those that
// aren't exported included, whose types other packages can't name but get.
func methodsOf(p *types.Package) map[string]callgraph.MethodKinds {
	methods := map[string]callgraph.MethodKinds{}
	scope := p.Scope()
	for _, name := range scope.Names() {
		o, ok := scope.Lookup(name).(*types.TypeName)
		if !ok {
			continue
		}
		n, ok := types.Unalias(o.Type()).(*types.Named)
		if !ok {
			continue
		}
		_, function := n.Underlying().(*types.Signature)
		add := func(m *types.Func) {
			kinds := methods[m.Name()]
			kinds.Function = kinds.Function || function
			kinds.Generic = kinds.Generic || n.TypeParams().Len() > 0
			methods[m.Name()] = kinds
		}
		for m := range n.Methods() {
			add(m)
		}
		if iface, ok := n.Underlying().(*types.Interface); ok { // structs promote them
			for m := range iface.Methods() {
				add(m)
			}
		}
	}
	return methods
}

// moduleMethods returns the methods that the types of other modules have, by name.
func (w *world) moduleMethods() map[string]callgraph.MethodKinds {
	all := map[string]callgraph.MethodKinds{}
	for _, p := range w.external {
		for name, m := range p.methods {
			kinds := all[name]
			kinds.Function = kinds.Function || m.Function
			kinds.Generic = kinds.Generic || m.Generic
			all[name] = kinds
		}
	}
	return all
}
