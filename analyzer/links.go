package analyzer

import (
	"go/token"
	"slices"
	"strings"

	"github.com/autover/autover/callgraph"
	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/symbol"
)

// A linker adds the edges to a graph that no Go code shows: those of go:linkname
// directives and of symbols in assembly, in both directions and wherever the
// other end is, calls between C code of different packages, what the host of a
// WebAssembly module may call back, what packages with cgo do to variables
// elsewhere, and what external packages that import private ones can reach.
type linker struct {
	w *world
	g *graph
	// bySymbol finds functions and values by the names that the linker has for
	// them. Variants for tests share one, as do main packages.
	bySymbol map[string][]int32
	// entered are, for external packages, the nodes that they can get at
	// without being handed anything.
	entered map[string][]int32
}

// linkerName returns the name that the linker has for a function or variable.
func linkerName(w *world, u *unit, id symbol.ID) string {
	path := linkerPath(symbol.PkgPath(u.id))
	if p := w.privateByID[u.id]; p != nil && p.name == "main" {
		path = "main"
	}
	return path + strings.TrimPrefix(string(id), u.id)
}

// linkedFunctions finds the private functions that those without body are
// linked to, from either end.
func linkedFunctions(w *world, units []*unit) map[symbol.ID][]symbol.ID {
	named := map[string][]symbol.ID{}
	bodyless := map[symbol.ID]bool{}
	for _, u := range units {
		for i := range u.decls {
			if d := &u.decls[i]; d.kind == funcDecl {
				name := linkerName(w, u, d.id)
				named[name] = append(named[name], d.id)
				bodyless[d.id] = d.bodyless
			}
		}
	}
	targets := map[symbol.ID][]symbol.ID{}
	for _, u := range units {
		for _, link := range u.links {
			for _, other := range named[plainSymbol(link.target)] {
				switch {
				case bodyless[link.local]:
					targets[link.local] = append(targets[link.local], other)
				case bodyless[other]:
					targets[other] = append(targets[other], link.local)
				}
			}
		}
	}
	return targets
}

func (g *graph) addLinks(w *world, units []*unit) {
	l := &linker{w: w, g: g, bySymbol: map[string][]int32{}, entered: map[string][]int32{}}
	for i := range g.nodes {
		n := &g.nodes[i]
		if n.kind == funcNode || n.kind == valueNode {
			name := linkerName(w, n.unit, n.id)
			l.bySymbol[name] = append(l.bySymbol[name], int32(i))
		}
	}
	for _, u := range units {
		for _, link := range u.links {
			l.linkname(link)
		}
		l.assembly(u)
		l.foreign(u)
		if u.flows == nil {
			l.opaque(u)
		}
	}
	l.sharedC(units)
	l.host(units)
	for _, id := range w.ids() {
		if p := w.external[id]; p != nil {
			l.external(p)
		}
	}
	l.enter()
}

// depend adds an edge.
func (l *linker) depend(from, to int32) {
	l.g.nodes[from].set = append(l.g.nodes[from].set, to)
}

// use adds an external package to what a node uses.
func (l *linker) use(n int32, pkg string) {
	if list := l.g.nodes[n].externals; !slices.Contains(list, pkg) {
		list = append(slices.Clip(list), pkg)
		slices.Sort(list)
		l.g.nodes[n].externals = list
	}
}

func (l *linker) isVar(n int32) bool { return l.g.nodes[n].kind == valueNode }

// bodyless tells whether a node is a function whose body is elsewhere.
func (l *linker) bodyless(n int32) bool {
	d := l.g.nodes[n].decl
	return d != nil && d.bodyless
}

