package analyzer

import (
	"cmp"
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// catalog is what requests select targets from: the names in a world as plain
// data, so that a request whose answer is known needs no source.
type catalog struct {
	// dir is the folder of the request, roots are those of the main modules.
	dir   string
	roots []string
	// packages are those that can hold targets, by path, each before its variants
	// with tests: packages recompiled for the test of another one are copies and
	// hold none.
	packages []*listedPackage
}

// listedPackage is a private package of a catalog; the fields are those of
// privatePackage.
type listedPackage struct {
	id, path, forTest, dir string
	main                   bool         // of a main module
	funcs                  []listedFunc // by name
	types                  []string     // by name
}

// listedFunc is a function or method.
type listedFunc struct {
	name             string
	inTest, testFunc bool   // in a test file; run by go test
	task             string // its name as a task, or empty
}

// outline lists the packages of a world that need not be parsed, without names.
func (w *world) outline() *catalog {
	c := &catalog{dir: w.dir, roots: w.roots}
	for _, p := range w.filter(func(*privatePackage) bool { return true }) {
		c.packages = append(c.packages, &listedPackage{id: p.id, path: p.path, forTest: p.forTest, dir: p.dir, main: p.module != nil && p.module.Main})
	}
	return c
}

// catalog lists the names of a parsed world.
func (w *world) catalog() *catalog {
	c := w.outline()
	for _, q := range c.packages {
		o := w.outlined(w.privateByID[q.id])
		q.funcs, q.types = o.listed(), o.types
	}
	return c
}

// lookupFunc returns the function of that name; nil if there is none.
func (p *listedPackage) lookupFunc(name string) *listedFunc {
	i, ok := slices.BinarySearchFunc(p.funcs, name, func(f listedFunc, name string) int { return strings.Compare(f.name, name) })
	if !ok {
		return nil
	}
	return &p.funcs[i]
}

// basePath is that of privatePackage.
func (p *listedPackage) basePath() string { return basePath(p.path, p.forTest) }

func (c *catalog) filter(keep func(*listedPackage) bool) []*listedPackage {
	return slices.DeleteFunc(slices.Clone(c.packages), func(p *listedPackage) bool { return !keep(p) })
}

// match returns the packages that a pattern with "..." matches, with their test
// variants.
func (c *catalog) match(pattern string) []*listedPackage {
	if !isLocal(pattern) {
		matches := matcher(pattern)
		return c.filter(func(p *listedPackage) bool { return matches(p.basePath()) })
	}
	abs := pattern
	if !filepath.IsAbs(abs) {
		abs = filepath.Join(c.dir, pattern)
	}
	prefix, _, _ := strings.Cut(abs, "...")
	module := c.moduleOf(filepath.Clean(prefix))
	matches := matcher(filepath.ToSlash(abs))
	return c.filter(func(p *listedPackage) bool {
		return p.main && (module == "" || c.moduleOf(p.dir) == module) && matches(filepath.ToSlash(p.dir))
	})
}

// moduleOf returns the main module's folder that holds dir; empty if none does.
func (c *catalog) moduleOf(dir string) string {
	best := ""
	for _, r := range c.roots {
		if (dir == r || strings.HasPrefix(dir, strings.TrimSuffix(r, string(filepath.Separator))+string(filepath.Separator))) && len(r) > len(best) {
			best = r
		}
	}
	return best
}

// lookup returns the package of an import path or a folder, as it is imported
// and then with its tests.
func (c *catalog) lookup(pkg string) []*listedPackage {
	if !isLocal(pkg) {
		return c.filter(func(p *listedPackage) bool { return p.basePath() == pkg || p.path == pkg })
	}
	abs := pkg
	if !filepath.IsAbs(abs) {
		abs = filepath.Join(c.dir, pkg)
	}
	return c.filter(func(p *listedPackage) bool { return p.dir == filepath.Clean(abs) })
}

// lookupSuffix returns the packages of all import paths that end in "/"+pkg, and
// these paths.
func (c *catalog) lookupSuffix(pkg string) (group []*listedPackage, paths []string) {
	if isLocal(pkg) {
		return nil, nil
	}
	group = c.filter(func(p *listedPackage) bool { return strings.HasSuffix(p.basePath(), "/"+pkg) })
	for _, p := range group {
		paths = append(paths, p.basePath())
	}
	slices.Sort(paths)
	return group, slices.Compact(paths)
}

// filter returns packages that can hold targets, in the order of a catalog.
func (w *world) filter(keep func(*privatePackage) bool) []*privatePackage {
	var list []*privatePackage
	for _, p := range w.private {
		if (p.forTest == "" || p.basePath() == p.forTest) && keep(p) {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *privatePackage) int {
		return cmp.Or(strings.Compare(a.basePath(), b.basePath()), cmp.Compare(len(a.id), len(b.id)), strings.Compare(a.id, b.id))
	})
	return list
}

// basePath returns the import path of the package whose folder p comes from:
// that of p without the _test of an external test package.
func (p *privatePackage) basePath() string { return basePath(p.path, p.forTest) }

func basePath(path, forTest string) string {
	if forTest != "" && path == forTest+"_test" {
		return forTest
	}
	return path
}

// errNotSelected is the error of a request that selects nothing from a catalog,
// or too much, where there is no world to explain it.
var errNotSelected = errors.New("nothing is selected")

// isLocal tells whether a package or pattern is given by folder.
func isLocal(s string) bool {
	s = filepath.ToSlash(s)
	return s == "." || s == ".." || strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") || filepath.IsAbs(s)
}

// matcher returns the go command's matching: "..." stands for any string, and
// "/..." at the end for nothing too.
func matcher(pattern string) func(string) bool {
	expr := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\.\.\.`, ".*")
	if rest, ok := strings.CutSuffix(expr, "/.*"); ok {
		expr = rest + "(/.*)?"
	}
	re := regexp.MustCompile("^" + expr + "$")
	return re.MatchString
}
