package analyzer

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/autover/autover/internal/inputs"
)

// noteGo notes what the go command reads to list a world, beside the tree of the
// main modules, which is known, and the module cache, which never changes, as read
// through in.
func (c *cache) noteGo(w *world, in *inputs.Reader) error {
	for _, r := range append([]string{w.root}, w.roots...) {
		in.Note(inputs.Content, filepath.Join(r, "vendor", "modules.txt"))
	}
	modFiles := []string{w.modFile()}
	if c.place.gowork != "" {
		modFiles = nil
		for _, r := range w.roots {
			modFiles = append(modFiles, filepath.Join(r, "go.mod"))
		}
	}
	for _, file := range slices.Concat(modFiles, w.sumFiles()) {
		in.Note(inputs.Content, file)
	}
	modules, err := c.place.replaced(in, modFiles)
	if err != nil {
		return err
	}
	for _, m := range modules {
		in.Note(inputs.Content, filepath.Join(m.dir, "go.mod"))
	}
	for _, p := range w.private {
		c.notePackage(in, p.dir, p.module.Dir)
		c.noteEmbedded(in, p)
		if isLocalModule(p.module) {
			modules = append(modules, moduleFolder{p.module.Path, p.module.Dir})
		}
	}
	for _, p := range w.external {
		if w.vendored(p.dir) {
			in.Note(inputs.Package, p.dir)
			if len(p.embedFiles) > 0 {
				in.Note(inputs.Names, p.dir)
			}
		}
	}
	slices.SortFunc(modules, func(a, b moduleFolder) int { return strings.Compare(a.dir+"\x00"+a.path, b.dir+"\x00"+b.path) })
	c.noteCandidates(w, in, slices.Compact(modules))
	return nil
}

// notePackage notes the files of a package, and that the folders between it and
// its module belong to no other module. The module of a vendored package has no
// folder.
func (c *cache) notePackage(in *inputs.Reader, dir, module string) {
	in.Note(inputs.Package, dir)
	if module == "" {
		return
	}
	for d := dir; d != module && isBelow(d, module); d = filepath.Dir(d) {
		in.Note(inputs.Content, filepath.Join(d, "go.mod"))
	}
}

// noteCandidates notes the folders in which the go command looks for packages, found
// there or not: all modules whose path begins that of the package may have it.
func (c *cache) noteCandidates(w *world, in *inputs.Reader, modules []moduleFolder) {
	look := func(path string) {
		for _, m := range modules {
			if rest, ok := strings.CutPrefix(path, m.path+"/"); ok {
				c.notePackage(in, filepath.Join(m.dir, filepath.FromSlash(rest)), m.dir)
			}
		}
	}
	for _, p := range w.private {
		look(p.basePath())
	}
	for _, p := range w.external {
		if p.module != nil {
			look(p.path)
		}
	}
}

// noteEmbedded notes the names that patterns of //go:embed are matched with: all
// below the longest folder that a pattern names without wildcards.
func (c *cache) noteEmbedded(in *inputs.Reader, p *privatePackage) {
	for _, pattern := range p.embedPatterns {
		if rel, ok := strings.CutPrefix(pattern, p.dir+string(filepath.Separator)); ok {
			pattern = rel
		}
		dir := filepath.Join(p.dir, filepath.FromSlash(strings.TrimPrefix(pattern, "all:")))
		for isBelow(dir, p.dir) && dir != p.dir && strings.ContainsAny(dir[len(p.dir):], `*?[\`) {
			dir = filepath.Dir(dir)
		}
		if !isBelow(dir, p.dir) {
			dir = p.dir
		}
		in.Note(inputs.Names, dir)
		for d := filepath.Dir(dir); isBelow(d, p.dir); d = filepath.Dir(d) {
			in.Note(inputs.Content, filepath.Join(d, "go.mod"))
		}
	}
}

// reading tells the reader of a world what never changes: the source of modules
// and of the toolchain, unless it is private code.
func (w *world) reading() {
	fixed := []string{w.env["GOROOT"], w.env["GOMODCACHE"]}
	private := append([]string{w.root}, w.roots...)
	for _, p := range w.private {
		if p.module != nil && p.module.Dir != "" {
			private = append(private, p.module.Dir)
		}
	}
	slices.Sort(private)
	private = slices.Compact(private)
	longest := func(dirs []string, path string) int {
		best := -1
		for _, d := range dirs {
			if d != "" && len(d) > best && isBelow(path, d) {
				best = len(d)
			}
		}
		return best
	}
	w.in.Except(func(path string) bool { return longest(fixed, path) > longest(private, path) })
}