// linkname connects the two ends of a directive of a private package. Two
// variables are one; of two functions, the one without body is the other.
func (l *linker) linkname(link link) {
	local, ok := l.g.funcs[string(link.local)]
	if !ok {
		if local, ok = l.g.values[string(link.local)]; !ok {
			return
		}
	}
	for _, target := range l.bySymbol[plainSymbol(link.target)] {
		if l.isVar(local) || l.bodyless(local) {
			l.depend(local, target)
		}
		if l.isVar(local) || !l.bodyless(local) {
			l.depend(target, local)
		}
	}
	if pkg := packageOf(plainSymbol(link.target)); l.w.external[pkg] != nil {
		l.reach(pkg, local)
		if l.bodyless(local) {
			l.caveat(local, "linkname", link.position, "the body is "+link.target+": what it does with its arguments is not analysed")
		}
	}
}

// caveat adds a caveat to a function.
func (l *linker) caveat(n int32, kind, position, message string) {
	node := &l.g.nodes[n]
	node.caveats = append(node.caveats, callgraph.Caveat{Kind: kind, Position: position, Message: message})
}

// foreign adds the caveats of bodies that are written in other languages.
func (l *linker) foreign(u *unit) {
	if !u.isSealed {
		return
	}
	linked := map[string]bool{}
	for _, link := range u.links {
		linked[string(link.local)] = true
	}
	for i := range u.decls {
		d := &u.decls[i]
		n, ok := l.g.funcs[string(d.id)]
		switch {
		case !ok || d.kind != funcDecl:
		case u.cgo != "":
			l.caveat(n, "cgo", u.cgo, "the C code of the package counts as text: what it calls in libraries, and changes by way of pointers, is not analysed")
		case d.bodyless && !linked[string(d.id)]:
			l.caveat(n, "assembly", d.position, "the assembly of the package counts as text: what it changes by way of its arguments is not analysed")
		}
	}
}

// reach connects a private function or variable with an external package that
// has the other end of a directive.
func (l *linker) reach(pkg string, n int32) {
	if l.isVar(n) || l.bodyless(n) {
		l.use(n, pkg)
	}
	if !l.bodyless(n) {
		l.entered[pkg] = append(l.entered[pkg], n)
	}
}

// assembly connects a package with what its assembly names elsewhere. A
// function without body may be defined by any package that names it.
func (l *linker) assembly(u *unit) {
	sealed, ok := l.g.sealed[u.id]
	if !ok {
		return
	}
	for _, name := range u.asmNames {
		pkg := packageOf(name)
		if l.w.external[pkg] != nil {
			l.use(sealed, pkg)
		}
		if other, ok := l.g.sealed[pkg]; ok && other != sealed {
			l.depend(sealed, other)
		}
		for _, n := range l.bySymbol[name] {
			l.depend(sealed, n)
			if l.isVar(n) || l.bodyless(n) {
				l.depend(n, sealed)
			}
		}
	}
}

// plainSymbol turns the linker's name of a symbol, "path.(*Type).Method", into
// the one that this program has for it, "path.Type.Method". What the linker
// escapes stays: dots in the last element of the path are %2e.
func plainSymbol(name string) string {
	return strings.NewReplacer("(*", "", ")", "").Replace(name)
}

// packageOf returns the import path in the name of a symbol.
func packageOf(name string) string {
	slash := strings.LastIndex(name, "/") + 1
	pkg, _, _ := strings.Cut(name[slash:], ".")
	return name[:slash] + strings.ReplaceAll(pkg, "%2e", ".")
}

// opaque makes variables elsewhere depend on the functions of a package with
// cgo, whose statements are not analysed: on those that mention them, and on
// those that mention a function which may lead to them.
func (l *linker) opaque(u *unit) {
	writers := l.written()
	for i := range u.decls {
		from, ok := l.g.funcs[string(u.decls[i].id)]
		if !ok {
			continue
		}
		for _, r := range u.decls[i].form.Refs {
			if strings.HasPrefix(string(r.ID), u.id+".") {
				continue
			}
			if v, ok := l.g.values[string(r.ID)]; ok && r.Kind == hasher.RefVar {
				l.depend(v, from)
			}
			if fn, ok := l.g.funcs[string(r.ID)]; ok && r.Kind == hasher.RefFunc {
				for _, n := range l.reached(fn) {
					for _, v := range append(writers[n], n) {
						if l.isVar(v) {
							l.depend(v, from)
						}
					}
				}
			}
		}
	}
}

