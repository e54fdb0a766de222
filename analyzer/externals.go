package analyzer

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// externals identifies the external code behind closures.
type externals struct {
	w         *world
	toolchain []string // name, godebug settings, flags
	ids       *identities
	closures  map[string]map[string]bool
	known     map[*closure]identified
}

// identified is what external packages add to a version.
type identified struct {
	modules []Module
	// vendored holds the paths of vendored packages, each followed by the hash
	// of its files.
	vendored []string
	// registered are packages that no reached code imports, but which register
	// themselves with one that it uses.
	registered []string
}

func newExternals(w *world) (*externals, error) {
	t, err := w.toolchain()
	if err != nil {
		return nil, err
	}
	ids, err := w.identities()
	if err != nil {
		return nil, err
	}
	return &externals{
		w: w, ids: ids, closures: map[string]map[string]bool{}, known: map[*closure]identified{},
		toolchain: slices.Concat([]string{t.Name}, t.Godebug, w.flags.other),
	}, nil
}

// closure returns an external package and all that it imports.
func (x *externals) closure(path string) map[string]bool {
	if c, ok := x.closures[path]; ok {
		return c
	}
	c := map[string]bool{}
	x.closures[path] = c
	if x.w.external[path] == nil {
		return c
	}
	stack := []string{path}
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if c[p] {
			continue
		}
		c[p] = true
		for _, e := range x.w.importsOf(p) {
			stack = append(stack, e.id)
		}
	}
	return c
}

// identify returns the modules behind the import closure of the packages that a
// closure uses, and the packages of the programs in question that register themselves with one
// of these. Package crypto counts only where it is used directly: packages
// of the standard library import the hashes that they ask it for.
func (x *externals) identify(c *closure, programs reached) (identified, error) {
	if out, ok := x.known[c]; ok {
		return out, nil
	}
	used := c.externals
	all := map[string]bool{}
	for _, p := range used {
		maps.Copy(all, x.closure(p))
	}
	var registered []string
	for id := range programs {
		p := x.w.external[id]
		if p == nil || all[id] {
			continue
		}
		if slices.ContainsFunc(p.registers, func(q string) bool {
			return all[q] && (q != "crypto" || slices.Contains(used, q))
		}) {
			registered = append(registered, id)
		}
	}
	slices.Sort(registered)
	for _, id := range registered {
		maps.Copy(all, x.closure(id))
	}
	out, err := x.modules(slices.Sorted(maps.Keys(all)))
	if err != nil {
		return out, err
	}
	out.registered = registered
	x.known[c] = out
	return out, nil
}

// modules identifies the modules of the packages.
func (x *externals) modules(packages []string) (identified, error) {
	out := identified{modules: []Module{}}
	for _, id := range packages {
		p := x.w.external[id]
		if p == nil || p.module == nil {
			continue
		}
		m, content, err := x.ids.of(p)
		if err != nil {
			return out, err
		}
		out.modules = append(out.modules, Module{m.Path, m.Version, m.Sum, m.Replaces})
		if content != "" {
			out.vendored = append(out.vendored, p.path, content)
		}
	}
	slices.SortFunc(out.modules, func(a, b Module) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Version, b.Version),
			strings.Compare(a.Sum, b.Sum), strings.Compare(a.Replaces, b.Replaces))
	})
	out.modules = slices.Compact(out.modules)
	return out, nil
}
