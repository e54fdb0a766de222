package analyzer

import (
	"cmp"
	"slices"
	"strings"
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
		for other := range p.declared().funcs {
			if full := p.path + "." + other; !seen[full] && isNear(name, other) {
				seen[full] = true
				local = append(local, full)
			}
		}
	}
	local = sortNear(group[0].path+"."+name, local)
	return append(local, w.withFunction(name, seen)...)
}

// withFunction returns the functions and methods of that name in all packages.
func (w *world) withFunction(name string, except map[string]bool) []string {
	var list []string
	for _, p := range w.filter(func(*privatePackage) bool { return true }) {
		for other := range p.declared().funcs {
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
			case !isNear(base, other):
			case c.name == "":
				list = append(list, p.path)
			case p.declared().funcs[c.name] != nil:
				list = append(list, p.path+"."+c.name)
			}
		}
	}
	if len(list) == 0 {
		name := s[strings.LastIndexAny(s, "./")+1:]
		return w.withFunction(name, nil)
	}
	slices.Sort(list)
	return sortNear(s, slices.Compact(list))
}

// isNear tells whether b may be a misspelling of a.
func isNear(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	a, b = strings.ToLower(a), strings.ToLower(b)
	return distance(a, b) <= max(1, min(len(a), len(b))/3)
}

// sortNear sorts names by their distance from name, then alphabetically.
func sortNear(name string, names []string) []string {
	name = strings.ToLower(name)
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(distance(name, strings.ToLower(a)), distance(name, strings.ToLower(b))), strings.Compare(a, b))
	})
	return names
}

// distance is the Levenshtein distance of two strings, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