// written maps functions to the variables that they may change.
func (l *linker) written() map[int32][]int32 {
	writers := map[int32][]int32{}
	for id, list := range l.g.program.Writers {
		v, ok := l.g.values[string(id)]
		if !ok {
			continue
		}
		for _, w := range list {
			if n, ok := l.g.funcs[string(w)]; ok {
				writers[n] = append(writers[n], v)
			}
		}
	}
	return writers
}

// reached returns all nodes that are reached from one, itself included.
func (l *linker) reached(start int32) []int32 {
	seen := map[int32]bool{start: true}
	list := []int32{start}
	for i := 0; i < len(list); i++ {
		n := &l.g.nodes[list[i]]
		for _, edges := range [][]int32{n.refs, n.set} {
			for _, m := range edges {
				if m >= 0 && !seen[m] {
					seen[m] = true
					list = append(list, m)
				}
			}
		}
	}
	return list
}

// sharedC connects packages whose C code names what that of another package
// defines, or Go code exports to C: all C code of a program has one name space.
func (l *linker) sharedC(units []*unit) {
	defined := map[string][]int32{}
	for _, u := range units {
		for _, name := range u.cDefined {
			defined[name] = append(defined[name], l.g.sealed[u.id])
		}
	}
	for _, u := range units {
		sealed := l.g.sealed[u.id]
		for _, name := range u.cNames {
			for _, other := range defined[name] {
				if other != sealed {
					l.depend(sealed, other)
				}
			}
		}
	}
}

// host lets functions of the WebAssembly host call back what the program exports.
func (l *linker) host(units []*unit) {
	var exported []int32
	for _, u := range units {
		for _, id := range u.wasmExports {
			if n, ok := l.g.funcs[string(id)]; ok {
				exported = append(exported, n)
			}
		}
	}
	for _, u := range units {
		for _, id := range u.wasmImports {
			if n, ok := l.g.funcs[string(id)]; ok {
				for _, e := range exported {
					l.depend(n, e)
				}
			}
		}
	}
}

// external connects an external package with the private ones that it imports,
// and with the other ends of its go:linkname directives.
func (l *linker) external(p *externalPackage) {
	for _, name := range p.linknames {
		for _, n := range l.bySymbol[name] {
			l.reach(p.id, n)
		}
	}
	for _, e := range p.imports {
		u := l.g.units[e.id]
		if u == nil {
			continue
		}
		for i := range u.decls {
			id := string(u.decls[i].id)
			if !token.IsExported(id[strings.LastIndexByte(id, '.')+1:]) {
				continue
			}
			if n, ok := l.g.funcs[id]; ok {
				l.entered[p.id] = append(l.entered[p.id], n)
			}
			if n, ok := l.g.values[id]; ok {
				l.use(n, p.id)
				l.entered[p.id] = append(l.entered[p.id], n)
			}
			if n, ok := l.g.types[id]; ok {
				l.entered[p.id] = append(l.entered[p.id], n)
			}
		}
	}
}

// enter lets all nodes that use an external package reach what that one, or one
// that it imports, can get at.
func (l *linker) enter() {
	reached := map[string][]int32{} // of each external package
	for pkg, list := range l.entered {
		for importer := range l.w.importers(map[string]bool{pkg: true}) {
			reached[importer] = append(reached[importer], list...)
		}
	}
	if len(reached) == 0 {
		return
	}
	for i := range l.g.nodes {
		n := &l.g.nodes[i]
		for _, pkg := range n.externals {
			n.set = append(n.set, reached[pkg]...)
		}
	}
}
