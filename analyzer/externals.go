package analyzer

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/container/intsets"

	"github.com/autover/autover/depversion"
)

// externals identifies the external code behind closures.
type externals struct {
	w        *world
	declared depversion.Toolchain
	ids      *identities
	packages []string // all external ones, sorted
	number   map[string]int
	// registering are the packages that register themselves with others.
	registering []int
	closures    map[string]*intsets.Sparse
	known       map[*closure]identified
	listed      map[string]identified // by the numbers of packages
}

// identified is what external packages add to a version.
type identified struct {
	modules []Module
	// more holds what counts of packages beside their modules: the path of a
	// vendored one, followed by the hash of its files and its language version;
	// path and " cgo", followed by flags of the environment; path and " tags",
	// followed by the user's tags that its constraints mention.
	more []string
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
	x := &externals{
		w: w, ids: ids, closures: map[string]*intsets.Sparse{}, known: map[*closure]identified{}, listed: map[string]identified{}, number: map[string]int{},
		declared: t,
		packages: slices.Sorted(maps.Keys(w.external)),
	}
	for i, id := range x.packages {
		x.number[id] = i
		if len(w.external[id].registers) > 0 {
			x.registering = append(x.registering, i)
		}
	}
	return x, nil
}

// toolchain describes the toolchain by the policy of that name, how it is built,
// and the flags that are given to it.
func (x *externals) toolchain(k *knobs) []string {
	t := x.declared
	var list []string
	switch {
	case !k.policies.on["toolchain"]:
		return x.w.flags.other
	case k.toolchain == "actual":
		list = []string{"actual", x.w.env["GOVERSION"], t.Go}
	case k.toolchain == "language":
		list = []string{"language", t.Go}
	default:
		list = append([]string{t.Name}, t.Defaults()...)
	}
	return slices.Concat(list, t.Godebug, x.w.experiments(), x.w.flags.other)
}

// closure returns the numbers of an external package and of all external ones
// that it imports, through private ones too.
func (x *externals) closure(path string) *intsets.Sparse {
	if c, ok := x.closures[path]; ok {
		return c
	}
	c := new(intsets.Sparse)
	x.closures[path] = c
	if x.w.external[path] == nil {
		return c
	}
	stack, met := []string{path}, map[string]bool{}
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if met[p] {
			continue
		}
		met[p] = true
		if i, external := x.number[p]; external {
			c.Insert(i)
		}
		for _, e := range x.w.importsOf(p) {
			stack = append(stack, e.id)
		}
	}
	return c
}

// identify returns the modules behind the import closure of the packages that a
// closure uses, and the packages of the programs in question that register
// themselves with one of these. Package crypto counts only where it is used directly: packages
// of the standard library import the hashes that they ask it for.
func (x *externals) identify(c *closure, programs reached) (identified, error) {
	if out, ok := x.known[c]; ok {
		return out, nil
	}
	used := c.externals
	var all intsets.Sparse
	for _, p := range used {
		all.UnionWith(x.closure(p))
	}
	var registered []string
	for _, i := range x.registering {
		id := x.packages[i]
		if !programs[id] || all.Has(i) {
			continue
		}
		if slices.ContainsFunc(x.w.external[id].registers, func(q string) bool {
			n, ok := x.number[q]
			if !ok {
				return slices.Contains(c.private, q)
			}
			return all.Has(n) && (q != "crypto" || slices.Contains(used, q))
		}) {
			registered = append(registered, id)
		}
	}
	for _, id := range registered {
		all.UnionWith(x.closure(id))
	}
	list := all.AppendTo(nil)
	var key []byte
	for _, i := range list {
		key = binary.AppendUvarint(key, uint64(i))
	}
	out, ok := x.listed[string(key)]
	if !ok {
		var err error
		if out, err = x.modules(list); err != nil {
			return out, err
		}
		x.listed[string(key)] = out
	}
	out.registered = registered
	x.known[c] = out
	return out, nil
}

// modules identifies the modules of the packages.
func (x *externals) modules(packages []int) (identified, error) {
	out := identified{modules: []Module{}}
	for _, i := range packages {
		p := x.w.external[x.packages[i]]
		tags, err := x.w.tagsIn(p)
		if err != nil {
			return out, err
		}
		if tags != "" {
			out.more = append(out.more, p.path+" tags", tags)
		}
		if p.module == nil {
			continue
		}
		m, content, err := x.ids.of(p)
		if err != nil {
			return out, err
		}
		out.modules = append(out.modules, Module{m.Path, m.Version, m.Sum, m.Replaces})
		if content != "" {
			out.more = append(out.more, p.path, content)
		}
		if flags := x.w.cgoFlags(); p.cgo && flags != "" {
			out.more = append(out.more, p.path+" cgo", flags)
		}
	}
	slices.SortFunc(out.modules, func(a, b Module) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Version, b.Version),
			strings.Compare(a.Sum, b.Sum), strings.Compare(a.Replaces, b.Replaces))
	})
	out.modules = slices.Compact(out.modules)
	return out, nil
}
