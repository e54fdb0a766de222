package analyzer

import (
	"slices"
	"strings"

	"github.com/autover/autover/internal/near"
)

// maxNear bounds how many near misses an error names.
const maxNear = 5

// enumerate writes names as "a, b, c", shortened.
func enumerate(names []string) string {
	if len(names) > maxNear {
		return strings.Join(names[:maxNear], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}

// nearFunctions returns what may have been meant by a function that a package
// does not have: similar names in it, and the same name in other packages.
func (w *world) nearFunctions(group []*privatePackage, name string) []string {
	var local []string
	seen := make(map[string]bool)
	for _, p := range group {
		for _, f := range w.outlined(p).funcs {
			other := f.name
			if full := p.path + "." + other; !seen[full] && near.Is(name, other) {
				seen[full] = true
				local = append(local, full)
			}
		}
	}
	local = near.Sort(group[0].path+"."+name, local)
	return append(local, w.withFunction(name, seen)...)
}

// withFunction returns the functions and methods of that name in all packages.
func (w *world) withFunction(name string, except map[string]bool) []string {
	var list []string
	for _, p := range w.filter(func(*privatePackage) bool { return true }) {
		for _, f := range w.outlined(p).funcs {
			other := f.name
			full := p.path + "." + other
			if (other == name || strings.HasSuffix(other, "."+name)) && !except[full] {
				list = append(list, full)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// nearPackages returns what may have been meant by a target without package:
// functions of that name in packages of a similar name, or anywhere.
func (w *world) nearPackages(s string) []string {
	var list []string
	for _, c := range splitTarget(s) {
		base := c.pkg[strings.LastIndexAny(c.pkg, `/\`)+1:]
		for _, p := range w.filter(func(*privatePackage) bool { return true }) {
			other := p.path[strings.LastIndex(p.path, "/")+1:]
			switch {
			case !near.Is(base, other):
			case c.name == "":
				list = append(list, p.path)
			case w.outlined(p).function(c.name) != nil:
				list = append(list, p.path+"."+c.name)
			}
		}
	}
	if len(list) == 0 {
		name := s[strings.LastIndexAny(s, "./")+1:]
		return w.withFunction(name, nil)
	}
	slices.Sort(list)
	return near.Sort(s, slices.Compact(list))
}
